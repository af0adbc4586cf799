//! Who sends and who receives.

use core::fmt;

use raftarium_core::NodeId;
use serde::{Deserialize, Serialize};

/// The name of a client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ClientId(pub u32);

/// One end of a link.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Address {
    /// A server.
    Server(NodeId),
    /// A client.
    Client(ClientId),
}

impl Address {
    /// The server, if it is one.
    #[must_use]
    pub const fn server(self) -> Option<NodeId> {
        match self {
            Self::Server(id) => Some(id),
            Self::Client(_) => None,
        }
    }
}

impl From<NodeId> for Address {
    fn from(server: NodeId) -> Self {
        Self::Server(server)
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "C{}", self.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(id) => id.fmt(f),
            Self::Client(id) => id.fmt(f),
        }
    }
}

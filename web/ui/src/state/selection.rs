//! What a person has selected.

use raftarium_sim::PacketView;
use raftarium_sim::core::{LogIndex, NodeId};

/// What the inspector is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    Nothing,
    Server(NodeId),
    /// The one with the smaller name first.
    Link(NodeId, NodeId),
    /// As it was when it was selected: it is still to be seen when it has arrived.
    Packet(PacketView),
    Entry(Entry),
}

/// A cell of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) server: NodeId,
    pub(crate) index: LogIndex,
}

impl Selection {
    pub(crate) fn link(a: NodeId, b: NodeId) -> Self {
        Self::Link(a.min(b), a.max(b))
    }

    /// The server, if one is selected.
    pub(crate) const fn server(&self) -> Option<NodeId> {
        match self {
            Self::Server(id) => Some(*id),
            Self::Nothing | Self::Link(..) | Self::Packet(_) | Self::Entry(_) => None,
        }
    }

    /// Whether it is in a world with that many servers.
    pub(crate) fn exists(&self, servers: u32) -> bool {
        let known = |id: NodeId| id.0 <= u64::from(servers);
        match self {
            Self::Nothing => true,
            Self::Server(id) => known(*id),
            Self::Link(a, b) => known(*a) && known(*b),
            Self::Packet(_) | Self::Entry(_) => false,
        }
    }
}

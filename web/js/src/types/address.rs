//! Who sends and who receives.

use raftarium_sim as sim;
use serde::Serialize;
use tsify::Tsify;

use super::number::{ClientId, ServerId};

/// One end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Address {
    /// A server.
    Server {
        /// Which.
        id: ServerId,
    },
    /// A client.
    Client {
        /// Which.
        id: ClientId,
    },
}

impl From<sim::Address> for Address {
    fn from(address: sim::Address) -> Self {
        match address {
            sim::Address::Server(id) => Self::Server { id: id.into() },
            sim::Address::Client(id) => Self::Client { id: id.into() },
        }
    }
}

//! What can be done to one packet.

use raftarium_sim as sim;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::super::number::Milliseconds;
use crate::failure::Failure;

/// What can be done to a packet by hand.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields, expecting = "what to do: an object with a type")]
#[tsify(namespace)]
pub enum PacketAct {
    /// It is lost.
    Drop {},
    /// It arrives twice.
    Double {},
    /// It stands still.
    Hold {},
    /// It moves on.
    Release {},
    /// It arrives later.
    Delay {
        /// By how much.
        by: Milliseconds,
    },
    /// It arrives now.
    Deliver {},
}

impl PacketAct {
    pub(super) fn act(self) -> Result<sim::PacketAct, Failure> {
        Ok(match self {
            Self::Drop {} => sim::PacketAct::Drop,
            Self::Double {} => sim::PacketAct::Double,
            Self::Hold {} => sim::PacketAct::Hold,
            Self::Release {} => sim::PacketAct::Release,
            Self::Delay { by } => sim::PacketAct::Delay(by.duration("by")?),
            Self::Deliver {} => sim::PacketAct::Deliver,
        })
    }
}

impl From<sim::PacketAct> for PacketAct {
    fn from(act: sim::PacketAct) -> Self {
        match act {
            sim::PacketAct::Drop => Self::Drop {},
            sim::PacketAct::Double => Self::Double {},
            sim::PacketAct::Hold => Self::Hold {},
            sim::PacketAct::Release => Self::Release {},
            sim::PacketAct::Delay(by) => Self::Delay { by: by.into() },
            sim::PacketAct::Deliver => Self::Deliver {},
        }
    }
}

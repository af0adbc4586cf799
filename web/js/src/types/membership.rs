//! How a membership is changed.

use raftarium_sim::core;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::number::ServerId;
use crate::failure::Failure;

/// One step of a change of membership (§6).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields, expecting = "a change: an object with a type")]
#[tsify(namespace)]
pub enum Change {
    /// The server votes from now on, whether it is new or was a learner.
    AddVoter {
        /// Which.
        server: ServerId,
    },
    /// The server gets the log and does not vote, whether it is new or was a voter.
    AddLearner {
        /// Which.
        server: ServerId,
    },
    /// The server leaves.
    Remove {
        /// Which.
        server: ServerId,
    },
}

/// How a membership changes into another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", expecting = "auto, joint or jointUntilLeft")]
pub enum Transition {
    /// At once if at most one voter changes, otherwise through a joint membership that the leader leaves by itself.
    #[default]
    Auto,
    /// Through a joint membership that the leader leaves by itself as soon as it is committed.
    Joint,
    /// Through a joint membership that lasts until `leaveJoint`.
    JointUntilLeft,
}

impl Change {
    pub(super) fn change(self) -> Result<core::Change, Failure> {
        Ok(match self {
            Self::AddVoter { server } => core::Change::AddVoter(server.node()?),
            Self::AddLearner { server } => core::Change::AddLearner(server.node()?),
            Self::Remove { server } => core::Change::Remove(server.node()?),
        })
    }
}

impl From<core::Change> for Change {
    fn from(change: core::Change) -> Self {
        match change {
            core::Change::AddVoter(server) => Self::AddVoter { server: server.into() },
            core::Change::AddLearner(server) => Self::AddLearner { server: server.into() },
            core::Change::Remove(server) => Self::Remove { server: server.into() },
        }
    }
}

impl From<Transition> for core::Transition {
    fn from(transition: Transition) -> Self {
        match transition {
            Transition::Auto => Self::Auto,
            Transition::Joint => Self::Joint,
            Transition::JointUntilLeft => Self::JointUntilLeft,
        }
    }
}

impl From<core::Transition> for Transition {
    fn from(transition: core::Transition) -> Self {
        match transition {
            core::Transition::Auto => Self::Auto,
            core::Transition::Joint => Self::Joint,
            core::Transition::JointUntilLeft => Self::JointUntilLeft,
        }
    }
}

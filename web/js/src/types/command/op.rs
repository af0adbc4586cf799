//! What clients can ask.

use raftarium_sim as sim;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::super::number::Number;
use crate::failure::Failure;

/// What a client can ask of the replicated state machine, which keeps values by key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields, expecting = "an operation: an object with a type")]
pub enum Op {
    /// Gives a key a value.
    Put {
        /// The key: 1 to 64 bytes of UTF-8.
        key: String,
        /// The value: up to 64 bytes of UTF-8.
        value: String,
    },
    /// Reads the value of a key. It goes through the log like a write, so it can never be stale.
    Get {
        /// The key: 1 to 64 bytes of UTF-8.
        key: String,
    },
    /// Takes a key's value away.
    Delete {
        /// The key: 1 to 64 bytes of UTF-8.
        key: String,
    },
    /// Gives a key a value if it has the one that is expected.
    CompareAndSet {
        /// The key: 1 to 64 bytes of UTF-8.
        key: String,
        /// What is expected, up to 64 bytes of UTF-8; null expects that there is no value.
        expected: Option<String>,
        /// The new value: up to 64 bytes of UTF-8.
        value: String,
    },
    /// Adds to a number. No value counts as 0.
    Increment {
        /// The key: 1 to 64 bytes of UTF-8.
        key: String,
        /// How much is added: a whole, safe integer.
        #[tsify(type = "number")]
        by: Number,
    },
    /// Reads the value of a key without an entry in the log.
    Read {
        /// The key: 1 to 64 bytes of UTF-8.
        key: String,
        /// What makes sure that the value is not an old one.
        by: ReadBy,
    },
}

/// What makes sure that a read without an entry does not see an old value.
///
/// - `index`: the leader hears from a majority that it still leads, and then reads (ReadIndex).
/// - `lease`: a leader that has heard from a majority recently enough reads at once, trusting the clocks. Servers refuse
///   it whose leases are off.
/// - `nothing`: nothing; the server that is asked reads what it has, and the value may be old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum ReadBy {
    /// The leader hears from a majority that it still leads, and then reads.
    Index,
    /// A leader that has heard from a majority recently enough reads at once.
    Lease,
    /// The server that is asked reads what it has.
    Nothing,
}

impl TryFrom<Op> for sim::Op {
    type Error = Failure;

    fn try_from(op: Op) -> Result<Self, Failure> {
        Ok(match op {
            Op::Put { key, value } => Self::Put { key, value },
            Op::Get { key } => Self::Get { key },
            Op::Delete { key } => Self::Delete { key },
            Op::CompareAndSet { key, expected, value } => Self::CompareAndSet { key, expected, value },
            Op::Increment { key, by } => Self::Increment { key, by: by.signed("by")? },
            Op::Read { key, by } => Self::Read { key, by: by.into() },
        })
    }
}

impl From<ReadBy> for sim::ReadBy {
    fn from(by: ReadBy) -> Self {
        match by {
            ReadBy::Index => Self::Index,
            ReadBy::Lease => Self::Lease,
            ReadBy::Nothing => Self::Nothing,
        }
    }
}

impl From<sim::ReadBy> for ReadBy {
    fn from(by: sim::ReadBy) -> Self {
        match by {
            sim::ReadBy::Index => Self::Index,
            sim::ReadBy::Lease => Self::Lease,
            sim::ReadBy::Nothing => Self::Nothing,
        }
    }
}

impl From<sim::Op> for Op {
    fn from(op: sim::Op) -> Self {
        match op {
            sim::Op::Put { key, value } => Self::Put { key, value },
            sim::Op::Get { key } => Self::Get { key },
            sim::Op::Delete { key } => Self::Delete { key },
            sim::Op::CompareAndSet { key, expected, value } => Self::CompareAndSet { key, expected, value },
            sim::Op::Increment { key, by } => Self::Increment { key, by: Number(by as f64) },
            sim::Op::Read { key, by } => Self::Read { key, by: by.into() },
        }
    }
}

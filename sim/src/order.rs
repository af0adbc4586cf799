//! What a client orders, as the bytes of a log entry.

use alloc::vec::Vec;

use bytes::Bytes;
use raftarium_core::sessions::{Envelope, Request, Sequence, SessionId};
use serde::{Deserialize, Serialize};

use crate::kv::Op;

/// What a client orders.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    /// An operation, to be applied as often as it comes.
    Plain(Op),
    /// What a session asks: to be opened, or an operation that is to be applied once.
    Session(Envelope),
}

#[derive(Serialize, Deserialize)]
enum Stored {
    Plain(Op),
    Session(Vec<u8>),
}

impl Order {
    /// Opens a session.
    pub(crate) fn open() -> Self {
        Self::Session(Request::Open.into())
    }

    /// The command of a session with this number.
    pub(crate) fn once(session: SessionId, sequence: Sequence, answered_below: Sequence, op: &Op) -> Self {
        let command = op.encode();
        Self::Session(Request::Command { session, sequence, answered_below, command }.into())
    }

    pub(crate) fn encode(&self) -> Bytes {
        let stored = match self {
            Self::Plain(op) => Stored::Plain(op.clone()),
            Self::Session(envelope) => Stored::Session(envelope.encode().to_vec()),
        };
        bytes_of(&stored)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        Some(match postcard::from_bytes(bytes).ok()? {
            Stored::Plain(op) => Self::Plain(op),
            Stored::Session(bytes) => Self::Session(Envelope::decode(Bytes::from(bytes)).ok()?),
        })
    }

    /// The operation in it.
    pub(crate) fn op(&self) -> Option<Op> {
        match self {
            Self::Plain(op) => Some(op.clone()),
            Self::Session(Envelope { request: Request::Command { command, .. }, .. }) => Op::decode(command),
            Self::Session(_) => None,
        }
    }
}

impl Op {
    pub(crate) fn encode(&self) -> Bytes {
        bytes_of(self)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}

fn bytes_of(value: &impl Serialize) -> Bytes {
    Bytes::from(postcard::to_allocvec(value).expect("strings and enums always fit into a vector"))
}

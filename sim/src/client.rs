//! Clients: they ask one thing at a time, and learn what became of it.

use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::{EntryId, Instant, NodeId, Term};
use serde::{Deserialize, Serialize};

use crate::address::ClientId;
use crate::kv::Op;

/// Names a request: requests are counted as they are made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct RequestId(pub u32);

/// What a server tells a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// It was committed and applied.
    Committed {
        /// The entry.
        entry: EntryId,
        /// Of a get, the value; none if the key has none.
        value: Option<String>,
    },
    /// The server is not the leader; nothing was done.
    NotLeader {
        /// The server that was asked.
        server: NodeId,
        /// Who leads, as far as that server knows.
        leader: Option<NodeId>,
    },
    /// Another leader's entry was committed in its place; it was never applied, and never will be.
    Superseded {
        /// The entry that it would have been.
        entry: EntryId,
        /// The term of the entry that took its place.
        by: Term,
    },
}

/// What a client asked, and what it knows of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Request {
    /// Its name.
    pub id: RequestId,
    /// Who asked.
    pub client: ClientId,
    /// What was asked.
    pub op: Op,
    /// The server that was asked last.
    pub server: NodeId,
    /// Whether the client stays with that server, whatever it answers.
    pub direct: bool,
    /// When it was asked.
    pub asked: Instant,
    /// What the client knows.
    pub status: RequestStatus,
}

/// What a client knows of its request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RequestStatus {
    /// No answer yet.
    Waiting,
    /// The client's patience ended: it may have been done, or may still be, or never.
    Unknown {
        /// When.
        at: Instant,
    },
    /// An answer came, perhaps after the client's patience ended.
    Answered {
        /// When.
        at: Instant,
        /// What it says.
        answer: Answer,
    },
}

/// All clients of a world.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Clients {
    pub(crate) requests: Vec<Request>,
    /// Where each client thinks that the leader is; C1 first.
    pub(crate) leaders: Vec<NodeId>,
}

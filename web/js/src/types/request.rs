//! What clients ask, and what they learn.

use raftarium_sim as sim;
use serde::Serialize;
use tsify::Tsify;

use super::command::Op;
use super::number::{ClientId, Milliseconds, ServerId};
use super::server::EntryId;

/// What a client asked, and what it knows of it.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Request {
    /// Its number: requests are counted as they are made, from 0.
    pub id: u32,
    /// Who asked.
    pub client: ClientId,
    /// What was asked.
    pub op: Op,
    /// The server that was asked last.
    pub server: ServerId,
    /// Whether the client stays with that server, whatever it answers.
    pub direct: bool,
    /// When it was asked.
    pub asked: Milliseconds,
    /// What the client knows.
    pub status: RequestStatus,
}

/// What a client knows of its request. An answer may come after the client's patience ended.
///
/// - `waiting`: there is no answer yet.
/// - `unknown`: the client's patience ended; it may have been done, or may still be, or never.
/// - `committed`: it was committed and applied; of a get, `value` is the value, null if the key has none.
/// - `notLeader`: the server is not the leader; nothing was done.
/// - `busy`: the server leads, and takes no more for the time being; nothing was done.
/// - `down`: nothing runs on the server; nothing was done.
/// - `superseded`: an entry of the term `by` was committed in its place; it was never applied, and never will be.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[tsify(missing_as_null)]
pub enum RequestStatus {
    /// No answer yet.
    Waiting,
    /// The client's patience ended: it may have been done, or may still be, or never.
    Unknown {
        /// When.
        at: Milliseconds,
    },
    /// It was committed and applied.
    Committed {
        /// When the client learnt it.
        at: Milliseconds,
        /// Where it is in the log.
        index: u64,
        /// The term of that entry.
        term: u64,
        /// Of a get, the value; null if the key has none, and of a put.
        value: Option<String>,
    },
    /// The server is not the leader; nothing was done.
    NotLeader {
        /// When the client learnt it.
        at: Milliseconds,
        /// The server that was asked.
        server: ServerId,
        /// Who leads, as far as that server knows.
        leader: Option<ServerId>,
    },
    /// The server leads, and takes no more for the time being; nothing was done.
    Busy {
        /// When the client learnt it.
        at: Milliseconds,
        /// The server that was asked.
        server: ServerId,
    },
    /// The host of the server says that nothing runs there; nothing was done.
    Down {
        /// When the client learnt it.
        at: Milliseconds,
        /// The server that was asked.
        server: ServerId,
    },
    /// Another leader's entry was committed in its place; it was never applied, and never will be.
    Superseded {
        /// When the client learnt it.
        at: Milliseconds,
        /// Where it would have been in the log.
        index: u64,
        /// The term of the entry that it would have been.
        term: u64,
        /// The term of the entry that took its place.
        by: u64,
    },
}

/// What a server tells a client.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase")]
#[tsify(missing_as_null, namespace)]
pub enum Answer {
    /// It was committed and applied.
    Committed {
        /// The entry.
        entry: EntryId,
        /// Of a get, the value; null if the key has none, and of a put.
        value: Option<String>,
    },
    /// The server is not the leader; nothing was done.
    NotLeader {
        /// The server that was asked.
        server: ServerId,
        /// Who leads, as far as that server knows.
        leader: Option<ServerId>,
    },
    /// The server leads, and takes no more for the time being; nothing was done.
    Busy {
        /// The server that was asked.
        server: ServerId,
    },
    /// The host of the server says that nothing runs there; nothing was done.
    Down {
        /// The server that was asked.
        server: ServerId,
    },
    /// Another leader's entry was committed in its place; it was never applied, and never will be.
    Superseded {
        /// The entry that it would have been.
        entry: EntryId,
        /// The term of the entry that took its place.
        by: u64,
    },
}

impl From<sim::Request> for Request {
    fn from(request: sim::Request) -> Self {
        Self {
            id: request.id.0,
            client: request.client.into(),
            op: request.op.into(),
            server: request.server.into(),
            direct: request.direct,
            asked: request.asked.into(),
            status: request.status.into(),
        }
    }
}

impl From<sim::RequestStatus> for RequestStatus {
    fn from(status: sim::RequestStatus) -> Self {
        match status {
            sim::RequestStatus::Waiting => Self::Waiting,
            sim::RequestStatus::Unknown { at } => Self::Unknown { at: at.into() },
            sim::RequestStatus::Answered { at, answer } => Self::answered(at.into(), answer),
        }
    }
}

impl RequestStatus {
    fn answered(at: Milliseconds, answer: sim::Answer) -> Self {
        match answer {
            sim::Answer::Committed { entry, value } => {
                Self::Committed { at, index: entry.index.0, term: entry.term.0, value }
            }
            sim::Answer::NotLeader { server, leader } => {
                Self::NotLeader { at, server: server.into(), leader: leader.map(Into::into) }
            }
            sim::Answer::Busy { server } => Self::Busy { at, server: server.into() },
            sim::Answer::Down { server } => Self::Down { at, server: server.into() },
            sim::Answer::Superseded { entry, by } => {
                Self::Superseded { at, index: entry.index.0, term: entry.term.0, by: by.0 }
            }
        }
    }
}

impl From<sim::Answer> for Answer {
    fn from(answer: sim::Answer) -> Self {
        match answer {
            sim::Answer::Committed { entry, value } => Self::Committed { entry: entry.into(), value },
            sim::Answer::NotLeader { server, leader } => {
                Self::NotLeader { server: server.into(), leader: leader.map(Into::into) }
            }
            sim::Answer::Busy { server } => Self::Busy { server: server.into() },
            sim::Answer::Down { server } => Self::Down { server: server.into() },
            sim::Answer::Superseded { entry, by } => Self::Superseded { entry: entry.into(), by: by.0 },
        }
    }
}

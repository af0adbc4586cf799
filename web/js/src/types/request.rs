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
    /// How often the client has sent it.
    pub tries: u32,
    /// When it was asked.
    pub asked: Milliseconds,
    /// What the client knows.
    pub status: RequestStatus,
}

/// What a client knows of its request. An answer may come after the client's patience ended.
///
/// - `waiting`: there is no answer yet.
/// - `unknown`: the client's patience ended; it may have been done, or may still be, or never.
/// - `committed`: it was committed and applied, and gave `result`.
/// - `read`: a server that had applied its log up to `index` read `result`, without an entry.
/// - `notLeader`: the server is not the leader; nothing was done.
/// - `busy`: the server leads, and takes no more for the time being; nothing was done.
/// - `down`: nothing runs on the server; nothing was done.
/// - `superseded`: an entry of the term `by` was committed in its place; it was never applied, and never will be.
/// - `noLeases`: a read by lease was asked for, and the server has its leases off; nothing was read.
/// - `readFailed`: it could not be made sure that the read is not an old one; nothing was read.
/// - `sessionEnded`: the session was no more; whether an earlier copy was applied cannot be known.
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
        /// What it gave.
        result: OpResult,
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
    /// It was read, without an entry in the log.
    Read {
        /// When the client learnt it.
        at: Milliseconds,
        /// The server that read it.
        server: ServerId,
        /// How far that server had applied its log.
        index: u64,
        /// What it gave.
        result: OpResult,
    },
    /// A session is open.
    Opened {
        /// When the client learnt it.
        at: Milliseconds,
        /// Its name: where the entry that opened it is in the log.
        session: u64,
    },
    /// A read by lease was asked for, and the server has its leases off; nothing was read.
    NoLeases {
        /// When the client learnt it.
        at: Milliseconds,
        /// The server that was asked.
        server: ServerId,
    },
    /// It could not be made sure that a read is not an old one; nothing was read.
    ReadFailed {
        /// When the client learnt it.
        at: Milliseconds,
        /// The server that was asked.
        server: ServerId,
        /// Why.
        reason: ReadFailure,
    },
    /// The session was no more. Whether an earlier copy was applied cannot be known.
    SessionEnded {
        /// When the client learnt it.
        at: Milliseconds,
        /// Where the entry is in the log that came too late.
        index: u64,
    },
}

/// What an operation gives back.
///
/// - `done`: of a put and a delete.
/// - `value`: of a get and a read; `value` is null if the key has none.
/// - `swapped`: of a compare-and-set; `swapped` says whether the value was the expected one.
/// - `number`: of an increment; `number` is the sum, as a decimal, because it may have 64 bits.
/// - `notANumber`: of an increment; the value is no number, or the sum would be too large. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub enum OpResult {
    /// It was done.
    Done,
    /// What the key had.
    Value {
        /// The value; null if the key has none.
        value: Option<String>,
    },
    /// Of a compare-and-set.
    Swapped {
        /// Whether the value was the expected one, and is the new one now.
        swapped: bool,
    },
    /// Of an increment.
    Number {
        /// The sum, as a decimal.
        number: String,
    },
    /// The value is no number, or the sum would be too large.
    NotANumber,
}

/// Why a read failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum ReadFailure {
    /// The server that was to confirm it does not lead any more.
    LeaderLost,
    /// The leader did not answer in time.
    TimedOut,
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
        /// What it gave.
        result: OpResult,
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
    /// It was read, without an entry in the log.
    Read {
        /// The server that read it.
        server: ServerId,
        /// How far that server had applied its log.
        index: u64,
        /// What it gave.
        result: OpResult,
    },
    /// A session is open, in which the client can now ask.
    Opened {
        /// Its name: where the entry that opened it is in the log.
        session: u64,
    },
    /// A read by lease was asked for, and the server has its leases off; nothing was read.
    NoLeases {
        /// The server that was asked.
        server: ServerId,
    },
    /// It could not be made sure that a read is not an old one; nothing was read.
    ReadFailed {
        /// The server that was asked.
        server: ServerId,
        /// Why.
        reason: ReadFailure,
    },
    /// The session was no more. Whether an earlier copy was applied cannot be known.
    SessionEnded {
        /// The entry that came too late.
        entry: EntryId,
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
            tries: request.tries,
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
            sim::Answer::Committed { entry, result } => {
                Self::Committed { at, index: entry.index.0, term: entry.term.0, result: result.into() }
            }
            sim::Answer::Read { server, at: index, result } => {
                Self::Read { at, server: server.into(), index: index.0, result: result.into() }
            }
            sim::Answer::Opened { entry: _, session } => Self::Opened { at, session: session.0.0 },
            sim::Answer::NoLeases { server } => Self::NoLeases { at, server: server.into() },
            sim::Answer::ReadFailed { server, reason } => {
                Self::ReadFailed { at, server: server.into(), reason: reason.into() }
            }
            sim::Answer::SessionEnded { entry } => Self::SessionEnded { at, index: entry.index.0 },
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
            sim::Answer::Committed { entry, result } => Self::Committed { entry: entry.into(), result: result.into() },
            sim::Answer::Read { server, at, result } => {
                Self::Read { server: server.into(), index: at.0, result: result.into() }
            }
            sim::Answer::Opened { entry: _, session } => Self::Opened { session: session.0.0 },
            sim::Answer::NoLeases { server } => Self::NoLeases { server: server.into() },
            sim::Answer::ReadFailed { server, reason } => {
                Self::ReadFailed { server: server.into(), reason: reason.into() }
            }
            sim::Answer::SessionEnded { entry } => Self::SessionEnded { entry: entry.into() },
            sim::Answer::NotLeader { server, leader } => {
                Self::NotLeader { server: server.into(), leader: leader.map(Into::into) }
            }
            sim::Answer::Busy { server } => Self::Busy { server: server.into() },
            sim::Answer::Down { server } => Self::Down { server: server.into() },
            sim::Answer::Superseded { entry, by } => Self::Superseded { entry: entry.into(), by: by.0 },
        }
    }
}

impl From<sim::KeyOutput> for OpResult {
    fn from(output: sim::KeyOutput) -> Self {
        match output {
            sim::KeyOutput::Done => Self::Done,
            sim::KeyOutput::Value(value) => Self::Value { value },
            sim::KeyOutput::Swapped(swapped) => Self::Swapped { swapped },
            sim::KeyOutput::Number(number) => Self::Number { number: number.to_string() },
            sim::KeyOutput::NotANumber => Self::NotANumber,
        }
    }
}

impl From<sim::core::ReadFailure> for ReadFailure {
    fn from(reason: sim::core::ReadFailure) -> Self {
        match reason {
            sim::core::ReadFailure::LeaderLost => Self::LeaderLost,
            sim::core::ReadFailure::TimedOut => Self::TimedOut,
        }
    }
}

//! What happened, and what caused it.

use raftarium_sim as sim;
use raftarium_sim::core::PersistId;
use serde::Serialize;
use tsify::Tsify;

use super::address::Address;
use super::check::Violation;
use super::command::{Command, Op};
use super::node_event::NodeEvent;
use super::number::{ClientId, EventId, Milliseconds, ServerId};
use super::packet::PacketKind;
use super::request::Answer;
use super::server::Timer;
use crate::failure::{ErrorCode, Failure};

/// Something that happened: when, why, and (by `type`) what.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[tsify(type = "EventHead & Happening")]
pub struct Event {
    /// When and why.
    #[serde(flatten)]
    pub head: EventHead,
    /// What.
    #[serde(flatten)]
    pub what: Happening,
}

/// What every event has.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct EventHead {
    /// Its place in the trace.
    pub id: EventId,
    /// When it happened.
    pub at: Milliseconds,
    /// The event that made it happen; null for a command, for what time alone brings, and for the beginning.
    pub cause: Option<EventId>,
}

/// A part of the trace.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Events {
    /// The events.
    pub events: Vec<Event>,
    /// The cursor to ask with next time. It is less than the one that was asked with if time was turned back between.
    pub next: u64,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[tsify(missing_as_null, namespace)]
pub enum Happening {
    /// A command was carried out.
    Commanded {
        /// Which.
        command: Command,
    },
    /// A command that was scheduled for this moment could not be carried out.
    CommandRefused {
        /// Which.
        command: Command,
        /// Why.
        code: ErrorCode,
        /// Why, in words.
        message: String,
    },
    /// A server started.
    Started {
        /// Which.
        server: ServerId,
        /// The term that it found on its disk.
        term: u64,
        /// The vote that it found on its disk.
        vote: Option<ServerId>,
        /// The commit index that it found on its disk.
        commit_index: u64,
        /// Where its log ends.
        last_index: u64,
    },
    /// A server crashed.
    Crashed {
        /// Which.
        server: ServerId,
        /// How many writes were under way, and are lost.
        lost_writes: u32,
    },
    /// A server found the last write on its disk torn: it was never durable, and is dropped.
    TornWriteDropped {
        /// Which.
        server: ServerId,
    },
    /// A server does not start: what is on its disk is not what was written, or is what only mistakes leave behind.
    StartRefused {
        /// Which.
        server: ServerId,
        /// What it found, in words.
        reason: String,
    },
    /// A server cannot write, and stops.
    DiskFull {
        /// Which.
        server: ServerId,
    },
    /// A packet was sent.
    Sent {
        /// Which.
        packet: u64,
        /// By whom.
        from: Address,
        /// To whom.
        to: Address,
        /// What is in it.
        kind: PacketKind,
        /// The term that it carries; null between a client and a server.
        term: Option<u64>,
    },
    /// A packet arrived.
    Delivered {
        /// Which.
        packet: u64,
        /// To whom.
        to: Address,
    },
    /// A packet was lost.
    Lost {
        /// Which.
        packet: u64,
        /// Why.
        reason: LossReason,
    },
    /// A packet is under way a second time.
    Doubled {
        /// Which.
        packet: u64,
        /// The number of the copy.
        copy: u64,
    },
    /// A server refused a packet that no correct server sends.
    Rejected {
        /// The server.
        server: ServerId,
        /// Why, in words.
        reason: String,
    },
    /// A server's timer ran out.
    TimerFired {
        /// Whose.
        server: ServerId,
        /// Which.
        timer: Timer,
    },
    /// A write to a disk began.
    WriteBegan {
        /// Whose.
        server: ServerId,
        /// Which.
        write: WriteId,
        /// Whether the term or the vote is written.
        hard_state: bool,
        /// How many entries are written.
        entries: u32,
    },
    /// A write became durable.
    WriteDurable {
        /// Whose.
        server: ServerId,
        /// Which.
        write: WriteId,
    },
    /// A write of a snapshot to a disk began (§7).
    SnapshotBegan {
        /// Whose.
        server: ServerId,
        /// The index of the last entry that it covers.
        through: u64,
    },
    /// A snapshot became durable, and the log before it is gone.
    SnapshotDurable {
        /// Whose.
        server: ServerId,
        /// The index of the last entry that it covers.
        through: u64,
    },
    /// A server applied entries to its state machine.
    Applied {
        /// Which.
        server: ServerId,
        /// The index of the first.
        first: u64,
        /// The index of the last.
        last: u64,
    },
    /// A server did or decided something.
    Node {
        /// Which.
        server: ServerId,
        /// What.
        event: NodeEvent,
    },
    /// A client's patience ended.
    TimedOut {
        /// Which.
        client: ClientId,
        /// The number of what it had asked.
        request: u32,
    },
    /// A client's patience ended, and it asks again.
    Retried {
        /// Which.
        client: ClientId,
        /// The number of what it had asked.
        request: u32,
        /// The server that it asks now.
        server: ServerId,
    },
    /// A client asks the next of several things that it has to ask.
    Asked {
        /// Which.
        client: ClientId,
        /// The number of the request.
        request: u32,
        /// What it asks.
        op: Op,
    },
    /// A client has a session.
    SessionOpened {
        /// Which.
        client: ClientId,
        /// Its name: where the entry that opened it is in the log.
        session: u64,
    },
    /// A client learnt what became of its request.
    Answered {
        /// Which.
        client: ClientId,
        /// The number of the request.
        request: u32,
        /// What became of it.
        answer: Answer,
    },
    /// A rule of Raft was broken.
    Violated {
        /// How.
        violation: Violation,
    },
}

/// Why a packet was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum LossReason {
    /// The link is cut.
    Cut,
    /// The link loses some.
    Chance,
    /// The receiver is down.
    ReceiverDown,
    /// The link does not let such packets through.
    Filtered,
    /// Too much waited for the line.
    QueueFull,
    /// By hand.
    Dropped,
}

/// Names one write to a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct WriteId {
    /// The life of the server in which the write began, from 1.
    pub boot: u64,
    /// Counts the writes of that life, from 1.
    pub sequence: u64,
}

impl From<&sim::Record> for Event {
    fn from(record: &sim::Record) -> Self {
        let head = EventHead { id: record.id.into(), at: record.at.into(), cause: record.cause.map(Into::into) };
        Self { head, what: record.what.clone().into() }
    }
}

impl From<sim::Happening> for Happening {
    fn from(what: sim::Happening) -> Self {
        match what {
            sim::Happening::Commanded(command) => Self::Commanded { command: command.into() },
            sim::Happening::CommandRefused { command, error } => {
                let failure = Failure::from(error);
                Self::CommandRefused { command: command.into(), code: failure.code, message: failure.message }
            }
            sim::Happening::Started { server, hard_state, last } => Self::Started {
                server: server.into(),
                term: hard_state.term.0,
                vote: hard_state.vote.map(Into::into),
                commit_index: hard_state.commit.0,
                last_index: last.0,
            },
            sim::Happening::TornWriteDropped { server } => Self::TornWriteDropped { server: server.into() },
            sim::Happening::StartImpossible { server, why } => {
                Self::StartRefused { server: server.into(), reason: why }
            }
            sim::Happening::StartRefused { server, reason } => {
                Self::StartRefused { server: server.into(), reason: reason.to_string() }
            }
            sim::Happening::DiskFull { server } => Self::DiskFull { server: server.into() },
            sim::Happening::Crashed { server, lost_writes } => Self::Crashed { server: server.into(), lost_writes },
            sim::Happening::Sent { packet, from, to, what } => Self::Sent {
                packet: packet.0,
                from: from.into(),
                to: to.into(),
                kind: what.kind.into(),
                term: what.term.map(|term| term.0),
            },
            sim::Happening::Delivered { packet, to } => Self::Delivered { packet: packet.0, to: to.into() },
            sim::Happening::Lost { packet, reason } => Self::Lost { packet: packet.0, reason: reason.into() },
            sim::Happening::Doubled { packet, copy } => Self::Doubled { packet: packet.0, copy: copy.0 },
            sim::Happening::Rejected { server, reason } => {
                Self::Rejected { server: server.into(), reason: reason.to_string() }
            }
            sim::Happening::TimerFired { server, timer } => {
                Self::TimerFired { server: server.into(), timer: timer.into() }
            }
            sim::Happening::WriteBegan { server, write, hard_state, entries } => {
                Self::WriteBegan { server: server.into(), write: write.into(), hard_state, entries }
            }
            sim::Happening::WriteDurable { server, write } => {
                Self::WriteDurable { server: server.into(), write: write.into() }
            }
            sim::Happening::SnapshotBegan { server, through } => {
                Self::SnapshotBegan { server: server.into(), through: through.0 }
            }
            sim::Happening::SnapshotDurable { server, through } => {
                Self::SnapshotDurable { server: server.into(), through: through.0 }
            }
            sim::Happening::Applied { server, first, last } => {
                Self::Applied { server: server.into(), first: first.0, last: last.0 }
            }
            sim::Happening::Node { server, event } => Self::Node { server: server.into(), event: event.into() },
            sim::Happening::TimedOut { client, request } => {
                Self::TimedOut { client: client.into(), request: request.0 }
            }
            sim::Happening::Retried { client, request, server } => {
                Self::Retried { client: client.into(), request: request.0, server: server.into() }
            }
            sim::Happening::Asked { client, request, op } => {
                Self::Asked { client: client.into(), request: request.0, op: op.into() }
            }
            sim::Happening::SessionOpened { client, session } => {
                Self::SessionOpened { client: client.into(), session: session.0.0 }
            }
            sim::Happening::Answered { client, request, answer } => {
                Self::Answered { client: client.into(), request: request.0, answer: answer.into() }
            }
            sim::Happening::Violated(violation) => Self::Violated { violation: violation.into() },
        }
    }
}

impl From<sim::LossReason> for LossReason {
    fn from(reason: sim::LossReason) -> Self {
        match reason {
            sim::LossReason::Cut => Self::Cut,
            sim::LossReason::Chance => Self::Chance,
            sim::LossReason::ReceiverDown => Self::ReceiverDown,
            sim::LossReason::Filtered => Self::Filtered,
            sim::LossReason::QueueFull => Self::QueueFull,
            sim::LossReason::Dropped => Self::Dropped,
        }
    }
}

impl From<PersistId> for WriteId {
    fn from(id: PersistId) -> Self {
        Self { boot: id.boot.0, sequence: id.sequence }
    }
}

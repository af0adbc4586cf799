//! What travels.

use raftarium_sim as sim;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::address::Address;
use super::number::Milliseconds;

/// A packet that is under way, or was lost on its way. Where it is at any moment between is a matter of arithmetic.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct Packet {
    /// Its number: packets are counted as they are sent.
    pub id: u64,
    /// Who sent it.
    pub from: Address,
    /// Whom it is for.
    pub to: Address,
    /// When it was sent.
    pub sent: Milliseconds,
    /// When it arrives, or would have arrived.
    pub arrives: Milliseconds,
    /// When it was lost; null if it was not.
    pub lost: Option<Milliseconds>,
    /// Since when it stands still; null if it does not. Once it moves on, `sent` and `arrives` are later by as long as
    /// that was.
    pub held: Option<Milliseconds>,
    /// What it is.
    pub kind: PacketKind,
    /// The term that it carries; null between a client and a server.
    pub term: Option<u64>,
}

/// What a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase")]
#[tsify(namespace)]
pub enum PacketKind {
    /// A candidate asks for a vote.
    VoteRequest,
    /// The answer.
    VoteReply {
        /// Whether the vote was granted.
        granted: bool,
    },
    /// A server asks whether it could win an election (§9.6 of the dissertation).
    PreVoteRequest,
    /// The answer.
    PreVoteReply {
        /// Whether the vote would be granted.
        granted: bool,
    },
    /// A leader sends entries.
    Append {
        /// How many.
        entries: u32,
    },
    /// A leader sends no entries, only a sign of life.
    Heartbeat,
    /// The answer to entries or a heartbeat.
    AppendReply {
        /// Whether the follower's log agrees.
        accepted: bool,
    },
    /// A leader sends a part of its snapshot (§7).
    Snapshot {
        /// Whether it is the last.
        done: bool,
    },
    /// The answer to a part of a snapshot.
    SnapshotReply,
    /// A follower asks how far the log is committed, for a read (§6.4 of the dissertation).
    ReadRequest,
    /// The answer.
    ReadReply,
    /// A leader hands over: the receiver is to start an election at once (§3.10 of the dissertation).
    TimeoutNow,
    /// A client asks something.
    Request,
    /// The answer to a client.
    Answer {
        /// Whether what it asked was done.
        done: bool,
    },
    /// A follower passes a proposal on to the leader.
    ProposalRequest,
    /// The answer.
    ProposalReply {
        /// Whether the leader has appended it.
        appended: bool,
    },
    /// A follower asks for a snapshot.
    SnapshotRequest,
}

/// What a packet is for: what a filter asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", expecting = "the name of a kind of packets")]
pub enum PacketClass {
    /// A candidate asks for a vote.
    VoteRequest,
    /// The answer.
    VoteReply,
    /// A server asks whether it could win an election.
    PreVoteRequest,
    /// The answer.
    PreVoteReply,
    /// Entries.
    Append,
    /// A sign of life without entries.
    Heartbeat,
    /// The answer to entries or a sign of life.
    AppendReply,
    /// A part of a snapshot.
    Snapshot,
    /// The answer.
    SnapshotReply,
    /// A follower asks how far the log is committed.
    ReadRequest,
    /// The answer.
    ReadReply,
    /// A leader hands over.
    TimeoutNow,
    /// A client asks something.
    Request,
    /// The answer.
    Answer,
    /// A follower passes a proposal on to the leader.
    ProposalRequest,
    /// The answer.
    ProposalReply,
    /// A follower asks for a snapshot.
    SnapshotRequest,
}

impl From<PacketClass> for sim::PacketClass {
    fn from(class: PacketClass) -> Self {
        match class {
            PacketClass::VoteRequest => Self::VoteRequest,
            PacketClass::VoteReply => Self::VoteReply,
            PacketClass::PreVoteRequest => Self::PreVoteRequest,
            PacketClass::PreVoteReply => Self::PreVoteReply,
            PacketClass::Append => Self::Append,
            PacketClass::Heartbeat => Self::Heartbeat,
            PacketClass::AppendReply => Self::AppendReply,
            PacketClass::Snapshot => Self::Snapshot,
            PacketClass::SnapshotReply => Self::SnapshotReply,
            PacketClass::ReadRequest => Self::ReadRequest,
            PacketClass::ReadReply => Self::ReadReply,
            PacketClass::TimeoutNow => Self::TimeoutNow,
            PacketClass::Request => Self::Request,
            PacketClass::Answer => Self::Answer,
            PacketClass::ProposalRequest => Self::ProposalRequest,
            PacketClass::ProposalReply => Self::ProposalReply,
            PacketClass::SnapshotRequest => Self::SnapshotRequest,
        }
    }
}

impl From<sim::PacketClass> for PacketClass {
    fn from(class: sim::PacketClass) -> Self {
        match class {
            sim::PacketClass::VoteRequest => Self::VoteRequest,
            sim::PacketClass::VoteReply => Self::VoteReply,
            sim::PacketClass::PreVoteRequest => Self::PreVoteRequest,
            sim::PacketClass::PreVoteReply => Self::PreVoteReply,
            sim::PacketClass::Append => Self::Append,
            sim::PacketClass::Heartbeat => Self::Heartbeat,
            sim::PacketClass::AppendReply => Self::AppendReply,
            sim::PacketClass::Snapshot => Self::Snapshot,
            sim::PacketClass::SnapshotReply => Self::SnapshotReply,
            sim::PacketClass::ReadRequest => Self::ReadRequest,
            sim::PacketClass::ReadReply => Self::ReadReply,
            sim::PacketClass::TimeoutNow => Self::TimeoutNow,
            sim::PacketClass::Request => Self::Request,
            sim::PacketClass::Answer => Self::Answer,
            sim::PacketClass::ProposalRequest => Self::ProposalRequest,
            sim::PacketClass::ProposalReply => Self::ProposalReply,
            sim::PacketClass::SnapshotRequest => Self::SnapshotRequest,
        }
    }
}

impl From<sim::PacketView> for Packet {
    fn from(packet: sim::PacketView) -> Self {
        Self {
            id: packet.id.0,
            from: packet.from.into(),
            to: packet.to.into(),
            sent: packet.sent.into(),
            arrives: packet.arrives.into(),
            lost: packet.lost.map(Into::into),
            held: packet.held.map(Into::into),
            kind: packet.what.kind.into(),
            term: packet.what.term.map(|term| term.0),
        }
    }
}

impl From<sim::PacketKind> for PacketKind {
    fn from(kind: sim::PacketKind) -> Self {
        match kind {
            sim::PacketKind::VoteRequest => Self::VoteRequest,
            sim::PacketKind::VoteReply { granted } => Self::VoteReply { granted },
            sim::PacketKind::PreVoteRequest => Self::PreVoteRequest,
            sim::PacketKind::PreVoteReply { granted } => Self::PreVoteReply { granted },
            sim::PacketKind::Append { entries } => Self::Append { entries },
            sim::PacketKind::Heartbeat => Self::Heartbeat,
            sim::PacketKind::AppendReply { accepted } => Self::AppendReply { accepted },
            sim::PacketKind::Snapshot { done } => Self::Snapshot { done },
            sim::PacketKind::SnapshotReply => Self::SnapshotReply,
            sim::PacketKind::ReadRequest => Self::ReadRequest,
            sim::PacketKind::ReadReply => Self::ReadReply,
            sim::PacketKind::TimeoutNow => Self::TimeoutNow,
            sim::PacketKind::Request => Self::Request,
            sim::PacketKind::Answer { done } => Self::Answer { done },
            sim::PacketKind::ProposalRequest => Self::ProposalRequest,
            sim::PacketKind::ProposalReply { appended } => Self::ProposalReply { appended },
            sim::PacketKind::SnapshotRequest => Self::SnapshotRequest,
        }
    }
}

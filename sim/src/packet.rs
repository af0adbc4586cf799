//! What travels between servers and clients.

use raftarium_core::{AppendReply, Ballot, Body, Instant, Message, Term};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::client::{Answer, RequestId};
use crate::kv::Op;
use crate::trace::RecordId;

/// Names a packet: packets are counted as they are sent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct PacketId(pub u64);

/// A packet that is under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Packet {
    pub(crate) id: PacketId,
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) sent: Instant,
    pub(crate) arrives: Instant,
    /// When it was lost; it stays in sight until it would have arrived.
    pub(crate) lost: Option<Instant>,
    /// The record of its sending.
    pub(crate) cause: RecordId,
    pub(crate) content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    Raft(Message),
    Request { request: RequestId, op: Op },
    Answer { request: RequestId, answer: Answer },
}

/// What can be seen of a packet from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Glimpse {
    /// What it is.
    pub kind: PacketKind,
    /// The term that it carries; none between a client and a server.
    pub term: Option<Term>,
}

/// The kinds of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PacketKind {
    /// A candidate asks for a vote.
    VoteRequest,
    /// The answer.
    VoteReply {
        /// Whether the vote was granted.
        granted: bool,
    },
    /// A server asks whether it could win an election.
    PreVoteRequest,
    /// The answer.
    PreVoteReply {
        /// Whether the vote would be granted.
        granted: bool,
    },
    /// A leader sends a part of its snapshot.
    Snapshot {
        /// Whether it is the last.
        done: bool,
    },
    /// The answer to a part of a snapshot.
    SnapshotReply,
    /// A follower asks how far the log is committed, for a read.
    ReadRequest,
    /// The answer.
    ReadReply,
    /// A leader hands over.
    TimeoutNow,
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

impl Content {
    pub(crate) fn glimpse(&self) -> Glimpse {
        let kind = match self {
            Self::Raft(message) => match &message.body {
                Body::VoteRequest(request) if request.ballot == Ballot::PreVote => PacketKind::PreVoteRequest,
                Body::VoteRequest(_) => PacketKind::VoteRequest,
                Body::VoteReply(reply) if reply.pre_vote => PacketKind::PreVoteReply { granted: reply.granted },
                Body::SnapshotChunk(chunk) => PacketKind::Snapshot { done: chunk.done },
                Body::SnapshotReply(_) => PacketKind::SnapshotReply,
                Body::ReadRequest(_) => PacketKind::ReadRequest,
                Body::ReadReply { .. } => PacketKind::ReadReply,
                Body::TimeoutNow => PacketKind::TimeoutNow,
                Body::ProposalRequest(_) => PacketKind::ProposalRequest,
                Body::ProposalReply(reply) => PacketKind::ProposalReply { appended: reply.result.is_ok() },
                Body::SnapshotRequest { .. } => PacketKind::SnapshotRequest,
                Body::VoteReply(reply) => PacketKind::VoteReply { granted: reply.granted },
                Body::AppendRequest(request) if request.entries.is_empty() => PacketKind::Heartbeat,
                Body::AppendRequest(request) => {
                    PacketKind::Append { entries: u32::try_from(request.entries.len()).unwrap_or(u32::MAX) }
                }
                Body::AppendReply(reply) => {
                    PacketKind::AppendReply { accepted: matches!(reply, AppendReply::Accepted { .. }) }
                }
            },
            Self::Request { .. } => PacketKind::Request,
            Self::Answer { answer, .. } => PacketKind::Answer { done: matches!(answer, Answer::Committed { .. }) },
        };
        let term = match self {
            Self::Raft(message) => Some(message.term),
            Self::Request { .. } | Self::Answer { .. } => None,
        };
        Glimpse { kind, term }
    }
}

//! What travels between servers and clients.

use alloc::string::String;

use raftarium_core::{AppendReply, Ballot, Body, Instant, Message, Term};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::client::{Answer, RequestId};
use crate::kv::ReadBy;
use crate::order::Order;
use crate::queue::Key;
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
    /// Since when it stands still. When it moves on, the times above are moved by as long as that was.
    pub(crate) held: Option<Instant>,
    /// Where its arrival is in the queue; nowhere while it stands still.
    pub(crate) key: Option<Key>,
    /// The record of its sending.
    pub(crate) cause: RecordId,
    pub(crate) content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    Raft(Message),
    /// `attempt` counts how often the client has sent it; the answer says which one it answers.
    Request {
        request: RequestId,
        attempt: u32,
        ask: Ask,
    },
    Answer {
        request: RequestId,
        attempt: u32,
        answer: Answer,
    },
}

/// What a client asks a server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ask {
    /// To put something into the log.
    Order(Order),
    /// To read without that.
    Read { key: String, by: ReadBy },
}

impl Packet {
    pub(crate) fn new(
        from: Address,
        to: Address,
        sent: Instant,
        arrives: Instant,
        lost: Option<Instant>,
        cause: RecordId,
        content: Content,
    ) -> Self {
        Self { id: PacketId(0), from, to, sent, arrives, lost, held: None, key: None, cause, content }
    }
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

/// The kinds of packets, by what they are for: what a filter asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PacketClass {
    /// Somebody asks for a vote.
    VoteRequest,
    /// The answer.
    VoteReply,
    /// Somebody asks whether it could win an election.
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

impl PacketClass {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::VoteRequest,
        Self::VoteReply,
        Self::PreVoteRequest,
        Self::PreVoteReply,
        Self::Append,
        Self::Heartbeat,
        Self::AppendReply,
        Self::Snapshot,
        Self::SnapshotReply,
        Self::ReadRequest,
        Self::ReadReply,
        Self::TimeoutNow,
        Self::Request,
        Self::Answer,
        Self::ProposalRequest,
        Self::ProposalReply,
        Self::SnapshotRequest,
    ];

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A set of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct PacketClasses(u32);

impl PacketClasses {
    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn contains(self, class: PacketClass) -> bool {
        self.0 & class.bit() != 0
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = PacketClass> {
        PacketClass::ALL.into_iter().filter(move |&class| self.contains(class))
    }
}

impl FromIterator<PacketClass> for PacketClasses {
    fn from_iter<T: IntoIterator<Item = PacketClass>>(classes: T) -> Self {
        Self(classes.into_iter().fold(0, |bits, class| bits | class.bit()))
    }
}

impl PacketKind {
    /// What it is for.
    #[must_use]
    pub const fn class(self) -> PacketClass {
        match self {
            Self::VoteRequest => PacketClass::VoteRequest,
            Self::VoteReply { .. } => PacketClass::VoteReply,
            Self::PreVoteRequest => PacketClass::PreVoteRequest,
            Self::PreVoteReply { .. } => PacketClass::PreVoteReply,
            Self::Snapshot { .. } => PacketClass::Snapshot,
            Self::SnapshotReply => PacketClass::SnapshotReply,
            Self::ReadRequest => PacketClass::ReadRequest,
            Self::ReadReply => PacketClass::ReadReply,
            Self::TimeoutNow => PacketClass::TimeoutNow,
            Self::Append { .. } => PacketClass::Append,
            Self::Heartbeat => PacketClass::Heartbeat,
            Self::AppendReply { .. } => PacketClass::AppendReply,
            Self::Request => PacketClass::Request,
            Self::Answer { .. } => PacketClass::Answer,
            Self::ProposalRequest => PacketClass::ProposalRequest,
            Self::ProposalReply { .. } => PacketClass::ProposalReply,
            Self::SnapshotRequest => PacketClass::SnapshotRequest,
        }
    }
}

/// What every packet carries besides its content: addresses, and a frame.
const HEADER_BYTES: u64 = 40;

impl Content {
    /// How many bytes the packet has on the line.
    pub(crate) fn bytes(&self) -> u64 {
        let size = match self {
            Self::Raft(message) => postcard::experimental::serialized_size(message),
            Self::Request { request, attempt: _, ask: Ask::Order(order) } => {
                postcard::experimental::serialized_size(&(request, order.encode().as_ref()))
            }
            Self::Request { request, attempt: _, ask: Ask::Read { key, by } } => {
                postcard::experimental::serialized_size(&(request, key, by))
            }
            Self::Answer { request, attempt: _, answer } => postcard::experimental::serialized_size(&(request, answer)),
        };
        HEADER_BYTES + size.ok().and_then(|size| u64::try_from(size).ok()).unwrap_or(0)
    }

    /// How many entries are in it.
    pub(crate) fn entries(&self) -> usize {
        match self {
            Self::Raft(Message { body: Body::AppendRequest(request), .. }) => request.entries.len(),
            Self::Raft(_) | Self::Request { .. } | Self::Answer { .. } => 0,
        }
    }

    pub(crate) fn class(&self) -> PacketClass {
        self.glimpse().kind.class()
    }

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
            Self::Answer { answer, .. } => PacketKind::Answer { done: answer.is_success() },
        };
        let term = match self {
            Self::Raft(message) => Some(message.term),
            Self::Request { .. } | Self::Answer { .. } => None,
        };
        Glimpse { kind, term }
    }
}

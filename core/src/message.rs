//! What servers say to each other (Figure 2 of the paper).

use alloc::boxed::Box;
use alloc::vec::Vec;

use bytes::Bytes;

use crate::command::CommandBytes;
use crate::log::Entry;
use crate::membership::Membership;
use crate::outcome::ForwardId;
use crate::output::ReadId;
use crate::refusal::ProposeError;
use crate::types::{EntryId, LogIndex, NodeId, Term};

/// A message from one server to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Message {
    /// Who sends it.
    pub from: NodeId,
    /// Whom it is for.
    pub to: NodeId,
    /// The sender's term (§5.1).
    pub term: Term,
    /// What it says.
    pub body: Body,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Body {
    /// A candidate asks for a vote (§5.2).
    VoteRequest(VoteRequest),
    /// The answer to a candidate.
    VoteReply(VoteReply),
    /// A leader replicates entries, or shows that it is there: without entries it is a heartbeat (§5.3).
    AppendRequest(AppendRequest),
    /// The answer to a leader.
    AppendReply(AppendReply),
    /// A leader sends a part of its snapshot (§7).
    SnapshotChunk(SnapshotChunk),
    /// The answer to a part of a snapshot.
    SnapshotReply(SnapshotReply),
    /// A follower asks how far the log is committed, for a read (§6.4 of the dissertation).
    ReadRequest(ReadId),
    /// The answer: the read may be served once this index is applied.
    ReadReply {
        /// Which read.
        id: ReadId,
        /// What was committed.
        index: LogIndex,
    },
    /// A leader hands over: the receiver starts an election at once (§3.10 of the dissertation).
    TimeoutNow,
    /// A follower passes a proposal on to the leader.
    ProposalRequest(ProposalRequest),
    /// The answer.
    ProposalReply(ProposalReply),
    /// A follower asks the leader for a snapshot, although it may have the whole log.
    SnapshotRequest {
        /// The least that it must cover: the state machine of the follower has been given that much, and never goes back.
        least: LogIndex,
    },
}

/// `RequestVote` of Figure 2.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct VoteRequest {
    /// What is asked.
    pub ballot: Ballot,
    /// The last entry of the candidate's log, for the up-to-date check (§5.4.1).
    pub last: EntryId,
    /// The last entry that the candidate knows to be committed: whoever has that entry knows it then, too.
    pub commit: EntryId,
    /// The candidate's priority.
    pub priority: u32,
}

/// What a candidate asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Ballot {
    /// Whether the other would vote for it in the message's term, which has not begun yet (PreVote, §9.6 of the
    /// dissertation).
    PreVote,
    /// A vote (§5.2).
    Vote,
    /// A vote, although there is a leader: that leader asked for the election (§3.10 of the dissertation).
    Transfer,
}

/// The reply to `RequestVote`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct VoteReply {
    /// Whether it answers a [`Ballot::PreVote`].
    pub pre_vote: bool,
    /// Whether the candidate has, or would have, the sender's vote in the message's term.
    pub granted: bool,
    /// The last entry that the sender knows to be committed.
    pub commit: EntryId,
}

/// `AppendEntries` of Figure 2.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AppendRequest {
    /// The entry before the new ones, which the follower must have.
    pub prev: EntryId,
    /// The new entries, in order, without a gap; none in a heartbeat.
    pub entries: Vec<Entry>,
    /// How far the leader knows the log to be committed.
    pub commit: LogIndex,
    /// The leader's latest round of asking whether it still leads (§6.4 of the dissertation).
    pub round: u64,
}

/// The reply to `AppendEntries`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum AppendReply {
    /// The follower's log, durable, is the leader's up to and with this index.
    Accepted {
        /// The last index that is known to agree.
        matched: LogIndex,
        /// The round of the message that this answers.
        round: u64,
    },
    /// The follower does not have the entry before the new ones, or knows a higher term.
    Rejected {
        /// The index of the entry that it was asked to have.
        prev: LogIndex,
        /// The furthest entry of the follower that can agree with the leader's log (end of §5.3).
        hint: EntryId,
        /// The round of the message that this answers.
        round: u64,
    },
}

/// `InstallSnapshot` of Figure 13.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SnapshotChunk {
    /// The last entry that the snapshot covers; it names the snapshot.
    pub last: EntryId,
    /// Who belonged to the cluster at that entry.
    pub membership: Box<Membership>,
    /// Where in the snapshot the part starts, in bytes.
    pub offset: u64,
    /// The part.
    pub data: Bytes,
    /// Whether nothing comes after it.
    pub done: bool,
}

/// The reply to `InstallSnapshot`; to the last part, the answer is an [`AppendReply`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SnapshotReply {
    /// The last entry that the snapshot covers.
    pub last: EntryId,
    /// How much of it has arrived, without a gap, in bytes: where to go on.
    pub received: u64,
}

/// A proposal that a follower passes on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProposalRequest {
    /// The follower's name for it. The leader looks at it once, however often the message arrives.
    pub id: ForwardId,
    /// The command.
    pub command: CommandBytes,
}

/// The answer to a proposal that was passed on. It says where the command is, not that it is committed: that is in the
/// log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProposalReply {
    /// The follower's name for it.
    pub id: ForwardId,
    /// Where the leader has appended it, in the message's term; or why it did not.
    pub result: Result<EntryId, ProposeError>,
}

impl Body {
    /// The message's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::VoteRequest(_) => "vote request",
            Self::VoteReply(_) => "vote reply",
            Self::AppendRequest(_) => "append request",
            Self::AppendReply(_) => "append reply",
            Self::SnapshotChunk(_) => "snapshot chunk",
            Self::SnapshotReply(_) => "snapshot reply",
            Self::ReadRequest(_) => "read request",
            Self::ReadReply { .. } => "read reply",
            Self::TimeoutNow => "timeout now",
            Self::ProposalRequest(_) => "proposal request",
            Self::ProposalReply(_) => "proposal reply",
            Self::SnapshotRequest { .. } => "snapshot request",
        }
    }
}

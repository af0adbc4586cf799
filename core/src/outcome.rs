//! What became of what was proposed: each proposal ends as committed, superseded, refused or unknown, and the host is
//! told which.

use crate::refusal::ProposeError;
use crate::types::{Boot, EntryId, LogIndex, Term};

/// Names an accepted proposal: the place in the log that it has if it commits.
pub type ProposalId = EntryId;

/// Where a proposal is that [`Node::propose`](crate::Node::propose) took.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Proposed {
    /// This server leads, and has appended it here. What becomes of it comes as
    /// [`Output::Proposals`](crate::Output::Proposals).
    Appended(ProposalId),
    /// It is on its way to the leader. What the leader says comes as [`Output::Forwarded`](crate::Output::Forwarded).
    Forwarded(ForwardId),
}

impl Proposed {
    /// The place in the log, if it has one already.
    #[must_use]
    pub const fn appended(self) -> Option<ProposalId> {
        match self {
            Self::Appended(id) => Some(id),
            Self::Forwarded(_) => None,
        }
    }
}

/// Names a proposal that a server passed on to the leader, until it has a place in the log. Two lives of a server never
/// give the same name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ForwardId {
    /// The life in which it was proposed.
    pub boot: Boot,
    /// Counts the forwarded proposals of that life, from 1.
    pub sequence: u64,
}

/// What became of a proposal that was passed on to the leader.
///
/// Every one of them ends in exactly one of these, unless the server crashes before.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Forwarded {
    /// The leader has appended it here. What becomes of it comes as [`Output::Proposals`](crate::Output::Proposals), as
    /// for a proposal of this server's own.
    Appended(ProposalId),
    /// The leader refused it, and it is in no log: it may be proposed again.
    Refused(ProposeError),
    /// It may be committed, or may still be, or never: whoever proposes it again may have it twice, unless the state
    /// machine knows what it has seen (§6.3 of the dissertation).
    Unknown {
        /// Why nobody can know.
        reason: UnknownReason,
    },
}

/// What became of a run of proposals.
///
/// Every proposal that was [appended](Proposed::Appended), here or by the leader that it was
/// [passed on](Forwarded::Appended) to, is in exactly one of these in the end, unless the server crashes before; then
/// nobody can know, and it may have been committed or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Resolution {
    /// The term in which they were proposed.
    pub term: Term,
    /// The index of the first.
    pub first: LogIndex,
    /// The index of the last.
    pub last: LogIndex,
    /// What became of them.
    pub outcome: Outcome,
}

/// What became of a proposal that has a place in the log.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Outcome {
    /// It is committed: it will be applied on every server, and never be lost.
    Committed,
    /// Another entry was committed in its place: it will never be applied.
    Superseded {
        /// The term of the entry that took its place; if a snapshot covers the place, of the last entry of the snapshot.
        by: Term,
    },
    /// It was committed or superseded, and this server cannot learn which.
    Unknown {
        /// Why.
        reason: UnknownReason,
    },
}

/// Why nobody can tell what became of a proposal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum UnknownReason {
    /// A snapshot of another leader's covers its place, and does not tell which entry was there.
    CoveredBySnapshot {
        /// The last entry that the snapshot covers.
        last: EntryId,
    },
    /// The leader that it was passed on to did not answer within the shortest election timeout.
    TimedOut,
    /// The term of the leader that it was passed on to was over before it answered.
    LeaderLost,
}

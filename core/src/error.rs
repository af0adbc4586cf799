//! What can be wrong with what a host does. An input that is refused changes nothing.

use core::fmt;

use crate::output::PersistId;
use crate::types::{EntryId, LogIndex, NodeId, Term};

pub(crate) fn out_of_range(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "a term is above {}, or an index above {}", Term::MAX, LogIndex::MAX)
}

/// Why a report of the host was refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ReportError {
    /// The write belongs to another life of the server, was reported before, or was never asked for.
    NotUnderWay {
        /// What was reported.
        id: PersistId,
    },
    /// That part of that snapshot is not asked for, or not any more.
    NotAsked {
        /// Whom it is for.
        to: NodeId,
        /// The last entry that the snapshot covers.
        last: EntryId,
        /// Where the part starts.
        offset: u64,
    },
    /// The index was not handed out to be applied yet, or was reported before.
    NotBeingApplied {
        /// What was reported.
        index: LogIndex,
        /// What was reported last.
        applied: LogIndex,
        /// What was handed out last.
        handed_out: LogIndex,
    },
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAsked { to, last, offset } => {
                write!(f, "{to} does not wait for the snapshot of entry {last} from byte {offset} on")
            }
            Self::NotUnderWay { id } => write!(f, "{id} is not under way"),
            Self::NotBeingApplied { index, applied, handed_out } => {
                write!(f, "index {index} is not being applied; that would be above {applied} and up to {handed_out}")
            }
        }
    }
}

impl core::error::Error for ReportError {}

/// Why the log was not compacted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum CompactError {
    /// The index is not applied yet, or compacted already.
    OutsideApplied {
        /// What was given.
        through: LogIndex,
        /// What is compacted.
        base: LogIndex,
        /// What is applied.
        applied: LogIndex,
    },
    /// This server joined later, and does not know who belonged to the cluster at that index.
    NoMembership {
        /// What was given.
        through: LogIndex,
    },
}

impl fmt::Display for CompactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutsideApplied { through, base, applied } => {
                write!(f, "a snapshot up to {through}; it must be after {base}, and up to {applied}, which is applied")
            }
            Self::NoMembership { through } => {
                write!(f, "a snapshot up to {through}; who belonged to the cluster then is not known here")
            }
        }
    }
}

impl core::error::Error for CompactError {}

/// Why a server cannot start from the state that was found. Nothing is repaired silently.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum StartError {
    /// An entry does not follow the one before it, or its term is lower.
    BrokenLog {
        /// The last entry that fits.
        after: EntryId,
        /// The entry that was found.
        found: EntryId,
    },
    /// The log has an entry of a term that the server says it never saw.
    TermBehindLog {
        /// The term of the hard state.
        term: Term,
        /// The last entry.
        last: EntryId,
    },
    /// The commit index is outside of the log.
    CommitOutsideLog {
        /// The commit index.
        commit: LogIndex,
        /// The base of the log.
        base: LogIndex,
        /// The end of the log.
        last: LogIndex,
    },
    /// The state machine is before the base of the log, or after its end.
    AppliedOutsideLog {
        /// What is applied.
        applied: LogIndex,
        /// The base of the log.
        base: LogIndex,
        /// The end of the log.
        last: LogIndex,
    },
    /// A term is above [`Term::MAX`], or an index above [`LogIndex::MAX`].
    OutOfRange,
    /// The base of the log has index 0 and a term, or an index and term 0.
    ImpossibleBase {
        /// The base that was found.
        base: EntryId,
    },
    /// A membership has no voters, or a server in two places. Only a server without a snapshot may know of nobody.
    ImpossibleMembership {
        /// The entry that carries it, or the base of the log.
        at: EntryId,
    },
    /// A vote was found for term 0, in which nobody can be elected.
    VoteInTermZero {
        /// Whom it is for.
        vote: NodeId,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BrokenLog { after, found } => write!(f, "entry {found} was found where one after {after} must be"),
            Self::TermBehindLog { term, last } => {
                write!(f, "the hard state has term {term}, and the log ends with entry {last}")
            }
            Self::CommitOutsideLog { commit, base, last } => {
                write!(f, "the commit index is {commit}, and the log reaches from {base} to {last}")
            }
            Self::AppliedOutsideLog { applied, base, last } => {
                write!(f, "applied is {applied}, and the log reaches from {base} to {last}")
            }
            Self::OutOfRange => out_of_range(f),
            Self::ImpossibleBase { base } => {
                write!(f, "the base of the log is {base}; only index 0 has term 0, and it has no other")
            }
            Self::ImpossibleMembership { at } => {
                write!(f, "the membership at {at} has no voters, or a server in two places")
            }
            Self::VoteInTermZero { vote } => write!(f, "a vote for {vote} in term 0, in which there is no election"),
        }
    }
}

impl core::error::Error for StartError {}

//! What can be wrong with a message.

use core::fmt;

use crate::error::out_of_range;
use crate::types::{EntryId, LogIndex, NodeId, Term};

/// Why a message from a peer was refused: no correct server sends such a message to this one.
///
/// Stale messages are not refused; they are answered or put aside, as Raft says (§5.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Rejection {
    /// The message is for another server.
    WrongReceiver {
        /// Whom it is for.
        to: NodeId,
        /// Who got it.
        here: NodeId,
    },
    /// The message claims to come from its own receiver.
    FromSelf,
    /// A term is above [`Term::MAX`], or an index above [`LogIndex::MAX`].
    OutOfRange,
    /// The message is of term 0, in which nobody has anything to say: the first election begins term 1.
    TermZero,
    /// An entry is one that no log of the sender's term can have, or does not follow the one before it.
    MalformedEntries {
        /// The first entry that does not fit.
        at: EntryId,
    },
    /// A second server claims to lead the term that this one leads; Election Safety (§5.2) says that none can.
    SecondLeader {
        /// The term.
        term: Term,
        /// The other server.
        other: NodeId,
    },
    /// An entry carries a membership that cannot be.
    ImpossibleMembership {
        /// The entry.
        at: EntryId,
    },
    /// The sender's log differs from what is committed; Leader Completeness (§5.4) says that no leader's can.
    ConflictsWithCommitted {
        /// The first entry of the message that differs.
        entry: EntryId,
        /// The commit index here.
        commit: LogIndex,
    },
    /// A follower claims to agree beyond the end of this leader's log.
    MatchBeyondLog {
        /// What it claims.
        matched: LogIndex,
        /// Where the log ends.
        last: LogIndex,
    },
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongReceiver { to, here } => write!(f, "the message is for {to}, and this is {here}"),
            Self::FromSelf => write!(f, "the message claims to come from its receiver"),
            Self::OutOfRange => out_of_range(f),
            Self::TermZero => write!(f, "the message is of term 0; the first term in which servers speak is 1"),
            Self::MalformedEntries { at } => {
                write!(f, "entry {at} does not follow the one before it, or cannot be in a log of the sender's term")
            }
            Self::SecondLeader { term, other } => {
                write!(f, "{other} claims to lead term {term}, which this server leads")
            }
            Self::ImpossibleMembership { at } => {
                write!(f, "entry {at} carries a membership without voters, or with a server in two places")
            }
            Self::ConflictsWithCommitted { entry, commit } => {
                write!(f, "entry {entry} is not the committed one at its index; committed is up to {commit}")
            }
            Self::MatchBeyondLog { matched, last } => {
                write!(f, "the follower claims to agree up to {matched}, and the log ends at {last}")
            }
        }
    }
}

impl core::error::Error for Rejection {}

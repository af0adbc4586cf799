//! What can be wrong with an input. An input that is refused changes nothing.

use core::fmt;

use crate::membership::ChangeError;
use crate::output::PersistId;
use crate::time::Instant;
use crate::types::{EntryId, LogIndex, NodeId, Term};

fn out_of_range(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "a term is above {}, or an index above {}", Term::MAX, LogIndex::MAX)
}

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

/// Why a proposal was refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ProposeError {
    /// Only a leader takes proposals (§8).
    NotLeader {
        /// Who leads, as far as this server knows.
        leader: Option<NodeId>,
    },
    /// The leader hands over; it takes proposals again if that fails (§3.10 of the dissertation).
    Transferring {
        /// To whom.
        to: NodeId,
    },
    /// So much is proposed and not committed that no more is taken.
    TooMuchUncommitted {
        /// How many bytes are proposed and not committed.
        bytes: u64,
        /// How many bytes this proposal has.
        given: u64,
        /// How many bytes are allowed together; a proposal is always taken when nothing waits.
        max: u64,
    },
}

impl fmt::Display for ProposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLeader { leader } => not_leader(f, *leader),
            Self::Transferring { to } => transferring(f, *to),
            Self::TooMuchUncommitted { bytes, given, max } => {
                write!(f, "{bytes} bytes wait to be committed; with these {given} it would be more than {max}")
            }
        }
    }
}

impl core::error::Error for ProposeError {}

fn not_leader(f: &mut fmt::Formatter<'_>, leader: Option<NodeId>) -> fmt::Result {
    match leader {
        Some(leader) => write!(f, "this server is not the leader; {leader} is"),
        None => write!(f, "this server is not the leader, and knows of none"),
    }
}

fn transferring(f: &mut fmt::Formatter<'_>, to: NodeId) -> fmt::Result {
    write!(f, "the leadership is being handed over to {to}")
}

/// Why a change of membership was refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum MembershipChangeError {
    /// Only a leader changes the membership.
    NotLeader {
        /// Who leads, as far as this server knows.
        leader: Option<NodeId>,
    },
    /// The leader hands over.
    Transferring {
        /// To whom.
        to: NodeId,
    },
    /// The change before this one is not committed yet (§4.1 of the dissertation).
    Pending {
        /// Its entry.
        pending: LogIndex,
        /// What is committed.
        commit: LogIndex,
    },
    /// Nothing of the leader's own term is committed yet, so that an earlier leader's change could still be alive.
    TermNotCommitted {
        /// The term.
        term: Term,
    },
    /// The change itself cannot be made.
    Change(ChangeError),
}

impl fmt::Display for MembershipChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLeader { leader } => not_leader(f, *leader),
            Self::Transferring { to } => transferring(f, *to),
            Self::Pending { pending, commit } => {
                write!(f, "the change at index {pending} is not committed yet; committed is up to {commit}")
            }
            Self::TermNotCommitted { term } => {
                write!(f, "no entry of term {term} is committed yet; a change is taken after the first is")
            }
            Self::Change(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for MembershipChangeError {}

impl From<ChangeError> for MembershipChangeError {
    fn from(error: ChangeError) -> Self {
        Self::Change(error)
    }
}

/// Why leadership is not transferred.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum TransferError {
    /// Only a leader can hand over.
    NotLeader {
        /// Who leads, as far as this server knows.
        leader: Option<NodeId>,
    },
    /// The leader leads already.
    ToSelf,
    /// Only a voter can lead.
    NotVoter {
        /// Who was named.
        to: NodeId,
    },
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLeader { leader } => not_leader(f, *leader),
            Self::ToSelf => write!(f, "this server leads already; allowed is any other voter"),
            Self::NotVoter { to } => write!(f, "{to} is not a voter; only voters can lead"),
        }
    }
}

impl core::error::Error for TransferError {}

/// Why an election was not started.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum CampaignError {
    /// The server leads already.
    AlreadyLeader {
        /// The term that it leads.
        term: Term,
    },
    /// The server is not a voter, so it cannot lead.
    NotVoter,
    /// The server is in [`Term::MAX`], after which there is no term.
    LastTerm,
    /// The server heard from a leader, or has just started, and leases rest on its electing no other until then.
    Promised {
        /// When it may campaign.
        until: Instant,
    },
}

impl fmt::Display for CampaignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyLeader { term } => write!(f, "this server already leads term {term}"),
            Self::NotVoter => write!(f, "this server is not a voter; only voters can be elected"),
            Self::LastTerm => write!(f, "this server is in term {}, and no term comes after it", Term::MAX),
            Self::Promised { until } => write!(f, "a leader may trust its lease until {until}; then it is allowed"),
        }
    }
}

impl core::error::Error for CampaignError {}

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

/// Why a read was refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ReadError {
    /// The server does not lead, and knows of no leader to ask.
    NoLeader,
    /// Leases rest on what every server promises, and are off in the settings of this one.
    NoLeases,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLeader => write!(f, "this server does not lead, and knows of no leader to ask"),
            Self::NoLeases => write!(f, "a read by lease, and leases is off in the settings"),
        }
    }
}

impl core::error::Error for ReadError {}

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

//! Why something that a client or an operator asks for is refused. What is refused changes nothing.

use core::fmt;

use crate::time::Instant;
use crate::transition::ChangeError;
use crate::types::{LogIndex, NodeId, Term};

/// Why a proposal was refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ProposeError {
    /// Only a leader takes proposals (§8); a follower passes them on only if
    /// [`forward_proposals`](crate::Settings::forward_proposals) is on and it knows the leader.
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

/// Why no snapshot is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum SnapshotError {
    /// The server leads: snapshots come from leaders.
    Leads {
        /// The term that it leads.
        term: Term,
    },
    /// The server is the only voter, so no other can ever lead.
    OnlyVoter,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leads { term } => write!(f, "this server leads term {term}; only followers get snapshots"),
            Self::OnlyVoter => write!(f, "this server is the only voter; there is no leader to ask"),
        }
    }
}

impl core::error::Error for SnapshotError {}

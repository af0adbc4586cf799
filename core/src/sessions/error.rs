//! Why a request of a client's has nothing to be applied.

use core::fmt;
use core::num::NonZeroU32;

use super::{Sequence, SessionId};
use crate::types::LogIndex;

/// Why an entry has nothing to be applied.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum SessionError {
    /// The session expired, was closed, or never was. What it sent before may have been applied or not: the client must
    /// not send it again under a new session, unless applying it twice does no harm (§6.3 of the dissertation).
    NotOpen {
        /// What was named.
        session: SessionId,
    },
    /// The client waits for so many answers that no more is remembered. Nothing was applied; it can be sent again, with
    /// a higher `answered_below`.
    TooManyUnanswered {
        /// The session.
        session: SessionId,
        /// The command that was refused.
        sequence: Sequence,
        /// The client said that it has the answers below this.
        answered_below: Sequence,
        /// How many answers are remembered.
        max: NonZeroU32,
    },
    /// The client says that it has the answer to what it sends.
    AnsweredAhead {
        /// The command.
        sequence: Sequence,
        /// The client says that it has the answers below this; allowed is up to the command itself.
        answered_below: Sequence,
    },
    /// The host applies an entry again, or out of order. Nothing has changed.
    NotAfter {
        /// The entry.
        index: LogIndex,
        /// The one that was applied last.
        last: LogIndex,
    },
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOpen { session } => write!(f, "{session} is not open: it expired, was closed, or never was"),
            Self::TooManyUnanswered { session, sequence, answered_below, max } => {
                write!(
                    f,
                    "command {sequence} of {session}, which has {max} answers not yet known to have arrived, the most \
                     that is allowed; arrived are those below {answered_below}"
                )
            }
            Self::AnsweredAhead { sequence, answered_below } => {
                write!(f, "command {sequence} says that the answers below {answered_below} have arrived, its own too")
            }
            Self::NotAfter { index, last } => {
                write!(f, "entry {index} is applied after entry {last}; allowed is any after {last}")
            }
        }
    }
}

impl core::error::Error for SessionError {}

/// Why sessions that were read from a snapshot are refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum StoredSessionsError {
    /// There are more than the limits allow.
    TooMany {
        /// How many there are.
        given: usize,
        /// How many are allowed.
        max: NonZeroU32,
    },
    /// A session is one that no log can have left behind.
    Impossible {
        /// The session.
        session: SessionId,
    },
}

impl fmt::Display for StoredSessionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany { given, max } => write!(f, "{given} sessions; allowed are {max}"),
            Self::Impossible { session } => write!(f, "{session} is one that no log can have left behind"),
        }
    }
}

impl core::error::Error for StoredSessionsError {}

//! What can be wrong with a link or a file.

use alloc::string::String;
use core::fmt;

use super::{RUN_END, VERSION, plain::milliseconds};
use crate::setup::{SERVERS_MAX, SetupError};

/// Why a link or a file is no run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ShareError {
    /// A part of a link that there is not.
    Unknown {
        /// What was given.
        given: String,
    },
    /// A part of a link that is there twice, or that does not go together with another one.
    Repeated {
        /// Which.
        given: String,
    },
    /// That is no seed.
    Seed {
        /// What was given.
        given: String,
    },
    /// That is no number of servers.
    Servers {
        /// What was given.
        given: String,
    },
    /// That is no moment of a run.
    Moment {
        /// What was given.
        given: String,
    },
    /// It is of another version than this program knows.
    Version {
        /// What was given.
        given: String,
    },
    /// A character that cannot be in a link.
    Character {
        /// Which.
        given: char,
    },
    /// A character is missing, too many, or not what it was.
    Damaged,
    /// It is longer than what is written or read.
    TooLong {
        /// How long it is, in bytes.
        given: usize,
        /// The most that is allowed, in bytes.
        max: usize,
    },
    /// The text of a file is not that of a run.
    Json {
        /// What is wrong, where, and what is allowed.
        reason: String,
    },
    /// A trace is not what its run gives.
    OtherTrace {
        /// The fingerprint that the file says.
        given: String,
        /// That of the run.
        found: String,
    },
    /// It is a file, and not one of a run.
    NoRun,
    /// The setup is not valid.
    Setup(SetupError),
}

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { given } => {
                write!(f, "`{given}` is unknown; allowed are seed=…, servers=…, run=… and at=…")
            }
            Self::Repeated { given } => {
                write!(f, "`{given}` is one too many; allowed is one run=…, or one seed=… and servers=…, and one at=…")
            }
            Self::Seed { given } => {
                write!(f, "`{given}` is not a seed; allowed are whole numbers from 0 to {}", u64::MAX)
            }
            Self::Servers { given } => {
                write!(f, "`{given}` is not a number of servers; allowed are 1 to {SERVERS_MAX}")
            }
            Self::Moment { given } => {
                let max = milliseconds(RUN_END);
                write!(f, "`{given}` is not a moment; allowed are milliseconds from 0 to {max}, to 0.001")
            }
            Self::Version { given } => {
                write!(f, "the run is of version `{given}`; allowed is version {VERSION}, as in run={VERSION}.…")
            }
            Self::Character { given } => {
                write!(f, "{given:?} is not part of a link; allowed are letters, digits, `-` and `_`")
            }
            Self::Damaged => {
                write!(
                    f,
                    "the link is not whole: a character is missing or another one; allowed is all of it as it was"
                )
            }
            Self::TooLong { given, max } => {
                write!(f, "it has {given} bytes, which is too much for a link; allowed are up to {max}")
            }
            Self::Json { reason } => write!(f, "{reason}"),
            Self::OtherTrace { given, found } => {
                write!(
                    f,
                    "the trace has the fingerprint {given}, and its run gives {found}; allowed is a trace as it was written"
                )
            }
            Self::NoRun => {
                write!(f, "it is no run; allowed are a run, with `setup` and `commands`, or a trial, with `version`")
            }
            Self::Setup(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for ShareError {}

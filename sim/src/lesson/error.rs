//! What can be wrong with the text of a lesson.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use crate::demonstration::DEMONSTRATION_VERSION;
use crate::run::RunError;
use crate::scenario::TextError;
use crate::share::ShareError;

/// Why a text is no lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LessonError {
    /// It cannot be read.
    Text(TextError),
    /// It has steps, and cannot begin.
    Scenario {
        /// What is wrong, and where.
        reason: String,
    },
    /// It shows a mistake in a form that is not known.
    Version {
        /// The version that was given.
        given: u32,
    },
    /// It has no steps and shows no mistake, and it is no run either.
    Share(Box<ShareError>),
    /// Its run cannot be replayed.
    Run(RunError),
}

impl fmt::Display for LessonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(error) => write!(f, "{error}"),
            Self::Scenario { reason } => write!(f, "{reason}"),
            Self::Version { given } => write!(f, "version is {given}; allowed is {DEMONSTRATION_VERSION}"),
            Self::Share(error) if **error == ShareError::NoRun => {
                write!(f, "{error}, or a scenario, with `steps`, or a mistake that is shown, with `mistake`")
            }
            Self::Share(error) => write!(f, "{error}"),
            Self::Run(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for LessonError {}

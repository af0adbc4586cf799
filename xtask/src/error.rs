//! What can go wrong, each said in a sentence with its remedy.

use std::fmt;
use std::io;
use std::process::ExitCode;

/// The result of anything in this crate that can fail.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command did not end well.
#[derive(Debug)]
pub(crate) enum Error {
    /// The command line was not understood.
    Usage(String),
    /// Something is not on this machine and cannot be brought here.
    Missing {
        /// What is missing, and what was tried.
        what: String,
        /// What a person can do about it.
        remedy: String,
    },
    /// A program could not be started.
    NotStarted {
        /// The command line.
        program: String,
        /// Why not.
        source: io::Error,
    },
    /// A program ended with something else than success.
    Failed {
        /// The command line.
        program: String,
        /// How it ended.
        ending: String,
    },
    /// A file or folder could not be read or written.
    File {
        /// What was being done, and to which file.
        action: String,
        /// Why it did not work.
        source: io::Error,
    },
    /// A file of this repository does not say what it should.
    Repository(String),
    /// Some steps of `test` failed; their own output says why.
    Steps(usize),
}

impl Error {
    /// For `map_err`: the action that an I/O error interrupted.
    pub(crate) fn file(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::File { action, source }
    }

    /// 2 for a command that was not understood, 1 for one that failed.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Missing { .. }
            | Self::NotStarted { .. }
            | Self::Failed { .. }
            | Self::File { .. }
            | Self::Repository(_)
            | Self::Steps(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(what) => write!(f, "{what}. `cargo xtask help` shows what there is."),
            Self::Missing { what, remedy } => write!(f, "{what}. {remedy}"),
            Self::NotStarted { program, source } => {
                write!(f, "`{program}` could not be started: {source}.")
            }
            Self::Failed { program, ending } => write!(f, "`{program}` {ending}."),
            Self::File { action, source } => write!(f, "{action}: {source}."),
            Self::Repository(what) => write!(f, "{what}."),
            Self::Steps(1) => f.write_str("1 step failed."),
            Self::Steps(count) => write!(f, "{count} steps failed."),
        }
    }
}

impl std::error::Error for Error {}

impl From<lexopt::Error> for Error {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

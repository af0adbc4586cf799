//! What can go wrong, each said in a sentence that names what was given and what is allowed; and how a program that
//! calls this one is told.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// How the program ends, when it could do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing was found.
    Fine,
    /// A rule was broken, or a scenario did not come out as it should.
    Found,
    /// It was interrupted before it was through, and nothing was found until then.
    Interrupted,
}

impl Exit {
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Fine => 0,
            Self::Found => 1,
            Self::Interrupted => 130,
        })
    }
}

/// Why it could not do what it was asked.
#[derive(Debug)]
pub(crate) enum Error {
    /// The command line was not understood.
    Usage(String),
    /// A file could not be read or written.
    File {
        /// What was being done.
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why it did not work.
        source: io::Error,
    },
    /// A file or a link does not say what it should.
    Malformed {
        /// Which.
        given: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// There is nothing to shrink.
    NothingFound {
        /// In which file.
        path: String,
    },
}

impl Error {
    /// 2 for a command line that was not understood, 3 for files and links.
    pub(crate) fn exit(&self) -> ErrorExit {
        match self {
            Self::Usage(_) => ErrorExit(2),
            Self::File { .. } | Self::Malformed { .. } | Self::NothingFound { .. } => ErrorExit(3),
        }
    }
}

/// How the program ends, when it could not.
pub(crate) struct ErrorExit(u8);

impl ErrorExit {
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(self.0)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(what) => write!(f, "{what}. `raftarium help` tells what there is."),
            Self::File { doing, path, source } => write!(f, "{doing} {}: {source}.", path.display()),
            Self::Malformed { given, reason } => write!(f, "{given}: {reason}."),
            Self::NothingFound { path } => {
                write!(f, "{path}: nothing is found wrong in it, so there is nothing to shrink.")
            }
        }
    }
}

impl From<lexopt::Error> for Error {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

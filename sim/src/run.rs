//! A run as data: what is shared, replayed and kept as a test.

use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::command::Timed;
use crate::command_error::CommandError;
use crate::setup::{Setup, SetupError};

/// A setup, with its seed, and what was done when. The same run gives the same trace everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// What the world is made of.
    pub setup: Setup,
    /// What was done, in the order of time.
    pub commands: Vec<Timed>,
}

/// Why a [`Run`] cannot be replayed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RunError {
    /// The setup is not valid.
    Setup(SetupError),
    /// A command is not valid.
    Command {
        /// Its place in the list, from 0.
        position: usize,
        /// What is wrong with it.
        error: CommandError,
    },
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setup(error) => write!(f, "{error}"),
            Self::Command { position, error } => write!(f, "command {position}: {error}"),
        }
    }
}

impl core::error::Error for RunError {}

impl From<SetupError> for RunError {
    fn from(error: SetupError) -> Self {
        Self::Setup(error)
    }
}

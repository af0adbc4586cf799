//! A run as JSON: what is in files, and packed in links.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use raftarium_core::Instant;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::{RUN_END, ShareError, Shared};
use crate::command::Timed;
use crate::compare::Difference;
use crate::ending::Ending;
use crate::run::Run;
use crate::setup::Setup;
use crate::trial::Trial;

/// The version of files with a trial.
const VERSION: u32 = 1;

/// What is written.
#[derive(Serialize)]
struct Said<'a> {
    setup: &'a Setup,
    commands: &'a [Timed],
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ending: Option<&'a Ending>,
    #[serde(skip_serializing_if = "Option::is_none")]
    with: Option<&'a Difference>,
}

/// What is read: a run, or a trial that a terminal wrote, with what was found in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    setup: Option<Setup>,
    commands: Option<Vec<Timed>>,
    at: Option<Instant>,
    until: Option<Instant>,
    ending: Option<Ending>,
    with: Option<Difference>,
    version: Option<u32>,
    #[serde(default, rename = "found")]
    _found: IgnoredAny,
    trial: Option<Trial>,
}

fn write(shared: &Shared, at: Option<Instant>, with: Option<&Difference>) -> String {
    let Shared { run: Run { setup, commands }, until, ending, .. } = shared;
    let said = Said { setup, commands, at, until: *until, ending: ending.as_ref(), with };
    serde_json::to_string(&said).unwrap_or_default()
}

/// The JSON text of `shared`, but for the moment that is looked at and what it is compared with.
pub(super) fn without_moment(shared: &Shared) -> String {
    write(shared, None, None)
}

impl Shared {
    /// The JSON text, as in files.
    #[must_use]
    pub fn to_json(&self) -> String {
        write(self, self.at, self.with.as_ref())
    }

    /// Reads the JSON text of a file: a run with `setup` and `commands`, or a trial that `raftarium` wrote.
    ///
    /// # Errors
    ///
    /// Says what is wrong, where, and what is allowed.
    pub fn from_json(text: &str) -> Result<Self, ShareError> {
        let read: Read = serde_json::from_str(text).map_err(|error| ShareError::Json { reason: error.to_string() })?;
        let shared = match read {
            Read { version: Some(VERSION), trial: Some(trial), setup: None, commands: None, at, .. } => {
                Self { at, ..trial.into() }
            }
            Read { version: Some(given), .. } if given != VERSION => {
                return Err(ShareError::Version { given: given.to_string() });
            }
            Read {
                version: None,
                trial: None,
                setup: Some(setup),
                commands: Some(commands),
                at,
                until,
                ending,
                with,
                ..
            } => Self { run: Run { setup, commands }, at, until, ending, with },
            Read { .. } => return Err(ShareError::NoRun),
        };
        let too_far = [shared.at, shared.until].into_iter().flatten().find(|at| *at > RUN_END);
        if let Some(at) = too_far {
            return Err(ShareError::Moment { given: super::plain::milliseconds(at) });
        }
        shared.run.setup.check().map_err(ShareError::Setup)?;
        if let Some(with) = &shared.with {
            with.run(&shared.run).map_err(ShareError::With)?;
        }
        Ok(shared)
    }
}

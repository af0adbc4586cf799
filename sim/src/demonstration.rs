//! A mistake, shown: a small run in which a rule is broken because servers make it, and in which nothing is found if
//! they do not.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use raftarium_core::{Instant, Mistake};
use serde::{Deserialize, Serialize};

use crate::command::Timed;
use crate::ending::Ending;
use crate::run::Run;
use crate::setup::Setup;
use crate::trial::{Broken, Trial};

/// The form of the files.
pub const DEMONSTRATION_VERSION: u32 = 1;

/// A mistake, and a run that shows what it leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demonstration {
    /// The form of the file: [`DEMONSTRATION_VERSION`].
    pub version: u32,
    /// What all servers do wrong.
    pub mistake: Mistake,
    /// That, in a sentence.
    pub title: String,
    /// What to look for.
    pub look: String,
    /// The rule that is found to be broken.
    pub finds: Broken,
    /// What the world is made of, the mistake included.
    pub setup: Setup,
    /// What is done before the faults end.
    pub commands: Vec<Timed>,
    /// How far it is looked at.
    pub until: Instant,
    /// How the faults end, if the rule is about what comes then.
    pub ending: Option<Ending>,
}

impl Demonstration {
    /// `trial` as a demonstration.
    #[must_use]
    pub fn new(mistake: Mistake, finds: Broken, look: String, trial: &Trial) -> Self {
        let Trial { run: Run { setup, commands }, until, ending } = trial.clone();
        let before = |timed: &Timed| ending.as_ref().is_none_or(|ending| timed.at < ending.at);
        let commands = commands.into_iter().filter(before).collect();
        let title = mistake.statement().to_string();
        Self { version: DEMONSTRATION_VERSION, mistake, title, look, finds, setup, commands, until, ending }
    }

    /// The trial, with what its ending does.
    #[must_use]
    pub fn trial(&self) -> Trial {
        let run = Run { setup: self.setup.clone(), commands: self.commands.clone() };
        match &self.ending {
            Some(ending) => Trial::ending_with(run, ending.clone()),
            None => Trial { run, until: self.until, ending: None },
        }
    }
}

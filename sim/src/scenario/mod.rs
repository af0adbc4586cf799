//! Scenarios: a world, what is done in it and when, and what must come of it, as one file that people read and write.
//!
//! A file is JSON ([`Scenario::from_json`]). Servers are named "S1", "S2", …; times are in milliseconds. A step waits for
//! its moment, then expects, then does:
//!
//! ```json
//! { "when": { "leads": "S1" }, "expect": [{ "term": { "is": 2 } }], "do": [{ "crash": "S1" }] }
//! ```
//!
//! [`Scenario::play`] runs it. What it gives carries a [`Run`](crate::Run): the same story as plain commands at their
//! times, which every face of Raftarium replays. [`Scenario::of_run`] goes the other way.

mod act;
mod condition;
mod group;
mod index;
mod judge;
mod name;
mod of_run;
mod play;
mod setup;
mod text;
mod words;

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

pub use act::{Act, Link, ReadWith};
pub use condition::{Condition, EventKind, Fate, Number, Output, Packets, Range};
pub use group::Group;
pub use index::{Index, IndexGroup, IndexScenario};
pub use name::{Ms, Name};
pub use of_run::Untold;
pub use play::{Failure, Place, Played, Problem, Reached};
pub use setup::{Entry, PutEntry, Raft, Start, VotersEntry, World};
pub use text::TextError;

/// The version of the format that is read here.
pub const VERSION: u32 = 1;
/// How long a step waits for what it waits for, unless it says something else.
pub const WITHIN: Duration = Duration::from_secs(10);
/// The most simulated time that a scenario may take: an hour.
pub const LENGTH_MAX: Duration = Duration::from_secs(60 * 60);

/// A scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// [`VERSION`].
    pub version: u32,
    /// Its number in the table of all scenarios, from 1. Those that show the same with one thing changed share it. 0, or
    /// left out, if it is not in the table.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub number: u32,
    /// Its name.
    pub title: String,
    /// What it is about.
    pub group: Group,
    /// Where it comes from: a section of the paper, a chapter of the dissertation, a paper of somebody else's.
    pub chapter: String,
    /// What to look for, in a sentence or two.
    pub look: String,
    /// What its world is made of.
    #[serde(default)]
    pub world: World,
    /// What happens, step by step.
    pub steps: Vec<Step>,
    /// What holds when the last step is over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub end: Vec<Condition>,
    /// The rules that are broken by then: exactly these. Without it, none may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub broken: Vec<crate::Rule>,
}

impl Scenario {
    /// Its number and its name: `8. Figure 8`.
    #[must_use]
    pub fn heading(&self) -> String {
        match self.number {
            0 => self.title.clone(),
            number => alloc::format!("{number}. {}", self.title),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A step: it waits for its moment, then checks, then acts.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// A name, so that later conditions can count from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The moment, from the beginning of the scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Ms>,
    /// The moment, from the step before on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Ms>,
    /// What is done comes first at the moment, all of it, and before anything else that happens then; what is expected is so
    /// just before it. Without this, the moment is over when something is done, and each thing comes a microsecond after the
    /// one before. `at` or `after` must say when it is.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub first: bool,
    /// The moment is when this first holds; if it holds already, now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// How long it may take until then, from the step before on; [`WITHIN`], if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Ms>,
    /// What a teacher would say, now that the moment has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub say: Option<String>,
    /// What never holds from the step before until the moment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub never: Vec<Condition>,
    /// What holds at the moment, before anything is done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Condition>,
    /// What is done at the moment, one after the other.
    #[serde(rename = "do", skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<Act>,
}

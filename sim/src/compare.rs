//! Two clusters in lockstep: the same seed and the same commands, and one difference.
//!
//! The other run is made of the first one and the difference, and of nothing else, so a run and a difference say all of a
//! comparison.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;
use core::str::FromStr;

use raftarium_core::{Instant, Mistake, Settings};
use serde::{Deserialize, Serialize};

use crate::command::{Command, Timed};
use crate::run::{Run, RunError};
use crate::setup::SetupError;
use crate::timeline::Timeline;
use crate::trace::{Happening, Record, RecordId};

/// What is written before the name of a mistake.
const MISTAKE: &str = "mistake";

/// What two runs differ in. As text, `pre_vote:true` or `mistake:vote-twice`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Difference {
    /// One setting of all servers has another value, from the beginning and in all settings that they are given later.
    Setting {
        /// Which, as it is called in files.
        name: String,
        /// The value, as it is written in files.
        value: String,
    },
    /// All servers make a mistake, all the time.
    Mistake(Mistake),
}

/// Why two runs cannot differ so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DifferenceError {
    /// It is not of the form `name:value`.
    Form {
        /// What was given.
        given: String,
    },
    /// There is no such setting.
    Setting {
        /// What was given.
        given: String,
        /// Those that there are.
        known: String,
    },
    /// There is no such mistake.
    Mistake {
        /// What was given.
        given: String,
    },
    /// The setting cannot have this value.
    Value {
        /// Which setting.
        name: String,
        /// What was given.
        given: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It is no difference: the first run has it, too.
    Same {
        /// What was given.
        given: String,
    },
}

impl fmt::Display for DifferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form { given } => {
                write!(
                    f,
                    "`{given}` is no difference; allowed are a setting and its value, as in pre_vote:true, and mistake:…"
                )
            }
            Self::Setting { given, known } => write!(f, "there is no setting `{given}`; there are {known}"),
            Self::Mistake { given } => {
                write!(f, "there is no mistake `{given}`; there are ")?;
                Mistake::ALL
                    .iter()
                    .enumerate()
                    .try_for_each(|(at, mistake)| write!(f, "{}{}", if at == 0 { "" } else { ", " }, mistake.name()))
            }
            Self::Value { name, given, reason } => write!(f, "`{name}` cannot be `{given}`: {reason}"),
            Self::Same { given } => write!(f, "`{given}` is so already; allowed is what is otherwise"),
        }
    }
}

impl core::error::Error for DifferenceError {}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting { name, value } => write!(f, "{name}:{value}"),
            Self::Mistake(mistake) => write!(f, "{MISTAKE}:{}", mistake.name()),
        }
    }
}

impl FromStr for Difference {
    type Err = DifferenceError;

    fn from_str(text: &str) -> Result<Self, DifferenceError> {
        let (name, value) = text.split_once(':').ok_or_else(|| DifferenceError::Form { given: text.to_string() })?;
        if name == MISTAKE {
            let mistake = Mistake::from_name(value);
            return mistake.map(Self::Mistake).ok_or_else(|| DifferenceError::Mistake { given: value.to_string() });
        }
        let difference = Self::Setting { name: name.to_string(), value: value.to_string() };
        difference.settings(&Settings::plain()).map(|_| difference)
    }
}

impl TryFrom<String> for Difference {
    type Error = DifferenceError;

    fn try_from(text: String) -> Result<Self, DifferenceError> {
        text.parse()
    }
}

impl From<Difference> for String {
    fn from(difference: Difference) -> Self {
        difference.to_string()
    }
}

/// Where the value of a setting stands in the text of them all.
fn place(text: &str, name: &str) -> Option<Range<usize>> {
    // What servers draw from belongs to the world, and mistakes are made one by one.
    if name == "seed" || name == "mistakes" {
        return None;
    }
    let key = format!("\"{name}\":");
    let begins = text.find(&key)? + key.len();
    let length = text[begins..].find([',', '}'])?;
    Some(begins..begins + length)
}

/// The value of a setting, as it is written in files.
#[must_use]
pub fn setting(settings: &Settings, name: &str) -> Option<String> {
    let text = serde_json::to_string(settings).ok()?;
    place(&text, name).map(|place| text[place].to_string())
}

impl Difference {
    /// `settings`, but for this.
    ///
    /// # Errors
    ///
    /// If there is no such setting, or it cannot have this value.
    fn settings(&self, settings: &Settings) -> Result<Settings, DifferenceError> {
        let (name, value) = match self {
            Self::Setting { name, value } => (name, value),
            Self::Mistake(mistake) => {
                return Ok(Settings { mistakes: settings.mistakes.with(*mistake), ..settings.clone() });
            }
        };
        let mut text = serde_json::to_string(settings).unwrap_or_default();
        let place = place(&text, name).ok_or_else(|| {
            let names = text.split('"').skip(1).step_by(2).take_while(|name| *name != "seed");
            DifferenceError::Setting { given: name.clone(), known: names.collect::<Vec<_>>().join(", ") }
        })?;
        let wrong = |reason: String| DifferenceError::Value { name: name.clone(), given: value.clone(), reason };
        if !value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.') {
            return Err(wrong("allowed are true, false, null and numbers".to_string()));
        }
        text.replace_range(place, value);
        serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
    }

    /// The other run.
    ///
    /// # Errors
    ///
    /// If that cannot be, or is the same run.
    pub fn run(&self, run: &Run) -> Result<Run, DifferenceError> {
        let mut setup = run.setup.clone();
        setup.raft = self.settings(&setup.raft)?;
        if setup.raft == run.setup.raft {
            return Err(DifferenceError::Same { given: self.to_string() });
        }
        setup.check().map_err(|error: SetupError| match self {
            Self::Setting { name, value } => {
                DifferenceError::Value { name: name.clone(), given: value.clone(), reason: error.to_string() }
            }
            Self::Mistake(mistake) => DifferenceError::Mistake { given: mistake.name().to_string() },
        })?;
        Ok(Run { setup, commands: run.commands.iter().map(|timed| self.timed(timed)).collect() })
    }

    /// The command in the other run.
    #[must_use]
    pub fn command(&self, command: &Command) -> Command {
        match (command, self) {
            (Command::Configure { server, settings }, _) => {
                let settings = self.settings(settings).map_or_else(|_| settings.clone(), Box::new);
                Command::Configure { server: *server, settings }
            }
            (Command::MakeMistakes { server, mistakes }, Self::Mistake(mistake)) => {
                Command::MakeMistakes { server: *server, mistakes: mistakes.with(*mistake) }
            }
            (other, Self::Setting { .. } | Self::Mistake(_)) => other.clone(),
        }
    }

    fn timed(&self, Timed { at, command }: &Timed) -> Timed {
        Timed { at: *at, command: self.command(command) }
    }
}

/// The first thing that happens in one of two runs and not in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parting {
    /// When.
    pub at: Instant,
    /// What happens next in the first run, as far as it is known.
    pub first: Option<Record>,
    /// What happens next in the other run, as far as it is known.
    pub other: Option<Record>,
}

/// What holds two timelines together.
#[derive(Clone, Debug)]
pub struct Lockstep {
    difference: Difference,
    /// The commands of the first run that the other one has, too.
    commands: Arc<[Timed]>,
    /// How many records are known to be the same.
    same: u64,
    parting: Option<Parting>,
}

impl Lockstep {
    /// A timeline that differs from `first` in one thing, at the same moment.
    ///
    /// # Errors
    ///
    /// If they cannot differ so.
    pub fn begin(first: &Timeline, difference: Difference) -> Result<(Self, Timeline), DifferenceError> {
        let run = difference.run(&first.run())?;
        let mut other = Timeline::replay(run).map_err(|error| DifferenceError::Value {
            name: difference.to_string(),
            given: String::new(),
            reason: error.to_string(),
        })?;
        let mut lockstep = Self { difference, commands: first.commands().into(), same: 0, parting: None };
        // Both are read from the beginning, even if the first one has forgotten it.
        other.seek(first.now());
        lockstep.compare(first, &other);
        Ok((lockstep, other))
    }

    /// What the two differ in.
    #[must_use]
    pub const fn difference(&self) -> &Difference {
        &self.difference
    }

    /// Where the two part, if that was seen.
    #[must_use]
    pub const fn parting(&self) -> Option<&Parting> {
        self.parting.as_ref()
    }

    /// Lets `other` do what was done in `first`, and go to the same moment. True if something else was done than before, so
    /// that its past or its future is another one.
    ///
    /// # Errors
    ///
    /// If a command can never be carried out in the other one; then that one has not changed.
    pub fn follow(&mut self, first: &Timeline, other: &mut Timeline) -> Result<bool, RunError> {
        let changed = *self.commands != *first.commands();
        if changed {
            self.take_over(first, other)?;
        }
        other.seek(first.now());
        self.compare(first, other);
        Ok(changed)
    }

    fn take_over(&mut self, first: &Timeline, other: &mut Timeline) -> Result<(), RunError> {
        let commands = first.commands();
        let common = self.commands.iter().zip(commands).take_while(|(had, has)| had == has).count();
        let changes = [&self.commands[common..], &commands[common..]];
        let from = changes.iter().filter_map(|rest| rest.first()).map(|timed| timed.at).min().unwrap_or(Instant::ZERO);
        match &commands[common..] {
            [last] if common == self.commands.len() && from > Instant::ZERO => {
                let Timed { at, command } = self.difference.timed(last);
                let (before, now) = (Instant::from_micros(at.as_micros() - 1), other.now());
                other.seek(before);
                if let Err(error) = other.schedule(at, command) {
                    other.seek(now);
                    return Err(RunError::Command { position: common, error });
                }
                // What would have been without it is nothing that anybody has seen.
                let here = other.branch();
                for branch in other.branches().iter().filter(|branch| branch.id != here) {
                    let _ = other.delete(branch.id);
                }
            }
            _more_or_other => {
                let run = self.difference.run(&first.run());
                let run = run.unwrap_or_else(|_| Run { setup: other.setup().clone(), commands: commands.to_vec() });
                *other = Timeline::replay(run)?;
            }
        }
        self.commands = commands.into();
        if self.parting.as_ref().is_none_or(|parting| parting.at >= from) {
            self.parting = None;
            let records = first.all_records();
            let before = records.partition_point(|record| record.at < from) as u64;
            self.same = self.same.min(first.first_record().0 + before);
        }
        Ok(())
    }

    /// Looks for the first difference in what happened up to now in both.
    fn compare(&mut self, first: &Timeline, other: &Timeline) {
        let (ends, other_ends) = (first.world().record_count(), other.world().record_count());
        if self.parting.is_some() || self.same >= ends.max(other_ends) {
            return;
        }
        let (ours, theirs) = (known(first, self.same..ends), known(other, self.same..other_ends));
        let same = ours.iter().zip(theirs.iter()).take_while(|(our, their)| self.is_same(our, their)).count();
        let (our, their) = (ours.get(same), theirs.get(same));
        let at = [our, their].into_iter().flatten().map(|record| record.at).min();
        let parting = at.map(|at| Parting { at, first: our.cloned(), other: their.cloned() });
        self.same += same as u64;
        self.parting = parting;
    }

    fn is_same(&self, our: &Record, their: &Record) -> bool {
        if let (Happening::Commanded(our_command), Happening::Commanded(their_command)) = (&our.what, &their.what) {
            return our.at == their.at && self.difference.command(our_command) == *their_command;
        }
        our == their
    }
}

/// Records of a timeline, kept or not.
fn known(timeline: &Timeline, places: Range<u64>) -> Cow<'_, [Record]> {
    if timeline.first_record().0 > places.start {
        return Cow::Owned(timeline.recall(places));
    }
    let records = timeline.records_from(RecordId(places.start));
    let length = usize::try_from(places.end.saturating_sub(places.start)).unwrap_or(usize::MAX);
    Cow::Borrowed(&records[..length.min(records.len())])
}

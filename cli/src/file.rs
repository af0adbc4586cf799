//! Runs in files: a plain run, one that was put to the test, with what was found, or a scenario.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use raftarium_sim::core::Instant;
use raftarium_sim::swarm::Profile;
use raftarium_sim::{DEMONSTRATION_VERSION, Demonstration, Finding, RUN_END, ShareError, Shared, Trial, Verdict};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::play;

/// The form of the files that are written.
const VERSION: u32 = 1;
/// How long a plain run is looked at after its last command, if nobody says it.
const AFTER_LAST: Duration = Duration::from_secs(10);

/// A run that was put to the test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Saved {
    pub(crate) version: u32,
    /// What was found in it. It is told to people, and not needed to find it again.
    pub(crate) found: Option<Found>,
    pub(crate) trial: Trial,
}

/// What was found in a run, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Found {
    /// What was found, by its name.
    pub(crate) rule: String,
    /// The seed that drew it.
    pub(crate) seed: u64,
    /// The mix of faults that the seed drew from.
    pub(crate) profile: Option<Profile>,
    /// The fingerprint of the trace.
    pub(crate) hash: String,
    pub(crate) finding: Finding,
}

/// What files have at the top, of whichever form.
#[derive(Deserialize)]
struct Top {
    steps: Option<IgnoredAny>,
    mistake: Option<IgnoredAny>,
}

impl Found {
    pub(crate) fn new(trial: &Trial, profile: Option<Profile>, verdict: &Verdict, finding: &Finding) -> Self {
        let (rule, seed) = (finding.broken.name().to_owned(), trial.run.setup.seed);
        Self { rule, seed, profile, hash: verdict.hash.to_string(), finding: finding.clone() }
    }
}

/// What a file holds.
pub(crate) enum Content {
    /// A run.
    Trial(Box<Trial>),
    /// A scenario.
    Scenario(play::Loaded),
}

/// What is in a file. A plain run is looked at for `time`, or until some time after its last command.
///
/// # Errors
///
/// If the file cannot be read, or does not hold a run; then with the line, and the reason.
pub(crate) fn load(path: &Path, time: Option<Duration>) -> Result<Content, Error> {
    let reading = |source| Error::File { doing: "reading", path: path.to_owned(), source };
    let text = fs::read_to_string(path).map_err(reading)?;
    let malformed = |reason: String| Error::Malformed { given: path.display().to_string(), reason };
    let top: Top = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    if top.mistake.is_some() {
        let shown: Demonstration = serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        if shown.version != DEMONSTRATION_VERSION {
            let given = shown.version;
            return Err(malformed(format!("it has version {given}; this program reads {DEMONSTRATION_VERSION}")));
        }
        return Ok(Content::Trial(Box::new(shown.trial())));
    }
    if top.steps.is_some() {
        if time.is_some() {
            return Err(Error::Usage("--time is for runs; a scenario says by its steps how long it takes".into()));
        }
        return play::load(path, text).map(Content::Scenario);
    }
    let shared = Shared::from_json(&text).map_err(|error| {
        let more = if error == ShareError::NoRun { ", or a scenario, with `steps`" } else { "" };
        malformed(format!("{error}{more}"))
    })?;
    Ok(Content::Trial(Box::new(trial(shared, time))))
}

/// What was shared as a trial: a plain run is looked at for `time`, or until some time after its last command and after
/// the moment that somebody looks at.
pub(crate) fn trial(shared: Shared, time: Option<Duration>) -> Trial {
    let Shared { run, at, until, ending, .. } = shared;
    let time = time.map(|time| Instant::ZERO + time);
    let until = match (until, time) {
        (Some(until), Some(time)) => until.min(time),
        (Some(until), None) => until,
        (None, Some(time)) => time,
        (None, None) => {
            let last = run.commands.iter().map(|timed| timed.at).chain(at).max();
            last.unwrap_or(Instant::ZERO) + AFTER_LAST
        }
    };
    Trial { run, until: until.min(RUN_END), ending }
}

/// Writes a trial and what was found in it into `folder`, and gives the path of the file.
///
/// # Errors
///
/// If it cannot be written.
pub(crate) fn save(folder: &Path, name: &str, trial: &Trial, found: Option<Found>) -> Result<PathBuf, Error> {
    let path = folder.join(format!("{name}.json"));
    let writing = |source| Error::File { doing: "writing", path: path.clone(), source };
    fs::create_dir_all(folder).map_err(writing)?;
    let saved = Saved { version: VERSION, found, trial: trial.clone() };
    let text = serde_json::to_string_pretty(&saved).expect("plain data with names for keys") + "\n";
    fs::write(&path, text).map_err(writing)?;
    Ok(path)
}

/// A rule's name as a part of a file's name: `election-safety`.
pub(crate) fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

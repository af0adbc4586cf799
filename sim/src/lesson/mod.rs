//! A story that is told step by step: what a face shows of a scenario, of a mistake, or of any run that somebody kept.
//!
//! [`Lesson::read`] takes the text of a file, whichever of these it is, and plays it: what it gives is plain data, with
//! a [`Run`] that every face replays, and with words, so that a face needs to know nothing of the formats.

mod error;
mod gallery;
mod mistake;
mod scenario;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::Instant;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

pub use error::LessonError;
pub use gallery::{Gallery, GalleryMistake};

use crate::run::Run;
use crate::scenario::Scenario;
use crate::share::{ShareError, Shared, trace};

/// A story, and the run that it is told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// What it was read from.
    pub kind: LessonKind,
    /// Its name.
    pub title: String,
    /// Where it comes from: a section, a chapter.
    pub source: String,
    /// What to look for.
    pub look: String,
    /// What happens.
    pub run: Run,
    /// The moment to look at first.
    pub at: Instant,
    /// The steps, in the order of time.
    pub steps: Vec<LessonStep>,
    /// What came of it; of a plain run, nothing is expected.
    pub outcome: Option<Outcome>,
    /// Of a mistake: what comes of the same run with servers that keep to the rules.
    pub kept: Option<Outcome>,
}

/// What a lesson was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LessonKind {
    /// A [`Scenario`].
    Scenario,
    /// A [`Demonstration`](crate::Demonstration).
    Mistake,
    /// A run, or a trial.
    Run,
}

/// A step of the story.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LessonStep {
    /// When it came; nothing, if it did not.
    pub at: Option<Instant>,
    /// What a teacher says.
    pub says: String,
    /// What it waited for.
    pub waited: String,
    /// What was done.
    pub did: Vec<String>,
    /// What is expected, each in words, and whether it is so; nothing, as long as that is not known.
    pub expected: Vec<(String, Option<bool>)>,
}

/// What came of a story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Whether that is what should come of it.
    pub expected: bool,
    /// When it showed.
    pub at: Instant,
    /// What it is.
    pub words: String,
}

/// What files have at the top, of whichever form.
#[derive(Deserialize)]
struct Top {
    steps: Option<IgnoredAny>,
    mistake: Option<IgnoredAny>,
    records: Option<IgnoredAny>,
}

impl Lesson {
    /// Reads the text of a scenario, of a demonstration of a mistake, of a run, of a trial or of a trace, and plays it.
    ///
    /// # Errors
    ///
    /// If it is none of these, or cannot be played: with the line and the reason.
    pub fn read(text: &str) -> Result<Self, LessonError> {
        let top: Top = serde_json::from_str(text).map_err(|error| LessonError::Text(error.into()))?;
        if top.steps.is_some() {
            return Self::of_scenario(&Scenario::from_json(text).map_err(LessonError::Text)?);
        }
        if top.mistake.is_some() {
            let shown = serde_json::from_str(text).map_err(|error| LessonError::Text(error.into()))?;
            return Self::of_mistake(&shown);
        }
        if top.records.is_some() {
            return Self::of_run(trace::read(text)?);
        }
        Self::of_run(Shared::from_json(text)?)
    }

    /// Writes it down, so that [`Self::from_json`] reads it.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Self::to_json`] wrote.
    ///
    /// # Errors
    ///
    /// If it did not write that.
    pub fn from_json(text: &str) -> Result<Self, LessonError> {
        serde_json::from_str(text).map_err(|error| LessonError::Text(error.into()))
    }

    fn of_run(shared: Shared) -> Result<Self, LessonError> {
        crate::Timeline::replay(shared.run.clone()).map_err(LessonError::Run)?;
        Ok(Self {
            kind: LessonKind::Run,
            title: String::new(),
            source: String::new(),
            look: String::new(),
            at: shared.at.unwrap_or(Instant::ZERO),
            run: shared.run,
            steps: Vec::new(),
            outcome: None,
            kept: None,
        })
    }
}

impl From<ShareError> for LessonError {
    fn from(error: ShareError) -> Self {
        Self::Share(Box::new(error))
    }
}

//! What came of a scenario.

use raftarium_sim as sim;
use serde::Serialize;
use tsify::Tsify;

use super::number::{Milliseconds, Number};

/// What came of a scenario that was played.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct ScenarioOutcome {
    /// Its number in the table of all scenarios; 0 if it is not in it.
    #[tsify(type = "number")]
    pub number: Number,
    /// Its name.
    pub title: String,
    /// Where it comes from.
    pub chapter: String,
    /// What to look for.
    pub look: String,
    /// Where it did not come out as it should; null if it did.
    pub failure: Option<ScenarioFailure>,
}

/// Where a scenario did not come out as it should.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ScenarioFailure {
    /// `the world`, `step 3` or `the end`.
    pub place: String,
    /// The line of the text where that begins, from 1.
    #[tsify(type = "number")]
    pub line: Number,
    /// When.
    pub at: Milliseconds,
    /// What should be and is not, or what cannot be done.
    pub reason: String,
}

impl ScenarioOutcome {
    pub(crate) fn new(
        scenario: &sim::scenario::Scenario,
        text: &str,
        failure: Option<&sim::scenario::Failure>,
    ) -> Self {
        let sim::scenario::Scenario { number, title, chapter, look, .. } = scenario;
        let failure = failure.map(|failure| {
            let line = sim::scenario::Scenario::line(text, failure.place);
            ScenarioFailure {
                place: failure.place.to_string(),
                line: u64::try_from(line).unwrap_or(u64::MAX).into(),
                at: failure.at.into(),
                reason: failure.problem.to_string(),
            }
        });
        let number = u64::from(*number).into();
        Self { number, title: title.clone(), chapter: chapter.clone(), look: look.clone(), failure }
    }
}

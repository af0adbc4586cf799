//! A scenario as a lesson.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use raftarium_core::Instant;

use super::{Lesson, LessonError, LessonKind, LessonStep, Outcome};
use crate::run::Run;
use crate::scenario::{Condition, Failure, Place, Played, Problem, Reached, Scenario, Step};
use crate::story::commanded;
use crate::timeline::Timeline;

impl Lesson {
    pub(super) fn of_scenario(scenario: &Scenario) -> Result<Self, LessonError> {
        let (timeline, reached, failure) = match scenario.play() {
            Ok(Played { timeline, reached }) => (timeline, reached, None),
            Err(Failure { place, at, problem, timeline: Some(timeline), reached }) => {
                (*timeline, reached, Some((place, at, problem)))
            }
            Err(failure) => return Err(LessonError::Scenario { reason: failure.to_string() }),
        };
        let told = Told { reached: &reached, failure: failure.as_ref() };
        let numbered = scenario.steps.iter().zip(1..);
        let steps = numbered.map(|(step, number)| told.step(step, number)).chain([told.end(scenario, &timeline)]);
        Ok(Self {
            kind: LessonKind::Scenario,
            title: scenario.heading(),
            source: scenario.chapter.clone(),
            look: scenario.look.clone(),
            at: Instant::ZERO,
            run: run(scenario, &timeline),
            steps: steps.collect(),
            outcome: Some(told.outcome(&timeline)),
            kept: None,
        })
    }
}

fn run(scenario: &Scenario, timeline: &Timeline) -> Run {
    debug_assert!(scenario.world.setup().as_ref() == Ok(timeline.setup()), "a scenario runs in its own world");
    timeline.run()
}

/// What came of the steps of a scenario.
struct Told<'a> {
    reached: &'a [Reached],
    failure: Option<&'a (Place, Instant, Problem)>,
}

impl Told<'_> {
    fn step(&self, step: &Step, number: usize) -> LessonStep {
        let reached = number.checked_sub(1).and_then(|place| self.reached.get(place));
        let never = step.never.iter().map(|condition| {
            let happened = self.is_wrong(Place::Step(number), condition);
            let holds = if happened { Some(false) } else { reached.map(|_| true) };
            (format!("until then it was never so that {}", condition.words()), holds)
        });
        let expected = step.expect.iter().map(|condition| {
            let holds = reached.map(|_| !self.is_wrong(Place::Step(number), condition));
            (condition.words(), holds)
        });
        LessonStep {
            at: reached.map(|reached| reached.at),
            says: step.say.clone().unwrap_or_default(),
            waited: step.when.as_ref().map(Condition::words).unwrap_or_default(),
            did: reached.map_or_else(Vec::new, |reached| reached.commands.iter().map(commanded).collect()),
            expected: never.chain(expected).collect(),
        }
    }

    fn end(&self, scenario: &Scenario, timeline: &Timeline) -> LessonStep {
        let came = self.failure.is_none_or(|(place, ..)| *place == Place::End);
        let rules = Condition::Broken(scenario.broken.clone());
        let wrong_rules = self.failure.is_some_and(|(_, _, problem)| matches!(problem, Problem::Rules { .. }));
        // The rules are looked at last.
        let looked_at_rules = wrong_rules || self.failure.is_none();
        let rules = (rules.words(), looked_at_rules.then_some(!wrong_rules));
        let expected = scenario.end.iter().map(|condition| {
            let holds = came.then(|| !self.is_wrong(Place::End, condition));
            (condition.words(), holds)
        });
        LessonStep {
            at: came.then(|| timeline.now()),
            says: "At the end.".to_owned(),
            waited: String::new(),
            did: Vec::new(),
            expected: expected.chain([rules]).collect(),
        }
    }

    /// Whether it was found at `place` that `condition` is not as it should be.
    fn is_wrong(&self, place: Place, condition: &Condition) -> bool {
        let Some((found, _, problem)) = self.failure else { return false };
        *found == place
            && match problem {
                Problem::NotSo(all) => all.contains(condition),
                Problem::Happened(happened) => **happened == *condition,
                Problem::Setup(_)
                | Problem::TwoMoments
                | Problem::FirstOfNothing
                | Problem::UnknownStep(_)
                | Problem::Past { .. }
                | Problem::TooLong
                | Problem::NeverCame { .. }
                | Problem::Rules { .. }
                | Problem::NoPacket(_)
                | Problem::Refused { .. } => false,
            }
    }

    fn outcome(&self, timeline: &Timeline) -> Outcome {
        match self.failure {
            None => {
                Outcome { expected: true, at: timeline.now(), words: "Everything came out as it should.".to_owned() }
            }
            Some((place, at, problem)) => {
                let words = format!("It did not come out as it should, in {place}: {}.", in_words(problem));
                Outcome { expected: false, at: *at, words }
            }
        }
    }
}

/// What is wrong, with conditions as people read them.
fn in_words(problem: &Problem) -> String {
    let all = |conditions: &[Condition]| conditions.iter().map(Condition::words).collect::<Vec<_>>().join("; ");
    match problem {
        Problem::NeverCame { condition, until } => {
            format!("until {} this did not come: {}", crate::story::seconds(*until), condition.words())
        }
        Problem::Happened(condition) => format!("this never should be, and is: {}", condition.words()),
        Problem::NotSo(conditions) => format!("this should be, and is not: {}", all(conditions)),
        Problem::Setup(_)
        | Problem::TwoMoments
        | Problem::FirstOfNothing
        | Problem::UnknownStep(_)
        | Problem::Past { .. }
        | Problem::TooLong
        | Problem::Rules { .. }
        | Problem::NoPacket(_)
        | Problem::Refused { .. } => problem.to_string(),
    }
}

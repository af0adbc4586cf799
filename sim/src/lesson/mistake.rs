//! A mistake as a lesson: what was done, and which rule is broken by it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::Instant;

use super::{Lesson, LessonError, LessonKind, LessonStep, Outcome};
use crate::command::Timed;
use crate::demonstration::{DEMONSTRATION_VERSION, Demonstration};
use crate::story::commanded;
use crate::trial::{Broken, Finding, Trial};

/// How long before it is found the story begins to be looked at: about as long as a message takes, and its answer.
const BEFORE: Duration = Duration::from_millis(25);

impl Lesson {
    pub(super) fn of_mistake(shown: &Demonstration) -> Result<Self, LessonError> {
        if shown.version != DEMONSTRATION_VERSION {
            return Err(LessonError::Version { given: shown.version });
        }
        let trial = shown.trial();
        let finding = trial.judge().map_err(LessonError::Run)?.finding;
        let kept = trial.without_mistakes().judge().map_err(LessonError::Run)?;
        let until = kept.until;
        let kept = kept.finding.map_or_else(
            || Outcome { expected: true, at: until, words: "With the rules kept, no rule is broken in it.".into() },
            |finding| Outcome { expected: false, at: finding.at, words: found(&finding) },
        );
        let outcome = match &finding {
            Some(finding) => Outcome { expected: finding.broken == shown.finds, at: finding.at, words: found(finding) },
            None => Outcome { expected: false, at: shown.until, words: "No rule is broken in it.".into() },
        };
        Ok(Self {
            kind: LessonKind::Mistake,
            title: shown.title.clone(),
            source: format!("{} ({})", shown.mistake.rule(), shown.mistake.section()),
            look: shown.look.clone(),
            at: first_look(&trial, outcome.at),
            steps: steps(&trial, shown, &outcome),
            run: trial.run,
            outcome: Some(outcome),
            kept: Some(kept),
        })
    }
}

/// What does not come is best looked at from when the faults end; what happens, from a little before.
fn first_look(trial: &Trial, found: Instant) -> Instant {
    match &trial.ending {
        Some(ending) => ending.at,
        None => Instant::from_micros(found.as_micros().saturating_sub(BEFORE.as_micros() as u64)),
    }
}

fn found(finding: &Finding) -> String {
    let Finding { broken, story, .. } = finding;
    match broken {
        Broken::Rule(rule) => format!("{} is broken: {}.", rule.name(), story.trim_end_matches('.')),
        Broken::Liveness(_) => format!("{}.", story.trim_end_matches('.')),
    }
}

/// What was done, together what was done together; and what was found.
fn steps(trial: &Trial, shown: &Demonstration, outcome: &Outcome) -> Vec<LessonStep> {
    let faults_end = trial.ending.as_ref().map(|ending| ending.at);
    let mut steps: Vec<LessonStep> = Vec::new();
    // Once the faults have ended, clients only ask, again and again.
    let told = |timed: &&Timed| timed.at <= outcome.at && faults_end.is_none_or(|end| timed.at <= end);
    for timed in trial.run.commands.iter().filter(told) {
        match steps.last_mut().filter(|step| step.at == Some(timed.at)) {
            Some(step) => step.did.push(commanded(&timed.command)),
            None => steps.push(LessonStep {
                at: Some(timed.at),
                says: if faults_end == Some(timed.at) {
                    "The faults end. From here on, clients ask for something again and again.".into()
                } else {
                    String::new()
                },
                did: [commanded(&timed.command)].into(),
                ..LessonStep::default()
            }),
        }
    }
    let expected = [(String::from(shown.finds.statement()), Some(false))].into();
    steps.push(LessonStep { at: Some(outcome.at), says: outcome.words.clone(), expected, ..LessonStep::default() });
    steps
}

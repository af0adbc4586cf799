//! Scenarios in files: played, and what did not come out as it should.

use std::path::Path;

use raftarium_sim::scenario::{Failure, Place, Played, Scenario};
use raftarium_sim::{Timeline, Trial, story};
use serde::Serialize;

use crate::error::{Error, Exit};
use crate::say;

/// A scenario, and the text that it was read from.
pub(crate) struct Loaded {
    scenario: Box<Scenario>,
    text: String,
}

/// What came of a scenario, for programs.
#[derive(Serialize)]
struct Report<'a> {
    r#type: &'static str,
    number: u32,
    title: &'a str,
    came_out: bool,
    failure: Option<FailureReport>,
    /// The rules that were broken, on purpose or not.
    broken: Vec<&'static str>,
    hash: Option<String>,
    until_us: u64,
    events: u64,
}

#[derive(Serialize)]
struct FailureReport {
    place: String,
    line: usize,
    at_us: u64,
    reason: String,
}

/// Reads a scenario.
///
/// # Errors
///
/// If the text is none, with the line and the reason.
pub(crate) fn load(path: &Path, text: String) -> Result<Loaded, Error> {
    let malformed = |reason: String| Error::Malformed { given: path.display().to_string(), reason };
    let scenario = Scenario::from_json(&text).map_err(|error| malformed(error.to_string()))?;
    Ok(Loaded { scenario: Box::new(scenario), text })
}

/// Plays a scenario, and tells what came of it.
pub(crate) fn run(loaded: &Loaded, path: &Path, json: bool) -> Exit {
    let played = loaded.scenario.play();
    if json {
        say::json(&report(loaded, &played));
    } else {
        tell(loaded, path, &played);
    }
    if played.is_ok() { Exit::Fine } else { Exit::Found }
}

/// The run of a scenario, as far as it came.
pub(crate) fn trial(loaded: &Loaded) -> Option<Trial> {
    let played = loaded.scenario.play();
    let timeline = timeline(&played)?;
    Some(Trial { run: timeline.run(), until: timeline.now(), ending: None })
}

fn timeline(played: &Result<Played, Failure>) -> Option<&Timeline> {
    match played {
        Ok(played) => Some(&played.timeline),
        Err(failure) => failure.timeline.as_deref(),
    }
}

fn report<'a>(loaded: &'a Loaded, played: &Result<Played, Failure>) -> Report<'a> {
    let failure = played.as_ref().err().map(|failure| FailureReport {
        place: failure.place.to_string(),
        line: Scenario::line(&loaded.text, failure.place),
        at_us: failure.at.as_micros(),
        reason: failure.problem.to_string(),
    });
    let timeline = timeline(played);
    let violations = timeline.map(|timeline| timeline.world().violations()).unwrap_or_default();
    let mut broken: Vec<_> = violations.iter().map(|violation| violation.rule).collect();
    broken.sort_unstable();
    broken.dedup();
    Report {
        r#type: "scenario",
        number: loaded.scenario.number,
        title: &loaded.scenario.title,
        came_out: failure.is_none(),
        failure,
        broken: broken.into_iter().map(raftarium_sim::Rule::name).collect(),
        hash: timeline.map(|timeline| timeline.hash().to_string()),
        until_us: timeline.map_or(0, |timeline| timeline.now().as_micros()),
        events: timeline.map_or(0, |timeline| timeline.world().steps()),
    }
}

fn tell(loaded: &Loaded, path: &Path, played: &Result<Played, Failure>) {
    let Scenario { chapter, look, steps, .. } = &*loaded.scenario;
    say::line(format_args!("{} ({chapter})", loaded.scenario.heading()));
    say::line(look);
    let Some(timeline) = timeline(played) else { return fails(loaded, path, played) };
    say::line("");
    for record in timeline.records().iter().filter(|record| story::is_command(record)) {
        say::line(format_args!("  {}  {}", story::seconds(record.at), story::sentence(record, timeline.records())));
    }
    for violation in timeline.world().violations() {
        let (at, rule) = (story::seconds(violation.at), violation.rule.name());
        say::line(format_args!("  {at}  {rule} is broken: {}", violation.story));
    }
    say::line("");
    match played {
        Ok(_) => say::line(format_args!(
            "It came out as it should: {} steps, {}, trace {}.",
            steps.len(),
            story::seconds(timeline.now()),
            timeline.hash()
        )),
        Err(_) => fails(loaded, path, played),
    }
}

fn fails(loaded: &Loaded, path: &Path, played: &Result<Played, Failure>) {
    let Err(failure) = played else { return };
    let line = Scenario::line(&loaded.text, failure.place);
    say::line(format_args!("It did not come out as it should. {}, line {line}: {failure}", path.display()));
    if let Place::Step(number) = failure.place
        && let Some(said) = number.checked_sub(1).and_then(|place| loaded.scenario.steps[place].say.as_ref())
    {
        say::line(format_args!("There it says: {said}"));
    }
}

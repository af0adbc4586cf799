//! `run`, `replay`, `scenario` and `shrink`: one run.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use raftarium_sim::scenario::Scenario;
use raftarium_sim::shrink as make_small;
use serde::Serialize;

use crate::arguments::{One, Source};
use crate::error::{Error, Exit};
use crate::file::{self, Content, Found};
use crate::{interrupt, link, play, say, story};

/// What became of one run, for programs.
#[derive(Serialize)]
struct Report<'a> {
    r#type: &'static str,
    hash: String,
    until_us: u64,
    events: u64,
    found: Option<&'a Found>,
}

/// What became of a run that was shrunk, for programs.
#[derive(Serialize)]
struct ShrunkReport<'a> {
    r#type: &'static str,
    file: &'a Path,
    commands_before: usize,
    commands: usize,
    servers: u32,
    tries: u32,
    found: &'a Found,
}

fn load(options: &One) -> Result<Content, Error> {
    match &options.source {
        Source::File(path) => file::load(path, options.time),
        Source::Link(link) => Ok(Content::Trial(Box::new(file::trial(link::parse(link)?, options.time)))),
    }
}

fn name(source: &Source) -> String {
    match source {
        Source::File(path) => path.display().to_string(),
        Source::Link(link) => link::shown(link),
    }
}

/// Plays a run or a scenario, and tells what is found.
///
/// # Errors
///
/// If there is no valid run where it should be.
pub(crate) fn run(options: &One) -> Result<Exit, Error> {
    let trial = match (load(options)?, &options.source) {
        (Content::Trial(trial), _) => trial,
        (Content::Scenario(loaded), Source::File(path)) => return Ok(play::run(&loaded, path, options.json)),
        (Content::Scenario(loaded), Source::Link(link)) => {
            return Ok(play::run(&loaded, Path::new(link), options.json));
        }
    };
    let invalid = |error: raftarium_sim::RunError| Error::Malformed {
        given: name(&options.source),
        reason: format!("the run is not valid: {error}"),
    };
    let verdict = trial.judge().map_err(invalid)?;
    let found = verdict.finding.as_ref().map(|finding| Found::new(&trial, None, &verdict, finding));
    if options.json {
        let (hash, until_us) = (verdict.hash.to_string(), verdict.until.as_micros());
        say::json(&Report { r#type: "run", hash, until_us, events: verdict.steps, found: found.as_ref() });
    } else {
        let seconds = verdict.until.as_micros() / 1_000;
        let (whole, ms) = (seconds / 1_000, seconds % 1_000);
        say::line(format_args!("{whole}.{ms:03} simulated seconds, {} events, trace {}", verdict.steps, verdict.hash));
        match &found {
            Some(found) => say::line(story::tell(&trial, found, &options.page)),
            None => say::line("Nothing is found wrong: every rule held after every event."),
        }
    }
    Ok(if found.is_some() { Exit::Found } else { Exit::Fine })
}

/// Prints a run as a scenario, as far as it would be played.
///
/// # Errors
///
/// If there is no valid run where it should be, or it is too long for a scenario.
pub(crate) fn scenario(options: &One) -> Result<Exit, Error> {
    let malformed = |reason: String| Error::Malformed { given: name(&options.source), reason };
    match load(options)? {
        Content::Scenario(_) => Err(malformed("it is a scenario already".to_owned())),
        Content::Trial(trial) => {
            let told = Scenario::of_run(&trial.run, trial.until).map_err(|error| malformed(error.to_string()))?;
            say::line(told.to_json().trim_end());
            Ok(Exit::Fine)
        }
    }
}

/// Makes a run small in which something is found.
///
/// # Errors
///
/// If there is no valid run where it should be, or nothing is found in it, or the small one cannot be written.
pub(crate) fn shrink(options: &One) -> Result<Exit, Error> {
    interrupt::watch();
    let nothing = || Error::NothingFound { path: name(&options.source) };
    let trial = match load(options)? {
        Content::Trial(trial) => *trial,
        Content::Scenario(loaded) => play::trial(&loaded).ok_or_else(nothing)?,
    };
    let bar = ProgressBar::new(options.tries.into());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} tries  {msg}") {
        bar.set_style(style);
    }
    let small = make_small(&trial, options.tries, |best| {
        bar.set_position(best.tries.into());
        bar.set_message(format!(
            "{} commands, {} servers",
            best.trial.run.commands.len(),
            best.trial.run.setup.servers
        ));
        !interrupt::wanted()
    });
    bar.finish_and_clear();
    let small = small.ok_or_else(nothing)?;
    let verdict = small.trial.judge().ok();
    let found = verdict.as_ref().and_then(|verdict| {
        let finding = verdict.finding.as_ref()?;
        Some(Found::new(&small.trial, None, verdict, finding))
    });
    let found = found.ok_or_else(nothing)?;
    let name = format!("{}-{}-small", found.seed, file::slug(&found.rule));
    let path = file::save(&options.out, &name, &small.trial, Some(found.clone()))?;
    let (commands, servers) = (small.trial.run.commands.len(), small.trial.run.setup.servers);
    if options.json {
        let (commands_before, tries) = (trial.run.commands.len(), small.tries);
        let report =
            ShrunkReport { r#type: "shrunk", file: &path, commands_before, commands, servers, tries, found: &found };
        say::json(&report);
    } else {
        let before = trial.run.commands.len();
        say::line(format_args!(
            "From {before} commands to {commands}, with {servers} servers, in {} tries.",
            small.tries
        ));
        say::line(story::tell(&small.trial, &found, &options.page));
        say::line(format_args!("In a file:   raftarium replay {}", path.display()));
    }
    Ok(Exit::Found)
}

//! The command line, parsed into values that cannot be wrong.

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::PathBuf;

use lexopt::prelude::*;

use crate::error::{Error, Result};
use crate::steps::Step;

/// What `cargo xtask help` prints.
pub(crate) const HELP: &str = "\
cargo xtask serve [--port N] [--no-open] [-- ARGUMENTS OF TRUNK]
    Get the tools, build the page, serve it on this machine, open it in a browser.
cargo xtask build [--public-url URL] [-- ARGUMENTS OF TRUNK]
    Get the tools and leave a static site in dist/, for any host and any sub-path.
cargo xtask test [--only STEP[,STEP]] [--keep-going]
    Get the tools and run every check. It stops at the first step that fails, unless told to keep going.
cargo xtask test --list
    Name the steps.
cargo xtask bench [--only race|worlds] [--ours] [--rounds N] [--quick] [--json FILE]
    Race against other Rafts, which are fetched for it, and print one table; then see how much simulated time a second
    holds, native and in wasm, and print another. About five minutes; on a machine that does nothing else, if the
    numbers are to mean something. --ours: without the others. --rounds: how often everybody runs, 7 if nothing is said.
    --quick: one short round. --json: every round's numbers of the race as well.
cargo xtask measure [--quick] [--as-it-is]
    Build the page, measure it in Chromium, and print one table: weight, cost of a frame, memory over an hour of simulated
    time, interaction to next paint, and what Lighthouse says, which is fetched for it. About seven minutes. --as-it-is:
    what is in dist/ already, without building. --quick: shorter, and without Lighthouse.
cargo xtask profile
    Build the page, watch it come to stand in Chromium, and write down what that does not run: it is loaded later.
cargo xtask screenshots [--only SCREEN[,SCREEN]] [--as-it-is]
    Build the page and leave a picture of every screen in target/screens/: 375, 1440 and 1920 px, light and dark.

RAFTARIUM_TOOLS   the folder for tools that are not on this machine yet (a folder of your user's cache by default)
RAFTARIUM_CHROME  the Chromium or Chrome that the browser tests drive
RAFTARIUM_CONFORMANCE  a directory of etcd's raft scripts to replay (skipped if there is none)

After one of the first two, `. FOLDER/env.sh` puts the tools on the PATH of your shell, for `trunk serve` and the like.
";

/// One command, with what it needs to know.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Print [`HELP`].
    Help,
    /// Serve the page on this machine.
    Serve(ServeOptions),
    /// Leave the page in `dist/`.
    Build(BuildOptions),
    /// Name the steps of `test`.
    ListSteps,
    /// Run the steps of `test`.
    Test(Selection),
    /// Race against other Rafts.
    Race(RaceOptions),
    /// Find out what a first visit to the page runs.
    Profile,
    /// Measure the page.
    Measure(MeasureOptions),
    /// Take a picture of every screen.
    Screenshots(ScreenshotOptions),
}

/// Options of `serve`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ServeOptions {
    /// The port that was asked for; without one, the first that is free.
    pub(crate) port: Option<u16>,
    /// Leave the browser closed even where there is a desktop.
    pub(crate) no_open: bool,
    /// Passed on to Trunk as they are.
    pub(crate) trunk_arguments: Vec<OsString>,
}

/// Options of `build`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct BuildOptions {
    /// Where the site will live; without one its links are relative, and it may live anywhere.
    pub(crate) public_url: Option<String>,
    /// Passed on to Trunk as they are.
    pub(crate) trunk_arguments: Vec<OsString>,
}

/// Which steps of `test` to run, and whether a failure ends the run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    /// In the order in which they run.
    pub(crate) steps: Vec<Step>,
    /// Go on after a step has failed.
    pub(crate) keep_going: bool,
}

/// Options of `measure`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct MeasureOptions {
    /// Shorter, and so less exact.
    pub(crate) quick: bool,
    /// Leave `dist/` as it is.
    pub(crate) as_it_is: bool,
}

/// Options of `screenshots`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ScreenshotOptions {
    /// These screens only, by name.
    pub(crate) only: Option<String>,
    /// Leave `dist/` as it is.
    pub(crate) as_it_is: bool,
}

/// What `bench` measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bench {
    /// The core, in a race against others.
    Race,
    /// The simulator.
    Worlds,
}

/// Options of `bench`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RaceOptions {
    /// One of the two; without it, both.
    pub(crate) only: Option<Bench>,
    /// Without the others.
    pub(crate) ours: bool,
    /// How often everybody runs.
    pub(crate) rounds: u32,
    /// How long a run is measured.
    pub(crate) millis: u32,
    /// Where to leave every round's numbers.
    pub(crate) json: Option<PathBuf>,
}

impl Default for RaceOptions {
    fn default() -> Self {
        Self { only: None, ours: false, rounds: 7, millis: 250, json: None }
    }
}

/// Parses the arguments that follow `cargo xtask`.
///
/// # Errors
///
/// [`Error::Usage`] for anything that [`HELP`] does not offer.
pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Command> {
    let Some(first) = parser.next()? else {
        return Ok(Command::Help);
    };
    match first {
        Short('h') | Long("help") => Ok(Command::Help),
        Value(name) => match name.string()?.as_str() {
            "help" => Ok(Command::Help),
            "serve" => parse_serve(&mut parser),
            "build" => parse_build(&mut parser),
            "test" => parse_test(&mut parser),
            "bench" => parse_race(&mut parser),
            "profile" => parser.next()?.map_or(Ok(Command::Profile), |more| Err(more.unexpected().into())),
            "measure" => parse_measure(&mut parser),
            "screenshots" => parse_screenshots(&mut parser),
            other => Err(Error::Usage(format!(
                "there is no command `{other}`: the commands are serve, build, test, bench, profile, measure, screenshots and help"
            ))),
        },
        Short(_) | Long(_) => Err(first.unexpected().into()),
    }
}

fn parse_serve(parser: &mut lexopt::Parser) -> Result<Command> {
    let mut options = ServeOptions::default();
    loop {
        if let Some(rest) = after_dashes(parser) {
            options.trunk_arguments = rest;
        }
        let Some(argument) = parser.next()? else {
            return Ok(Command::Serve(options));
        };
        match argument {
            Long("port") => options.port = Some(parser.value()?.parse()?),
            Long("no-open") => options.no_open = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            Short(_) | Long(_) | Value(_) => return Err(argument.unexpected().into()),
        }
    }
}

fn parse_build(parser: &mut lexopt::Parser) -> Result<Command> {
    let mut options = BuildOptions::default();
    loop {
        if let Some(rest) = after_dashes(parser) {
            options.trunk_arguments = rest;
        }
        let Some(argument) = parser.next()? else {
            return Ok(Command::Build(options));
        };
        match argument {
            Long("public-url") => options.public_url = Some(parser.value()?.string()?),
            Short('h') | Long("help") => return Ok(Command::Help),
            Short(_) | Long(_) | Value(_) => return Err(argument.unexpected().into()),
        }
    }
}

fn parse_test(parser: &mut lexopt::Parser) -> Result<Command> {
    let mut selection = Selection { steps: Step::ALL.to_vec(), keep_going: false };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("only") => selection.steps = parse_steps(&parser.value()?.string()?)?,
            Long("list") => return Ok(Command::ListSteps),
            Long("keep-going") => selection.keep_going = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            Short(_) | Long(_) | Value(_) => return Err(argument.unexpected().into()),
        }
    }
    Ok(Command::Test(selection))
}

fn parse_race(parser: &mut lexopt::Parser) -> Result<Command> {
    let mut options = RaceOptions::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("only") => {
                let name = parser.value()?.string()?;
                options.only = Some(match name.as_str() {
                    "race" => Bench::Race,
                    "worlds" => Bench::Worlds,
                    other => {
                        return Err(Error::Usage(format!("there is no bench `{other}`: they are race and worlds")));
                    }
                });
            }
            Long("ours") => options.ours = true,
            Long("rounds") => options.rounds = parser.value()?.parse::<NonZeroU32>()?.get(),
            Long("quick") => (options.rounds, options.millis) = (1, 50),
            Long("json") => options.json = Some(parser.value()?.into()),
            Short('h') | Long("help") => return Ok(Command::Help),
            Short(_) | Long(_) | Value(_) => return Err(argument.unexpected().into()),
        }
    }
    Ok(Command::Race(options))
}

fn parse_measure(parser: &mut lexopt::Parser) -> Result<Command> {
    let mut options = MeasureOptions::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("quick") => options.quick = true,
            Long("as-it-is") => options.as_it_is = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            Short(_) | Long(_) | Value(_) => return Err(argument.unexpected().into()),
        }
    }
    Ok(Command::Measure(options))
}

fn parse_screenshots(parser: &mut lexopt::Parser) -> Result<Command> {
    let mut options = ScreenshotOptions::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("only") => options.only = Some(parser.value()?.string()?),
            Long("as-it-is") => options.as_it_is = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            Short(_) | Long(_) | Value(_) => return Err(argument.unexpected().into()),
        }
    }
    Ok(Command::Screenshots(options))
}

fn parse_steps(names: &str) -> Result<Vec<Step>> {
    for name in names.split(',') {
        if !Step::ALL.iter().any(|step| step.name() == name) {
            let all: Vec<_> = Step::ALL.iter().map(|step| step.name()).collect();
            return Err(Error::Usage(format!("there is no step `{name}`: the steps are {}", all.join(", "))));
        }
    }
    let named = |step: &&Step| names.split(',').any(|name| name == step.name());
    Ok(Step::ALL.iter().filter(named).copied().collect())
}

/// Everything behind a `--` that comes next, or nothing when something else comes next.
fn after_dashes(parser: &mut lexopt::Parser) -> Option<Vec<OsString>> {
    let raw = parser.try_raw_args()?;
    if raw.peek()? != "--" {
        return None;
    }
    Some(raw.skip(1).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(words: &[&str]) -> Result<Command> {
        parse(lexopt::Parser::from_args(words))
    }

    #[test]
    fn serve_takes_a_port_and_hands_the_rest_to_trunk() {
        let command = parse_words(&["serve", "--port", "9000", "--", "--verbose", "--port"]);
        let expected = ServeOptions {
            port: Some(9000),
            no_open: false,
            trunk_arguments: vec!["--verbose".into(), "--port".into()],
        };
        assert_eq!(command.unwrap(), Command::Serve(expected));
    }

    #[test]
    fn steps_run_in_their_own_order_however_they_are_named() {
        let Command::Test(selection) = parse_words(&["test", "--only", "doc,fmt"]).unwrap() else {
            panic!("`test` is a test");
        };
        assert_eq!(selection.steps, [Step::Format, Step::Documentation]);
    }

    #[test]
    fn a_race_has_seven_rounds_unless_told_otherwise() {
        let Command::Race(options) = parse_words(&["bench", "--ours"]).unwrap() else {
            panic!("`bench` is a race");
        };
        assert_eq!(options, RaceOptions { ours: true, rounds: 7, ..RaceOptions::default() });
    }

    #[test]
    fn screenshots_can_be_of_some_screens() {
        let Command::Screenshots(options) =
            parse_words(&["screenshots", "--only", "fresh,many", "--as-it-is"]).unwrap()
        else {
            panic!("`screenshots` takes screenshots");
        };
        assert_eq!(options, ScreenshotOptions { only: Some("fresh,many".to_owned()), as_it_is: true });
    }

    #[test]
    fn what_is_not_offered_is_refused() {
        for words in [
            &["deploy"][..],
            &["serve", "--port", "high"],
            &["serve", "now"],
            &["test", "--only", "everything"],
            &["build", "--public-url"],
            &["bench", "--only", "sprint"],
            &["bench", "--rounds", "0"],
            &["bench", "--rounds", "many"],
            &["measure", "everything"],
            &["screenshots", "--only"],
        ] {
            assert!(matches!(parse_words(words), Err(Error::Usage(_))), "{words:?}");
        }
    }
}

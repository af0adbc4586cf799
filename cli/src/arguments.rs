//! The command line, parsed into values that cannot be wrong.

use std::fmt::Write as _;
use std::num::{NonZeroU64, NonZeroUsize};
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;
use raftarium_sim::core::Mistake;
use raftarium_sim::swarm::{Lure, Profile, TROUBLE_MAX};

use crate::error::Error;

const HELP: &str = "\
raftarium fuzz [--seeds A..B] [--time T] [--profile NAME | --mistake NAME] [--shard I/N] [--jobs K] [--budget T]
               [--stop-after N] [--tries N] [--out FOLDER] [--page ADDRESS] [--json]
    Draw a world and its faults from each seed, and check every rule after every event. What is found is shrunk,
    written to a file, and told. With a mistake, all servers make it, and the checks have to catch it.
raftarium run FILE [--time T] [--page ADDRESS] [--json]
raftarium replay FILE-OR-LINK [--time T] [--page ADDRESS] [--json]
    Play one run, check every rule, and tell what is found. A file can be a scenario, too: then it is told what did not
    come out as the scenario says. A link is the address of the page, or what comes after # in it; put it in quotes.
raftarium scenario FILE-OR-LINK [--time T]
    Print one run as a scenario: what is done in it, step by step, and what comes of it, to be told, changed and tested.
raftarium shrink FILE-OR-LINK [--tries N] [--out FOLDER] [--page ADDRESS] [--json]
    Make a run in which something is found as small as it can be.

--seeds A..B      the seeds from A up to, not including, B (0..1000)
--time T          fuzz: for how long faults are made, at most 60m (20s); run, replay, scenario: how far, if the file does not say
                  it (10s after the last command). 500ms, 20s, 5m, 1h or a number of seconds
--profile NAME    which faults (chaos)
--mistake NAME    every server breaks this rule on purpose; what is found counts if nothing is found without the mistake.
                  `all`: each mistake in turn, from the first seed on, to the first finding
--shard I/N       only every N-th seed, beginning with the I-th: I is 1 to N (1/1)
--jobs K          how many threads (as many as there are cores)
--budget T        begin with no further seed after this much of the machine's time
--stop-after N    begin with no further seed after so many findings (10)
--tries N         how many smaller runs to try when shrinking; 0 does not shrink (2000)
--out FOLDER      where files go (found)
--page ADDRESS    where the page is, for links to it (as the variable RAFTARIUM_PAGE says; else links begin with #)
--json            one JSON object a line on stdout, for programs

Ctrl-C ends a command early and keeps what it has; a second one ends it at once.

Ends with 0 if nothing is found wrong, 1 if something is, 2 if the command line is not understood, 3 if a file or a link
cannot be read or written, 130 if it was interrupted and nothing was found until then.

Profiles:
";
const MISTAKES: &str = "
Mistakes, and what lures them out:
";

/// What `raftarium help` prints.
pub(crate) fn help() -> String {
    let mut text = HELP.to_owned();
    for profile in Profile::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:11} {}", profile.name(), profile.statement());
    }
    text.push_str(MISTAKES);
    for mistake in Mistake::ALL {
        let _ = writeln!(text, "{:31} {:11} {}", mistake.name(), Lure::of(mistake).name(), mistake.statement());
    }
    text
}

/// One command, with what it needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Print [`help`].
    Help,
    /// Try many seeds.
    Fuzz(Fuzz),
    /// Play a file.
    Run(One),
    /// Play a file or a link.
    Replay(One),
    /// Print a file or a link as a scenario.
    Scenario(One),
    /// Make a file small.
    Shrink(One),
}

/// Options of `fuzz`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fuzz {
    pub(crate) seeds: Range<u64>,
    pub(crate) time: Duration,
    pub(crate) profile: Profile,
    /// What all servers do wrong, one after the other; with none, the profile counts.
    pub(crate) mistakes: Vec<Mistake>,
    pub(crate) shard: Shard,
    pub(crate) jobs: NonZeroUsize,
    pub(crate) budget: Option<Duration>,
    pub(crate) stop_after: NonZeroU64,
    pub(crate) tries: u32,
    pub(crate) out: PathBuf,
    /// Where the page is, or nothing.
    pub(crate) page: String,
    pub(crate) json: bool,
}

/// One of several equal parts of the seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// From 1.
    pub(crate) number: u64,
    pub(crate) of: u64,
}

/// Options of what is about one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct One {
    pub(crate) source: Source,
    pub(crate) time: Option<Duration>,
    pub(crate) tries: u32,
    pub(crate) out: PathBuf,
    /// Where the page is, or nothing.
    pub(crate) page: String,
    pub(crate) json: bool,
}

/// Where a run comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    File(PathBuf),
    Link(String),
}

const TRIES: u32 = 2_000;

/// Parses the arguments.
///
/// # Errors
///
/// [`Error::Usage`] for anything that [`help`] does not offer.
pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Command, Error> {
    let Some(first) = parser.next()? else { return Ok(Command::Help) };
    let name = match first {
        Short('h') | Long("help") => return Ok(Command::Help),
        Value(name) => name.string()?,
        Short(_) | Long(_) => return Err(first.unexpected().into()),
    };
    match name.as_str() {
        "help" => Ok(Command::Help),
        "fuzz" => parse_fuzz(&mut parser),
        "run" => parse_one(&mut parser, "run", &["time", "page", "json"], Command::Run),
        "replay" => parse_one(&mut parser, "replay", &["time", "page", "json"], Command::Replay),
        "scenario" => parse_one(&mut parser, "scenario", &["time"], Command::Scenario),
        "shrink" => parse_one(&mut parser, "shrink", &["tries", "out", "page", "json"], Command::Shrink),
        other => Err(Error::Usage(format!(
            "there is no command `{other}`; allowed are fuzz, run, replay, scenario, shrink and help"
        ))),
    }
}

fn parse_fuzz(parser: &mut lexopt::Parser) -> Result<Command, Error> {
    let mut options = Fuzz {
        seeds: 0..1_000,
        time: Duration::from_secs(20),
        profile: Profile::default(),
        mistakes: Vec::new(),
        shard: Shard { number: 1, of: 1 },
        jobs: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        budget: None,
        stop_after: NonZeroU64::new(10).unwrap_or(NonZeroU64::MIN),
        tries: TRIES,
        out: PathBuf::from("found"),
        page: page(),
        json: false,
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seeds") => options.seeds = parse_seeds(&parser.value()?.string()?)?,
            Long("time") => {
                options.time = parse_time("--time", &parser.value()?.string()?)?;
                if options.time > TROUBLE_MAX {
                    let given = options.time.as_secs_f64();
                    let max = TROUBLE_MAX.as_secs();
                    return Err(Error::Usage(format!("--time is {given} s; allowed are 0 s to {max} s")));
                }
            }
            Long("profile") => {
                let name = parser.value()?.string()?;
                options.profile = name.parse().map_err(|error| Error::Usage(format!("--profile: {error}")))?;
            }
            Long("mistake") => options.mistakes = parse_mistakes(&parser.value()?.string()?)?,
            Long("shard") => options.shard = parse_shard(&parser.value()?.string()?)?,
            Long("jobs") => options.jobs = number(parser, "--jobs", "1 or more")?,
            Long("budget") => options.budget = Some(parse_time("--budget", &parser.value()?.string()?)?),
            Long("stop-after") => options.stop_after = number(parser, "--stop-after", "1 or more")?,
            Long("tries") => options.tries = number(parser, "--tries", "0 to 4294967295")?,
            Long("out") => options.out = parser.value()?.into(),
            Long("page") => options.page = parser.value()?.string()?,
            Long("json") => options.json = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            Short(_) | Long(_) | Value(_) => return Err(argument.unexpected().into()),
        }
    }
    if !options.mistakes.is_empty() && options.profile != Profile::default() {
        return Err(Error::Usage("--mistake has faults of its own; --profile is not allowed with it".to_owned()));
    }
    Ok(Command::Fuzz(options))
}

fn parse_mistakes(name: &str) -> Result<Vec<Mistake>, Error> {
    if name == "all" {
        return Ok(Mistake::ALL.to_vec());
    }
    let allowed = || Mistake::ALL.map(Mistake::name).join(", ");
    let unknown = || Error::Usage(format!("there is no mistake `{name}`; allowed are all, {}", allowed()));
    Mistake::from_name(name).map(|mistake| vec![mistake]).ok_or_else(unknown)
}

fn parse_one(
    parser: &mut lexopt::Parser,
    command: &str,
    offered: &[&str],
    make: fn(One) -> Command,
) -> Result<Command, Error> {
    let (mut source, mut time, mut tries) = (None, None, TRIES);
    let (mut out, mut page, mut json) = (PathBuf::from("found"), page(), false);
    while let Some(argument) = parser.next()? {
        match argument {
            Long(name) if !offered.contains(&name) && name != "help" => return Err(argument.unexpected().into()),
            Long("time") => time = Some(parse_time("--time", &parser.value()?.string()?)?),
            Long("tries") => tries = number(parser, "--tries", "0 to 4294967295")?,
            Long("out") => out = parser.value()?.into(),
            Long("page") => page = parser.value()?.string()?,
            Long("json") => json = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            Value(given) if source.is_none() => {
                let link = given.to_str().filter(|text| is_link(text) && command != "run");
                source =
                    Some(link.map_or_else(|| Source::File(given.clone().into()), |text| Source::Link(text.into())));
            }
            Short(_) | Long(_) | Value(_) => return Err(argument.unexpected().into()),
        }
    }
    let source = source.ok_or_else(|| Error::Usage(format!("`raftarium {command}` needs a file")))?;
    Ok(make(One { source, time, tries, out, page, json }))
}

/// Whether it is the address of the page, or what comes after `#` in one.
fn is_link(text: &str) -> bool {
    text.contains('#') || ["run=", "seed=", "servers="].iter().any(|start| text.starts_with(start))
}

/// Where the page is, if nobody says it: as the environment says.
fn page() -> String {
    std::env::var("RAFTARIUM_PAGE").unwrap_or_default()
}

fn number<T: std::str::FromStr>(parser: &mut lexopt::Parser, name: &str, allowed: &str) -> Result<T, Error> {
    let text = parser.value()?.string()?;
    text.parse().map_err(|_| Error::Usage(format!("{name} is `{text}`; allowed are whole numbers, {allowed}")))
}

fn parse_seeds(text: &str) -> Result<Range<u64>, Error> {
    let range = text.split_once("..").and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    range.filter(|range| range.start < range.end).ok_or_else(|| {
        Error::Usage(format!("--seeds is `{text}`; allowed is A..B with whole numbers of which A is less than B"))
    })
}

fn parse_shard(text: &str) -> Result<Shard, Error> {
    let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
    match parts {
        Some((number, of)) if (1..=of).contains(&number) => Ok(Shard { number, of }),
        Some(_) | None => Err(Error::Usage(format!("--shard is `{text}`; allowed is I/N with I from 1 to N"))),
    }
}

fn parse_time(name: &str, text: &str) -> Result<Duration, Error> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let micros = match &text[digits.len()..] {
        "ms" => 1_000,
        "" | "s" => 1_000_000,
        "m" => 60_000_000,
        "h" => 3_600_000_000,
        _other => 0,
    };
    let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    let count = digits.parse::<u64>().ok().filter(|_| whole && micros > 0);
    count.and_then(|count| count.checked_mul(micros)).map(Duration::from_micros).ok_or_else(|| {
        Error::Usage(format!("{name} is `{text}`; allowed are whole numbers with a unit: 500ms, 20s, 5m, 1h"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Result<Command, Error> {
        parse(lexopt::Parser::from_args(words))
    }

    #[test]
    fn fuzz_takes_its_options() {
        let given = ["fuzz", "--seeds", "5..9", "--time", "1m", "--profile", "lossy", "--shard", "2/3", "--jobs", "4"];
        let Ok(Command::Fuzz(options)) = words(&given) else { panic!("`fuzz` is a command") };
        assert_eq!((options.seeds, options.time, options.profile), (5..9, Duration::from_secs(60), Profile::Lossy));
        assert_eq!((options.shard, options.jobs.get()), (Shard { number: 2, of: 3 }, 4));
    }

    #[test]
    fn times_have_units() {
        for (text, ms) in [("500ms", 500), ("20s", 20_000), ("7", 7_000), ("5m", 300_000), ("1h", 3_600_000)] {
            assert_eq!(parse_time("--time", text).expect(text), Duration::from_millis(ms));
        }
    }

    #[test]
    fn what_is_not_offered_is_refused_with_what_is() {
        for (given, reason) in [
            (&["dance"][..], "there is no command `dance`; allowed are fuzz, run, replay, scenario, shrink and help"),
            (&["fuzz", "--seeds", "9..5"], "--seeds is `9..5`; allowed is A..B"),
            (&["fuzz", "--seeds", "9"], "--seeds is `9`; allowed is A..B"),
            (&["fuzz", "--shard", "0/3"], "--shard is `0/3`; allowed is I/N with I from 1 to N"),
            (&["fuzz", "--shard", "4/3"], "--shard is `4/3`; allowed is I/N with I from 1 to N"),
            (&["fuzz", "--time", "1d"], "--time is `1d`; allowed are whole numbers with a unit"),
            (&["fuzz", "--time", "-5s"], "--time is `-5s`; allowed are whole numbers with a unit"),
            (&["fuzz", "--time", "2h"], "--time is 7200 s; allowed are 0 s to 3600 s"),
            (&["fuzz", "--jobs", "0"], "--jobs is `0`; allowed are whole numbers, 1 or more"),
            (&["fuzz", "--profile", "mad"], "--profile: there is no profile `mad`; allowed are calm, lossy"),
            (
                &["fuzz", "--mistake", "haste"],
                "there is no mistake `haste`; allowed are all, commit-earlier-terms, vote-",
            ),
            (&["fuzz", "--mistake", "all", "--profile", "calm"], "--mistake has faults of its own"),
            (&["run"], "`raftarium run` needs a file"),
            (&["run", "a", "b"], "unexpected argument \"b\""),
            (&["replay", "a", "--tries", "3"], "invalid option '--tries'"),
        ] {
            let Err(Error::Usage(found)) = words(given) else { panic!("{given:?} is refused") };
            assert!(found.starts_with(reason), "{given:?}: {found}");
        }
    }

    #[test]
    fn every_profile_is_in_the_help() {
        assert!(Profile::ALL.iter().all(|profile| help().contains(profile.name())));
    }
}

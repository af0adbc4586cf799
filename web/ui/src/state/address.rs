//! The run in the address bar: all of it. A plain one reads `#seed=42&servers=5`.

use std::fmt;
use std::ops::RangeInclusive;

use raftarium_sim::core::Instant;
use raftarium_sim::lesson::{Lesson, LessonError};
use raftarium_sim::{SERVERS_MAX, Setup, ShareError, Shared};

use super::{Shelf, Wanted};

/// How many servers the page shows.
pub(crate) const SERVERS: RangeInclusive<u32> = 1..=SERVERS_MAX;
/// How far the page goes at once when a link leads to a moment; the rest is for a person to play.
pub(crate) const AHEAD_MAX: Instant = Instant::from_millis(5 * 60 * 1_000);

/// What a person chooses of a run in the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) seed: u64,
    pub(crate) servers: u32,
}

/// What is wrong with an address, or with what was typed. It changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AddressError {
    Seed {
        given: String,
    },
    Servers {
        given: String,
    },
    /// No story is called that.
    Lesson {
        shelf: Shelf,
        given: String,
    },
    /// The rest of what can be wrong with a link, or with a file.
    Link(ShareError),
}

impl From<ShareError> for AddressError {
    fn from(error: ShareError) -> Self {
        if let ShareError::Seed { given } = error {
            return Self::Seed { given };
        }
        if let ShareError::Servers { given } = error {
            return Self::Servers { given };
        }
        Self::Link(error)
    }
}

impl Default for Address {
    fn default() -> Self {
        let Setup { seed, servers, .. } = Setup::default();
        Self { seed, servers }
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seed { given } => {
                write!(f, "“{given}” is not a seed; allowed are whole numbers from 0 to {}.", u64::MAX)
            }
            Self::Servers { given } => {
                let (min, max) = (SERVERS.start(), SERVERS.end());
                write!(f, "“{given}” is not a number of servers; allowed are {min} to {max}.")
            }
            Self::Lesson { shelf, given } => {
                let one = shelf.one();
                write!(f, "“{given}” is not a {one}; allowed is its number, or the name of its file.")
            }
            Self::Link(error) => write!(f, "The run cannot be shown: {error}."),
        }
    }
}

impl Address {
    /// What the world is made of.
    pub(crate) fn setup(self) -> Setup {
        let Self { seed, servers } = self;
        Setup { seed, servers, ..Setup::default() }
    }

    /// What `setup` is called in the address bar.
    pub(crate) const fn of(setup: &Setup) -> Self {
        Self { seed: setup.seed, servers: setup.servers }
    }
}

/// What an address asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Asked {
    Run(Box<Shared>),
    /// A story that comes with the page, and is fetched.
    Lesson(Wanted),
}

/// Reads the part of a URL after `#`; what it does not say is the default.
///
/// # Errors
///
/// Names the first thing that is wrong, and what is allowed.
pub(crate) fn parse(text: &str) -> Result<Asked, AddressError> {
    for shelf in [Shelf::Scenarios, Shelf::Mistakes] {
        let named = text.trim_start_matches('#').strip_prefix(shelf.one());
        let Some(said) = named.and_then(|said| said.strip_prefix('=')) else { continue };
        let (name, rest) = said.split_once('&').unwrap_or((said, ""));
        let fits = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
        if name.is_empty() || !name.bytes().all(fits) {
            return Err(AddressError::Lesson { shelf, given: short(name) });
        }
        let Shared { at, .. } = Shared::from_link(rest)?;
        return Ok(Asked::Lesson(Wanted { shelf, name: name.to_owned(), at }));
    }
    Ok(Asked::Run(Box::new(shown(Shared::from_link(text)?)?)))
}

/// Reads a file: a run, a trial, a scenario, or a mistake that is shown.
///
/// # Errors
///
/// Names the first thing that is wrong, where, and what is allowed.
pub(crate) fn parse_file(text: &str) -> Result<Lesson, String> {
    let lesson = Lesson::read(text).map_err(|error| {
        if let LessonError::Share(error) = &error
            && **error != ShareError::NoRun
        {
            return AddressError::from((**error).clone()).to_string();
        }
        format!("It cannot be shown: {error}.")
    })?;
    let shared = shown(lesson.run.clone().into()).map_err(|error| error.to_string())?;
    Ok(Lesson { run: shared.run, ..lesson })
}

/// `shared`, if the page has room for it.
fn shown(shared: Shared) -> Result<Shared, AddressError> {
    let servers = shared.run.setup.servers;
    if SERVERS.contains(&servers) { Ok(shared) } else { Err(AddressError::Servers { given: servers.to_string() }) }
}

/// Reads a seed.
///
/// # Errors
///
/// If it is not a whole number of 64 bits.
pub(crate) fn parse_seed(text: &str) -> Result<u64, AddressError> {
    number(text).ok_or_else(|| AddressError::Seed { given: short(text) })
}

/// Reads a number of servers.
///
/// # Errors
///
/// If it is not in [`SERVERS`].
pub(crate) fn parse_servers(text: &str) -> Result<u32, AddressError> {
    let count = number(text).and_then(|count| u32::try_from(count).ok()).filter(|count| SERVERS.contains(count));
    count.ok_or_else(|| AddressError::Servers { given: short(text) })
}

/// Only digits: a sign or a space inside is not what anybody means.
fn number(text: &str) -> Option<u64> {
    let digits = text.trim();
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// As much of what was given as fits into a message.
fn short(text: &str) -> String {
    const MOST: usize = 24;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> Shared {
        match parse(text) {
            Ok(Asked::Run(shared)) => *shared,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_story_is_asked_for_by_its_name_or_number() {
        let lesson = |shelf, name: &str, at| Ok(Asked::Lesson(Wanted { shelf, name: name.into(), at }));
        assert_eq!(parse("#scenario=07-fast-backup"), lesson(Shelf::Scenarios, "07-fast-backup", None));
        assert_eq!(parse("#mistake=3&at=12.5"), lesson(Shelf::Mistakes, "3", Some(Instant::from_micros(12_500))));
        let message = "“../README” is not a scenario; allowed is its number, or the name of its file.";
        assert_eq!(parse("#scenario=../README").map_err(|error| error.to_string()), Err(message.to_owned()));
        assert!(parse("#scenario=7&speed=3").is_err());
    }

    #[test]
    fn an_address_says_what_the_world_is_made_of() {
        let shared = run("#seed=7&servers=3");
        assert_eq!(Address::of(&shared.run.setup), Address { seed: 7, servers: 3 });
        assert_eq!(shared.run.setup, Address { seed: 7, servers: 3 }.setup());
        assert_eq!(run("").run.setup, Address::default().setup());
        assert_eq!(run("#servers=9&at=12.5").at, Some(Instant::from_micros(12_500)));
    }

    #[test]
    fn a_file_is_read_as_an_address_is() {
        let shared = run("#seed=7&servers=3&at=5");
        let lesson = parse_file(&shared.to_json()).expect("just written");
        assert_eq!((&lesson.run, Some(lesson.at)), (&shared.run, shared.at));
        let error =
            parse_file("{\"setup\":{},\"commands\":[{\"at\":1,\"command\":\"Explode\"}]}").expect_err("no command");
        assert!(error.starts_with("The run cannot be shown: unknown variant `Explode`"), "{error}");
    }

    #[test]
    fn what_is_wrong_is_named_with_what_is_allowed() {
        let cases = [
            ("seed=abc", "“abc” is not a seed; allowed are whole numbers from 0 to 18446744073709551615."),
            ("servers=0", "“0” is not a number of servers; allowed are 1 to 51."),
            ("servers=52", "“52” is not a number of servers; allowed are 1 to 51."),
            ("servers=10000", "“10000” is not a number of servers; allowed are 1 to 51."),
            (
                "speed=3",
                "The run cannot be shown: `speed=3` is unknown; allowed are seed=…, servers=…, run=… and at=….",
            ),
        ];
        for (given, message) in cases {
            assert_eq!(parse(given).map_err(|error| error.to_string()), Err(message.to_owned()));
        }
    }

    #[test]
    fn what_is_typed_and_no_seed_is_named() {
        for given in ["", "-1", "1.5", "18446744073709551616"] {
            let message = format!("“{given}” is not a seed; allowed are whole numbers from 0 to {}.", u64::MAX);
            assert_eq!(parse_seed(given).map_err(|error| error.to_string()), Err(message));
        }
    }

    #[test]
    fn every_number_of_servers_makes_a_valid_setup() {
        for servers in SERVERS {
            assert_eq!(Address { seed: u64::MAX, servers }.setup().check(), Ok(()));
        }
    }

    #[test]
    fn a_message_stays_short() {
        let Err(error) = parse_seed(&"x".repeat(500)) else { panic!("not a seed") };
        assert!(error.to_string().len() < 150);
    }
}

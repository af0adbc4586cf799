//! A whole run as one line: what the address of the page, a bug report and a terminal hand to each other.
//!
//! A link is what follows `#`: parts of the form `name=value` with `&` between them, and nothing that an address would
//! have to escape.
//!
//! - `seed=42&servers=5`: the default setup with that seed and so many servers, and nothing done yet.
//! - `run=1.…`: everything. The number is the version; what follows is the run as JSON, the same as in files, deflated
//!   after `known.json` and in base64 (RFC 4648, §5, no padding).
//! - `at=3412.5`: the moment that is looked at, in milliseconds.
//!
//! JSON names everything that it says, so links outlive settings and commands that are added, or that move. What must
//! never change is what a version knows before it: `known.json`. Links of today are kept as a test.

mod error;
mod file;
mod pack;
mod plain;
pub mod trace;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::Instant;
use xxhash_rust::xxh3::xxh3_64;

use crate::ending::Ending;
use crate::run::Run;
use crate::setup::Setup;
use crate::timeline::RUN_END;
use crate::trial::Trial;

pub use error::ShareError;

/// The version of links that are written.
pub const VERSION: u32 = 1;
/// The longest JSON text of a run that fits into a link, in bytes: about 7,000 commands.
pub const TEXT_MAX: usize = 1 << 19;
/// The longest link that is read, in bytes.
pub const LINK_MAX: usize = 1 << 19;

/// What is known before a link is read, so that links need not say it: a run in which much happens. It belongs to the
/// version.
const KNOWN: &[u8] = include_bytes!("known.json");
/// How many bytes of the fingerprint of a text are in a link.
const CHECK_BYTES: usize = 3;

/// A run that is handed on, and what to look at in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Shared {
    /// The run.
    pub run: Run,
    /// The moment that is looked at; without one, the beginning.
    pub at: Option<Instant>,
    /// How far it is put to the test, if somebody said so.
    pub until: Option<Instant>,
    /// How its faults end, if it is known.
    pub ending: Option<Ending>,
}

impl From<Run> for Shared {
    fn from(run: Run) -> Self {
        Self { run, at: None, until: None, ending: None }
    }
}

impl From<Trial> for Shared {
    fn from(Trial { run, until, ending }: Trial) -> Self {
        Self { run, at: None, until: Some(until), ending }
    }
}

impl Shared {
    /// Reads a link: whatever comes before `#` is somebody's page, and what comes after it is the run. Without a `#`,
    /// all of it is.
    ///
    /// The setup has been checked; whether each command can be given is found out by whoever replays it.
    ///
    /// # Errors
    ///
    /// Names the first thing that is wrong, and what is allowed.
    pub fn from_link(text: &str) -> Result<Self, ShareError> {
        if text.len() > LINK_MAX {
            return Err(ShareError::TooLong { given: text.len(), max: LINK_MAX });
        }
        let said = text.split_once('#').map_or(text, |(_, said)| said);
        let (mut seed, mut servers, mut packed, mut at) = (None, None, None, None);
        for part in said.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| ShareError::Unknown { given: short(part) })?;
            let taken = match name {
                "seed" => seed.replace(plain::seed(value)?).is_some(),
                "servers" => servers.replace(plain::servers(value)?).is_some(),
                "run" if packed.is_none() => packed.replace(unpacked(value)?).is_some(),
                "run" => true,
                "at" => at.replace(plain::moment(value)?).is_some(),
                _other => return Err(ShareError::Unknown { given: short(part) }),
            };
            if taken || packed.is_some() && (seed.is_some() || servers.is_some()) {
                return Err(ShareError::Repeated { given: short(name) });
            }
        }
        let mut setup = Setup::default();
        setup.seed = seed.unwrap_or(setup.seed);
        setup.servers = servers.unwrap_or(setup.servers);
        let run = Run { setup, commands: Vec::new() };
        let shared = packed.unwrap_or_else(|| run.into());
        shared.run.setup.check().map_err(ShareError::Setup)?;
        Ok(Self { at: at.or(shared.at), ..shared })
    }

    /// The link, from `#` on.
    ///
    /// # Errors
    ///
    /// If the run is too long for one; a file has room for it.
    pub fn to_link(&self) -> Result<String, ShareError> {
        let at = self.at.map_or_else(String::new, |at| format!("&at={}", plain::milliseconds(at)));
        Ok(format!("#{}{at}", self.to_name()?))
    }

    /// The link without `#` and without the moment: the same for the same run, whatever is looked at in it.
    ///
    /// # Errors
    ///
    /// If the run is too long for a link.
    pub fn to_name(&self) -> Result<String, ShareError> {
        let Setup { seed, servers, .. } = self.run.setup;
        let plain = Self::from(Run { setup: Setup { seed, servers, ..Setup::default() }, commands: Vec::new() });
        if (Self { at: None, ..self.clone() }) == plain {
            return Ok(format!("seed={seed}&servers={servers}"));
        }
        let text = file::without_moment(self);
        if text.len() > TEXT_MAX {
            return Err(ShareError::TooLong { given: text.len(), max: TEXT_MAX });
        }
        let mut bytes = check(text.as_bytes()).to_vec();
        bytes.extend(pack::pack(KNOWN, text.as_bytes()));
        Ok(format!("run={VERSION}.{}", pack::to_characters(&bytes)))
    }

    /// As a trial, if the link or file says how far it goes.
    #[must_use]
    pub fn trial(self) -> Option<Trial> {
        let Self { run, until, ending, .. } = self;
        until.map(|until| Trial { run, until, ending })
    }
}

/// What follows `run=`.
fn unpacked(value: &str) -> Result<Shared, ShareError> {
    let version = ShareError::Version { given: short(value.split('.').next().unwrap_or_default()) };
    let (given, packed) = value.split_once('.').ok_or(version.clone())?;
    if plain::number(given) != Some(VERSION.into()) {
        return Err(version);
    }
    let bytes = pack::from_characters(packed)?;
    let (check_bytes, rest) = bytes.split_at_checked(CHECK_BYTES).ok_or(ShareError::Damaged)?;
    let text = pack::unpack(KNOWN, rest, TEXT_MAX)?;
    if check(&text) != check_bytes {
        return Err(ShareError::Damaged);
    }
    let text = core::str::from_utf8(&text).map_err(|_| ShareError::Damaged)?;
    Shared::from_json(text)
}

fn check(text: &[u8]) -> [u8; CHECK_BYTES] {
    let [first, second, third, ..] = xxh3_64(text).to_be_bytes();
    [first, second, third]
}

/// As much of what was given as fits into a message.
fn short(text: &str) -> String {
    const MOST: usize = 24;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}

//! The run in the address bar: `#seed=42&servers=5`.

use std::fmt;
use std::ops::RangeInclusive;

use raftarium_sim::{SERVERS_MAX, Setup};

/// How many servers the page shows.
pub(crate) const SERVERS: RangeInclusive<u32> = 1..=SERVERS_MAX;

/// What a link to a run says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) seed: u64,
    pub(crate) servers: u32,
}

/// What is wrong with an address, or with what was typed. It changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AddressError {
    Seed { given: String },
    Servers { given: String },
    Unknown { given: String },
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
            Self::Unknown { given } => {
                write!(f, "The address says “{given}”; allowed are seed=… and servers=….")
            }
        }
    }
}

impl Address {
    /// Reads the part of a URL after `#`; what it does not say is the default.
    ///
    /// # Errors
    ///
    /// Names the first thing that is wrong, and what is allowed.
    pub(crate) fn parse(text: &str) -> Result<Self, AddressError> {
        let mut address = Self::default();
        for part in text.trim_start_matches('#').split('&').filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some(("seed", seed)) => address.seed = parse_seed(seed)?,
                Some(("servers", servers)) => address.servers = parse_servers(servers)?,
                Some(_) | None => return Err(AddressError::Unknown { given: short(part) }),
            }
        }
        Ok(address)
    }

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

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#seed={}&servers={}", self.seed, self.servers)
    }
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

    #[test]
    fn an_address_says_seed_and_servers() {
        let address = Address::parse("#seed=7&servers=3").expect("valid");
        assert_eq!(address, Address { seed: 7, servers: 3 });
        assert_eq!(address.to_string(), "#seed=7&servers=3");
        assert_eq!(Address::of(&address.setup()), address);
        assert_eq!(Address::parse(""), Ok(Address::default()));
        assert_eq!(Address::parse("#servers=51"), Ok(Address { servers: 51, ..Address::default() }));
    }

    #[test]
    fn what_is_wrong_is_named_with_what_is_allowed() {
        let cases = [
            ("seed=abc", "“abc” is not a seed; allowed are whole numbers from 0 to 18446744073709551615."),
            ("seed=-1", "“-1” is not a seed; allowed are whole numbers from 0 to 18446744073709551615."),
            ("seed=", "“” is not a seed; allowed are whole numbers from 0 to 18446744073709551615."),
            (
                "seed=18446744073709551616",
                "“18446744073709551616” is not a seed; allowed are whole numbers from 0 to 18446744073709551615.",
            ),
            ("servers=0", "“0” is not a number of servers; allowed are 1 to 51."),
            ("servers=10000", "“10000” is not a number of servers; allowed are 1 to 51."),
            ("speed=3", "The address says “speed=3”; allowed are seed=… and servers=…."),
        ];
        for (given, message) in cases {
            assert_eq!(Address::parse(given).map_err(|error| error.to_string()), Err(message.to_owned()));
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

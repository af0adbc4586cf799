//! What a host may choose, and the proof that it chose well.

use core::fmt;
use core::time::Duration;

use crate::time::micros;

/// What a host chooses for a server. Plain data: [`Config::new`] checks it once.
///
/// The servers of a cluster may differ in their settings; timing that differs much makes elections slower, never wrong.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Settings {
    /// The shortest time without a sign of a leader after which a server starts an election (§5.2).
    pub election_timeout_min: Duration,
    /// The longest such time. Each wait is drawn between the two, so that servers seldom start together (§5.2, §9.3).
    pub election_timeout_max: Duration,
    /// How often a leader shows itself (§5.2). Less than the shortest election timeout.
    pub heartbeat_interval: Duration,
    /// The most entries that one AppendEntries message carries.
    pub max_append_entries: u32,
    /// The most AppendEntries messages with entries that may be under way to a follower at once (pipelining, §10.2.1 of
    /// the dissertation).
    pub max_in_flight_appends: u32,
    /// Whether a new leader starts with an entry that does nothing, so that what earlier leaders left can commit
    /// without waiting for a client (§8).
    pub no_op_on_election: bool,
    /// Where a server's draws come from: the same seed gives the same election timeouts.
    pub seed: u64,
}

impl Default for Settings {
    /// The paper's election timeouts of 150 to 300 ms (§9.3), with a heartbeat every 50 ms.
    fn default() -> Self {
        Self {
            election_timeout_min: Duration::from_millis(150),
            election_timeout_max: Duration::from_millis(300),
            heartbeat_interval: Duration::from_millis(50),
            max_append_entries: 64,
            max_in_flight_appends: 16,
            no_op_on_election: true,
            seed: 0,
        }
    }
}

/// [`Settings`] that were found to be valid.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Config(Settings);

/// The longest timeout that is accepted: one day.
pub const TIMEOUT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// Why [`Settings`] are not valid.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigError {
    /// A duration was outside of what is allowed.
    Duration {
        /// Which setting.
        name: &'static str,
        /// What it was, in microseconds.
        given_us: u64,
        /// The least that is allowed, in microseconds.
        min_us: u64,
        /// The most that is allowed, in microseconds.
        max_us: u64,
    },
    /// A count that must be at least one was zero.
    Zero {
        /// Which setting.
        name: &'static str,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duration { name, given_us, min_us, max_us } => {
                write!(f, "{name} is {given_us} µs; allowed are {min_us} µs to {max_us} µs")
            }
            Self::Zero { name } => write!(f, "{name} is 0; allowed is 1 or more"),
        }
    }
}

impl core::error::Error for ConfigError {}

impl Config {
    /// Checks `settings`.
    ///
    /// # Errors
    ///
    /// Names the first setting that is not valid, what it was and what is allowed.
    pub fn new(settings: Settings) -> Result<Self, ConfigError> {
        let between = |name, given: Duration, min: Duration, max: Duration| {
            if given < min || given > max {
                let (given_us, min_us, max_us) = (micros(given), micros(min), micros(max));
                return Err(ConfigError::Duration { name, given_us, min_us, max_us });
            }
            Ok(())
        };
        let tick = Duration::from_micros(1);
        let (low, high) = (settings.election_timeout_min, settings.election_timeout_max);
        between("election_timeout_min", low, 2 * tick, TIMEOUT_MAX)?;
        between("election_timeout_max", high, low, TIMEOUT_MAX)?;
        between("heartbeat_interval", settings.heartbeat_interval, tick, low - tick)?;
        for (name, count) in [
            ("max_append_entries", settings.max_append_entries),
            ("max_in_flight_appends", settings.max_in_flight_appends),
        ] {
            if count == 0 {
                return Err(ConfigError::Zero { name });
            }
        }
        Ok(Self(settings))
    }

    /// The settings, all valid.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.0
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new(Settings::default()).expect("the default settings are valid: a test says so")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_valid() {
        assert_eq!(Config::default().settings(), &Settings::default());
    }

    #[test]
    fn each_wrong_setting_is_named() {
        let ms = Duration::from_millis;
        type Spoil = fn(&mut Settings);
        let cases: [(&str, Spoil); 6] = [
            ("election_timeout_min", |s| s.election_timeout_min = Duration::ZERO),
            ("election_timeout_max", |s| s.election_timeout_max = Duration::from_millis(149)),
            ("election_timeout_max", |s| s.election_timeout_max = Duration::MAX),
            ("heartbeat_interval", |s| s.heartbeat_interval = Duration::from_millis(150)),
            ("max_append_entries", |s| s.max_append_entries = 0),
            ("max_in_flight_appends", |s| s.max_in_flight_appends = 0),
        ];
        for (expected, spoil) in cases {
            let mut settings = Settings { election_timeout_min: ms(150), ..Settings::default() };
            spoil(&mut settings);
            let error = Config::new(settings).expect_err(expected);
            let (ConfigError::Duration { name, .. } | ConfigError::Zero { name }) = error;
            assert_eq!(name, expected);
        }
    }
}

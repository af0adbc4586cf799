//! What a host may choose, and the proof that it chose well.

use core::fmt;
use core::num::NonZeroU64;
use core::time::Duration;

use crate::time::micros;

/// What a host chooses for a server. Plain data: [`Config::new`] checks it once.
///
/// The servers of a cluster may differ in their settings; timing that differs much makes elections slower, never wrong.
///
/// A text that says nothing of a setting leaves it as [`Settings::plain`] has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(deny_unknown_fields, default = "Settings::plain")
)]
pub struct Settings {
    /// The shortest time without a sign of a leader after which a server starts an election (§5.2).
    #[cfg_attr(feature = "serde", serde(with = "crate::time::milliseconds"))]
    pub election_timeout_min: Duration,
    /// The longest such time. Each wait is drawn between the two, so that servers seldom start together (§5.2, §9.3).
    #[cfg_attr(feature = "serde", serde(with = "crate::time::milliseconds"))]
    pub election_timeout_max: Duration,
    /// How often a leader shows itself (§5.2). Less than the shortest election timeout.
    #[cfg_attr(feature = "serde", serde(with = "crate::time::milliseconds"))]
    pub heartbeat_interval: Duration,
    /// The most entries that one AppendEntries message carries.
    pub max_append_entries: u32,
    /// The most bytes of commands that one AppendEntries message carries; one entry is always carried.
    pub max_append_bytes: u64,
    /// The most bytes of commands that may be under way to a follower at once; one message always may.
    pub max_in_flight_bytes: u64,
    /// The most bytes of commands that may be proposed to a leader and not committed; one proposal always may. What
    /// earlier leaders left does not count.
    pub max_uncommitted_bytes: u64,
    /// The most that a clock in the cluster may run too fast or too slow, in parts per million, for a lease to be safe
    /// (§6.4.1 of the dissertation). Half a million would leave nothing of a lease.
    pub clock_drift_ppm_max: u32,
    /// The most AppendEntries messages with entries that may be under way to a follower at once (pipelining, §10.2.1 of
    /// the dissertation).
    pub max_in_flight_appends: u32,
    /// Whether a server asks, before it starts an election, whether it could win one, so that a server which comes back
    /// from a partition does not raise the term of a healthy cluster (PreVote, §9.6 of the dissertation).
    pub pre_vote: bool,
    /// Whether a server that heard from a leader within the shortest election timeout puts vote requests aside, so that
    /// a server which was removed, or cut off, cannot depose a healthy leader (§4.2.3 of the dissertation).
    pub leader_stickiness: bool,
    /// Whether leaders may answer reads by a lease, which trusts clocks (§6.4.1 of the dissertation). It has a price on
    /// every server: for the shortest election timeout after a sign of a leader, and after a start, it votes for nobody
    /// and does not campaign, whatever it is told, unless that leader hands over. All servers of the cluster must have
    /// the same `election_timeout_min` and the same choice here. It needs `leader_stickiness`.
    pub leases: bool,
    /// Whether a leader steps down that has not heard from a majority for the shortest election timeout (§6.2 of the
    /// dissertation).
    pub check_quorum: bool,
    /// Servers vote only for candidates of at least their own priority, unless the candidate's log is longer. Priorities
    /// say who should lead while the servers are equally good.
    pub priority: u32,
    /// How often the spread of the election timeouts may double while elections fail one after the other. The longest
    /// timeout grows with each failed election and falls back when a leader is found; 0 keeps it as it is.
    pub backoff_doublings_max: u32,
    /// Whether a new leader starts with an entry that does nothing, so that what earlier leaders left can commit
    /// without waiting for a client (§8).
    pub no_op_on_election: bool,
    /// Whether a leader that looks for the place where a follower's log agrees with its own goes by what the follower says
    /// of its log (§5.3, the optimization at its end). Off, it goes back by one entry at a time, as Figure 2 does.
    pub go_back_by_hints: bool,
    /// Whether a follower passes on to the leader what is proposed to it, and learns where it was appended. Off, it
    /// refuses and says who leads.
    pub forward_proposals: bool,
    /// After how many applied entries the host is asked for a snapshot, so that the log can be compacted (§7); never,
    /// if there is nothing here.
    pub snapshot_after_entries: Option<NonZeroU64>,
    /// After how many bytes of commands in the log the host is asked for a snapshot; never, if there is nothing here.
    pub snapshot_after_bytes: Option<NonZeroU64>,
    /// Where a server's draws come from: the same seed gives the same election timeouts.
    pub seed: u64,
    /// The rules that this server breaks on purpose.
    #[cfg(feature = "lab")]
    pub mistakes: crate::lab::Mistakes,
}

impl Default for Settings {
    /// The paper's election timeouts of 150 to 300 ms (§9.3), with a heartbeat every 50 ms, and everything that keeps a
    /// healthy leader where it is.
    ///
    /// Proposals are not forwarded: a refusal says for certain that nothing was done, and who leads; the answer to a
    /// message that was passed on can be lost, and then nobody knows. Who would rather save its clients the way turns it
    /// on.
    fn default() -> Self {
        Self {
            election_timeout_min: Duration::from_millis(150),
            election_timeout_max: Duration::from_millis(300),
            heartbeat_interval: Duration::from_millis(50),
            max_append_entries: 64,
            max_append_bytes: 1 << 20,
            max_in_flight_bytes: 16 << 20,
            max_uncommitted_bytes: 64 << 20,
            clock_drift_ppm_max: 10_000,
            max_in_flight_appends: 16,
            pre_vote: true,
            leader_stickiness: true,
            leases: false,
            check_quorum: true,
            priority: 0,
            backoff_doublings_max: 4,
            no_op_on_election: true,
            go_back_by_hints: true,
            forward_proposals: false,
            snapshot_after_entries: None,
            snapshot_after_bytes: None,
            seed: 0,
            #[cfg(feature = "lab")]
            mistakes: crate::lab::Mistakes::NONE,
        }
    }
}

impl Settings {
    /// Raft as Figure 2 of the paper has it, without what was added later to keep a healthy leader where it is: no
    /// PreVote, no leader stickiness, no CheckQuorum, no backoff.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            pre_vote: false,
            leader_stickiness: false,
            check_quorum: false,
            backoff_doublings_max: 0,
            ..Self::default()
        }
    }
}

/// [`Settings`] that were found to be valid.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Config(Settings);

/// The longest timeout that is accepted: one day.
pub const TIMEOUT_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// The most doublings of the spread of election timeouts that are accepted.
pub const DOUBLINGS_MAX: u32 = 32;
/// The greatest clock drift that is accepted, in parts per million.
pub const DRIFT_PPM_MAX: u32 = 499_999;

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
    /// A count was outside of what is allowed.
    Count {
        /// Which setting.
        name: &'static str,
        /// What it was.
        given: u32,
        /// The least that is allowed.
        min: u32,
        /// The most that is allowed.
        max: u32,
    },
    /// A setting was on that needs another one, which was off.
    Needs {
        /// Which setting was on.
        name: &'static str,
        /// Which one it needs.
        needed: &'static str,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duration { name, given_us, min_us, max_us } => {
                write!(f, "{name} is {given_us} µs; allowed are {min_us} µs to {max_us} µs")
            }
            Self::Count { name, given, min, max } => write!(f, "{name} is {given}; allowed are {min} to {max}"),
            Self::Needs { name, needed } => write!(f, "{name} is on and needs {needed}, which is off"),
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
        for (name, given, max) in [
            ("backoff_doublings_max", settings.backoff_doublings_max, DOUBLINGS_MAX),
            ("clock_drift_ppm_max", settings.clock_drift_ppm_max, DRIFT_PPM_MAX),
        ] {
            if given > max {
                return Err(ConfigError::Count { name, given, min: 0, max });
            }
        }
        for (name, count) in [
            ("max_append_entries", settings.max_append_entries),
            ("max_in_flight_appends", settings.max_in_flight_appends),
        ] {
            if count == 0 {
                return Err(ConfigError::Count { name, given: count, min: 1, max: u32::MAX });
            }
        }
        if settings.leases && !settings.leader_stickiness {
            return Err(ConfigError::Needs { name: "leases", needed: "leader_stickiness" });
        }
        Ok(Self(settings))
    }

    /// The settings, all valid.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.0
    }

    #[cfg(feature = "lab")]
    pub(crate) const fn make_mistakes(&mut self, mistakes: crate::lab::Mistakes) {
        self.0.mistakes = mistakes;
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
        let cases: [(&str, Spoil); 9] = [
            ("election_timeout_min", |s| s.election_timeout_min = Duration::ZERO),
            ("election_timeout_max", |s| s.election_timeout_max = Duration::from_millis(149)),
            ("election_timeout_max", |s| s.election_timeout_max = Duration::MAX),
            ("heartbeat_interval", |s| s.heartbeat_interval = Duration::from_millis(150)),
            ("max_append_entries", |s| s.max_append_entries = 0),
            ("max_in_flight_appends", |s| s.max_in_flight_appends = 0),
            ("backoff_doublings_max", |s| s.backoff_doublings_max = 33),
            ("clock_drift_ppm_max", |s| s.clock_drift_ppm_max = 500_000),
            ("leases", |s| (s.leases, s.leader_stickiness) = (true, false)),
        ];
        for (expected, spoil) in cases {
            let mut settings = Settings { election_timeout_min: ms(150), ..Settings::default() };
            spoil(&mut settings);
            let error = Config::new(settings).expect_err(expected);
            let (ConfigError::Duration { name, .. }
            | ConfigError::Count { name, .. }
            | ConfigError::Needs { name, .. }) = error;
            assert_eq!(name, expected);
        }
    }
}

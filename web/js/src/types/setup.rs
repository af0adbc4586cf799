//! What a simulation is made of.

use std::num::{NonZeroU32, NonZeroU64};

use raftarium_sim as sim;
use raftarium_sim::core::{DOUBLINGS_MAX, DRIFT_PPM_MAX, Mistake, Mistakes, Settings};
use serde::{Deserialize, Serialize};
use tsify::Tsify;
use wasm_bindgen::prelude::wasm_bindgen;

use super::disk::DiskSettings;
use super::initial::Initial;
use super::link::LinkSettings;
use super::number::{MAX_SAFE, Milliseconds, Number};
use super::seed::Seed;
use crate::failure::{ErrorCode, Failure};
use crate::value::Value;

/// What a simulation is made of. Whatever is left out has its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields, expecting = "an object of options")]
pub struct SimulationOptions {
    /// Where all chance comes from. Without one, it is drawn; `simulation.seed` tells which it was.
    #[tsify(type = "SeedInput", optional)]
    pub seed: Option<Seed>,
    /// How many servers there are: 1 to 51. Default: 5.
    #[tsify(type = "number")]
    pub servers: Number,
    /// How many clients there are: 1 to 9. Default: 3.
    #[tsify(type = "number")]
    pub clients: Number,
    /// How the servers are set.
    pub raft: RaftSettings,
    /// How every link between two servers is at first, and every link to a client always.
    pub link: LinkSettings,
    /// How every disk is at first.
    pub disk: DiskSettings,
    /// What servers find on their disks at first. Those that are not named find nothing. Default: none is named.
    pub initial: Vec<Initial>,
    /// How long a client waits for an answer before it calls the outcome unknown, or asks again. Default: 10000 ms.
    pub request_timeout: Milliseconds,
    /// What a client does if it gets no answer. Default: `never`, which calls the outcome unknown.
    pub retries: Retries,
    /// How many sessions the state machine keeps: when one more is opened, the one ends that was not used for longest.
    /// Default: 1024.
    #[tsify(type = "number")]
    pub sessions_max: Number,
}

/// What a client does if it gets no answer.
///
/// - `never`: nothing; it calls the outcome unknown.
/// - `plain`: it asks again until it is answered. What it asks may be applied more than once.
/// - `session`: it opens a session, and asks again with the same number until it is answered, so that what it asks is
///   applied once (§8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Retries {
    /// Nothing.
    Never,
    /// It asks again.
    Plain,
    /// It asks again, in a session.
    Session,
}

impl From<Retries> for sim::Retries {
    fn from(retries: Retries) -> Self {
        match retries {
            Retries::Never => Self::Never,
            Retries::Plain => Self::Plain,
            Retries::Session => Self::Session,
        }
    }
}

impl From<sim::Retries> for Retries {
    fn from(retries: sim::Retries) -> Self {
        match retries {
            sim::Retries::Never => Self::Never,
            sim::Retries::Plain => Self::Plain,
            sim::Retries::Session => Self::Session,
        }
    }
}

#[wasm_bindgen(typescript_custom_section)]
const SETUP: &str = r"
/** What a simulation is made of, with nothing left out. */
export interface Setup extends Required<Omit<SimulationOptions, 'seed' | 'raft' | 'link' | 'disk'>> {
    /** Where all chance comes from. */
    seed: Seed;
    /** How the servers are set. */
    raft: Required<RaftSettings>;
    /** How every link between two servers is at first, and every link to a client always. */
    link: Required<LinkSettings>;
    /** How every disk is at first. */
    disk: Required<DiskSettings>;
}
";

/// How Raft is set in every server. Whatever is left out has its default: Raft as the paper's Figure 2 has it, without
/// what was added later to keep a healthy leader where it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields, expecting = "an object of settings")]
pub struct RaftSettings {
    /// The shortest time without a sign of a leader after which a server starts an election (§5.2). Default: 150 ms.
    pub election_timeout_min: Milliseconds,
    /// The longest such time. Default: 300 ms.
    pub election_timeout_max: Milliseconds,
    /// How often a leader shows itself; less than the shortest election timeout (§5.2). Default: 50 ms.
    pub heartbeat_interval: Milliseconds,
    /// The most entries that one message carries. Default: 64.
    #[tsify(type = "number")]
    pub max_append_entries: Number,
    /// The most bytes of commands that one message carries; one entry is always carried. Default: 1048576.
    #[tsify(type = "number")]
    pub max_append_bytes: Number,
    /// The most messages with entries that may be under way to a follower at once. Default: 16.
    #[tsify(type = "number")]
    pub max_in_flight_appends: Number,
    /// The most bytes of commands that may be under way to a follower at once; one message always may. Default:
    /// 16777216.
    #[tsify(type = "number")]
    pub max_in_flight_bytes: Number,
    /// The most bytes of commands that may be proposed and not committed; one proposal always may. A leader that has
    /// more answers `busy`. Default: 67108864.
    #[tsify(type = "number")]
    pub max_uncommitted_bytes: Number,
    /// Whether a server asks, before it starts an election, whether it could win one (PreVote, §9.6 of the
    /// dissertation). Default: false.
    pub pre_vote: bool,
    /// Whether a server that heard from a leader within the shortest election timeout puts vote requests aside (§4.2.3
    /// of the dissertation). Default: false.
    pub leader_stickiness: bool,
    /// Whether leaders may answer reads by a lease (§6.4.1 of the dissertation): for the shortest election timeout after
    /// a sign of a leader, and after a start, a server elects nobody. It needs `leaderStickiness`. Default: false.
    pub leases: bool,
    /// Whether a leader steps down that has not heard from a majority for the shortest election timeout (§6.2 of the
    /// dissertation). Default: false.
    pub check_quorum: bool,
    /// Servers vote only for candidates of at least their own priority, unless the candidate's log is longer: 0 to
    /// 4294967295. Default: 0.
    #[tsify(type = "number")]
    pub priority: Number,
    /// How often the spread of the election timeouts may double while elections fail one after the other: 0 to 32.
    /// Default: 0.
    #[tsify(type = "number")]
    pub backoff_doublings_max: Number,
    /// Which part a clock in the cluster may run too fast or too slow for a lease to be safe, in steps of a millionth:
    /// 0 to 0.499999 (§6.4.1 of the dissertation). Default: 0.01.
    #[tsify(type = "number")]
    pub clock_drift_max: Number,
    /// Whether a new leader starts with an entry that does nothing (§8). Default: true.
    pub no_op_on_election: bool,
    /// Whether a leader goes back by what a follower says of its log, to find where it agrees with its own, and not by
    /// one entry at a time (§5.3). Default: true.
    pub go_back_by_hints: bool,
    /// Whether a follower passes on to the leader what a client asks of it, instead of saying who leads. Default: false.
    pub forward_proposals: bool,
    /// After how many applied entries a server takes a snapshot and compacts its log (§7); null is never. Default: null.
    #[tsify(type = "number | null")]
    pub snapshot_after_entries: Option<Number>,
    /// After how many bytes of commands in its log a server takes a snapshot; null is never. Default: null.
    #[tsify(type = "number | null")]
    pub snapshot_after_bytes: Option<Number>,
    /// The rules that are broken on purpose, to see why they exist: the names of mistakes, such as
    /// `commit-earlier-terms`. Default: none.
    pub mistakes: Vec<String>,
}

/// How many millionths are all.
const MILLION: f64 = 1_000_000.0;

impl SimulationOptions {
    /// The engine's setup, every number in it checked.
    ///
    /// # Errors
    ///
    /// Names the first that is not valid, what it was and what is allowed.
    pub fn setup(&self, seed: u64) -> Result<sim::Setup, Failure> {
        let setup = sim::Setup {
            seed,
            servers: self.servers.count("servers", sim::SERVERS_MAX)?,
            clients: self.clients.count("clients", sim::CLIENTS_MAX)?,
            raft: self.raft.settings()?,
            link: self.link.settings()?,
            disk: self.disk.settings()?,
            initial: self.initial.iter().cloned().map(TryInto::try_into).collect::<Result<_, Failure>>()?,
            request_timeout: self.request_timeout.duration("requestTimeout")?,
            retries: self.retries.into(),
            sessions_max: NonZeroU32::new(self.sessions_max.count("sessionsMax", u32::MAX)?).unwrap_or(NonZeroU32::MIN),
        };
        setup.check()?;
        Ok(setup)
    }
}

impl RaftSettings {
    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        Ok(Settings {
            election_timeout_min: self.election_timeout_min.duration("raft.electionTimeoutMin")?,
            election_timeout_max: self.election_timeout_max.duration("raft.electionTimeoutMax")?,
            heartbeat_interval: self.heartbeat_interval.duration("raft.heartbeatInterval")?,
            max_append_entries: self.max_append_entries.count("raft.maxAppendEntries", u32::MAX)?,
            max_append_bytes: self.max_append_bytes.between("raft.maxAppendBytes", 0, MAX_SAFE)?,
            max_in_flight_appends: self.max_in_flight_appends.count("raft.maxInFlightAppends", u32::MAX)?,
            max_in_flight_bytes: self.max_in_flight_bytes.between("raft.maxInFlightBytes", 0, MAX_SAFE)?,
            max_uncommitted_bytes: self.max_uncommitted_bytes.between("raft.maxUncommittedBytes", 0, MAX_SAFE)?,
            pre_vote: self.pre_vote,
            leader_stickiness: self.leader_stickiness,
            leases: self.leases,
            check_quorum: self.check_quorum,
            priority: upto(self.priority, "raft.priority", u32::MAX)?,
            backoff_doublings_max: upto(self.backoff_doublings_max, "raft.backoffDoublingsMax", DOUBLINGS_MAX)?,
            clock_drift_ppm_max: ppm(self.clock_drift_max, "raft.clockDriftMax", DRIFT_PPM_MAX)?,
            no_op_on_election: self.no_op_on_election,
            go_back_by_hints: self.go_back_by_hints,
            forward_proposals: self.forward_proposals,
            snapshot_after_entries: limit(self.snapshot_after_entries, "raft.snapshotAfterEntries")?,
            snapshot_after_bytes: limit(self.snapshot_after_bytes, "raft.snapshotAfterBytes")?,
            // The world draws each server's own.
            seed: 0,
            mistakes: mistakes(&self.mistakes, "raft.mistakes")?,
        })
    }
}

/// The mistakes that have these names.
pub(super) fn mistakes(names: &[String], name: &str) -> Result<Mistakes, Failure> {
    let known = |given: &String| {
        Mistake::from_name(given).ok_or_else(|| {
            let allowed = Mistake::ALL.map(Mistake::name).join(", ");
            let message = format!("{name} has {given:?}; allowed are {allowed}");
            Failure::new(ErrorCode::UnknownMistake, message).given(Value::Text(given.clone())).allowed(allowed)
        })
    };
    names.iter().map(known).collect()
}

pub(super) fn names_of(mistakes: Mistakes) -> Vec<String> {
    mistakes.iter().map(|mistake| mistake.name().to_owned()).collect()
}

fn upto(number: Number, name: &str, max: u32) -> Result<u32, Failure> {
    let whole = number.between(name, 0, max.into())?;
    Ok(u32::try_from(whole).expect("it is not above max, which is a u32"))
}

/// A limit, or none.
pub(super) fn limit(number: Option<Number>, name: &str) -> Result<Option<NonZeroU64>, Failure> {
    let whole = number.map(|number| number.between(name, 1, MAX_SAFE)).transpose()?;
    Ok(whole.and_then(NonZeroU64::new))
}

/// A part, in millionths.
pub(super) fn ppm(part: Number, name: &str, max: u32) -> Result<u32, Failure> {
    let millionths = Number((part.not_nan(name)?.0 * MILLION).round());
    let most = f64::from(max) / MILLION;
    millionths.whole().filter(|_| part.0 <= most).and_then(|ppm| u32::try_from(ppm).ok()).ok_or_else(|| {
        let allowed = format!("0 to {most}");
        let message = format!("{name} is {part}; allowed are {allowed}");
        Failure::new(ErrorCode::OutOfRange, message).given(part).allowed(allowed)
    })
}

/// A part that may be negative, in millionths.
pub(super) fn signed_ppm(part: Number, name: &str, max: i32) -> Result<i32, Failure> {
    let millionths = (part.not_nan(name)?.0 * MILLION).round();
    if millionths.abs() <= f64::from(max) {
        return Ok(millionths as i32);
    }
    let most = f64::from(max) / MILLION;
    let allowed = format!("-{most} to {most}");
    let message = format!("{name} is {part}; allowed are {allowed}");
    Err(Failure::new(ErrorCode::OutOfRange, message).given(part).allowed(allowed))
}

pub(super) fn signed_part(ppm: i32) -> Number {
    Number(f64::from(ppm) / MILLION)
}

pub(super) fn part(ppm: u32) -> Number {
    Number(f64::from(ppm) / MILLION)
}

impl From<&sim::Setup> for SimulationOptions {
    fn from(setup: &sim::Setup) -> Self {
        Self {
            seed: Some(setup.seed.into()),
            servers: u64::from(setup.servers).into(),
            clients: u64::from(setup.clients).into(),
            raft: (&setup.raft).into(),
            link: setup.link.into(),
            disk: setup.disk.into(),
            initial: setup.initial.iter().map(Into::into).collect(),
            request_timeout: setup.request_timeout.into(),
            retries: setup.retries.into(),
            sessions_max: u64::from(setup.sessions_max.get()).into(),
        }
    }
}

impl From<&Settings> for RaftSettings {
    fn from(settings: &Settings) -> Self {
        Self {
            election_timeout_min: settings.election_timeout_min.into(),
            election_timeout_max: settings.election_timeout_max.into(),
            heartbeat_interval: settings.heartbeat_interval.into(),
            max_append_entries: u64::from(settings.max_append_entries).into(),
            max_append_bytes: settings.max_append_bytes.into(),
            max_in_flight_appends: u64::from(settings.max_in_flight_appends).into(),
            max_in_flight_bytes: settings.max_in_flight_bytes.into(),
            max_uncommitted_bytes: settings.max_uncommitted_bytes.into(),
            pre_vote: settings.pre_vote,
            leader_stickiness: settings.leader_stickiness,
            leases: settings.leases,
            check_quorum: settings.check_quorum,
            priority: u64::from(settings.priority).into(),
            backoff_doublings_max: u64::from(settings.backoff_doublings_max).into(),
            clock_drift_max: part(settings.clock_drift_ppm_max),
            no_op_on_election: settings.no_op_on_election,
            go_back_by_hints: settings.go_back_by_hints,
            forward_proposals: settings.forward_proposals,
            snapshot_after_entries: settings.snapshot_after_entries.map(|limit| limit.get().into()),
            snapshot_after_bytes: settings.snapshot_after_bytes.map(|limit| limit.get().into()),
            mistakes: names_of(settings.mistakes),
        }
    }
}

impl Default for SimulationOptions {
    /// The engine's default, with a seed to be drawn.
    fn default() -> Self {
        Self { seed: None, ..(&sim::Setup::default()).into() }
    }
}

impl Default for RaftSettings {
    fn default() -> Self {
        (&sim::Setup::default().raft).into()
    }
}

//! What a simulation is made of.

use raftarium_sim as sim;
use raftarium_sim::core::Settings;
use serde::{Deserialize, Serialize};
use tsify::Tsify;
use wasm_bindgen::prelude::wasm_bindgen;

use super::number::{Milliseconds, Number};
use super::seed::Seed;
use crate::failure::{ErrorCode, Failure};

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
    /// How every disk is.
    pub disk: DiskSettings,
    /// How long a client waits for an answer before it calls the outcome unknown. Default: 10000 ms.
    pub request_timeout: Milliseconds,
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
    /** How every disk is. */
    disk: Required<DiskSettings>;
}
";

/// How Raft is set in every server. Whatever is left out has its default.
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
    /// The most messages with entries that may be under way to a follower at once. Default: 16.
    #[tsify(type = "number")]
    pub max_in_flight_appends: Number,
    /// Whether a new leader starts with an entry that does nothing (§8). Default: true.
    pub no_op_on_election: bool,
}

/// How a link carries packets, in one direction. Whatever is left out has its default.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields, expecting = "an object of settings")]
pub struct LinkSettings {
    /// The shortest time that a packet is under way. Default: 8 ms.
    pub latency_min: Milliseconds,
    /// The longest such time. Default: 16 ms.
    pub latency_max: Milliseconds,
    /// Which part of the packets is lost: 0 is none, 1 is all, in steps of a millionth. Default: 0.
    #[tsify(type = "number")]
    pub loss: Number,
}

/// How a disk writes. Whatever is left out has its default.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields, expecting = "an object of settings")]
pub struct DiskSettings {
    /// The shortest time until a write is durable. Default: 1 ms.
    pub write_min: Milliseconds,
    /// The longest such time. Default: 3 ms.
    pub write_max: Milliseconds,
}

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
            disk: sim::DiskSettings {
                write_min: self.disk.write_min.duration("disk.writeMin")?,
                write_max: self.disk.write_max.duration("disk.writeMax")?,
            },
            request_timeout: self.request_timeout.duration("requestTimeout")?,
        };
        setup.check()?;
        Ok(setup)
    }
}

impl RaftSettings {
    fn settings(&self) -> Result<Settings, Failure> {
        Ok(Settings {
            election_timeout_min: self.election_timeout_min.duration("raft.electionTimeoutMin")?,
            election_timeout_max: self.election_timeout_max.duration("raft.electionTimeoutMax")?,
            heartbeat_interval: self.heartbeat_interval.duration("raft.heartbeatInterval")?,
            max_append_entries: self.max_append_entries.count("raft.maxAppendEntries", u32::MAX)?,
            max_in_flight_appends: self.max_in_flight_appends.count("raft.maxInFlightAppends", u32::MAX)?,
            no_op_on_election: self.no_op_on_election,
            ..Settings::default()
        })
    }
}

impl LinkSettings {
    /// The engine's settings, every number in them checked.
    ///
    /// # Errors
    ///
    /// Names the first that is not valid, what it was and what is allowed.
    pub fn settings(&self) -> Result<sim::LinkSettings, Failure> {
        let settings = sim::LinkSettings {
            latency_min: self.latency_min.duration("link.latencyMin")?,
            latency_max: self.latency_max.duration("link.latencyMax")?,
            loss_ppm: ppm(self.loss)?,
        };
        settings.check()?;
        Ok(settings)
    }
}

fn ppm(loss: Number) -> Result<u32, Failure> {
    let certain = f64::from(sim::CERTAIN_PPM);
    let millionths = Number((loss.not_nan("link.loss")?.0 * certain).round());
    millionths.whole().filter(|_| loss.0 <= 1.0).and_then(|ppm| u32::try_from(ppm).ok()).ok_or_else(|| {
        let message = format!("link.loss is {loss}; allowed are 0 (none) to 1 (all)");
        Failure::new(ErrorCode::OutOfRange, message).given(loss).allowed("0 to 1")
    })
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
            request_timeout: setup.request_timeout.into(),
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
            max_in_flight_appends: u64::from(settings.max_in_flight_appends).into(),
            no_op_on_election: settings.no_op_on_election,
        }
    }
}

impl From<sim::LinkSettings> for LinkSettings {
    fn from(settings: sim::LinkSettings) -> Self {
        Self {
            latency_min: settings.latency_min.into(),
            latency_max: settings.latency_max.into(),
            loss: Number(f64::from(settings.loss_ppm) / f64::from(sim::CERTAIN_PPM)),
        }
    }
}

impl From<sim::DiskSettings> for DiskSettings {
    fn from(settings: sim::DiskSettings) -> Self {
        Self { write_min: settings.write_min.into(), write_max: settings.write_max.into() }
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
        (&Settings::default()).into()
    }
}

impl Default for LinkSettings {
    fn default() -> Self {
        sim::LinkSettings::default().into()
    }
}

impl Default for DiskSettings {
    fn default() -> Self {
        sim::DiskSettings::default().into()
    }
}

//! What a world is made of: everything about a run that is chosen before it begins.

use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;
use core::time::Duration;

use raftarium_core::sessions::SessionLimits;
use raftarium_core::{Config, ConfigError, Membership, MembershipError, NodeId, Settings, StartError};
use serde::{Deserialize, Serialize};

use crate::client::Retries;
use crate::disk::DiskSettings;
use crate::initial::{self, Initial};
use crate::kv::OpError;
use crate::network::LinkSettings;

/// The most servers that a world can have.
pub const SERVERS_MAX: u32 = 51;
/// The most clients that a world can have.
pub const CLIENTS_MAX: u32 = 9;
/// The longest latency, write or client's patience that is accepted: one hour.
pub const DURATION_MAX: Duration = Duration::from_secs(60 * 60);
/// What every packet is lost with, in parts per million.
pub const CERTAIN_PPM: u32 = 1_000_000;

/// What a world is made of. With the commands that are given, it determines everything that happens.
///
/// A text that says nothing of a setting leaves it as the default has it: what is added later is off in older runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Setup {
    /// Where all chance comes from.
    pub seed: u64,
    /// How many servers there are, named S1, S2, …; from 1 to [`SERVERS_MAX`].
    pub servers: u32,
    /// How many clients there are, named C1, C2, …; from 1 to [`CLIENTS_MAX`].
    pub clients: u32,
    /// How the servers are set. Their own seed is drawn from the world's; the one in here is not used.
    pub raft: Settings,
    /// How every link between two servers is at first, and every link to a client always.
    pub link: LinkSettings,
    /// How every disk is at first.
    pub disk: DiskSettings,
    /// What servers find on their disks at first; those that are not named find nothing.
    pub initial: Vec<Initial>,
    /// How long a client waits for an answer before it calls the outcome unknown, or asks again; each time that it
    /// has asked again, twice as long, up to 64 times.
    #[serde(with = "raftarium_core::milliseconds")]
    pub request_timeout: Duration,
    /// What a client does if it gets no answer.
    pub retries: Retries,
    /// How many sessions the state machine keeps: when one more is opened, the one ends that was not used for longest.
    #[serde(default = "sessions_max")]
    pub sessions_max: NonZeroU32,
}

fn sessions_max() -> NonZeroU32 {
    SessionLimits::default().sessions_max
}

impl Default for Setup {
    /// Five servers that run the paper's Raft, without what was added to it later, three clients, a network like one between nearby data centres.
    fn default() -> Self {
        Self {
            seed: 42,
            servers: 5,
            clients: 3,
            raft: Settings::plain(),
            link: LinkSettings::default(),
            disk: DiskSettings::default(),
            initial: Vec::new(),
            request_timeout: Duration::from_secs(10),
            retries: Retries::Never,
            sessions_max: sessions_max(),
        }
    }
}

/// Why a [`Setup`] cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SetupError {
    /// A number is outside of what is allowed.
    OutOfRange {
        /// Which.
        name: &'static str,
        /// What it was.
        given: u64,
        /// The least that is allowed.
        min: u64,
        /// The most that is allowed.
        max: u64,
        /// The unit of the three, or nothing for a count.
        unit: &'static str,
    },
    /// A setting of the servers is not valid.
    Raft(ConfigError),
    /// A server that is to begin with something does not exist.
    UnknownServer {
        /// What was given.
        given: NodeId,
        /// How many servers there are.
        servers: u32,
    },
    /// A server is to begin with two different things.
    RepeatedServer {
        /// Which.
        given: NodeId,
    },
    /// An entry that a server is to begin with asks for what no client can ask for.
    Op {
        /// The server.
        server: NodeId,
        /// What is wrong.
        error: OpError,
    },
    /// What a server begins with names a membership that cannot be.
    Membership {
        /// Which server.
        server: NodeId,
        /// Why.
        error: MembershipError,
    },
    /// A server cannot begin with that: no correct server leaves it behind.
    Start {
        /// Which.
        server: NodeId,
        /// Why.
        error: StartError,
    },
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { name, given, min, max, unit } => {
                write!(f, "{name} is {given}{unit}; allowed are {min}{unit} to {max}{unit}")
            }
            Self::Raft(error) => write!(f, "{error}"),
            Self::UnknownServer { given, servers } => {
                write!(f, "{given} is to begin with something; there are S1 to S{servers}")
            }
            Self::RepeatedServer { given } => write!(f, "{given} is to begin with two things; allowed is one"),
            Self::Op { server, error } => write!(f, "an entry that {server} begins with: {error}"),
            Self::Membership { server, error } => write!(f, "the membership that {server} begins with: {error}"),
            Self::Start { server, error } => write!(f, "{server} cannot begin like this: {error}"),
        }
    }
}

impl core::error::Error for SetupError {}

impl From<ConfigError> for SetupError {
    fn from(error: ConfigError) -> Self {
        Self::Raft(error)
    }
}

impl Setup {
    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the first that is not valid, what it was and what is allowed.
    pub fn check(&self) -> Result<(), SetupError> {
        count("servers", self.servers, SERVERS_MAX)?;
        count("clients", self.clients, CLIENTS_MAX)?;
        Config::new(self.raft.clone())?;
        self.link.check()?;
        self.disk.check()?;
        between("request_timeout", self.request_timeout, Duration::from_micros(1), DURATION_MAX)?;
        initial::check(self)
    }

    /// Who belongs to the cluster at first, unless a server begins with something else.
    pub(crate) fn everyone(&self) -> Membership {
        Membership::new((1..=u64::from(self.servers)).map(NodeId)).unwrap_or_else(|_| Membership::nobody())
    }
}

fn count(name: &'static str, given: u32, max: u32) -> Result<(), SetupError> {
    if (1..=max).contains(&given) {
        return Ok(());
    }
    Err(SetupError::OutOfRange { name, given: given.into(), min: 1, max: max.into(), unit: "" })
}

pub(crate) fn between(name: &'static str, given: Duration, min: Duration, max: Duration) -> Result<(), SetupError> {
    if (min..=max).contains(&given) {
        return Ok(());
    }
    Err(SetupError::OutOfRange { name, given: micros(given), min: micros(min), max: micros(max), unit: " µs" })
}

/// Whole microseconds in `duration`, as many as fit.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

//! Whether what a command names exists, and its values are allowed.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use raftarium_core::{Change, Config, Instant, NodeId, Settings};

use crate::address::ClientId;
use crate::clock::DRIFT_PPM_MAX;
use crate::command::{Command, OPS_MAX, Pace, PacketAct, Timed};
use crate::command_error::CommandError;
use crate::setup::{DURATION_MAX, SERVERS_MAX, micros};

/// How many servers and clients there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    pub(super) servers: u32,
    pub(super) clients: u32,
}

impl Names {
    /// With the servers that these commands add by `at`.
    pub(crate) fn after(self, commands: &[Timed], at: Instant) -> Self {
        let adds = |timed: &&Timed| timed.command == Command::AddServer && timed.at <= at;
        let added = u32::try_from(commands.iter().filter(adds).count()).unwrap_or(u32::MAX);
        Self { servers: self.servers.saturating_add(added).min(SERVERS_MAX), ..self }
    }

    /// Whether `command` makes sense with these, whatever the world is like.
    pub(crate) fn check(self, command: &Command) -> Result<(), CommandError> {
        match command {
            Command::Crash { server }
            | Command::Restart { server }
            | Command::TimeOut { server }
            | Command::Isolate { server }
            | Command::Kill { server }
            | Command::CrashAfter { server, outputs: _ }
            | Command::Pause { server }
            | Command::Resume { server }
            | Command::Wipe { server }
            | Command::LeaveJoint { server }
            | Command::ForgetLeader { server }
            | Command::Compact { server }
            | Command::MakeMistakes { server, mistakes: _ }
            | Command::RequestSnapshot { server }
            | Command::FlipBit { server, index: _ } => self.known(*server),
            Command::Transfer { server, to } => {
                self.known(*server)?;
                self.known(*to)
            }
            Command::ChangeMembership { server, changes, how: _ } => {
                self.known(*server)?;
                changes.iter().try_for_each(|change| match change {
                    Change::AddVoter(server) | Change::AddLearner(server) | Change::Remove(server) => {
                        self.known(*server)
                    }
                })
            }
            Command::SetDisk { server, settings } => {
                self.known(*server)?;
                settings.check().map_err(|error| CommandError::Setting(error.to_string()))
            }
            Command::SetClock { server, drift_ppm } => {
                self.known(*server)?;
                within("drift_ppm", i64::from(*drift_ppm), i64::from(DRIFT_PPM_MAX), " ppm")
            }
            Command::JumpClock { server, by_us } => {
                self.known(*server)?;
                within("by_us", *by_us, i64::try_from(micros(DURATION_MAX)).unwrap_or(i64::MAX), " µs")
            }
            Command::Configure { server, settings } => {
                self.known(*server)?;
                Config::new(Settings::clone(settings)).map_err(|error| CommandError::Setting(error.to_string()))?;
                Ok(())
            }
            Command::Request { client, server, op } => {
                self.known_client(*client, *server)?;
                Ok(op.check()?)
            }
            Command::GiveUp { client } => self.known_client(*client, None),
            Command::Requests { client, server, ops, pace } => {
                self.known_client(*client, *server)?;
                if ops.is_empty() || ops.len() > OPS_MAX {
                    let given = ops.len();
                    return Err(CommandError::Setting(format!("there are {given} ops; allowed are 1 to {OPS_MAX}")));
                }
                match pace {
                    Pace::Every(given) if *given > DURATION_MAX => {
                        return Err(CommandError::DelayTooLong { given: *given, max: DURATION_MAX });
                    }
                    Pace::Every(_) | Pace::Answered => {}
                }
                ops.iter().try_for_each(|op| Ok(op.check()?))
            }
            Command::SetRetries { client, retries: _ } => self.known_client(*client, None),
            Command::Cut { from, to, both: _ }
            | Command::Heal { from, to, both: _ }
            | Command::Clog { from, to, both: _ }
            | Command::Unclog { from, to, both: _ }
            | Command::Filter { from, to, both: _, classes: _ } => self.known_link(*from, *to),
            Command::SetLink { from, to, both: _, settings } => {
                self.known_link(*from, *to)?;
                settings.check().map_err(|error| CommandError::Setting(error.to_string()))
            }
            Command::SetAllLinks { settings } => {
                settings.check().map_err(|error| CommandError::Setting(error.to_string()))
            }
            Command::Packet { packet: _, act: PacketAct::Delay(given) } if *given > DURATION_MAX => {
                Err(CommandError::DelayTooLong { given: *given, max: DURATION_MAX })
            }
            Command::Partition { groups } => self.known_groups(groups),
            Command::HealAll | Command::AddServer | Command::Packet { .. } => Ok(()),
        }
    }

    fn known(self, server: NodeId) -> Result<(), CommandError> {
        let servers = self.servers;
        if server.0 == 0 || server.0 > u64::from(servers) {
            return Err(CommandError::UnknownServer { given: server, servers });
        }
        Ok(())
    }

    fn known_client(self, client: ClientId, server: Option<NodeId>) -> Result<(), CommandError> {
        let clients = self.clients;
        if client.0 == 0 || client.0 > clients {
            return Err(CommandError::UnknownClient { given: client, clients });
        }
        server.map_or(Ok(()), |server| self.known(server))
    }

    fn known_link(self, from: NodeId, to: NodeId) -> Result<(), CommandError> {
        self.known(from)?;
        self.known(to)?;
        if from == to { Err(CommandError::SameEnds { server: from }) } else { Ok(()) }
    }

    fn known_groups(self, groups: &[Vec<NodeId>]) -> Result<(), CommandError> {
        let mut named = BTreeSet::new();
        for group in groups {
            let mut members = BTreeSet::new();
            for &server in group {
                self.known(server)?;
                if !members.insert(server) {
                    return Err(CommandError::Repeated { server });
                }
            }
            named.append(&mut members);
        }
        let rest = usize::from(u32::try_from(named.len()).is_ok_and(|named| named < self.servers));
        if groups.iter().any(Vec::is_empty) || groups.len() + rest < 2 {
            return Err(CommandError::OneGroup);
        }
        Ok(())
    }
}

/// Whether a number is not further from 0 than `max`.
fn within(name: &str, given: i64, max: i64, unit: &str) -> Result<(), CommandError> {
    if given.unsigned_abs() <= max.unsigned_abs() {
        return Ok(());
    }
    Err(CommandError::Setting(format!("{name} is {given}{unit}; allowed are -{max}{unit} to {max}{unit}")))
}

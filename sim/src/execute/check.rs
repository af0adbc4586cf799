//! Whether a command can be carried out.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use raftarium_core::{CampaignError, Change, Config, NodeId, Settings};

use super::ask;
use crate::clock::DRIFT_PPM_MAX;
use crate::command::{Command, PacketAct};
use crate::command_error::CommandError;
use crate::server::Server;
use crate::setup::{DURATION_MAX, SERVERS_MAX, micros};
use crate::world::{World, position};

impl World {
    /// Whether `command` can be carried out now.
    ///
    /// # Errors
    ///
    /// What is wrong with it: a name, a value, or that it does not fit to how things are.
    pub fn check(&self, command: &Command) -> Result<(), CommandError> {
        self.check_names(command)?;
        match command {
            Command::Crash { server } | Command::Kill { server } | Command::CrashAfter { server, outputs: _ } => {
                self.up(*server).map(|_| ())
            }
            Command::Restart { server } | Command::Wipe { server } => match self.up(*server) {
                Ok(_) => Err(CommandError::Up { server: *server }),
                Err(_) => Ok(()),
            },
            Command::Pause { server } => self.active(*server).map(|_| ()),
            Command::Resume { server } => match self.active(*server) {
                Err(CommandError::Paused { .. }) => Ok(()),
                Ok(_) => Err(CommandError::NotPaused { server: *server }),
                Err(error) => Err(error),
            },
            Command::ChangeMembership { server, .. }
            | Command::LeaveJoint { server }
            | Command::Transfer { server, .. } => {
                let server = self.active(*server)?;
                let now = server.clock.read(self.now());
                let Some(mut node) = server.node().cloned() else { return Ok(()) };
                ask(&mut node, now, command).map_err(|reason| CommandError::Refused { server: server.id, reason })
            }
            Command::ForgetLeader { server } => self.active(*server).map(|_| ()),
            Command::Compact { server } => {
                let applied = self.active(*server)?.node().map(|node| node.applied_index() > node.log().base().index);
                if applied == Some(true) { Ok(()) } else { Err(CommandError::NothingToCompact { server: *server }) }
            }
            Command::AddServer if self.servers.len() >= usize::try_from(SERVERS_MAX).unwrap_or(usize::MAX) => {
                Err(CommandError::TooManyServers { max: SERVERS_MAX })
            }
            Command::FlipBit { server, index } => {
                let damaged = self.servers[position(*server)].disk.clone().flip(*index);
                if damaged { Ok(()) } else { Err(CommandError::NothingWritten { server: *server }) }
            }
            Command::TimeOut { server } => {
                let server_ = self.active(*server)?;
                let now = server_.clock.read(self.now());
                match server_.node().map_or(Ok(()), |node| node.check_campaign(now)) {
                    Ok(()) => Ok(()),
                    Err(CampaignError::AlreadyLeader { .. }) => Err(CommandError::AlreadyLeader { server: *server }),
                    Err(error) => Err(CommandError::CannotCampaign { server: *server, error }),
                }
            }
            Command::Request { client, .. } if self.clients.is_busy(*client) => {
                Err(CommandError::ClientBusy { client: *client })
            }
            Command::Packet { packet, act: _ } if !self.environment.network.has(*packet) => {
                Err(CommandError::UnknownPacket { given: *packet })
            }
            Command::Request { .. }
            | Command::Cut { .. }
            | Command::Heal { .. }
            | Command::Partition { .. }
            | Command::HealAll
            | Command::SetLink { .. }
            | Command::SetAllLinks { .. }
            | Command::Isolate { .. }
            | Command::Clog { .. }
            | Command::Unclog { .. }
            | Command::Filter { .. }
            | Command::SetDisk { .. }
            | Command::SetClock { .. }
            | Command::JumpClock { .. }
            | Command::Configure { .. }
            | Command::MakeMistakes { .. }
            | Command::AddServer
            | Command::Packet { .. } => Ok(()),
        }
    }

    /// Whether `command` makes sense in this world, at whatever time.
    ///
    /// # Errors
    ///
    /// What is wrong with a name or a value in it.
    pub fn check_names(&self, command: &Command) -> Result<(), CommandError> {
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
                let clients = self.setup.clients;
                if client.0 == 0 || client.0 > clients {
                    return Err(CommandError::UnknownClient { given: *client, clients });
                }
                server.map_or(Ok(()), |server| self.known(server))?;
                Ok(op.check()?)
            }
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

    fn known(&self, server: NodeId) -> Result<(), CommandError> {
        let servers = u32::try_from(self.servers.len()).unwrap_or(u32::MAX);
        if server.0 == 0 || server.0 > u64::from(servers) {
            return Err(CommandError::UnknownServer { given: server, servers });
        }
        Ok(())
    }

    fn known_link(&self, from: NodeId, to: NodeId) -> Result<(), CommandError> {
        self.known(from)?;
        self.known(to)?;
        if from == to { Err(CommandError::SameEnds { server: from }) } else { Ok(()) }
    }

    fn known_groups(&self, groups: &[Vec<NodeId>]) -> Result<(), CommandError> {
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
        let rest = usize::from(named.len() < self.servers.len());
        if groups.iter().any(Vec::is_empty) || groups.len() + rest < 2 {
            return Err(CommandError::OneGroup);
        }
        Ok(())
    }

    /// The server, if it runs and is not paused.
    fn active(&self, id: NodeId) -> Result<&Server, CommandError> {
        let server = self.up(id)?;
        if server.paused.is_some() { Err(CommandError::Paused { server: id }) } else { Ok(server) }
    }

    fn up(&self, id: NodeId) -> Result<&Server, CommandError> {
        let server = &self.servers[position(id)];
        if server.node().is_some() { Ok(server) } else { Err(CommandError::Down { server: id }) }
    }
}

/// Whether a number is not further from 0 than `max`.
fn within(name: &str, given: i64, max: i64, unit: &str) -> Result<(), CommandError> {
    if given.unsigned_abs() <= max.unsigned_abs() {
        return Ok(());
    }
    Err(CommandError::Setting(format!("{name} is {given}{unit}; allowed are -{max}{unit} to {max}{unit}")))
}

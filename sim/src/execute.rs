//! Carrying out commands.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use raftarium_core::{CampaignError, Change, Config, Instant, Membership, Node, NodeId, Settings};

use crate::clock::DRIFT_PPM_MAX;
use crate::command::{Command, CommandError, PacketAct, Refusal};
use crate::environment::Environment;
use crate::packet::PacketId;
use crate::server::{Server, Stop};
use crate::setup::{DURATION_MAX, SERVERS_MAX, micros};
use crate::stream::election_seed;
use crate::trace::{Happening, LossReason, RecordId};
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

    /// Carries out `command` at `at`, which is now or later, with nothing due before. One that cannot be carried out
    /// leaves a record and changes nothing.
    pub(crate) fn execute(&mut self, at: Instant, command: &Command) {
        self.begin_step(at);
        if let Err(error) = self.check(command) {
            self.environment.record(None, Happening::CommandRefused { command: command.clone(), error });
            return self.end_step(None);
        }
        let cause = self.environment.record(None, Happening::Commanded(command.clone()));
        let changed = self.carry_out(command, cause);
        self.end_step(changed);
    }

    fn carry_out(&mut self, command: &Command, cause: RecordId) -> Option<NodeId> {
        match command {
            Command::Crash { server } => {
                self.stop(*server, Stop::PowerFailure, cause);
                Some(*server)
            }
            Command::Kill { server } => {
                self.stop(*server, Stop::Killed, cause);
                Some(*server)
            }
            Command::CrashAfter { server, outputs } => {
                self.servers[position(*server)].fuse = Some(*outputs);
                None
            }
            Command::Pause { server } => {
                self.servers[position(*server)].paused = Some(Vec::new());
                None
            }
            Command::Resume { server } => {
                self.resume(*server, cause);
                Some(*server)
            }
            Command::Wipe { server } => {
                let first = server.0 <= u64::from(self.setup.servers);
                let membership = if first { self.membership.clone() } else { Membership::nobody() };
                self.servers[position(*server)].wipe(membership);
                None
            }
            Command::SetDisk { server, settings } => {
                self.with_server(*server, |server, environment, _| {
                    server.disk.set(&mut environment.queue, environment.now, *settings);
                });
                None
            }
            Command::AddServer => Some(self.add_server(cause)),
            Command::ChangeMembership { server, .. }
            | Command::LeaveJoint { server }
            | Command::Transfer { server, .. } => {
                self.with_server(*server, |server, environment, checks| {
                    let now = server.clock.read(environment.now);
                    let asked = server.running().map(|running| ask(&mut running.node, now, command));
                    debug_assert_eq!(asked, Some(Ok(())), "the command was checked");
                    server.settle(environment, checks, cause);
                });
                Some(*server)
            }
            Command::ForgetLeader { server } => {
                self.with_server(*server, |server, environment, checks| {
                    let now = server.clock.read(environment.now);
                    server.running().into_iter().for_each(|running| running.node.forget_leader(now));
                    server.settle(environment, checks, cause);
                });
                Some(*server)
            }
            Command::Compact { server } => {
                self.with_server(*server, |server, environment, _| server.compact(environment, cause));
                Some(*server)
            }
            Command::FlipBit { server, index } => {
                self.servers[position(*server)].disk.flip(*index);
                None
            }
            Command::SetClock { server, drift_ppm } => {
                self.with_server(*server, |server, environment, _| {
                    server.clock.set_drift(environment.now, *drift_ppm);
                    server.set_alarm(environment, cause);
                });
                None
            }
            Command::JumpClock { server, by_us } => {
                self.with_server(*server, |server, environment, _| {
                    server.clock.jump(environment.now, *by_us);
                    server.set_alarm(environment, cause);
                });
                None
            }
            Command::Configure { server, settings } => {
                self.configure(*server, settings);
                None
            }
            Command::Restart { server } => {
                self.with_server(*server, |server, environment, checks| {
                    server.start(environment, checks, Some(cause));
                });
                Some(*server)
            }
            Command::TimeOut { server } => {
                self.with_server(*server, |server, environment, checks| {
                    let now = server.clock.read(environment.now);
                    let started = server.running().map(|running| running.node.campaign(now));
                    debug_assert_eq!(started, Some(Ok(())), "the command was checked");
                    server.settle(environment, checks, cause);
                });
                Some(*server)
            }
            Command::Request { client, server, op } => {
                let patience = self.setup.request_timeout;
                self.clients.ask(&mut self.environment, *client, *server, op.clone(), patience, cause);
                None
            }
            Command::Cut { from, to, both } => {
                directions(*from, *to, *both).for_each(|(from, to)| self.cut(from, to, cause));
                None
            }
            Command::Heal { from, to, both } => {
                directions(*from, *to, *both).for_each(|(from, to)| self.environment.network.heal(from, to));
                None
            }
            Command::SetLink { from, to, both, settings } => {
                for (from, to) in directions(*from, *to, *both) {
                    self.environment.network.set(from, to, *settings);
                }
                None
            }
            Command::Partition { groups } => {
                let grouped = |server: NodeId| groups.iter().any(|group| group.contains(&server));
                for (from, to) in self.pairs() {
                    let together = |group: &Vec<NodeId>| group.contains(&from) && group.contains(&to);
                    if groups.iter().any(together) || !grouped(from) && !grouped(to) {
                        self.environment.network.heal(from, to);
                    } else {
                        self.cut(from, to, cause);
                    }
                }
                None
            }
            Command::HealAll => {
                self.pairs().into_iter().for_each(|(from, to)| self.environment.network.heal(from, to));
                None
            }
            Command::SetAllLinks { settings } => {
                self.pairs().into_iter().for_each(|(from, to)| self.environment.network.set(from, to, *settings));
                None
            }
            Command::Isolate { server } => {
                let its = |&(from, to): &(NodeId, NodeId)| from == *server || to == *server;
                self.pairs().into_iter().filter(its).for_each(|(from, to)| self.cut(from, to, cause));
                None
            }
            Command::Clog { from, to, both } => {
                let Environment { now, queue, network, .. } = &mut self.environment;
                directions(*from, *to, *both).for_each(|(from, to)| network.clog(queue, *now, from, to));
                None
            }
            Command::Unclog { from, to, both } => {
                let Environment { now, queue, network, .. } = &mut self.environment;
                directions(*from, *to, *both).for_each(|(from, to)| network.unclog(queue, *now, from, to));
                None
            }
            Command::Filter { from, to, both, classes } => {
                let network = &mut self.environment.network;
                directions(*from, *to, *both).for_each(|(from, to)| network.filter(from, to, classes));
                None
            }
            Command::Packet { packet, act } => {
                self.act_on_packet(*packet, *act, cause);
                None
            }
        }
    }

    fn cut(&mut self, from: NodeId, to: NodeId, cause: RecordId) {
        let Environment { now, queue, network, .. } = &mut self.environment;
        for packet in network.cut(queue, *now, from, to) {
            self.environment.record(Some(cause), Happening::Lost { packet, reason: LossReason::Cut });
        }
    }

    fn act_on_packet(&mut self, packet: PacketId, act: PacketAct, cause: RecordId) {
        let Environment { now, queue, network, .. } = &mut self.environment;
        let now = *now;
        match act {
            PacketAct::Drop => {
                network.lose(queue, now, packet);
                self.environment.record(Some(cause), Happening::Lost { packet, reason: LossReason::Dropped });
            }
            PacketAct::Double => {
                if let Some(copy) = network.double(queue, packet) {
                    self.environment.record(Some(cause), Happening::Doubled { packet, copy });
                }
            }
            PacketAct::Hold => network.hold(queue, now, packet),
            PacketAct::Release => network.release(queue, now, packet),
            PacketAct::Delay(by) => network.delay(queue, now, packet, by),
            PacketAct::Deliver => network.deliver(queue, now, packet),
        }
    }

    fn pairs(&self) -> Vec<(NodeId, NodeId)> {
        let names = || self.servers.iter().map(|server| server.id);
        names().flat_map(|from| names().map(move |to| (from, to))).filter(|(from, to)| from != to).collect()
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

    fn stop(&mut self, server: NodeId, how: Stop, cause: RecordId) {
        self.with_server(server, |server, environment, checks| server.stop(environment, checks, how, cause));
    }

    fn configure(&mut self, server: NodeId, settings: &Settings) {
        let settings = Settings { seed: election_seed(self.setup.seed), ..settings.clone() };
        if let Ok(config) = Config::new(settings) {
            self.servers[position(server)].config = config;
        }
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

/// Asks a node what the command says.
fn ask(node: &mut Node, now: Instant, command: &Command) -> Result<(), Refusal> {
    if let Command::ChangeMembership { changes, how, .. } = command {
        node.change_membership(now, changes, *how).map_err(Refusal::Membership)?;
    } else if let Command::LeaveJoint { .. } = command {
        node.leave_joint(now).map_err(Refusal::Membership)?;
    } else if let Command::Transfer { to, .. } = command {
        node.transfer_leadership(now, *to).map_err(Refusal::Transfer)?;
    }
    Ok(())
}

/// Whether a number is not further from 0 than `max`.
fn within(name: &str, given: i64, max: i64, unit: &str) -> Result<(), CommandError> {
    if given.unsigned_abs() <= max.unsigned_abs() {
        return Ok(());
    }
    Err(CommandError::Setting(format!("{name} is {given}{unit}; allowed are -{max}{unit} to {max}{unit}")))
}

/// One direction of a link, or both.
fn directions(from: NodeId, to: NodeId, both: bool) -> impl Iterator<Item = (NodeId, NodeId)> {
    [(from, to), (to, from)].into_iter().take(1 + usize::from(both))
}

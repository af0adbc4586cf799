//! Carrying out commands.

mod check;
mod names;

use alloc::vec::Vec;

use raftarium_core::{Config, Instant, Membership, Node, NodeId, Settings};

use crate::client::List;
use crate::command::{Command, PacketAct};
use crate::command_error::Refusal;
use crate::environment::Environment;
use crate::packet::PacketId;
use crate::server::Stop;
use crate::stream::election_seed;
use crate::trace::{Happening, LossReason, RecordId};
use crate::world::{World, position};

impl World {
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
                self.checks.wiped(*server);
                Some(*server)
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
            | Command::RequestSnapshot { server }
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
                self.with_server(*server, |server, environment, checks| {
                    server.compact(environment, checks, cause);
                });
                Some(*server)
            }
            Command::FlipBit { server, index } => {
                self.servers[position(*server)].disk.flip(*index);
                Some(*server)
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
            Command::MakeMistakes { server, mistakes } => {
                self.configure(
                    *server,
                    &Settings { mistakes: *mistakes, ..self.servers[position(*server)].config.settings().clone() },
                );
                self.with_server(*server, |server, environment, checks| {
                    server.running().into_iter().for_each(|running| running.node.make_mistakes(*mistakes));
                    server.settle(environment, checks, cause);
                });
                Some(*server)
            }
            Command::SetRetries { client, retries } => {
                self.clients.set_retries(*client, *retries);
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
                self.clients.ask(&mut self.environment, &mut self.checks, *client, *server, op.clone(), cause);
                None
            }
            Command::Requests { client, server, ops, pace } => {
                let list = List { ops: ops.iter().cloned().collect(), server: *server, pace: *pace, next_at: None };
                self.clients.ask_all(&mut self.environment, &mut self.checks, *client, list, cause);
                None
            }
            Command::GiveUp { client } => {
                self.clients.give_up(&mut self.environment, &mut self.checks, *client, cause);
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

    fn stop(&mut self, server: NodeId, how: Stop, cause: RecordId) {
        self.with_server(server, |server, environment, checks| server.stop(environment, checks, how, cause));
    }

    fn configure(&mut self, server: NodeId, settings: &Settings) {
        let settings = Settings { seed: election_seed(self.setup.seed), ..settings.clone() };
        if let Ok(config) = Config::new(settings) {
            self.servers[position(server)].config = config;
        }
    }
}

/// Asks a node what the command says.
pub(super) fn ask(node: &mut Node, now: Instant, command: &Command) -> Result<(), Refusal> {
    if let Command::ChangeMembership { changes, how, .. } = command {
        node.change_membership(now, changes, *how).map_err(Refusal::Membership)?;
    } else if let Command::LeaveJoint { .. } = command {
        node.leave_joint(now).map_err(Refusal::Membership)?;
    } else if let Command::RequestSnapshot { .. } = command {
        node.request_snapshot(now).map_err(Refusal::Snapshot)?;
    } else if let Command::Transfer { to, .. } = command {
        node.transfer_leadership(now, *to).map_err(Refusal::Transfer)?;
    }
    Ok(())
}

/// One direction of a link, or both.
fn directions(from: NodeId, to: NodeId, both: bool) -> impl Iterator<Item = (NodeId, NodeId)> {
    [(from, to), (to, from)].into_iter().take(1 + usize::from(both))
}

//! Whether a command can be carried out.

use raftarium_core::{CampaignError, Node, NodeId};

use super::ask;
use super::names::Names;
use crate::command::Command;
use crate::command_error::CommandError;
use crate::server::Server;
use crate::setup::SERVERS_MAX;
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
            | Command::RequestSnapshot { server }
            | Command::Transfer { server, .. } => {
                let server = self.active(*server)?;
                let now = server.clock.read(self.now());
                let Some(mut node) = server.node().cloned() else { return Ok(()) };
                ask(&mut node, now, command).map_err(|reason| CommandError::Refused { server: server.id, reason })
            }
            Command::ForgetLeader { server } => self.active(*server).map(|_| ()),
            Command::Compact { server } => {
                let some = |node: &Node| {
                    let applied = node.applied_index();
                    applied > node.log().base().index && node.membership_at(applied).is_some()
                };
                let possible = self.active(*server)?.node().is_some_and(some);
                if possible { Ok(()) } else { Err(CommandError::NothingToCompact { server: *server }) }
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
            Command::Request { client, .. } | Command::Requests { client, .. } if self.clients.is_busy(*client) => {
                Err(CommandError::ClientBusy { client: *client })
            }
            Command::Packet { packet, act: _ } if !self.environment.network.has(*packet) => {
                Err(CommandError::UnknownPacket { given: *packet })
            }
            Command::Request { .. }
            | Command::Requests { .. }
            | Command::GiveUp { .. }
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
            | Command::SetRetries { .. }
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
        self.names().check(command)
    }

    /// The names that there are.
    pub(crate) fn names(&self) -> Names {
        Names { servers: u32::try_from(self.servers.len()).unwrap_or(u32::MAX), clients: self.setup.clients }
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

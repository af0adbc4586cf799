//! Commands of the engine, and those of JavaScript: the same under both sets of habits.

use raftarium_sim as sim;
use raftarium_sim::core::{LogIndex, NodeId};

use super::super::membership::Change;
use super::super::number::{MAX_SAFE, Milliseconds, Number, ServerId};
use super::super::setup::{self, signed_part, signed_ppm};
use super::Command;
use crate::failure::Failure;

impl TryFrom<Command> for sim::Command {
    type Error = Failure;

    fn try_from(command: Command) -> Result<Self, Failure> {
        Ok(match command {
            Command::Crash { server } => Self::Crash { server: server.node()? },
            Command::Restart { server } => Self::Restart { server: server.node()? },
            Command::TimeOut { server } => Self::TimeOut { server: server.node()? },
            Command::Request { client, server, op } => Self::Request {
                client: client.client()?,
                server: server.map(ServerId::node).transpose()?,
                op: op.try_into()?,
            },
            Command::Requests { client, server, ops, every } => Self::Requests {
                client: client.client()?,
                server: server.map(ServerId::node).transpose()?,
                ops: ops.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
                pace: match every {
                    Some(time) => sim::Pace::Every(time.duration("every")?),
                    None => sim::Pace::Answered,
                },
            },
            Command::GiveUp { client } => Self::GiveUp { client: client.client()? },
            Command::Cut { from, to, both } => Self::Cut { from: from.node()?, to: to.node()?, both },
            Command::Heal { from, to, both } => Self::Heal { from: from.node()?, to: to.node()?, both },
            Command::Partition { groups } => {
                let group = |group: Vec<ServerId>| group.into_iter().map(ServerId::node).collect();
                Self::Partition { groups: groups.into_iter().map(group).collect::<Result<_, _>>()? }
            }
            Command::HealAll {} => Self::HealAll,
            Command::SetLink { from, to, both, settings } => {
                Self::SetLink { from: from.node()?, to: to.node()?, both, settings: settings.settings()? }
            }
            Command::SetAllLinks { settings } => Self::SetAllLinks { settings: settings.settings()? },
            Command::Isolate { server } => Self::Isolate { server: server.node()? },
            Command::Clog { from, to, both } => Self::Clog { from: from.node()?, to: to.node()?, both },
            Command::Unclog { from, to, both } => Self::Unclog { from: from.node()?, to: to.node()?, both },
            Command::Filter { from, to, both, classes } => {
                let classes = classes.into_iter().map(Into::into).collect();
                Self::Filter { from: from.node()?, to: to.node()?, both, classes }
            }
            Command::Kill { server } => Self::Kill { server: server.node()? },
            Command::CrashAfter { server, outputs } => {
                let outputs = outputs.between("outputs", 0, u32::MAX.into())?;
                Self::CrashAfter { server: server.node()?, outputs: u32::try_from(outputs).unwrap_or(u32::MAX) }
            }
            Command::Pause { server } => Self::Pause { server: server.node()? },
            Command::Resume { server } => Self::Resume { server: server.node()? },
            Command::Wipe { server } => Self::Wipe { server: server.node()? },
            Command::SetDisk { server, settings } => {
                Self::SetDisk { server: server.node()?, settings: settings.settings()? }
            }
            Command::FlipBit { server, index } => {
                let index = index.map(|index| index.between("index", 1, MAX_SAFE)).transpose()?.map(LogIndex);
                Self::FlipBit { server: server.node()?, index }
            }
            Command::SetClock { server, drift } => {
                let drift_ppm = signed_ppm(drift, "drift", sim::DRIFT_PPM_MAX)?;
                Self::SetClock { server: server.node()?, drift_ppm }
            }
            Command::JumpClock { server, by } => {
                let size = Milliseconds(Number(by.not_nan("by")?.0.abs())).duration("by")?;
                let size = i64::try_from(size.as_micros()).unwrap_or(i64::MAX);
                Self::JumpClock { server: server.node()?, by_us: if by.0 < 0.0 { -size } else { size } }
            }
            Command::Configure { server, settings } => {
                Self::Configure { server: server.node()?, settings: Box::new(settings.settings()?) }
            }
            Command::MakeMistakes { server, mistakes } => {
                Self::MakeMistakes { server: server.node()?, mistakes: setup::mistakes(&mistakes, "mistakes")? }
            }
            Command::SetRetries { client, retries } => {
                Self::SetRetries { client: client.client()?, retries: retries.into() }
            }
            Command::AddServer {} => Self::AddServer,
            Command::ChangeMembership { server, changes, how } => {
                let changes = changes.into_iter().map(Change::change).collect::<Result<_, _>>()?;
                Self::ChangeMembership { server: server.node()?, changes, how: how.into() }
            }
            Command::LeaveJoint { server } => Self::LeaveJoint { server: server.node()? },
            Command::Transfer { server, to } => Self::Transfer { server: server.node()?, to: to.node()? },
            Command::ForgetLeader { server } => Self::ForgetLeader { server: server.node()? },
            Command::Compact { server } => Self::Compact { server: server.node()? },
            Command::RequestSnapshot { server } => Self::RequestSnapshot { server: server.node()? },
            Command::Packet { packet, act } => {
                let packet = sim::PacketId(packet.between("packet", 1, MAX_SAFE)?);
                Self::Packet { packet, act: act.act()? }
            }
        })
    }
}

impl From<sim::Command> for Command {
    fn from(command: sim::Command) -> Self {
        match command {
            sim::Command::Crash { server } => Self::Crash { server: server.into() },
            sim::Command::Restart { server } => Self::Restart { server: server.into() },
            sim::Command::TimeOut { server } => Self::TimeOut { server: server.into() },
            sim::Command::Request { client, server, op } => {
                Self::Request { client: client.into(), server: server.map(Into::into), op: op.into() }
            }
            sim::Command::Requests { client, server, ops, pace } => Self::Requests {
                client: client.into(),
                server: server.map(Into::into),
                ops: ops.into_iter().map(Into::into).collect(),
                every: match pace {
                    sim::Pace::Every(time) => Some(time.into()),
                    sim::Pace::Answered => None,
                },
            },
            sim::Command::GiveUp { client } => Self::GiveUp { client: client.into() },
            sim::Command::Cut { from, to, both } => Self::Cut { from: from.into(), to: to.into(), both },
            sim::Command::Heal { from, to, both } => Self::Heal { from: from.into(), to: to.into(), both },
            sim::Command::Partition { groups } => {
                let group = |group: Vec<NodeId>| group.into_iter().map(Into::into).collect();
                Self::Partition { groups: groups.into_iter().map(group).collect() }
            }
            sim::Command::HealAll => Self::HealAll {},
            sim::Command::SetLink { from, to, both, settings } => {
                Self::SetLink { from: from.into(), to: to.into(), both, settings: settings.into() }
            }
            sim::Command::SetAllLinks { settings } => Self::SetAllLinks { settings: settings.into() },
            sim::Command::Isolate { server } => Self::Isolate { server: server.into() },
            sim::Command::Clog { from, to, both } => Self::Clog { from: from.into(), to: to.into(), both },
            sim::Command::Unclog { from, to, both } => Self::Unclog { from: from.into(), to: to.into(), both },
            sim::Command::Filter { from, to, both, classes } => {
                let classes = classes.into_iter().map(Into::into).collect();
                Self::Filter { from: from.into(), to: to.into(), both, classes }
            }
            sim::Command::Kill { server } => Self::Kill { server: server.into() },
            sim::Command::CrashAfter { server, outputs } => {
                Self::CrashAfter { server: server.into(), outputs: u64::from(outputs).into() }
            }
            sim::Command::Pause { server } => Self::Pause { server: server.into() },
            sim::Command::Resume { server } => Self::Resume { server: server.into() },
            sim::Command::Wipe { server } => Self::Wipe { server: server.into() },
            sim::Command::SetDisk { server, settings } => {
                Self::SetDisk { server: server.into(), settings: settings.into() }
            }
            sim::Command::FlipBit { server, index } => {
                Self::FlipBit { server: server.into(), index: index.map(|index| index.0.into()) }
            }
            sim::Command::SetClock { server, drift_ppm } => {
                Self::SetClock { server: server.into(), drift: signed_part(drift_ppm) }
            }
            sim::Command::JumpClock { server, by_us } => {
                Self::JumpClock { server: server.into(), by: Number(by_us as f64 / 1_000.0) }
            }
            sim::Command::Configure { server, settings } => {
                Self::Configure { server: server.into(), settings: Box::new((&*settings).into()) }
            }
            sim::Command::MakeMistakes { server, mistakes } => {
                Self::MakeMistakes { server: server.into(), mistakes: setup::names_of(mistakes) }
            }
            sim::Command::SetRetries { client, retries } => {
                Self::SetRetries { client: client.into(), retries: retries.into() }
            }
            sim::Command::AddServer => Self::AddServer {},
            sim::Command::ChangeMembership { server, changes, how } => {
                let changes = changes.into_iter().map(Into::into).collect();
                Self::ChangeMembership { server: server.into(), changes, how: how.into() }
            }
            sim::Command::LeaveJoint { server } => Self::LeaveJoint { server: server.into() },
            sim::Command::Transfer { server, to } => Self::Transfer { server: server.into(), to: to.into() },
            sim::Command::ForgetLeader { server } => Self::ForgetLeader { server: server.into() },
            sim::Command::Compact { server } => Self::Compact { server: server.into() },
            sim::Command::RequestSnapshot { server } => Self::RequestSnapshot { server: server.into() },
            sim::Command::Packet { packet, act } => Self::Packet { packet: packet.0.into(), act: act.into() },
        }
    }
}

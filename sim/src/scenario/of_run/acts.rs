//! What was done in a run, as scenarios say it.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::{Change, NodeId};

use super::super::act::{Act, Link, ReadWith};
use super::super::group::Group;
use super::super::name::Name;
use crate::command::Command;
use crate::kv::{Op, ReadBy};

impl Act {
    /// What does the same as `command`, in the short form if there is one.
    #[must_use]
    pub(super) fn of(command: &Command) -> Self {
        let link = |from: NodeId, to: NodeId, both: bool| Link { from: Name(from), to: Name(to), one_way: !both };
        match command {
            &Command::Crash { server } => Self::Crash(Name(server)),
            &Command::Restart { server } => Self::Restart(Name(server)),
            &Command::TimeOut { server } => Self::TimeOut(Name(server)),
            &Command::Pause { server } => Self::Pause(Name(server)),
            &Command::Resume { server } => Self::Resume(Name(server)),
            &Command::Isolate { server } => Self::Isolate(Name(server)),
            &Command::Wipe { server } => Self::Wipe(Name(server)),
            &Command::Compact { server } => Self::Compact(Name(server)),
            Command::Request { client, server, op } => ask(client.0, server.map(Name), op),
            &Command::MakeMistakes { server, mistakes } => Self::MakeMistakes { server: Name(server), mistakes },
            &Command::SetClock { server, drift_ppm } => Self::Drift { server: Name(server), ppm: drift_ppm },
            &Command::Cut { from, to, both } => Self::Cut(link(from, to, both)),
            &Command::Heal { from, to, both } => Self::Heal(link(from, to, both)),
            Command::Filter { from, to, both, classes } => {
                Self::Filter { from: Name(*from), to: Name(*to), one_way: !both, kinds: classes.clone() }
            }
            Command::Partition { groups } => {
                Self::Partition(groups.iter().map(|group| group.iter().copied().map(Name).collect()).collect())
            }
            Command::HealAll => Self::HealAll,
            Command::AddServer => Self::AddServer,
            Command::ChangeMembership { server, changes, how } if in_order(changes) => {
                let those =
                    |chosen: fn(&Change) -> Option<NodeId>| changes.iter().filter_map(chosen).map(Name).collect();
                Self::Change {
                    server: Name(*server),
                    add_voters: those(|change| if let &Change::AddVoter(node) = change { Some(node) } else { None }),
                    add_learners: those(
                        |change| if let &Change::AddLearner(node) = change { Some(node) } else { None },
                    ),
                    remove: those(|change| if let &Change::Remove(node) = change { Some(node) } else { None }),
                    how: *how,
                }
            }
            &Command::LeaveJoint { server } => Self::LeaveJoint(Name(server)),
            &Command::Transfer { server, to } => Self::Transfer { server: Name(server), to: Name(to) },
            Command::ChangeMembership { .. }
            | Command::SetLink { .. }
            | Command::SetAllLinks { .. }
            | Command::Clog { .. }
            | Command::Unclog { .. }
            | Command::Kill { .. }
            | Command::CrashAfter { .. }
            | Command::SetDisk { .. }
            | Command::FlipBit { .. }
            | Command::JumpClock { .. }
            | Command::Configure { .. }
            | Command::ForgetLeader { .. }
            | Command::RequestSnapshot { .. }
            | Command::Packet { .. }
            | Command::Requests { .. }
            | Command::GiveUp { .. }
            | Command::SetRetries { .. } => Self::Command(Box::new(command.clone())),
        }
    }
}

fn ask(client: u32, server: Option<Name>, op: &Op) -> Act {
    let (Op::Put { key, .. }
    | Op::Get { key }
    | Op::Delete { key }
    | Op::CompareAndSet { key, .. }
    | Op::Increment { key, .. }
    | Op::Read { key, .. }) = op;
    let key = String::clone(key);
    match op {
        Op::Put { value, .. } => Act::Put { client, key, value: value.clone(), server },
        Op::Get { .. } => Act::Get { client, key, server },
        Op::Delete { .. } => Act::Delete { client, key, server },
        Op::CompareAndSet { expected, value, .. } => {
            Act::CompareAndSet { client, key, expected: expected.clone(), value: value.clone(), server }
        }
        Op::Increment { by, .. } => Act::Increment { client, key, by: *by, server },
        Op::Read { by, .. } => {
            let by = match by {
                ReadBy::Index => ReadWith::Index,
                ReadBy::Lease => ReadWith::Lease,
                ReadBy::Nothing => ReadWith::Nothing,
            };
            Act::Read { client, key, by, server }
        }
    }
}

/// Whether the changes come in the order in which [`Act::Change`] has them.
fn in_order(changes: &[Change]) -> bool {
    changes.is_sorted_by_key(|change| match change {
        Change::AddVoter(_) => 0,
        Change::AddLearner(_) => 1,
        Change::Remove(_) => 2,
    })
}

impl Group {
    /// What a run is about in which this is done: the first of these groups that any of it belongs to.
    pub(super) fn of<'a>(commands: impl Iterator<Item = &'a Command>) -> Self {
        let groups: Vec<Self> = commands.map(about).collect();
        let order = [Self::Membership, Self::Snapshots, Self::Disks, Self::Networks, Self::Elections, Self::Clients];
        order.into_iter().find(|group| groups.contains(group)).unwrap_or(Self::Basics)
    }
}

const fn about(command: &Command) -> Group {
    match command {
        Command::AddServer | Command::ChangeMembership { .. } | Command::LeaveJoint { .. } => Group::Membership,
        Command::Compact { .. } | Command::RequestSnapshot { .. } => Group::Snapshots,
        Command::Wipe { .. } | Command::SetDisk { .. } | Command::FlipBit { .. } => Group::Disks,
        Command::Cut { .. }
        | Command::Heal { .. }
        | Command::Partition { .. }
        | Command::HealAll
        | Command::SetLink { .. }
        | Command::SetAllLinks { .. }
        | Command::Isolate { .. }
        | Command::Clog { .. }
        | Command::Unclog { .. }
        | Command::Filter { .. }
        | Command::Packet { .. } => Group::Networks,
        Command::Transfer { .. }
        | Command::ForgetLeader { .. }
        | Command::SetClock { .. }
        | Command::JumpClock { .. } => Group::Elections,
        Command::SetRetries { .. } | Command::GiveUp { .. } => Group::Clients,
        Command::Crash { .. }
        | Command::Kill { .. }
        | Command::CrashAfter { .. }
        | Command::Restart { .. }
        | Command::Pause { .. }
        | Command::Resume { .. }
        | Command::TimeOut { .. }
        | Command::Configure { .. }
        | Command::MakeMistakes { .. }
        | Command::Request { .. }
        | Command::Requests { .. } => Group::Basics,
    }
}

//! Commands in a world with fewer servers or clients.

use alloc::vec::Vec;

use raftarium_core::{Change, NodeId};

use crate::command::{Command, Timed};

/// Those that make sense with only so many servers.
pub(super) fn only_servers(commands: &[Timed], servers: u32) -> Vec<Timed> {
    let known = |server: &NodeId| server.0 <= u64::from(servers);
    let kept = |timed: &Timed| {
        let command = match &timed.command {
            Command::Crash { server }
            | Command::Restart { server }
            | Command::TimeOut { server }
            | Command::Kill { server }
            | Command::CrashAfter { server, .. }
            | Command::Pause { server }
            | Command::Resume { server }
            | Command::Wipe { server }
            | Command::SetDisk { server, .. }
            | Command::FlipBit { server, .. }
            | Command::SetClock { server, .. }
            | Command::JumpClock { server, .. }
            | Command::Configure { server, .. }
            | Command::LeaveJoint { server }
            | Command::ForgetLeader { server }
            | Command::Compact { server }
            | Command::MakeMistakes { server, .. }
            | Command::RequestSnapshot { server }
            | Command::Request { server: Some(server), .. }
            | Command::Requests { server: Some(server), .. } => known(server).then(|| timed.command.clone()),
            Command::Transfer { server, to } => (known(server) && known(to)).then(|| timed.command.clone()),
            // Which of them means a server that is added later depends on how many there were before.
            Command::ChangeMembership { server, changes, .. } => {
                let known_too = |change: &Change| match change {
                    Change::AddVoter(server) | Change::AddLearner(server) | Change::Remove(server) => known(server),
                };
                (known(server) && changes.iter().all(known_too)).then(|| timed.command.clone())
            }
            Command::Isolate { server } => (known(server) && servers > 1).then(|| timed.command.clone()),
            Command::Cut { from, to, .. }
            | Command::Heal { from, to, .. }
            | Command::SetLink { from, to, .. }
            | Command::Clog { from, to, .. }
            | Command::Unclog { from, to, .. }
            | Command::Filter { from, to, .. } => (known(from) && known(to)).then(|| timed.command.clone()),
            Command::Partition { groups } => {
                let fewer = |group: &Vec<NodeId>| group.iter().copied().filter(known).collect::<Vec<_>>();
                let groups: Vec<_> = groups.iter().map(fewer).filter(|group| !group.is_empty()).collect();
                let alone = groups.iter().any(|group| u32::try_from(group.len()) == Ok(servers));
                // A group of all servers, or no group at all, splits nothing.
                let splits = if alone { groups.len() > 1 } else { !groups.is_empty() };
                splits.then_some(Command::Partition { groups })
            }
            Command::Request { server: None, .. }
            | Command::Requests { server: None, .. }
            | Command::GiveUp { .. }
            | Command::HealAll
            | Command::SetAllLinks { .. }
            | Command::AddServer
            | Command::SetRetries { .. }
            | Command::Packet { .. } => Some(timed.command.clone()),
        };
        command.map(|command| Timed { at: timed.at, command })
    };
    commands.iter().filter_map(kept).collect()
}

/// Those that make sense with only so many clients.
pub(super) fn only_clients(commands: &[Timed], clients: u32) -> Vec<Timed> {
    let of = |command: &Command| {
        if let Command::Request { client, .. }
        | Command::Requests { client, .. }
        | Command::GiveUp { client }
        | Command::SetRetries { client, .. } = command
        {
            Some(client.0)
        } else {
            None
        }
    };
    let known = |timed: &&Timed| of(&timed.command).is_none_or(|client| client <= clients);
    commands.iter().filter(known).cloned().collect()
}

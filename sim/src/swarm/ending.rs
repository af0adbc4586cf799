//! How the faults of a seed end.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::{Instant, NodeId};

use super::dice::Dice;
use super::lure::Lure;
use crate::command::{Command, Timed};
use crate::ending::{Ending, servers_after};
use crate::setup::Setup;

/// A majority at least, drawn; some of the others crash, and one of them may stay a nuisance.
pub(super) fn draw(
    dice: &mut Dice,
    setup: &Setup,
    lure: Lure,
    gone: Vec<NodeId>,
    commands: &mut Vec<Timed>,
    at: Instant,
) -> Ending {
    let servers = setup.servers;
    let mut ending = Ending { at, core: Vec::new(), crashed: Vec::new(), attached: Vec::new(), stalled: Vec::new() };
    // Where memberships change, nobody knows what a majority is then: everyone is of the core who is not gone.
    let changes = |timed: &Timed| matches!(timed.command, Command::ChangeMembership { .. });
    if commands.iter().any(changes) || !gone.is_empty() {
        let all = (1..=servers_after(setup, commands)).map(NodeId);
        ending.core = all.filter(|server| !gone.contains(server)).collect();
        ending.crashed = gone;
        return ending;
    }
    let majority = servers / 2 + 1;
    let mut names: Vec<NodeId> = (1..=u64::from(servers)).map(NodeId).collect();
    dice.shuffle(&mut names);
    let most = if lure == Lure::Nuisance { majority } else { servers };
    let kept = usize::try_from(dice.count(majority, most)).unwrap_or(names.len());
    let outside = names.split_off(kept);
    names.sort_unstable();
    ending.core = names;
    ending.crashed = outside.iter().copied().filter(|_| dice.percent(50)).collect();
    lure.end(setup, commands, &mut ending);
    // A server that can still be heard, or hears, deposes nobody with these.
    let promised = setup.raft.pre_vote && setup.raft.check_quorum;
    let free = outside.first().filter(|server| !ending.core.contains(server) && lure != Lure::Corruption);
    if let Some(&nuisance) = free.filter(|_| promised && (lure == Lure::Nuisance || dice.percent(60))) {
        ending.crashed.retain(|&server| server != nuisance);
        be_a_nuisance(dice, setup, commands, &mut ending, nuisance);
    }
    ending
}

fn be_a_nuisance(dice: &mut Dice, setup: &Setup, commands: &mut Vec<Timed>, ending: &mut Ending, nuisance: NodeId) {
    let core = ending.core.clone();
    let bridges = usize::try_from(setup.servers / 2).unwrap_or(0).saturating_sub(1);
    match dice.between(1, 4) {
        // It is heard and hears nobody; perhaps it is impatient.
        1 | 2 => {
            ending.attached = core.into_iter().map(|server| (nuisance, server)).collect();
            if !setup.raft.leases && dice.percent(50) {
                commands.extend(impatient(setup, ending.at, nuisance));
            }
        }
        // It has a link with so few of the core that it has no majority.
        3 if bridges > 0 => {
            let kept = usize::try_from(dice.between(1, bridges as u64)).unwrap_or(1);
            let ends = core.into_iter().take(kept);
            ending.attached = ends.flat_map(|server| [(nuisance, server), (server, nuisance)]).collect();
        }
        // What is passed on to it has no answer: whoever asks waits for ever.
        _other if !passes_on(setup, commands) => ending.stalled.push(nuisance),
        _other => {}
    }
}

/// Just before the faults end, a server restarts that waits for a leader for a fraction of the others' time.
fn impatient(setup: &Setup, end: Instant, server: NodeId) -> Vec<Timed> {
    let Some(at) = end.as_micros().checked_sub(1_000).map(Instant::from_micros) else { return Vec::new() };
    let mut settings = setup.raft.clone();
    let shortest = settings.election_timeout_min;
    (settings.election_timeout_min, settings.election_timeout_max) = (shortest / 4, shortest / 3);
    settings.heartbeat_interval = (shortest / 8).max(Duration::from_micros(1));
    settings.backoff_doublings_max = 0;
    let settings = Box::new(settings);
    let commands = [Command::Configure { server, settings }, Command::Kill { server }, Command::Restart { server }];
    commands.into_iter().map(|command| Timed { at, command }).collect()
}

fn passes_on(setup: &Setup, commands: &[Timed]) -> bool {
    let may =
        |timed: &Timed| matches!(&timed.command, Command::Configure { settings, .. } if settings.forward_proposals);
    setup.raft.forward_proposals || commands.iter().any(may)
}

//! Disks that break for good, and the servers that take the place of theirs.
//!
//! Raft survives the loss of a minority of the disks if nobody comes back without what it had promised: a server whose
//! disk was wiped stays away, one whose disk has flipped bits does not start, and new servers are added for them (§4.4
//! of the dissertation).

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::{Change, Instant, LogIndex, NodeId, Transition};

use super::dice::Dice;
use crate::command::{Command, Timed};
use crate::setup::Setup;

/// How often all servers are asked to put a new one in the place of another: whoever leads then does so.
const ROUNDS: u32 = 6;

/// Lets some disks break while `commands` are carried out, and new servers replace theirs. Gives the servers that are
/// gone: a minority.
pub(super) fn draw(dice: &mut Dice, setup: &Setup, commands: &mut Vec<Timed>, until: Instant) -> Vec<NodeId> {
    let minority = (setup.servers - 1) / 2;
    if minority == 0 {
        return Vec::new();
    }
    let mut gone: Vec<NodeId> = (1..=u64::from(setup.servers)).map(NodeId).collect();
    dice.shuffle(&mut gone);
    gone.truncate(usize::try_from(dice.count(1, minority)).unwrap_or(1));
    let span = until.as_micros();
    let mut moments: Vec<u64> = gone.iter().map(|_| dice.between(span / 10, span * 7 / 10)).collect();
    moments.sort_unstable();
    // Servers are numbered in the order in which they are added.
    let mut added = Instant::ZERO;
    for (number, (&old, at)) in (1..).zip(gone.iter().zip(moments)) {
        let (at, new) = (Instant::from_micros(at), NodeId(u64::from(setup.servers) + number));
        let known = breaks(dice, old, at, commands);
        added = added.max(known + dice.ms(100, 3_000));
        let mut at = added;
        let mut also = vec![Timed { at, command: Command::AddServer }];
        for _ in 0..ROUNDS {
            at = at + dice.ms(50, 1_000);
            for server in (1..=new.0).map(NodeId) {
                let changes = vec![Change::AddVoter(new), Change::Remove(old)];
                also.push(Timed { at, command: Command::ChangeMembership { server, changes, how: Transition::Auto } });
            }
        }
        insert(commands, also.into_iter().filter(|timed| timed.at < until));
    }
    gone.sort_unstable();
    gone
}

/// Lets the disk of a server break, and gives the moment at which everybody knows.
fn breaks(dice: &mut Dice, server: NodeId, at: Instant, commands: &mut Vec<Timed>) -> Instant {
    if dice.percent(50) {
        // With an empty disk, it must not come back under its name: it could vote twice.
        let restart = Command::Restart { server };
        commands.retain(|timed| timed.at < at || timed.command != restart);
        let acts = [Command::Crash { server }, Command::Wipe { server }];
        insert(commands, acts.into_iter().map(|command| Timed { at, command }));
        return at;
    }
    let index = dice.percent(50).then(|| LogIndex(dice.between(1, 30)));
    let crash = at + dice.ms(0, 300);
    let again = crash + Duration::from_millis(1);
    let acts = [
        (at, Command::FlipBit { server, index }),
        (crash, Command::Crash { server }),
        (again, Command::Restart { server }),
    ];
    insert(commands, acts.into_iter().map(|(at, command)| Timed { at, command }));
    again
}

/// Puts commands where they belong, each after what is done at its moment already.
fn insert(commands: &mut Vec<Timed>, more: impl Iterator<Item = Timed>) {
    for timed in more {
        let place = commands.partition_point(|earlier| earlier.at <= timed.at);
        commands.insert(place, timed);
    }
}

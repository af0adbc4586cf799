//! What a seed does to its world. Whatever does not fit when its time comes is refused, and changes nothing.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use raftarium_core::{Change, Instant, LogIndex, NodeId, Transition};

use super::SERVERS_MOST;
use super::dice::Dice;
use super::profile::{Mix, Trouble};
use super::work::Work;
use super::world::link;
use crate::clock::DRIFT_PPM_MAX;
use crate::command::{Command, Timed};
use crate::disk::DiskSettings;
use crate::packet::PacketClass;
use crate::setup::Setup;

/// Something that can be done, and how often in comparison to the others of its kind.
struct Act {
    trouble: Trouble,
    weight: u64,
    /// Whether it needs two servers.
    apart: bool,
    draw: fn(&mut Dice, &Setup) -> Command,
}

const fn act(trouble: Trouble, weight: u64, apart: bool, draw: fn(&mut Dice, &Setup) -> Command) -> Act {
    Act { trouble, weight, apart, draw }
}

/// What mends comes often enough for the cluster to do some work between its troubles.
const ACTS: [Act; 35] = [
    act(Trouble::Crashes, 2, false, |dice, setup| Command::Crash { server: dice.server(setup.servers) }),
    act(Trouble::Crashes, 5, false, |dice, setup| Command::Restart { server: dice.server(setup.servers) }),
    act(Trouble::Elections, 3, false, |dice, setup| Command::TimeOut { server: dice.server(setup.servers) }),
    act(Trouble::Cuts, 3, true, |dice, setup| {
        let (from, to, both) = ends(dice, setup.servers);
        Command::Cut { from, to, both }
    }),
    act(Trouble::Cuts, 3, true, |dice, setup| {
        let (from, to, both) = ends(dice, setup.servers);
        Command::Heal { from, to, both }
    }),
    act(Trouble::Cuts, 1, true, split),
    act(Trouble::Cuts, 1, true, |dice, setup| Command::Isolate { server: dice.server(setup.servers) }),
    act(Trouble::Cuts, 2, true, |_, _| Command::HealAll),
    act(Trouble::Links, 4, true, |dice, setup| {
        let (from, to, both) = ends(dice, setup.servers);
        Command::SetLink { from, to, both, settings: link(dice, 3) }
    }),
    act(Trouble::Links, 1, true, |dice, _| Command::SetAllLinks { settings: link(dice, 4) }),
    act(Trouble::Links, 1, true, |dice, setup| {
        let (from, to, both) = ends(dice, setup.servers);
        Command::Clog { from, to, both }
    }),
    act(Trouble::Links, 3, true, |dice, setup| {
        let (from, to, both) = ends(dice, setup.servers);
        Command::Unclog { from, to, both }
    }),
    act(Trouble::Links, 1, true, filter),
    act(Trouble::Links, 2, true, |dice, setup| {
        let (from, to, both) = ends(dice, setup.servers);
        Command::Filter { from, to, both, classes: vec![] }
    }),
    act(Trouble::Links, 1, true, |_, _| Command::SetAllLinks { settings: crate::network::LinkSettings::default() }),
    act(Trouble::Crashes, 1, false, |dice, setup| Command::Kill { server: dice.server(setup.servers) }),
    act(Trouble::Disks, 2, false, disk),
    act(Trouble::Disks, 2, false, |dice, setup| Command::SetDisk {
        server: dice.server(setup.servers),
        settings: setup.disk,
    }),
    act(Trouble::Processes, 2, false, |dice, setup| Command::CrashAfter {
        server: dice.server(setup.servers),
        outputs: dice.count(0, 40),
    }),
    act(Trouble::Processes, 4, false, |dice, setup| Command::Restart { server: dice.server(setup.servers) }),
    act(Trouble::Processes, 2, false, |dice, setup| Command::Pause { server: dice.server(setup.servers) }),
    act(Trouble::Processes, 4, false, |dice, setup| Command::Resume { server: dice.server(setup.servers) }),
    act(Trouble::Processes, 1, false, configure),
    act(Trouble::Clocks, 3, false, drift),
    act(Trouble::Clocks, 2, false, jump),
    act(Trouble::Members, 1, false, |_, _| Command::AddServer),
    act(Trouble::Members, 10, false, change),
    act(Trouble::Members, 4, false, |dice, setup| Command::LeaveJoint { server: dice.server(setup.servers) }),
    act(Trouble::Members, 6, false, |dice, setup| Command::Transfer {
        server: dice.server(setup.servers),
        to: dice.server(setup.servers),
    }),
    act(Trouble::Members, 4, false, |dice, setup| {
        let server = dice.server(setup.servers);
        match dice.between(1, 4) {
            1 => Command::Compact { server },
            2 => Command::ForgetLeader { server },
            _ => Command::RequestSnapshot { server },
        }
    }),
    act(Trouble::Losses, 3, false, |dice, setup| Command::SetDisk {
        server: dice.server(setup.servers),
        settings: DiskSettings { lies: true, ..setup.disk },
    }),
    act(Trouble::Losses, 1, false, |dice, setup| Command::SetDisk {
        server: dice.server(setup.servers),
        settings: setup.disk,
    }),
    act(Trouble::Losses, 1, false, |dice, setup| Command::FlipBit {
        server: dice.server(setup.servers),
        index: dice.percent(50).then(|| LogIndex(dice.between(1, 30))),
    }),
    act(Trouble::Losses, 2, false, |dice, setup| Command::Wipe { server: dice.server(setup.servers) }),
    act(Trouble::Losses, 2, false, |dice, setup| Command::Crash { server: dice.server(setup.servers) }),
];

/// Not one that lies, and nothing that loses what is durable: then what is committed may be lost, and rightly so.
fn disk(dice: &mut Dice, setup: &Setup) -> Command {
    let server = dice.server(setup.servers);
    let settings = DiskSettings {
        write_max: setup.disk.write_max + dice.ms(0, 60),
        sync_max: dice.ms(0, 30),
        torn_ppm: dice.one_of(&[0, 500_000]),
        stalled: dice.percent(20),
        full: dice.percent(10),
        ..setup.disk
    };
    Command::SetDisk { server, settings }
}

/// Where leases are trusted, clocks drift no more than they allow.
fn drift(dice: &mut Dice, setup: &Setup) -> Command {
    let most = if setup.raft.leases { setup.raft.clock_drift_ppm_max } else { DRIFT_PPM_MAX.unsigned_abs() };
    let size = i32::try_from(dice.count(0, most)).unwrap_or(0);
    let drift_ppm = if dice.percent(50) { size } else { -size };
    Command::SetClock { server: dice.server(setup.servers), drift_ppm }
}

/// Leases trust clocks not to.
fn jump(dice: &mut Dice, setup: &Setup) -> Command {
    if setup.raft.leases {
        return drift(dice, setup);
    }
    let size = i64::try_from(dice.between(0, 1_000_000)).unwrap_or(0);
    Command::JumpClock { server: dice.server(setup.servers), by_us: if dice.percent(50) { size } else { -size } }
}

/// What may differ between the servers of a cluster.
fn configure(dice: &mut Dice, setup: &Setup) -> Command {
    let mut settings = setup.raft.clone();
    settings.no_op_on_election = dice.percent(50);
    settings.forward_proposals = dice.percent(50);
    settings.max_append_entries = dice.one_of(&[1, 8]);
    Command::Configure { server: dice.server(setup.servers), settings: Box::new(settings) }
}

/// Also of servers that were added, if there are any by then.
fn change(dice: &mut Dice, setup: &Setup) -> Command {
    let any = |dice: &mut Dice| dice.server(setup.servers);
    let changes = (0..dice.between(1, 3))
        .map(|_| match dice.between(1, 4) {
            1 => Change::Remove(any(dice)),
            2 => Change::AddLearner(any(dice)),
            _ => Change::AddVoter(any(dice)),
        })
        .collect();
    let how = dice.one_of(&[Transition::Auto, Transition::Joint, Transition::JointUntilLeft]);
    Command::ChangeMembership { server: dice.server(setup.servers), changes, how }
}

pub(super) fn draw(dice: &mut Dice, mix: Mix, setup: &Setup, until: Instant) -> Vec<Timed> {
    let mut commands = Vec::new();
    let possible = |act: &&Act| mix.has(act.trouble) && (setup.servers > 1 || !act.apart);
    let acts: Vec<&Act> = ACTS.iter().filter(possible).collect();
    let weight: u64 = acts.iter().map(|act| act.weight).sum();
    // How often something is done, in milliseconds. What is asked for faster than a disk writes piles up before it, and
    // would keep it busy long after the faults have ended.
    let writes = u64::try_from(setup.disk.write_max.as_millis()).unwrap_or(u64::MAX);
    let pace = dice.one_of(&[40, 120, 300, 800]).max(2 * writes);
    let mut work = Work::draw(dice, setup, mix, acts.is_empty(), pace);
    let mut at = Instant::ZERO;
    // How much was asked at once, in advance: else a follower that was down for long, and gets one entry at a time, would
    // not catch up in time (a swarm found it, seed 2121).
    let mut ahead = 0;
    // With the servers that are there by then.
    let mut setup = setup.clone();
    loop {
        at = at + dice.ms(0, 2 * pace);
        if at >= until {
            return commands;
        }
        let command = if dice.percent(work.percent) {
            work.request(dice, &setup, commands.len())
        } else {
            let mut chosen = dice.between(1, weight);
            let mut acts = acts.iter();
            loop {
                match acts.next() {
                    Some(act) if chosen <= act.weight => break (act.draw)(dice, &setup),
                    Some(act) => chosen -= act.weight,
                    None => break work.request(dice, &setup, commands.len()),
                }
            }
        };
        if let Command::Request { .. } | Command::Requests { .. } = command
            && ahead > 0
        {
            ahead -= 1;
            continue;
        }
        if let Command::Requests { ops, .. } = &command {
            ahead = ops.len() - 1;
        }
        if command == Command::AddServer {
            if setup.servers >= SERVERS_MOST + 2 {
                continue;
            }
            setup.servers += 1;
        }
        commands.push(Timed { at, command });
    }
}

/// Two different servers, and whether both directions between them are meant.
fn ends(dice: &mut Dice, servers: u32) -> (NodeId, NodeId, bool) {
    let from = dice.server(servers);
    let further = dice.between(1, u64::from(servers.max(2)) - 1);
    let to = NodeId((from.0 - 1 + further) % u64::from(servers.max(2)) + 1);
    (from, to, dice.percent(50))
}

/// Two groups, neither empty; in one of three cases, a server is in both.
fn split(dice: &mut Dice, setup: &Setup) -> Command {
    let mut names: Vec<NodeId> = (1..=u64::from(setup.servers)).map(NodeId).collect();
    dice.shuffle(&mut names);
    let first = 1 + dice.position(names.len() - 1);
    let mut rest = names.split_off(first);
    if dice.percent(33) {
        rest.push(names[0]);
    }
    Command::Partition { groups: vec![names, rest] }
}

fn filter(dice: &mut Dice, setup: &Setup) -> Command {
    let (from, to, both) = ends(dice, setup.servers);
    let classes = PacketClass::ALL.into_iter().filter(|_| dice.percent(20)).collect();
    Command::Filter { from, to, both, classes }
}

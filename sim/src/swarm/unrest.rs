//! Faults without an end: while a world runs, something is done to it again and again.
//!
//! What is done at a moment is a function of the seed, the moment, and the world at that moment, so it is the same
//! whoever looks on, and however fast. What is done becomes a command like any other: the run needs no unrest to be
//! played again.

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::{Instant, NodeId, Role};

use super::dice::Dice;
use crate::command::{Command, PacketAct};
use crate::disk::DiskSettings;
use crate::network::LinkSettings;
use crate::world::World;

/// How much goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unrest {
    /// One thing at a time, and mended before the next.
    Mild,
    /// Several things at once; there may be no majority for a while.
    Wild,
}

/// Something that goes wrong, and how often in comparison to the others.
type Fault = (u64, fn(&mut Dice, &World) -> Option<Command>);

const MILD: [Fault; 7] =
    [(3, crash), (3, isolate), (3, cut), (2, slow_link), (2, pause), (1, time_out), (1, slow_disk)];
const WILD: [Fault; 11] = [
    (4, crash),
    (2, kill),
    (2, isolate),
    (3, split),
    (4, cut),
    (4, slow_link),
    (3, pause),
    (2, time_out),
    (3, slow_disk),
    (2, drift),
    (6, packet),
];

impl Unrest {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Mild, Self::Wild];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mild => "mild",
            Self::Wild => "wild",
        }
    }

    /// How far apart the moments are at which something is done.
    #[must_use]
    pub const fn interval(self) -> Duration {
        match self {
            Self::Mild => Duration::from_millis(400),
            Self::Wild => Duration::from_millis(120),
        }
    }

    /// The first moment after `now` at which something is done.
    #[must_use]
    pub fn next_after(self, now: Instant) -> Instant {
        Instant::from_micros((self.number(now) + 1) * self.interval_us())
    }

    /// What is done to `world` now, if something is: what can be done, and loses nothing that is on a disk.
    #[must_use]
    pub fn draw(self, world: &World) -> Option<Command> {
        let mut dice = Dice::of_unrest(world.setup().seed, self as u64, self.number(world.now()));
        let mends = world.mends();
        let mend = |dice: &mut Dice| Some(mends[dice.position(mends.len())].clone());
        let command = match self {
            Self::Mild if !mends.is_empty() => dice.percent(60).then(|| mend(&mut dice)).flatten(),
            Self::Mild => one_of(&MILD, &mut dice, world),
            Self::Wild if !mends.is_empty() && dice.percent(45) => mend(&mut dice),
            Self::Wild => one_of(&WILD, &mut dice, world),
        };
        command.filter(|command| world.check(command).is_ok())
    }

    fn number(self, at: Instant) -> u64 {
        at.as_micros() / self.interval_us()
    }

    fn interval_us(self) -> u64 {
        crate::setup::micros(self.interval())
    }
}

fn one_of(faults: &[Fault], dice: &mut Dice, world: &World) -> Option<Command> {
    let mut chosen = dice.between(1, faults.iter().map(|(weight, _)| weight).sum());
    for (weight, draw) in faults {
        if chosen <= *weight {
            return draw(dice, world);
        }
        chosen -= weight;
    }
    None
}

fn server(dice: &mut Dice, world: &World) -> NodeId {
    let servers = world.servers();
    servers[dice.position(servers.len())].id
}

/// Two different servers, if there are two.
fn ends(dice: &mut Dice, world: &World) -> Option<(NodeId, NodeId)> {
    let from = server(dice, world);
    let others: Vec<NodeId> = world.servers().iter().map(|other| other.id).filter(|other| *other != from).collect();
    if others.is_empty() { None } else { Some((from, others[dice.position(others.len())])) }
}

fn crash(dice: &mut Dice, world: &World) -> Option<Command> {
    Some(Command::Crash { server: server(dice, world) })
}

fn kill(dice: &mut Dice, world: &World) -> Option<Command> {
    Some(Command::Kill { server: server(dice, world) })
}

fn isolate(dice: &mut Dice, world: &World) -> Option<Command> {
    ends(dice, world).map(|(server, _)| Command::Isolate { server })
}

fn cut(dice: &mut Dice, world: &World) -> Option<Command> {
    ends(dice, world).map(|(from, to)| Command::Cut { from, to, both: dice.percent(50) })
}

/// Two groups, neither empty.
fn split(dice: &mut Dice, world: &World) -> Option<Command> {
    let mut names: Vec<NodeId> = world.servers().iter().map(|server| server.id).collect();
    if names.len() < 2 {
        return None;
    }
    dice.shuffle(&mut names);
    let first = 1 + dice.position(names.len() - 1);
    let rest = names.split_off(first);
    Some(Command::Partition { groups: vec![names, rest] })
}

fn slow_link(dice: &mut Dice, world: &World) -> Option<Command> {
    let (from, to) = ends(dice, world)?;
    let usual = world.setup().link;
    let settings = match dice.between(1, 3) {
        1 => LinkSettings { latency_max: usual.latency_max.saturating_mul(8), ..usual },
        2 => LinkSettings { loss_ppm: 300_000, ..usual },
        _ => LinkSettings { duplicate_ppm: 300_000, overtaking_ppm: 300_000, ..usual },
    };
    settings.check().ok()?;
    Some(Command::SetLink { from, to, both: true, settings })
}

fn pause(dice: &mut Dice, world: &World) -> Option<Command> {
    Some(Command::Pause { server: server(dice, world) })
}

fn time_out(dice: &mut Dice, world: &World) -> Option<Command> {
    let leads = |id: NodeId| {
        let found = world.servers().iter().find(|server| server.id == id);
        found.and_then(|server| server.node()).is_some_and(|node| node.role() == Role::Leader)
    };
    Some(server(dice, world)).filter(|id| !leads(*id)).map(|server| Command::TimeOut { server })
}

/// Slow or standing still. Not one that lies: what is committed could rightly be lost.
fn slow_disk(dice: &mut Dice, world: &World) -> Option<Command> {
    let usual = world.setup().disk;
    let stalled = dice.percent(30);
    let settings = DiskSettings { write_max: usual.write_max.saturating_mul(20), stalled, ..usual };
    settings.check().ok()?;
    Some(Command::SetDisk { server: server(dice, world), settings })
}

/// Where leases are trusted, clocks drift no more than they allow.
fn drift(dice: &mut Dice, world: &World) -> Option<Command> {
    let server = server(dice, world);
    let settings = world.settings(server)?;
    let most = if settings.leases { settings.clock_drift_ppm_max } else { 300_000 };
    let size = i32::try_from(dice.count(0, most)).ok()?;
    Some(Command::SetClock { server, drift_ppm: if dice.percent(50) { size } else { -size } })
}

fn packet(dice: &mut Dice, world: &World) -> Option<Command> {
    let under_way: Vec<_> = world.packets().filter(|packet| packet.lost.is_none()).map(|packet| packet.id).collect();
    if under_way.is_empty() {
        return None;
    }
    let packet = under_way[dice.position(under_way.len())];
    let act = match dice.between(1, 4) {
        1 => PacketAct::Drop,
        2 => PacketAct::Double,
        3 => PacketAct::Delay(dice.ms(1, 300)),
        _ => PacketAct::Deliver,
    };
    Some(Command::Packet { packet, act })
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;

    use super::*;
    use crate::setup::Setup;
    use crate::timeline::Timeline;

    /// A run of so many seconds with unrest.
    fn run(unrest: Unrest, seed: u64, seconds: u64) -> Timeline {
        let mut timeline = Timeline::new(Setup { seed, ..Setup::default() }).expect("valid");
        let end = Instant::from_millis(seconds * 1_000);
        loop {
            let at = unrest.next_after(timeline.now());
            if at > end {
                return timeline;
            }
            timeline.seek(at);
            if let Some(command) = unrest.draw(timeline.world()) {
                timeline.dispatch(command).expect("what is drawn can be done");
            }
        }
    }

    #[test]
    fn the_same_seed_meets_the_same_and_another_one_something_else() {
        for unrest in Unrest::ALL {
            assert_eq!(run(unrest, 7, 20).run(), run(unrest, 7, 20).run());
            assert_ne!(run(unrest, 7, 20).commands(), run(unrest, 8, 20).commands());
        }
    }

    #[test]
    fn what_was_done_is_in_the_run() {
        let timeline = run(Unrest::Wild, 7, 20);
        let mut replayed = Timeline::replay(timeline.run()).expect("a run of our own");
        replayed.seek(timeline.now());
        assert_eq!(replayed.hash(), timeline.hash());
    }

    #[test]
    fn much_goes_wrong_no_rule_is_broken_and_when_all_is_mended_somebody_leads() {
        for unrest in Unrest::ALL {
            for seed in 0..4 {
                let mut timeline = run(unrest, seed, 40);
                assert!(timeline.commands().len() > 25, "{}", timeline.commands().len());
                let kinds: alloc::collections::BTreeSet<_> = timeline
                    .commands()
                    .iter()
                    .filter_map(|timed| alloc::format!("{:?}", timed.command).split(' ').next().map(Box::<str>::from))
                    .collect();
                assert!(kinds.len() >= 7, "{kinds:?}");
                for _ in 0..2 {
                    for command in timeline.world().mends() {
                        timeline.dispatch(command).expect("what mends can be done");
                    }
                }
                timeline.advance(Duration::from_secs(10));
                let view = timeline.view();
                assert_eq!(view.violations, []);
                assert!(view.servers.iter().any(|server| server.role == Some(Role::Leader)), "{unrest:?} {seed}");
                assert!(view.servers.iter().all(|server| server.commit == view.servers[0].commit));
            }
        }
    }

    #[test]
    fn mild_unrest_leaves_a_majority() {
        let timeline = run(Unrest::Mild, 3, 60);
        let mut again = Timeline::replay(timeline.run()).expect("a run of our own");
        for timed in timeline.commands() {
            again.seek(timed.at);
            assert!(again.view().servers.iter().filter(|server| server.role.is_some()).count() >= 4);
        }
    }
}

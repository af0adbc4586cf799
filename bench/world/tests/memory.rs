//! What a timeline keeps of the past takes no more than its budget, by a real allocator's count, for hours of a run.
//!
//! One test, because allocations are counted for the whole process.

use std::num::NonZeroU64;
use std::time::Duration;

use peak_alloc::PeakAlloc;
use raftarium_sim::core::{Instant, NodeId, Settings};
use raftarium_sim::{ClientId, Command, Driver, Op, Run, Setup, Timed, Timeline};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn allocated_bytes() -> u64 {
    ALLOCATOR.current_usage() as u64
}

const MIB: u64 = 1 << 20;

/// A cluster, for how long, how often each of its three clients asks something, and the budget.
struct Case {
    name: &'static str,
    hours: f64,
    pause: Option<Duration>,
    snapshots: bool,
    budget: u64,
    /// How many copies of worlds there is room for at least.
    copies: usize,
}

const CASES: [Case; 3] = [
    Case { name: "quiet", hours: 1.0, pause: None, snapshots: false, budget: 8 * MIB, copies: 30 },
    Case {
        name: "busy",
        hours: 0.25,
        pause: Some(Duration::from_millis(1_500)),
        snapshots: true,
        budget: 16 * MIB,
        copies: 6,
    },
    Case {
        name: "busy, and it never compacts",
        hours: 0.05,
        pause: Some(Duration::from_millis(100)),
        snapshots: false,
        budget: 32 * MIB,
        copies: 4,
    },
];

impl Case {
    fn end(&self) -> Instant {
        Instant::ZERO + Duration::from_secs_f64(3_600.0 * self.hours)
    }

    fn run(&self) -> Run {
        let snapshot_after_entries = NonZeroU64::new(500).filter(|_| self.snapshots);
        let setup = Setup { raft: Settings { snapshot_after_entries, ..Settings::default() }, ..Setup::default() };
        let mut commands = Vec::new();
        let mut at = Instant::from_millis(1_000);
        while let Some(pause) = self.pause.filter(|_| at < self.end()) {
            commands.extend((1..=setup.clients).map(ClientId).map(|client| {
                let op = Op::Put { key: format!("key {client}"), value: format!("{at}") };
                Timed { at, command: Command::Request { client, server: None, op } }
            }));
            at = at + pause;
        }
        Run { setup, commands }
    }
}

/// What `make` gives, and how many bytes it takes.
fn measured<T>(make: impl FnOnce() -> T) -> (T, u64) {
    let before = allocated_bytes();
    let made = make();
    (made, allocated_bytes() - before)
}

#[test]
fn the_past_of_a_run_of_hours_stays_within_its_budget() {
    for case in CASES {
        let (name, end, budget) = (case.name, case.end(), case.budget);
        // What there is anyway: the world as it is at the end, and the commands.
        let (driver, without) = measured(|| {
            let mut driver = Driver::new(case.run()).expect("a valid run");
            driver.run_until(end, |_| {});
            driver
        });
        let (mut timeline, with) = measured(|| {
            let mut timeline = Timeline::replay(case.run()).expect("a valid run");
            timeline.set_budget(usize::try_from(budget).expect("small"));
            timeline.seek(end);
            timeline
        });
        assert_eq!(timeline.hash(), driver.world().hash(), "{name}");
        let (kept, memory) = (with.saturating_sub(without), timeline.memory());
        println!("{name}, {} h: the world {without} bytes, its past {kept}; {memory:?}", case.hours);
        assert!(kept <= budget, "{name}: {kept} bytes, {memory:?}");
        let account = (memory.copies_bytes + memory.records_bytes) as u64;
        assert!(account <= budget, "{name}: {memory:?}");
        assert!(kept <= account + account / 8, "{name}: {kept} bytes, and by its own account {memory:?}");
        assert!(memory.copies >= case.copies, "{name}: {memory:?}");

        // Going back to act, again and again, does not change that: next to one that may keep a quarter.
        let (little, least) = measured(|| {
            let mut little = Timeline::replay(case.run()).expect("a valid run");
            little.set_budget(usize::try_from(budget / 4).expect("small"));
            little.seek(end);
            act_in_the_past(&mut little, end);
            little
        });
        let begins = allocated_bytes();
        act_in_the_past(&mut timeline, end);
        let most = allocated_bytes() + with - begins;
        assert_eq!((little.hash(), little.branches()), (timeline.hash(), timeline.branches()), "{name}");
        let memory = little.memory();
        let without = least.saturating_sub((memory.copies_bytes + memory.records_bytes) as u64);
        println!("{name}, with six branches: {most} bytes, or {least}; {:?}, {memory:?}", timeline.memory());
        assert!(most <= without + budget, "{name}, with six branches: {most} bytes, and {without} without a past");
    }
}

fn act_in_the_past(timeline: &mut Timeline, end: Instant) {
    for tenth in [9, 5, 7, 2, 8] {
        timeline.seek(Instant::from_micros(end.as_micros() / 10 * tenth));
        timeline.dispatch(Command::Crash { server: NodeId(tenth % 5 + 1) }).expect("it is up");
        timeline.advance(Duration::from_secs(120));
    }
}

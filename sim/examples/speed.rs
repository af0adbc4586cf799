//! How many seconds of a world pass in one of ours, with every rule checked after every event, and what it costs to keep
//! the past: `cargo run --release -p raftarium-sim --example speed`.

#![allow(clippy::disallowed_types, reason = "what is measured is the time of this machine")]

use std::time::{Duration, Instant as Watch};

use raftarium_sim::core::Instant;
use raftarium_sim::{ClientId, Command, Driver, Op, Run, Setup, Timed, Timeline};

const LASTS: Duration = Duration::from_secs(120);
const TIMES: usize = 7;

fn main() {
    for (name, servers, pause) in [
        ("5 servers, nobody asks anything", 5, None),
        ("5 servers, 3 clients ask 30 times a second", 5, Some(Duration::from_millis(100))),
        ("51 servers, nobody asks anything", 51, None),
    ] {
        let run = run(servers, pause);
        let end = Instant::ZERO + LASTS;
        let mut driver = Driver::new(run.clone()).expect("a valid run");
        let mut timeline = Timeline::replay(run).expect("a valid run");
        let (began, planned) = (driver.clone(), timeline.clone());
        // The fastest of several is what the machine can do when nothing else runs on it.
        let (mut forwards, mut kept) = (0.0, 0.0);
        for _ in 0..TIMES {
            driver = began.clone();
            forwards = rate(|| driver.run_until(end, |_| {})).max(forwards);
            timeline = planned.clone();
            kept = rate(|| timeline.seek(end)).max(kept);
        }
        assert_eq!(timeline.hash(), driver.world().hash());
        assert!(timeline.view().violations.is_empty(), "{:?}", timeline.view().violations);
        println!("{name}: {forwards:.0} s per second forwards, {kept:.0} with a past, {:.2} times", forwards / kept);

        let watch = Watch::now();
        let leaps: u32 = 50;
        for leap in 0..leaps {
            timeline.seek(Instant::ZERO + LASTS * (leap * 37 % leaps) / leaps);
        }
        let leap = watch.elapsed() / leaps;
        let watch = Watch::now();
        (0..leaps).for_each(|_| assert!(timeline.step_back()));
        println!("  a leap to anywhere takes {leap:.0?}, a step back {:.0?}", watch.elapsed() / leaps);
        println!("  {:?}", timeline.memory());
    }
}

/// Simulated seconds per second.
fn rate(passes: impl FnOnce()) -> f64 {
    let watch = Watch::now();
    passes();
    LASTS.as_secs_f64() / watch.elapsed().as_secs_f64()
}

fn run(servers: u32, pause: Option<Duration>) -> Run {
    let setup = Setup { servers, ..Setup::default() };
    let mut commands = Vec::new();
    let mut at = Instant::from_millis(1_000);
    while let Some(pause) = pause.filter(|_| at < Instant::ZERO + LASTS) {
        commands.extend((1..=setup.clients).map(ClientId).map(|client| {
            let op = Op::Put { key: format!("key {client}"), value: format!("{at}") };
            Timed { at, command: Command::Request { client, server: None, op } }
        }));
        at = at + pause;
    }
    Run { setup, commands }
}

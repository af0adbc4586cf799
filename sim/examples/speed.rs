//! How many seconds of a world pass in one of ours, with every rule checked after every event:
//! `cargo run --release -p raftarium-sim --example speed`.

#![allow(clippy::disallowed_types, reason = "what is measured is the time of this machine")]

use std::time::{Duration, Instant as Watch};

use raftarium_sim::core::Instant;
use raftarium_sim::{ClientId, Command, Op, Setup, Timeline};

const LASTS: Duration = Duration::from_secs(120);

fn main() {
    for (name, servers, pause) in [
        ("5 servers, nobody asks anything", 5, None),
        ("5 servers, 3 clients ask 30 times a second", 5, Some(Duration::from_millis(100))),
        ("51 servers, nobody asks anything", 51, None),
    ] {
        let setup = Setup { servers, ..Setup::default() };
        let mut timeline = Timeline::new(setup.clone()).expect("a valid setup");
        let begun = Watch::now();
        let mut at = Instant::from_millis(1_000);
        while let Some(pause) = pause.filter(|_| at < Instant::ZERO + LASTS) {
            for client in (1..=setup.clients).map(ClientId) {
                let op = Op::Put { key: format!("key {client}"), value: format!("{at}") };
                timeline.schedule(at, Command::Request { client, server: None, op }).expect("a moment to come");
            }
            at = at + pause;
        }
        timeline.seek(Instant::ZERO + LASTS);
        let took = begun.elapsed();
        assert!(timeline.view().violations.is_empty(), "{:?}", timeline.view().violations);
        let rate = LASTS.as_secs_f64() / took.as_secs_f64();
        println!("{name}: {rate:.0} s per second ({} records)", timeline.records().len());
    }
}

//! How fast the check of a key is: `cargo run --release -p raftarium-sim --example linearizability`.
//!
//! The clients of one key ask without a pause, so that all of them always have something under way; nothing but the
//! check is timed. Each line is the best of five rounds.

#[allow(dead_code, unused_qualifications)]
#[path = "../tests/linearizability/generate.rs"]
mod generate;

use generate::{Event, Shape, history};
use raftarium_sim::RequestId;
use raftarium_sim::linear::{KeyCheck, Verdict};

const OPS: u32 = 200_000;

fn main() {
    let mixes = [
        ("half gets, half puts", [1, 1, 0, 0, 0]),
        ("nine gets to a put", [9, 1, 0, 0, 0]),
        ("all five alike", [1, 1, 1, 1, 1]),
        ("puts", [0, 1, 0, 0, 0]),
        ("increments", [0, 0, 0, 0, 1]),
        ("compare-and-sets", [0, 0, 0, 1, 0]),
    ];
    println!("clients  values  operations              million operations/s");
    for clients in [1, 2, 4, 8] {
        for values in [0, 5] {
            for (name, mix) in mixes {
                let shape = Shape { clients, ops: OPS, values, unknown: 0, never: 0, mix };
                let events = history(1, &shape);
                let rate = (0..5).map(|_| rate(&events)).fold(0.0, f64::max);
                let values = if values == 0 { "all new".to_owned() } else { values.to_string() };
                println!("{clients:7}  {values:>7} {name:23} {rate:.2}");
            }
        }
    }
}

fn rate(events: &[Event]) -> f64 {
    let mut check = KeyCheck::default();
    #[allow(clippy::disallowed_types)]
    let begun = std::time::Instant::now();
    for event in events {
        match event {
            Event::Call(id, op) => check.called(RequestId(*id), op),
            Event::Return(id, output) => check.returned(RequestId(*id), output),
            Event::Unknown(id) => check.unknown(RequestId(*id)),
            Event::Never(id) => check.never(RequestId(*id)),
            Event::Apply(..) => {}
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(check.verdict(), Verdict::Linearizable);
    f64::from(OPS) / seconds / 1e6
}

//! How fast the check of a key is: `cargo run --release -p raftarium-sim --example linearizability`; with a number, only
//! for so many clients.
//!
//! The clients of one key ask without a pause, so that all of them always have something under way; nothing but the
//! check is timed. Each line is the best of five rounds through 100 histories. Those that are too much for the check
//! are not counted, and said.

#[allow(dead_code, unused_qualifications)]
#[path = "../tests/linearizability/generate.rs"]
mod generate;

use generate::{Event, Shape, history};
use raftarium_sim::RequestId;
use raftarium_sim::linear::{KeyCheck, Verdict};

const HISTORIES: u64 = 100;
const OPS: u32 = 2_000;

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
    let only: Option<usize> = std::env::args().nth(1).and_then(|clients| clients.parse().ok());
    for clients in [1, 2, 4, 8].into_iter().filter(|clients| only.is_none_or(|only| only == *clients)) {
        for values in [0, 5] {
            for (name, mix) in mixes {
                let shape = Shape { clients, ops: OPS, values, unknown: 0, never: 0, mix };
                let histories: Vec<_> = (1..=HISTORIES).map(|seed| history(seed, &shape)).collect();
                let rounds = (0..5).map(|_| rate(&histories));
                let (rate, judged) = rounds.fold((0.0, 0), |best, (rate, judged)| (rate.max(best.0), judged));
                let values = if values == 0 { "all new".to_owned() } else { values.to_string() };
                let note =
                    if judged == HISTORIES { String::new() } else { format!("  ({} too much)", HISTORIES - judged) };
                println!("{clients:7}  {values:>7}  {name:23} {rate:.2}{note}");
            }
        }
    }
}

/// Million operations a second, and how many histories were judged.
fn rate(histories: &[Vec<Event>]) -> (f64, u64) {
    let (mut seconds, mut judged) = (0.0, 0);
    for events in histories {
        let mut check = KeyCheck::default();
        #[allow(clippy::disallowed_types, clippy::disallowed_methods)]
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
        let took = begun.elapsed().as_secs_f64();
        match check.verdict() {
            Verdict::Linearizable => {
                seconds += took;
                judged += 1;
            }
            Verdict::Inconclusive(_) => {}
            Verdict::Violated => panic!("an atomic key had this history"),
        }
    }
    let operations = f64::from(OPS) * f64::from(u32::try_from(judged).unwrap_or(u32::MAX));
    (operations / seconds / 1e6, judged)
}

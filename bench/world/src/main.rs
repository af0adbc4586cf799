//! `world-speed LOAD MILLISECONDS` prints `simulated_ms=… ns=… events=…`, in the time of the processor, of which a machine
//! that does other things as well gives to each its own.

use std::process::ExitCode;
use std::time::Duration;

use cpu_time::ProcessTime;
use raftarium_bench_world::{Load, Worlds};

/// Between two looks at the clock, in simulated time.
const STRIDE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let load = words.first().and_then(|word| Load::ALL.into_iter().find(|load| load.name() == word));
    let (Some(load), Some(millis)) = (load, words.get(1).and_then(|word| word.parse().ok())) else {
        eprintln!("usage: quiet|busy|faults MILLISECONDS");
        return ExitCode::from(2);
    };
    let mut worlds = Worlds::new(load);
    worlds.advance(Duration::from_secs(600));
    let (lived, events, start) = (worlds.lived(), worlds.events(), ProcessTime::now());
    while start.elapsed() < Duration::from_millis(millis) {
        worlds.advance(STRIDE);
    }
    let ns = start.elapsed().as_nanos();
    let simulated = (worlds.lived() - lived).as_millis();
    println!("simulated_ms={simulated} ns={ns} events={}", worlds.events() - events);
    ExitCode::SUCCESS
}

//! The swarm, for as long as there is time: every rule after every event, and life once the faults have ended.
//!
//! `RAFTARIUM_SOAK_SECONDS=300` asks for that much of the machine's time, `RAFTARIUM_SEEDS=1000..2000` for these seeds,
//! however long they take. Which seeds were run is printed. `raftarium fuzz` does the same with more to choose from.
#![allow(clippy::disallowed_types, reason = "the budget is of the machine's time; no world sees it")]

use std::io::Write as _;
use std::ops::Range;
use std::time::{Duration, Instant};

use raftarium_sim::swarm::{self, Profile};

/// For how long faults are made.
const TROUBLE: Duration = Duration::from_secs(20);
/// At least so many seeds, however slow the machine.
const SEEDS_MIN: u64 = 100;
const BUDGET: Duration = Duration::from_secs(10);

fn asked<T>(name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    let text = std::env::var(name).ok()?;
    Some(parse(&text).unwrap_or_else(|| panic!("{name} is `{text}`; allowed are 300 for seconds, 0..5000 for seeds")))
}

#[test]
fn every_rule_holds_whatever_happens_and_the_cluster_recovers() {
    let range = |text: &str| text.split_once("..").and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    let seeds: Option<Range<u64>> = asked("RAFTARIUM_SEEDS", range);
    let budget = asked("RAFTARIUM_SOAK_SECONDS", |text| text.parse().ok().map(Duration::from_secs)).unwrap_or(BUDGET);
    let begin = Instant::now();
    let (mut count, mut events, mut simulated_us) = (0, 0, 0);
    for seed in seeds.clone().unwrap_or(0..u64::MAX) {
        if seeds.is_none() && count >= SEEDS_MIN && begin.elapsed() >= budget {
            break;
        }
        let trial = swarm::trial(seed, Profile::Chaos, TROUBLE);
        let verdict = trial.judge().expect("a swarm draws valid runs");
        let again = format!("raftarium fuzz --seeds {seed}..{} --time {}s", seed + 1, TROUBLE.as_secs());
        assert_eq!(verdict.finding, None, "seed {seed}; {again} tells the story");
        (count, events, simulated_us) = (count + 1, events + verdict.steps, simulated_us + verdict.until.as_micros());
    }
    let (first, simulated) = (seeds.map_or(0, |seeds| seeds.start), simulated_us / 1_000_000);
    // Not with `println!`, which only failing tests show.
    let told = format!("seeds {first}..{}: {events} events in {simulated} simulated seconds", first + count);
    writeln!(std::io::stderr(), "{told}").expect("somebody listens");
    assert!(events > 1_000 * count && simulated > 20 * count, "trouble was made");
}

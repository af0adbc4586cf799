//! A run that breaks something shrinks to a small one that breaks the same.

use std::time::Duration;

use raftarium_sim::core::{Event, Instant, NodeId};
use raftarium_sim::swarm::{self, Profile};
use raftarium_sim::{Answer, Broken, Command, Happening, Missing, Record, Setup, Timed, Trial, shrink, shrink_by};

const TRIES: u32 = 3_000;

fn chaos(seed: u64) -> Trial {
    swarm::trial(seed, Profile::Chaos, Duration::from_secs(10))
}

/// Finds the first record that is `wanted`.
fn first(wanted: fn(&Record) -> bool) -> impl FnMut(&Trial) -> Option<(&'static str, Instant)> {
    move |trial| {
        let mut found = None;
        trial.judge_observed(|record| found = found.or(wanted(record).then_some(("found", record.at)))).ok()?;
        found
    }
}

fn second_leads_term_5(record: &Record) -> bool {
    let Happening::Node { server: NodeId(2), event: Event::BecameLeader { term } } = &record.what else { return false };
    term.0 >= 5
}

fn superseded(record: &Record) -> bool {
    matches!(&record.what, Happening::Answered { answer: Answer::Superseded { .. }, .. })
}

/// The first seed in which `wanted` is found.
fn seed_with(wanted: fn(&Record) -> bool) -> Trial {
    (0..2_000).map(chaos).find(|trial| first(wanted)(trial).is_some()).expect("some seed has it")
}

#[test]
fn a_leader_of_a_late_term_needs_hardly_anything() {
    let large = seed_with(second_leads_term_5);
    let small = shrink_by(&large, TRIES, first(second_leads_term_5), |_| true).expect("it is there");
    assert!(small.tries <= TRIES);
    assert!(first(second_leads_term_5)(&small.trial).is_some());
    let Trial { run, until, ending } = &small.trial;
    assert_eq!((ending, run.setup.clients), (&None, 1));
    assert!(run.setup.servers <= large.run.setup.servers && run.commands.len() < 12, "{run:?}");
    assert_eq!(*until, small.at, "nothing comes after it");
    assert!(run.commands.iter().all(|timed| timed.at <= *until));
}

#[test]
fn a_request_that_is_superseded_keeps_the_commands_that_it_needs() {
    let small = shrink_by(&seed_with(superseded), TRIES, first(superseded), |_| true).expect("it is there");
    let Trial { run, .. } = &small.trial;
    let requests = run.commands.iter().filter(|timed| matches!(timed.command, Command::Request { .. })).count();
    assert!((1..=3).contains(&requests) && run.commands.len() <= 15, "{run:?}");
    // Each command that is left is needed.
    for position in 0..run.commands.len() {
        let mut without = small.trial.clone();
        without.run.commands.remove(position);
        assert_eq!(first(superseded)(&without), None, "command {position} is not needed: {run:?}");
    }
    let plain = Setup { seed: run.setup.seed, servers: run.setup.servers, clients: 1, ..Setup::default() };
    let kept = [run.setup.link == plain.link, run.setup.disk == plain.disk, run.setup.raft == plain.raft];
    assert!(kept.contains(&true), "some settings are usual: {:?}", run.setup);
}

#[test]
fn a_cluster_that_does_not_recover_still_does_not_when_it_is_small() {
    let mut large = swarm::trial(1, Profile::Crashes, Duration::from_secs(5));
    let mut seed = 1;
    while large.run.setup.servers < 5 {
        seed += 1;
        large = swarm::trial(seed, Profile::Crashes, Duration::from_secs(5));
    }
    // Disks that take longer than any election timeout: no vote is ever durable in time.
    large.run.setup.raft.backoff_doublings_max = 0;
    large.run.setup.disk.write_min = Duration::from_secs(5);
    large.run.setup.disk.write_max = Duration::from_secs(5);
    large = Trial::ending_with(large.run, large.ending.expect("a swarm ends its faults"));
    let before = large.judge().expect("valid").finding.expect("it cannot recover");
    assert_eq!(before.broken, Broken::Liveness(Missing::Leader));
    let small = shrink(&large, TRIES, |_| true).expect("it does not recover");
    assert_eq!(small.broken, before.broken);
    assert_eq!(small.trial.judge().expect("valid").finding.map(|finding| finding.broken), Some(before.broken));
    assert_eq!(small.trial.run.setup.servers, 1, "one server is enough for a slow disk");
    let ending = small.trial.ending.expect("without an ending, nothing has to recover");
    assert_eq!((ending.core, ending.at), (vec![NodeId(1)], Instant::from_millis(1)));
    assert!(small.trial.run.commands.iter().all(|timed| timed.at >= ending.at), "no trouble is needed");
}

#[test]
fn the_same_run_shrinks_to_the_same_one_and_stops_when_it_is_told() {
    let large = seed_with(superseded);
    let small = |tries| shrink_by(&large, tries, first(superseded), |_| true).expect("it is there");
    assert_eq!(small(200), small(200));
    assert!(small(1).tries == 1 && small(7).tries == 7);
    let mut asked = 0;
    let stopped = shrink_by(&large, TRIES, first(superseded), |best| {
        asked += 1;
        best.tries < 50
    });
    assert_eq!((stopped.expect("it is there").tries, asked), (50, 50));
}

#[test]
fn where_nothing_is_wrong_there_is_nothing_to_shrink() {
    assert_eq!(shrink(&chaos(1), TRIES, |_| true), None);
}

#[test]
fn a_run_that_is_no_longer_valid_is_not_taken_for_a_smaller_one() {
    let bad = Timed { at: Instant::ZERO, command: Command::Crash { server: NodeId(77) } };
    let mut trial = chaos(1);
    trial.run.commands.insert(0, bad);
    assert_eq!(shrink(&trial, TRIES, |_| true), None);
}

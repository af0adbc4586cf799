//! Records, told as sentences.

use std::num::NonZeroU64;
use std::time::Duration;

use raftarium_sim::core::{Instant, NodeId, Role, Settings};
use raftarium_sim::story::{sentence, with_requests};
use raftarium_sim::{ClientId, Command, Op, Setup, Timeline};

/// A run of `servers` after a second, when somebody leads.
fn settled(servers: u32) -> Timeline {
    let mut timeline = Timeline::new(Setup { servers, ..Setup::default() }).expect("the default setup is valid");
    timeline.seek(Instant::from_millis(1_000));
    timeline
}

fn leader(timeline: &Timeline) -> Option<NodeId> {
    let view = timeline.view();
    let leading = view.servers.iter().filter(|server| server.role == Some(Role::Leader));
    leading.max_by_key(|server| server.term).map(|server| server.id)
}

/// A run with all that keeps a leader in its place, in which a leader is cut off, and finds that the log has gone on
/// without it so far that only a snapshot helps.
fn eventful() -> Timeline {
    let raft = Settings { snapshot_after_entries: NonZeroU64::new(3), ..Settings::default() };
    let mut timeline = Timeline::new(Setup { servers: 3, raft, ..Setup::default() }).expect("the setup is valid");
    let put = |timeline: &mut Timeline, count: u64| {
        for value in 1..=count {
            let op = Op::Put { key: "x".into(), value: value.to_string() };
            let server = leader(timeline);
            timeline.dispatch(Command::Request { client: ClientId(1), server, op }).expect("the client is free");
            timeline.advance(Duration::from_millis(500));
        }
    };
    timeline.seek(Instant::from_millis(1_000));
    put(&mut timeline, 2);
    let old: NodeId = leader(&timeline).expect("a leader after a second");
    timeline.dispatch(Command::Partition { groups: vec![vec![old]] }).expect("two groups");
    timeline.advance(Duration::from_secs(2));
    put(&mut timeline, 6);
    timeline.dispatch(Command::HealAll).expect("always possible");
    timeline.advance(Duration::from_secs(1));
    timeline
}

fn stories(timeline: &Timeline) -> Vec<String> {
    let records = timeline.all_records();
    records.iter().map(|record| sentence(record, records)).collect()
}

#[test]
fn every_record_of_a_run_is_a_sentence() {
    for timeline in [settled(5), eventful()] {
        for text in stories(&timeline) {
            assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{text}");
            assert!(!text.contains("a message."), "the sending is known: {text}");
        }
    }
}

#[test]
fn what_keeps_a_leader_in_its_place_reads_as_a_story() {
    let story = stories(&eventful());
    let expected = [
        "asks whether it could win term",
        "would vote for",
        "it has not heard from a majority in time.",
        "writes a snapshot up to entry",
        "drops its log up to entry",
        "takes the leader's snapshot up to entry",
        "sends the last part of a snapshot to",
    ];
    for expected in expected {
        assert!(story.iter().any(|line| line.contains(expected)), "{expected}");
    }
}

#[test]
fn an_election_reads_as_a_story() {
    let story = stories(&settled(3));
    for expected in ["heard no leader in time", "votes for", "is elected leader of term", "is committed up to"] {
        assert!(story.iter().any(|line| line.contains(expected)), "{expected}");
    }
}

#[test]
fn what_was_asked_is_named_by_who_asked_and_not_by_its_number() {
    let mut timeline = settled(3);
    let op = Op::Get { key: "k1".into() };
    timeline.dispatch(Command::Request { client: ClientId(2), server: None, op }).expect("it waits for nothing");
    let named = with_requests("no order explains what R0 returned; R0, R7 and Rx stay", &timeline.view().requests);
    assert_eq!(named, "no order explains what C2’s “get k1” returned; C2’s “get k1”, R7 and Rx stay");
}

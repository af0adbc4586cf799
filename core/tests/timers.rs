//! Timers (§5.2, §9.3): when the election timer starts again and when it does not, what a deadline is for, and where
//! the length of a wait comes from.

mod harness;

use core::time::Duration;
use std::collections::BTreeSet;

use harness::{Cluster, accepted, append, at, config, disk_with, id, ms, rejected, vote_reply, vote_request};
use raftarium_core::{Boot, Deadline, EntryId, Instant, Message, Node, Role, Term, Timer};

const HEARTBEAT: Duration = Duration::from_millis(50);

fn deadline(cluster: &Cluster) -> Deadline {
    cluster.node(1).deadline().expect("a voter waits for something")
}

#[test]
fn a_follower_waits_for_a_leader_and_does_nothing_before_its_time_5_2() {
    let mut cluster = Cluster::alone(3, 0, &[]);
    let Deadline { at, since, timer } = deadline(&cluster);
    assert_eq!((since, timer), (Instant::ZERO, Timer::Election));
    assert!((ms(150)..=ms(300)).contains(&at), "{at}");

    cluster.now = Instant::from_micros(at.as_micros() - 1);
    let mut before = cluster.node(1).clone();
    cluster.step(1, Node::wake);
    assert_eq!((cluster.node(1).role(), deadline(&cluster).at), (Role::Follower, at));
    before.wake(at);
    assert_eq!(before.role(), Role::Candidate);
}

/// What a follower of term 5 with the log 1 1 4 receives, and whether its election timer starts again.
#[test]
fn the_election_timer_starts_again_for_the_leader_and_for_a_vote_and_for_nothing_else_5_2() {
    let last = at(3, 4);
    let cases: [(&str, Message, bool); 11] = [
        ("a heartbeat", append(2, 1, 5, last, &[], 0), true),
        ("entries", append(2, 1, 5, last, &[5], 0), true),
        ("entries that do not fit, of the leader all the same", append(2, 1, 5, at(7, 5), &[5], 0), true),
        ("a heartbeat of a new leader", append(2, 1, 6, last, &[], 0), true),
        ("a candidate that gets the vote", vote_request(2, 1, 6, last), true),
        ("a candidate with an old log, in a higher term", vote_request(2, 1, 6, at(2, 1)), false),
        ("a candidate of an earlier term", vote_request(2, 1, 4, last), false),
        ("a leader of an earlier term", append(2, 1, 4, last, &[], 0), false),
        ("a vote that comes late", vote_reply(2, 1, 5, true), false),
        ("an answer that comes late", accepted(2, 1, 5, 3), false),
        ("a refusal of a higher term", rejected(2, 1, 6, 3, last), false),
    ];
    for (what, message, restarts) in cases {
        let mut cluster = Cluster::alone(3, 5, &[1, 1, 4]);
        let before = deadline(&cluster);
        cluster.now = ms(100);
        cluster.receive(message).expect(what);
        let after = deadline(&cluster);
        let expected = if restarts { ms(100) } else { before.since };
        assert_eq!((after.since, after.timer), (expected, Timer::Election), "{what}");
        assert_eq!(after == before, !restarts, "{what}");
    }
}

#[test]
fn a_second_candidate_of_the_term_does_not_keep_a_voter_quiet_5_2() {
    let mut cluster = Cluster::alone(3, 0, &[]);
    cluster.receive(vote_request(2, 1, 1, EntryId::ZERO)).expect("it gets the vote");
    let before = deadline(&cluster);
    cluster.now = ms(100);
    cluster.receive(vote_request(3, 1, 1, EntryId::ZERO)).expect("it does not");
    assert_eq!(deadline(&cluster), before);
}

#[test]
fn a_candidate_that_does_not_win_tries_again_5_2() {
    let mut cluster = Cluster::alone(3, 0, &[]);
    let mut waits = BTreeSet::new();
    for term in 1..=20 {
        cluster.time_out(1);
        assert_eq!((cluster.node(1).role(), cluster.node(1).hard_state().term), (Role::Candidate, Term(term)));
        let Deadline { at, since, timer } = deadline(&cluster);
        assert_eq!((since, timer), (cluster.now, Timer::Election));
        waits.insert(at.since(since));
    }
    assert!(waits.len() >= 15, "each attempt draws anew, so that a split vote does not repeat: {waits:?}");
}

#[test]
fn a_leader_sends_a_heartbeat_each_interval_5_2() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    for _ in 0..5 {
        let before = cluster.now;
        assert_eq!(deadline(&cluster), Deadline { at: before + HEARTBEAT, since: before, timer: Timer::Heartbeat });
        cluster.time_out(1);
        assert_eq!((cluster.on_wire(1, 2).len(), cluster.on_wire(1, 3).len()), (1, 1));
        cluster.deliver_all();
    }
}

#[test]
fn heartbeats_keep_followers_quiet_and_their_absence_does_not_5_2() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    for _ in 0..40 {
        cluster.time_out(1);
        cluster.deliver_all();
        (2..=3).for_each(|number| cluster.step(number, Node::wake));
    }
    assert_eq!(cluster.roles(), [Role::Leader, Role::Follower, Role::Follower]);
    assert_eq!(cluster.node(1).hard_state().term, Term(1));

    cluster.crash(1);
    cluster.time_out(2);
    cluster.deliver_all();
    assert_eq!(cluster.node(2).role(), Role::Leader);
}

#[test]
fn a_late_wake_up_starts_one_election_and_not_many() {
    let mut cluster = Cluster::alone(3, 0, &[]);
    cluster.now = ms(60_000);
    cluster.step(1, Node::wake);
    cluster.step(1, Node::wake);
    assert_eq!(cluster.node(1).hard_state().term, Term(1));
    assert_eq!(deadline(&cluster).since, ms(60_000));
}

#[test]
fn a_leader_that_steps_down_waits_a_whole_timeout() {
    let mut cluster = Cluster::alone(3, 1, &[]);
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 2, true)).expect("a vote");
    cluster.now = ms(5_000);
    cluster.receive(vote_reply(2, 1, 3, false)).expect("a higher term");
    let Deadline { at, since, timer } = deadline(&cluster);
    assert_eq!((since, timer), (ms(5_000), Timer::Election));
    assert!((ms(5_150)..=ms(5_300)).contains(&at), "{at}");
}

#[test]
fn timeouts_are_a_pure_function_of_seed_server_term_and_attempt() {
    let first_wait = |seed, number, term| {
        let config = config(|settings| settings.seed = seed);
        let node = Node::start(id(number), config, disk_with(9, term, &[]), Boot(1), ms(7)).expect("a disk");
        node.deadline().expect("a voter").at.since(ms(7))
    };
    let mut waits = vec![];
    for (seed, number, term) in (0..4).flat_map(|s| (1..10).flat_map(move |n| (0..10).map(move |t| (s, n, t)))) {
        let wait = first_wait(seed, number, term);
        assert_eq!(wait, first_wait(seed, number, term), "the same arguments, the same wait");
        assert!((Duration::from_millis(150)..=Duration::from_millis(300)).contains(&wait), "{wait:?}");
        waits.push(wait);
    }
    let distinct: BTreeSet<_> = waits.iter().collect();
    assert!(distinct.len() > 350, "{} of 360 differ", distinct.len());
    let mean = waits.iter().sum::<Duration>() / 360;
    assert!((Duration::from_millis(215)..=Duration::from_millis(235)).contains(&mean), "spread evenly: {mean:?}");
    // Written down once: a run that somebody shared depends on it.
    assert_eq!(first_wait(42, 1, 0), Duration::from_micros(191_455));
}

#[test]
fn a_clock_that_goes_back_changes_no_deadline() {
    let mut cluster = Cluster::alone(3, 5, &[]);
    cluster.now = ms(100);
    cluster.receive(append(2, 1, 5, EntryId::ZERO, &[], 0)).expect("the leader");
    let before = deadline(&cluster);

    cluster.now = ms(20);
    cluster.step(1, Node::wake);
    assert_eq!(deadline(&cluster), before);
    cluster.receive(append(2, 1, 5, EntryId::ZERO, &[], 0)).expect("the leader");
    assert_eq!(deadline(&cluster), before, "it is taken to come at 100 ms, the latest time that was told");
}

#[test]
fn the_end_of_time_is_no_reason_to_panic() {
    let mut cluster = Cluster::alone(3, 5, &[]);
    cluster.now = Instant::MAX;
    for _ in 0..3 {
        cluster.step(1, Node::wake);
        cluster.receive(vote_reply(2, 1, 5, true)).expect("late");
    }
    assert_eq!(deadline(&cluster).at, Instant::MAX);
}

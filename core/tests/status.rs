//! What a leader tells of each follower.

mod harness;

use core::time::Duration;

use harness::{Cluster, accepted, at, id, vote_reply};
use raftarium_core::{Change, Instant, LogIndex, Progress, ProgressState, Transition};

fn led_by_1() -> Cluster {
    let mut cluster = Cluster::with(3, |settings| settings.check_quorum = true);
    cluster.now = Instant::from_millis(100);
    cluster.elect(1);
    cluster
}

fn follower(cluster: &Cluster, number: u64) -> &Progress {
    cluster.node(1).followers().iter().find(|follower| follower.id() == id(number)).expect("a follower")
}

#[test]
fn the_last_contact_is_the_last_answer() {
    let mut cluster = Cluster::of(3);
    cluster.campaign(1);
    cluster.deliver(1, 2);
    cluster.deliver(2, 1);
    assert_eq!(follower(&cluster, 2).last_contact(), None, "a vote is of before it led");
    cluster.now = cluster.now + Duration::from_millis(20);
    cluster.deliver_all();
    let answered = cluster.now;
    assert_eq!(follower(&cluster, 3).last_contact(), Some(answered));
    cluster.partition(&[&[1, 2], &[3]]);
    cluster.now = cluster.now + Duration::from_millis(40);
    cluster.time_out(1);
    cluster.deliver_all();
    assert_eq!(follower(&cluster, 2).last_contact(), Some(cluster.now));
    assert_eq!(follower(&cluster, 3).last_contact(), Some(answered), "nothing was heard since");
}

#[test]
fn whoever_has_not_answered_since_the_last_look_is_not_active_6_2() {
    let mut cluster = led_by_1();
    assert!(follower(&cluster, 2).is_active() && follower(&cluster, 3).is_active());
    cluster.partition(&[&[1, 2], &[3]]);
    cluster.pass(320);
    assert_eq!((follower(&cluster, 2).is_active(), follower(&cluster, 3).is_active()), (true, false));
    cluster.change(1, &[Change::AddLearner(id(4))], Transition::Auto).expect("the leader");
    assert!(follower(&cluster, 4).is_active(), "it has had no time to answer");
}

#[test]
fn what_is_under_way_is_counted_in_messages_and_bytes() {
    let mut cluster = led_by_1();
    let status = |cluster: &Cluster| {
        let follower = follower(cluster, 3);
        (follower.state(), follower.in_flight(), follower.in_flight_bytes())
    };
    cluster.propose(1, "four").expect("the leader");
    cluster.propose(1, "sixsix").expect("the leader");
    assert_eq!(status(&cluster), (ProgressState::Replicate, 2, 10));
    assert_eq!((follower(&cluster, 3).matched(), follower(&cluster, 3).next()), (LogIndex(1), LogIndex(4)));
    cluster.deliver_nth(1);
    cluster.deliver(3, 1);
    assert_eq!(status(&cluster), (ProgressState::Replicate, 1, 6));
    cluster.deliver_all();
    assert_eq!(status(&cluster), (ProgressState::Replicate, 0, 0));

    // A leader that was just elected probes: one message with entries, until it is answered.
    let mut cluster = Cluster::alone(3, 5, &[1]);
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 6, true)).expect("a vote");
    cluster.propose(1, "four").expect("the leader");
    assert_eq!(status(&cluster), (ProgressState::Probe { waiting: true }, 1, 4));
    cluster.receive(accepted(3, 1, 6, 2)).expect("a follower");
    assert_eq!(status(&cluster), (ProgressState::Replicate, 0, 0));
}

#[test]
fn a_snapshot_that_is_under_way_is_named_whether_it_was_asked_for_or_not() {
    let mut cluster = led_by_1();
    cluster.crash(3);
    (0..9).for_each(|_| _ = cluster.propose(1, "x").expect("the leader"));
    cluster.deliver_all();
    cluster.compact(1, 10).expect("it is applied");
    cluster.restart(3);
    cluster.time_out(1);
    (0..6).for_each(|_| cluster.deliver_nth(0));
    assert!(matches!(follower(&cluster, 3).state(), ProgressState::Snapshot { .. }));
    assert_eq!(follower(&cluster, 3).pending_snapshot(), Some(at(10, 1)));
    cluster.deliver_all();
    assert_eq!(follower(&cluster, 3).pending_snapshot(), None);

    cluster.lose_state(3).expect("a follower");
    cluster.deliver(3, 1);
    assert_eq!(follower(&cluster, 3).state(), ProgressState::Replicate);
    assert_eq!(follower(&cluster, 3).pending_snapshot(), Some(at(10, 1)));
}

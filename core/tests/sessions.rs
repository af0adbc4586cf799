//! Sessions (§8; §6.3 of the dissertation): clients that send their commands again, through whoever leads.

mod harness;
mod model;
mod random;
mod replica;

use core::num::NonZeroU32;
use core::time::Duration;

use harness::Cluster;
use proptest::collection::vec;
use proptest::prelude::*;
use raftarium_core::sessions::{Request, SessionError, SessionId, SessionLimits};
use raftarium_core::{LogIndex, ProposalId};
use replica::{Answer, Replica, bytes, incr};

fn limits(sessions_max: u32, answers_max: u32, idle_max: Option<Duration>) -> SessionLimits {
    let number = |number| NonZeroU32::new(number).expect("not zero");
    SessionLimits { sessions_max: number(sessions_max), answers_max: number(answers_max), idle_max }
}

/// What a server's state machine is, after all that it applied.
fn replica(cluster: &Cluster, number: u64, limits: SessionLimits) -> Replica {
    Replica::of(limits, &cluster.server(number).applied)
}

/// What a server answers to the entry at `id`, if it has applied it.
fn answer(cluster: &Cluster, number: u64, id: ProposalId) -> Option<Result<Answer, SessionError>> {
    let applied = &cluster.server(number).applied;
    let position = applied.iter().position(|entry| entry.id == id)?;
    Replica::of(SessionLimits::default(), &applied[..position]).apply(&applied[position])
}

fn send(cluster: &mut Cluster, number: u64, seconds: u64, request: Request) -> ProposalId {
    let proposed = cluster.step(number, |node, now| node.propose(now, bytes(seconds, request).into()));
    proposed.expect("the leader").appended().expect("the leader")
}

/// Opens a session through `leader`.
fn open(cluster: &mut Cluster, leader: u64) -> SessionId {
    let opened = send(cluster, leader, 0, Request::Open);
    cluster.deliver_all();
    let Some(Ok(Answer::Opened(session))) = answer(cluster, leader, opened) else { panic!("it is open") };
    assert_eq!(session, SessionId(opened.index), "it has the name of its entry");
    session
}

/// The leader replicates a command, and stops before the client has an answer; another leads.
fn reply_is_lost(cluster: &mut Cluster, request: Request) {
    let first = send(cluster, 1, 0, request);
    cluster.deliver(1, 2);
    cluster.deliver(1, 3);
    cluster.crash(1);
    assert_eq!(answer(cluster, 1, first), None, "the client learns nothing");
    cluster.elect(2);
}

#[test]
fn a_command_that_is_sent_again_through_another_leader_is_applied_once_8() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    let session = open(&mut cluster, 1);
    reply_is_lost(&mut cluster, incr(session, 1, 1));

    let again = send(&mut cluster, 2, 0, incr(session, 1, 1));
    cluster.deliver_all();
    assert_eq!(answer(&cluster, 2, again), Some(Ok(Answer::Counted(1))), "the answer that was lost");
    cluster.restart(1);
    cluster.time_out(2);
    cluster.deliver_all();
    for number in 1..=3 {
        assert_eq!(replica(&cluster, number, SessionLimits::default()).total, 1, "S{number}");
    }
    cluster.assert_states_equal(&[1, 2, 3]);
}

#[test]
fn without_sessions_a_command_that_is_sent_again_is_applied_twice_8() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    cluster.propose(1, "incr").expect("the leader");
    cluster.deliver(1, 2);
    cluster.deliver(1, 3);
    cluster.crash(1);
    cluster.elect(2);
    cluster.propose(2, "incr").expect("the leader");
    cluster.deliver_all();
    let incr = raftarium_core::Payload::Command("incr".into());
    let applied = cluster.server(2).applied.iter().filter(|entry| entry.payload == incr).count();
    assert_eq!(applied, 2, "which is why there are sessions");
}

#[test]
fn both_copies_may_be_in_the_log_of_one_leader_8() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    let session = open(&mut cluster, 1);
    // The client is impatient.
    let copies = [1, 2, 3].map(|_| send(&mut cluster, 1, 0, incr(session, 1, 1)));
    cluster.deliver_all();
    for copy in copies {
        assert_eq!(answer(&cluster, 1, copy), Some(Ok(Answer::Counted(1))));
    }
    assert_eq!(replica(&cluster, 1, SessionLimits::default()).total, 1);
}

#[test]
fn a_command_of_a_leader_that_was_overwritten_is_fresh_when_it_is_sent_again_8() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    let session = open(&mut cluster, 1);
    cluster.partition(&[&[1], &[2, 3]]);
    send(&mut cluster, 1, 0, incr(session, 1, 1));
    cluster.deliver_all();
    cluster.elect(2);
    let again = send(&mut cluster, 2, 0, incr(session, 1, 1));
    cluster.deliver_all();
    assert_eq!(answer(&cluster, 2, again), Some(Ok(Answer::Counted(1))));
    cluster.heal();
    cluster.time_out(2);
    cluster.deliver_all();
    assert_eq!(replica(&cluster, 1, SessionLimits::default()).total, 1);
    cluster.assert_states_equal(&[1, 2, 3]);
}

#[test]
fn sessions_expire_at_the_same_entry_on_every_replica_6_3() {
    let limits = limits(2, 4, Some(Duration::from_secs(10)));
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    let [first, second] = [1, 2].map(|seconds| SessionId(send(&mut cluster, 1, seconds, Request::Open).index));
    cluster.deliver_all();
    send(&mut cluster, 1, 3, incr(first, 1, 1));
    cluster.deliver_all();
    cluster.crash(1);
    cluster.elect(2);
    // The clock of the second leader is behind; then a third client makes the second one's session give way.
    send(&mut cluster, 2, 0, incr(first, 2, 2));
    let third = SessionId(send(&mut cluster, 2, 5, Request::Open).index);
    cluster.deliver_all();
    cluster.restart(1);
    cluster.time_out(2);
    cluster.deliver_all();
    let replicas = [1, 2, 3].map(|number| replica(&cluster, number, limits));
    assert!(replicas.iter().all(|replica| replica == &replicas[0]));
    assert_eq!(replicas[0].sessions.iter().collect::<Vec<_>>(), [first, third]);
    assert!(!replicas[0].sessions.contains(second), "it was not used for longest");

    // And ten seconds of the log later, whoever did nothing is gone.
    send(&mut cluster, 2, 14, incr(third, 1, 1));
    cluster.deliver_all();
    cluster.time_out(2);
    cluster.deliver_all();
    for number in 1..=3 {
        let sessions = replica(&cluster, number, limits).sessions;
        assert_eq!(sessions.iter().collect::<Vec<_>>(), [third], "S{number}");
    }
}

#[test]
fn a_snapshot_carries_the_sessions_6_3() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    let session = open(&mut cluster, 1);
    send(&mut cluster, 1, 0, incr(session, 1, 1));
    cluster.deliver_all();
    let before = replica(&cluster, 1, SessionLimits::default());
    let snapshot = postcard::to_allocvec(&before).expect("memory is enough");

    let again = send(&mut cluster, 1, 0, incr(session, 1, 1));
    cluster.deliver_all();
    let mut restored: Replica = postcard::from_bytes(&snapshot).expect("it was written like that");
    assert_eq!(restored, before);
    let entry = cluster.server(1).applied.iter().find(|entry| entry.id == again).expect("it is applied").clone();
    assert_eq!(restored.apply(&entry), Some(Ok(Answer::Counted(1))));
    assert_eq!(restored, replica(&cluster, 1, SessionLimits::default()));
}

#[test]
fn sessions_that_no_log_can_have_left_are_refused_with_what_was_found() {
    let mut replica = Replica::new(limits(2, 2, None));
    for (index, request) in [Request::Open, incr(SessionId(LogIndex(1)), 1, 1), Request::Open].into_iter().enumerate() {
        replica.request(LogIndex(index as u64 + 1), &request.into()).expect("it is open");
    }
    let whole = serde_json::to_value(&replica.sessions).expect("it is data");
    assert_eq!(
        serde_json::from_value::<raftarium_core::sessions::Sessions<u64>>(whole.clone()).ok(),
        Some(replica.sessions)
    );
    let cases: [(&[&str], serde_json::Value, &str); 5] = [
        (&["limits", "sessions_max"], 1.into(), "2 sessions; allowed are 1"),
        (&["limits", "answers_max"], 0.into(), "invalid value: integer `0`, expected a nonzero u32"),
        (&["open", "3", "used"], 4.into(), "session 3 is one that no log can have left behind"),
        (&["open", "1", "used"], 3.into(), "session 3 is one that no log can have left behind"),
        (&["open", "1", "answered_below"], 2.into(), "session 1 is one that no log can have left behind"),
    ];
    for (path, value, expected) in cases {
        let mut spoilt = whole.clone();
        *path.iter().fold(&mut spoilt, |place, &name| &mut place[name]) = value;
        let error = serde_json::from_value::<raftarium_core::sessions::Sessions<u64>>(spoilt).expect_err(expected);
        assert_eq!(error.to_string(), expected, "{path:?}");
    }
}

proptest! {
    #![proptest_config(random::config(1_000))]

    /// Against a model that keeps every request that there ever was, and looks for the answer in it.
    #[test]
    fn sessions_do_what_a_list_of_all_requests_says(limits in model::limits(), steps in vec(model::step(), 1..120)) {
        model::run(limits, &steps);
    }

    /// Any bytes: what is decoded is what was encoded, and the rest is refused.
    #[test]
    fn any_bytes_are_one_request_or_none(bytes in model::any_bytes()) {
        model::decodes(bytes);
    }
}

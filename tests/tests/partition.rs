//! Scenario 5 of the Raft literature: a leader is cut off with a minority, both sides are written to, the network
//! heals.

use raftarium_sim::core::{Instant, LogIndex, NodeId, Term};
use raftarium_sim::{Answer, Command, RequestStatus, Setup, Timeline, View};
use raftarium_tests::{leaders, log, put, step_until};

fn everyone_committed(view: &View, index: LogIndex) -> bool {
    view.servers.iter().all(|server| server.commit >= index)
}

#[test]
fn what_only_a_minority_has_is_erased_and_its_client_told() {
    let mut timeline = Timeline::new(Setup::default()).expect("the default is valid");

    timeline.seek(Instant::from_millis(3_000));
    let view = timeline.view();
    let [old] = leaders(&view)[..] else { panic!("one leader after three seconds") };
    let (old, old_term) = (old.id, old.term);

    timeline.dispatch(put(1, None, "x", "1")).expect("the client is free");
    let view = step_until(&mut timeline, "x commits everywhere", |view| everyone_committed(view, LogIndex(2)));
    assert!(matches!(view.requests[0].status, RequestStatus::Answered { answer: Answer::Committed { .. }, .. }));

    let other = NodeId(old.0 % 5 + 1);
    timeline.dispatch(Command::Partition { groups: vec![vec![old, other]] }).expect("two groups");
    timeline.dispatch(put(1, Some(old), "y", "7")).expect("the client is free");
    let view = step_until(&mut timeline, "the others elect", |view| leaders(view).len() == 2);
    let new = leaders(&view).into_iter().find(|leader| leader.id != old).expect("two leaders").clone();
    assert!(new.term > old_term, "two leaders, in different terms");
    timeline.dispatch(put(2, Some(new.id), "z", "3")).expect("the client is free");
    let split = step_until(&mut timeline, "z commits", |view| {
        matches!(view.requests[2].status, RequestStatus::Answered { answer: Answer::Committed { .. }, .. })
    });
    assert_eq!(split.requests[1].status, RequestStatus::Waiting, "y can never commit");
    let split_at = (timeline.now(), timeline.hash());

    timeline.dispatch(Command::HealAll).expect("always possible");
    let view = step_until(&mut timeline, "everyone has z", |view| everyone_committed(view, LogIndex(4)));
    for server in &view.servers {
        assert_eq!(log(server), log(&view.servers[0]), "{} has the same log", server.id);
        assert!(!log(server).iter().any(|entry| entry.contains("y=7")), "y is gone from {}", server.id);
    }
    let view =
        step_until(&mut timeline, "the client is told", |view| view.requests[1].status != RequestStatus::Waiting);
    let RequestStatus::Answered { answer: Answer::Superseded { by, .. }, .. } = view.requests[1].status else {
        panic!("y was {:?}", view.requests[1].status);
    };
    assert_eq!(by, new.term);
    assert!(new.term > Term(1));
    assert_eq!(view.violations, []);

    timeline.seek(split_at.0);
    assert_eq!(timeline.hash(), split_at.1);
    let again = timeline.view();
    assert_eq!(again, split, "dragged back, the picture is the same as it was");
}

//! The quota on what is proposed and not committed.

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::{Answer, Command, RequestStatus, Setup, Timeline};
use raftarium_tests::{leaders, put, step_until};

/// What earlier leaders left commits only with an entry of the leader's own term (§5.4.2). When it counted towards the
/// quota, it kept that entry out, and a leader without a no-op was busy for ever. Found by seed 111 of the soak.
#[test]
fn what_a_leader_inherits_does_not_keep_out_what_would_commit_it() {
    let mut setup = Setup { servers: 1, ..Setup::default() };
    setup.raft.no_op_on_election = false;
    setup.raft.max_uncommitted_bytes = 1;
    let mut timeline = Timeline::new(setup).expect("the setup is valid");

    timeline.seek(Instant::from_millis(1_000));
    timeline.dispatch(put(1, None, "x", "1")).expect("the client is free");
    step_until(&mut timeline, "x commits", |view| view.servers[0].commit.0 == 1);
    let server = NodeId(1);
    timeline.dispatch(Command::Crash { server }).expect("it runs");
    timeline.dispatch(Command::Restart { server }).expect("it is down");
    let view = step_until(&mut timeline, "it leads again", |view| !leaders(view).is_empty());
    assert_eq!((view.servers[0].commit.0, view.servers[0].log.len()), (0, 1), "x is inherited");

    timeline.dispatch(put(2, None, "y", "2")).expect("the client is free");
    let view =
        step_until(&mut timeline, "the client is told", |view| view.requests[1].status != RequestStatus::Waiting);
    let status = &view.requests[1].status;
    assert!(matches!(status, RequestStatus::Answered { answer: Answer::Committed { .. }, .. }), "{status:?}");
}

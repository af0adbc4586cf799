//! A cluster of one server elects itself, but only a durable vote counts.
//!
//! The story, found by a random world of one server with a slow disk: S1 votes for itself in term 1, leads at once and
//! takes a proposal; it crashes before any of that is durable; it starts again in term 0, leads term 1 a second time,
//! and takes another proposal. Two different entries had index 2 and term 1, and one proposal's name had two meanings.

use raftarium_core::{
    Boot, Config, DurableState, Instant, Membership, Node, NodeId, Output, PersistId, ProposeError, Role, Term,
};

fn server() -> Node {
    let durable = DurableState::new(Membership::new([NodeId(1)]).expect("one server"));
    Node::start(NodeId(1), Config::default(), durable, Boot(1), Instant::ZERO).expect("a new server starts")
}

fn asked_to_write(node: &mut Node) -> Option<PersistId> {
    let output = node.poll()?;
    let Output::Persist(write) = output else { panic!("{output:?} before the vote is durable") };
    Some(write.id)
}

#[test]
fn it_leads_when_its_own_vote_is_durable_and_not_before() {
    let mut node = server();
    let now = Instant::from_millis(300);
    node.wake(now);
    assert_eq!((node.role(), node.hard_state().term), (Role::Candidate, Term(1)));
    let write = asked_to_write(&mut node).expect("the term and the vote");
    assert_eq!(node.poll(), None);
    assert_eq!(node.propose(now, "too early".into()), Err(ProposeError::NotLeader { leader: None }));

    node.persisted(now, write).expect("it is under way");
    assert_eq!(node.role(), Role::Leader);
    assert!(node.propose(now, "now".into()).is_ok());
}

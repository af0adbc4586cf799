//! Proposals (§8): only a leader takes them, and each ends as committed or superseded, once.

mod harness;

use harness::{Cluster, append, at, id};
use raftarium_core::{LogIndex, Outcome, ProposeError, Resolution, Term};

fn resolution(term: u64, indexes: core::ops::RangeInclusive<u64>, outcome: Outcome) -> Resolution {
    Resolution { term: Term(term), first: LogIndex(*indexes.start()), last: LogIndex(*indexes.end()), outcome }
}

#[test]
fn only_a_leader_takes_proposals_and_others_say_who_leads_8() {
    let mut cluster = Cluster::of(3);
    let refused = |leader| Err(ProposeError::NotLeader { leader });
    let before = cluster.node(3).clone();
    assert_eq!(cluster.propose(3, "x"), refused(None));
    assert_eq!(cluster.node(3), &before);

    cluster.campaign(1);
    assert_eq!(cluster.propose(1, "x"), refused(None), "a candidate");
    cluster.deliver_all();
    assert_eq!(cluster.propose(3, "x"), refused(Some(id(1))));
    assert_eq!(cluster.propose(1, "x"), Ok(at(2, 1)));
    assert_eq!(cluster.propose(1, "y"), Ok(at(3, 1)));
}

#[test]
fn a_proposal_is_told_to_be_committed_when_it_is_and_once() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.propose(1, "y").expect("the leader");
    assert_eq!(cluster.server(1).resolved, []);
    cluster.deliver_all();
    let expected = [resolution(1, 2..=2, Outcome::Committed), resolution(1, 3..=3, Outcome::Committed)];
    assert_eq!(cluster.server(1).resolved, expected, "the no-op is nobody's proposal");
    assert!((2..=3).all(|number| cluster.server(number).resolved.is_empty()), "followers proposed nothing");
}

#[test]
fn proposals_that_commit_together_are_told_together() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    cluster.step(1, |node, now| {
        (0..5).for_each(|_| _ = node.propose(now, "x".into()).expect("the leader"));
    });
    cluster.deliver_all();
    assert_eq!(cluster.server(1).resolved, [resolution(1, 2..=6, Outcome::Committed)]);
}

/// S1 leads term 1, is cut off, and takes two commands. S2 leads term 2.
fn cut_off() -> Cluster {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    cluster.partition(&[&[1], &[2, 3]]);
    cluster.propose(1, "never").expect("it thinks that it leads");
    cluster.propose(1, "never either").expect("it thinks that it leads");
    cluster.deliver_all();
    cluster.elect(2);
    cluster
}

#[test]
fn what_a_leader_took_while_cut_off_is_superseded_when_another_entry_commits_there() {
    let mut cluster = cut_off();
    assert_eq!(cluster.server(1).resolved, [], "as long as it is cut off, it cannot know");
    cluster.heal();
    cluster.time_out(2);
    cluster.deliver_all();
    let first = resolution(1, 2..=2, Outcome::Superseded { by: Term(2) });
    cluster.time_out(2);
    cluster.deliver_all();
    assert_eq!(cluster.server(1).resolved, [first], "index 3 is still free");

    cluster.propose(2, "z").expect("the leader");
    cluster.deliver_all();
    cluster.time_out(2);
    cluster.deliver_all();
    assert_eq!(cluster.server(1).resolved, [first, resolution(1, 3..=3, Outcome::Superseded { by: Term(2) })]);
}

#[test]
fn overwritten_is_not_superseded_until_something_else_is_committed() {
    // S1 of five led term 1, and its proposal at index 1 is on S1 and on another server. The leader of term 2
    // overwrites it at S1, and is gone before anything commits: the other copy may still win.
    let mut cluster = Cluster::alone(5, 0, &[]);
    cluster.campaign(1);
    (2..=3).for_each(|voter| cluster.receive(harness::vote_reply(voter, 1, 1, true)).expect("a vote"));
    let proposed = cluster.propose(1, "x").expect("the leader");
    let payload = cluster.node(1).log().entries()[0].payload.clone();

    cluster.receive(append(4, 1, 2, at(0, 0), &[2], 0)).expect("the leader of term 2");
    assert!(!cluster.node(1).log().contains(proposed));
    assert_eq!(cluster.server(1).resolved, []);

    let mut message = append(2, 1, 3, at(0, 0), &[1, 3], 2);
    if let raftarium_core::Body::AppendRequest(request) = &mut message.body {
        request.entries[0].payload = payload;
    }
    cluster.receive(message).expect("the leader of term 3, which had the other copy");
    assert_eq!(cluster.server(1).resolved, [resolution(1, 1..=1, Outcome::Committed)]);
}

#[test]
fn a_leader_that_steps_down_still_learns_that_its_proposal_was_committed_by_the_next() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver(1, 2);
    cluster.wire.clear();
    cluster.elect(2);
    cluster.time_out(2);
    cluster.deliver_all();
    assert_eq!(cluster.server(1).resolved, [resolution(1, 2..=2, Outcome::Committed)]);
}

#[test]
fn a_server_may_have_open_proposals_of_several_terms() {
    let mut cluster = cut_off();
    cluster.heal();
    cluster.time_out(2);
    cluster.deliver_all();
    // S1 leads again, in term 3: its log is that of S2, and a new proposal lands where its second one was.
    cluster.elect(1);
    let again = cluster.propose(1, "again").expect("the leader");
    cluster.deliver_all();
    assert_eq!(again, at(4, 3));
    let superseded = |index, by| resolution(1, index..=index, Outcome::Superseded { by: Term(by) });
    let expected = [superseded(2, 2), superseded(3, 3), resolution(3, 4..=4, Outcome::Committed)];
    assert_eq!(cluster.server(1).resolved, expected);
}

#[test]
fn a_proposal_is_a_command_and_its_bytes_are_shared() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    let payload = raftarium_core::CommandBytes::from(vec![7; 100]);
    let shared = payload.clone();
    cluster.step(1, |node, now| node.propose(now, shared)).expect("the leader");
    cluster.deliver_all();
    cluster.time_out(1);
    cluster.deliver_all();
    for number in 1..=3 {
        let applied = cluster.server(number).applied.last().expect("it was committed");
        let raftarium_core::Payload::Command(bytes) = &applied.payload else { panic!("{applied:?}") };
        assert_eq!(bytes.as_ptr(), payload.as_ptr(), "not copied on its way to S{number}");
    }
}

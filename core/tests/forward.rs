//! Proposals that a follower passes on to its leader (§8; §6.2 of the dissertation): each ends as committed, superseded,
//! refused or unknown, and what is said of it is true whatever the network does.

mod harness;

use harness::{Cluster, append, at, id, message, vote_reply};
use raftarium_core::{
    Body, Boot, Event, ForwardId, Forwarded, LogIndex, Message, NodeId, Outcome, ProposalReply, ProposalRequest,
    ProposeError, Rejection, Resolution, Role, Settings, Term, Timer, UnknownReason,
};

fn forwards(settings: &mut Settings) {
    settings.forward_proposals = true;
}

/// Servers that pass proposals on, of which S1 leads.
fn led_by_1(size: u64) -> Cluster {
    let mut cluster = Cluster::with(size, forwards);
    cluster.elect(1);
    cluster.time_out(1);
    cluster.deliver_all();
    cluster
}

/// S1 of three follows S2 in term 5, and the test speaks for the others.
fn follower() -> Cluster {
    let mut cluster = Cluster::alone_with(3, 5, &[1, 1, 4], forwards);
    cluster.receive(append(2, 1, 5, at(3, 4), &[], 3)).expect("the leader");
    cluster.take_said();
    cluster
}

fn request(from: u64, to: u64, term: u64, sequence: u64) -> Message {
    let id = ForwardId { boot: Boot(1), sequence };
    message(from, to, term, Body::ProposalRequest(ProposalRequest { id, command: "passed on".into() }))
}

fn reply(id: ForwardId, result: Result<raftarium_core::EntryId, ProposeError>) -> Body {
    Body::ProposalReply(ProposalReply { id, result })
}

fn resolution(index: u64, term: u64, outcome: Outcome) -> Resolution {
    Resolution { term: Term(term), first: LogIndex(index), last: LogIndex(index), outcome }
}

fn unknown(reason: UnknownReason) -> Forwarded {
    Forwarded::Unknown { reason }
}

#[test]
fn a_follower_passes_a_proposal_on_and_learns_from_its_own_log_what_became_of_it() {
    let mut cluster = led_by_1(3);
    let forward = cluster.forward(3, "x");
    assert_eq!(cluster.wire, [message(3, 1, 1, cluster.wire[0].body.clone())], "to the leader, and nobody else");
    assert_eq!(cluster.count_events(3, |event| *event == Event::ProposalForwarded { to: id(1) }), 1);
    cluster.deliver(3, 1);
    cluster.deliver(1, 3);
    assert_eq!(cluster.server(3).forwarded, [(forward, Forwarded::Appended(at(2, 1)))], "it is told the place at once");
    assert_eq!(cluster.server(3).resolved, [], "and that is not to say that it is committed");
    cluster.deliver_all();
    cluster.time_out(1);
    cluster.deliver_all();
    assert_eq!(cluster.server(3).resolved, [resolution(2, 1, Outcome::Committed)]);
    assert_eq!(cluster.server(1).resolved, [], "it is not the leader's proposal");
}

#[test]
fn whoever_knows_no_leader_or_is_told_not_to_pass_on_refuses() {
    let mut cluster = Cluster::with(3, forwards);
    let refused = |leader| Err(ProposeError::NotLeader { leader });
    assert_eq!(cluster.offer(3, "x"), refused(None), "nobody leads");
    cluster.campaign(3);
    assert_eq!(cluster.offer(3, "x"), refused(None), "a candidate");
    cluster.deliver_all();
    cluster.forget_leader(2);
    assert_eq!(cluster.offer(2, "x"), refused(None), "a leader that is forgotten");
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    assert_eq!(cluster.offer(3, "x"), refused(Some(id(1))), "it is off");
    assert!(!Settings::plain().forward_proposals && !Settings::default().forward_proposals);
}

#[test]
fn the_leader_refuses_what_it_would_refuse_of_its_own() {
    let mut cluster =
        Cluster::with(3, |settings| (settings.forward_proposals, settings.max_uncommitted_bytes) = (true, 4));
    cluster.elect(1);
    cluster.partition(&[&[1, 3], &[2]]);
    cluster.hold_disk(3);
    let first = cluster.forward(3, "four");
    cluster.deliver_all();
    let second = cluster.forward(3, "2");
    cluster.deliver_all();
    let too_much = ProposeError::TooMuchUncommitted { bytes: 4, given: 1, max: 4 };
    let appended = (first, Forwarded::Appended(at(2, 1)));
    assert_eq!(cluster.server(3).forwarded, [appended, (second, Forwarded::Refused(too_much))]);

    cluster.transfer(1, 2).expect("a voter");
    let third = cluster.forward(3, "3");
    cluster.deliver_all();
    let transferring = Forwarded::Refused(ProposeError::Transferring { to: id(2) });
    assert_eq!(cluster.server(3).forwarded.last(), Some(&(third, transferring)));
    assert_eq!(cluster.log_terms(1), [1, 1], "what was refused is in no log");
}

#[test]
fn a_proposal_that_comes_twice_is_appended_once() {
    let mut cluster = led_by_1(3);
    cluster.forward(3, "x");
    let twice = cluster.wire[0].clone();
    cluster.wire.push(twice.clone());
    cluster.deliver_all();
    cluster.wire.push(twice);
    cluster.deliver_all();
    assert_eq!(cluster.log_terms(1), [1, 1], "the no-op, and the command once");
    assert_eq!(cluster.server(3).forwarded.len(), 1);
}

#[test]
fn a_proposal_that_was_refused_is_not_taken_when_it_comes_again() {
    let mut cluster = led_by_1(3);
    cluster.partition(&[&[1, 3], &[2]]);
    cluster.transfer(1, 2).expect("a voter");
    cluster.forward(3, "x");
    let again = cluster.wire.iter().find(|message| message.from == id(3)).expect("it is on its way").clone();
    cluster.deliver_all();
    let refused = Forwarded::Refused(ProposeError::Transferring { to: id(2) });
    assert_eq!(cluster.server(3).forwarded[0].1, refused);
    cluster.pass(160);
    assert_eq!(
        (cluster.node(1).role(), cluster.node(1).transferring_to()),
        (Role::Leader, None),
        "it takes them again"
    );
    cluster.receive(again).expect("the network did it");
    assert_eq!(cluster.log_terms(1), [1], "the client was told that it is in no log, and may have asked again");
}

#[test]
fn an_answer_that_comes_twice_or_to_another_life_is_put_aside() {
    let mut cluster = follower();
    let forward = cluster.forward(1, "x");
    let answer = message(2, 1, 5, reply(forward, Ok(at(4, 5))));
    cluster.receive(answer.clone()).expect("the leader");
    cluster.receive(answer.clone()).expect("the network did it");
    assert_eq!(cluster.server(1).forwarded, [(forward, Forwarded::Appended(at(4, 5)))]);

    cluster.crash(1);
    cluster.restart(1);
    cluster.receive(append(2, 1, 5, at(3, 4), &[], 3)).expect("the leader");
    let other = cluster.forward(1, "y");
    assert_eq!((forward.sequence, other.sequence), (1, 1), "only the life differs");
    cluster.receive(answer).expect("late");
    assert_eq!(cluster.server(1).forwarded.len(), 1, "it is no answer to the new one");
}

#[test]
fn a_server_never_passes_on_what_was_passed_on_to_it() {
    let mut cluster = follower();
    cluster.receive(request(3, 1, 5, 1)).expect("a peer that takes it for the leader");
    let refused = Err(ProposeError::NotLeader { leader: Some(id(2)) });
    let name = ForwardId { boot: Boot(1), sequence: 1 };
    assert_eq!(cluster.take_said(), [message(1, 3, 5, reply(name, refused))], "an answer, and nothing to S2");
    cluster.receive(request(3, 1, 4, 2)).expect("a peer of an earlier term");
    let name = ForwardId { boot: Boot(1), sequence: 2 };
    assert_eq!(cluster.take_said(), [message(1, 3, 5, reply(name, refused))], "in a term that tells it");
    assert_eq!(cluster.log_terms(1), [1, 1, 4]);
}

/// S1 led term 6 and took a proposal of S3. It has lost its quorum since, and follows nobody.
fn deposed_in_its_term() -> Cluster {
    let mut cluster = Cluster::alone_with(3, 5, &[], |settings| {
        (settings.check_quorum, settings.no_op_on_election) = (true, false);
    });
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 6, true)).expect("a vote");
    cluster.receive(request(3, 1, 6, 1)).expect("a follower");
    assert_eq!(cluster.log_terms(1), [6]);
    for _ in 0..9 {
        if cluster.node(1).role() == Role::Leader {
            cluster.time_out(1);
        }
    }
    assert_eq!((cluster.node(1).role(), cluster.term(1)), (Role::Follower, 6));
    cluster.take_said();
    cluster
}

#[test]
fn whoever_may_have_taken_it_does_not_say_that_it_is_in_no_log() {
    let mut cluster = deposed_in_its_term();
    cluster.receive(request(3, 1, 6, 1)).expect("the network doubled it");
    assert_eq!(cluster.take_said(), [], "that it does not lead any more would be a lie about the command");
    cluster.crash(1);
    cluster.restart(1);
    cluster.receive(request(3, 1, 6, 1)).expect("the network tripled it");
    assert_eq!(cluster.take_said(), []);
}

#[test]
fn a_name_that_belongs_to_no_member_is_neither_taken_nor_remembered() {
    let mut cluster = Cluster::alone(3, 5, &[]);
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 6, true)).expect("a vote");
    cluster.take_said();
    let before = cluster.node(1).clone();
    cluster.input(1, |node, now| node.receive(now, request(9, 1, 6, 1))).expect("put aside");
    assert_eq!(cluster.node(1).log(), before.log());
    cluster.run(1);
    assert_eq!((cluster.take_said(), cluster.node(1)), (vec![], &before));
}

#[test]
fn what_is_not_answered_in_time_is_unknown_and_a_late_answer_changes_nothing() {
    let mut cluster = follower();
    let forward = cluster.forward(1, "x");
    let deadline = cluster.node(1).deadline().expect("it waits");
    let timeout = cluster.node(1).config().settings().election_timeout_min;
    assert_eq!((deadline.timer, deadline.at), (Timer::Forward, cluster.now + timeout));
    cluster.time_out(1);
    assert_eq!(cluster.server(1).forwarded, [(forward, unknown(UnknownReason::TimedOut))]);
    cluster.receive(message(2, 1, 5, reply(forward, Ok(at(4, 5))))).expect("the leader");
    assert_eq!(cluster.server(1).forwarded.len(), 1);
    assert_ne!(cluster.node(1).deadline().map(|deadline| deadline.timer), Some(Timer::Forward));
}

#[test]
fn a_term_that_ends_before_the_answer_leaves_it_unknown() {
    let lost = unknown(UnknownReason::LeaderLost);
    let mut cluster = follower();
    let forward = cluster.forward(1, "x");
    cluster.receive(append(3, 1, 6, at(3, 4), &[], 3)).expect("the leader of the next term");
    assert_eq!(cluster.server(1).forwarded, [(forward, lost)]);
    cluster.receive(message(2, 1, 5, reply(forward, Ok(at(4, 5))))).expect("late");
    assert_eq!(cluster.server(1).forwarded, [(forward, lost)], "it was told, once");

    let mut cluster = follower();
    let forward = cluster.forward(1, "x");
    cluster.campaign(1);
    assert_eq!(cluster.server(1).forwarded, [(forward, lost)], "by its own campaign");
}

#[test]
fn what_a_lost_leader_took_is_superseded_when_another_entry_commits_there() {
    let mut cluster = led_by_1(5);
    cluster.partition(&[&[1, 3], &[2, 4, 5]]);
    let forward = cluster.forward(3, "never");
    cluster.deliver_all();
    assert_eq!(cluster.server(3).forwarded, [(forward, Forwarded::Appended(at(2, 1)))]);
    cluster.elect(2);
    assert_eq!(cluster.server(3).resolved, [], "it cannot know yet");
    cluster.heal();
    cluster.time_out(2);
    cluster.deliver_all();
    cluster.time_out(2);
    cluster.deliver_all();
    assert_eq!(cluster.server(3).resolved, [resolution(2, 1, Outcome::Superseded { by: Term(2) })]);
}

#[test]
fn an_answer_that_comes_after_the_entry_still_tells_what_became_of_it() {
    for compacted in [false, true] {
        let mut cluster = led_by_1(3);
        let forward = cluster.forward(3, "x");
        cluster.deliver(3, 1);
        let late = |message: &Message| matches!(message.body, Body::ProposalReply(_));
        let answer = cluster.wire.remove(cluster.wire.iter().position(late).expect("S1 has answered"));
        cluster.deliver_all();
        cluster.time_out(1);
        cluster.deliver_all();
        assert_eq!(cluster.server(3).applied_up_to(), LogIndex(2));
        if compacted {
            cluster.compact(3, 2).expect("it is applied");
        }
        assert_eq!(cluster.server(3).forwarded, []);
        cluster.receive(answer).expect("the leader");
        assert_eq!(cluster.server(3).forwarded, [(forward, Forwarded::Appended(at(2, 1)))]);
        assert_eq!(cluster.server(3).resolved, [resolution(2, 1, Outcome::Committed)], "compacted: {compacted}");
    }
}

#[test]
fn many_are_on_their_way_at_once_and_may_overtake_each_other() {
    let mut cluster = led_by_1(3);
    let forwards: Vec<_> = (0..40).map(|number| cluster.forward(3, &format!("{number}"))).collect();
    cluster.wire.reverse();
    (0..40).for_each(|_| cluster.deliver_nth(0));
    cluster.deliver_all();
    cluster.time_out(1);
    cluster.deliver_all();
    let told: Vec<_> = cluster.server(3).forwarded.iter().map(|(forward, _)| *forward).collect();
    assert_eq!(told, forwards.into_iter().rev().collect::<Vec<_>>());
    let committed = |resolution: &Resolution| match resolution.outcome {
        Outcome::Committed => resolution.last.0 - resolution.first.0 + 1,
        Outcome::Superseded { .. } | Outcome::Unknown { .. } => 0,
    };
    assert_eq!(cluster.server(3).resolved.iter().map(committed).sum::<u64>(), 40);
}

#[test]
fn answers_that_no_leader_gives_are_refused() {
    let mut cluster = follower();
    let forward = cluster.forward(1, "x");
    let before = cluster.node(1).clone();
    for (place, expected) in [
        (at(4, 4), Rejection::MalformedEntries { at: at(4, 4) }),
        (at(4, 6), Rejection::MalformedEntries { at: at(4, 6) }),
        (at(0, 5), Rejection::MalformedEntries { at: at(0, 5) }),
        (at(u64::MAX, 5), Rejection::OutOfRange),
    ] {
        assert_eq!(cluster.receive(message(2, 1, 5, reply(forward, Ok(place)))), Err(expected), "{place}");
        assert_eq!(cluster.node(1), &before);
    }
    let refused = cluster.receive(message(2, 1, Term::MAX.0 + 1, reply(forward, Ok(at(4, 5)))));
    assert_eq!(refused, Err(Rejection::OutOfRange));
    assert_eq!(cluster.receive(request(2, 1, 0, 1)), Err(Rejection::TermZero));
}

#[test]
fn the_term_is_durable_before_a_proposal_is_passed_on() {
    let mut cluster = Cluster::alone_with(3, 4, &[], forwards);
    cluster.hold_disk(1);
    cluster.receive(append(2, 1, 5, at(0, 0), &[], 0)).expect("the leader of a new term");
    cluster.forward(1, "x");
    assert_eq!(cluster.take_said(), [], "a crash could make it forget the term");
    cluster.release_disk(1);
    let passed_on = |message: &Message| matches!(message.body, Body::ProposalRequest(_)) && message.to == NodeId(2);
    assert_eq!(cluster.take_said().iter().filter(|message| passed_on(message)).count(), 1);
}

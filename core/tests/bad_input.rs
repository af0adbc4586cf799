//! Input that no correct peer and no correct host gives: each is refused with an error that names what was given, and
//! changes nothing.

mod harness;

use harness::{Cluster, accepted, append, at, entry, id, message, rejected, vote_reply, vote_request};
use raftarium_core::{Body, EntryId, LogIndex, Message, Node, Rejection, ReportError, Role, Term};

/// S1 of three in term 5, with the log 1 1 4 of which two entries are committed.
fn follower() -> Cluster {
    let mut cluster = Cluster::alone(3, 5, &[1, 1, 4]);
    cluster.receive(append(2, 1, 5, at(3, 4), &[], 2)).expect("the leader");
    assert_eq!(cluster.commit(1), 2);
    cluster
}

/// S1 of three, the leader of term 6, with the same log.
fn leader() -> Cluster {
    let mut cluster = follower();
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 6, true)).expect("a vote");
    assert_eq!(cluster.node(1).role(), Role::Leader);
    cluster
}

fn assert_refused(mut cluster: Cluster, message: Message, expected: Rejection) {
    let before = cluster.node(1).clone();
    let told = format!("{message:?}");
    cluster.now = cluster.now + core::time::Duration::from_secs(1);
    let refused = cluster.input(1, |node, now| node.receive(now, message));
    assert_eq!(refused, Err(expected), "{told}");
    assert_eq!(cluster.node(1), &before, "{told}");
    assert!(expected.to_string().len() > 20, "{expected}");
}

#[test]
fn messages_that_are_not_for_this_server() {
    let wrong = Rejection::WrongReceiver { to: id(3), here: id(1) };
    assert_refused(follower(), vote_request(2, 3, 9, EntryId::ZERO), wrong);
    assert_refused(follower(), vote_request(1, 1, 9, EntryId::ZERO), Rejection::FromSelf);
}

#[test]
fn terms_and_indexes_that_could_not_grow_or_never_were() {
    let huge = u64::MAX;
    for message in [
        vote_request(2, 1, huge, EntryId::ZERO),
        vote_request(2, 1, 9, at(huge, 4)),
        vote_reply(2, 1, huge, true),
        append(2, 1, huge, at(1, 1), &[], 0),
        append(2, 1, 5, at(huge, 4), &[], 0),
        append(2, 1, 5, at(huge - 1, 4), &[], 0),
        append(2, 1, 5, at(1, 1), &[], huge),
        accepted(2, 1, huge, 1),
        rejected(2, 1, 5, huge, at(1, 1)),
        rejected(2, 1, 5, 1, at(huge, 1)),
    ] {
        assert_refused(follower(), message, Rejection::OutOfRange);
    }
    for message in [
        vote_request(2, 1, 0, EntryId::ZERO),
        vote_reply(2, 1, 0, true),
        append(2, 1, 0, EntryId::ZERO, &[], 0),
        accepted(2, 1, 0, 0),
        rejected(2, 1, 0, 0, EntryId::ZERO),
    ] {
        assert_refused(Cluster::alone(3, 0, &[]), message.clone(), Rejection::TermZero);
        assert_refused(follower(), message, Rejection::TermZero);
    }
}

#[test]
fn entries_that_no_log_can_have() {
    let with = |prev: EntryId, entries: &[(u64, u64)]| {
        let mut message = append(2, 1, 5, prev, &[], 0);
        if let Body::AppendRequest(request) = &mut message.body {
            request.entries = entries.iter().map(|&(index, term)| entry(index, term)).collect();
        }
        message
    };
    for (message, wrong) in [
        (with(at(3, 4), &[(5, 5)]), at(5, 5)),
        (with(at(3, 4), &[(3, 5)]), at(3, 5)),
        (with(at(3, 4), &[(4, 5), (6, 5)]), at(6, 5)),
        (with(at(3, 4), &[(4, 3)]), at(4, 3)),
        (with(at(3, 4), &[(4, 5), (5, 4)]), at(5, 4)),
        (with(at(3, 4), &[(4, 6)]), at(4, 6)),
        (with(at(3, 6), &[]), at(3, 6)),
        (with(EntryId::ZERO, &[(1, 0)]), at(1, 0)),
        (with(at(0, 1), &[]), at(0, 1)),
        (with(at(3, 0), &[]), at(3, 0)),
        (vote_request(2, 1, 6, at(9, 7)), at(9, 7)),
        (vote_request(2, 1, 6, at(0, 7)), at(0, 7)),
        (vote_request(2, 1, 6, at(9, 0)), at(9, 0)),
    ] {
        assert_refused(follower(), message, Rejection::MalformedEntries { at: wrong });
    }
}

#[test]
fn what_is_committed_cannot_be_replaced() {
    for (message, entry) in [
        (append(2, 1, 5, at(1, 1), &[2], 0), at(2, 2)),
        (append(2, 1, 6, EntryId::ZERO, &[1, 3, 3], 0), at(2, 3)),
        (append(2, 1, 5, at(2, 4), &[], 0), at(2, 4)),
        (append(2, 1, 5, at(1, 2), &[2], 0), at(1, 2)),
    ] {
        assert_refused(follower(), message, Rejection::ConflictsWithCommitted { entry, commit: LogIndex(2) });
    }
}

#[test]
fn what_the_snapshot_holds_cannot_be_replaced() {
    let durable =
        raftarium_core::DurableState { base: at(10, 3), applied: LogIndex(10), ..harness::disk_with(3, 4, &[]) };
    let now = raftarium_core::Instant::ZERO;
    let mut node = Node::start(id(1), Default::default(), durable, raftarium_core::Boot(1), now).expect("a disk");
    let before = node.clone();
    let refused = node.receive(now, append(2, 1, 4, at(8, 2), &[2, 2, 4], 0));
    assert_eq!(refused, Err(Rejection::ConflictsWithCommitted { entry: at(10, 2), commit: LogIndex(10) }));
    assert_eq!(node, before);
}

#[test]
fn a_second_leader_of_the_term() {
    let other = Rejection::SecondLeader { term: Term(6), other: id(3) };
    assert_refused(leader(), append(3, 1, 6, at(3, 4), &[], 0), other);
}

#[test]
fn a_follower_that_claims_more_than_there_is() {
    let claim = |matched| Rejection::MatchBeyondLog { matched: LogIndex(matched), last: LogIndex(3) };
    assert_refused(leader(), accepted(2, 1, 6, 4), claim(4));
    assert_refused(leader(), accepted(2, 1, 6, u64::MAX), claim(u64::MAX));
    assert_refused(leader(), accepted(9, 1, 6, 4), claim(4));
}

#[test]
fn indexes_that_are_not_being_applied() {
    let mut cluster = follower();
    let before = cluster.node(1).clone();
    for index in [0, 1, 2, 3, u64::MAX] {
        let refused = cluster.input(1, |node, now| node.applied(now, LogIndex(index)));
        let (index, applied, handed_out) = (LogIndex(index), LogIndex(2), LogIndex(2));
        assert_eq!(refused, Err(ReportError::NotBeingApplied { index, applied, handed_out }));
        assert_eq!(cluster.node(1), &before);
    }
}

#[test]
fn strange_but_harmless_messages_are_put_aside() {
    for message in [
        message(9, 1, 6, vote_reply(9, 1, 6, true).body),
        accepted(9, 1, 6, 3),
        rejected(9, 1, 6, 3, at(1, 1)),
        rejected(2, 1, 6, 99, at(99, 9)),
        vote_reply(3, 1, 6, false),
    ] {
        let mut cluster = leader();
        cluster.receive(message.clone()).expect("nothing that would be a lie");
        assert_eq!((cluster.node(1).role(), cluster.commit(1)), (Role::Leader, 2), "{message:?}");
    }
}

#[test]
fn the_greatest_term_can_be_reached_and_does_no_harm() {
    let mut cluster = follower();
    cluster.receive(vote_request(2, 1, Term::MAX.0, at(3, 4))).expect("the greatest term");
    assert_eq!(cluster.node(1).deadline(), None, "no election can follow, so nothing is waited for");
    let before = cluster.node(1).clone();
    let refused = cluster.step(1, |node, now| node.campaign(now));
    assert_eq!(refused, Err(raftarium_core::CampaignError::LastTerm));
    assert_eq!(cluster.node(1), &before);
    cluster.now = raftarium_core::Instant::MAX;
    cluster.step(1, Node::wake);
    assert_eq!(cluster.node(1).hard_state().term, Term::MAX);

    cluster.crash(1);
    cluster.restart(1);
    assert_eq!(cluster.node(1).hard_state().vote, Some(id(2)), "what it wrote, it can start from");
}

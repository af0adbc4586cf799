//! Figure 2, "AppendEntries RPC".

use raftarium_core::{AppendReply, AppendRequest, Body, EntryId, LogIndex, Message, Outcome, ProposeError, Role, Term};

use crate::harness::{Cluster, accepted, append, at, entry, id, message, rejected, vote_reply};

/// A follower of term 5 with a log of these terms, and what it says to `message`.
fn answer(log: &[u64], message: Message) -> (Cluster, Message) {
    let mut cluster = Cluster::alone(3, 5, log);
    cluster.receive(message).expect("a correct leader");
    let mut said = cluster.take_said();
    assert_eq!(said.len(), 1, "{said:?}");
    (cluster, said.remove(0))
}

fn is_success(message: &Message) -> bool {
    matches!(message.body, Body::AppendReply(AppendReply::Accepted { .. }))
}

/// S1 of three leads term 5, after a log 1 1.
fn leader() -> Cluster {
    let mut cluster = Cluster::alone(3, 4, &[1, 1]);
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 5, true)).expect("a vote");
    cluster
}

#[test]
fn figure_2_append_entries_carries_the_leaders_term_name_previous_entry_new_entries_and_commit_index() {
    let mut cluster = leader();
    cluster.receive(accepted(2, 1, 5, 2)).expect("it agrees");
    cluster.take_said();
    cluster.step(1, |node, now| {
        (0..2).for_each(|_| _ = node.propose(now, "x".into()).expect("the leader"));
    });
    let entries = cluster.node(1).log().between(LogIndex(2), LogIndex(4)).to_vec();
    assert_eq!(entries.len(), 2, "it may be more than one, for efficiency");
    let mut request = AppendRequest { prev: at(2, 1), entries, commit: LogIndex(0), round: 0 };
    assert_eq!(cluster.take_said()[0], message(1, 2, 5, Body::AppendRequest(request.clone())));
    cluster.receive(accepted(2, 1, 5, 4)).expect("it has them");
    cluster.time_out(1);
    let heartbeats: Vec<_> = cluster.take_said().into_iter().filter(|message| message.to == id(2)).collect();
    let Body::AppendRequest(heartbeat) = &heartbeats[0].body else { panic!("{heartbeats:?}") };
    (request.prev, request.commit, request.round) = (at(4, 5), LogIndex(4), heartbeat.round);
    request.entries.clear();
    assert_eq!(heartbeat, &request, "empty for a heartbeat");
}

#[test]
fn figure_2_append_entries_names_the_leader_so_that_followers_can_redirect_clients() {
    let mut cluster = Cluster::alone(3, 5, &[]);
    cluster.receive(append(3, 1, 5, EntryId::ZERO, &[], 0)).expect("the leader");
    assert_eq!(cluster.propose(1, "x"), Err(ProposeError::NotLeader { leader: Some(id(3)) }));
}

#[test]
fn figure_2_append_entries_results_carry_the_current_term_for_the_leader_to_update_itself() {
    let mut cluster = leader();
    let (_, refusal) = answer(&[1], append(2, 1, 4, at(1, 1), &[], 0));
    assert_eq!(refusal.term, Term(5), "a follower of term 5 refuses a leader of term 4, and says why");
    cluster.receive(rejected(2, 1, 9, 2, at(1, 1))).expect("a follower of term 9");
    assert_eq!((cluster.node(1).role(), cluster.term(1)), (Role::Follower, 9));
}

#[test]
fn figure_2_append_entries_results_are_a_success_if_the_previous_entry_is_there() {
    for (prev, there) in
        [(EntryId::ZERO, true), (at(1, 1), true), (at(2, 3), true), (at(2, 2), false), (at(3, 3), false)]
    {
        let (_, said) = answer(&[1, 3], append(2, 1, 5, prev, &[5], 0));
        assert_eq!(is_success(&said), there, "after {prev}");
    }
}

#[test]
fn figure_2_append_entries_1_a_leader_of_an_earlier_term_is_answered_with_false() {
    for term in [1, 4, 5] {
        let (cluster, said) = answer(&[1], append(2, 1, term, at(1, 1), &[term], 1));
        let current = term == 5;
        assert_eq!((is_success(&said), said.term), (current, Term(5)), "term {term}");
        assert_eq!((cluster.log_terms(1).len() == 2, cluster.commit(1) == 1), (current, current), "term {term}");
        assert_eq!(cluster.node(1).leader().is_some(), current, "term {term}");
    }
}

#[test]
fn figure_2_append_entries_2_without_the_previous_entry_the_answer_is_false_and_nothing_changes() {
    for (what, prev) in [("there is none at that index", at(4, 3)), ("it is of another term", at(3, 2))] {
        let (cluster, said) = answer(&[1, 1, 3], append(2, 1, 5, prev, &[5, 5], 3));
        assert!(!is_success(&said), "{what}");
        assert_eq!((cluster.log_terms(1), cluster.commit(1)), (vec![1, 1, 3], 0), "{what}");
    }
}

#[test]
fn figure_2_append_entries_3_conflicting_entries_are_deleted_with_all_that_follow() {
    for (theirs, kept) in [(&[1, 4][..], &[1, 1, 4][..]), (&[4], &[1, 4]), (&[1, 3, 3, 5], &[1, 1, 3, 3, 5])] {
        let (cluster, said) = answer(&[1, 1, 3, 3, 3], append(2, 1, 5, at(1, 1), theirs, 0));
        assert!(is_success(&said));
        assert_eq!(cluster.log_terms(1), kept, "after {theirs:?}");
        assert_eq!(cluster.server(1).disk.durable.entries.len(), kept.len(), "on its disk, too");
    }
}

#[test]
fn figure_2_append_entries_3_and_nothing_is_deleted_without_a_conflict() {
    for theirs in [&[][..], &[1], &[1, 3]] {
        let (cluster, _) = answer(&[1, 1, 3, 3], append(2, 1, 5, at(1, 1), theirs, 0));
        assert_eq!(cluster.log_terms(1), [1, 1, 3, 3], "a message that came late, with {theirs:?}");
    }
}

#[test]
fn figure_2_append_entries_4_entries_that_are_not_in_the_log_are_appended() {
    let (cluster, _) = answer(&[1, 1], append(2, 1, 5, at(1, 1), &[1, 2, 5], 0));
    assert_eq!(cluster.node(1).log().entries(), [entry(1, 1), entry(2, 1), entry(3, 2), entry(4, 5)]);
}

#[test]
fn figure_2_append_entries_5_the_commit_index_is_the_leaders_or_the_last_new_entry_whichever_is_less() {
    for (prev, theirs, leader_commit, expected) in [
        (at(2, 1), &[5, 5][..], 0, 0),
        (at(2, 1), &[5, 5], 1, 1),
        (at(2, 1), &[5, 5], 3, 3),
        (at(2, 1), &[5, 5], 9, 4),
        // A heartbeat says nothing about what follows the entry before it.
        (at(1, 1), &[], 2, 1),
        (at(2, 1), &[], 2, 2),
    ] {
        let (cluster, _) = answer(&[1, 1], append(2, 1, 5, prev, theirs, leader_commit));
        assert_eq!(cluster.commit(1), expected, "{theirs:?} after {prev}, and the leader's is {leader_commit}");
    }
}

#[test]
fn figure_2_append_entries_is_sent_again_from_next_index_until_the_follower_has_everything() {
    let mut cluster = leader();
    cluster.propose(1, "x").expect("the leader");
    cluster.take_said();
    // The follower's log is empty: it refuses what comes after index 2.
    cluster.receive(rejected(2, 1, 5, 2, EntryId::ZERO)).expect("a refusal");
    let said = cluster.take_said();
    let Body::AppendRequest(request) = &said[0].body else { panic!("{said:?}") };
    assert_eq!((request.prev, request.entries.len()), (EntryId::ZERO, 3), "as far back as it must, and no further");
    cluster.receive(accepted(2, 1, 5, 3)).expect("it has all");
    let follower = &cluster.node(1).followers()[0];
    assert_eq!((follower.matched(), follower.next()), (LogIndex(3), LogIndex(4)));
    assert_eq!(cluster.server(1).resolved.iter().map(|told| told.outcome).collect::<Vec<_>>(), [Outcome::Committed]);
}

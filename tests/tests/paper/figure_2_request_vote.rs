//! Figure 2, "RequestVote RPC".

use raftarium_core::{Body, EntryId, Role};

use crate::harness::{Cluster, at, id, vote_reply, vote_request};

#[test]
fn figure_2_request_vote_carries_the_candidates_term_name_and_last_entry() {
    for (log, last) in [(&[][..], EntryId::ZERO), (&[1, 3, 3], at(3, 3))] {
        let mut cluster = Cluster::alone(3, 4, log);
        cluster.campaign(1);
        let said = cluster.take_said();
        assert_eq!(said, [vote_request(1, 2, 5, last), vote_request(1, 3, 5, last)]);
    }
}

#[test]
fn figure_2_request_vote_results_carry_the_current_term_for_the_candidate_to_update_itself() {
    let mut cluster = Cluster::alone(3, 7, &[]);
    cluster.receive(vote_request(2, 1, 6, EntryId::ZERO)).expect("a candidate of an earlier term");
    assert_eq!(cluster.take_said(), [vote_reply(1, 2, 7, false)]);
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 9, false)).expect("a voter of a later term");
    assert_eq!((cluster.node(1).role(), cluster.term(1)), (Role::Follower, 9));
}

#[test]
fn figure_2_request_vote_results_are_true_if_and_only_if_the_candidate_has_the_vote() {
    let mut cluster = Cluster::alone(3, 4, &[1]);
    for (candidate, last, granted) in [(2, EntryId::ZERO, false), (2, at(1, 1), true), (3, at(1, 1), false)] {
        cluster.receive(vote_request(candidate, 1, 5, last)).expect("a candidate");
        assert_eq!(cluster.take_said(), [vote_reply(1, candidate, 5, granted)]);
        assert_eq!(cluster.node(1).hard_state().vote == Some(id(candidate)), granted);
    }
}

#[test]
fn figure_2_request_vote_1_a_candidate_of_an_earlier_term_is_answered_with_false() {
    for (term, granted) in [(1, false), (4, false), (5, true), (6, true)] {
        let mut cluster = Cluster::alone(3, 5, &[]);
        cluster.receive(vote_request(2, 1, term, EntryId::ZERO)).expect("a candidate");
        assert_eq!(cluster.take_said(), [vote_reply(1, 2, term.max(5), granted)], "term {term}");
    }
}

#[test]
fn figure_2_request_vote_2_whoever_has_not_voted_or_has_for_this_candidate_votes() {
    for (voted_for, granted) in [(None, true), (Some(2), true), (Some(3), false), (Some(1), false)] {
        let mut cluster = Cluster::alone(3, 5, &[]);
        cluster.crash(1);
        cluster.server_mut(1).disk.durable.hard_state.vote = voted_for.map(id);
        cluster.restart(1);
        cluster.receive(vote_request(2, 1, 5, EntryId::ZERO)).expect("a candidate");
        assert_eq!(cluster.take_said(), [vote_reply(1, 2, 5, granted)], "it voted for {voted_for:?}");
    }
}

#[test]
fn figure_2_request_vote_2_and_only_if_the_candidates_log_is_at_least_as_up_to_date() {
    // All pairs of logs of up to three entries in terms 1 to 3, against the words of §5.4.1.
    let logs: Vec<Vec<u64>> = (0..=3_u64)
        .flat_map(|first| (0..=3_u64).flat_map(move |second| (0..=3_u64).map(move |third| vec![first, second, third])))
        .map(|terms| terms.into_iter().filter(|&term| term > 0).collect())
        .filter(|terms: &Vec<u64>| terms.is_sorted())
        .collect();
    for (ours, theirs) in logs.iter().flat_map(|ours| logs.iter().map(move |theirs| (ours, theirs))) {
        let mut cluster = Cluster::alone(3, 3, ours);
        let last = theirs.last().map_or(EntryId::ZERO, |&term| at(theirs.len() as u64, term));
        cluster.receive(vote_request(2, 1, 4, last)).expect("a candidate");
        // "If the logs have last entries with different terms, then the log with the later term is more up-to-date. If
        // the logs end with the same term, then whichever log is longer is more up-to-date."
        let up_to_date = match (theirs.last(), ours.last()) {
            (Some(theirs_last), Some(ours_last)) if theirs_last == ours_last => theirs.len() >= ours.len(),
            (theirs_last, ours_last) => theirs_last >= ours_last,
        };
        assert_eq!(cluster.take_said(), [vote_reply(1, 2, 4, up_to_date)], "ours {ours:?}, theirs {theirs:?}");
    }
}

#[test]
fn figure_2_request_vote_asks_all_the_others_and_each_answers() {
    let mut cluster = Cluster::of(5);
    cluster.campaign(3);
    assert_eq!([1, 2, 3, 4, 5].map(|to| cluster.on_wire(3, to).len()), [1, 1, 0, 1, 1]);
    [1, 2, 4, 5].into_iter().for_each(|to| cluster.deliver(3, to));
    for from in [1, 2, 4, 5] {
        let answers = cluster.on_wire(from, 3);
        assert!(matches!(answers[..], [Body::VoteReply(reply)] if reply.granted), "{answers:?}");
    }
}

//! Figure 2, "Rules for Servers".

use raftarium_core::{
    AppendReply, Body, EntryId, Event, LogIndex, Message, Node, Outcome, ProgressState, Role, Term, Timer,
};

use crate::harness::{Cluster, accepted, append, at, entry, id, rejected, vote_reply, vote_request};

/// S1 of `size` leads term 5, after a log of these terms, and has said hello.
fn leader(size: u64, log: &[u64]) -> Cluster {
    let mut cluster = Cluster::alone(size, 4, log);
    cluster.campaign(1);
    for voter in 2..=size / 2 + 1 {
        cluster.receive(vote_reply(voter, 1, 5, true)).expect("a vote");
    }
    assert_eq!(cluster.node(1).role(), Role::Leader);
    cluster.take_said();
    cluster
}

fn requests(said: &[Message]) -> Vec<(u64, EntryId, usize)> {
    let request = |message: &Message| {
        let Body::AppendRequest(request) = &message.body else { return None };
        Some((message.to.0, request.prev, request.entries.len()))
    };
    said.iter().filter_map(request).collect()
}

#[test]
fn figure_2_all_servers_1_what_is_committed_and_not_applied_is_applied_in_order() {
    let mut cluster = Cluster::alone(3, 5, &[1, 1, 2, 5]);
    let all: Vec<_> = [(1, 1), (2, 1), (3, 2), (4, 5)].map(|(index, term)| entry(index, term)).into();
    for commit in [2, 2, 3, 1, 4] {
        cluster.receive(append(2, 1, 5, at(4, 5), &[], commit)).expect("the leader");
        let committed = usize::try_from(cluster.commit(1)).expect("small");
        assert_eq!(cluster.server(1).applied, all[..committed]);
    }
    assert_eq!(cluster.server(1).applied, all);
}

#[test]
fn figure_2_all_servers_2_a_higher_term_in_a_request_or_an_answer_makes_a_follower_of_that_term() {
    for message in [
        vote_request(2, 1, 9, EntryId::ZERO),
        vote_reply(2, 1, 9, false),
        append(2, 1, 9, at(7, 7), &[], 0),
        accepted(2, 1, 9, 0),
        rejected(2, 1, 9, 1, EntryId::ZERO),
    ] {
        for campaigns in [false, true] {
            let mut cluster = if campaigns { Cluster::alone(3, 4, &[1]) } else { leader(3, &[1]) };
            if campaigns {
                cluster.campaign(1);
            }
            cluster.receive(message.clone()).expect("a peer of term 9");
            assert_eq!((cluster.node(1).role(), cluster.term(1)), (Role::Follower, 9), "{message:?}");
        }
    }
}

#[test]
fn figure_2_followers_1_answer_candidates_and_leaders_and_say_nothing_on_their_own() {
    let mut cluster = Cluster::alone(3, 5, &[1]);
    for message in [
        append(2, 1, 5, at(1, 1), &[], 0),
        append(2, 1, 5, at(1, 1), &[5], 1),
        append(2, 1, 5, at(9, 5), &[5], 1),
        append(3, 1, 4, at(1, 1), &[], 0),
        vote_request(3, 1, 5, at(2, 5)),
        vote_request(3, 1, 4, at(2, 4)),
    ] {
        let from = message.from;
        cluster.receive(message.clone()).expect("a peer");
        let said = cluster.take_said();
        assert!(said.len() == 1 && said[0].to == from, "one answer to {message:?}: {said:?}");
        cluster.step(1, Node::wake);
        assert_eq!(cluster.take_said(), []);
    }
}

#[test]
fn figure_2_followers_2_campaign_after_an_election_timeout_without_a_leader_and_without_giving_a_vote() {
    for (what, message) in [
        ("nothing is heard", None),
        ("a leader's message", Some(append(2, 1, 5, EntryId::ZERO, &[], 0))),
        ("a vote given", Some(vote_request(2, 1, 5, EntryId::ZERO))),
    ] {
        let mut cluster = Cluster::alone(3, 5, &[]);
        let first = cluster.node(1).deadline().expect("a voter").at;
        cluster.now = first;
        if let Some(message) = &message {
            cluster.receive(message.clone()).expect(what);
        }
        cluster.step(1, Node::wake);
        let expected = if message.is_none() { Role::Candidate } else { Role::Follower };
        assert_eq!(cluster.node(1).role(), expected, "{what}");
        cluster.time_out(1);
        assert_eq!(cluster.node(1).role(), Role::Candidate, "{what}, and then a whole timeout passes");
    }
}

#[test]
fn figure_2_candidates_1_a_new_candidate_increments_its_term_votes_for_itself_waits_anew_and_asks_all() {
    let mut cluster = Cluster::alone(4, 5, &[1, 2]);
    cluster.time_out(1);
    let node = cluster.node(1);
    assert_eq!(node.hard_state().term, Term(6), "increments its term");
    assert_eq!(node.hard_state().vote, Some(id(1)), "votes for itself");
    let deadline = node.deadline().expect("a candidate waits");
    assert_eq!((deadline.timer, deadline.since), (Timer::Election, cluster.now), "resets its timer");
    let last = at(2, 2);
    let asked = [2, 3, 4].map(|voter| vote_request(1, voter, 6, last));
    assert_eq!(cluster.take_said(), asked, "asks all others");
}

#[test]
fn figure_2_candidates_2_the_votes_of_a_majority_make_a_leader() {
    for size in 1..=9 {
        let mut cluster = Cluster::alone(size, 0, &[]);
        cluster.campaign(1);
        let mut votes = 1;
        while cluster.node(1).role() == Role::Candidate {
            assert!(votes * 2 <= size, "{votes} of {size} votes are a majority");
            votes += 1;
            cluster.receive(vote_reply(votes, 1, 1, true)).expect("a vote");
        }
        assert!(cluster.node(1).role() == Role::Leader && votes * 2 > size, "{votes} of {size} votes");
    }
}

#[test]
fn figure_2_candidates_3_the_message_of_a_new_leader_makes_a_follower() {
    for (term, role) in [(5, Role::Candidate), (6, Role::Follower), (7, Role::Follower)] {
        let mut cluster = Cluster::alone(3, 5, &[]);
        cluster.campaign(1);
        cluster.receive(append(2, 1, term, EntryId::ZERO, &[], 0)).expect("a leader, or a late one");
        assert_eq!(cluster.node(1).role(), role, "a leader of term {term}, and a candidate of term 6");
    }
}

#[test]
fn figure_2_candidates_4_an_election_timeout_starts_a_new_election() {
    let mut cluster = Cluster::alone(3, 5, &[]);
    for term in 6..=9 {
        cluster.time_out(1);
        assert_eq!((cluster.node(1).role(), cluster.term(1)), (Role::Candidate, term));
        assert_eq!(cluster.take_said().len(), 2, "all are asked again");
    }
}

#[test]
fn figure_2_leaders_1_say_hello_at_once_and_again_while_there_is_nothing_to_do() {
    let mut cluster = Cluster::alone(3, 4, &[1]);
    cluster.campaign(1);
    cluster.take_said();
    cluster.receive(vote_reply(2, 1, 5, true)).expect("a vote");
    let hello = [(2, at(1, 1), 0), (3, at(1, 1), 0)];
    assert_eq!(requests(&cluster.take_said()), hello, "upon election");
    let timeout = cluster.node(1).config().settings().election_timeout_min;
    for _ in 0..4 {
        let before = cluster.now;
        cluster.time_out(1);
        assert!(cluster.now < before + timeout, "before anybody can time out");
        assert_eq!(requests(&cluster.take_said()), hello, "while idle");
    }
}

#[test]
fn figure_2_leaders_2_a_command_is_appended_and_answered_when_it_is_applied() {
    let mut cluster = leader(3, &[1]);
    let proposed = cluster.propose(1, "x").expect("the leader");
    assert!(cluster.node(1).log().contains(proposed));
    assert!(cluster.server(1).resolved.is_empty() && cluster.server(1).applied.is_empty());
    cluster.receive(accepted(2, 1, 5, 2)).expect("it has the command");
    assert_eq!(cluster.server(1).applied_up_to(), proposed.index);
    assert_eq!(cluster.server(1).resolved.iter().map(|told| told.outcome).collect::<Vec<_>>(), [Outcome::Committed]);
}

#[test]
fn figure_2_leaders_3_followers_that_lack_entries_are_sent_those_from_next_index_on() {
    let mut cluster = leader(3, &[1, 1]);
    for follower in [2, 3] {
        cluster.receive(accepted(follower, 1, 5, 2)).expect("an answer to the hello");
    }
    cluster.step(1, |node, now| (0..3).for_each(|_| _ = node.propose(now, "x".into()).expect("the leader")));
    assert_eq!(requests(&cluster.take_said()), [(2, at(2, 1), 3), (3, at(2, 1), 3)]);
}

#[test]
fn figure_2_leaders_3_success_moves_next_index_and_match_index() {
    let mut cluster = leader(3, &[1, 1]);
    cluster.propose(1, "x").expect("the leader");
    for (matched, next) in [(2, 3), (3, 4)] {
        cluster.receive(accepted(2, 1, 5, matched)).expect("an answer");
        let follower = &cluster.node(1).followers()[0];
        assert!(follower.matched() == LogIndex(matched) && follower.next() >= LogIndex(next), "{follower:?}");
    }
    assert_eq!(cluster.node(1).followers()[0].next(), LogIndex(4));
}

#[test]
fn figure_2_leaders_3_inconsistency_moves_next_index_back_and_is_tried_again() {
    // A follower that can only say "no, not after this one": it is asked about one index after the other.
    let mut cluster = leader(3, &[1, 2, 3, 4]);
    for index in [4, 3, 2, 1] {
        assert_eq!(cluster.node(1).followers()[0].next(), LogIndex(index + 1));
        cluster.receive(rejected(2, 1, 5, index, at(index, 4))).expect("a refusal");
        let said = requests(&cluster.take_said());
        assert_eq!(said[0].1.index, LogIndex(index - 1), "tried again: {said:?}");
    }
    cluster.receive(accepted(2, 1, 5, 4)).expect("at the beginning, all logs agree");
    assert_eq!(cluster.node(1).followers()[0].state(), ProgressState::Replicate);
}

#[test]
fn figure_2_leaders_4_what_a_majority_has_is_committed_if_it_is_of_the_current_term() {
    // Log 1 4 5 5, the followers' matchIndex, and what is committed by the leader of term 5.
    for (matched, commit) in [
        ([0, 0, 0, 0], 0),
        ([4, 0, 0, 0], 0),
        ([2, 2, 2, 2], 0),
        ([3, 2, 2, 2], 0),
        ([3, 3, 0, 0], 3),
        ([4, 3, 0, 0], 3),
        ([4, 4, 0, 0], 4),
        ([4, 4, 4, 4], 4),
    ] {
        let mut cluster = leader(5, &[1, 4]);
        cluster.propose(1, "x").expect("the leader");
        cluster.propose(1, "y").expect("the leader");
        for (follower, matched) in (2..).zip(matched) {
            cluster.receive(accepted(follower, 1, 5, matched)).expect("an answer");
        }
        assert_eq!(cluster.commit(1), commit, "{matched:?}");
    }
}

#[test]
fn figure_2_leaders_never_delete_what_is_in_their_log() {
    // Whatever followers say: "Leader Append-Only", the second property of Figure 3.
    let mut cluster = leader(3, &[1, 4]);
    cluster.propose(1, "x").expect("the leader");
    let log = cluster.node(1).log().clone();
    for answer in [
        rejected(2, 1, 5, 2, EntryId::ZERO),
        rejected(3, 1, 5, 2, at(1, 1)),
        accepted(2, 1, 5, 0),
        vote_reply(3, 1, 5, false),
        vote_request(3, 1, 5, at(9, 4)),
        append(3, 1, 4, EntryId::ZERO, &[2, 2, 2], 3),
    ] {
        cluster.receive(answer.clone()).expect("it may come");
        assert_eq!(cluster.node(1).log(), &log, "after {answer:?}");
    }
    assert!(!cluster.server(1).events.iter().any(|event| matches!(event, Event::Truncated { .. })));
    let said = cluster.take_said();
    let refuses = |message: &Message| matches!(message.body, Body::AppendReply(AppendReply::Rejected { .. }));
    assert_eq!(said.iter().filter(|message| refuses(message)).count(), 1, "the leader of term 4: {said:?}");
}

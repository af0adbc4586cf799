//! Figure 2, "State".

use raftarium_core::{EntryId, LogIndex, Payload, Term};

use crate::harness::{
    Cluster, accepted, append, at, chunk, entry, id, rejected, snapshot_of, vote_reply, vote_request,
};

#[test]
fn figure_2_state_current_term_starts_at_0_and_only_grows() {
    let mut cluster = Cluster::alone(3, 0, &[]);
    assert_eq!(cluster.term(1), 0);
    for (heard, now) in [(3, 3), (1, 3), (7, 7), (5, 7)] {
        cluster.receive(append(2, 1, heard, EntryId::ZERO, &[], 0)).expect("a leader, or a late one");
        assert_eq!(cluster.term(1), now, "after a message of term {heard}");
    }
    cluster.crash(1);
    cluster.restart(1);
    assert_eq!(cluster.term(1), 7, "it is persistent");
}

#[test]
fn figure_2_state_voted_for_is_nobody_until_a_vote_is_given_and_again_in_a_new_term() {
    let mut cluster = Cluster::alone(3, 0, &[]);
    let vote = |cluster: &Cluster| cluster.node(1).hard_state().vote;
    assert_eq!(vote(&cluster), None);
    cluster.receive(vote_request(2, 1, 1, EntryId::ZERO)).expect("a candidate");
    assert_eq!(vote(&cluster), Some(id(2)));
    cluster.crash(1);
    cluster.restart(1);
    assert_eq!(vote(&cluster), Some(id(2)), "it is persistent");
    cluster.receive(append(3, 1, 2, EntryId::ZERO, &[], 0)).expect("the leader of the next term");
    assert_eq!(vote(&cluster), None);
}

#[test]
fn figure_2_state_the_log_starts_at_index_1_and_holds_commands_with_the_term_of_their_leader() {
    let mut cluster = Cluster::alone_with(1, 4, &[], |settings| settings.no_op_on_election = false);
    cluster.campaign(1);
    for command in ["x", "y"] {
        cluster.propose(1, command).expect("the leader");
    }
    let log: Vec<_> = cluster.node(1).log().entries().iter().map(|entry| (entry.id, entry.payload.clone())).collect();
    let command = |command: &'static str| Payload::Command(command.into());
    assert_eq!(log, [(at(1, 5), command("x")), (at(2, 5), command("y"))]);
    cluster.crash(1);
    cluster.restart(1);
    let again: Vec<_> = cluster.node(1).log().entries().iter().map(|entry| (entry.id, entry.payload.clone())).collect();
    assert_eq!(again, log, "it is persistent");
}

#[test]
fn figure_2_state_term_vote_and_log_are_on_stable_storage_before_any_answer() {
    for (what, message) in [
        ("a vote", vote_request(2, 1, 5, at(1, 1))),
        ("a refused vote in a new term", vote_request(2, 1, 6, EntryId::ZERO)),
        ("a heartbeat of a new term", append(2, 1, 6, at(1, 1), &[], 0)),
        ("an entry that does not fit, in a new term", append(2, 1, 6, at(9, 5), &[6], 0)),
        ("an entry", append(2, 1, 5, at(1, 1), &[5], 0)),
        ("an entry that replaces another", append(2, 1, 5, EntryId::ZERO, &[5], 0)),
        ("a snapshot", chunk(2, 1, 5, at(3, 4), 0, &snapshot_of(&[1, 1, 4]), true)),
    ] {
        let mut cluster = Cluster::alone(3, 5, &[1]);
        cluster.hold_disk(1);
        cluster.receive(message).expect(what);
        assert_eq!(cluster.take_said(), [], "{what}: nothing is said while nothing is written");
        // `Cluster` checks what is on the disk as the message leaves.
        cluster.release_disk(1);
        assert_eq!(cluster.take_said().len(), 1, "{what}");
    }
}

#[test]
fn figure_2_state_commit_index_starts_at_0_and_only_grows() {
    let mut cluster = Cluster::alone(3, 5, &[1, 1, 2]);
    assert_eq!(cluster.commit(1), 0);
    for (leader_commit, now) in [(1, 1), (3, 3), (2, 3), (0, 3)] {
        cluster.receive(append(2, 1, 5, at(3, 2), &[], leader_commit)).expect("the leader");
        assert_eq!(cluster.commit(1), now, "after a message with {leader_commit}");
    }
}

#[test]
fn figure_2_state_last_applied_starts_at_0_and_only_grows() {
    let mut cluster = Cluster::alone(3, 5, &[1, 1, 2]);
    assert_eq!(cluster.node(1).applied_index(), LogIndex(0));
    for (leader_commit, now) in [(1, 1), (3, 3), (2, 3)] {
        cluster.receive(append(2, 1, 5, at(3, 2), &[], leader_commit)).expect("the leader");
        assert_eq!(cluster.node(1).applied_index(), LogIndex(now), "after a message with {leader_commit}");
    }
    let applied: Vec<_> = [(1, 1), (2, 1), (3, 2)].map(|(index, term)| entry(index, term)).into();
    assert_eq!(cluster.server(1).applied, applied, "each once");
}

#[test]
fn figure_2_state_next_index_starts_after_the_leaders_last_entry_and_match_index_at_0_after_each_election() {
    let mut cluster = Cluster::alone(3, 1, &[1, 1]);
    for term in [2, 4] {
        cluster.campaign(1);
        cluster.receive(vote_reply(2, 1, term, true)).expect("a vote");
        let known: Vec<_> = cluster.node(1).followers().iter().map(|it| (it.next().0, it.matched().0)).collect();
        assert_eq!(known, [(3, 0), (3, 0)], "in term {term}");
        cluster.receive(accepted(2, 1, term, 2)).expect("an answer");
        cluster.receive(rejected(3, 1, term, 2, EntryId::ZERO)).expect("an answer");
        let known: Vec<_> = cluster.node(1).followers().iter().map(|it| (it.next().0, it.matched().0)).collect();
        assert_eq!(known, [(3, 2), (1, 0)], "in term {term}");
        cluster.receive(vote_reply(3, 1, term + 1, false)).expect("somebody has a higher term");
        assert_eq!(cluster.node(1).hard_state().term, Term(term + 1));
    }
}

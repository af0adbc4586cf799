//! Commitment: §5.3, §5.4.2 with Figure 8, and §10.2.1 of the dissertation (the leader's own disk).

mod harness;

use harness::{Cluster, accepted, id, vote_reply};
use raftarium_core::{LogIndex, Role};

#[test]
fn an_entry_is_committed_when_a_majority_has_it_and_not_before_5_3() {
    for (size, needed) in [(2, 1), (3, 1), (4, 2), (5, 2), (7, 3)] {
        let mut cluster = Cluster::alone(size, 0, &[]);
        cluster.campaign(1);
        (2..=size).for_each(|voter| cluster.receive(vote_reply(voter, 1, 1, true)).expect("a vote"));
        cluster.propose(1, "x").expect("the leader");
        for follower in 2..2 + needed {
            assert_eq!(cluster.commit(1), 0, "{} of {size} have it", follower - 1);
            cluster.receive(accepted(follower, 1, 1, 1)).expect("an answer");
            cluster.receive(accepted(follower, 1, 1, 1)).expect("the same answer again");
        }
        assert_eq!(cluster.commit(1), 1, "{} of {size} have it", needed + 1);
    }
}

#[test]
fn servers_that_do_not_vote_do_not_count() {
    let mut cluster = Cluster::alone(5, 0, &[]);
    cluster.campaign(1);
    (2..=3).for_each(|voter| cluster.receive(vote_reply(voter, 1, 1, true)).expect("a vote"));
    cluster.propose(1, "x").expect("the leader");
    (2..=2).chain(8..=9).for_each(|number| cluster.receive(accepted(number, 1, 1, 1)).expect("an answer"));
    assert_eq!(cluster.commit(1), 0);
}

#[test]
fn followers_learn_of_a_commit_with_the_next_message_5_3() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    assert_eq!((cluster.commit(1), cluster.commit(2)), (2, 1));
    cluster.time_out(1);
    cluster.deliver_all();
    assert_eq!((cluster.commit(2), cluster.commit(3)), (2, 2));
}

/// Figure 8 up to (c): S1 led term 2 and S5 term 3, each with an entry at index 2 that reached too few. Now S1 leads
/// term 4, and its entry of term 2 is on S1, S2 and S3: a majority.
fn figure_8_c() -> Cluster {
    let mut cluster = Cluster::with_logs(1, &[&[1][..]; 5]);

    // (a)
    cluster.elect(1);
    cluster.propose(1, "of term 2").expect("the leader");
    cluster.deliver(1, 2);
    cluster.wire.clear();
    assert_eq!((1..=5).map(|number| cluster.log_terms(number).len()).collect::<Vec<_>>(), [2, 2, 1, 1, 1]);

    // (b)
    cluster.crash(1);
    cluster.partition(&[&[3, 4, 5]]);
    cluster.elect(5);
    cluster.propose(5, "of term 3").expect("the leader");
    cluster.wire.clear();
    assert_eq!(cluster.log_terms(5), [1, 3]);

    // (c)
    cluster.crash(5);
    cluster.restart(1);
    cluster.partition(&[&[1, 2, 3]]);
    cluster.campaign(1);
    cluster.deliver_all();
    assert_eq!(cluster.node(1).hard_state().term.0, 3, "S3 has voted in term 3 already");
    cluster.elect(1);
    cluster.time_out(1);
    cluster.deliver_all();
    assert_eq!(
        (cluster.log_terms(1), cluster.log_terms(2), cluster.log_terms(3)),
        (vec![1, 2], vec![1, 2], vec![1, 2])
    );
    cluster
}

#[test]
fn figure_8_d_an_entry_of_an_earlier_term_is_not_committed_by_counting_5_4_2() {
    let mut cluster = figure_8_c();
    let matched: Vec<_> = cluster.node(1).followers().iter().map(|follower| follower.matched().0).collect();
    assert_eq!(matched, [2, 2, 0, 0], "the leader knows that a majority has it");
    assert_eq!(cluster.commit(1), 0);

    cluster.crash(1);
    cluster.restart(5);
    cluster.heal();
    cluster.campaign(5);
    cluster.deliver_all();
    cluster.elect(5);
    cluster.propose(5, "of term 5").expect("the leader");
    cluster.deliver_all();
    for number in 2..=5 {
        assert_eq!(cluster.log_terms(number), [1, 3, 5], "S{number} lost the entry of term 2, as it may");
    }
}

#[test]
fn figure_8_e_an_entry_of_the_current_term_commits_all_before_it_5_4_2() {
    let mut cluster = figure_8_c();
    cluster.propose(1, "of term 4").expect("the leader");
    cluster.deliver_all();
    assert_eq!(cluster.commit(1), 3);

    cluster.crash(1);
    cluster.restart(5);
    cluster.heal();
    for _ in 0..3 {
        cluster.campaign(5);
        cluster.deliver_all();
        assert_eq!(cluster.node(5).role(), Role::Candidate, "no majority votes for a log that lacks what is committed");
    }
    cluster.elect(3);
    assert_eq!(cluster.log_terms(5), [1, 2, 4]);
}

#[test]
fn a_no_op_commits_what_earlier_leaders_left_without_a_client_8() {
    for no_op in [true, false] {
        let mut cluster = Cluster::with(3, |settings| settings.no_op_on_election = no_op);
        cluster.elect(1);
        let proposed = cluster.propose(1, "x").expect("the leader");
        cluster.deliver(1, 2);
        cluster.wire.clear();
        cluster.crash(1);
        cluster.elect(2);
        assert!(cluster.node(2).log().contains(proposed));
        let expected = if no_op { proposed.index.0 + 1 } else { 0 };
        assert_eq!(cluster.commit(2), expected, "no-op: {no_op}");
    }
}

#[test]
fn followers_write_while_the_leader_does_dissertation_10_2_1() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    cluster.hold_disk(1);
    cluster.propose(1, "x").expect("the leader");
    assert_eq!((cluster.on_wire(1, 2).len(), cluster.on_wire(1, 3).len()), (1, 1), "it is on its way");
    assert_eq!(cluster.node(1).durable_index(), LogIndex(1), "and not on the leader's disk");
}

#[test]
fn a_majority_of_followers_commits_before_the_leaders_own_disk_dissertation_10_2_1() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    cluster.hold_disk(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    assert_eq!((cluster.commit(1), cluster.node(1).durable_index()), (2, LogIndex(1)));
    assert_eq!(cluster.server(1).applied_up_to(), LogIndex(1), "what is not durable here is not applied here");
    cluster.time_out(1);
    cluster.deliver_all();
    assert_eq!(cluster.server(2).applied_up_to(), LogIndex(2));

    cluster.release_disk(1);
    assert_eq!(cluster.server(1).applied_up_to(), LogIndex(2));
}

#[test]
fn the_leaders_own_copy_counts_only_when_it_is_durable() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    cluster.hold_disk(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.crash(3);
    cluster.deliver_all();
    assert_eq!(cluster.node(1).followers()[0].matched(), LogIndex(2), "S2 has it");
    assert_eq!(cluster.commit(1), 1, "S2 alone is no majority of three");
    cluster.release_disk(1);
    assert_eq!(cluster.commit(1), 2);
}

#[test]
fn a_committed_entry_outlives_a_leader_that_never_wrote_it() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    cluster.hold_disk(1);
    let proposed = cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    assert_eq!(cluster.commit(1), proposed.index.0);

    cluster.crash(1);
    cluster.server_mut(1).disk.held = false;
    cluster.restart(1);
    assert!(!cluster.node(1).log().contains(proposed));
    cluster.campaign(1);
    cluster.deliver_all();
    assert_eq!(cluster.node(1).role(), Role::Candidate, "it is behind, and cannot lead");
    cluster.elect(3);
    cluster.assert_logs_equal();
    assert!(cluster.node(1).log().contains(proposed));
    assert_eq!(cluster.node(1).leader(), Some(id(3)));
}

#[test]
fn a_cluster_of_one_elects_itself_and_commits_with_its_own_disk() {
    for no_op in [true, false] {
        let mut cluster = Cluster::with(1, |settings| settings.no_op_on_election = no_op);
        let first = 1 + u64::from(no_op);
        cluster.hold_disk(1);
        cluster.time_out(1);
        assert_eq!(cluster.node(1).role(), Role::Candidate, "its own vote is not durable");
        assert!(cluster.write_one(1));
        assert_eq!(cluster.node(1).role(), Role::Leader);
        cluster.propose(1, "x").expect("the leader");
        assert_eq!((cluster.commit(1), cluster.wire.len()), (0, 0), "nothing is durable, and nobody else is there");
        cluster.release_disk(1);
        assert_eq!(cluster.commit(1), first);
        assert_eq!(cluster.server(1).applied_up_to(), LogIndex(first));

        cluster.crash(1);
        cluster.restart(1);
        assert_eq!(cluster.node(1).role(), Role::Follower);
        cluster.time_out(1);
        cluster.propose(1, "y").expect("the leader");
        assert_eq!(cluster.commit(1), 2 * first, "no-op: {no_op}");
        assert_eq!(cluster.node(1).hard_state().term.0, 2);
    }
}

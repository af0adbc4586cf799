//! Chapter 5 of the dissertation, log compaction (§7 of the paper).

use raftarium_core::{CompactError, EntryId, LogIndex, Role};

use crate::harness::{Cluster, append, at, chunk, received, snapshot_of, vote_request};

/// S1 leads three servers, which have applied a no-op and nine commands.
fn applied_ten() -> Cluster {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    (0..9).for_each(|_| _ = cluster.propose(1, "x").expect("the leader"));
    cluster.pass(60);
    cluster
}

#[test]
fn dissertation_5_1_each_server_compacts_on_its_own_and_nobody_else_notices() {
    let mut cluster = applied_ten();
    cluster.compact(2, 10).expect("it is applied");
    cluster.compact(3, 4).expect("it is applied");
    assert_eq!([1, 2, 3].map(|number| cluster.node(number).log().base().index.0), [0, 10, 4]);
    let proposed = cluster.propose(1, "y").expect("the leader");
    cluster.pass(60);
    assert_eq!([1, 2, 3].map(|number| cluster.commit(number)), [proposed.index.0; 3]);
    cluster.elect(2);
    cluster.pass(60);
    cluster.assert_states_equal(&[1, 2, 3]);
}

#[test]
fn dissertation_5_1_the_last_entry_of_a_snapshot_stays_known_for_the_consistency_check_and_for_votes() {
    let mut cluster = applied_ten();
    for number in 1..=3 {
        cluster.compact(number, 10).expect("it is applied");
        let log = cluster.node(number).log();
        assert_eq!((log.base(), log.last(), log.entries().len()), (at(10, 1), at(10, 1), 0), "S{number}");
    }
    cluster.propose(1, "y").expect("the leader");
    cluster.pass(60);
    assert_eq!(cluster.node(2).log().entries().len(), 1, "appended after an entry that only the snapshot has");

    let mut voter = Cluster::alone(3, 5, &[1, 1, 4]);
    voter.receive(append(2, 1, 5, at(3, 4), &[], 3)).expect("the leader");
    voter.compact(1, 3).expect("it is applied");
    voter.take_said();
    voter.receive(vote_request(3, 1, 6, at(2, 4))).expect("a candidate that is behind");
    assert_eq!(voter.node(1).hard_state().vote, None);
    voter.receive(vote_request(3, 1, 7, at(3, 4))).expect("one that is not");
    assert!(voter.node(1).hard_state().vote.is_some());
}

#[test]
fn dissertation_5_1_only_what_is_applied_is_compacted_and_it_stays_applied_after_a_crash() {
    let mut cluster = applied_ten();
    cluster.partition(&[&[1]]);
    cluster.propose(1, "not committed").expect("the leader");
    let refused = cluster.compact(1, 11);
    let (through, base, applied) = (LogIndex(11), LogIndex(0), LogIndex(10));
    assert_eq!(refused, Err(CompactError::OutsideApplied { through, base, applied }));
    cluster.compact(1, 10).expect("it is applied");
    cluster.crash(1);
    cluster.restart(1);
    assert_eq!(cluster.server(1).applied_up_to(), LogIndex(10), "the state machine starts from the snapshot");
    assert_eq!(cluster.commit(1), 10);
    cluster.heal();
    cluster.elect(1);
    cluster.pass(60);
    cluster.assert_states_equal(&[1, 2, 3]);
}

#[test]
fn dissertation_5_1_2_commands_go_on_while_a_snapshot_is_written() {
    // The host began its snapshot at index 4, and tells when it is durable: five commands later.
    let mut cluster = applied_ten();
    assert_eq!(cluster.node(1).applied_index(), LogIndex(10));
    cluster.compact(1, 4).expect("it is applied");
    assert_eq!((cluster.node(1).log().base(), cluster.log_terms(1).len()), (at(4, 1), 6), "what came later stays");
    cluster.crash(1);
    cluster.restart(1);
    assert_eq!(cluster.log_terms(1).len(), 6);
}

#[test]
fn figure_5_3_install_snapshot_1_a_leader_of_an_earlier_term_is_answered_and_changes_nothing() {
    let mut cluster = Cluster::alone(3, 5, &[1]);
    let before = cluster.node(1).log().clone();
    cluster.receive(chunk(2, 1, 4, at(3, 4), 0, &snapshot_of(&[1, 1, 4]), true)).expect("a leader of the past");
    assert_eq!(cluster.take_said(), [received(1, 2, 5, at(3, 4), 0)], "with the term that it must learn");
    assert_eq!((cluster.node(1).log(), cluster.node(1).leader()), (&before, None));
}

#[test]
fn figure_5_3_install_snapshot_2_to_4_parts_are_put_together_and_answered_until_the_last() {
    let snapshot = snapshot_of(&[1, 1, 4]);
    for size in [1, 5, 16, 47, 48, 100] {
        let mut cluster = Cluster::alone(3, 5, &[]);
        let mut offset = 0;
        while offset < snapshot.len() {
            let end = (offset + size).min(snapshot.len());
            assert_eq!(cluster.node(1).log().base(), EntryId::ZERO, "nothing is installed before the last part");
            let part = chunk(2, 1, 5, at(3, 4), offset as u64, &snapshot[offset..end], end == snapshot.len());
            cluster.receive(part).expect("the leader");
            assert_eq!(cluster.take_said().len(), 1, "each part is answered");
            offset = end;
        }
        assert_eq!(cluster.node(1).log().base(), at(3, 4), "in parts of {size} bytes");
        assert_eq!(cluster.server(1).applied_ids(), [at(1, 1), at(2, 1), at(3, 4)], "in parts of {size} bytes");
    }
}

#[test]
fn figure_5_3_install_snapshot_8_the_state_machine_is_reset_and_the_membership_is_the_snapshots() {
    let mut cluster = Cluster::alone(5, 5, &[1, 2, 2]);
    cluster.receive(append(2, 1, 5, at(1, 1), &[], 1)).expect("the leader");
    assert_eq!(cluster.server(1).applied_ids(), [at(1, 1)]);
    cluster.receive(chunk(2, 1, 5, at(3, 4), 0, &snapshot_of(&[1, 1, 4]), true)).expect("the leader");
    assert_eq!(cluster.server(1).applied_ids(), [at(1, 1), at(2, 1), at(3, 4)]);
    assert_eq!(cluster.node(1).membership().voters().len(), 3, "not five any more");
    assert_eq!((cluster.node(1).applied_index(), cluster.node(1).role()), (LogIndex(3), Role::Follower));
}

//! "Updated on stable storage before responding to RPCs" (Figure 2): what waits for which write, and what a write holds.

mod harness;

use harness::{Cluster, accepted, append, at, disk_with, id, rejected, terms, vote_reply, vote_request};
use raftarium_core::{
    Boot, Config, EntryId, HardState, Instant, LogIndex, Node, Output, PersistId, ReportError, Role, Term,
};

#[test]
fn a_vote_leaves_after_it_is_durable_5_2() {
    let mut cluster = Cluster::alone(3, 0, &[]);
    cluster.hold_disk(1);
    cluster.receive(vote_request(2, 1, 1, EntryId::ZERO)).expect("a candidate");
    assert_eq!(cluster.take_said(), []);
    cluster.release_disk(1);
    assert_eq!(cluster.take_said(), [vote_reply(1, 2, 1, true)]);
}

#[test]
fn a_candidate_asks_for_votes_after_its_own_is_durable_5_2() {
    let mut cluster = Cluster::alone(3, 0, &[]);
    cluster.hold_disk(1);
    cluster.time_out(1);
    assert_eq!(cluster.take_said(), []);
    cluster.release_disk(1);
    assert_eq!(cluster.take_said().len(), 2);
}

#[test]
fn a_term_is_durable_before_any_answer_in_it_5_1() {
    for message in [
        vote_request(2, 1, 7, EntryId::ZERO),
        append(2, 1, 7, at(9, 6), &[], 0),
        append(2, 1, 7, at(1, 1), &[], 0),
        append(2, 1, 7, EntryId::ZERO, &[1], 0),
    ] {
        let mut cluster = Cluster::alone(3, 1, &[1]);
        cluster.hold_disk(1);
        cluster.receive(message.clone()).expect("a peer");
        assert_eq!(cluster.take_said(), [], "{message:?}");
        cluster.release_disk(1);
        assert_eq!(cluster.take_said().len(), 1, "{message:?}");
    }
}

#[test]
fn entries_are_acknowledged_after_they_are_durable_5_3() {
    let mut cluster = Cluster::alone(3, 5, &[1]);
    cluster.hold_disk(1);
    cluster.receive(append(2, 1, 5, at(1, 1), &[5], 0)).expect("the leader");
    cluster.receive(append(2, 1, 5, at(2, 5), &[5], 0)).expect("the leader");
    cluster.receive(append(2, 1, 5, at(1, 1), &[5], 0)).expect("the first again");
    cluster.receive(append(2, 1, 5, at(2, 5), &[], 0)).expect("a heartbeat");
    assert_eq!(cluster.take_said(), [], "a duplicate and a heartbeat vouch for entries that are not durable either");

    assert!(cluster.write_one(1));
    let first = accepted(1, 2, 5, 2);
    assert_eq!(cluster.take_said(), [first.clone(), first.clone(), first]);
    assert!(cluster.write_one(1));
    assert_eq!(cluster.take_said(), [accepted(1, 2, 5, 3)]);
}

#[test]
fn what_is_durable_is_acknowledged_at_once() {
    let mut cluster = Cluster::alone(3, 5, &[1, 1]);
    cluster.hold_disk(1);
    cluster.receive(append(2, 1, 5, at(2, 1), &[], 0)).expect("a heartbeat");
    cluster.receive(append(2, 1, 5, at(7, 5), &[], 0)).expect("one that does not fit");
    let said = cluster.take_said();
    assert_eq!(said, [accepted(1, 2, 5, 2), rejected(1, 2, 5, 7, at(2, 1))]);
    assert_eq!(cluster.server(1).disk.under_way(), 0);
}

#[test]
fn a_write_that_was_overtaken_by_a_truncation_does_not_count() {
    let mut cluster = Cluster::alone(3, 5, &[1]);
    cluster.hold_disk(1);
    cluster.receive(append(2, 1, 5, at(1, 1), &[5, 5, 5], 0)).expect("the leader of term 5");
    cluster.receive(append(3, 1, 6, at(2, 5), &[6, 6], 0)).expect("the leader of term 6");
    assert_eq!(cluster.server(1).disk.under_way(), 2);

    cluster.write_one(1);
    assert_eq!(cluster.take_said(), [accepted(1, 2, 5, 4)], "the first write holds what was said in term 5");
    assert_eq!(cluster.node(1).durable_index(), LogIndex(2), "index 3 on the disk is the old one");
    cluster.receive(append(3, 1, 6, at(3, 6), &[], 0)).expect("a heartbeat");
    assert_eq!(cluster.take_said(), []);

    cluster.write_one(1);
    assert_eq!(cluster.node(1).durable_index(), LogIndex(4));
    assert_eq!(cluster.take_said(), [accepted(1, 3, 6, 4), accepted(1, 3, 6, 3)]);
    assert_eq!(terms(&cluster.server(1).disk.durable.entries), [1, 5, 6, 6]);
}

#[test]
fn committed_entries_are_applied_after_they_are_durable() {
    let mut cluster = Cluster::alone(3, 5, &[1]);
    cluster.hold_disk(1);
    cluster.receive(append(2, 1, 5, at(1, 1), &[5, 5], 3)).expect("the leader");
    assert_eq!((cluster.commit(1), cluster.server(1).applied_up_to()), (3, LogIndex(1)));
    cluster.release_disk(1);
    assert_eq!(cluster.server(1).applied_up_to(), LogIndex(3));
}

#[test]
fn a_write_holds_what_changed_and_nothing_else() {
    let mut node =
        Node::start(id(1), Config::default(), disk_with(3, 1, &[1, 1]), Boot(4), Instant::ZERO).expect("a disk");
    let writes = |node: &mut Node| {
        let mut writes = vec![];
        while let Some(output) = node.poll() {
            if let Output::Persist(write) = output {
                writes.push((write.id, write.hard_state, terms(write.entries)));
            }
        }
        writes
    };
    let write = |sequence| PersistId { boot: Boot(4), sequence };
    assert_eq!(writes(&mut node), [], "what is on the disk need not be written");

    node.receive(Instant::ZERO, vote_request(2, 1, 2, at(2, 1))).expect("a candidate");
    let voted = HardState { term: Term(2), vote: Some(id(2)), commit: LogIndex(0) };
    assert_eq!(writes(&mut node), [(write(1), Some(voted), vec![])]);

    node.receive(Instant::ZERO, append(2, 1, 2, at(1, 1), &[2, 2], 2)).expect("the leader");
    assert_eq!(writes(&mut node), [(write(2), None, vec![2, 2])], "from the first that differs, and no hard state");

    node.receive(Instant::ZERO, append(2, 1, 2, at(1, 1), &[2, 2], 3)).expect("the same again");
    assert_eq!(writes(&mut node), [], "a commit index alone is not worth a write");

    node.receive(Instant::ZERO, append(3, 1, 3, at(3, 2), &[3], 3)).expect("the next leader");
    let newer = HardState { term: Term(3), vote: None, commit: LogIndex(3) };
    assert_eq!(writes(&mut node), [(write(3), Some(newer), vec![3])], "but it comes along");
}

#[test]
fn a_report_includes_all_writes_before_and_counts_once() {
    let mut cluster = Cluster::alone(3, 5, &[]);
    cluster.hold_disk(1);
    for index in 0..3 {
        let prev = if index == 0 { EntryId::ZERO } else { at(index, 5) };
        cluster.receive(append(2, 1, 5, prev, &[5], 0)).expect("the leader");
    }
    let ids = cluster.server(1).disk.under_way_ids();
    let report = |cluster: &mut Cluster, id| cluster.input(1, |node, now| node.persisted(now, id));
    report(&mut cluster, ids[1]).expect("it is under way");
    assert_eq!(cluster.node(1).durable_index(), LogIndex(2));

    let before = cluster.node(1).clone();
    let never = PersistId { sequence: 99, ..ids[0] };
    let other_life = PersistId { boot: Boot(0), ..ids[2] };
    for id in [ids[0], ids[1], never, other_life] {
        assert_eq!(report(&mut cluster, id), Err(ReportError::NotUnderWay { id }));
        assert_eq!(cluster.node(1), &before);
    }
    report(&mut cluster, ids[2]).expect("it is still under way");
    assert_eq!(cluster.node(1).durable_index(), LogIndex(3));
}

#[test]
fn two_writes_in_one_term_are_told_apart() {
    // A vote, then entries: the answer to the candidate waits for the first write only.
    let mut cluster = Cluster::alone(3, 0, &[]);
    cluster.hold_disk(1);
    cluster.receive(vote_request(2, 1, 1, EntryId::ZERO)).expect("a candidate");
    cluster.receive(append(2, 1, 1, EntryId::ZERO, &[1], 0)).expect("which won");
    cluster.write_one(1);
    assert_eq!(cluster.take_said(), [vote_reply(1, 2, 1, true)]);
    cluster.write_one(1);
    assert_eq!(cluster.take_said(), [accepted(1, 2, 1, 1)]);
}

#[test]
fn a_slow_disk_delays_its_server_and_nobody_else() {
    let mut cluster = Cluster::of(3);
    cluster.hold_disk(3);
    cluster.elect(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    assert_eq!((cluster.commit(1), cluster.commit(2)), (2, 1));
    assert_eq!(cluster.server(3).disk.durable.hard_state, HardState::default());
    cluster.release_disk(3);
    cluster.deliver_all();
    cluster.time_out(1);
    cluster.deliver_all();
    assert_eq!(cluster.roles(), [Role::Leader, Role::Follower, Role::Follower]);
    assert_eq!(cluster.commit(3), 2);
    cluster.assert_logs_equal();
}

//! How much is under way: windows by messages and bytes, batches, a quota on what is not committed, and the floor of
//! messages (§10.2.1 of the dissertation).

mod harness;

use harness::{Cluster, accepted, accepted_in, append, append_in, at, id, vote_reply};
use raftarium_core::{Body, Message, ProposeError, Settings};

/// S1 of three leads term 2 with the log 1, which all have.
fn leader(choose: impl Fn(&mut Settings)) -> Cluster {
    let mut cluster = Cluster::alone_with(3, 1, &[1], |settings| {
        settings.no_op_on_election = false;
        choose(settings);
    });
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 2, true)).expect("a vote");
    (2..=3).for_each(|number| cluster.receive(accepted(number, 1, 2, 1)).expect("an answer"));
    cluster.take_said();
    cluster
}

/// Proposes commands of these sizes, all before the host looks at what the server wants.
fn propose(cluster: &mut Cluster, sizes: &[usize]) {
    cluster.step(1, |node, now| {
        for &size in sizes {
            node.propose(now, vec![7; size].into()).expect("the leader");
        }
    });
}

/// How many entries each message to S2 carries.
fn batches(said: &[Message]) -> Vec<usize> {
    let to_2 = said.iter().filter(|message| message.to == id(2));
    to_2.filter_map(|message| if let Body::AppendRequest(it) = &message.body { Some(it.entries.len()) } else { None })
        .collect()
}

#[test]
fn batches_are_cut_by_bytes_and_one_entry_always_goes() {
    let mut cluster = leader(|settings| settings.max_append_bytes = 10);
    propose(&mut cluster, &[4, 4, 4, 30, 1, 9, 1]);
    assert_eq!(batches(&cluster.take_said()), [2, 1, 1, 2, 1]);
}

#[test]
fn the_window_is_counted_in_bytes_and_one_message_always_goes() {
    for (window, first, after_one) in [(0, 1, 1), (1, 1, 1), (8, 2, 1), (100, 6, 0)] {
        let mut cluster = leader(|settings| (settings.max_append_entries, settings.max_in_flight_bytes) = (1, window));
        propose(&mut cluster, &[4; 6]);
        assert_eq!(batches(&cluster.take_said()).len(), first, "a window of {window} bytes");
        cluster.receive(accepted(2, 1, 2, 2)).expect("an answer to the first");
        assert_eq!(batches(&cluster.take_said()).len(), after_one, "a window of {window} bytes, and an answer");
    }
}

#[test]
fn a_window_that_lies_lost_is_opened_again() {
    let mut cluster = Cluster::with(3, |settings| (settings.max_append_entries, settings.max_in_flight_bytes) = (1, 1));
    cluster.elect(1);
    (0..5).for_each(|_| _ = cluster.propose(1, "xx").expect("the leader"));
    cluster.wire.clear();
    cluster.pass(60);
    assert_eq!(cluster.commit(1), 6);
}

#[test]
fn more_than_the_quota_is_refused_until_something_commits() {
    let mut cluster = leader(|settings| settings.max_uncommitted_bytes = 10);
    propose(&mut cluster, &[6, 4]);
    let before = cluster.node(1).clone();
    let refused = cluster.propose(1, "x");
    assert_eq!(refused, Err(ProposeError::TooMuchUncommitted { bytes: 10, given: 1, max: 10 }));
    assert_eq!(cluster.node(1), &before);
    cluster.receive(accepted(2, 1, 2, 2)).expect("the first commits");
    propose(&mut cluster, &[6]);
    assert!(cluster.propose(1, "x").is_err());
}

#[test]
fn one_proposal_is_taken_however_large_it_is() {
    let mut cluster = leader(|settings| settings.max_uncommitted_bytes = 10);
    propose(&mut cluster, &[50]);
    assert_eq!(cluster.propose(1, "x"), Err(ProposeError::TooMuchUncommitted { bytes: 50, given: 1, max: 10 }));
}

#[test]
fn what_an_earlier_leader_left_does_not_count_or_nothing_could_ever_commit_5_4_2() {
    // Found by a random world: without a no-op, only a proposal can commit what is left; the quota must not forbid it.
    let mut cluster = Cluster::with(3, |settings| {
        (settings.max_uncommitted_bytes, settings.no_op_on_election) = (4, false);
    });
    cluster.elect(1);
    cluster.propose(1, "left").expect("the leader");
    cluster.deliver(1, 2);
    cluster.wire.clear();
    cluster.crash(1);
    cluster.elect(2);
    cluster.propose(2, "more").expect("nothing of its own is open");
    cluster.deliver_all();
    assert_eq!(cluster.commit(2), 2);
    cluster.propose(2, "next").expect("and so on");
}

#[test]
fn one_request_and_one_answer_for_each_batch_and_follower() {
    let mut cluster = Cluster::with(3, |settings| *settings = Settings::default());
    cluster.elect(1);
    let mut messages = 0;
    for _ in 0..50 {
        cluster.propose(1, "x").expect("the leader");
        while !cluster.wire.is_empty() {
            messages += 1;
            cluster.deliver_nth(0);
        }
    }
    assert_eq!(messages, 50 * 2 * 2);
}

#[test]
fn a_slow_disk_costs_one_answer_more_in_each_round() {
    let mut cluster = Cluster::alone(3, 5, &[1]);
    cluster.hold_disk(1);
    cluster.receive(append_in(3, 2, 1, 5, at(1, 1), &[5], 0)).expect("the leader");
    assert_eq!(cluster.take_said(), [], "nothing shows yet that the disk is slow");
    cluster.receive(append_in(4, 2, 1, 5, at(2, 5), &[], 0)).expect("a heartbeat, while the write is under way");
    assert_eq!(cluster.take_said(), [accepted_in(4, 1, 2, 5, 1)], "what is durable, at once");
    cluster.receive(append_in(4, 2, 1, 5, at(2, 5), &[5], 0)).expect("more in the same round");
    assert_eq!(cluster.take_said(), []);
    cluster.release_disk(1);
    let said = cluster.take_said();
    assert_eq!(said, [accepted_in(3, 1, 2, 5, 2), accepted_in(4, 1, 2, 5, 2), accepted_in(4, 1, 2, 5, 3)]);

    // The rounds of the next leader begin anew.
    cluster.hold_disk(1);
    cluster.receive(append(3, 1, 6, at(3, 5), &[6], 0)).expect("the next leader");
    assert!(cluster.write_one(1));
    cluster.take_said();
    cluster.receive(append_in(1, 3, 1, 6, at(4, 6), &[6], 0)).expect("more");
    cluster.receive(append_in(2, 3, 1, 6, at(5, 6), &[], 0)).expect("a heartbeat");
    assert_eq!(cluster.take_said(), [accepted_in(2, 1, 3, 6, 4)]);
}

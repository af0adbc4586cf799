//! Log replication: §5.3, and "AppendEntries" of Figure 2.

mod harness;

use harness::{Cluster, accepted, append, at, id, rejected, terms, vote_reply};
use raftarium_core::{AppendReply, Body, EntryId, Event, LogIndex, Message, ProgressState};

#[test]
fn entries_reach_all_and_are_applied_in_order_5_3() {
    let mut cluster = Cluster::of(3);
    cluster.elect(2);
    for command in ["x", "y", "z"] {
        cluster.propose(2, command).expect("the leader");
    }
    cluster.deliver_all();
    cluster.time_out(2);
    cluster.deliver_all();

    cluster.assert_logs_equal();
    for number in 1..=3 {
        assert_eq!(cluster.commit(number), 4, "the no-op and three commands at S{number}");
        let applied = cluster.server(number).applied_ids();
        assert_eq!(applied, [at(1, 1), at(2, 1), at(3, 1), at(4, 1)], "S{number}");
        assert_eq!(cluster.node(number).applied_index(), LogIndex(4));
    }
}

/// A follower of term 5, the leader's message, the answer and the log after it.
#[test]
fn a_follower_takes_what_follows_what_it_has_and_refuses_the_rest_5_3() {
    let yes = |matched| AppendReply::Accepted { matched: LogIndex(matched), round: 0 };
    let no = |prev, hint| AppendReply::Rejected { prev: LogIndex(prev), hint, round: 0 };
    type Case = (&'static str, &'static [u64], EntryId, &'static [u64], AppendReply, &'static [u64]);
    let cases: [Case; 12] = [
        ("the first", &[], EntryId::ZERO, &[1], yes(1), &[1]),
        ("the next", &[1, 1], at(2, 1), &[2, 5], yes(4), &[1, 1, 2, 5]),
        ("a heartbeat", &[1, 1, 2], at(2, 1), &[], yes(2), &[1, 1, 2]),
        ("what is there already", &[1, 1, 2], EntryId::ZERO, &[1, 1, 2], yes(3), &[1, 1, 2]),
        ("an old message, shorter than what is there", &[1, 1, 2, 5], at(1, 1), &[1], yes(2), &[1, 1, 2, 5]),
        ("partly there", &[1, 1, 2], at(1, 1), &[1, 2, 5], yes(4), &[1, 1, 2, 5]),
        ("a conflict at the end", &[1, 1, 2], at(2, 1), &[3], yes(3), &[1, 1, 3]),
        ("a conflict, and all after it goes", &[1, 1, 2, 2, 2], at(1, 1), &[1, 3], yes(3), &[1, 1, 3]),
        ("a conflict from the first on", &[1, 1, 2], EntryId::ZERO, &[4], yes(1), &[4]),
        ("a gap", &[1, 1], at(4, 5), &[5], no(4, at(2, 1)), &[1, 1]),
        ("another term before it", &[1, 1, 2, 2], at(4, 3), &[5], no(4, at(4, 2)), &[1, 1, 2, 2]),
        ("a lower term before it", &[1, 1, 4, 4], at(4, 3), &[5], no(4, at(2, 1)), &[1, 1, 4, 4]),
    ];
    for (what, ours, prev, theirs, answer, log) in cases {
        let mut cluster = Cluster::alone(3, 5, ours);
        cluster.receive(append(2, 1, 5, prev, theirs, 0)).expect(what);
        assert_eq!(cluster.log_terms(1), log, "{what}");
        assert_eq!(terms(&cluster.server(1).disk.durable.entries), log, "{what}");
        let said = cluster.take_said();
        let expected = Message { from: id(1), to: id(2), term: said[0].term, body: Body::AppendReply(answer) };
        assert_eq!(said, [expected], "{what}");
    }
}

#[test]
fn a_leader_of_an_earlier_term_is_refused_and_changes_nothing_5_1() {
    let mut cluster = Cluster::alone(3, 5, &[1, 2]);
    cluster.receive(append(2, 1, 4, at(1, 1), &[4, 4], 2)).expect("a late message");
    assert_eq!((cluster.log_terms(1), cluster.commit(1), cluster.node(1).leader()), (vec![1, 2], 0, None));
    let said = cluster.take_said();
    assert_eq!(said[0].term.0, 5);
    assert!(matches!(said[0].body, Body::AppendReply(AppendReply::Rejected { .. })), "{said:?}");
}

#[test]
fn truncation_says_what_went_and_why() {
    let mut cluster = Cluster::alone(3, 5, &[1, 2, 2]);
    cluster.receive(append(3, 1, 5, at(1, 1), &[4], 0)).expect("the leader");
    let truncated = Event::Truncated { first: LogIndex(2), last: at(3, 2), by: at(2, 4) };
    assert!(cluster.server(1).events.contains(&truncated), "{:?}", cluster.server(1).events);
}

#[test]
fn the_commit_index_follows_the_leader_but_not_beyond_what_the_message_vouches_for_5_3() {
    for (what, message, expected) in [
        ("what the leader has committed", append(2, 1, 5, at(2, 1), &[], 2), 2),
        ("no further than the leader", append(2, 1, 5, at(2, 1), &[5], 2), 2),
        ("no further than the message: index 3 may differ", append(2, 1, 5, at(2, 1), &[], 3), 2),
        ("with the entries of the message", append(2, 1, 5, at(2, 1), &[2, 5], 9), 4),
        ("nothing from a message that does not fit", append(2, 1, 5, at(3, 4), &[5], 3), 0),
    ] {
        let mut cluster = Cluster::alone(3, 5, &[1, 1, 2]);
        cluster.receive(message).expect(what);
        assert_eq!(cluster.commit(1), expected, "{what}");
        cluster.receive(append(2, 1, 5, EntryId::ZERO, &[], 0)).expect("an old heartbeat");
        assert_eq!(cluster.commit(1), expected, "{what}, and an old message moves nothing back");
    }
}

#[test]
fn a_lagging_follower_is_found_in_one_step_for_each_term_that_differs_5_3() {
    // 100 entries of term 2 that the leader does not have, where the leader has 100 of term 3.
    let stale = [vec![1], vec![2; 100]].concat();
    let leaders = [vec![1], vec![3; 100]].concat();
    let mut cluster = Cluster::with_logs(3, &[&leaders, &leaders, &stale]);
    cluster.elect(1);
    let backed_up = cluster.server(1).events.iter().filter(|event| matches!(event, Event::BackedUp { .. })).count();
    assert!(backed_up <= 2, "{backed_up} rejections");
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    cluster.assert_logs_equal();
}

/// A leader of term 2 with the log 1 1, whose followers S2 and S3 have all of it.
fn leader_alone(choose: impl Fn(&mut raftarium_core::Settings)) -> Cluster {
    let mut cluster = Cluster::alone_with(3, 1, &[1, 1], |settings| {
        settings.no_op_on_election = false;
        choose(settings);
    });
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 2, true)).expect("a vote");
    for number in [2, 3] {
        cluster.receive(accepted(number, 1, 2, 2)).expect("an answer to the first heartbeat");
    }
    cluster.take_said();
    cluster
}

/// The messages for `to`, as (index before, number of entries).
fn appends(said: &[Message], to: u64) -> Vec<(u64, usize)> {
    let request = |message: &Message| match &message.body {
        Body::AppendRequest(request) if message.to == id(to) => Some((request.prev.index.0, request.entries.len())),
        Body::AppendRequest(_)
        | Body::AppendReply(_)
        | Body::VoteRequest(_)
        | Body::VoteReply(_)
        | Body::SnapshotChunk(_)
        | Body::SnapshotReply(_)
        | Body::ReadRequest(_)
        | Body::ReadReply { .. }
        | Body::ProposalRequest(_)
        | Body::ProposalReply(_)
        | Body::SnapshotRequest { .. }
        | Body::TimeoutNow => None,
    };
    said.iter().filter_map(request).collect()
}

#[test]
fn proposals_that_come_together_travel_together_in_batches() {
    let mut cluster = leader_alone(|settings| settings.max_append_entries = 3);
    cluster.step(1, |node, now| {
        (0..7).for_each(|_| _ = node.propose(now, "x".into()).expect("the leader"));
    });
    assert_eq!(appends(&cluster.take_said(), 2), [(2, 3), (5, 3), (8, 1)]);
}

#[test]
fn a_window_closes_when_it_is_full_and_opens_with_the_answers() {
    let mut cluster = leader_alone(|settings| (settings.max_append_entries, settings.max_in_flight_appends) = (1, 2));
    cluster.step(1, |node, now| {
        (0..5).for_each(|_| _ = node.propose(now, "x".into()).expect("the leader"));
    });
    assert_eq!(appends(&cluster.take_said(), 2), [(2, 1), (3, 1)]);
    assert_eq!(cluster.node(1).followers()[0].in_flight(), 2);

    cluster.receive(accepted(2, 1, 2, 3)).expect("an answer");
    assert_eq!(appends(&cluster.take_said(), 2), [(4, 1)]);
    cluster.receive(accepted(2, 1, 2, 3)).expect("the same again");
    assert_eq!(appends(&cluster.take_said(), 2), []);
    cluster.receive(accepted(2, 1, 2, 5)).expect("one answer for two messages");
    assert_eq!(appends(&cluster.take_said(), 2), [(5, 1), (6, 1)]);
}

#[test]
fn a_full_window_whose_messages_were_all_lost_is_opened_by_a_heartbeat() {
    let mut cluster =
        Cluster::with(3, |settings| (settings.max_append_entries, settings.max_in_flight_appends) = (1, 2));
    cluster.elect(1);
    for _ in 0..6 {
        cluster.propose(1, "x").expect("the leader");
    }
    cluster.wire.clear();
    assert!(cluster.node(1).followers().iter().all(|follower| follower.in_flight() == 2));

    cluster.time_out(1);
    cluster.deliver_all();
    cluster.assert_logs_equal();
    assert_eq!(cluster.commit(1), 7);
}

#[test]
fn a_full_window_whose_answers_were_all_lost_is_opened_by_a_heartbeat() {
    let mut cluster =
        Cluster::with(3, |settings| (settings.max_append_entries, settings.max_in_flight_appends) = (1, 2));
    cluster.elect(1);
    for _ in 0..6 {
        cluster.propose(1, "x").expect("the leader");
    }
    (2..=3).for_each(|number| cluster.deliver(1, number));
    cluster.wire.clear();

    cluster.time_out(1);
    cluster.deliver_all();
    cluster.assert_logs_equal();
    assert_eq!(cluster.commit(1), 7);
}

#[test]
fn a_probe_that_was_lost_is_sent_again_after_a_heartbeat() {
    let mut cluster = Cluster::with_logs(3, &[&[1, 3, 3], &[1, 3, 3], &[1]]);
    cluster.campaign(1);
    cluster.deliver(1, 2);
    cluster.deliver(2, 1);
    cluster.propose(1, "x").expect("the leader");
    let probing = cluster.node(1).followers()[1].state();
    assert_eq!(probing, ProgressState::Probe { waiting: true });
    cluster.wire.clear();

    cluster.time_out(1);
    cluster.deliver_all();
    cluster.assert_logs_equal();
}

#[test]
fn duplicates_and_disorder_do_no_harm_5_3() {
    let mut cluster = Cluster::with(3, |settings| settings.max_append_entries = 1);
    cluster.elect(1);
    for _ in 0..5 {
        cluster.propose(1, "x").expect("the leader");
    }
    let mut doubled = cluster.wire.clone();
    doubled.extend(cluster.wire.iter().rev().cloned());
    cluster.wire = doubled;
    cluster.wire.reverse();
    cluster.deliver_all();
    cluster.time_out(1);
    cluster.deliver_all();
    cluster.assert_logs_equal();
    assert_eq!((cluster.commit(1), cluster.commit(2), cluster.commit(3)), (6, 6, 6));
}

#[test]
fn late_answers_move_nothing_back_5_3() {
    let mut cluster = leader_alone(|_| {});
    for _ in 0..3 {
        cluster.propose(1, "x").expect("the leader");
    }
    cluster.receive(accepted(2, 1, 2, 5)).expect("all of it");
    let before = cluster.node(1).followers()[0].clone();
    assert_eq!((before.matched(), before.next()), (LogIndex(5), LogIndex(6)));
    for late in [
        accepted(2, 1, 2, 3),
        accepted(2, 1, 2, 0),
        rejected(2, 1, 2, 4, at(1, 1)),
        rejected(2, 1, 2, 5, at(4, 2)),
        rejected(2, 1, 1, 9, at(1, 1)),
    ] {
        cluster.receive(late.clone()).expect("late, and nothing worse");
        assert_eq!(cluster.node(1).followers()[0], before, "{late:?}");
    }
}

#[test]
fn a_follower_that_denies_what_it_acknowledged_does_not_keep_the_leader_busy() {
    // It has lost its disk, which only a new identity allows. The leader must not send as fast as it refuses.
    let mut cluster = leader_alone(|_| {});
    cluster.propose(1, "x").expect("the leader");
    cluster.receive(rejected(2, 1, 2, 3, EntryId::ZERO)).expect("a refusal");
    cluster.take_said();
    cluster.receive(rejected(2, 1, 2, 2, EntryId::ZERO)).expect("a refusal of what it had acknowledged");
    assert_eq!(appends(&cluster.take_said(), 2), []);
    cluster.time_out(1);
    assert_eq!(appends(&cluster.take_said(), 2).len(), 1, "the heartbeat asks again");
}

#[test]
fn what_a_follower_acknowledged_is_what_counts_and_not_what_was_sent_5_3() {
    let mut cluster = leader_alone(|settings| settings.max_append_entries = 1);
    for _ in 0..3 {
        cluster.propose(1, "x").expect("the leader");
    }
    cluster.receive(accepted(2, 1, 2, 3)).expect("an answer to the first of three messages");
    let follower = &cluster.node(1).followers()[0];
    assert_eq!((follower.matched(), follower.next()), (LogIndex(3), LogIndex(6)));
    assert_eq!(cluster.commit(1), 3);
}

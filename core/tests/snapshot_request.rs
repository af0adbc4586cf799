//! A follower asks for a snapshot though its log may be whole (§7; §5.3 of the dissertation).

mod harness;

use harness::{Cluster, accepted, append, at, chunk, id, message, snapshot_of, vote_reply};
use raftarium_core::{
    Body, EntryId, Event, LogIndex, Message, Outcome, ProgressState, Rejection, ReportError, Role, Settings,
    SnapshotError, Term,
};

/// Three servers; S1 leads, sixteen commands are committed everywhere, and nobody has taken a snapshot.
fn led_by_1(choose: impl Fn(&mut Settings)) -> Cluster {
    let mut cluster = Cluster::with(3, choose);
    cluster.elect(1);
    (0..16).for_each(|_| _ = cluster.propose(1, "x").expect("the leader"));
    cluster.pass(60);
    assert_eq!(cluster.server(3).applied_up_to(), LogIndex(17));
    cluster
}

fn installs(cluster: &Cluster, number: u64) -> Vec<(EntryId, bool)> {
    let install = |event: &Event| {
        let Event::SnapshotInstalled { last, keep_suffix } = event else { return None };
        Some((*last, *keep_suffix))
    };
    cluster.server(number).events.iter().filter_map(install).collect()
}

fn is_chunk(message: &Message) -> bool {
    matches!(message.body, Body::SnapshotChunk(_))
}

#[test]
fn a_follower_whose_state_was_lost_gets_it_though_its_log_is_whole_7() {
    let mut cluster = led_by_1(|_| {});
    assert_eq!(cluster.node(1).log().base(), EntryId::ZERO, "the leader has none yet");
    cluster.lose_state(3).expect("a follower");
    assert!(cluster.node(3).waits_for_snapshot());
    cluster.deliver_all();
    assert_eq!(cluster.node(1).log().base(), at(17, 1), "the leader has asked its host for one");
    assert_eq!(installs(&cluster, 3), [(at(17, 1), true)]);
    assert!(!cluster.node(3).waits_for_snapshot());
    cluster.assert_states_equal(&[1, 2, 3]);
    cluster.propose(1, "y").expect("the leader");
    cluster.pass(60);
    cluster.assert_states_equal(&[1, 2, 3]);
    assert_eq!(cluster.server(3).applied_up_to(), LogIndex(18));

    cluster.crash(3);
    cluster.restart(3);
    assert_eq!(cluster.server(3).applied_up_to(), LogIndex(17), "it is on its disk");
}

#[test]
fn the_leaders_newest_snapshot_will_do_if_it_covers_what_was_applied_and_what_is_after_it_stays_7() {
    let mut cluster = led_by_1(|_| {});
    cluster.compact(1, 17).expect("it is applied");
    cluster.lose_state(3).expect("a follower");
    let asks = cluster.wire.pop().expect("it asks at once");
    assert_eq!(asks, message(3, 1, 1, Body::SnapshotRequest { least: LogIndex(17) }));
    (0..3).for_each(|_| _ = cluster.propose(1, "y").expect("the leader"));
    cluster.deliver_all();
    assert_eq!(cluster.commit(1), 20);
    cluster.receive(asks).expect("the follower");
    cluster.deliver_all();
    assert_eq!(installs(&cluster, 3), [(at(17, 1), true)]);
    assert_eq!(
        (cluster.node(1).log().base(), cluster.log_terms(3)),
        (at(17, 1), vec![1, 1, 1]),
        "no newer one is taken"
    );
    cluster.pass(60);
    cluster.assert_states_equal(&[1, 2, 3]);
    assert_eq!(cluster.server(3).applied_up_to(), LogIndex(20));
}

#[test]
fn a_snapshot_that_ends_where_the_followers_log_starts_is_installed_again_7() {
    let mut cluster = led_by_1(|_| {});
    for number in [1, 3] {
        cluster.compact(number, 17).expect("it is applied");
    }
    cluster.lose_state(3).expect("a follower");
    cluster.deliver_all();
    assert_eq!((installs(&cluster, 3), cluster.node(3).log().base()), (vec![(at(17, 1), true)], at(17, 1)));
    cluster.assert_states_equal(&[1, 3]);
}

#[test]
fn meanwhile_it_takes_entries_and_votes_and_its_state_machine_waits() {
    let mut cluster = led_by_1(|_| {});
    cluster.crash(2);
    cluster.lose_state(3).expect("a follower");
    let applied = cluster.node(3).applied_index();
    let read = cluster.read(3, false).expect("it knows the leader");
    let lost = std::cell::Cell::new(0);
    let deliver = |cluster: &mut Cluster| {
        for _ in 0..200 {
            lost.set(lost.get() + cluster.wire.iter().filter(|message| is_chunk(message)).count());
            cluster.wire.retain(|message| !is_chunk(message));
            if cluster.wire.is_empty() {
                break;
            }
            cluster.deliver_nth(0);
        }
    };
    deliver(&mut cluster);
    let proposed = cluster.propose(1, "y").expect("the leader");
    deliver(&mut cluster);
    assert_eq!(cluster.commit(1), proposed.index.0, "it acknowledges: without it, there is no majority");
    assert_eq!(cluster.node(1).followers()[1].state(), ProgressState::Replicate, "the entries go on beside it");
    cluster.time_out(1);
    deliver(&mut cluster);
    assert_eq!((cluster.commit(3), cluster.node(3).applied_index()), (proposed.index.0, applied));
    assert_eq!(cluster.server(3).reads, [], "its state machine cannot be read");
    assert!(lost.get() > 0, "there was something to wait for");

    cluster.restart(2);
    cluster.time_out(1);
    deliver(&mut cluster);
    cluster.campaign(2);
    deliver(&mut cluster);
    assert_eq!(cluster.node(3).hard_state().vote, Some(id(2)), "it votes");
    cluster.pass(1_000);
    cluster.assert_states_equal(&[1, 2, 3]);
    assert_eq!(
        cluster.server(3).reads.len(),
        1,
        "{read:?} is answered when the state is there, or failed with the term"
    );
}

#[test]
fn parts_may_be_lost_doubled_and_out_of_order_7() {
    type Spoil = fn(&mut Vec<Message>, usize);
    let spoils: [(&str, Spoil); 4] = [
        ("every third one is lost", |wire, n| {
            if n % 3 == 0 {
                wire.pop();
            }
        }),
        ("all come twice", |wire, _| wire.extend(wire.clone())),
        ("the newest comes first", |wire, _| wire.reverse()),
        ("the requests are lost at first", |wire, n| {
            wire.retain(|message| n > 50 || !matches!(message.body, Body::SnapshotRequest { .. }));
        }),
    ];
    for (what, spoil) in spoils {
        let mut cluster = led_by_1(|_| {});
        cluster.compact(1, 17).expect("it is applied");
        cluster.lose_state(3).expect("a follower");
        for round in 0..600 {
            spoil(&mut cluster.wire, round);
            cluster.wire.truncate(20);
            if cluster.wire.is_empty() {
                cluster.time_out(1);
            } else {
                cluster.deliver_nth(0);
            }
        }
        cluster.deliver_all();
        cluster.pass(500);
        assert_eq!(installs(&cluster, 3), [(at(17, 1), true)], "{what}");
        cluster.assert_states_equal(&[1, 2, 3]);
    }
}

#[test]
fn when_the_leader_is_lost_the_next_one_is_asked_7() {
    let mut cluster = led_by_1(|_| {});
    cluster.compact(1, 17).expect("it is applied");
    cluster.lose_state(3).expect("a follower");
    (0..8).for_each(|_| cluster.deliver_nth(0));
    assert_eq!(installs(&cluster, 3), [], "some of it is there");
    cluster.crash(1);
    cluster.wire.clear();
    cluster.elect(2);
    cluster.pass(120);
    assert_eq!(cluster.node(2).role(), Role::Leader);
    assert_eq!(installs(&cluster, 3).len(), 1);
    cluster.assert_states_equal(&[2, 3]);
}

#[test]
fn a_crash_before_it_is_installed_leaves_the_old_state_and_forgets_the_request_7() {
    let mut cluster = led_by_1(|_| {});
    cluster.compact(3, 10).expect("it is applied");
    cluster.compact(1, 17).expect("it is applied");
    cluster.lose_state(3).expect("a follower");
    cluster.hold_disk(3);
    cluster.deliver_all();
    assert_eq!((installs(&cluster, 3), cluster.server(3).applied.len()), (vec![(at(17, 1), true)], 0));
    cluster.crash(3);
    cluster.server_mut(3).disk.held = false;
    cluster.restart(3);
    assert_eq!((cluster.node(3).log().base(), cluster.server(3).applied_up_to()), (at(10, 1), LogIndex(10)));
    assert!(!cluster.node(3).waits_for_snapshot());
    cluster.pass(100);
    cluster.assert_states_equal(&[1, 2, 3]);
    assert_eq!(cluster.node(3).log().base(), at(10, 1), "it has applied its log again");
}

#[test]
fn the_state_machine_never_goes_back_7() {
    // S1 follows S2 in term 5; three entries are committed and applied.
    let mut cluster = Cluster::alone(3, 5, &[1, 1, 4, 4]);
    cluster.receive(append(2, 1, 5, at(4, 4), &[], 3)).expect("the leader");
    cluster.lose_state(1).expect("a follower");
    cluster.take_said();
    cluster.receive(chunk(2, 1, 5, at(2, 1), 0, &snapshot_of(&[1, 1]), true)).expect("an old one");
    assert_eq!(cluster.take_said(), [accepted(1, 2, 5, 3)], "it has that, and more");
    assert!(cluster.node(1).waits_for_snapshot());
    cluster.receive(chunk(2, 1, 5, at(3, 4), 0, &snapshot_of(&[1, 1, 4]), true)).expect("the newest");
    assert_eq!((cluster.node(1).log().base(), cluster.server(1).applied_up_to()), (at(3, 4), LogIndex(3)));
    assert_eq!((cluster.take_said(), &*cluster.log_terms(1)), (vec![accepted(1, 2, 5, 3)], &[4][..]));
}

#[test]
fn whoever_leads_or_could_ask_nobody_is_refused() {
    let mut cluster = led_by_1(|_| {});
    let before = cluster.node(1).clone();
    assert_eq!(cluster.lose_state(1), Err(SnapshotError::Leads { term: Term(1) }));
    assert_eq!(cluster.node(1), &before);
    let mut alone = Cluster::of(1);
    let before = alone.node(1).clone();
    assert_eq!(alone.lose_state(1), Err(SnapshotError::OnlyVoter));
    assert_eq!(alone.node(1), &before);
    let mut joiner = Cluster::with_joiners(1, 1, |_, _| {});
    assert_eq!(joiner.lose_state(2), Ok(()), "a leader may find it");
}

#[test]
fn a_follower_that_wants_it_no_more_goes_on_with_its_log_and_is_forgotten() {
    let mut cluster = led_by_1(|_| {});
    cluster.compact(1, 17).expect("it is applied");
    cluster.step(3, |node, now| node.request_snapshot(now)).expect("a follower");
    cluster.propose(1, "y").expect("the leader");
    cluster.deliver(3, 1);
    assert_eq!(cluster.node(1).followers()[1].pending_snapshot(), Some(at(17, 1)));
    cluster.step(3, |node, now| node.withdraw_snapshot_request(now));
    cluster.pass(400);
    assert_eq!(cluster.node(1).followers()[1].pending_snapshot(), None, "nobody asks any more");
    assert_eq!(installs(&cluster, 3), []);
    cluster.assert_states_equal(&[1, 2, 3]);
    let request = raftarium_core::ChunkRequest { to: id(3), last: at(17, 1), offset: 0 };
    let refused = cluster.input(1, |node, now| node.snapshot_chunk(now, request, "x".into(), false));
    assert_eq!(refused, Err(ReportError::NotAsked { to: id(3), last: at(17, 1), offset: 0 }));
}

#[test]
fn a_server_that_comes_to_lead_while_it_waits_applies_nothing_until_it_follows_again() {
    let mut cluster = led_by_1(|_| {});
    cluster.step(1, |_, _| {});
    cluster.partition(&[&[1], &[2, 3]]);
    cluster.lose_state(3).expect("a follower");
    cluster.deliver_all();
    cluster.elect(3);
    let proposed = cluster.propose(3, "y").expect("the leader");
    cluster.pass(60);
    assert_eq!((cluster.commit(3), cluster.server(3).applied.len()), (proposed.index.0, 0));
    assert_eq!(cluster.server(3).resolved[0].outcome, Outcome::Committed, "it serves the others");
    cluster.heal();
    cluster.transfer(3, 2).expect("a voter");
    cluster.pass(500);
    assert_ne!(cluster.node(3).role(), Role::Leader);
    cluster.assert_states_equal(&[1, 2, 3]);
}

#[test]
fn a_fresh_leader_that_has_applied_less_waits_until_it_has_as_much_7() {
    // S1 leads term 6 and knows of nothing that is committed; S3 has been given three entries by the leader before.
    let mut cluster = Cluster::alone(3, 5, &[1, 1, 4]);
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 6, true)).expect("a vote");
    cluster.receive(message(3, 1, 6, Body::SnapshotRequest { least: LogIndex(3) })).expect("a follower");
    assert_eq!(cluster.count_events(1, |event| matches!(event, Event::SnapshotRequested { .. })), 1);
    assert_eq!(cluster.node(1).log().base(), EntryId::ZERO);
    cluster.propose(1, "y").expect("the leader");
    cluster.take_said();
    cluster.receive(accepted(3, 1, 6, 4)).expect("a follower");
    assert_eq!(cluster.node(1).log().base(), at(4, 6), "taken as soon as it could be");
    assert!(cluster.take_said().iter().any(|message| is_chunk(message) && message.to == id(3)));
}

#[test]
fn a_request_for_what_the_leader_cannot_have_is_refused() {
    let mut cluster = led_by_1(|_| {});
    let before = cluster.node(1).clone();
    let asks = |from, term, least| message(from, 1, term, Body::SnapshotRequest { least: LogIndex(least) });
    for (asks, expected) in [
        (asks(3, 1, 18), Rejection::MatchBeyondLog { matched: LogIndex(18), last: LogIndex(17) }),
        (asks(3, 1, u64::MAX), Rejection::OutOfRange),
        (asks(3, 0, 1), Rejection::TermZero),
    ] {
        assert_eq!(cluster.receive(asks), Err(expected));
        assert_eq!(cluster.node(1), &before);
    }
    cluster.receive(asks(9, 1, 3)).expect("put aside: it is no follower");
    assert_eq!(cluster.node(1).followers(), before.followers());
}

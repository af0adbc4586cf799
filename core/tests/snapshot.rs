//! Snapshots: §7, and chapter 5 of the dissertation.

mod harness;

use harness::{Cluster, accepted, append, at, chunk, entries_after, id, message, received, snapshot_of, vote_reply};
use raftarium_core::{
    Body, Boot, Change, ChunkRequest, Config, DurableState, EntryId, Event, Instant, LogIndex, Node, Outcome,
    ProgressState, Rejection, ReportError, Resolution, Settings, Term, Transition, UnknownReason,
};

/// Three servers; S1 leads, has sixteen commands, and has compacted all; S3 was down all the time.
fn laggard(choose: impl Fn(&mut Settings)) -> Cluster {
    let mut cluster = Cluster::with(3, choose);
    cluster.crash(3);
    cluster.elect(1);
    (0..16).for_each(|_| _ = cluster.propose(1, "x").expect("the leader"));
    cluster.deliver_all();
    cluster.compact(1, 17).expect("it is applied");
    assert_eq!((cluster.node(1).log().base(), cluster.log_terms(1)), (at(17, 1), vec![]));
    cluster.restart(3);
    cluster
}

fn installed(cluster: &Cluster, number: u64) -> usize {
    cluster.count_events(number, |event| matches!(event, Event::SnapshotInstalled { .. }))
}

#[test]
fn a_server_that_is_behind_gets_a_snapshot_and_then_entries_7() {
    let mut cluster = laggard(|_| {});
    cluster.pass(60);
    assert_eq!((cluster.node(3).log().base(), installed(&cluster, 3)), (at(17, 1), 1));
    let proposed = cluster.propose(1, "y").expect("the leader");
    cluster.pass(60);
    assert_eq!((cluster.server(3).applied_up_to(), cluster.log_terms(3)), (proposed.index, vec![1]));
    cluster.assert_states_equal(&[1, 2, 3]);
    assert_eq!(cluster.node(1).followers()[1].state(), ProgressState::Replicate);

    cluster.crash(3);
    cluster.restart(3);
    assert_eq!(cluster.server(3).applied_up_to(), LogIndex(17), "the snapshot is on its disk");
    cluster.pass(60);
    cluster.assert_states_equal(&[1, 2, 3]);
}

#[test]
fn parts_may_be_lost_doubled_and_out_of_order_7() {
    for (what, spoil) in [
        (
            "every other one is lost",
            (|wire, n| {
                if n % 2 == 0 {
                    wire.clear()
                }
            }) as fn(&mut Vec<_>, usize),
        ),
        ("all come twice", |wire, _| wire.extend(wire.clone())),
        ("the newest comes first", |wire, _| wire.reverse()),
        ("the first comes again and again", |wire, n| {
            if n > 3 {
                wire.extend(wire.first().cloned())
            }
        }),
    ] {
        let mut cluster = laggard(|_| {});
        for round in 0..400 {
            if cluster.wire.is_empty() {
                cluster.time_out(1);
            }
            spoil(&mut cluster.wire, round);
            if !cluster.wire.is_empty() {
                cluster.deliver_nth(0);
            }
            cluster.wire.truncate(20);
        }
        cluster.deliver_all();
        cluster.pass(500);
        assert_eq!(installed(&cluster, 3), 1, "{what}");
        cluster.assert_states_equal(&[1, 2, 3]);
    }
}

#[test]
fn a_crash_before_the_last_part_leaves_the_old_state_7() {
    let mut cluster = laggard(|_| {});
    cluster.time_out(1);
    (0..20).for_each(|_| cluster.deliver_nth(0));
    let state = cluster.node(1).followers()[1].state();
    assert!(matches!(state, ProgressState::Snapshot { acknowledged: 16.., .. }), "some of it is there: {state:?}");
    cluster.crash(3);
    cluster.restart(3);
    assert_eq!((cluster.node(3).log().base(), cluster.server(3).applied.len()), (EntryId::ZERO, 0));
    cluster.pass(500);
    cluster.assert_states_equal(&[1, 2, 3]);
}

#[test]
fn a_crash_while_it_is_installed_leaves_the_old_state_whole_and_a_later_one_the_new_7() {
    for written in [false, true] {
        let mut cluster = laggard(|_| {});
        cluster.time_out(1);
        cluster.wire.retain(|message| message.to != id(2));
        // The term is written first; then the disk is slow.
        cluster.deliver(1, 3);
        cluster.hold_disk(3);
        cluster.deliver_all();
        assert_eq!(installed(&cluster, 3), 1);
        assert_eq!(cluster.server(3).applied_up_to(), LogIndex(0), "the state machine waits for the disk");
        assert_eq!(cluster.node(1).followers()[1].matched(), LogIndex(0), "nothing is acknowledged");
        if written {
            cluster.write_one(3);
        }
        cluster.crash(3);
        cluster.server_mut(3).disk.held = false;
        cluster.restart(3);
        let (base, applied) = if written { (at(17, 1), 17) } else { (EntryId::ZERO, 0) };
        assert_eq!((cluster.node(3).log().base(), cluster.server(3).applied.len()), (base, applied), "{written}");
        cluster.pass(500);
        cluster.assert_states_equal(&[1, 2, 3]);
    }
}

/// S1 of three follows S2 in term 5, and has a log of these terms.
fn follower(log: &[u64]) -> Cluster {
    Cluster::alone(3, 5, log)
}

#[test]
fn a_newer_suffix_is_kept_and_a_log_that_differs_is_dropped_7() {
    let snapshot = snapshot_of(&[1, 1, 4]);
    for (what, log, base, kept) in [
        ("it goes on after the snapshot, which was asked for", &[1, 1, 4, 4, 5][..], at(3, 4), &[4, 5][..]),
        ("it ends where the snapshot does, which was asked for", &[1, 1, 4], at(3, 4), &[]),
        ("it is shorter", &[1, 1], at(3, 4), &[]),
        ("it has another entry there", &[1, 1, 3, 3], at(3, 4), &[]),
        ("it is empty", &[], at(3, 4), &[]),
    ] {
        let mut cluster = follower(log);
        if what.contains("asked for") {
            cluster.lose_state(1).expect("a follower");
        }
        cluster.receive(chunk(2, 1, 5, at(3, 4), 0, &snapshot, true)).expect(what);
        assert_eq!((cluster.node(1).log().base(), &*cluster.log_terms(1)), (base, kept), "{what}");
        assert_eq!((cluster.commit(1), cluster.server(1).applied_up_to()), (3, LogIndex(3)), "{what}");
        assert_eq!(cluster.take_said(), [accepted(1, 2, 5, 3)], "{what}");
        let durable = &cluster.server(1).disk.durable;
        assert_eq!((durable.base, durable.entries.len()), (base, kept.len()), "{what}");

        cluster.crash(1);
        cluster.restart(1);
        assert_eq!(&*cluster.log_terms(1), kept, "{what}");
        cluster.receive(chunk(2, 1, 5, at(3, 4), 0, &snapshot, true)).expect("the same again");
        cluster.receive(chunk(2, 1, 5, at(2, 1), 0, &snapshot, true)).expect("an older one");
        assert_eq!((cluster.node(1).log().base(), &*cluster.log_terms(1)), (base, kept), "{what}");
        assert_eq!(cluster.take_said(), [accepted(1, 2, 5, 3), accepted(1, 2, 5, 3)], "{what}");
    }
}

#[test]
fn a_log_that_has_the_last_entry_of_a_snapshot_needs_nothing_of_it_7() {
    for (log, committed) in [(&[1, 1, 4, 4, 5][..], EntryId::ZERO), (&[1, 1, 4], at(2, 1)), (&[1, 1, 4, 4], at(3, 4))] {
        let mut cluster = follower(log);
        cluster.receive(append(2, 1, 5, committed, &[], committed.index.0)).expect("the leader");
        cluster.take_said();
        // The first part is enough to know.
        cluster.receive(chunk(2, 1, 5, at(3, 4), 0, b"a part", false)).expect("the leader");
        assert_eq!(cluster.take_said(), [accepted(1, 2, 5, 3)], "{log:?}");
        assert_eq!((cluster.node(1).log().base(), &*cluster.log_terms(1)), (EntryId::ZERO, log), "nothing is dropped");
        assert_eq!(
            (cluster.commit(1), cluster.server(1).applied_up_to()),
            (3, LogIndex(3)),
            "it is committed: {log:?}"
        );
        assert_eq!(installed(&cluster, 1), 0);
    }
}

#[test]
fn an_acknowledgement_of_what_the_log_has_already_waits_for_the_disk_7() {
    let mut cluster = follower(&[1]);
    cluster.hold_disk(1);
    cluster.receive(append(2, 1, 5, at(1, 1), &[1, 4], 0)).expect("the leader");
    cluster.take_said();
    cluster.receive(chunk(2, 1, 5, at(3, 4), 0, b"a part", false)).expect("the leader");
    assert_eq!(cluster.take_said(), []);
    assert_eq!((cluster.commit(1), cluster.server(1).applied_up_to()), (3, LogIndex(1)));
    cluster.release_disk(1);
    assert_eq!(cluster.take_said().last(), Some(&accepted(1, 2, 5, 3)));
    assert_eq!(cluster.server(1).applied_up_to(), LogIndex(3));
}

/// Found by `no_input_does_harm`: the disk holds 1@1 and 2@1, the log was given 1@4 instead, and before that was written
/// a snapshot came that ends with 1@4. The log "had" its last entry, so the disk was told to keep what follows; that was
/// 2@1, which nobody has, and the server could not start again.
#[test]
fn a_suffix_that_was_truncated_and_not_yet_on_the_disk_is_not_kept_7() {
    for (what, terms, kept) in [("nothing follows", &[4][..], &[][..]), ("another entry follows", &[4, 4], &[4])] {
        let mut cluster = follower(&[1, 1]);
        cluster.lose_state(1).expect("a follower");
        let append = append(2, 1, 5, EntryId::ZERO, terms, 0);
        cluster.input(1, |node, now| node.receive(now, append)).expect(what);
        let chunk = chunk(2, 1, 5, at(1, 4), 0, &snapshot_of(&[4]), true);
        cluster.input(1, |node, now| node.receive(now, chunk)).expect(what);
        cluster.serve(1);
        assert_eq!(&*cluster.log_terms(1), kept, "{what}");
        cluster.crash(1);
        cluster.restart(1);
        assert_eq!((cluster.node(1).log().base(), &*cluster.log_terms(1)), (at(1, 4), kept), "{what}");
    }
}

/// Found by the model of a follower: 1@1 is being written, and then a snapshot that ends with 1@4 takes the place of all.
/// When the old write was done, index 1 was taken to be durable; so the next heartbeat was answered before the snapshot
/// was on the disk, and after a crash the leader did not believe that this server had nothing.
#[test]
fn what_was_being_written_does_not_make_a_snapshot_durable_7() {
    let mut cluster = follower(&[]);
    cluster.hold_disk(1);
    cluster.receive(append(2, 1, 5, EntryId::ZERO, &[1], 0)).expect("a leader");
    let chunk = chunk(3, 1, 6, at(1, 4), 0, &snapshot_of(&[4]), true);
    cluster.input(1, |node, now| node.receive(now, chunk)).expect("the next leader");
    cluster.write_one(1);
    cluster.take_said();
    assert_eq!(cluster.node(1).durable_index(), LogIndex(0));
    let heartbeat = append(3, 1, 6, at(1, 4), &[], 1);
    cluster.receive(heartbeat).expect("the next leader");
    assert_eq!(cluster.take_said(), [], "it waits for the snapshot");
    cluster.release_disk(1);
    assert_eq!(cluster.take_said(), [accepted(1, 3, 6, 1), accepted(1, 3, 6, 1)]);
}

#[test]
fn each_part_is_answered_with_how_much_there_is_7() {
    let mut cluster = follower(&[]);
    let last = at(3, 4);
    let part = |offset: u64, data: &[u8], done| chunk(2, 1, 5, last, offset, data, done);
    for (what, message, so_far) in [
        ("one that comes too early", part(4, b"more", false), 0),
        ("the first", part(0, b"four", false), 4),
        ("the first again", part(0, b"four", false), 4),
        ("a gap", part(9, b"late", false), 4),
        ("the next, which is empty", part(4, b"", false), 4),
        ("the next", part(4, b"more", false), 8),
        ("another snapshot's", chunk(2, 1, 5, at(4, 4), 8, b"more", false), 0),
    ] {
        cluster.receive(message.clone()).expect(what);
        let Body::SnapshotChunk(it) = &message.body else { panic!("{message:?}") };
        assert_eq!(cluster.take_said(), [received(1, 2, 5, it.last, so_far)], "{what}");
    }
    // Another leader's snapshot of the same entries may have other bytes.
    cluster.receive(chunk(3, 1, 6, last, 8, b"more", false)).expect("the leader of the next term");
    assert_eq!(cluster.take_said(), [received(1, 3, 6, last, 0)]);
    cluster.receive(chunk(2, 1, 5, last, 8, b"more", true)).expect("the leader of the past");
    assert_eq!(cluster.take_said(), [received(1, 2, 6, last, 0)]);
    assert_eq!(cluster.node(1).log().base(), EntryId::ZERO);
}

#[test]
fn snapshots_that_cannot_be_are_refused() {
    let mut cluster = follower(&[1, 1, 4]);
    cluster.receive(append(2, 1, 5, at(3, 4), &[], 2)).expect("the leader");
    for (message, expected) in [
        (chunk(2, 1, 5, at(u64::MAX, 4), 0, b"", true), Rejection::OutOfRange),
        (chunk(2, 1, 5, EntryId::ZERO, 0, b"", true), Rejection::MalformedEntries { at: EntryId::ZERO }),
        (chunk(2, 1, 5, at(4, 6), 0, b"", true), Rejection::MalformedEntries { at: at(4, 6) }),
        (
            chunk(2, 1, 5, at(2, 3), 0, b"", true),
            Rejection::ConflictsWithCommitted { entry: at(2, 3), commit: LogIndex(2) },
        ),
    ] {
        let before = cluster.node(1).clone();
        assert_eq!(cluster.receive(message), Err(expected));
        assert_eq!(cluster.node(1), &before);
    }
}

#[test]
fn memberships_come_with_snapshots_and_with_the_entries_after_them() {
    let mut cluster = Cluster::with_joiners(3, 1, |_, _| {});
    cluster.elect(1);
    cluster.pass(60);
    cluster.compact(1, 1).expect("it is applied");
    cluster.change(1, &[Change::AddLearner(id(4))], Transition::Auto).expect("the leader");
    cluster.pass(200);
    assert_eq!((cluster.node(4).log().base(), installed(&cluster, 4)), (at(1, 1), 1));
    assert_eq!(cluster.node(4).membership().learners(), [id(4)], "from the entry after it");
    assert_eq!(cluster.node(4).membership_at(LogIndex(1)), Some(&harness::voters(3)), "from the snapshot");
    cluster.compact(4, 2).expect("it is applied");
    cluster.crash(4);
    cluster.restart(4);
    assert_eq!(cluster.node(4).membership().learners(), [id(4)], "from its own snapshot");
}

#[test]
fn a_snapshot_tells_a_joiner_who_belonged_to_the_cluster_even_if_its_log_reaches_as_far() {
    // Found by a random host: the log was kept, and so was that nobody is known.
    let start = |disk| Node::start(id(1), Config::default(), disk, Boot(1), Instant::ZERO);
    let mut disk = DurableState::new(raftarium_core::Membership::nobody());
    (disk.hard_state.term, disk.entries) = (Term(5), entries_after(0, &[1, 1]));
    let mut node = start(disk).expect("a joiner");
    node.receive(Instant::ZERO, chunk(2, 1, 5, at(1, 1), 0, &snapshot_of(&[1]), true)).expect("the leader");
    assert_eq!(node.membership(), &harness::voters(3));
}

#[test]
fn a_part_that_nobody_asked_for_is_refused() {
    let mut cluster = laggard(|_| {});
    cluster.time_out(1);
    let before = cluster.node(1).clone();
    for (to, last, offset) in [(2, at(17, 1), 0), (3, at(16, 1), 0), (3, at(17, 1), 999), (9, at(17, 1), 0)] {
        let request = ChunkRequest { to: id(to), last, offset };
        let refused = cluster.input(1, |node, now| node.snapshot_chunk(now, request, "x".into(), true));
        assert_eq!(refused, Err(ReportError::NotAsked { to: id(to), last, offset }));
        assert_eq!(cluster.node(1), &before);
    }
}

#[test]
fn a_newer_snapshot_of_the_leaders_takes_the_place_of_the_one_under_way_7() {
    let mut cluster = laggard(|_| {});
    cluster.time_out(1);
    (0..20).for_each(|_| cluster.deliver_nth(0));
    cluster.propose(1, "y").expect("the leader");
    cluster.deliver(1, 2);
    cluster.deliver(2, 1);
    cluster.compact(1, 18).expect("it is applied");
    cluster.pass(500);
    assert_eq!(cluster.node(3).log().base(), at(18, 1));
    cluster.assert_states_equal(&[1, 2, 3]);
}

/// S1 leads term 6 of a cluster of three, after a log 1 1 4, and takes two proposals, at 4 and 5. Then S2 leads, and its
/// snapshot covers them.
fn overtaken(last: EntryId) -> Vec<Resolution> {
    let mut cluster = follower(&[1, 1, 4]);
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 6, true)).expect("a vote");
    (0..2).for_each(|_| _ = cluster.propose(1, "x").expect("the leader"));
    let snapshot = snapshot_of(&vec![1; usize::try_from(last.index.0).expect("small")]);
    cluster.receive(chunk(2, 1, 9, last, 0, &snapshot, true)).expect("the next leader");
    cluster.receive(append(2, 1, 9, last, &[9, 9, 9], last.index.0 + 3)).expect("and goes on");
    assert_eq!(cluster.node(1).hard_state().commit.0, last.index.0 + 3);
    cluster.server(1).resolved.clone()
}

#[test]
fn what_a_snapshot_says_of_proposals_and_what_it_does_not() {
    let run =
        |first, last, outcome| Resolution { term: Term(6), first: LogIndex(first), last: LogIndex(last), outcome };
    let unknown = |last| Outcome::Unknown { reason: UnknownReason::CoveredBySnapshot { last } };
    assert_eq!(overtaken(at(9, 8)), [run(4, 5, unknown(at(9, 8)))]);
    assert_eq!(overtaken(at(9, 5)), [run(4, 5, Outcome::Superseded { by: Term(5) })]);
    assert_eq!(overtaken(at(9, 6)), [run(4, 5, Outcome::Committed)], "an entry of its own, and made after them");
    assert_eq!(overtaken(at(5, 6)), [run(4, 5, Outcome::Committed)], "the last of them itself");
    let rest = run(5, 5, Outcome::Superseded { by: Term(9) });
    assert_eq!(overtaken(at(4, 8)), [run(4, 4, unknown(at(4, 8))), rest], "an unknown one is no end");
}

#[test]
fn nothing_is_read_and_nothing_applied_while_a_snapshot_takes_the_state_machines_place_6_4() {
    let mut cluster = follower(&[1, 1, 3, 3]);
    cluster.receive(append(2, 1, 5, at(2, 1), &[], 2)).expect("the leader");
    let read = cluster.read(1, false).expect("it knows the leader");
    cluster.hold_disk(1);
    cluster.receive(chunk(2, 1, 5, at(3, 4), 0, &snapshot_of(&[1, 1, 4]), true)).expect("the leader");
    cluster.receive(append(2, 1, 5, at(3, 4), &[5], 4)).expect("it goes on");
    let reply = message(2, 1, 5, Body::ReadReply { id: read, index: LogIndex(3) });
    cluster.receive(reply).expect("the answer");
    assert_eq!((cluster.server(1).applied_up_to(), cluster.server(1).reads.len()), (LogIndex(2), 0));
    cluster.release_disk(1);
    assert_eq!(cluster.server(1).applied_up_to(), LogIndex(4));
    assert_eq!(cluster.server(1).reads, [(read, Ok(()))]);
}

//! Compacting the log, and what the host is asked for (§7, and §5.1 of the dissertation).

mod harness;

use core::num::NonZeroU64;

use harness::{Cluster, append, at, chunk, disk_with, entries_after, id, rejected, vote_reply};
use raftarium_core::{
    Boot, Change, ChunkRequest, CompactError, Event, Instant, LogIndex, Node, Outcome, Output, Payload, Resolution,
    Term, Transition,
};

#[derive(Default)]
struct Asked {
    snapshots: Vec<u64>,
    chunks: Vec<ChunkRequest>,
}

/// What a node asks of a host that writes and applies at once, and is never done with a snapshot.
fn asked(node: &mut Node) -> Asked {
    let mut asked = Asked::default();
    while let Some(output) = node.poll() {
        match output {
            Output::Persist(write) => {
                let id = write.id;
                node.persisted(Instant::ZERO, id).expect("it is under way");
            }
            Output::Apply(entries) => {
                let last = entries.last().expect("never empty").id.index;
                node.applied(Instant::ZERO, last).expect("it was handed out");
            }
            Output::TakeSnapshot(index) => asked.snapshots.push(index.0),
            Output::ReadSnapshot(request) => asked.chunks.push(request),
            Output::Send(_) | Output::KeepChunk(_) | Output::Read { .. } => {}
            Output::Proposals(_) | Output::Forwarded { .. } | Output::Event(_) => {}
        }
    }
    asked
}

#[test]
fn whoever_joined_later_does_not_compact_what_was_before() {
    let mut cluster = Cluster::with_joiners(1, 1, |_, settings| settings.max_append_entries = 1);
    cluster.elect(1);
    (0..3).for_each(|_| _ = cluster.propose(1, "x").expect("the leader"));
    cluster.change(1, &[Change::AddLearner(id(2))], Transition::Auto).expect("the leader");
    cluster.pass(200);
    assert_eq!(cluster.server(2).applied_up_to(), LogIndex(5));
    let before = cluster.node(2).clone();
    assert_eq!(cluster.compact(2, 4), Err(CompactError::NoMembership { through: LogIndex(4) }));
    assert_eq!(cluster.node(2), &before);
    cluster.compact(2, 5).expect("it knows who belongs to the cluster from here on");
    cluster.crash(2);
    cluster.restart(2);
}

#[test]
fn only_what_is_applied_can_be_compacted() {
    let mut cluster = Cluster::with(3, |_| {});
    cluster.elect(1);
    (0..3).for_each(|_| _ = cluster.propose(1, "x").expect("the leader"));
    cluster.deliver_all();
    cluster.compact(1, 2).expect("it is applied");
    for through in [0, 1, 2, 5, u64::MAX] {
        let before = cluster.node(1).clone();
        let (base, applied) = (LogIndex(2), LogIndex(4));
        let expected = CompactError::OutsideApplied { through: LogIndex(through), base, applied };
        assert_eq!(cluster.compact(1, through), Err(expected));
        assert_eq!(cluster.node(1), &before);
    }
}

#[test]
fn the_host_is_asked_for_a_snapshot_when_the_log_is_long_or_large_5_1_3() {
    for (entries, bytes, expected) in [(Some(4), None, 4), (None, Some(8), 2), (None, None, 0)] {
        let mut cluster = Cluster::with(3, |settings| {
            settings.snapshot_after_entries = entries.and_then(NonZeroU64::new);
            settings.snapshot_after_bytes = bytes.and_then(NonZeroU64::new);
        });
        cluster.elect(1);
        for _ in 0..9 {
            cluster.propose(1, "four").expect("the leader");
            cluster.deliver_all();
        }
        let compacted = |event: &&Event| matches!(event, Event::Compacted { .. });
        let Some(first) = cluster.server(1).events.iter().find(compacted) else {
            assert_eq!(expected, 0);
            continue;
        };
        assert_eq!(first, &Event::Compacted { through: at(expected, 1) }, "{entries:?} {bytes:?}");
        assert!(cluster.node(1).log().entries().len() < 5, "and again");
    }
}

#[test]
fn a_snapshot_from_the_leader_overtakes_the_one_that_the_host_was_asked_for() {
    let mut node = {
        let config = harness::config(|settings| settings.snapshot_after_entries = NonZeroU64::new(2));
        Node::start(id(1), config, disk_with(3, 5, &[1, 1]), Boot(1), Instant::ZERO).expect("a disk")
    };
    node.receive(Instant::ZERO, append(2, 1, 5, at(2, 1), &[], 2)).expect("the leader");
    assert_eq!(asked(&mut node).snapshots, [2]);
    node.receive(Instant::ZERO, chunk(2, 1, 5, at(9, 4), 0, b"", true)).expect("the leader");
    assert_eq!(asked(&mut node).snapshots, []);
    node.receive(Instant::ZERO, append(2, 1, 5, at(9, 4), &[5, 5], 11)).expect("the leader");
    assert_eq!(asked(&mut node).snapshots, [11], "the first was never done, and is not waited for");
}

#[test]
fn a_host_that_compacts_at_once_still_learns_of_its_proposals() {
    let mut cluster = Cluster::with(1, |settings| settings.snapshot_after_entries = NonZeroU64::new(1));
    cluster.time_out(1);
    let proposed = cluster.propose(1, "x").expect("the leader");
    let told = Resolution { term: Term(1), first: proposed.index, last: proposed.index, outcome: Outcome::Committed };
    assert_eq!((cluster.node(1).log().base(), &*cluster.server(1).resolved), (proposed, &[told][..]));
}

#[test]
fn a_follower_that_rejects_below_the_base_gets_the_snapshot_7() {
    let mut disk = disk_with(3, 5, &[]);
    (disk.base, disk.applied, disk.entries) = (at(10, 4), LogIndex(10), entries_after(10, &[5]));
    let config = harness::config(|settings| settings.no_op_on_election = false);
    let mut node = Node::start(id(1), config, disk, Boot(1), Instant::ZERO).expect("a disk");
    node.campaign(Instant::ZERO).expect("a voter");
    asked(&mut node);
    node.receive(Instant::ZERO, vote_reply(2, 1, 6, true)).expect("a vote");
    node.receive(Instant::ZERO, rejected(3, 1, 6, 11, at(2, 1))).expect("it is far behind");
    node.receive(Instant::ZERO, rejected(3, 1, 6, 10, at(2, 1))).expect("as it says again");
    assert_eq!(asked(&mut node).chunks, [ChunkRequest { to: id(3), last: at(10, 4), offset: 0 }]);
    assert!(node.log().entries().iter().all(|entry| matches!(entry.payload, Payload::Command(_))));
}

/// Found by a swarm, seed 17513: the leader's host was asked for a snapshot after every entry, each took the place of the
/// one that was being sent, and the follower never got a whole one.
#[test]
fn a_snapshot_that_is_being_sent_is_not_overtaken_by_the_next_7() {
    let mut cluster = Cluster::with(3, |settings| settings.snapshot_after_entries = NonZeroU64::new(1));
    cluster.crash(3);
    cluster.elect(1);
    (0..16).for_each(|_| _ = cluster.propose(1, "x").expect("the leader"));
    cluster.deliver_all();
    cluster.restart(3);
    cluster.time_out(1);
    let mut parts = 0;
    while cluster.server(3).applied_up_to() == LogIndex(0) {
        // Two servers commit another entry while some parts travel.
        if parts % 4 == 0 {
            cluster.propose(1, "y").expect("the leader");
        }
        let (to, rest) = cluster.wire.drain(..).partition(|message| message.to == id(3) || message.from == id(3));
        cluster.wire = rest;
        cluster.deliver_all();
        cluster.wire = to;
        let travels: usize = cluster.wire.len();
        (0..travels).for_each(|_| cluster.deliver_nth(0));
        parts += 1;
        assert!(parts < 200, "it is never there");
    }
    assert!(parts > 3, "the snapshot has some parts");
    cluster.deliver_all();
    cluster.pass(200);
    cluster.assert_states_equal(&[1, 2, 3]);
}

//! One server that is given anything: messages with any fields, reports of any write, any disk, any time.

mod host;
mod messages;

use proptest::collection::vec;
use proptest::prelude::*;
use raftarium_core::{
    Change, ChunkRequest, DurableState, EntryId, HardState, LogIndex, Membership, Message, NodeId, Settings, Term,
    Transition,
};

use crate::harness::{entries_after, voters};
pub(crate) use host::run;
use messages::{Peer, entries, entry_id, membership, message, number, peer};

#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// A message with anything in it.
    Receive(Message),
    /// A message that a peer could send, by what the server's term and log are then.
    Peer(u64, Peer),
    Propose,
    Campaign,
    ChangeMembership(Vec<Change>, Transition),
    LeaveJoint,
    Transfer(u64),
    ForgetLeader,
    Read(bool),
    RequestSnapshot,
    WithdrawSnapshotRequest,
    Compact(u64),
    CompactAll,
    /// A part of a snapshot that was not asked for, or as it was asked for last.
    Chunk(ChunkRequest, bool),
    ChunkAsAsked(usize, bool),
    /// From now on this is the time.
    Time(u64),
    Wake,
    WakeAtDeadline,
    /// A report of a write, by the life and the number in it.
    Persisted(u64, u64),
    /// A report of the oldest write, as it should be.
    PersistedNext,
    Applied(u64),
    AppliedAll,
    Poll(usize),
    Restart,
}

fn change() -> impl Strategy<Value = Change> {
    (0..3_u8, 1..7_u64).prop_map(|(kind, node)| match kind {
        0 => Change::AddVoter(NodeId(node)),
        1 => Change::AddLearner(NodeId(node)),
        _ => Change::Remove(NodeId(node)),
    })
}

fn transition() -> impl Strategy<Value = Transition> {
    prop_oneof![Just(Transition::Auto), Just(Transition::Joint), Just(Transition::JointUntilLeft)]
}

fn chunk_request() -> impl Strategy<Value = ChunkRequest> {
    (number(), entry_id(), number()).prop_map(|(to, last, offset)| ChunkRequest { to: NodeId(to), last, offset })
}

pub(crate) fn input() -> impl Strategy<Value = Input> {
    let said = prop_oneof![
        8 => message().prop_map(Input::Receive),
        12 => (2..6_u64, peer()).prop_map(|(from, peer)| Input::Peer(from, peer)),
    ];
    let asked = prop_oneof![
        3 => Just(Input::Propose),
        2 => Just(Input::Campaign),
        2 => (vec(change(), 0..4), transition()).prop_map(|(changes, how)| Input::ChangeMembership(changes, how)),
        1 => Just(Input::LeaveJoint),
        1 => number().prop_map(Input::Transfer),
        1 => Just(Input::ForgetLeader),
        2 => any::<bool>().prop_map(Input::Read),
        2 => Just(Input::RequestSnapshot),
        1 => Just(Input::WithdrawSnapshotRequest),
        1 => number().prop_map(Input::Compact),
        1 => Just(Input::CompactAll),
    ];
    let served = prop_oneof![
        1 => (0..3_u64, number()).prop_map(|(boot, sequence)| Input::Persisted(boot, sequence)),
        4 => Just(Input::PersistedNext),
        1 => number().prop_map(Input::Applied),
        2 => Just(Input::AppliedAll),
        1 => (chunk_request(), any::<bool>()).prop_map(|(request, done)| Input::Chunk(request, done)),
        2 => (0..20_usize, any::<bool>()).prop_map(|(size, done)| Input::ChunkAsAsked(size, done)),
        6 => (0..12_usize).prop_map(Input::Poll),
        1 => Just(Input::Restart),
    ];
    let timed = prop_oneof![
        2 => number().prop_map(Input::Time),
        1 => Just(Input::Wake),
        2 => Just(Input::WakeAtDeadline),
    ];
    // In boxes: as one type, they are too large for the stack of a test.
    prop_oneof![20 => said.boxed(), 12 => asked.boxed(), 16 => served.boxed(), 5 => timed.boxed()]
}

/// All that is there, or nothing of it.
pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    (any::<bool>(), any::<bool>(), 0..3_u32, 0..3_u64).prop_map(|(plain, forward, priority, window)| Settings {
        forward_proposals: forward,
        max_append_entries: 2,
        max_in_flight_appends: 2,
        max_in_flight_bytes: window,
        max_append_bytes: window,
        max_uncommitted_bytes: 8,
        priority,
        snapshot_after_entries: core::num::NonZeroU64::new(window),
        ..if plain { Settings::plain() } else { Settings::default() }
    })
}

/// A disk that a server can have left behind, with or without a snapshot; it has one, three or five voters.
pub(crate) fn disk() -> impl Strategy<Value = DurableState> {
    let base = prop_oneof![3 => Just(EntryId::ZERO), 1 => (1..4_u64, 1..3_u64).prop_map(|(i, t)| EntryId::new(LogIndex(i), Term(t)))];
    let size = prop_oneof![1 => Just(0), 2 => Just(1), 4 => Just(3), 2 => Just(5)];
    (base, size, vec(1..3_u64, 0..4), 0..4_u64).prop_map(|(base, size, steps, more)| {
        let mut term = base.term.0;
        let grow = |step| {
            term += step;
            term
        };
        let terms: Vec<_> = steps.into_iter().map(grow).collect();
        DurableState {
            hard_state: HardState { term: Term(term + more), vote: None, commit: base.index },
            base,
            // Whoever has no snapshot may be new, and know of nobody.
            membership: if size == 0 && base == EntryId::ZERO { Membership::nobody() } else { voters(size.max(1)) },
            entries: entries_after(base.index.0, &terms),
            applied: base.index,
        }
    })
}

/// Any disk at all.
pub(crate) fn any_disk() -> impl Strategy<Value = DurableState> {
    let vote = prop_oneof![Just(None), number().prop_map(|id| Some(NodeId(id)))];
    let hard_state = (number(), vote, number()).prop_map(|(term, vote, commit)| HardState {
        term: Term(term),
        vote,
        commit: LogIndex(commit),
    });
    (hard_state, entry_id(), membership(), number()).prop_flat_map(|(hard_state, base, membership, applied)| {
        let disk = move |entries| DurableState {
            hard_state,
            base,
            membership: membership.clone(),
            entries,
            applied: LogIndex(applied),
        };
        entries(base).prop_map(disk)
    })
}

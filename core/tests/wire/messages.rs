//! Messages of every kind, with anything in them.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use raftarium_core::{
    AppendReply, AppendRequest, Ballot, Body, Boot, Change, Entry, EntryId, ForwardId, LogIndex, Membership, Message,
    NodeId, Payload, ProposalReply, ProposalRequest, ProposeError, ReadId, SnapshotChunk, SnapshotReply, Term,
    VoteReply, VoteRequest,
};

use super::kinds::Kind;

/// Numbers of every length.
fn number() -> impl Strategy<Value = u64> {
    (any::<u64>(), 0..64_u32).prop_map(|(number, shift)| number >> shift)
}

fn index() -> impl Strategy<Value = LogIndex> {
    number().prop_map(LogIndex)
}

fn entry_id() -> impl Strategy<Value = EntryId> {
    (index(), number()).prop_map(|(index, term)| EntryId::new(index, Term(term)))
}

fn membership() -> impl Strategy<Value = Box<Membership>> {
    let change = (0..3_u8, 1..9_u64).prop_map(|(kind, node)| match kind {
        0 => Change::AddVoter(NodeId(node)),
        1 => Change::AddLearner(NodeId(node)),
        _ => Change::Remove(NodeId(node)),
    });
    (1..6_u64, option::of((vec(change, 0..4), any::<bool>()))).prop_map(|(size, joint)| {
        let voters = Membership::new((1..=size).map(NodeId)).expect("one at least");
        let joint = joint.and_then(|(changes, auto_leave)| voters.enter_joint(&changes, auto_leave).ok());
        Box::new(joint.unwrap_or(voters))
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let payload = prop_oneof![
        1 => Just(Payload::NoOp),
        4 => vec(any::<u8>(), 0..200).prop_map(|bytes| Payload::Command(bytes.into())),
        1 => membership().prop_map(Payload::Membership),
    ];
    (entry_id(), payload).prop_map(|(id, payload)| Entry { id, payload })
}

fn read_id() -> impl Strategy<Value = ReadId> {
    (number(), number()).prop_map(|(boot, sequence)| ReadId { boot: Boot(boot), sequence })
}

fn forward_id() -> impl Strategy<Value = ForwardId> {
    (number(), number()).prop_map(|(boot, sequence)| ForwardId { boot: Boot(boot), sequence })
}

fn refusal() -> impl Strategy<Value = ProposeError> {
    prop_oneof![
        option::of(number()).prop_map(|leader| ProposeError::NotLeader { leader: leader.map(NodeId) }),
        number().prop_map(|to| ProposeError::Transferring { to: NodeId(to) }),
        (number(), number(), number()).prop_map(|(bytes, given, max)| ProposeError::TooMuchUncommitted {
            bytes,
            given,
            max
        }),
    ]
}

pub(crate) fn body(kind: Kind) -> BoxedStrategy<Body> {
    match kind {
        Kind::VoteRequest => {
            let ballot = prop_oneof![Just(Ballot::PreVote), Just(Ballot::Vote), Just(Ballot::Transfer)];
            (ballot, entry_id(), entry_id(), any::<u32>())
                .prop_map(|(ballot, last, commit, priority)| {
                    Body::VoteRequest(VoteRequest { ballot, last, commit, priority })
                })
                .boxed()
        }
        Kind::VoteReply => (any::<bool>(), any::<bool>(), entry_id())
            .prop_map(|(pre_vote, granted, commit)| Body::VoteReply(VoteReply { pre_vote, granted, commit }))
            .boxed(),
        Kind::AppendRequest => (entry_id(), vec(entry(), 0..5), index(), number())
            .prop_map(|(prev, entries, commit, round)| {
                Body::AppendRequest(AppendRequest { prev, entries, commit, round })
            })
            .boxed(),
        Kind::Accepted => (index(), number())
            .prop_map(|(matched, round)| Body::AppendReply(AppendReply::Accepted { matched, round }))
            .boxed(),
        Kind::Rejected => (index(), entry_id(), number())
            .prop_map(|(prev, hint, round)| Body::AppendReply(AppendReply::Rejected { prev, hint, round }))
            .boxed(),
        Kind::SnapshotChunk => (entry_id(), membership(), number(), vec(any::<u8>(), 0..200), any::<bool>())
            .prop_map(|(last, membership, offset, data, done)| {
                Body::SnapshotChunk(SnapshotChunk { last, membership, offset, data: data.into(), done })
            })
            .boxed(),
        Kind::SnapshotReply => (entry_id(), number())
            .prop_map(|(last, received)| Body::SnapshotReply(SnapshotReply { last, received }))
            .boxed(),
        Kind::ReadRequest => read_id().prop_map(Body::ReadRequest).boxed(),
        Kind::ReadReply => (read_id(), index()).prop_map(|(id, index)| Body::ReadReply { id, index }).boxed(),
        Kind::TimeoutNow => Just(Body::TimeoutNow).boxed(),
        Kind::ProposalRequest => (forward_id(), vec(any::<u8>(), 0..200))
            .prop_map(|(id, command)| Body::ProposalRequest(ProposalRequest { id, command: command.into() }))
            .boxed(),
        Kind::Placed => (forward_id(), entry_id())
            .prop_map(|(id, place)| Body::ProposalReply(ProposalReply { id, result: Ok(place) }))
            .boxed(),
        Kind::Refused => (forward_id(), refusal())
            .prop_map(|(id, error)| Body::ProposalReply(ProposalReply { id, result: Err(error) }))
            .boxed(),
        Kind::SnapshotRequest => index().prop_map(|least| Body::SnapshotRequest { least }).boxed(),
    }
}

pub(crate) fn any_message() -> impl Strategy<Value = Message> {
    let body = (0..Kind::ALL.len()).prop_flat_map(|nth| body(Kind::ALL[nth]));
    (number(), number(), number(), body).prop_map(|(from, to, term, body)| Message {
        from: NodeId(from),
        to: NodeId(to),
        term: Term(term),
        body,
    })
}

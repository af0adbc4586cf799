//! Messages with anything in them, and messages that a peer could send.

use proptest::collection::vec;
use proptest::prelude::*;
use raftarium_core::{
    AppendReply, AppendRequest, Ballot, Body, Boot, Change, Entry, EntryId, ForwardId, LogIndex, Membership, Message,
    Node, NodeId, Payload, ProposalReply, ProposalRequest, ProposeError, ReadId, SnapshotChunk, SnapshotReply, Term,
    VoteReply, VoteRequest,
};

use crate::harness::{entries_after, voters};

/// `ahead` is how far the sender's term is above the server's, `back` how far it goes back from the end of the log.
#[derive(Clone, Debug)]
pub(crate) enum Peer {
    Candidate {
        ahead: u64,
        back: u64,
    },
    Leader {
        ahead: u64,
        back: u64,
        entries: usize,
    },
    Vote,
    PreVote,
    Accepted {
        back: u64,
    },
    Rejected {
        back: u64,
    },
    /// A part of a snapshot that ends `more` after the end of the log, from byte `offset` on.
    Chunk {
        ahead: u64,
        more: u64,
        offset: u64,
        done: bool,
    },
    /// An answer to a part of the snapshot of the server.
    ChunkReply {
        received: u64,
    },
    TimeoutNow,
    ReadRequest(u64),
    ReadReply(u64, u64),
    Proposal(u64),
    /// An answer that it was appended so far back from the end of the log, or refused.
    ProposalReply(u64, Option<u64>),
    /// It asks for a snapshot that covers all but so many entries.
    SnapshotRequest {
        back: u64,
    },
    Transfer,
}

pub(super) fn peer() -> impl Strategy<Value = Peer> {
    let ahead = || prop_oneof![3 => Just(0), 1 => Just(1_u64)];
    let back = || 0..4_u64;
    prop_oneof![
        2 => (ahead(), back()).prop_map(|(ahead, back)| Peer::Candidate { ahead, back }),
        6 => (ahead(), back(), 0..4_usize).prop_map(|(ahead, back, entries)| Peer::Leader { ahead, back, entries }),
        3 => Just(Peer::Vote),
        4 => back().prop_map(|back| Peer::Accepted { back }),
        2 => back().prop_map(|back| Peer::Rejected { back }),
        1 => Just(Peer::PreVote),
        3 => (ahead(), 0..4_u64, 0..3_u64, any::<bool>())
            .prop_map(|(ahead, more, offset, done)| Peer::Chunk { ahead, more, offset, done }),
        1 => (0..3_u64).prop_map(|received| Peer::ChunkReply { received }),
        1 => Just(Peer::TimeoutNow),
        1 => (0..4_u64).prop_map(Peer::ReadRequest),
        1 => (0..4_u64, back()).prop_map(|(id, back)| Peer::ReadReply(id, back)),
        2 => (0..4_u64).prop_map(Peer::Proposal),
        2 => (0..4_u64, proptest::option::of(back())).prop_map(|(id, back)| Peer::ProposalReply(id, back)),
        2 => back().prop_map(|back| Peer::SnapshotRequest { back }),
        1 => Just(Peer::Transfer),
    ]
}

impl Peer {
    pub(super) fn says_to(&self, node: &Node) -> (Term, Body) {
        let term = |ahead| Term(node.hard_state().term.0.saturating_add(ahead));
        let place = |back| {
            let index = LogIndex(node.log().last().index.0.saturating_sub(back)).max(node.log().base().index);
            EntryId::new(index, node.log().term_at(index).expect("from the base to the end"))
        };
        let candidate =
            |ballot, back| Body::VoteRequest(VoteRequest { ballot, last: place(back), commit: place(3), priority: 0 });
        let vote = |pre_vote| Body::VoteReply(VoteReply { pre_vote, granted: true, commit: place(3) });
        match *self {
            Self::Candidate { ahead, back } => (term(ahead), candidate(Ballot::Vote, back)),
            Self::Transfer => (term(1), candidate(Ballot::Transfer, 0)),
            Self::Leader { ahead, back, entries } => {
                let (term, prev) = (term(ahead), place(back));
                let mut entries = entries_after(prev.index.0, &vec![term.0; entries]);
                if let Some(last) = entries.get_mut(2) {
                    last.payload = Payload::Membership(Box::new(voters(1 + back)));
                }
                (term, Body::AppendRequest(AppendRequest { prev, entries, commit: prev.index, round: back }))
            }
            Self::Vote => (term(0), vote(false)),
            Self::PreVote => (term(1), vote(true)),
            Self::Accepted { back } => {
                let matched = place(back).index;
                (term(0), Body::AppendReply(AppendReply::Accepted { matched, round: back }))
            }
            Self::Rejected { back } => {
                let hint = place(back);
                (term(0), Body::AppendReply(AppendReply::Rejected { prev: hint.index.next(), hint, round: back }))
            }
            Self::Chunk { ahead, more, offset, done } => {
                let (term, end) = (term(ahead), place(0));
                let last =
                    EntryId::new(LogIndex(end.index.0.saturating_add(more)), if more == 0 { end.term } else { term });
                let membership = Box::new(voters(3));
                (term, Body::SnapshotChunk(SnapshotChunk { last, membership, offset, data: "x".into(), done }))
            }
            Self::ChunkReply { received } => {
                (term(0), Body::SnapshotReply(SnapshotReply { last: node.log().base(), received }))
            }
            Self::TimeoutNow => (term(0), Body::TimeoutNow),
            Self::ReadRequest(sequence) => (term(0), Body::ReadRequest(ReadId { boot: Boot(1), sequence })),
            Self::Proposal(sequence) => {
                let id = ForwardId { boot: Boot(1), sequence };
                (term(0), Body::ProposalRequest(ProposalRequest { id, command: "x".into() }))
            }
            Self::ProposalReply(sequence, back) => {
                let id = ForwardId { boot: node.boot(), sequence };
                let appended = |back| EntryId::new(place(back).index.next(), term(0));
                let result = back.map(appended).ok_or(ProposeError::NotLeader { leader: None });
                (term(0), Body::ProposalReply(ProposalReply { id, result }))
            }
            Self::SnapshotRequest { back } => (term(0), Body::SnapshotRequest { least: place(back).index }),
            Self::ReadReply(sequence, back) => {
                let id = ReadId { boot: node.boot(), sequence };
                (term(0), Body::ReadReply { id, index: place(back).index })
            }
        }
    }
}

/// A number that is small, where the interesting cases are, or anything.
pub(super) fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        16 => 0..8_u64,
        1 => any::<u64>(),
        1 => (0..4_u64).prop_map(|less| u64::MAX - less),
        1 => (0..4_u64).prop_map(|less| u64::MAX / 2 + 1 - less),
        1 => (0..4_u64).prop_map(|more| u64::from(u32::MAX) + more),
    ]
}

pub(super) fn entry_id() -> impl Strategy<Value = EntryId> {
    (number(), number()).prop_map(|(index, term)| EntryId::new(LogIndex(index), Term(term)))
}

/// Entries with anything in them, or such as could follow.
pub(super) fn entries(after: EntryId) -> impl Strategy<Value = Vec<Entry>> {
    let payload = prop_oneof![
        2 => Just(Payload::NoOp),
        1 => membership().prop_map(|membership| Payload::Membership(Box::new(membership))),
    ];
    let any_entry = (entry_id(), payload).prop_map(|(id, payload)| Entry { id, payload });
    prop_oneof![
        1 => vec(any_entry, 0..4).boxed(),
        6 => vec(0..3_u64, 0..4).prop_map(move |steps| {
            let mut term = after.term.0;
            let grow = |step| { term = u64::saturating_add(term, step); term };
            let terms: Vec<_> = steps.into_iter().map(grow).collect();
            entries_after(after.index.0, &terms)
        }),
    ]
}

fn read_id() -> impl Strategy<Value = ReadId> {
    (0..3_u64, number()).prop_map(|(boot, sequence)| ReadId { boot: Boot(boot), sequence })
}

fn forward_id() -> impl Strategy<Value = ForwardId> {
    (0..3_u64, number()).prop_map(|(boot, sequence)| ForwardId { boot: Boot(boot), sequence })
}

fn proposal_result() -> impl Strategy<Value = Result<EntryId, ProposeError>> {
    prop_oneof![
        2 => entry_id().prop_map(Ok),
        1 => number().prop_map(|to| Err(ProposeError::Transferring { to: NodeId(to) })),
    ]
}

/// A membership that a server can be in, or nobody's.
pub(super) fn membership() -> impl Strategy<Value = Membership> {
    (0..4_u64, any::<bool>()).prop_map(|(size, joint)| match (size, joint) {
        (0, _) => Membership::nobody(),
        (_, false) => voters(size),
        (_, true) => voters(size).enter_joint(&[Change::AddVoter(NodeId(9))], true).expect("voters"),
    })
}

fn append() -> impl Strategy<Value = Body> {
    (entry_id(), number(), number()).prop_flat_map(|(prev, commit, round)| {
        let request = move |entries| AppendRequest { prev, entries, commit: LogIndex(commit), round };
        entries(prev).prop_map(move |entries| Body::AppendRequest(request(entries)))
    })
}

fn ballot() -> impl Strategy<Value = Ballot> {
    prop_oneof![Just(Ballot::PreVote), Just(Ballot::Vote), Just(Ballot::Transfer)]
}

fn body() -> impl Strategy<Value = Body> {
    prop_oneof![
        3 => (ballot(), entry_id(), entry_id(), 0..3_u32).prop_map(|(ballot, last, commit, priority)| {
            Body::VoteRequest(VoteRequest { ballot, last, commit, priority })
        }),
        4 => (any::<bool>(), any::<bool>(), entry_id()).prop_map(|(pre_vote, granted, commit)| {
            Body::VoteReply(VoteReply { pre_vote, granted, commit })
        }),
        1 => Just(Body::TimeoutNow),
        5 => append(),
        2 => (number(), number()).prop_map(|(matched, round)| {
            Body::AppendReply(AppendReply::Accepted { matched: LogIndex(matched), round })
        }),
        2 => (number(), entry_id(), number()).prop_map(|(prev, hint, round)| {
            Body::AppendReply(AppendReply::Rejected { prev: LogIndex(prev), hint, round })
        }),
        3 => (entry_id(), membership(), number(), any::<bool>()).prop_map(|(last, membership, offset, done)| {
            let membership = Box::new(membership);
            Body::SnapshotChunk(SnapshotChunk { last, membership, offset, data: "x".into(), done })
        }),
        1 => (entry_id(), number())
            .prop_map(|(last, received)| Body::SnapshotReply(SnapshotReply { last, received })),
        1 => read_id().prop_map(Body::ReadRequest),
        1 => (read_id(), number()).prop_map(|(id, index)| Body::ReadReply { id, index: LogIndex(index) }),
        1 => forward_id().prop_map(|id| Body::ProposalRequest(ProposalRequest { id, command: "x".into() })),
        1 => (forward_id(), proposal_result())
            .prop_map(|(id, result)| Body::ProposalReply(ProposalReply { id, result })),
        1 => number().prop_map(|least| Body::SnapshotRequest { least: LogIndex(least) }),
    ]
}

pub(super) fn message() -> impl Strategy<Value = Message> {
    let to = prop_oneof![30 => Just(1), 1 => number()];
    (1..6_u64, to, number(), body().boxed()).prop_map(|(from, to, term, body)| Message {
        from: NodeId(from),
        to: NodeId(to),
        term: Term(term),
        body,
    })
}

//! One Vote Per Term (§5.2).

use alloc::format;
use alloc::vec;

use raftarium_core::sorted::Sorted;
use raftarium_core::{Ballot, Body, Message, NodeId, Term, VoteReply, VoteRequest};

use super::{Finding, Rule};

/// Whom each server has voted for: what it said, not what it remembers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Votes {
    given: Sorted<(NodeId, Term), NodeId>,
}

impl Votes {
    pub(super) fn copy_bytes(&self) -> usize {
        self.given.len() * 2 * size_of::<(NodeId, Term, NodeId)>()
    }

    /// `message` leaves its sender.
    pub(super) fn check(&mut self, message: &Message) -> Option<Finding> {
        let (voter, term) = (message.from, message.term);
        let candidate = match &message.body {
            Body::VoteReply(VoteReply { pre_vote: false, granted: true, .. }) => message.to,
            // A candidate votes for itself.
            Body::VoteRequest(VoteRequest { ballot: Ballot::Vote | Ballot::Transfer, .. }) => voter,
            Body::VoteRequest(VoteRequest { ballot: Ballot::PreVote, .. })
            | Body::VoteReply(_)
            | Body::AppendRequest(_)
            | Body::AppendReply(_)
            | Body::SnapshotChunk(_)
            | Body::SnapshotReply(_)
            | Body::ReadRequest(_)
            | Body::ReadReply { .. }
            | Body::TimeoutNow
            | Body::ProposalRequest(_)
            | Body::ProposalReply(_)
            | Body::SnapshotRequest { .. } => return None,
        };
        let first = *self.given.entry((voter, term)).or_insert(candidate);
        (first != candidate).then(|| Finding {
            rule: Rule::OneVotePerTerm,
            servers: vec![voter],
            story: format!("{voter} voted for {first} in term {term}, and then for {candidate}"),
        })
    }
}

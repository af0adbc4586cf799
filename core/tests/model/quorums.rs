//! The arithmetic of majorities against its definition, by looking at every set of servers.

use raftarium_core::quorum::{VoteResult, majority};
use raftarium_core::{Change, LogIndex, Membership, NodeId};

use crate::harness::{id, voters};

/// Plain memberships of one to six voters, and all joint ones whose halves are among five servers.
fn memberships() -> Vec<Membership> {
    let mut all: Vec<_> = (1..=6).map(voters).collect();
    let halves: Vec<Vec<NodeId>> =
        (1..32_u64).map(|set| (1..=5).filter(|number| set >> (number - 1) & 1 == 1).map(id).collect()).collect();
    for (old, new) in halves.iter().flat_map(|old| halves.iter().map(move |new| (old, new))) {
        let removed = old.iter().filter(|node| !new.contains(node)).map(|&node| Change::Remove(node));
        let changes: Vec<_> = removed.chain(new.iter().map(|&node| Change::AddVoter(node))).collect();
        let old = Membership::new(old.iter().copied()).expect("none twice");
        all.push(old.enter_joint(&changes, false).expect("voters are left"));
    }
    all
}

/// The definition: more than half of the voters, and of the outgoing voters if there are any.
fn is_quorum(membership: &Membership, has: impl Fn(NodeId) -> bool) -> bool {
    [membership.voters(), membership.outgoing()].into_iter().all(|half| {
        let count = half.iter().filter(|&&node| has(node)).count();
        half.is_empty() || 2 * count > half.len()
    })
}

#[test]
fn a_majority_is_the_smallest_number_that_is_more_than_half() {
    for voters in 1..200 {
        let smallest = (0..=voters).find(|count| 2 * count > voters);
        assert_eq!(Some(majority(voters)), smallest, "of {voters}");
    }
}

#[test]
fn an_election_is_won_by_a_quorum_and_lost_when_there_can_be_none_any_more() {
    for membership in memberships() {
        let members = membership.all();
        for votes in 0..3_usize.pow(u32::try_from(members.len()).expect("few")) {
            let vote = |node: NodeId| {
                let place = members.iter().position(|&member| member == node)?;
                [None, Some(true), Some(false)][votes / 3_usize.pow(u32::try_from(place).expect("few")) % 3]
            };
            let expected = if is_quorum(&membership, |node| vote(node) == Some(true)) {
                VoteResult::Won
            } else if !is_quorum(&membership, |node| vote(node) != Some(false)) {
                VoteResult::Lost
            } else {
                VoteResult::Pending
            };
            assert_eq!(membership.vote_result(vote), expected, "{membership:?}, votes {votes}");
        }
    }
}

#[test]
fn what_is_committed_is_the_greatest_index_that_a_quorum_has() {
    let mut scratch = vec![];
    for membership in memberships() {
        let members = membership.all();
        for matched in 0..4_u64.pow(u32::try_from(members.len()).expect("few")) {
            let matched = |node: NodeId| {
                let place = members.iter().position(|&member| member == node).expect("a member");
                LogIndex(matched / 4_u64.pow(u32::try_from(place).expect("few")) % 4)
            };
            let expected = (0..4).rev().find(|&index| is_quorum(&membership, |node| matched(node).0 >= index));
            assert_eq!(Some(membership.committed(matched, &mut scratch).0), expected, "{membership:?}");
        }
    }
}

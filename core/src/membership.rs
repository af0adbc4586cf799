//! Who belongs to the cluster (§6; chapter 4 of the dissertation).

use alloc::vec::Vec;
use core::fmt;

use crate::quorum::{self, VoteResult};
use crate::types::{LogIndex, NodeId};

/// The servers of a cluster, and what each may do.
///
/// A membership is *joint* while it has outgoing voters: then every decision needs a majority of the voters and a
/// majority of the outgoing voters (§6).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Membership {
    // Each in ascending order, without repetition.
    voters: Vec<NodeId>,
    outgoing: Vec<NodeId>,
    learners: Vec<NodeId>,
    learners_next: Vec<NodeId>,
    auto_leave: bool,
}

/// Why a list of servers is not a membership.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum MembershipError {
    /// There are no voters.
    NoVoters,
    /// A server is named twice.
    Repeated {
        /// That server.
        node: NodeId,
    },
}

impl fmt::Display for MembershipError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVoters => write!(f, "a cluster of 0 voters; allowed is 1 or more"),
            Self::Repeated { node } => write!(f, "{node} is named twice"),
        }
    }
}

impl core::error::Error for MembershipError {}

/// One step of a change of membership.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Change {
    /// The server votes from now on, whether it is new or was a learner.
    AddVoter(NodeId),
    /// The server gets the log and does not vote, whether it is new or was a voter.
    AddLearner(NodeId),
    /// The server leaves.
    Remove(NodeId),
}

/// Why a change of membership cannot be made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum ChangeError {
    /// No voter would be left.
    NoVotersLeft,
    /// More than one voter would change at once, which is safe only through a joint membership (§4.1 of the
    /// dissertation).
    NeedsJoint {
        /// How many would change.
        changed: usize,
    },
    /// The membership is joint already; it must be left first.
    AlreadyJoint,
    /// The membership is not joint, so there is nothing to leave.
    NotJoint,
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVotersLeft => write!(f, "0 voters would be left; allowed is 1 or more"),
            Self::NeedsJoint { changed } => {
                write!(f, "{changed} voters would change at once; without a joint membership allowed is 1")
            }
            Self::AlreadyJoint => write!(f, "the membership is joint; it must be left before another change"),
            Self::NotJoint => write!(f, "the membership is not joint, so it cannot be left"),
        }
    }
}

impl core::error::Error for ChangeError {}

impl Membership {
    /// A cluster in which all of `voters` vote.
    ///
    /// # Errors
    ///
    /// If there are none, or one is named twice.
    pub fn new(voters: impl IntoIterator<Item = NodeId>) -> Result<Self, MembershipError> {
        Self::with_learners(voters, [])
    }

    /// A cluster in which all of `voters` vote, and `learners` only get the log.
    ///
    /// # Errors
    ///
    /// If there are no voters, or a server is named twice.
    pub fn with_learners(
        voters: impl IntoIterator<Item = NodeId>,
        learners: impl IntoIterator<Item = NodeId>,
    ) -> Result<Self, MembershipError> {
        let mut all = Vec::new();
        let mut sorted = |ids: &mut dyn Iterator<Item = NodeId>| {
            let mut ids: Vec<_> = ids.collect();
            ids.sort_unstable();
            all.extend_from_slice(&ids);
            ids
        };
        let voters = sorted(&mut voters.into_iter());
        let learners = sorted(&mut learners.into_iter());
        all.sort_unstable();
        if let Some(pair) = all.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(MembershipError::Repeated { node: pair[0] });
        }
        if voters.is_empty() { Err(MembershipError::NoVoters) } else { Ok(Self { voters, learners, ..Self::nobody() }) }
    }

    /// What a server knows that is going to join a cluster: nothing. It waits to be found.
    #[must_use]
    pub const fn nobody() -> Self {
        let none = Vec::new();
        Self { voters: none, outgoing: Vec::new(), learners: Vec::new(), learners_next: Vec::new(), auto_leave: false }
    }

    /// The servers that vote and count towards commitment, in ascending order; while joint, those of the new half.
    #[must_use]
    pub fn voters(&self) -> &[NodeId] {
        &self.voters
    }

    /// While joint, the voters of the half that is left; otherwise nobody.
    #[must_use]
    pub fn outgoing(&self) -> &[NodeId] {
        &self.outgoing
    }

    /// The servers that get the log and do not vote.
    #[must_use]
    pub fn learners(&self) -> &[NodeId] {
        &self.learners
    }

    /// While joint, the outgoing voters that will be learners.
    #[must_use]
    pub fn learners_next(&self) -> &[NodeId] {
        &self.learners_next
    }

    /// Whether two majorities are needed.
    #[must_use]
    pub fn is_joint(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Whether the leader leaves the joint membership by itself, as soon as it is committed.
    #[must_use]
    pub const fn auto_leave(&self) -> bool {
        self.auto_leave
    }

    /// Whether `node` votes, in either half.
    #[must_use]
    pub fn is_voter(&self, node: NodeId) -> bool {
        has(&self.voters, node) || has(&self.outgoing, node)
    }

    /// Whether `node` gets the log and does not vote.
    #[must_use]
    pub fn is_learner(&self, node: NodeId) -> bool {
        has(&self.learners, node)
    }

    /// Whether `node` belongs to the cluster.
    #[must_use]
    pub fn has(&self, node: NodeId) -> bool {
        self.is_voter(node) || self.is_learner(node)
    }

    /// All servers, in ascending order.
    #[must_use]
    pub fn all(&self) -> Vec<NodeId> {
        let mut all: Vec<_> = [&self.voters, &self.outgoing, &self.learners].into_iter().flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What the votes so far say, given the vote of each server that has voted (§5.2, §6).
    pub fn vote_result(&self, vote: impl Fn(NodeId) -> Option<bool>) -> VoteResult {
        quorum::election(&self.voters, &vote).and(quorum::election(&self.outgoing, &vote))
    }

    /// The greatest index that is committed by what each server has (§5.3, §6).
    pub fn committed(&self, matched: impl Fn(NodeId) -> LogIndex, scratch: &mut Vec<LogIndex>) -> LogIndex {
        let committed = quorum::committed(&self.voters, &matched, scratch);
        committed.min(quorum::committed(&self.outgoing, &matched, scratch))
    }

    /// This membership after `changes`, of which at most one may change who votes (§4.1 of the dissertation).
    ///
    /// # Errors
    ///
    /// If the membership is joint, more than one voter would change, or none would be left.
    pub fn simple(&self, changes: &[Change]) -> Result<Self, ChangeError> {
        if self.is_joint() {
            return Err(ChangeError::AlreadyJoint);
        }
        let changed = self.apply(changes)?;
        let differ = |one: &[NodeId], other: &[NodeId]| one.iter().filter(|&&node| !has(other, node)).count();
        let count = differ(&self.voters, &changed.voters) + differ(&changed.voters, &self.voters);
        if count > 1 { Err(ChangeError::NeedsJoint { changed: count }) } else { Ok(changed) }
    }

    /// The joint membership that leads from this one to the one after `changes` (§6). With `auto_leave`, the leader
    /// leaves it as soon as it is committed.
    ///
    /// # Errors
    ///
    /// If the membership is joint already, has no voters, or would have none.
    pub fn enter_joint(&self, changes: &[Change], auto_leave: bool) -> Result<Self, ChangeError> {
        if self.is_joint() {
            return Err(ChangeError::AlreadyJoint);
        }
        if self.voters.is_empty() {
            return Err(ChangeError::NoVotersLeft);
        }
        let mut joint = Self { outgoing: self.voters.clone(), auto_leave, ..self.clone() };
        joint = joint.apply(changes)?;
        Ok(joint)
    }

    /// The membership after this joint one: the outgoing voters are gone, or learners.
    ///
    /// # Errors
    ///
    /// If the membership is not joint.
    pub fn leave_joint(&self) -> Result<Self, ChangeError> {
        if !self.is_joint() {
            return Err(ChangeError::NotJoint);
        }
        let mut left = self.clone();
        for node in left.learners_next.drain(..).collect::<Vec<_>>() {
            insert(&mut left.learners, node);
        }
        left.outgoing.clear();
        left.auto_leave = false;
        Ok(left)
    }

    /// Whether it could have been built: what comes from a peer or a disk may be anything.
    #[must_use]
    pub(crate) fn is_valid(&self) -> bool {
        let ascending = |ids: &[NodeId]| ids.windows(2).all(|pair| pair[0] < pair[1]);
        let all = [&self.voters, &self.outgoing, &self.learners, &self.learners_next];
        let apart = !self.learners.iter().any(|&node| self.is_voter(node))
            && self.learners_next.iter().all(|&node| has(&self.outgoing, node) && !has(&self.voters, node));
        let plain = self.is_joint() || (self.learners_next.is_empty() && !self.auto_leave);
        all.into_iter().all(|ids| ascending(ids)) && apart && plain && !self.voters.is_empty()
    }

    fn apply(&self, changes: &[Change]) -> Result<Self, ChangeError> {
        let mut changed = self.clone();
        for change in changes {
            match *change {
                Change::AddVoter(node) => {
                    remove(&mut changed.learners, node);
                    remove(&mut changed.learners_next, node);
                    insert(&mut changed.voters, node);
                }
                Change::AddLearner(node) => {
                    remove(&mut changed.voters, node);
                    // A server cannot be both: one that still votes in the half that is left learns when that is left.
                    let list =
                        if has(&changed.outgoing, node) { &mut changed.learners_next } else { &mut changed.learners };
                    insert(list, node);
                }
                Change::Remove(node) => {
                    for list in [&mut changed.voters, &mut changed.learners, &mut changed.learners_next] {
                        remove(list, node);
                    }
                }
            }
        }
        if changed.voters.is_empty() { Err(ChangeError::NoVotersLeft) } else { Ok(changed) }
    }
}

fn has(sorted: &[NodeId], node: NodeId) -> bool {
    sorted.binary_search(&node).is_ok()
}

fn insert(sorted: &mut Vec<NodeId>, node: NodeId) {
    if let Err(position) = sorted.binary_search(&node) {
        sorted.insert(position, node);
    }
}

fn remove(sorted: &mut Vec<NodeId>, node: NodeId) {
    if let Ok(position) = sorted.binary_search(&node) {
        sorted.remove(position);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Change::{AddLearner, AddVoter, Remove};

    fn ids(ids: &[u64]) -> Vec<NodeId> {
        ids.iter().copied().map(NodeId).collect()
    }

    fn of(voters: &[u64]) -> Membership {
        Membership::new(ids(voters)).expect("voters")
    }

    #[test]
    fn only_memberships_can_be_built() {
        assert_eq!(Membership::new(ids(&[])), Err(MembershipError::NoVoters));
        assert_eq!(Membership::new(ids(&[2, 1, 2])), Err(MembershipError::Repeated { node: NodeId(2) }));
        let both = Membership::with_learners(ids(&[1]), ids(&[1]));
        assert_eq!(both, Err(MembershipError::Repeated { node: NodeId(1) }));
        let membership = of(&[3, 1]);
        assert_eq!(membership.voters(), ids(&[1, 3]));
        assert!(membership.is_voter(NodeId(3)) && !membership.is_voter(NodeId(2)) && membership.is_valid());
        assert!(!Membership::nobody().is_valid());
    }

    #[test]
    fn one_voter_may_change_at_once() {
        let three = of(&[1, 2, 3]);
        for (changes, expected) in [
            (&[AddVoter(NodeId(4))][..], Ok(4)),
            (&[Remove(NodeId(3))][..], Ok(2)),
            (&[AddLearner(NodeId(3))][..], Ok(2)),
            (&[AddLearner(NodeId(4)), AddLearner(NodeId(5))][..], Ok(3)),
            (&[Remove(NodeId(3)), AddVoter(NodeId(4))][..], Err(ChangeError::NeedsJoint { changed: 2 })),
            (&[Remove(NodeId(1)), Remove(NodeId(2)), Remove(NodeId(3))][..], Err(ChangeError::NoVotersLeft)),
        ] {
            let changed = three.simple(changes).map(|membership| membership.voters().len());
            assert_eq!(changed, expected, "{changes:?}");
        }
    }

    #[test]
    fn a_joint_membership_has_two_halves_until_it_is_left() {
        let joint = of(&[1, 2, 3]).enter_joint(&[Remove(NodeId(1)), AddLearner(NodeId(2)), AddVoter(NodeId(4))], true);
        let joint = joint.expect("voters are left");
        assert_eq!((joint.voters(), joint.outgoing()), (&ids(&[3, 4])[..], &ids(&[1, 2, 3])[..]));
        assert_eq!((joint.learners(), joint.learners_next()), (&[][..], &ids(&[2])[..]));
        assert!(joint.is_joint() && joint.auto_leave() && joint.is_valid());
        assert_eq!(joint.enter_joint(&[], false), Err(ChangeError::AlreadyJoint));
        assert_eq!(joint.simple(&[]), Err(ChangeError::AlreadyJoint));
        let left = joint.leave_joint().expect("it is joint");
        assert_eq!((left.voters(), left.learners()), (&ids(&[3, 4])[..], &ids(&[2])[..]));
        assert!(!left.is_joint() && left.is_valid());
        assert_eq!(left.leave_joint(), Err(ChangeError::NotJoint));
    }

    #[test]
    fn a_joint_decision_needs_both_majorities() {
        let joint = of(&[1, 2, 3]).enter_joint(&[Remove(NodeId(1)), AddVoter(NodeId(4))], false).expect("voters");
        let granted = |by: &'static [u64]| move |node: NodeId| by.contains(&node.0).then_some(true);
        assert_eq!(joint.vote_result(granted(&[1, 2])), VoteResult::Pending);
        assert_eq!(joint.vote_result(granted(&[3, 4])), VoteResult::Pending);
        assert_eq!(joint.vote_result(granted(&[2, 3])), VoteResult::Won);
        let matched = |node: NodeId| LogIndex([0, 9, 7, 5, 8][usize::try_from(node.0).expect("small")]);
        // Of 2, 3, 4: 7, 5, 8, so 7. Of 1, 2, 3: 9, 7, 5, so 7.
        assert_eq!(joint.committed(matched, &mut Vec::new()), LogIndex(7));
    }
}

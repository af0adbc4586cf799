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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Written"))]
pub struct Membership {
    // Each in ascending order, without repetition.
    pub(crate) voters: Vec<NodeId>,
    pub(crate) outgoing: Vec<NodeId>,
    pub(crate) learners: Vec<NodeId>,
    pub(crate) learners_next: Vec<NodeId>,
    pub(crate) auto_leave: bool,
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
    /// The lists that were read do not go together: no membership is written like that.
    Contradictory,
}

impl fmt::Display for MembershipError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVoters => write!(f, "a cluster of 0 voters; allowed is 1 or more"),
            Self::Repeated { node } => write!(f, "{node} is named twice"),
            Self::Contradictory => {
                write!(
                    f,
                    "a membership without voters, out of order, or with a server in two places that exclude another"
                )
            }
        }
    }
}

impl core::error::Error for MembershipError {}

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
}

/// What is read in place of a membership, and may be anything.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(rename = "Membership", deny_unknown_fields)]
struct Written {
    voters: Vec<NodeId>,
    outgoing: Vec<NodeId>,
    learners: Vec<NodeId>,
    learners_next: Vec<NodeId>,
    auto_leave: bool,
}

#[cfg(feature = "serde")]
impl TryFrom<Written> for Membership {
    type Error = MembershipError;

    fn try_from(written: Written) -> Result<Self, MembershipError> {
        let Written { voters, outgoing, learners, learners_next, auto_leave } = written;
        let membership = Self { voters, outgoing, learners, learners_next, auto_leave };
        let possible = membership.is_valid() || membership == Self::nobody();
        if possible { Ok(membership) } else { Err(MembershipError::Contradictory) }
    }
}

pub(crate) fn has(sorted: &[NodeId], node: NodeId) -> bool {
    sorted.binary_search(&node).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Change::{AddVoter, Remove};

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

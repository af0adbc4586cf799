//! Who belongs to the cluster (§6).

use alloc::vec::Vec;
use core::fmt;

use crate::types::NodeId;

/// The servers of a cluster. There is at least one voter, and nobody is named twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Membership {
    voters: Vec<NodeId>,
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

impl Membership {
    /// A cluster in which all of `voters` vote.
    ///
    /// # Errors
    ///
    /// If there are none, or one is named twice.
    pub fn new(voters: impl IntoIterator<Item = NodeId>) -> Result<Self, MembershipError> {
        let mut voters: Vec<_> = voters.into_iter().collect();
        voters.sort_unstable();
        if let Some(pair) = voters.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(MembershipError::Repeated { node: pair[0] });
        }
        if voters.is_empty() { Err(MembershipError::NoVoters) } else { Ok(Self { voters }) }
    }

    /// The servers that vote and count towards commitment, in ascending order.
    #[must_use]
    pub fn voters(&self) -> &[NodeId] {
        &self.voters
    }

    /// Whether `node` votes.
    #[must_use]
    pub fn is_voter(&self, node: NodeId) -> bool {
        self.voters.binary_search(&node).is_ok()
    }

    /// All voters but `node`.
    pub(crate) fn others(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        self.voters.iter().copied().filter(move |&voter| voter != node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_memberships_can_be_built() {
        let ids = |ids: &[u64]| ids.iter().copied().map(NodeId).collect::<Vec<_>>();
        assert_eq!(Membership::new(ids(&[])), Err(MembershipError::NoVoters));
        assert_eq!(Membership::new(ids(&[2, 1, 2])), Err(MembershipError::Repeated { node: NodeId(2) }));
        let membership = Membership::new(ids(&[3, 1])).expect("two servers");
        assert_eq!(membership.voters(), ids(&[1, 3]));
        assert!(membership.is_voter(NodeId(3)) && !membership.is_voter(NodeId(2)));
    }
}

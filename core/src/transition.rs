//! How a membership becomes another: one voter at a time (§4.1 of the dissertation), or through a joint membership (§6).

use alloc::vec::Vec;
use core::fmt;

use crate::membership::{Membership, has};
use crate::types::NodeId;

/// How a membership changes into another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Transition {
    /// At once if at most one voter changes (§4.1 of the dissertation), otherwise through a joint membership that the
    /// leader leaves by itself (§6).
    #[default]
    Auto,
    /// Through a joint membership that the leader leaves by itself as soon as it is committed.
    Joint,
    /// Through a joint membership that lasts until [`Node::leave_joint`](crate::Node::leave_joint).
    JointUntilLeft,
}

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
}

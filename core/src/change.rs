//! Changing who belongs to the cluster (§6; chapter 4 of the dissertation).

use alloc::boxed::Box;

use crate::event::{Event, StepDownReason, TransferEnd};
use crate::lab::Mistake;
use crate::log::Payload;
use crate::membership::Membership;
use crate::node::Node;
use crate::outcome::ProposalId;
use crate::progress::Progress;
use crate::refusal::MembershipChangeError;
use crate::role::{Leader, State};
use crate::time::Instant;
use crate::transition::{Change, ChangeError, Transition};
use crate::types::{LogIndex, NodeId};

impl Node {
    /// Asks that the membership be changed. It holds as soon as it is appended, and is undone if its entry is dropped.
    /// What becomes of it comes as [`Output::Proposals`](crate::Output::Proposals).
    ///
    /// # Errors
    ///
    /// If this server does not lead, another change is not committed yet, nothing of this term is committed yet, or the
    /// change itself cannot be made; then nothing has changed.
    pub fn change_membership(
        &mut self,
        now: Instant,
        changes: &[Change],
        transition: Transition,
    ) -> Result<ProposalId, MembershipChangeError> {
        self.may_change_membership()?;
        let current = self.membership();
        let next = match transition {
            Transition::Auto => current.simple(changes).or_else(|error| match error {
                ChangeError::NeedsJoint { .. } => current.enter_joint(changes, true),
                ChangeError::NoVotersLeft | ChangeError::AlreadyJoint | ChangeError::NotJoint => Err(error),
            }),
            Transition::Joint => current.enter_joint(changes, true),
            Transition::JointUntilLeft => current.enter_joint(changes, false),
        };
        Ok(self.propose_membership(now, next?))
    }

    /// Asks that the joint membership be left.
    ///
    /// # Errors
    ///
    /// As for [`Self::change_membership`]; and if the membership is not joint.
    pub fn leave_joint(&mut self, now: Instant) -> Result<ProposalId, MembershipChangeError> {
        self.may_change_membership()?;
        let next = self.membership().leave_joint()?;
        Ok(self.propose_membership(now, next))
    }

    fn may_change_membership(&self) -> Result<(), MembershipChangeError> {
        let State::Leader(leader) = &self.state else {
            return Err(MembershipChangeError::NotLeader { leader: self.leader() });
        };
        if let Some(transfer) = leader.transfer {
            return Err(MembershipChangeError::Transferring { to: transfer.to });
        }
        if let Some(pending) = self.memberships.since().filter(|&since| since > self.commit) {
            return Err(MembershipChangeError::Pending { pending, commit: self.commit });
        }
        // Without it, two leaders could each change one server on its own, and their majorities not meet: the mistake
        // that Raft's authors found in 2015.
        if self.log.term_at(self.commit) != Some(self.term) && !self.makes(Mistake::ChangeBeforeTermCommitted) {
            return Err(MembershipChangeError::TermNotCommitted { term: self.term });
        }
        Ok(())
    }

    fn propose_membership(&mut self, now: Instant, next: Membership) -> ProposalId {
        self.advance(now);
        let id = self.append_as_leader(Payload::Membership(Box::new(next)));
        self.proposals.accepted(id);
        id
    }

    /// What holds has changed, because its entry was appended or dropped.
    pub(crate) fn membership_changed(&mut self) {
        let (id, last) = (self.id, self.log.last().index);
        let membership = self.memberships.current();
        if let State::Leader(Leader { followers, stirred, transfer, .. }) = &mut self.state {
            followers.retain(|follower| membership.has(follower.id));
            for node in membership.all().into_iter().filter(|&node| node != id) {
                if let Err(position) = followers.binary_search_by_key(&node, |follower| follower.id) {
                    // It counts as heard of, until there has been time for an answer.
                    let mut follower = Progress::new(node, last.prev());
                    follower.active = true;
                    followers.insert(position, follower);
                }
            }
            *stirred = true;
            if transfer.is_some_and(|transfer| !membership.is_voter(transfer.to)) {
                self.end_transfer(TransferEnd::NotVoter);
            }
        }
        let membership = self.membership().clone();
        self.emit(|| Event::MembershipChanged { membership: Box::new(membership) });
    }

    /// The leader's commit index has moved. If the membership that holds is committed now, there may be more to do.
    pub(crate) fn after_commit(&mut self) {
        let State::Leader(leader) = &self.state else { return };
        let settled = self.memberships.since().is_none_or(|since| since <= self.commit);
        if !settled || self.log.term_at(self.commit) != Some(self.term) {
            return;
        }
        if self.membership().auto_leave() {
            // Once appended, it holds, so a joint membership is never left twice.
            if let Ok(next) = self.membership().leave_joint() {
                self.append_as_leader(Payload::Membership(Box::new(next)));
                self.advance_commit();
            }
        } else if !self.membership().is_joint()
            && !self.membership().is_voter(self.id)
            && !self.makes(Mistake::RemovedLeaderStays)
        {
            // A leader that is not in the membership leads until that is committed (§6), and hands over to the voter
            // that is furthest.
            let voters = leader.followers.iter().filter(|follower| self.membership().is_voter(follower.id));
            let heir: Option<NodeId> = voters.max_by_key(|follower| follower.counted()).map(|follower| follower.id);
            if let Some(heir) = heir {
                self.tell_to_campaign(heir);
            }
            self.step_down(None, StepDownReason::Removed);
        }
    }

    /// Leaves the joint membership that held at `index`, whatever was appended since.
    pub(crate) fn leave_joint_at(&mut self, index: LogIndex) {
        let held = self.memberships.at(index);
        if let Some(next) = held.auto_leave().then(|| held.leave_joint().ok()).flatten() {
            self.append_as_leader(Payload::Membership(Box::new(next)));
        }
    }
}

//! Leadership transfer (§3.10 of the dissertation).

use crate::event::{ElectionReason, Event, TransferEnd};
use crate::lab::Mistake;
use crate::message::Body;
use crate::node::Node;
use crate::refusal::TransferError;
use crate::role::{Leader, State, Wait};
use crate::time::Instant;
use crate::types::{LogIndex, NodeId, Term};

/// A transfer that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Transfer {
    pub(crate) to: NodeId,
    /// It is given up at the end of an election timeout.
    pub(crate) wait: Wait,
    /// Whether the other has been told to start its election.
    pub(crate) told: bool,
}

impl Node {
    /// Hands the leadership over to `to`: no proposals are taken any more, `to` gets what it lacks of the log, and is
    /// then told to start an election at once. After an election timeout it is given up, and proposals are taken again.
    ///
    /// # Errors
    ///
    /// If this server does not lead, or `to` is this server or cannot lead; then nothing has changed.
    pub fn transfer_leadership(&mut self, now: Instant, to: NodeId) -> Result<(), TransferError> {
        if !matches!(self.state, State::Leader(_)) {
            return Err(TransferError::NotLeader { leader: self.leader() });
        }
        if to == self.id {
            return Err(TransferError::ToSelf);
        }
        if !self.membership().is_voter(to) {
            return Err(TransferError::NotVoter { to });
        }
        self.advance(now);
        let wait = Wait::new(self.now, self.config.settings().election_timeout_min);
        if let State::Leader(leader) = &mut self.state {
            if leader.transfer.is_some_and(|transfer| transfer.to == to) {
                return Ok(());
            }
            leader.transfer = Some(Transfer { to, wait, told: false });
            leader.stirred = true;
        }
        self.emit(|| Event::TransferStarted { to });
        self.go_on_with_transfer();
        Ok(())
    }

    /// Tells the other to start its election, once it has the whole log.
    pub(crate) fn go_on_with_transfer(&mut self) {
        let needed = if self.makes(Mistake::TransferToLaggard) { LogIndex::ZERO } else { self.log.last().index };
        let State::Leader(leader) = &mut self.state else { return };
        let Some(transfer) = leader.transfer.filter(|transfer| !transfer.told) else { return };
        if leader.follower(transfer.to).is_none_or(|follower| follower.counted() < needed) {
            return;
        }
        leader.transfer = Some(Transfer { told: true, ..transfer });
        leader.rounds.lease_lost = true;
        self.tell_to_campaign(transfer.to);
    }

    pub(crate) fn tell_to_campaign(&mut self, to: NodeId) {
        let after = self.durability.after_hard_state();
        self.send(to, Body::TimeoutNow, after);
    }

    pub(crate) fn end_transfer(&mut self, end: TransferEnd) {
        let State::Leader(Leader { transfer, .. }) = &mut self.state else { return };
        if let Some(transfer) = transfer.take() {
            self.emit(|| Event::TransferEnded { to: transfer.to, end });
        }
    }

    pub(crate) fn on_timeout_now(&mut self, from: NodeId, term: Term) {
        let follows = matches!(&self.state, State::Follower(follower) if follower.leader == Some(from));
        if term == self.term && follows && self.may_campaign() {
            self.seek_election(ElectionReason::Transfer);
        } else {
            self.emit(|| Event::StaleIgnored { from, term });
        }
    }
}

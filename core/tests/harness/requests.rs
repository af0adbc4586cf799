//! What clients and operators ask for, and that each answer is the truth.

use raftarium_core::{
    Change, MembershipChangeError, NodeId, ProposalId, ProposeError, ReadError, ReadFailure, ReadId, Resolution,
    TransferError, Transition,
};

use super::cluster::Cluster;
use super::id;

impl Cluster {
    pub(crate) fn propose(&mut self, number: u64, command: &str) -> Result<ProposalId, ProposeError> {
        let command = command.to_owned();
        self.step(number, |node, now| node.propose(now, command.into()))
    }

    pub(crate) fn change(
        &mut self,
        number: u64,
        changes: &[Change],
        transition: Transition,
    ) -> Result<ProposalId, MembershipChangeError> {
        self.step(number, |node, now| node.change_membership(now, changes, transition))
    }

    pub(crate) fn leave_joint(&mut self, number: u64) -> Result<ProposalId, MembershipChangeError> {
        self.step(number, |node, now| node.leave_joint(now))
    }

    pub(crate) fn transfer(&mut self, number: u64, to: u64) -> Result<(), TransferError> {
        self.step(number, |node, now| node.transfer_leadership(now, NodeId(to)))
    }

    pub(crate) fn forget_leader(&mut self, number: u64) {
        self.step(number, |node, now| node.forget_leader(now));
    }

    /// Asks to read; whatever is committed anywhere at this moment must be in the answer.
    pub(crate) fn read(&mut self, number: u64, lease: bool) -> Result<ReadId, ReadError> {
        let committed = self.safety.committed_up_to();
        let read = self.input(number, |node, now| node.read(now, lease))?;
        let before = self.asked.insert((id(number), read), committed);
        assert_eq!(before, None, "{read:?} names two reads of S{number}");
        self.run(number);
        Ok(read)
    }

    /// A read is answered once, and with no less than what was committed when it was asked for (§6.4 of the
    /// dissertation).
    pub(super) fn answer(&mut self, number: u64, read: ReadId, result: Result<(), ReadFailure>) {
        let asked = self.asked.remove(&(id(number), read));
        let server = self.server_mut(number);
        server.reads.push((read, result));
        let Some(asked) = asked else { panic!("S{number} answers {read:?}, which nobody waits for") };
        let applied = server.applied_up_to();
        let stale = format!("Stale Read: S{number} reads at {applied} what was at {asked}");
        self.safety.watch(|_| assert!(result.is_err() || applied >= asked, "{stale}"));
    }

    pub(super) fn resolve(&mut self, number: u64, resolution: Resolution) {
        let server = self.server_mut(number);
        let boot = server.boot;
        server.resolved.push(resolution);
        self.safety.resolved_once(id(number), boot, &resolution);
    }
}

//! What clients and operators ask for, and that each answer is the truth.

use raftarium_core::{
    Change, ForwardId, Forwarded, MembershipChangeError, NodeId, ProposalId, ProposeError, Proposed, ReadError,
    ReadFailure, ReadId, Resolution, SnapshotError, TransferError, Transition,
};

use super::cluster::Cluster;
use super::id;

impl Cluster {
    /// Proposes to a server that leads, or does not pass on what is proposed to it.
    pub(crate) fn propose(&mut self, number: u64, command: &str) -> Result<ProposalId, ProposeError> {
        let proposed = self.offer(number, command)?;
        Ok(proposed.appended().unwrap_or_else(|| panic!("S{number} passes on what only a leader should get")))
    }

    /// Proposes to a server, which may pass it on.
    pub(crate) fn offer(&mut self, number: u64, command: &str) -> Result<Proposed, ProposeError> {
        let text = command.to_owned();
        let proposed = self.input(number, |node, now| node.propose(now, text.into()))?;
        if let Proposed::Forwarded(forward) = proposed {
            let before = self.forwarded.insert((id(number), forward), command.to_owned());
            assert_eq!(before, None, "{forward:?} names two proposals of S{number}");
        }
        self.run(number);
        Ok(proposed)
    }

    /// The state machine of a server is gone, and it asks for another one's.
    pub(crate) fn lose_state(&mut self, number: u64) -> Result<(), SnapshotError> {
        self.input(number, |node, now| node.request_snapshot(now))?;
        self.server_mut(number).applied.clear();
        self.run(number);
        Ok(())
    }

    pub(crate) fn forward(&mut self, number: u64, command: &str) -> ForwardId {
        match self.offer(number, command) {
            Ok(Proposed::Forwarded(id)) => id,
            other => panic!("S{number} does not pass it on: {other:?}"),
        }
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

    /// What a server says of a proposal that it passed on, it says once; and what it says to be in no log never is.
    pub(super) fn end_forward(&mut self, number: u64, forward: ForwardId, end: Forwarded) {
        let command = self.forwarded.remove(&(id(number), forward));
        let Some(command) = command else { panic!("S{number} tells the fate of {forward:?}, which nobody waits for") };
        if self.complete {
            self.safety.watch(|safety| safety.passed_on.ended(id(number), command.clone(), end));
        }
        self.server_mut(number).forwarded.push((forward, end));
    }

    /// Proposals never vanish: whatever a server passed on in this life has an end, and if that was a place in the log,
    /// it is known what became of it.
    pub(crate) fn assert_forwards_ended(&self, number: u64) {
        let open: Vec<_> = self.forwarded.keys().filter(|(by, _)| *by == id(number)).collect();
        assert_eq!(open, Vec::<&(NodeId, ForwardId)>::new(), "S{number} has said nothing of these");
        let (server, boot) = (self.server(number), self.node(number).boot());
        for (_, end) in server.forwarded.iter().filter(|(forward, _)| forward.boot == boot) {
            let Forwarded::Appended(place) = end else { continue };
            if place.index.0 > self.commit(number) {
                // Nothing is committed there yet, so nobody can know.
                continue;
            }
            let covers = |run: &&Resolution| run.term == place.term && (run.first..=run.last).contains(&place.index);
            assert_eq!(server.resolved.iter().filter(covers).count(), 1, "S{number}: what became of {place}");
        }
    }

    pub(super) fn resolve(&mut self, number: u64, resolution: Resolution) {
        let server = self.server_mut(number);
        let boot = server.boot;
        server.resolved.push(resolution);
        self.safety.resolved_once(id(number), boot, &resolution);
    }
}

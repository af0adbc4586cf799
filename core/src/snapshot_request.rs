//! A follower that asks for a snapshot, although its log may be whole: its state machine was lost or found corrupt, or
//! it would rather have the state than apply a long log (§7; §5.3 of the dissertation).
//!
//! It votes and takes entries as before; only its state machine waits. It asks again with every heartbeat, whoever
//! leads by then, until the snapshot is there; so nothing needs to be remembered elsewhere, and a leader forgets whoever
//! asks no more.

use crate::event::Event;
use crate::message::Body;
use crate::node::Node;
use crate::progress::{PATIENCE, ProgressState};
use crate::refusal::SnapshotError;
use crate::rejection::Rejection;
use crate::role::State;
use crate::time::Instant;
use crate::types::{EntryId, LogIndex, NodeId, Term};

/// A snapshot that a follower asked for, as its leader sees it. It travels beside the entries, which go on: a majority
/// may need that follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct AskedSnapshot {
    /// The least that it must cover.
    least: LogIndex,
    sending: Option<Sending>,
    /// How many more heartbeats it is kept without being asked for again.
    kept: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Sending {
    last: EntryId,
    /// How much of it has arrived there, in bytes.
    acknowledged: u64,
    /// Whether a part is being read or under way.
    waiting: bool,
    /// How many more heartbeats a part is waited for.
    patience: u8,
}

/// Less than a part is waited for: the last part is not sent again to a follower that has it and is content.
const KEPT: u8 = PATIENCE - 1;

impl AskedSnapshot {
    pub(crate) fn last(&self) -> Option<EntryId> {
        self.sending.map(|sending| sending.last)
    }

    /// Whether a snapshot that ends at `base` will do. One of nothing is none.
    fn is_met_by(&self, base: LogIndex) -> bool {
        base >= self.least.max(LogIndex(1))
    }

    /// The next part to be sent of the newest snapshot, which ends at `base`.
    pub(crate) fn next_part(&mut self, base: EntryId) -> Option<(EntryId, u64)> {
        if !self.is_met_by(base.index) {
            return None;
        }
        let offset = match self.sending.filter(|sending| sending.last == base) {
            Some(sending) if sending.waiting => return None,
            Some(sending) => sending.acknowledged,
            None => 0,
        };
        self.sending = Some(Sending { last: base, acknowledged: offset, waiting: true, patience: PATIENCE });
        Some((base, offset))
    }

    pub(crate) fn waits_for_chunk(&self, last: EntryId, offset: u64) -> bool {
        let waits = |sending: Sending| sending.waiting && sending.last == last && sending.acknowledged == offset;
        self.sending.is_some_and(waits)
    }

    /// So much of the snapshot of `last` has arrived. True if the next part can go.
    pub(crate) fn received(&mut self, last: EntryId, received: u64) -> bool {
        let Some(sending) = self.sending.as_mut().filter(|sending| sending.last == last) else { return false };
        // An answer that came late says less than is known.
        if received <= sending.acknowledged && received != 0 {
            return false;
        }
        (sending.acknowledged, sending.waiting) = (received, false);
        true
    }

    /// It is time for a heartbeat. True if it was not asked for any more for a few of them.
    pub(crate) fn heartbeat(&mut self) -> bool {
        self.kept = self.kept.saturating_sub(1);
        if let Some(sending) = self.sending.as_mut().filter(|sending| sending.waiting) {
            sending.patience = sending.patience.saturating_sub(1);
            sending.waiting = sending.patience > 0;
        }
        self.kept == 0
    }
}

/// What a follower does.
impl Node {
    /// Asks the leader for a snapshot, though the log may be whole. It comes as any other does, and is installed if it
    /// covers all that was handed out to be applied; the log after it is kept.
    ///
    /// Until then nothing is given to be applied, and no read is answered: the state machine is about to be replaced,
    /// and if it were to go on, no snapshot could overtake it. This server votes and takes entries as before, and asks
    /// again with every heartbeat. A leader whose newest snapshot is too old asks its own host for
    /// [another](crate::Output::TakeSnapshot).
    ///
    /// A crash forgets it; after a [start](Self::start), ask before the first poll. If this server comes to lead, it waits
    /// until it follows again, and applies nothing: its host should [hand over](Self::transfer_leadership), or
    /// [withdraw](Self::withdraw_snapshot_request).
    ///
    /// # Errors
    ///
    /// If this server leads, or no other ever can; then nothing has changed.
    pub fn request_snapshot(&mut self, now: Instant) -> Result<(), SnapshotError> {
        if matches!(self.state, State::Leader(_)) {
            return Err(SnapshotError::Leads { term: self.term });
        }
        let (id, membership) = (self.id, self.membership());
        if membership.is_voter(id) && membership.voters().iter().chain(membership.outgoing()).all(|&voter| voter == id)
        {
            return Err(SnapshotError::OnlyVoter);
        }
        self.advance(now);
        if !core::mem::replace(&mut self.snapshot_requested, true)
            && let Some(leader) = self.leader()
        {
            self.ask_for_snapshot(leader);
        }
        Ok(())
    }

    /// Wants no snapshot any more, and goes on with what it has: the state machine is whole again.
    pub fn withdraw_snapshot_request(&mut self, now: Instant) {
        self.advance(now);
        self.snapshot_requested = false;
    }

    /// Whether it [waits](Self::request_snapshot) for a snapshot of the leader's.
    #[must_use]
    pub const fn waits_for_snapshot(&self) -> bool {
        self.snapshot_requested
    }

    pub(crate) fn ask_for_snapshot(&mut self, leader: NodeId) {
        let after = self.durability.after_hard_state();
        self.send(leader, Body::SnapshotRequest { least: self.handed_out }, after);
    }
}

/// What a leader does.
impl Node {
    pub(crate) fn on_snapshot_request(&mut self, from: NodeId, term: Term, least: LogIndex) {
        let current = term == self.term;
        let State::Leader(leader) = &mut self.state else {
            return self.emit(|| Event::StaleIgnored { from, term });
        };
        let Some(follower) = leader.follower(from).filter(|_| current) else {
            return self.emit(|| Event::StaleIgnored { from, term });
        };
        if matches!(follower.state, ProgressState::Snapshot { .. }) {
            // It is being sent one. If that is not what it asks for, it will ask again.
            return;
        }
        let sending = follower.asked.and_then(|asked| asked.sending);
        let before = follower.asked.replace(AskedSnapshot { least, sending, kept: KEPT });
        leader.stirred = true;
        if before.is_none() {
            self.emit(|| Event::SnapshotRequested { by: from, least });
        }
    }

    /// Whether a follower has asked for a snapshot that is newer than the last one, and that could be taken now.
    pub(crate) fn owes_snapshot(&self) -> bool {
        let (base, applied) = (self.log.base().index, self.applied);
        let mut asked = self.followers().iter().filter_map(|follower| follower.asked.as_ref());
        asked.any(|asked| !asked.is_met_by(base) && asked.is_met_by(applied))
    }

    /// A follower has been given what is committed, and the leader of its term has that.
    pub(crate) fn check_snapshot_request(&self, term: Term, least: LogIndex) -> Result<(), Rejection> {
        let last = self.log.last().index;
        if least > LogIndex::MAX {
            return Err(Rejection::OutOfRange);
        }
        let ours = term == self.term && matches!(self.state, State::Leader(_));
        if ours && least > last { Err(Rejection::MatchBeyondLog { matched: least, last }) } else { Ok(()) }
    }
}

//! Snapshots: compacting the log, and bringing a follower up to date that is behind it (§7; chapter 5 of the
//! dissertation).
//!
//! The host keeps the state and the bytes; the core says what is needed when. A snapshot travels in chunks, each
//! answered with how much has arrived, so it goes on after anything that a network does. Installing it is one write:
//! after a crash there is the old state or the new one.

use core::num::NonZeroU64;

use bytes::Bytes;

use crate::error::{CompactError, ReportError};
use crate::event::Event;
use crate::lab::Mistake;
use crate::membership::Membership;
use crate::message::{AppendReply, Body, Message, SnapshotChunk, SnapshotReply};
use crate::node::Node;
use crate::output::{ChunkRequest, ReceivedChunk};
use crate::progress::{Progress, ProgressState};
use crate::rejection::Rejection;
use crate::role::State;
use crate::time::Instant;
use crate::types::{EntryId, LogIndex, NodeId, Term};

/// How many times as long as the host asked for the log may grow while a snapshot is being sent.
const WHILE_SENDING: u64 = 16;

/// A snapshot that is arriving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Incoming {
    /// Another leader's snapshot of the same entries may have other bytes.
    term: Term,
    last: EntryId,
    received: u64,
}

/// What the host does with its own snapshots.
impl Node {
    /// The host has a durable snapshot of its state machine as of `through`, with the
    /// [membership](Self::membership_at) of then; the log starts after it from now on.
    ///
    /// # Errors
    ///
    /// If `through` is not applied yet, compacted already, or before this server knows of the cluster; then nothing has
    /// changed.
    pub fn compact(&mut self, now: Instant, through: LogIndex) -> Result<(), CompactError> {
        let (base, applied) = (self.log.base().index, self.applied);
        let found = self.log.term_at(through).filter(|_| through > base && through <= applied);
        let Some(term) = found else {
            return Err(CompactError::OutsideApplied { through, base, applied });
        };
        if !self.memberships.at(through).is_valid() {
            return Err(CompactError::NoMembership { through });
        }
        self.advance(now);
        self.proposals.settle(&self.log, self.commit);
        self.log.compact(EntryId::new(through, term));
        self.memberships.compacted(through);
        self.snapshot_wanted = false;
        if let State::Leader(leader) = &mut self.state
            && leader.followers.iter().any(|follower| follower.asked.is_some())
        {
            leader.stirred = true;
        }
        self.emit(|| Event::Compacted { through: EntryId::new(through, term) });
        Ok(())
    }

    /// The membership that held at `index`: known from the base of the log on, and from when this server heard who belongs
    /// to the cluster. Without it, there can be no snapshot of `index`.
    #[must_use]
    pub fn membership_at(&self, index: LogIndex) -> Option<&Membership> {
        let known = (index >= self.log.base().index).then(|| self.memberships.at(index));
        known.filter(|membership| membership.is_valid())
    }

    /// Whether the host should take a snapshot, because the log has grown so far or a follower has asked for one.
    pub(crate) fn wants_snapshot(&mut self) -> Option<LogIndex> {
        let settings = self.config.settings();
        let entries = self.applied.0.saturating_sub(self.log.base().index.0);
        // A newer snapshot would take the place of one that is being sent, and the follower would begin anew, again and
        // again.
        let times = if self.sends_snapshot() { WHILE_SENDING } else { 1 };
        let reached = |count: u64, limit: NonZeroU64| count >= limit.get().saturating_mul(times);
        let many = settings.snapshot_after_entries.is_some_and(|limit| reached(entries, limit));
        let large = settings.snapshot_after_bytes.is_some_and(|limit| reached(self.log.bytes(), limit));
        // A state machine that is about to be replaced may be what is wrong.
        if self.snapshot_wanted || self.snapshot_requested || entries == 0 {
            return None;
        }
        if !(many || large || self.owes_snapshot()) || !self.memberships.at(self.applied).is_valid() {
            return None;
        }
        self.snapshot_wanted = true;
        Some(self.applied)
    }

    /// Whether a follower that answers is being sent a snapshot.
    fn sends_snapshot(&self) -> bool {
        let patience = self.config.settings().election_timeout_max;
        let answers = |follower: &Progress| follower.last_contact().is_some_and(|at| self.now < at + patience);
        self.followers().iter().any(|follower| follower.pending_snapshot().is_some() && answers(follower))
    }
}

/// What a leader does.
impl Node {
    /// Asks the host for the next part of its snapshot, for a follower that needs what the log no longer has, or asked.
    pub(crate) fn next_chunk_request(&mut self, position: usize) -> Option<ChunkRequest> {
        let base = self.log.base();
        let State::Leader(leader) = &mut self.state else { return None };
        let follower = leader.followers.get_mut(position)?;
        let (last, offset) = match follower.state {
            // The host has made a newer snapshot meanwhile; the old one is gone.
            ProgressState::Snapshot { last, .. } if last != base => (base, 0),
            ProgressState::Snapshot { waiting: true, .. } => return None,
            ProgressState::Snapshot { last, acknowledged, .. } => (last, acknowledged),
            ProgressState::Probe { .. } | ProgressState::Replicate if follower.next <= base.index => (base, 0),
            ProgressState::Probe { .. } | ProgressState::Replicate => {
                let (last, offset) = follower.asked.as_mut()?.next_part(base)?;
                return Some(ChunkRequest { to: follower.id, last, offset });
            }
        };
        follower.start_snapshot(last, offset);
        Some(ChunkRequest { to: follower.id, last, offset })
    }

    /// The host has read what [`Output::ReadSnapshot`](crate::Output::ReadSnapshot) asked for: `data` of the snapshot,
    /// from the offset that was asked for; `done` if nothing comes after it.
    ///
    /// # Errors
    ///
    /// If it was not asked for, or is not needed any more; then nothing has changed, and it can be forgotten.
    pub fn snapshot_chunk(
        &mut self,
        now: Instant,
        request: ChunkRequest,
        data: Bytes,
        done: bool,
    ) -> Result<(), ReportError> {
        let ChunkRequest { to, last, offset } = request;
        let waits = |follower: &Progress| follower.id == to && follower.waits_for_chunk(last, offset);
        let waits = self.followers().iter().any(waits);
        if !waits || last != self.log.base() {
            return Err(ReportError::NotAsked { to, last, offset });
        }
        self.advance(now);
        let membership = alloc::boxed::Box::new(self.memberships.at(last.index).clone());
        let chunk = SnapshotChunk { last, membership, offset, data, done };
        let after = self.durability.after_hard_state();
        self.send(to, Body::SnapshotChunk(chunk), after);
        Ok(())
    }

    pub(crate) fn on_snapshot_reply(&mut self, from: NodeId, term: Term, reply: &SnapshotReply) {
        let (current, now) = (term == self.term, self.now);
        let State::Leader(leader) = &mut self.state else {
            return self.emit(|| Event::StaleIgnored { from, term });
        };
        let Some(follower) = leader.follower(from).filter(|_| current) else {
            return self.emit(|| Event::StaleIgnored { from, term });
        };
        follower.heard(now);
        if follower.snapshot_received(reply.last, reply.received) {
            leader.stirred = true;
        }
    }
}

/// What a follower does.
impl Node {
    pub(crate) fn on_snapshot_chunk(&mut self, from: NodeId, term: Term, chunk: SnapshotChunk) {
        let last = chunk.last;
        if term < self.term {
            let after = self.durability.after_hard_state();
            let reply = SnapshotReply { last, received: 0 };
            self.send(from, Body::SnapshotReply(reply), after);
            return self.emit(|| Event::StaleIgnored { from, term });
        }
        self.follow(from);
        let wanted = self.snapshot_requested && last.index >= self.handed_out;
        if !wanted && last.index <= self.commit {
            // What is committed is the same everywhere, so there is nothing to install.
            return self.acknowledge(from, self.commit);
        }
        let has_all = self.log.contains(last) && self.memberships.at(last.index).is_valid();
        if !wanted && has_all && !self.makes(Mistake::DropSuffixOnSnapshot) {
            // A snapshot covers what is committed, and by Log Matching (§5.3) a log that has its last entry has all of
            // it: there is nothing to transfer.
            self.commit_through(last.index);
            return self.acknowledge(from, last.index);
        }
        let same = |incoming: &Incoming| (incoming.term, incoming.last) == (term, last);
        let received = self.incoming.filter(same).map_or(0, |incoming| incoming.received);
        if chunk.offset != received {
            // Something was lost, or comes twice, or out of order: the leader is told where to go on.
            let reply = SnapshotReply { last, received };
            return self.send(from, Body::SnapshotReply(reply), self.durability.after_hard_state());
        }
        let received = received.saturating_add(u64::try_from(chunk.data.len()).unwrap_or(u64::MAX));
        let (offset, data, done) = (chunk.offset, chunk.data, chunk.done);
        self.received_chunk(ReceivedChunk { last, offset, data, done });
        if done {
            self.incoming = None;
            self.install(last, *chunk.membership);
            self.acknowledge(from, last.index);
        } else {
            self.incoming = Some(Incoming { term, last, received });
            let reply = SnapshotReply { last, received };
            self.send(from, Body::SnapshotReply(reply), self.durability.after_hard_state());
        }
    }

    fn acknowledge(&mut self, leader: NodeId, matched: LogIndex) {
        let after = self.durability.after_log(matched);
        self.send(leader, Body::AppendReply(AppendReply::Accepted { matched, round: 0 }), after);
    }

    /// Takes the snapshot's place as the beginning of the log. What the log has after it stays, if it follows (§7).
    fn install(&mut self, last: EntryId, membership: Membership) {
        let keep_suffix = self.log.contains(last) && !self.makes(Mistake::DropSuffixOnSnapshot);
        self.proposals.settle(&self.log, if keep_suffix { last.index } else { self.commit });
        // What the host was asked for is behind this one.
        self.snapshot_wanted = false;
        self.snapshot_requested = false;
        if keep_suffix {
            self.log.compact(last);
            self.memberships.installed(last.index, membership);
        } else {
            self.log.reset(last);
            self.memberships.reset(membership);
        }
        self.commit = self.commit.max(last.index);
        self.snapshot_applied(last.index);
        self.durability.installed(last.index, keep_suffix);
        self.emit(|| Event::SnapshotInstalled { last, keep_suffix });
        self.membership_changed();
    }

    pub(crate) fn check_snapshot_chunk(&self, message: &Message, chunk: &SnapshotChunk) -> Result<(), Rejection> {
        let last = chunk.last;
        if last.index > LogIndex::MAX {
            return Err(Rejection::OutOfRange);
        }
        if last.index == LogIndex::ZERO || last.term > message.term || last.term == Term(0) {
            return Err(Rejection::MalformedEntries { at: last });
        }
        if !chunk.membership.is_valid() {
            return Err(Rejection::ImpossibleMembership { at: last });
        }
        if self.errs() {
            return Ok(());
        }
        if message.term == self.term && matches!(self.state, State::Leader(_)) {
            return Err(Rejection::SecondLeader { term: self.term, other: message.from });
        }
        let committed = last.index <= self.commit && last.index >= self.log.base().index;
        if committed && message.term >= self.term && !self.log.contains(last) {
            return Err(Rejection::ConflictsWithCommitted { entry: last, commit: self.commit });
        }
        Ok(())
    }
}

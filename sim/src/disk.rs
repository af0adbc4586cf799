//! A disk: it writes one thing after the other, each takes a while, and a crash loses what is not finished.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use bytes::Bytes;
use raftarium_core::{DurableState, Entry, EntryId, HardState, Instant, LogIndex, Membership, PersistId};

use crate::queue::Key;
use crate::setup::DiskSettings;
use crate::stream::Stream;
use crate::trace::RecordId;

/// The disk of one server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Disk {
    settings: DiskSettings,
    stream: Stream,
    durable: DurableState,
    /// The state machine as of the base of the log; nothing before the first snapshot.
    snapshot: Option<Bytes>,
    writes: VecDeque<Write>,
    free_at: Instant,
}

/// A write that is not finished.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Write {
    pub(crate) content: Content,
    /// The record of its beginning.
    pub(crate) cause: RecordId,
    /// Where its end is in the queue.
    pub(crate) key: Key,
}

/// What is written, all of it or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    /// What the node asked for.
    Persist {
        id: PersistId,
        hard_state: Option<HardState>,
        /// A snapshot that arrived, and whether the entries after it stay.
        snapshot: Option<(Snapshot, bool)>,
        entries: Vec<Entry>,
    },
    /// The server's own state machine.
    Snapshot(Snapshot),
}

/// A state machine as of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Snapshot {
    pub(crate) last: EntryId,
    pub(crate) membership: Membership,
    pub(crate) data: Bytes,
}

/// A write that is finished.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Finished {
    Persist(PersistId),
    Snapshot(LogIndex),
}

impl Disk {
    pub(crate) fn new(settings: DiskSettings, stream: Stream, membership: Membership) -> Self {
        let durable = DurableState::new(membership);
        Self { settings, stream, durable, snapshot: None, writes: VecDeque::new(), free_at: Instant::ZERO }
    }

    /// When a write that is asked for now will be durable.
    pub(crate) fn schedule(&mut self, now: Instant) -> Instant {
        let takes = self.stream.duration(self.settings.write_min, self.settings.write_max);
        self.free_at = self.free_at.max(now) + takes;
        self.free_at
    }

    pub(crate) fn begin(&mut self, write: Write) {
        self.writes.push_back(write);
    }

    /// The oldest write is durable. Tells which, and gives the record of its beginning.
    pub(crate) fn complete(&mut self) -> Option<(Finished, RecordId)> {
        let write = self.writes.pop_front()?;
        let finished = match write.content {
            Content::Persist { id, hard_state, snapshot, entries } => {
                if let Some(hard_state) = hard_state {
                    self.durable.hard_state = hard_state;
                }
                if let Some((snapshot, keep_suffix)) = snapshot {
                    self.install(snapshot, keep_suffix);
                }
                if let Some(first) = entries.first() {
                    let kept = self.durable.entries.partition_point(|entry| entry.id.index < first.id.index);
                    self.durable.entries.truncate(kept);
                    self.durable.entries.extend(entries);
                }
                Finished::Persist(id)
            }
            Content::Snapshot(snapshot) => {
                let last = snapshot.last;
                // Of two, the newer stays: one of the leader's may have arrived meanwhile.
                if last.index > self.durable.base.index {
                    self.install(snapshot, true);
                }
                Finished::Snapshot(last.index)
            }
        };
        Some((finished, write.cause))
    }

    fn install(&mut self, snapshot: Snapshot, keep_suffix: bool) {
        let last = snapshot.last;
        self.durable.entries.retain(|entry| keep_suffix && entry.id.index > last.index);
        (self.durable.base, self.durable.applied) = (last, last.index);
        self.durable.membership = snapshot.membership;
        self.snapshot = Some(snapshot.data);
    }

    /// The server crashed. Gives the places in the queue of the writes that are lost.
    pub(crate) fn crash(&mut self) -> Vec<Key> {
        self.free_at = Instant::ZERO;
        self.writes.drain(..).map(|write| write.key).collect()
    }

    pub(crate) fn under_way(&self) -> usize {
        self.writes.len()
    }

    /// What is on it.
    pub(crate) fn durable(&self) -> &DurableState {
        &self.durable
    }

    /// The state machine as of the base of the log.
    pub(crate) fn snapshot(&self) -> Option<&Bytes> {
        self.snapshot.as_ref()
    }
}

//! A disk: it writes one thing after the other, each takes a while, and a crash loses what is not finished.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use raftarium_core::{DurableState, Entry, HardState, Instant, Membership, PersistId};

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
    writes: VecDeque<Write>,
    free_at: Instant,
}

/// A write that is not finished.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Write {
    pub(crate) id: PersistId,
    pub(crate) hard_state: Option<HardState>,
    pub(crate) entries: Vec<Entry>,
    /// The record of its beginning.
    pub(crate) cause: RecordId,
    /// Where its end is in the queue.
    pub(crate) key: Key,
}

impl Disk {
    pub(crate) fn new(settings: DiskSettings, stream: Stream, membership: Membership) -> Self {
        let durable = DurableState::new(membership);
        Self { settings, stream, durable, writes: VecDeque::new(), free_at: Instant::ZERO }
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

    /// The oldest write is durable. Gives the record of its beginning.
    pub(crate) fn complete(&mut self) -> Option<RecordId> {
        let write = self.writes.pop_front()?;
        if let Some(hard_state) = write.hard_state {
            self.durable.hard_state = hard_state;
        }
        if let Some(first) = write.entries.first() {
            let kept = self.durable.entries.partition_point(|entry| entry.id.index < first.id.index);
            self.durable.entries.truncate(kept);
            self.durable.entries.extend(write.entries);
        }
        Some(write.cause)
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
}

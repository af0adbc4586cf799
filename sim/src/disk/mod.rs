//! A disk: it writes one thing after the other, each takes a while, and much can go wrong.

mod journal;
mod settings;

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;
use raftarium_core::{DurableState, Entry, HardState, Instant, LogIndex, Membership, NodeId, PersistId};

use crate::queue::{Due, Key, Queue};
use crate::stream::Stream;
use crate::trace::RecordId;
use journal::{Journal, Record};

pub use journal::Corruption;
pub(crate) use journal::{Image, Snapshot};
pub use settings::DiskSettings;

/// The disk of one server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Disk {
    server: NodeId,
    settings: DiskSettings,
    /// How long writes take.
    times: Stream,
    /// What goes wrong.
    faults: Stream,
    journal: Journal,
    /// What the journal makes, as far as it can be read.
    image: Image,
    writes: VecDeque<Write>,
    free_at: Instant,
    /// From this index on, it says that it holds what it does not.
    lied_from: Option<LogIndex>,
    /// Whether a bit has flipped in what it holds.
    damaged: bool,
    /// Whether everything was taken off it, and no server has started from it since.
    wiped: bool,
    /// How often what it holds has changed.
    changes: u64,
}

/// A write that is not finished.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Write {
    content: Content,
    /// The record of its beginning.
    cause: RecordId,
    /// When it is in the cache.
    written_at: Instant,
    /// How long it takes in all.
    takes: Duration,
    /// Where its end is in the queue; nowhere while the disk is stalled.
    key: Option<Key>,
}

/// What is written, all of it or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    /// What the node asked for.
    Persist { id: PersistId, hard_state: Option<HardState>, snapshot: Option<Snapshot>, entries: Vec<Entry> },
    /// The server's own state machine.
    Snapshot(Snapshot),
}

/// A write that is finished.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Finished {
    Persist(PersistId),
    Snapshot(LogIndex),
}

impl Disk {
    pub(crate) fn new(
        server: NodeId,
        settings: DiskSettings,
        times: Stream,
        faults: Stream,
        membership: Membership,
    ) -> Self {
        let image = Image { durable: DurableState::new(membership.clone()), snapshot: None };
        let (journal, writes) = (Journal::new(membership), VecDeque::new());
        let (lied_from, damaged, wiped, changes, free_at) = (None, false, false, 0, Instant::ZERO);
        Self { server, settings, times, faults, journal, image, writes, free_at, lied_from, damaged, wiped, changes }
    }

    /// Nothing was ever written; this is what is there all the same.
    pub(crate) fn begin_with(&mut self, durable: DurableState) {
        let DurableState { hard_state, membership, entries, .. } = durable;
        self.wipe(membership);
        self.wiped = false;
        let record = Record { hard_state: Some(hard_state), snapshot: None, entries };
        self.journal.write(&record);
        self.journal.sync();
        self.image.apply(&record);
    }

    pub(crate) const fn settings(&self) -> &DiskSettings {
        &self.settings
    }

    /// Changes how it writes. What is under way goes on as it began, or stands still while it is stalled.
    pub(crate) fn set(&mut self, queue: &mut Queue, now: Instant, settings: DiskSettings) {
        let was_stalled = self.settings.stalled;
        self.settings = settings;
        match (was_stalled, settings.stalled) {
            (false, true) => {
                self.writes.iter_mut().filter_map(|write| write.key.take()).for_each(|key| queue.remove(key))
            }
            (true, false) => {
                self.free_at = now;
                for write in &mut self.writes {
                    self.free_at = self.free_at + write.takes;
                    write.written_at = self.free_at;
                    write.key = Some(queue.push(self.free_at, Due::WriteDone(self.server)));
                }
            }
            (true, true) | (false, false) => {}
        }
    }

    /// A write begins.
    pub(crate) fn begin(&mut self, queue: &mut Queue, now: Instant, content: Content, cause: RecordId) {
        let DiskSettings { write_min, write_max, sync_min, sync_max, stalled, .. } = self.settings;
        let written = self.times.duration(write_min, write_max);
        let synced = if sync_max.is_zero() { Duration::ZERO } else { self.times.duration(sync_min, sync_max) };
        let takes = written + synced;
        let written_at = self.free_at.max(now) + written;
        self.free_at = written_at + synced;
        let key = (!stalled).then(|| queue.push(self.free_at, Due::WriteDone(self.server)));
        self.writes.push_back(Write { content, cause, written_at, takes, key });
    }

    /// The oldest write is durable, or so the disk says. Tells which, and gives the record of its beginning.
    pub(crate) fn complete(&mut self) -> Option<(Finished, RecordId)> {
        let Write { content, cause, .. } = self.writes.pop_front()?;
        let finished = match &content {
            Content::Persist { id, .. } => Finished::Persist(*id),
            Content::Snapshot(snapshot) => Finished::Snapshot(snapshot.last.index),
        };
        let record = Record::from(content);
        self.journal.write(&record);
        self.image.apply(&record);
        self.changes += 1;
        if record.snapshot.is_some() {
            self.journal.rewrite(&self.image);
            self.damaged = false;
        }
        if self.settings.lies {
            let entry = record.entries.first().map(|entry| entry.id.index);
            let begins = entry.into_iter().chain(record.snapshot.map(|snapshot| snapshot.last.index)).min();
            self.lied_from = self.lied_from.into_iter().chain(begins).min();
        } else {
            self.sync();
        }
        Some((finished, cause))
    }

    /// The process ends; what is in the cache stays. Gives how many writes are lost.
    pub(crate) fn process_ends(&mut self, queue: &mut Queue, now: Instant) -> usize {
        self.stop(queue);
        self.changes += 1;
        let stalled = self.settings.stalled;
        let cached = self.writes.iter().take_while(|write| write.written_at <= now && !stalled).count();
        for write in self.writes.drain(..cached) {
            self.journal.write(&Record::from(write.content));
        }
        self.end_writes()
    }

    /// The power fails. Gives how many writes are lost.
    pub(crate) fn power_fails(&mut self, queue: &mut Queue) -> usize {
        self.stop(queue);
        self.changes += 1;
        let lied = self.journal.lose_cache();
        self.lied_from = None;
        if lied == 0 && self.settings.torn_ppm > 0 && self.faults.happens(self.settings.torn_ppm) {
            for _ in 0..self.faults.below(self.writes.len() as u64 + 1) {
                let Some(write) = self.writes.pop_front() else { break };
                self.journal.write(&Record::from(write.content));
            }
            self.sync();
            if let Some(write) = self.writes.front() {
                self.journal.tear(&Record::from(write.content.clone()));
            }
        }
        self.end_writes() + lied
    }

    /// Everything is gone.
    pub(crate) fn wipe(&mut self, membership: Membership) {
        self.journal = Journal::new(membership.clone());
        (self.lied_from, self.damaged, self.wiped, self.changes) = (None, false, true, self.changes + 1);
        self.image = Image { durable: DurableState::new(membership), snapshot: None };
    }

    /// A bit flips where the entry at `index` is, or else at the end. False if there is nothing.
    pub(crate) fn flip(&mut self, index: Option<LogIndex>) -> bool {
        let bit = self.faults.below(u64::MAX);
        let flipped = self.journal.flip(index, bit);
        self.damaged = self.journal.clone().read().is_err();
        self.changes += 1;
        flipped
    }

    /// Reads what is on it, as a server does when it starts; tells whether the last write was torn.
    pub(crate) fn read(&mut self) -> Result<bool, Corruption> {
        let (image, torn) = self.journal.read()?;
        self.image = image;
        self.wiped = false;
        self.changes += 1;
        if !self.settings.lies {
            self.sync();
        }
        Ok(torn)
    }

    /// Goes on without the last write, as if it had never been durable, if that is what is damaged.
    pub(crate) fn drop_corrupt_tail(&mut self, found: Corruption) -> bool {
        let dropped = self.journal.drop_corrupt_tail(found);
        self.damaged &= !dropped;
        dropped
    }

    fn sync(&mut self) {
        self.journal.sync();
        self.lied_from = None;
    }

    /// How far it really holds what it says: a power failure may take the rest. Nothing of one that is damaged can be
    /// read.
    pub(crate) fn reliable(&self) -> LogIndex {
        let honest = self.lied_from.map_or(LogIndex::MAX, LogIndex::prev);
        if self.damaged { LogIndex::ZERO } else { honest }
    }

    /// Whether nothing can be read from it that was there, so that its server is out of service, or will be once it stops.
    pub(crate) const fn is_gone(&self) -> bool {
        self.damaged || self.wiped
    }

    /// How often what it holds has changed.
    pub(crate) const fn changes(&self) -> u64 {
        self.changes
    }

    /// About how many bytes a copy takes that it does not share.
    pub(crate) fn copy_bytes(&self) -> usize {
        let entries = |write: &Write| match &write.content {
            Content::Persist { entries, .. } => entries.len(),
            Content::Snapshot(_) => 0,
        };
        let written = self.image.durable.entries.len() + self.writes.iter().map(entries).sum::<usize>();
        self.journal.copy_bytes() + written * size_of::<Entry>() + self.writes.len() * size_of::<Write>()
    }

    pub(crate) fn under_way(&self) -> usize {
        self.writes.len()
    }

    /// What is on it, as far as it can be read.
    pub(crate) const fn durable(&self) -> &DurableState {
        &self.image.durable
    }

    /// The state machine as of the base of the log.
    pub(crate) const fn snapshot(&self) -> Option<&Bytes> {
        self.image.snapshot.as_ref()
    }

    fn stop(&mut self, queue: &mut Queue) {
        self.free_at = Instant::ZERO;
        self.writes.iter_mut().filter_map(|write| write.key.take()).for_each(|key| queue.remove(key));
    }

    /// What is under way is lost. What there is can be read again, or the next start says why not.
    fn end_writes(&mut self) -> usize {
        let lost = self.writes.len();
        self.writes.clear();
        if let Ok((image, _)) = self.journal.clone().read() {
            self.image = image;
        }
        lost
    }
}

impl From<Content> for Record {
    fn from(content: Content) -> Self {
        match content {
            Content::Persist { id: _, hard_state, snapshot, entries } => Self { hard_state, snapshot, entries },
            Content::Snapshot(snapshot) => Self { hard_state: None, snapshot: Some(snapshot), entries: Vec::new() },
        }
    }
}

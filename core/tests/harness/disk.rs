//! A disk that may be slow, and loses in a crash what it has not written.

use std::collections::VecDeque;

use bytes::Bytes;
use raftarium_core::{DurableState, Entry, EntryId, HardState, Membership, Persist, PersistId};

#[derive(Clone)]
pub(crate) struct Disk {
    /// What a crash leaves.
    pub(crate) durable: DurableState,
    /// The snapshot that the log starts from.
    pub(crate) snapshot: Bytes,
    writes: VecDeque<Write>,
    /// Whether writes wait until they are let through.
    pub(crate) held: bool,
}

#[derive(Clone)]
struct Write {
    id: PersistId,
    hard_state: Option<HardState>,
    install: Option<Install>,
    entries: Vec<Entry>,
}

#[derive(Clone)]
struct Install {
    last: EntryId,
    membership: Membership,
    keep_suffix: bool,
    data: Bytes,
}

impl Disk {
    pub(crate) fn new(durable: DurableState) -> Self {
        Self { durable, snapshot: Bytes::new(), writes: VecDeque::new(), held: false }
    }

    /// Takes a write; if a snapshot is to be installed, `data` is what has arrived of it.
    pub(crate) fn begin(&mut self, write: &Persist<'_>, data: &Bytes) {
        assert!(self.writes.back().is_none_or(|last| last.id < write.id), "{} comes after a later one", write.id);
        let Persist { id, hard_state, snapshot, entries } = *write;
        let install = snapshot.map(|snapshot| Install {
            last: snapshot.last,
            membership: snapshot.membership.clone(),
            keep_suffix: snapshot.keep_suffix,
            data: data.clone(),
        });
        self.writes.push_back(Write { id, hard_state, install, entries: entries.to_vec() });
    }

    pub(crate) fn under_way(&self) -> usize {
        self.writes.len()
    }

    pub(crate) fn under_way_ids(&self) -> Vec<PersistId> {
        self.writes.iter().map(|write| write.id).collect()
    }

    /// Makes the oldest write durable, all of it at once. True, besides its name, if it installed a snapshot.
    pub(crate) fn complete_one(&mut self) -> Option<(PersistId, bool)> {
        let Write { id, hard_state, install, entries } = self.writes.pop_front()?;
        if let Some(hard_state) = hard_state {
            assert!(hard_state.term >= self.durable.hard_state.term, "the term on disk goes back");
            self.durable.hard_state = hard_state;
        }
        let installs = install.is_some();
        if let Some(Install { last, membership, keep_suffix, data }) = install {
            let durable = &mut self.durable;
            assert!(last.index >= durable.base.index, "a snapshot of {last}, and the log starts at {}", durable.base);
            durable.entries.retain(|entry| keep_suffix && entry.id.index > last.index);
            (durable.base, durable.membership, durable.applied) = (last, membership, last.index);
            self.snapshot = data;
        }
        if let Some(first) = entries.first() {
            self.durable.entries.retain(|entry| entry.id.index < first.id.index);
            self.durable.entries.extend(entries);
        }
        Some((id, installs))
    }

    /// The host has made a snapshot of its own, and drops what it covers: also at once.
    pub(crate) fn compact(&mut self, base: EntryId, membership: Membership, data: Bytes) {
        let durable = &mut self.durable;
        durable.entries.retain(|entry| entry.id.index > base.index);
        (durable.base, durable.membership, durable.applied) = (base, membership, base.index);
        self.snapshot = data;
    }

    pub(crate) fn crash(&mut self) {
        self.writes.clear();
    }

    /// Whether the log has this entry, or starts after it with a snapshot that must hold it.
    pub(crate) fn has(&self, id: EntryId) -> bool {
        let base = self.durable.base;
        let Some(place) = id.index.0.checked_sub(base.index.0 + 1) else {
            return id.index < base.index || id == base;
        };
        let place = usize::try_from(place).ok();
        place.and_then(|place| self.durable.entries.get(place)).is_some_and(|entry| entry.id == id)
    }
}

//! A disk that may be slow, and loses in a crash what it has not written.

use std::collections::VecDeque;

use raftarium_core::{DurableState, Entry, EntryId, HardState, Persist, PersistId};

pub(crate) struct Disk {
    /// What a crash leaves.
    pub(crate) durable: DurableState,
    writes: VecDeque<Write>,
    /// Whether writes wait until they are let through.
    pub(crate) held: bool,
}

struct Write {
    id: PersistId,
    hard_state: Option<HardState>,
    entries: Vec<Entry>,
}

impl Disk {
    pub(crate) fn new(durable: DurableState) -> Self {
        Self { durable, writes: VecDeque::new(), held: false }
    }

    pub(crate) fn begin(&mut self, write: &Persist<'_>) {
        assert!(self.writes.back().is_none_or(|last| last.id < write.id), "{} comes after a later one", write.id);
        let Persist { id, hard_state, entries } = *write;
        self.writes.push_back(Write { id, hard_state, entries: entries.to_vec() });
    }

    pub(crate) fn under_way(&self) -> usize {
        self.writes.len()
    }

    pub(crate) fn under_way_ids(&self) -> Vec<PersistId> {
        self.writes.iter().map(|write| write.id).collect()
    }

    /// Makes the oldest write durable.
    pub(crate) fn complete_one(&mut self) -> Option<PersistId> {
        let Write { id, hard_state, entries } = self.writes.pop_front()?;
        if let Some(hard_state) = hard_state {
            assert!(hard_state.term >= self.durable.hard_state.term, "the term on disk goes back");
            self.durable.hard_state = hard_state;
        }
        if let Some(first) = entries.first() {
            self.durable.entries.retain(|entry| entry.id.index < first.id.index);
            self.durable.entries.extend(entries);
        }
        Some(id)
    }

    pub(crate) fn crash(&mut self) {
        self.writes.clear();
    }

    pub(crate) fn has(&self, id: EntryId) -> bool {
        let place = usize::try_from(id.index.0).ok().and_then(|index| index.checked_sub(1));
        place.and_then(|place| self.durable.entries.get(place)).is_some_and(|entry| entry.id == id)
    }
}

//! State Machine Safety (§5.4.3).

use alloc::format;
use alloc::vec;

use raftarium_core::{Entry, EntryId, LogIndex, NodeId};

use super::{Finding, Rule};
use crate::history::ByIndex;

/// What was applied first at each index, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Applied {
    entries: ByIndex<(Entry, NodeId)>,
}

impl Applied {
    pub(super) fn copy_bytes(&self) -> usize {
        self.entries.copy_bytes()
    }

    /// What was applied first at `index`.
    pub(super) fn at(&self, index: LogIndex) -> Option<EntryId> {
        self.entries.get(index).map(|(entry, _)| entry.id)
    }

    pub(super) fn check(&mut self, server: NodeId, entry: &Entry) -> Option<Finding> {
        let Some((known, first)) = self.entries.get(entry.id.index) else {
            self.entries.insert(entry.id.index, (entry.clone(), server));
            return None;
        };
        (known != entry).then(|| Finding {
            rule: Rule::StateMachineSafety,
            servers: vec![*first, server],
            story: format!("{first} applied entry {}, and {server} applied entry {} in its place", known.id, entry.id),
        })
    }
}

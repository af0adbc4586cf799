//! State Machine Safety (§5.4.3).

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec;

use raftarium_core::{Entry, EntryId, LogIndex, NodeId};

use super::{Finding, Rule};

/// What was applied first at each index, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Applied {
    entries: BTreeMap<LogIndex, (Entry, NodeId)>,
}

impl Applied {
    /// What was applied first at `index`.
    pub(super) fn at(&self, index: LogIndex) -> Option<EntryId> {
        self.entries.get(&index).map(|(entry, _)| entry.id)
    }

    pub(super) fn check(&mut self, server: NodeId, entry: &Entry) -> Option<Finding> {
        let (known, first) = self.entries.entry(entry.id.index).or_insert_with(|| (entry.clone(), server));
        (known != entry).then(|| Finding {
            rule: Rule::StateMachineSafety,
            servers: vec![*first, server],
            story: format!("{first} applied entry {}, and {server} applied entry {} in its place", known.id, entry.id),
        })
    }
}

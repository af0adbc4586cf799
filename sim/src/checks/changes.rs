//! One Change At A Time (§4.1 of the dissertation).

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use raftarium_core::sorted::Sorted;
use raftarium_core::{Entry, LogIndex, Membership, Node, NodeId, Payload};

use super::{Finding, Rule};

/// The changes of the membership that the logs have and that were not committed when they were last looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Changes {
    /// Where in which log, in ascending order.
    pending: Sorted<NodeId, Vec<LogIndex>>,
    /// What any log has ever had after what is committed.
    proposed: Sorted<LogIndex, Vec<Membership>>,
}

impl Changes {
    /// The log of `node` ends with `fresh`, which it did not before; everything up to `committed` is committed.
    pub(super) fn check(&mut self, node: &Node, fresh: &[Entry], committed: LogIndex) -> Option<Finding> {
        let id = node.id();
        let kept = LogIndex(node.log().last().index.0 - fresh.len() as u64);
        let change = |entry: &&Entry| matches!(entry.payload, Payload::Membership(_)) && entry.id.index > committed;
        if !self.pending.contains_key(&id) && !fresh.iter().any(|entry| change(&entry)) {
            return None;
        }
        let pending = self.pending.entry(id).or_default();
        pending.retain(|&index| index > committed && index <= kept);
        let before = pending.len();
        pending.extend(fresh.iter().filter(change).map(|entry| entry.id.index));
        let found = (pending.len() > 1 && pending.len() > before).then(|| Finding {
            rule: Rule::OneChangeAtATime,
            servers: vec![id],
            story: format!(
                "{id} has changes of the membership at {} and {}, and neither is committed",
                pending[pending.len() - 2],
                pending[pending.len() - 1]
            ),
        });
        if pending.is_empty() {
            self.pending.remove(&id);
        }
        for entry in fresh.iter().filter(change) {
            if let Payload::Membership(membership) = &entry.payload {
                let known = self.proposed.entry(entry.id.index).or_default();
                if !known.contains(membership) {
                    known.push(Membership::clone(membership));
                }
            }
        }
        found
    }

    /// Everything up to `index` is committed.
    pub(super) fn committed(&mut self, index: LogIndex) {
        while self.proposed.first_key_value().is_some_and(|(&at, _)| at <= index) {
            self.proposed.pop_first();
        }
    }

    /// The memberships that may hold for a leader, and are not committed.
    pub(super) fn proposed(&self) -> impl Iterator<Item = &Membership> {
        self.proposed.values().flatten()
    }
}

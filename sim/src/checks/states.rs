//! Equal States (§2), and A Snapshot Is a Prefix (§7).

use alloc::format;
use alloc::vec;

use raftarium_core::{Entry, EntryId, LogIndex, NodeId, Payload};

use super::applied::Applied;
use super::{Finding, Rule};
use crate::history::History;
use crate::kv::Kv;

/// A state machine that nothing happens to: it applies whatever is applied first at an index.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct States {
    replayed: Kv,
    /// The fingerprint of its state after each entry, from index 1 on.
    hashes: History<u64>,
}

impl States {
    /// Of a state machine that begins like this.
    pub(super) fn new(first: Kv) -> Self {
        Self { replayed: first, hashes: History::default() }
    }

    pub(super) fn copy_bytes(&self) -> usize {
        self.hashes.copy_bytes() + self.replayed.copy_bytes()
    }

    /// A server is about to apply `entry`.
    pub(super) fn replay(&mut self, entry: &Entry) {
        if entry.id.index.0 != self.hashes.len() as u64 + 1 {
            return;
        }
        self.replayed.apply(entry);
        let hash = match (&entry.payload, self.hashes.last()) {
            (Payload::NoOp | Payload::Membership(_), Some(&same)) => same,
            (Payload::NoOp | Payload::Membership(_) | Payload::Command(_), _) => self.replayed.fingerprint(),
        };
        self.hashes.push(hash);
    }

    /// `server` has applied everything up to `index`, and its state machine is `kv`.
    pub(super) fn check(&self, server: NodeId, index: LogIndex, kv: &Kv) -> Option<Finding> {
        let expected = self.after(index)?;
        (expected != kv.fingerprint()).then(|| Finding {
            rule: Rule::EqualStates,
            servers: vec![server],
            story: format!("the state of {server} after {index} is not what the entries up to there make"),
        })
    }

    /// `server` has a snapshot: its own, or one that has arrived.
    pub(super) fn check_snapshot(
        &self,
        server: NodeId,
        last: EntryId,
        data: &[u8],
        applied: &Applied,
    ) -> Option<Finding> {
        let story = match applied.at(last.index) {
            None => format!("{server} has a snapshot up to {last}, and nobody has applied that much"),
            Some(known) if known != last => {
                format!("{server} has a snapshot up to {last}, and what was applied there is {known}")
            }
            Some(_) if self.after(last.index).is_some_and(|expected| fingerprint(data) != Some(expected)) => {
                format!("{server} has a snapshot up to {last}, and its state is not what the entries up to there make")
            }
            Some(_) => return None,
        };
        Some(Finding { rule: Rule::SnapshotIsPrefix, servers: vec![server], story })
    }

    fn after(&self, index: LogIndex) -> Option<u64> {
        let place = usize::try_from(index.0.checked_sub(1)?).ok()?;
        self.hashes.get(place).copied()
    }
}

fn fingerprint(snapshot: &[u8]) -> Option<u64> {
    Some(Kv::from_snapshot(snapshot)?.fingerprint())
}

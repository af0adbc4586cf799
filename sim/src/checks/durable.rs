//! Committed Is Durable (Figure 2, §5.3).
//!
//! A server whose disk is gone does not vote against what was on it: it is out of service until somebody starts it with an
//! empty disk. Of such servers a minority may be missing, and nothing is lost; what would be with a majority.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use raftarium_core::{DurableState, EntryId, LogIndex, Membership, NodeId};

use super::committed::Committed;
use super::{Finding, Rule};

/// A disk, as it is: not as it says that it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DiskLook<'a> {
    /// Whose.
    pub(crate) server: NodeId,
    /// What it holds.
    pub(crate) durable: &'a DurableState,
    /// After this index, a power failure would show that nothing is there.
    pub(crate) reliable: LogIndex,
    /// Whether nothing can be read from it that was there.
    pub(crate) gone: bool,
    /// How often something was done to it.
    pub(crate) changes: u64,
}

/// Where the newest committed entry has to be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Durable {
    last: LogIndex,
    /// What holds at that entry.
    membership: Option<Membership>,
    /// Whether it was missed when it was last looked for: that is told once.
    missed: bool,
    /// Whether it was not looked for yet.
    overdue: bool,
    /// How often something was done to the disks when they were looked at.
    changes: u64,
}

impl Durable {
    /// `membership` holds at the newest committed entry.
    pub(super) fn committed(&mut self, last: LogIndex, membership: Option<&Membership>) {
        if last > self.last {
            self.last = last;
            self.overdue = true;
            if membership.is_some() && self.membership.as_ref() != membership {
                self.membership = membership.cloned();
            }
        }
    }

    /// `server` is the one that the event was about. Whoever has the newest committed entry has all before it.
    pub(super) fn check<'m, 'd>(
        &mut self,
        server: Option<NodeId>,
        committed: &Committed,
        proposed: impl Iterator<Item = &'m Membership>,
        disks: impl Iterator<Item = DiskLook<'d>> + Clone,
    ) -> Option<Finding> {
        let changes = disks.clone().map(|disk| disk.changes).sum();
        if !core::mem::take(&mut self.overdue) && changes == self.changes {
            return None;
        }
        self.changes = changes;
        let last = committed.last();
        let membership = self.membership.as_ref()?;
        let has = |id: NodeId| {
            let disk = disks.clone().find(|disk| disk.server == id);
            disk.map_or(LogIndex::ZERO, |disk| agreed(&disk, committed))
        };
        let mut scratch = Vec::new();
        let gone = |id: NodeId| disks.clone().any(|disk| disk.server == id && disk.gone);
        let mut holds = |membership: &Membership| {
            let has_or_is_out = |id| if gone(id) { last.index } else { has(id) };
            let is_in = |id| if gone(id) { LogIndex::ZERO } else { last.index };
            membership.committed(has_or_is_out, &mut scratch) >= last.index
                && membership.committed(is_in, &mut scratch) >= last.index
        };
        // A leader counts by the membership that its log ends with, which need not be committed.
        let holds = holds(membership) || { proposed }.any(holds);
        if core::mem::replace(&mut self.missed, !holds) || holds {
            return None;
        }
        let whole: Vec<NodeId> = membership.all().into_iter().filter(|&id| has(id) >= last.index).collect();
        Some(finding(server, last, &whole, membership))
    }
}

fn finding(server: Option<NodeId>, last: EntryId, whole: &[NodeId], membership: &Membership) -> Finding {
    let names = |ids: &[NodeId]| {
        let names: Vec<String> = ids.iter().map(|id| format!("{id}")).collect();
        names.join(", ")
    };
    let on = if whole.is_empty() { "no disk".into() } else { format!("the disks of {} only", names(whole)) };
    Finding {
        rule: Rule::CommittedIsDurable,
        servers: server.map_or_else(Vec::new, |id| vec![id]),
        story: format!(
            "entry {last} is committed and on {on}, which is no majority of {}",
            if membership.is_joint() {
                format!("{} and of {}", names(membership.voters()), names(membership.outgoing()))
            } else {
                names(membership.voters())
            }
        ),
    }
}

/// How far a disk holds what is committed.
fn agreed(disk: &DiskLook<'_>, committed: &Committed) -> LogIndex {
    let DurableState { base, entries, .. } = disk.durable;
    let end = entries.last().map_or(base.index, |entry| entry.id.index);
    let mut index = end.min(disk.reliable).min(committed.last().index);
    while index > base.index {
        let place = usize::try_from(index.0 - base.index.0 - 1).unwrap_or(usize::MAX);
        if entries.get(place).is_some_and(|entry| committed.is(entry.id)) {
            return index;
        }
        index = index.prev();
    }
    let same = index < base.index || base.index == LogIndex::ZERO || committed.is(*base);
    if same { index } else { LogIndex::ZERO }
}

//! Which membership holds where in the log.
//!
//! A membership holds as soon as its entry is appended, committed or not, and ceases to hold if that entry is dropped
//! (§6; §4.1 of the dissertation).

use alloc::vec::Vec;

use crate::log::{Entry, Payload};
use crate::membership::Membership;
use crate::types::LogIndex;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Memberships {
    /// What holds at the base of the log.
    base: Membership,
    /// What holds from these entries on, in the order of the log.
    later: Vec<(LogIndex, Membership)>,
    /// With [`Mistake::ConfigurationOnApply`](crate::lab::Mistake::ConfigurationOnApply), only what is applied holds.
    #[cfg(feature = "lab")]
    applied: Option<LogIndex>,
}

impl Memberships {
    pub(crate) fn new(base: Membership, entries: &[Entry]) -> Self {
        let mut memberships = Self {
            base,
            later: Vec::new(),
            #[cfg(feature = "lab")]
            applied: None,
        };
        memberships.appended(entries);
        memberships
    }

    /// What holds now.
    pub(crate) fn current(&self) -> &Membership {
        #[cfg(feature = "lab")]
        if let Some(applied) = self.applied {
            return self.at(applied);
        }
        self.later.last().map_or(&self.base, |(_, membership)| membership)
    }

    /// The entry that made it hold, if the log still has it.
    pub(crate) fn since(&self) -> Option<LogIndex> {
        self.later.last().map(|&(index, _)| index)
    }

    /// What held at `index`.
    pub(crate) fn at(&self, index: LogIndex) -> &Membership {
        let count = self.later.partition_point(|&(since, _)| since <= index);
        count.checked_sub(1).map_or(&self.base, |last| &self.later[last].1)
    }

    /// Entries were added to the log. True if what holds has changed.
    pub(crate) fn appended(&mut self, entries: &[Entry]) -> bool {
        let before = self.later.len();
        for entry in entries {
            if let Payload::Membership(membership) = &entry.payload {
                self.later.push((entry.id.index, Membership::clone(membership)));
            }
        }
        self.later.len() > before
    }

    /// The entry at `from` and all after it were dropped. True if what holds has changed.
    pub(crate) fn truncated(&mut self, from: LogIndex) -> bool {
        let kept = self.later.partition_point(|&(since, _)| since < from);
        let changed = kept < self.later.len();
        self.later.truncate(kept);
        changed
    }

    /// The log is empty, and starts with a snapshot of this membership.
    pub(crate) fn reset(&mut self, base: Membership) {
        (self.base, self.later) = (base, Vec::new());
    }

    /// The log now starts after a snapshot at `base` of this membership, which a server that joined later may not have
    /// known; what comes after stays.
    pub(crate) fn installed(&mut self, base: LogIndex, membership: Membership) {
        self.compacted(base);
        self.base = membership;
    }

    /// True if what holds has changed.
    #[cfg(feature = "lab")]
    pub(crate) fn hold_back(&mut self, applied: Option<LogIndex>) -> bool {
        if self.applied == applied {
            return false;
        }
        let before = self.current().clone();
        self.applied = applied;
        *self.current() != before
    }

    /// The log now starts after `base`.
    pub(crate) fn compacted(&mut self, base: LogIndex) {
        let gone = self.later.partition_point(|&(since, _)| since <= base);
        if let Some((_, membership)) = self.later.drain(..gone).next_back() {
            self.base = membership;
        }
    }
}

//! What is durable, what is on its way to the disk, and what must wait for it.
//!
//! Figure 2 says "updated on stable storage before responding". Here that is data: every message that depends on a
//! write names it.

use alloc::collections::VecDeque;

use crate::output::PersistId;
use crate::types::{Boot, LogIndex};

/// The writes of one life of a server. Writes become durable in the order in which they were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Durability {
    boot: Boot,
    next_sequence: u64,
    /// The term or the vote changed since the last write was asked for.
    hard_state_dirty: bool,
    /// The first index that no write was asked for yet.
    dirty_from: LogIndex,
    /// Everything up to here is on the disk, and no write under way replaces it.
    durable: LogIndex,
    /// A snapshot is the beginning of the log since the last write was asked for.
    install: Option<Install>,
    under_way: VecDeque<Write>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Write {
    id: PersistId,
    hard_state: bool,
    install: bool,
    /// The first and the last index that it writes; the first is above the last if it writes none.
    first: LogIndex,
    last: LogIndex,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Install {
    pub(crate) last: LogIndex,
    pub(crate) keep_suffix: bool,
}

/// What the next write must hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    pub(crate) id: PersistId,
    pub(crate) hard_state: bool,
    pub(crate) first: LogIndex,
    pub(crate) install: Option<Install>,
}

impl Durability {
    /// A server that has just started, with a log on disk that ends at `last`.
    pub(crate) fn new(boot: Boot, last: LogIndex) -> Self {
        Self {
            boot,
            next_sequence: 1,
            hard_state_dirty: false,
            dirty_from: last.next(),
            durable: last,
            install: None,
            under_way: VecDeque::new(),
        }
    }

    /// Everything up to here is on the disk.
    pub(crate) const fn durable(&self) -> LogIndex {
        self.durable
    }

    pub(crate) const fn boot(&self) -> Boot {
        self.boot
    }

    pub(crate) const fn hard_state_changed(&mut self) {
        self.hard_state_dirty = true;
    }

    /// The log was truncated from `from` on; what is there now differs from what is, or will be, on the disk.
    pub(crate) fn truncated(&mut self, from: LogIndex) {
        self.dirty_from = self.dirty_from.min(from);
        self.durable = self.durable.min(from.prev());
    }

    /// A snapshot up to `last` takes the place of the beginning of the log, or of all of it.
    ///
    /// What the disk has after `last` stays only if it is what the log has there: not if the entry at `last` itself was
    /// never written, for then the disk may still hold another one, and what followed that.
    pub(crate) fn installed(&mut self, last: LogIndex, keep_suffix: bool) {
        let written = self.dirty_from > last && self.install.is_none_or(|pending| pending.keep_suffix);
        let keep_suffix = keep_suffix && written;
        self.install = Some(Install { last, keep_suffix });
        if !keep_suffix {
            self.durable = LogIndex::ZERO;
        }
        self.dirty_from = if keep_suffix { self.dirty_from.max(last.next()) } else { last.next() };
    }

    /// What has to be written, if a log that ends at `last` is to be durable.
    pub(crate) fn pending(&self, last: LogIndex) -> Option<Pending> {
        let needed = self.hard_state_dirty || self.dirty_from <= last || self.install.is_some();
        needed.then_some(Pending {
            id: self.next_id(),
            hard_state: self.hard_state_dirty,
            first: self.dirty_from,
            install: self.install,
        })
    }

    /// The pending write was handed to the host; it holds everything up to `last`.
    pub(crate) fn begin(&mut self, last: LogIndex) {
        // A snapshot that replaces the log replaces what earlier writes wrote, from the first entry on.
        let install = self.install.is_some();
        let first = match self.install.take() {
            Some(Install { keep_suffix: false, .. }) => LogIndex::ZERO,
            Some(Install { last, keep_suffix: true }) => self.dirty_from.min(last),
            None => self.dirty_from,
        };
        let write = Write { id: self.next_id(), install, hard_state: self.hard_state_dirty, first, last };
        self.under_way.push_back(write);
        self.next_sequence += 1;
        self.hard_state_dirty = false;
        self.dirty_from = last.next();
    }

    /// The write `id`, and with it every one before, is durable. False if it is not under way.
    pub(crate) fn complete(&mut self, id: PersistId) -> bool {
        let Some(position) = self.under_way.iter().position(|write| write.id == id) else { return false };
        for _ in 0..=position {
            let Some(write) = self.under_way.pop_front() else { break };
            // A later write may replace entries of this one. They do not count: after a crash between the two, the
            // disk could hold neither the old ones nor the new ones.
            let dropped = self.install.filter(|install| !install.keep_suffix).map(|_| LogIndex::ZERO);
            let replaced_from = self.under_way.iter().map(|later| later.first).chain(dropped).min();
            let replaced_from = replaced_from.unwrap_or(LogIndex::MAX);
            let kept = write.last.min(replaced_from.min(self.dirty_from).prev());
            if write.first <= write.last {
                self.durable = self.durable.max(kept);
            }
        }
        true
    }

    /// Whether a snapshot is to take the place of the state machine, and is not durable yet.
    pub(crate) fn installs(&self) -> bool {
        self.install.is_some() || self.under_way.iter().any(|write| write.install)
    }

    /// The write that is under way for longest.
    pub(crate) fn oldest(&self) -> Option<PersistId> {
        self.under_way.front().map(|write| write.id)
    }

    pub(crate) fn is_under_way(&self, id: PersistId) -> bool {
        self.under_way.front().is_some_and(|write| write.id <= id)
    }

    /// The write after which the current term and vote are durable; nothing if they are.
    pub(crate) fn after_hard_state(&self) -> Option<PersistId> {
        if self.hard_state_dirty {
            return Some(self.next_id());
        }
        self.under_way.iter().rev().find(|write| write.hard_state).map(|write| write.id)
    }

    /// The write after which the current term and vote, and the log up to `through`, are durable; nothing if they are.
    pub(crate) fn after_log(&self, through: LogIndex) -> Option<PersistId> {
        if through <= self.durable {
            return self.after_hard_state();
        }
        if self.dirty_from <= through || self.install.is_some() {
            // No other write is later.
            return Some(self.next_id());
        }
        let log = self.under_way.iter().rev().find(|write| write.first <= through).map(|write| write.id);
        log.max(self.after_hard_state())
    }

    fn next_id(&self) -> PersistId {
        PersistId { boot: self.boot, sequence: self.next_sequence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(durability: &mut Durability, last: u64) -> PersistId {
        let id = durability.pending(LogIndex(last)).expect("there is something to write").id;
        durability.begin(LogIndex(last));
        id
    }

    #[test]
    fn writes_become_durable_in_order() {
        let mut durability = Durability::new(Boot(1), LogIndex(0));
        let first = write(&mut durability, 3);
        let second = write(&mut durability, 5);
        assert_eq!(durability.after_log(LogIndex(3)), Some(first));
        assert_eq!(durability.after_log(LogIndex(4)), Some(second));
        assert!(durability.complete(second), "which includes the first");
        assert!(!durability.complete(first), "it is done already");
        assert_eq!(durability.durable(), LogIndex(5));
        assert_eq!(durability.after_log(LogIndex(5)), None);
    }

    #[test]
    fn a_late_acknowledgement_never_marks_what_was_overwritten() {
        let mut durability = Durability::new(Boot(1), LogIndex(0));
        let old = write(&mut durability, 5);
        durability.truncated(LogIndex(3));
        assert_eq!(durability.after_log(LogIndex(4)), Some(durability.next_id()));
        let new = write(&mut durability, 4);
        assert!(durability.complete(old));
        assert_eq!(durability.durable(), LogIndex(2));
        assert!(durability.complete(new));
        assert_eq!(durability.durable(), LogIndex(4));
    }

    #[test]
    fn entries_that_come_back_are_durable_only_with_the_last_write() {
        // 1..=5 written, replaced from 4 on, then the old ones come back: all three writes are under way, and a crash
        // between the second and the third loses 4 and 5, whatever the first one wrote.
        let mut durability = Durability::new(Boot(1), LogIndex(0));
        let first = write(&mut durability, 5);
        durability.truncated(LogIndex(4));
        let second = write(&mut durability, 4);
        durability.truncated(LogIndex(4));
        let third = write(&mut durability, 5);
        assert!(durability.complete(first));
        assert_eq!(durability.durable(), LogIndex(3));
        assert_eq!(durability.after_log(LogIndex(5)), Some(third));
        assert!(durability.complete(second));
        assert_eq!(durability.durable(), LogIndex(3));
        assert!(durability.complete(third));
        assert_eq!(durability.durable(), LogIndex(5));
    }

    #[test]
    fn what_was_written_before_a_snapshot_that_replaces_the_log_counts_for_nothing() {
        let mut durability = Durability::new(Boot(1), LogIndex(0));
        let old = write(&mut durability, 5);
        durability.installed(LogIndex(3), false);
        assert!(durability.complete(old));
        assert_eq!(durability.durable(), LogIndex(0));
        let new = write(&mut durability, 3);
        assert_eq!(durability.after_log(LogIndex(3)), Some(new));
        assert!(durability.complete(new));
        assert_eq!(durability.durable(), LogIndex(3));
    }

    #[test]
    fn a_vote_waits_for_the_write_that_holds_it() {
        let mut durability = Durability::new(Boot(1), LogIndex(0));
        assert_eq!(durability.after_hard_state(), None);
        durability.hard_state_changed();
        let id = durability.next_id();
        assert_eq!(durability.after_hard_state(), Some(id));
        assert_eq!(write(&mut durability, 0), id);
        assert_eq!(durability.after_hard_state(), Some(id));
        assert!(durability.complete(id));
        assert_eq!(durability.after_hard_state(), None);
    }

    #[test]
    fn an_acknowledgement_of_another_life_is_refused() {
        let mut durability = Durability::new(Boot(2), LogIndex(0));
        let id = write(&mut durability, 1);
        assert!(!durability.complete(PersistId { boot: Boot(1), ..id }));
        assert_eq!(durability.durable(), LogIndex(0));
    }
}

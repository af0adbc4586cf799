//! The log (§5.3): the tail since the last snapshot, in memory. The host keeps the durable copy.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::command::CommandBytes;
use crate::membership::Membership;
use crate::types::{EntryId, LogIndex, Term};

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Entry {
    /// Where it is, and who created it.
    pub id: EntryId,
    /// What it carries.
    pub payload: Payload,
}

/// What an entry carries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Payload {
    /// Nothing: what a new leader appends, to commit what came before (§8).
    NoOp,
    /// A command for the state machine.
    Command(CommandBytes),
    /// Who belongs to the cluster from this entry on (§6).
    Membership(Box<Membership>),
}

/// The entries after a base, which is the last entry of the snapshot that the log starts from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Log {
    base: EntryId,
    entries: Vec<Entry>,
    bytes: u64,
}

impl Payload {
    /// How many bytes of the host's it carries.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::NoOp | Self::Membership(_) => 0,
            Self::Command(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        }
    }
}

impl Log {
    /// A log of `entries` after `base`. The caller has checked that they follow one another.
    pub(crate) fn new(base: EntryId, entries: Vec<Entry>) -> Self {
        let bytes = entries.iter().map(|entry| entry.payload.bytes()).sum();
        Self { base, entries, bytes }
    }

    /// The last entry of the snapshot that this log starts from; [`EntryId::ZERO`] if there is none.
    #[must_use]
    pub const fn base(&self) -> EntryId {
        self.base
    }

    /// The last entry.
    #[must_use]
    pub fn last(&self) -> EntryId {
        self.entries.last().map_or(self.base, |entry| entry.id)
    }

    /// All entries since the base, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry at `index`, if it is in the log.
    #[must_use]
    pub fn entry(&self, index: LogIndex) -> Option<&Entry> {
        self.entries.get(self.position(index)?)
    }

    /// The term of the entry at `index`: known for the base and everything after it.
    #[must_use]
    pub fn term_at(&self, index: LogIndex) -> Option<Term> {
        if index == self.base.index { Some(self.base.term) } else { self.entry(index).map(|entry| entry.id.term) }
    }

    /// Whether the log has the entry `id`, or ends its snapshot with it.
    #[must_use]
    pub fn contains(&self, id: EntryId) -> bool {
        self.term_at(id.index) == Some(id.term)
    }

    /// The entries after `after`, up to and with `last`; those of them that are in the log.
    #[must_use]
    pub fn between(&self, after: LogIndex, last: LogIndex) -> &[Entry] {
        let (start, end) = (self.count_through(after), self.count_through(last));
        &self.entries[start..end.max(start)]
    }

    /// The last entry at or before `id.index` whose term is not above `id.term`: the furthest place where a log that
    /// has `id` can still agree with this one (§5.3, the optimisation that the paper sketches).
    #[must_use]
    pub(crate) fn last_not_above(&self, id: EntryId) -> EntryId {
        let candidates = &self.entries[..self.count_through(id.index)];
        let found = candidates.iter().rev().find(|entry| entry.id.term <= id.term);
        found.map_or(self.base, |entry| entry.id)
    }

    pub(crate) fn append(&mut self, term: Term, payload: Payload) -> EntryId {
        let id = EntryId::new(self.last().index.next(), term);
        self.bytes += payload.bytes();
        self.entries.push(Entry { id, payload });
        id
    }

    /// Adds all of `entries` but the first `skip`, and leaves nothing of them there.
    pub(crate) fn extend(&mut self, entries: &mut Vec<Entry>, skip: usize) {
        entries.drain(..skip);
        self.bytes += entries.iter().map(|entry| entry.payload.bytes()).sum::<u64>();
        self.entries.append(entries);
    }

    /// Drops the entry at `from` and all after it.
    pub(crate) fn truncate(&mut self, from: LogIndex) {
        let kept = self.count_through(from.prev());
        self.bytes -= self.entries.drain(kept..).map(|entry| entry.payload.bytes()).sum::<u64>();
    }

    /// How many bytes the commands of the entries have together.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The log starts after `base`, which it has.
    pub(crate) fn compact(&mut self, base: EntryId) {
        let gone = self.count_through(base.index);
        self.bytes -= self.entries.drain(..gone).map(|entry| entry.payload.bytes()).sum::<u64>();
        self.base = base;
    }

    /// The log is empty and starts after `base`.
    pub(crate) fn reset(&mut self, base: EntryId) {
        *self = Self::new(base, Vec::new());
    }

    /// How many of the entries are at or before `index`, which may be anything, also on a machine of 32 bits.
    fn count_through(&self, index: LogIndex) -> usize {
        let offset = index.0.saturating_sub(self.base.index.0);
        usize::try_from(offset).map_or(self.entries.len(), |offset| offset.min(self.entries.len()))
    }

    fn position(&self, index: LogIndex) -> Option<usize> {
        let offset = index.0.checked_sub(self.base.index.0)?.checked_sub(1)?;
        usize::try_from(offset).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn log(base: (u64, u64), terms: &[u64]) -> Log {
        let mut log = Log::new(EntryId::new(LogIndex(base.0), Term(base.1)), vec![]);
        for &term in terms {
            log.append(Term(term), Payload::NoOp);
        }
        log
    }

    #[test]
    fn indexes_start_after_the_base() {
        let log = log((3, 1), &[1, 2, 2]);
        assert_eq!(log.last(), EntryId::new(LogIndex(6), Term(2)));
        let terms: Vec<_> = (2..=7).map(|index| log.term_at(LogIndex(index)).map(|term| term.0)).collect();
        assert_eq!(terms, [None, Some(1), Some(1), Some(2), Some(2), None]);
        assert_eq!(log.entry(LogIndex(3)), None);
    }

    #[test]
    fn ranges_are_cut_to_what_is_there() {
        let log = log((3, 1), &[1, 2, 2]);
        for (after, last, expected) in
            [(3, 6, 3), (3, 3, 0), (4, 5, 1), (0, 99, 3), (6, 9, 0), (9, 4, 0), (u64::MAX, 0, 0), (0, u64::MAX, 3)]
        {
            let found = log.between(LogIndex(after), LogIndex(last)).len();
            assert_eq!(found, expected, "after {after} up to {last}");
        }
    }

    #[test]
    fn the_last_place_that_can_agree() {
        let log = log((0, 0), &[1, 1, 1, 4, 4, 5]);
        for (index, term, expected) in [(6, 5, 6), (6, 4, 5), (6, 3, 3), (4, 9, 4), (9, 9, 6), (6, 0, 0), (0, 0, 0)] {
            let found = log.last_not_above(EntryId::new(LogIndex(index), Term(term)));
            assert_eq!(found.index.0, expected, "index {index}, term {term}");
        }
    }

    #[test]
    fn truncation_keeps_what_is_before() {
        let mut log = log((3, 1), &[1, 2, 2]);
        log.truncate(LogIndex(5));
        assert_eq!(log.last(), EntryId::new(LogIndex(4), Term(1)));
        log.truncate(LogIndex(9));
        assert_eq!(log.last().index, LogIndex(4));
    }
}

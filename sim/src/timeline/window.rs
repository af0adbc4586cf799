//! The part of a trace that is kept.

use alloc::vec::Vec;

use crate::trace::{Record, RecordId};

/// Records that follow one another, in one piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    /// The place of the first one in the trace.
    first: u64,
    records: Vec<Record>,
}

impl Window {
    pub(super) const fn new(first: u64, records: Vec<Record>) -> Self {
        Self { first, records }
    }

    pub(super) const fn first(&self) -> u64 {
        self.first
    }

    /// The place after the last one.
    pub(super) const fn end(&self) -> u64 {
        self.first + self.records.len() as u64
    }

    pub(super) fn all(&self) -> &[Record] {
        &self.records
    }

    /// Those before `count`.
    pub(super) fn until(&self, count: u64) -> &[Record] {
        &self.records[..self.position(count)]
    }

    /// Those from `first` on.
    pub(super) fn from(&self, first: u64) -> &[Record] {
        &self.records[self.position(first)..]
    }

    pub(super) fn get(&self, id: RecordId) -> Option<&Record> {
        self.records.get(usize::try_from(id.0.checked_sub(self.first)?).ok()?)
    }

    /// Whether the records before `count` are the last ones of these, some of these, or none because these begin there.
    pub(super) const fn reaches(&self, count: u64) -> bool {
        self.first <= count && count <= self.end()
    }

    /// How many bytes are allocated.
    pub(super) fn bytes(&self) -> usize {
        self.records.capacity() * size_of::<Record>()
    }

    /// Takes the records that come next out of `fresh`, which end before `count`; those that are known already, and those
    /// that do not follow on, are dropped. The oldest go when there are more than `max`.
    pub(super) fn take(&mut self, fresh: &mut Vec<Record>, count: u64, max: usize) {
        let begins = count - fresh.len() as u64;
        if count > self.end() && begins <= self.end() {
            let known = usize::try_from(self.end() - begins).unwrap_or(usize::MAX).min(fresh.len());
            fresh.drain(..known);
            self.make_room(fresh.len(), max);
            self.records.append(fresh);
        }
        fresh.clear();
    }

    /// Drops the oldest of those before `count`, and what is not needed after, until there are no more than `max`.
    pub(super) fn shrink(&mut self, count: u64, max: usize) {
        let gone = self.records.len().saturating_sub(max).min(self.position(count));
        self.records.drain(..gone);
        self.first += gone as u64;
        self.records.truncate(max);
        self.records.shrink_to_fit();
    }

    /// Adds what `other` has, if it follows on.
    pub(super) fn append(&mut self, mut other: Self) {
        if self.records.is_empty() {
            *self = other;
        } else if other.first == self.end() {
            self.records.append(&mut other.records);
        }
    }

    /// Gives away everything from `first` on.
    pub(super) fn split_off(&mut self, first: u64) -> Self {
        let position = self.position(first);
        let records = self.records.split_off(position);
        Self { first: first.clamp(self.first, self.end().max(self.first)), records }
    }

    /// There may be as many more, or the oldest quarter goes. What is allocated grows in steps, and never beyond `max`.
    fn make_room(&mut self, more: usize, max: usize) {
        let length = self.records.len();
        if length + more > max {
            let gone = (length + more - max).max(max / 4).min(length);
            self.records.drain(..gone);
            self.first += gone as u64;
        }
        let needed = self.records.len() + more;
        if needed > self.records.capacity() {
            let wanted = needed.max((length * 2).min(max));
            self.records.reserve_exact(wanted - self.records.len());
        }
    }

    fn position(&self, count: u64) -> usize {
        usize::try_from(count.saturating_sub(self.first)).unwrap_or(usize::MAX).min(self.records.len())
    }
}

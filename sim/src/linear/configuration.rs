//! One way in which the operations on a key can have gone so far.

use alloc::vec::Vec;

use super::symbols::{Symbol, Symbols};

/// How many operations on one key can be under way at once.
pub(super) const LIVE_MAX: usize = 8;
/// How many more, of those that ended as unknown, are told apart.
pub(super) const UNKNOWN_MAX: usize = 64 - LIVE_MAX;
/// The slots of operations under way; the rest are for those that ended as unknown.
pub(super) const LIVE: Slots = (1 << LIVE_MAX) - 1;

/// A set of slots. Each pending operation has one.
pub(super) type Slots = u64;

/// What the operations under way remember of a value: see [`Table::mark`](super::symbols::Table::mark).
pub(super) type Marks = [Symbols; LIVE_MAX];

/// A value, and which of the pending operations it is already the result of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Configuration {
    pub(super) value: Symbol,
    /// The pending operations that have changed the value already.
    pub(super) taken: Slots,
    /// The others that could have been put in at an earlier moment without changing what came after. Of a write: it
    /// left what was there anyway, or was overwritten at once. Of an operation that only observes: there was a moment,
    /// the same for all of them, at which such a write was overwritten.
    pub(super) idle: Slots,
    /// Of each operation under way that has not changed the value: what it can have observed. Of an increment that has:
    /// what the value was then.
    seen: Marks,
}

impl Configuration {
    pub(super) const fn new(value: Symbol) -> Self {
        Self { value, taken: 0, idle: 0, seen: [0; LIVE_MAX] }
    }

    pub(super) const fn has(&self, slot: usize) -> bool {
        self.taken & (1 << slot) != 0
    }

    pub(super) const fn is_idle(&self, slot: usize) -> bool {
        self.idle & (1 << slot) != 0
    }

    pub(super) const fn seen(&self, slot: usize) -> Symbols {
        if slot < LIVE_MAX { self.seen[slot] } else { 0 }
    }

    /// An operation was called.
    pub(super) const fn call(&mut self, slot: usize, mark: Symbols, idle: bool) {
        self.seen[slot] = mark;
        if idle {
            self.idle |= 1 << slot;
        }
    }

    /// The same without the operation in `slot`.
    pub(super) const fn without(mut self, slot: usize) -> Self {
        self.taken &= !(1 << slot);
        self.idle &= !(1 << slot);
        if slot < LIVE_MAX {
            self.seen[slot] = 0;
        }
        self
    }

    /// The same after the value has become `after`, which the operations under way remember as `marks`, and `idle` are
    /// those that could have been put in before or there.
    pub(super) fn changed(mut self, after: Symbol, marks: &Marks, idle: Slots) -> Self {
        self.value = after;
        self.idle |= idle & !self.taken;
        self.observe(LIVE & !self.taken, marks);
        self
    }

    /// The same if a write was where it changes nothing that came after. The idle operations remember it as `marks`.
    pub(super) fn hidden(mut self, marks: &Marks) -> Self {
        self.observe(LIVE & self.idle & !self.taken, marks);
        self
    }

    /// The same if the operation in `slot` is done, and remembers `mark`.
    pub(super) const fn with(mut self, slot: usize, mark: Symbols) -> Self {
        self = self.without(slot);
        self.taken |= 1 << slot;
        if slot < LIVE_MAX {
            self.seen[slot] = mark;
        }
        self
    }

    fn observe(&mut self, slots: Slots, marks: &Marks) {
        for slot in members(slots) {
            self.seen[slot] |= marks[slot];
        }
    }

    /// The same, if the slots of each group in `alike` mean the same: only how many of them are taken and idle counts.
    pub(super) fn normal(mut self, alike: &[Slots]) -> Self {
        for &group in alike {
            let taken = (self.taken & group).count_ones() as usize;
            let idle = (self.idle & group).count_ones() as usize;
            self.taken &= !group;
            self.idle &= !group;
            members(group).take(taken).for_each(|slot| self.taken |= 1 << slot);
            members(group).skip(taken).take(idle).for_each(|slot| self.idle |= 1 << slot);
        }
        self
    }

    /// This, once for each thing that can be said of the operation in `slot`: of those that mean the same, it can be any.
    pub(super) fn renamed(self, slot: usize, alike: &[Slots]) -> impl Iterator<Item = Self> + use<> {
        let group = alike.iter().copied().find(|group| group & 1 << slot != 0).unwrap_or(1 << slot);
        let kinds = [group & self.taken, group & !self.taken & self.idle, group & !self.taken & !self.idle];
        let first = |kind: Slots| members(kind).next();
        kinds.into_iter().filter_map(first).map(move |other| self.swapped(slot, other))
    }

    /// The same, with two of those that ended as unknown in each other's place.
    pub(super) const fn swapped(mut self, one: usize, other: usize) -> Self {
        if self.has(one) != self.has(other) {
            self.taken ^= 1 << one | 1 << other;
        }
        if self.is_idle(one) != self.is_idle(other) {
            self.idle ^= 1 << one | 1 << other;
        }
        self
    }

    /// The operation in `from` ended as unknown, and has the slot `to` now. What it observed no longer matters, unless
    /// it is a write, which may still be answered.
    pub(super) const fn moved(mut self, from: usize, to: usize, write: bool) -> Self {
        let (taken, idle) = (self.has(from), write && self.is_idle(from));
        self = self.without(from);
        self.taken |= (taken as Slots) << to;
        self.idle |= (idle as Slots) << to;
        self
    }

    /// All values that are named here.
    pub(super) fn used(&self) -> Symbols {
        self.seen.iter().fold(self.value.bit(), |used, seen| used | seen)
    }

    /// Whether whatever can happen after `other` can also happen after this. What ended as unknown need not happen, so
    /// it is good not to have needed it, if it can still be put in where it changes nothing.
    pub(super) fn covers(&self, other: &Self, writes: Slots) -> bool {
        let spared = other.taken & !self.taken;
        self.value == other.value
            && self.taken & !other.taken == 0
            && spared & LIVE == 0
            && spared & writes & !self.idle == 0
            && other.idle & !self.idle == 0
            && self.seen.iter().zip(&other.seen).all(|(ours, theirs)| theirs & !ours == 0)
    }
}

/// The slots in a set.
pub(super) fn members(slots: Slots) -> impl Iterator<Item = usize> {
    let mut left = slots;
    core::iter::from_fn(move || {
        let next = (left != 0).then_some(left.trailing_zeros() as usize)?;
        left &= left - 1;
        Some(next)
    })
}

/// Adds `new` to a set in which none covers another.
pub(super) fn add(set: &mut Vec<Configuration>, new: Configuration, writes: Slots) {
    if set.iter().any(|known| known.covers(&new, writes)) {
        return;
    }
    set.retain(|known| !new.covers(known, writes));
    set.push(new);
}

//! The numbers that Raft talks about, each with a type of its own.

use core::fmt;

/// The name of a server, unique in its cluster for ever: a server that lost its disk comes back under a new one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NodeId(pub u64);

/// A term: Raft's logical clock (§5.1). Terms start at 0, in which there is no leader, and only grow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Term(pub u64);

/// A place in the log (§5.3). The first entry has index 1; index 0 is the place before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LogIndex(pub u64);

/// What identifies an entry: by Log Matching (§5.3), two entries with the same index and term are the same entry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EntryId {
    /// Where the entry is in the log.
    pub index: LogIndex,
    /// The term of the leader that created it.
    pub term: Term,
}

/// Counts the lives of a server: a number that the host makes greater at every start of the same server.
///
/// It is part of every [`PersistId`](crate::PersistId), so that an acknowledgement from before a crash is never taken
/// for one after it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Boot(pub u64);

impl Term {
    /// The greatest term: no election can follow it.
    pub const MAX: Self = Self(u64::MAX - 1);

    /// The term after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl LogIndex {
    /// The place before the first entry.
    pub const ZERO: Self = Self(0);
    /// The greatest index that a message or a disk may carry: far more than a log can reach, and far from where
    /// counting ends.
    pub const MAX: Self = Self(u64::MAX / 2);

    /// The index after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The index before this one; of 0, 0.
    #[must_use]
    pub const fn prev(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl EntryId {
    /// The place before the first entry of every log.
    pub const ZERO: Self = Self { index: LogIndex(0), term: Term(0) };

    /// Names the entry at `index` that a leader of `term` created.
    #[must_use]
    pub const fn new(index: LogIndex, term: Term) -> Self {
        Self { index, term }
    }

    /// Whether a log can have this: the place before the first entry has term 0, and no entry has.
    pub(crate) const fn is_possible(self) -> bool {
        (self.index.0 == 0) == (self.term.0 == 0)
    }

    /// Whether a log that ends here is at least as up-to-date as one that ends at `other` (§5.4.1).
    #[must_use]
    pub fn is_up_to_date_with(self, other: Self) -> bool {
        (self.term, self.index) >= (other.term, other.index)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S{}", self.0)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for LogIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (term {})", self.index, self.term)
    }
}

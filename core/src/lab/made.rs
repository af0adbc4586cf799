//! Which mistakes a server makes, and what follows for the rest of it.

use alloc::vec::Vec;
use core::fmt;

use super::Mistake;
use crate::config::Config;
use crate::error::StartError;
use crate::node::Node;
use crate::start::DurableState;
use crate::types::{LogIndex, Term};

/// A set of mistakes. Plain data; the default is none.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(from = "Vec<Mistake>", into = "Vec<Mistake>")
)]
pub struct Mistakes(u32);

impl Mistakes {
    /// No mistake: Raft as it should be.
    pub const NONE: Self = Self(0);

    /// This set, and `mistake`.
    #[must_use]
    pub const fn with(self, mistake: Mistake) -> Self {
        Self(self.0 | Self::bit(mistake))
    }

    /// This set, without `mistake`.
    #[must_use]
    pub const fn without(self, mistake: Mistake) -> Self {
        Self(self.0 & !Self::bit(mistake))
    }

    /// Whether `mistake` is made.
    #[must_use]
    pub const fn has(self, mistake: Mistake) -> bool {
        self.0 & Self::bit(mistake) != 0
    }

    /// Whether none is made.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are made, in the order of [`Mistake::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Mistake> {
        Mistake::ALL.into_iter().filter(move |&mistake| self.has(mistake))
    }

    const fn bit(mistake: Mistake) -> u32 {
        1 << mistake as u32
    }
}

impl FromIterator<Mistake> for Mistakes {
    fn from_iter<I: IntoIterator<Item = Mistake>>(mistakes: I) -> Self {
        mistakes.into_iter().fold(Self::NONE, Self::with)
    }
}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Self::NONE.with(mistake)
    }
}

impl From<Vec<Mistake>> for Mistakes {
    fn from(mistakes: Vec<Mistake>) -> Self {
        mistakes.into_iter().collect()
    }
}

impl From<Mistakes> for Vec<Mistake> {
    fn from(mistakes: Mistakes) -> Self {
        mistakes.iter().collect()
    }
}

impl fmt::Debug for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Node {
    /// Whether this server makes a mistake on purpose.
    pub(crate) const fn makes(&self, mistake: Mistake) -> bool {
        self.config.settings().mistakes.has(mistake)
    }

    /// Whether it makes any. Whoever does not follow the rules cannot rely on the others' following them: what only a
    /// broken rule can send is refused by a correct server, and would hide here what the mistake leads to.
    pub(crate) const fn errs(&self) -> bool {
        !self.config.settings().mistakes.is_empty()
    }

    /// The server makes these mistakes from now on, and no others.
    ///
    /// What was done before stays as it is.
    pub fn make_mistakes(&mut self, mistakes: Mistakes) {
        self.config.make_mistakes(mistakes);
        self.hold_membership_back();
    }

    /// [`Mistake::ConfigurationOnApply`]: what holds is what is applied.
    pub(crate) fn hold_membership_back(&mut self) {
        let applied = self.makes(Mistake::ConfigurationOnApply).then_some(self.applied);
        if self.memberships.hold_back(applied) {
            self.membership_changed();
        }
    }

    /// Committed entries were dropped, which no correct server does, so the commit index may be after the end of the log.
    pub(crate) fn forget_dropped_commit(&mut self) {
        let last = self.log.last().index;
        if self.commit > last {
            self.commit = last;
            self.durability.hard_state_changed();
        }
    }
}

impl DurableState {
    /// Finds what a correct server could not have left behind; of servers that make mistakes, what they do not look at
    /// is not refused.
    pub(crate) fn checked(mut self, config: &Config) -> Result<Self, StartError> {
        let mistakes = config.settings().mistakes;
        if mistakes.has(Mistake::DropCorruptTail) {
            self.drop_corrupt_tail();
        }
        match self.check() {
            Err(StartError::TermBehindLog { .. }) if mistakes.has(Mistake::AcknowledgeBeforeTermDurable) => Ok(self),
            checked => checked.map(|()| self),
        }
    }

    /// The log ends before the first entry that cannot be there.
    fn drop_corrupt_tail(&mut self) {
        let mut last = self.base;
        let term = self.hard_state.term;
        let follows = |entry: &&crate::log::Entry| {
            let fits = entry.id.index == last.index.next() && entry.id.term >= last.term && entry.id.term <= term;
            last = entry.id;
            fits && entry.id.term != Term(0)
        };
        let kept = self.entries.iter().take_while(follows).count();
        self.entries.truncate(kept);
        let last: LogIndex = self.entries.last().map_or(self.base, |entry| entry.id).index;
        self.hard_state.commit = self.hard_state.commit.min(last);
        self.applied = self.applied.min(last);
    }
}

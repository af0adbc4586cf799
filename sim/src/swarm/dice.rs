//! Chance for a swarm: each draw is a pure function of the seed, the profile and how many were drawn before.

use core::time::Duration;

use raftarium_core::{NodeId, random};

use crate::stream::Concern;

pub(super) struct Dice {
    key: u64,
    drawn: u64,
}

impl Dice {
    pub(super) fn new(seed: u64, profile: u64) -> Self {
        Self { key: random::draw(&[seed, Concern::Swarm as u64, profile]), drawn: 0 }
    }

    /// For what goes wrong at one moment of a run.
    pub(super) fn of_unrest(seed: u64, kind: u64, number: u64) -> Self {
        Self { key: random::draw(&[seed, Concern::Unrest as u64, kind, number]), drawn: 0 }
    }

    /// A number from `low` to `high`.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        self.drawn += 1;
        random::within(random::draw(&[self.key, self.drawn]), low, high)
    }

    pub(super) fn count(&mut self, low: u32, high: u32) -> u32 {
        u32::try_from(self.between(low.into(), high.into())).unwrap_or(high)
    }

    /// Whether something happens that does so in `parts` of 100 cases.
    pub(super) fn percent(&mut self, parts: u64) -> bool {
        self.between(1, 100) <= parts
    }

    /// One of `cases`, which are some.
    pub(super) fn one_of<T: Copy>(&mut self, cases: &[T]) -> T {
        cases[self.position(cases.len())]
    }

    /// A place in a list of `len`, which is more than none.
    pub(super) fn position(&mut self, len: usize) -> usize {
        let last = u64::try_from(len).unwrap_or(1).saturating_sub(1);
        usize::try_from(self.between(0, last)).unwrap_or(0)
    }

    pub(super) fn ms(&mut self, low: u64, high: u64) -> Duration {
        Duration::from_micros(self.between(low * 1_000, high * 1_000))
    }

    pub(super) fn server(&mut self, servers: u32) -> NodeId {
        NodeId(self.between(1, servers.into()))
    }

    /// `cases` in a drawn order.
    pub(super) fn shuffle<T>(&mut self, cases: &mut [T]) {
        for end in (2..=cases.len()).rev() {
            cases.swap(end - 1, self.position(end));
        }
    }
}

//! Chance. Every concern has a stream of its own, so that one more draw in one place changes nothing elsewhere.

use core::time::Duration;

use raftarium_core::random;

use crate::setup::{CERTAIN_PPM, micros};

/// What a stream is for. The numbers are part of every run that was ever shared: they never change.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Concern {
    /// The election timeouts of the servers.
    Elections = 1,
    /// A link, from one address to another.
    Link = 2,
    /// The disk of a server.
    Disk = 3,
    /// What a link does twice or out of order.
    Disorder = 4,
    /// What a disk does wrong.
    DiskFaults = 5,
    /// What a swarm does to a world.
    Swarm = 32,
    /// What goes wrong again and again while somebody looks on.
    Unrest = 33,
}

/// A stream of draws.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stream {
    key: u64,
    drawn: u64,
}

impl Stream {
    pub(crate) fn new(seed: u64, concern: Concern, which: [u64; 2]) -> Self {
        Self { key: random::draw(&[seed, concern as u64, which[0], which[1]]), drawn: 0 }
    }

    fn next(&mut self) -> u64 {
        self.drawn += 1;
        random::draw(&[self.key, self.drawn])
    }

    /// A duration from `min` to `max`, in whole microseconds.
    pub(crate) fn duration(&mut self, min: Duration, max: Duration) -> Duration {
        Duration::from_micros(random::within(self.next(), micros(min), micros(max)))
    }

    /// The same, but most are short: of the fourth powers of numbers from 0 to 1, half are below a sixteenth.
    pub(crate) fn duration_with_long_tail(&mut self, min: Duration, max: Duration) -> Duration {
        let (min, max) = (micros(min), micros(max));
        let part = u128::from(random::within(self.next(), 0, 1 << 16));
        let more = (u128::from(max.saturating_sub(min)) * part.pow(4)) >> 64;
        Duration::from_micros(min.saturating_add(u64::try_from(more).unwrap_or(u64::MAX)))
    }

    /// A number from 0 to below `bound`; 0 if there is none.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        random::within(self.next(), 0, bound.saturating_sub(1))
    }

    /// Whether something happens that does so `ppm` times in a million.
    pub(crate) fn happens(&mut self, ppm: u32) -> bool {
        random::within(self.next(), 0, u64::from(CERTAIN_PPM) - 1) < u64::from(ppm)
    }
}

/// The seed of the servers' own draws.
pub(crate) fn election_seed(seed: u64) -> u64 {
    random::draw(&[seed, Concern::Elections as u64])
}

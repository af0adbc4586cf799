//! One direction of a link.

use core::num::NonZeroU64;
use core::time::Duration;

use raftarium_core::Instant;

use super::settings::{LinkSettings, Spread};
use crate::packet::{Content, PacketClass, PacketClasses};
use crate::setup::{Setup, micros};
use crate::stream::{Concern, Stream};
use crate::trace::LossReason;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Link {
    pub(super) settings: LinkSettings,
    pub(super) cut: bool,
    /// Nothing moves on it; what is on it stands still.
    pub(super) clogged: bool,
    /// What does not get through.
    pub(super) filtered: PacketClasses,
    /// Latency and loss.
    stream: Stream,
    /// What arrives twice, and what overtakes.
    disorder: Stream,
    /// When the last packet arrives: no later one overtakes it.
    last_arrival: Instant,
    /// When the line has taken all that waits for it.
    free_at: Instant,
}

impl Link {
    pub(super) fn new(setup: &Setup, from: u64, to: u64) -> Self {
        Self {
            settings: setup.link,
            cut: false,
            clogged: false,
            filtered: PacketClasses::default(),
            stream: Stream::new(setup.seed, Concern::Link, [from, to]),
            disorder: Stream::new(setup.seed, Concern::Disorder, [from, to]),
            last_arrival: Instant::ZERO,
            free_at: Instant::ZERO,
        }
    }

    /// When a packet that is sent now arrives, and whether it is lost on the way.
    pub(super) fn carry(&mut self, now: Instant, content: &Content) -> (Instant, Option<LossReason>) {
        let LinkSettings { latency_min, latency_max, spread, loss_ppm, overtaking_ppm, .. } = self.settings;
        let latency = match spread {
            Spread::Even => self.stream.duration(latency_min, latency_max),
            Spread::LongTail => self.stream.duration_with_long_tail(latency_min, latency_max),
        };
        let chance = self.stream.happens(loss_ppm);
        let (leaves, full) = self.leaves(now, content);
        let overtakes = overtaking_ppm > 0 && self.disorder.happens(overtaking_ppm);
        let mut arrives = leaves + latency;
        if !overtakes {
            arrives = arrives.max(self.last_arrival + Duration::from_micros(1));
            self.last_arrival = arrives;
        }
        let lost = if self.cut {
            Some(LossReason::Cut)
        } else if self.filtered.contains(content.class()) {
            Some(LossReason::Filtered)
        } else if full {
            Some(LossReason::QueueFull)
        } else {
            chance.then_some(LossReason::Chance)
        };
        (arrives, lost)
    }

    /// Whether the packet that was just carried arrives once more.
    pub(super) fn doubles(&mut self) -> bool {
        self.settings.duplicate_ppm > 0 && self.disorder.happens(self.settings.duplicate_ppm)
    }

    /// A packet that stood still moves on: when it arrives, at `at` or later if another is in its way.
    pub(super) fn moves_on(&mut self, at: Instant) -> Instant {
        self.last_arrival = at.max(self.last_arrival + Duration::from_micros(1));
        self.last_arrival
    }

    pub(super) fn forbid(&mut self, classes: &[PacketClass]) {
        self.filtered = classes.iter().copied().collect();
    }

    /// When the line has taken the packet, and whether too much waits for it already.
    fn leaves(&mut self, now: Instant, content: &Content) -> (Instant, bool) {
        let Some(rate) = self.settings.bytes_per_second.map(NonZeroU64::get) else { return (now, false) };
        let bytes = content.bytes();
        let waiting = u128::from(micros(self.free_at.since(now))) * u128::from(rate) / 1_000_000;
        let max = self.settings.queue_bytes_max;
        if max.is_some_and(|max| waiting > 0 && waiting + u128::from(bytes) > u128::from(max.get())) {
            return (now, true);
        }
        let takes = u128::from(bytes) * 1_000_000 / u128::from(rate);
        self.free_at = self.free_at.max(now) + Duration::from_micros(u64::try_from(takes).unwrap_or(u64::MAX));
        (self.free_at, false)
    }
}

//! A server's clock: it need not go as time does.

use raftarium_core::Instant;

use crate::setup::CERTAIN_PPM;

/// The most that a clock can go too fast or too slow: by half.
pub const DRIFT_PPM_MAX: i32 = 500_000;

/// A clock that went right until it was set wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Clock {
    /// How much too fast it goes, in parts per million; too slow, if it is negative.
    drift_ppm: i32,
    /// A moment …
    at: Instant,
    /// … and what the clock said then.
    read: Instant,
}

impl Clock {
    pub(crate) const fn drift_ppm(&self) -> i32 {
        self.drift_ppm
    }

    /// What it says at `now`.
    pub(crate) fn read(&self, now: Instant) -> Instant {
        if self.drift_ppm == 0 && self.at == self.read {
            return now;
        }
        let passed = micros_of(now.since(self.at)) * u128::from(self.rate());
        self.read + micros(passed / u128::from(CERTAIN_PPM))
    }

    /// The first moment at which it says `read` or later. Of what it said before it was set the last time, when it would
    /// have said so if it had always gone as it does now.
    pub(crate) fn when(&self, read: Instant) -> Instant {
        if self.drift_ppm == 0 && self.at == self.read {
            return read;
        }
        if read < self.read {
            let ago = micros_of(self.read.since(read)) * u128::from(CERTAIN_PPM) / u128::from(self.rate());
            let ago = u64::try_from(ago).unwrap_or(u64::MAX);
            return Instant::from_micros(self.at.as_micros().saturating_sub(ago));
        }
        let missing = micros_of(read.since(self.read)) * u128::from(CERTAIN_PPM);
        self.at + micros(missing.div_ceil(u128::from(self.rate())))
    }

    /// From `now` on, it goes so much too fast.
    pub(crate) fn set_drift(&mut self, now: Instant, drift_ppm: i32) {
        *self = Self { drift_ppm, at: now, read: self.read(now) };
    }

    /// It is set forward by so much, or back.
    pub(crate) fn jump(&mut self, now: Instant, by_us: i64) {
        let read = self.read(now).as_micros().saturating_add_signed(by_us);
        *self = Self { drift_ppm: self.drift_ppm, at: now, read: Instant::from_micros(read) };
    }

    fn rate(&self) -> u32 {
        CERTAIN_PPM.saturating_add_signed(self.drift_ppm.clamp(-DRIFT_PPM_MAX, DRIFT_PPM_MAX))
    }
}

fn micros_of(duration: core::time::Duration) -> u128 {
    u128::from(crate::setup::micros(duration))
}

fn micros(micros: u128) -> core::time::Duration {
    core::time::Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn a_clock_goes_as_it_is_set() {
        let mut clock = Clock::default();
        assert_eq!(clock.read(ms(700)), ms(700));
        clock.set_drift(ms(1_000), 100_000);
        assert_eq!(clock.read(ms(2_000)), ms(2_100));
        clock.set_drift(ms(2_000), -500_000);
        assert_eq!(clock.read(ms(3_000)), ms(2_600));
        clock.jump(ms(3_000), -600_000);
        assert_eq!(clock.read(ms(3_000)), ms(2_000));
        clock.jump(ms(3_000), 1_000_000);
        assert_eq!(clock.read(ms(3_000)), ms(3_000));
        clock.jump(ms(3_000), i64::MIN);
        assert_eq!(clock.read(ms(3_000)), ms(0), "time begins at 0");
    }

    #[test]
    fn what_it_says_is_reached_when_it_says_so_and_not_a_microsecond_before() {
        for drift_ppm in [0, 1, -1, 37, 123_457, -333_333, DRIFT_PPM_MAX, -DRIFT_PPM_MAX] {
            let mut clock = Clock::default();
            clock.jump(ms(5), 1_234_567);
            clock.set_drift(ms(10), drift_ppm);
            for read in [1_239_567 + 5_000, 1_300_001, 9_999_999, 86_400_000_000] {
                let read = Instant::from_micros(read);
                let when = clock.when(read);
                assert!(clock.read(when) >= read, "{drift_ppm}: {read}");
                let before = Instant::from_micros(when.as_micros() - 1);
                assert!(before < ms(10) || clock.read(before) < read, "{drift_ppm}: {read}");
            }
        }
    }
}

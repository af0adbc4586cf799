//! The axis of the time bar.

use crate::geometry::trig::within;
use raftarium_sim::core::Instant;

/// The shortest axis, in microseconds.
const SHORTEST: u64 = 2_000_000;

/// An axis from 0 to a round number, with round ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    /// Where it ends, in microseconds.
    pub(crate) length: u64,
    /// How far apart two ticks with a number are, in microseconds.
    pub(crate) tick: u64,
}

impl Axis {
    /// The axis for a run that is known until `end`: always with some room to the right.
    pub(crate) fn covering(end: Instant) -> Self {
        let needed = end.as_micros() + end.as_micros() / 50;
        let mut length = SHORTEST;
        // 2, 5, 10, 20, 50, …
        let mut factors = [(5, 2), (2, 1), (2, 1)].iter().cycle();
        while length < needed {
            let (times, over) = factors.next().expect("a cycle never ends");
            length = length / over * times;
        }
        let tick = [length / 4, length / 5].into_iter().find(|tick| is_round(*tick)).unwrap_or(length / 4);
        Self { length, tick }
    }

    /// Where a moment is, in percent.
    pub(crate) fn percent(self, at: Instant) -> f64 {
        (at.as_micros() as f64 / self.length as f64 * 100.0).min(100.0)
    }

    /// The moment at a part of the axis between 0 and 1.
    pub(crate) fn at(self, part: f64) -> Instant {
        Instant::from_micros((self.length as f64 * within(part, 0.0, 1.0)) as u64)
    }

    /// The moments that get a number.
    pub(crate) fn ticks(self) -> impl Iterator<Item = Instant> {
        (0..=self.length / self.tick).map(move |at| Instant::from_micros(at * self.tick))
    }
}

/// Whether the number's digits are 1, 2 or 5, or 25, and zeros.
fn is_round(mut number: u64) -> bool {
    while number > 9 && number.is_multiple_of(10) {
        number /= 10;
    }
    matches!(number, 1 | 2 | 5)
}

/// `0.5 s`, `3 s`: a tick's number.
pub(crate) fn tick_label(at: Instant) -> String {
    let tenths = at.as_micros() / 100_000;
    if tenths.is_multiple_of(10) { format!("{} s", tenths / 10) } else { format!("{}.{} s", tenths / 10, tenths % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_in_round_steps_and_leaves_room() {
        let cases =
            [(0, 2), (1_900, 2), (1_990, 5), (5_000, 10), (9_000, 10), (15_000, 20), (45_000, 50), (50_000, 100)];
        for (end_ms, seconds) in cases {
            let axis = Axis::covering(Instant::from_millis(end_ms));
            assert_eq!(axis.length, seconds * 1_000_000, "{end_ms} ms");
            assert!(axis.length.is_multiple_of(axis.tick));
            assert!((4..=5).contains(&(axis.length / axis.tick)));
        }
    }

    #[test]
    fn there_and_back() {
        let axis = Axis::covering(Instant::from_millis(3_000));
        assert_eq!(axis.at(0.5), Instant::from_millis(2_500));
        assert!((axis.percent(Instant::from_millis(2_500)) - 50.0).abs() < 1e-9);
        assert_eq!(axis.at(7.0), Instant::from_millis(5_000));
    }

    #[test]
    fn ticks_in_words() {
        assert_eq!(tick_label(Instant::from_millis(500)), "0.5 s");
        assert_eq!(tick_label(Instant::from_millis(3_000)), "3 s");
    }
}

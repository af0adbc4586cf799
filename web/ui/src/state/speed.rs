//! How fast simulated time goes by.

/// A part of real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Speed {
    place: usize,
}

/// One in so many, slowest first.
const ONE_IN: [u64; 7] = [100, 50, 20, 10, 5, 2, 1];
const DEFAULT: usize = 2;

impl Default for Speed {
    /// A twentieth: a message takes about a quarter of a second.
    fn default() -> Self {
        Self { place: DEFAULT }
    }
}

impl Speed {
    /// All of them, slowest first.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..ONE_IN.len()).map(|place| Self { place })
    }

    /// One in so many.
    pub(crate) const fn one_in(self) -> u64 {
        ONE_IN[self.place]
    }

    /// The one that is a part of `one_in`.
    pub(crate) fn of(one_in: u64) -> Option<Self> {
        Self::all().find(|speed| speed.one_in() == one_in)
    }

    pub(crate) fn faster(self) -> Self {
        Self { place: (self.place + 1).min(ONE_IN.len() - 1) }
    }

    pub(crate) const fn slower(self) -> Self {
        Self { place: self.place.saturating_sub(1) }
    }

    /// How much simulated time goes by in so much real time, both in microseconds.
    pub(crate) const fn simulated(self, real: u64) -> u64 {
        real / self.one_in()
    }

    /// `1/20`, `1`.
    pub(crate) fn label(self) -> String {
        match self.one_in() {
            1 => "1".to_owned(),
            parts => format!("1/{parts}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_at_a_twentieth_and_stops_at_both_ends() {
        let speed = Speed::default();
        assert_eq!((speed.label().as_str(), speed.simulated(40_000)), ("1/20", 2_000));
        let fastest = (0..9).fold(speed, |speed, _| speed.faster());
        let slowest = (0..9).fold(speed, |speed, _| speed.slower());
        assert_eq!((fastest.label().as_str(), slowest.label().as_str()), ("1", "1/100"));
        assert_eq!(Speed::of(20), Some(speed));
        assert_eq!(Speed::of(3), None);
    }
}

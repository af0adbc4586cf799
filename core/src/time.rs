//! Time, as the caller tells it.

use core::fmt;
use core::ops::Add;
use core::time::Duration;

/// A moment, in microseconds since a beginning of the caller's choice.
///
/// The core never asks for the time: every input brings it along. It must come from a clock that does not go back; an
/// input with an earlier time than one before it is taken to happen at the later of the two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Instant(u64);

impl Instant {
    /// The beginning of time.
    pub const ZERO: Self = Self(0);
    /// The end of time: a deadline here is never reached.
    pub const MAX: Self = Self(u64::MAX);

    /// The moment `micros` microseconds after the beginning.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// The moment `millis` milliseconds after the beginning.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// Microseconds since the beginning.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// How long after `earlier` this is; nothing if it is not after it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    /// The moment `duration` later, to the microsecond; the end of time if there is no such moment.
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06} s", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

/// Whole microseconds in `duration`, as many as fit.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Times in text that people read, such as JSON, are numbers of milliseconds; elsewhere they are what serde makes of
/// them.
///
/// For fields of type `Duration`: `#[serde(with = "raftarium_core::milliseconds")]`. An [`Instant`] is written this way
/// by itself.
#[cfg(feature = "serde")]
pub mod milliseconds {
    use core::fmt;
    use core::time::Duration;

    use serde::de::{Deserialize as _, Deserializer, Error, Unexpected, Visitor};
    use serde::ser::{Serialize as _, Serializer};

    use super::{Instant, micros};

    /// 35 years: of so many microseconds, a floating-point number of milliseconds still tells each one from the next.
    const EXACT_MAX: u64 = 1 << 50;

    /// Writes a duration.
    ///
    /// # Errors
    ///
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            write(micros(*duration), serializer)
        } else {
            duration.serialize(serializer)
        }
    }

    /// Reads a duration.
    ///
    /// # Errors
    ///
    /// If there is no number, or one that is less than 0 or too great.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        if deserializer.is_human_readable() {
            read(deserializer).map(Duration::from_micros)
        } else {
            Duration::deserialize(deserializer)
        }
    }

    fn write<S: Serializer>(micros: u64, serializer: S) -> Result<S::Ok, S::Error> {
        if micros.is_multiple_of(1_000) {
            serializer.serialize_u64(micros / 1_000)
        } else {
            serializer.serialize_f64(micros as f64 / 1_000.0)
        }
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_f64(Milliseconds)
    }

    /// Reads a number of milliseconds as whole microseconds.
    struct Milliseconds;

    impl Visitor<'_> for Milliseconds {
        type Value = u64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a number of milliseconds, 0 to {}", EXACT_MAX / 1_000)
        }

        fn visit_f64<E: Error>(self, ms: f64) -> Result<u64, E> {
            if ms >= 0.0 && ms * 1_000.0 <= EXACT_MAX as f64 {
                return Ok((ms * 1_000.0 + 0.5) as u64);
            }
            Err(E::invalid_value(Unexpected::Float(ms), &self))
        }

        fn visit_u64<E: Error>(self, ms: u64) -> Result<u64, E> {
            let micros = ms.checked_mul(1_000).filter(|&micros| micros <= EXACT_MAX);
            micros.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(ms), &self))
        }

        fn visit_i64<E: Error>(self, ms: i64) -> Result<u64, E> {
            let whole = u64::try_from(ms).map_err(|_| E::invalid_value(Unexpected::Signed(ms), &self))?;
            self.visit_u64(whole)
        }
    }

    impl serde::Serialize for Instant {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            if serializer.is_human_readable() {
                write(self.0, serializer)
            } else {
                serializer.serialize_newtype_struct("Instant", &self.0)
            }
        }
    }

    impl<'de> serde::Deserialize<'de> for Instant {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            if deserializer.is_human_readable() {
                read(deserializer).map(Instant)
            } else {
                u64::deserialize(deserializer).map(Instant)
            }
        }
    }
}

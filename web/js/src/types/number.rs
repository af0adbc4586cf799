//! Numbers as JavaScript has them, with a name for what each means.

use core::fmt;
use core::time::Duration;

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::{ClientId as SimClientId, RecordId};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Deserialize as DeriveDeserialize, Serialize, Serializer};
use tsify::Tsify;

use crate::failure::{ErrorCode, Failure};
use crate::value::Value;

/// The greatest whole number that JavaScript's numbers can tell from its neighbours.
pub const MAX_SAFE: u64 = (1 << 53) - 1;

/// Any number of JavaScript's: it may be NaN, infinite, negative or a fraction until it was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Number(pub f64);

/// A time or a duration in milliseconds, exact to a microsecond: three decimals count.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, DeriveDeserialize, Tsify)]
pub struct Milliseconds(#[tsify(type = "number")] pub Number);

/// The name of a server: they are numbered from 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, DeriveDeserialize, Tsify)]
pub struct ServerId(#[tsify(type = "number")] pub Number);

/// The name of a client: they are numbered from 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, DeriveDeserialize, Tsify)]
pub struct ClientId(#[tsify(type = "number")] pub Number);

/// The place of an event in the trace, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct EventId(pub u64);

impl Number {
    /// The number, if it is whole, not negative, and not above [`MAX_SAFE`].
    #[must_use]
    pub fn whole(self) -> Option<u64> {
        let max = MAX_SAFE as f64;
        (self.0.fract() == 0.0 && (0.0..=max).contains(&self.0)).then_some(self.0 as u64)
    }

    /// The number as the whole number `name`, which is safe: not further from 0 than [`MAX_SAFE`].
    ///
    /// # Errors
    ///
    /// What it is, and what is allowed.
    pub fn signed(self, name: &str) -> Result<i64, Failure> {
        let size = Self(self.not_nan(name)?.0.abs()).whole().and_then(|size| i64::try_from(size).ok());
        size.map(|size| if self.0 < 0.0 { -size } else { size }).ok_or_else(|| {
            let allowed = format!("-{MAX_SAFE} to {MAX_SAFE}");
            Failure::new(ErrorCode::OutOfRange, format!("{name} is {self}; allowed are {allowed}"))
                .given(self)
                .allowed(allowed)
        })
    }

    /// The number as the count `name`, which can be from 1 to `max`.
    ///
    /// # Errors
    ///
    /// If it is none of these.
    pub fn count(self, name: &str, max: u32) -> Result<u32, Failure> {
        let whole = self.between(name, 1, max.into())?;
        Ok(u32::try_from(whole).expect("it is not above max, which is a u32"))
    }

    /// The number as the whole number `name`, which can be from `min` to `max`.
    ///
    /// # Errors
    ///
    /// If it is none of these.
    pub fn between(self, name: &str, min: u64, max: u64) -> Result<u64, Failure> {
        self.not_nan(name)?.whole().filter(|whole| (min..=max).contains(whole)).ok_or_else(|| {
            let allowed = format!("{min} to {max}");
            Failure::new(ErrorCode::OutOfRange, format!("{name} is {self}; allowed are {allowed}"))
                .given(self)
                .allowed(allowed)
        })
    }

    /// The number, which is at least a number.
    ///
    /// # Errors
    ///
    /// If it is NaN.
    pub fn not_nan(self, name: &str) -> Result<Self, Failure> {
        if self.0.is_nan() { Err(Failure::not_a_number(name, self)) } else { Ok(self) }
    }
}

impl Milliseconds {
    /// The duration, to the nearest microsecond.
    ///
    /// # Errors
    ///
    /// If it is NaN, infinite or negative.
    pub fn duration(self, name: &str) -> Result<Duration, Failure> {
        let Self(number) = self;
        let micros = Number((number.not_nan(name)?.0 * 1_000.0).round());
        micros.whole().map(Duration::from_micros).ok_or_else(|| {
            let allowed = "0 ms or more, and finite";
            Failure::new(ErrorCode::OutOfRange, format!("{name} is {number} ms; allowed is {allowed}"))
                .given(number)
                .allowed(allowed)
        })
    }

    /// The moment, to the nearest microsecond.
    ///
    /// # Errors
    ///
    /// If it is NaN, infinite or negative.
    pub fn instant(self, name: &str) -> Result<Instant, Failure> {
        Ok(Instant::ZERO + self.duration(name)?)
    }
}

impl ServerId {
    /// The server, which may still be none of this simulation's.
    ///
    /// # Errors
    ///
    /// If no simulation can have it.
    pub fn node(self) -> Result<NodeId, Failure> {
        self.0.whole().map(NodeId).ok_or_else(|| unknown(ErrorCode::UnknownServer, "server", self.0))
    }
}

impl ClientId {
    /// The client, which may still be none of this simulation's.
    ///
    /// # Errors
    ///
    /// If no simulation can have it.
    pub fn client(self) -> Result<SimClientId, Failure> {
        let whole = self.0.whole().and_then(|whole| u32::try_from(whole).ok());
        whole.map(SimClientId).ok_or_else(|| unknown(ErrorCode::UnknownClient, "client", self.0))
    }
}

fn unknown(code: ErrorCode, what: &str, given: Number) -> Failure {
    let allowed = "whole numbers from 1";
    Failure::new(code, format!("there is no {what} {given}; allowed are {allowed}")).given(given).allowed(allowed)
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_infinite() {
            return f.write_str(if self.0 > 0.0 { "Infinity" } else { "-Infinity" });
        }
        write!(f, "{}", self.0)
    }
}

impl Serialize for Number {
    /// Whole numbers are written without a decimal point.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.whole() {
            Some(whole) => serializer.serialize_u64(whole),
            None => serializer.serialize_f64(self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<Number, E> {
                Ok(Number(number))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number(number as f64))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Number, E> {
                Ok(Number(number as f64))
            }
        }
        deserializer.deserialize_f64(Any)
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number.0)
    }
}

impl From<u64> for Number {
    fn from(whole: u64) -> Self {
        Self(whole as f64)
    }
}

impl From<Instant> for Milliseconds {
    fn from(at: Instant) -> Self {
        Self(Number(Number::from(at.as_micros()).0 / 1_000.0))
    }
}

impl From<Duration> for Milliseconds {
    fn from(duration: Duration) -> Self {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        Self(Number(Number::from(micros).0 / 1_000.0))
    }
}

impl From<NodeId> for ServerId {
    fn from(id: NodeId) -> Self {
        Self(id.0.into())
    }
}

impl From<SimClientId> for ClientId {
    fn from(id: SimClientId) -> Self {
        Self(u64::from(id.0).into())
    }
}

impl From<RecordId> for EventId {
    fn from(id: RecordId) -> Self {
        Self(id.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousandth_of_a_millisecond_survives_the_way_there_and_back() {
        for micros in [0, 1, 3, 999, 1_001, 123_457, 86_399_999_999] {
            let at = Instant::from_micros(micros);
            assert_eq!(Milliseconds::from(at).instant("at"), Ok(at));
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_by_its_reason() {
        let cases = [
            (f64::NAN, ErrorCode::NotANumber),
            (-0.001, ErrorCode::OutOfRange),
            (f64::INFINITY, ErrorCode::OutOfRange),
            (f64::NEG_INFINITY, ErrorCode::OutOfRange),
            (1e300, ErrorCode::OutOfRange),
        ];
        for (given, code) in cases {
            let failure = Milliseconds(Number(given)).duration("ms").expect_err("not a duration");
            assert_eq!(failure.code, code, "{given}");
        }
    }

    #[test]
    fn only_whole_numbers_name_a_server() {
        assert_eq!(ServerId(Number(3.0)).node(), Ok(NodeId(3)));
        for given in [1.5, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(ServerId(Number(given)).node().expect_err("no server").code, ErrorCode::UnknownServer);
        }
    }
}

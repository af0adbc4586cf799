//! Seeds: 64 bits, more than a JavaScript number holds.

use core::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use tsify::Tsify;

use super::number::{MAX_SAFE, Number};
use crate::failure::{ErrorCode, Failure};
use crate::value::Value;

/// Where all chance comes from: a whole number from 0 to 18446744073709551615. It comes out as a number where that is
/// exact, else in decimal digits, so that it survives JSON; it may be given as a number, a bigint or decimal digits.
#[derive(Clone, Debug, PartialEq, Tsify)]
#[tsify(type = "number | string")]
pub struct Seed(Value);

/// A seed as it may be given.
#[derive(Tsify)]
#[tsify(type = "Seed | bigint")]
pub struct SeedInput(());

const ALLOWED: &str = "whole numbers from 0 to 18446744073709551615, from 9007199254740992 on as bigint or digits";

impl Seed {
    /// The seed that is meant.
    ///
    /// # Errors
    ///
    /// If it is not a number, or not one of 64 bits.
    pub fn number(&self) -> Result<u64, Failure> {
        let failure = |code, story: &str| {
            let message = format!("the seed is {}, {story}; allowed are {ALLOWED}", self.0);
            Failure::new(code, message).given(self.0.clone()).allowed(ALLOWED)
        };
        match &self.0 {
            Value::Number(number) if number.is_nan() => Err(failure(ErrorCode::NotANumber, "not a number")),
            Value::Number(number) => {
                Number(*number).whole().ok_or_else(|| failure(ErrorCode::OutOfRange, "not a whole number of 53 bits"))
            }
            Value::Text(digits) => {
                let negative = digits.strip_prefix('-').unwrap_or(digits);
                if negative.is_empty() || !negative.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(failure(ErrorCode::NotANumber, "not a number"));
                }
                digits.parse().map_err(|_| failure(ErrorCode::OutOfRange, "not a number of 64 bits"))
            }
            Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => {
                Err(failure(ErrorCode::NotANumber, "not a number"))
            }
        }
    }
}

impl From<u64> for Seed {
    fn from(seed: u64) -> Self {
        Self(if seed <= MAX_SAFE { Number::from(seed).into() } else { Value::Text(seed.to_string()) })
    }
}

impl Serialize for Seed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Seed {
    /// Takes whatever is given: that it is a number is said by [`Seed::number`], with an error of its own.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a seed")
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
                Ok(Value::Number(number))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
                Ok(Seed::from(number).0)
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
                Ok(Value::Text(number.to_string()))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Text(text.to_owned()))
            }
            fn visit_bool<E: Error>(self, bool: bool) -> Result<Value, E> {
                Ok(Value::Bool(bool))
            }
            fn visit_unit<E: Error>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Value, A::Error> {
                Ok(Value::List(Vec::new()))
            }
            fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Value, A::Error> {
                Ok(Value::Map(Vec::new()))
            }
        }
        deserializer.deserialize_any(Any).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_survives_the_way_there_and_back() {
        for seed in [0, 1, 42, MAX_SAFE, MAX_SAFE + 1, u64::MAX] {
            assert_eq!(Seed::from(seed).number(), Ok(seed));
        }
    }

    #[test]
    fn what_is_no_seed_is_refused_by_its_reason() {
        let text = |text: &str| Value::Text(text.to_owned());
        let cases = [
            (text("abc"), ErrorCode::NotANumber),
            (text(""), ErrorCode::NotANumber),
            (text("1e3"), ErrorCode::NotANumber),
            (text("-1"), ErrorCode::OutOfRange),
            (text("18446744073709551616"), ErrorCode::OutOfRange),
            (Value::Number(f64::NAN), ErrorCode::NotANumber),
            (Value::Number(0.5), ErrorCode::OutOfRange),
            (Value::Number(1e300), ErrorCode::OutOfRange),
            (Value::Null, ErrorCode::NotANumber),
            (Value::List(Vec::new()), ErrorCode::NotANumber),
        ];
        for (given, code) in cases {
            assert_eq!(Seed(given.clone()).number().expect_err("no seed").code, code, "{given}");
        }
    }
}

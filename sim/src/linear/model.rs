//! What a key is: a value that five operations read and change, one at a time.

use alloc::string::{String, ToString};
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::kv::Op;

/// An operation on one key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyOp {
    /// Reads the value.
    Get,
    /// Gives the key a value.
    Put {
        /// The value.
        value: String,
    },
    /// Takes the value away.
    Delete,
    /// Gives the key a value if it has the one that is expected.
    CompareAndSet {
        /// What is expected; none expects that there is no value.
        expected: Option<String>,
        /// The new value.
        value: String,
    },
    /// Adds to a number. No value counts as 0.
    Increment {
        /// How much is added.
        by: i64,
    },
}

/// What an operation gives back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyOutput {
    /// Of a put and a delete: it was done.
    Done,
    /// Of a get: the value.
    Value(Option<String>),
    /// Of a compare-and-set: whether the value was the expected one.
    Swapped(bool),
    /// Of an increment: the sum.
    Number(i64),
    /// Of an increment: the value is not a number, or the sum would be too large. Nothing was changed.
    NotANumber,
}

/// How an operation ended for its client.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeyOutcome {
    /// It took effect between its call and now, and gave this back.
    Returned(KeyOutput),
    /// The client's patience ended: it may have taken effect, may still do so, or never.
    Unknown,
    /// It was refused or superseded: it never took effect, and never will.
    Never,
}

impl KeyOp {
    /// Does the operation: the only definition of what the five of them mean.
    pub fn apply(&self, state: &mut Option<String>) -> KeyOutput {
        match self {
            Self::Get => KeyOutput::Value(state.clone()),
            Self::Put { value } => {
                *state = Some(value.clone());
                KeyOutput::Done
            }
            Self::Delete => {
                *state = None;
                KeyOutput::Done
            }
            Self::CompareAndSet { expected, value } => {
                let swapped = state == expected;
                if swapped {
                    *state = Some(value.clone());
                }
                KeyOutput::Swapped(swapped)
            }
            Self::Increment { by } => {
                let before = state.as_ref().map_or(Some(0), |text| text.parse::<i64>().ok());
                let Some(sum) = before.and_then(|number| number.checked_add(*by)) else {
                    return KeyOutput::NotANumber;
                };
                *state = Some(sum.to_string());
                KeyOutput::Number(sum)
            }
        }
    }

    /// The key that an operation of the key-value store is about, and what it does there.
    #[must_use]
    pub fn of(op: &Op) -> (&str, Self) {
        match op {
            Op::Put { key, value } => (key, Self::Put { value: value.clone() }),
            Op::Get { key } | Op::Read { key, by: _ } => (key, Self::Get),
            Op::Delete { key } => (key, Self::Delete),
            Op::CompareAndSet { key, expected, value } => {
                (key, Self::CompareAndSet { expected: expected.clone(), value: value.clone() })
            }
            Op::Increment { key, by } => (key, Self::Increment { by: *by }),
        }
    }
}

impl fmt::Display for KeyOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Get => f.write_str("get"),
            Self::Put { value } => write!(f, "put {value}"),
            Self::Delete => f.write_str("delete"),
            Self::CompareAndSet { expected: Some(expected), value } => write!(f, "set {value} if {expected}"),
            Self::CompareAndSet { expected: None, value } => write!(f, "set {value} if there is nothing"),
            Self::Increment { by } => write!(f, "add {by}"),
        }
    }
}

impl fmt::Display for KeyOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::Value(Some(value)) => f.write_str(value),
            Self::Value(None) => f.write_str("nothing"),
            Self::Swapped(true) => f.write_str("set"),
            Self::Swapped(false) => f.write_str("not as expected"),
            Self::Number(sum) => write!(f, "{sum}"),
            Self::NotANumber => f.write_str("not a number"),
        }
    }
}

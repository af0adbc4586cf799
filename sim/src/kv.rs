//! The replicated state machine: keys and values.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// The longest key or value, in bytes.
pub const TEXT_MAX: usize = 64;

/// What a client can ask of the state machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// Gives a key a value.
    Put {
        /// The key: 1 to [`TEXT_MAX`] bytes.
        key: String,
        /// The value: up to [`TEXT_MAX`] bytes.
        value: String,
    },
    /// Reads the value of a key. It goes through the log like a write, so it can never be stale.
    Get {
        /// The key: 1 to [`TEXT_MAX`] bytes.
        key: String,
    },
}

/// Why an [`Op`] is not valid.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum OpError {
    /// A key or a value is too short or too long.
    Length {
        /// "key" or "value".
        name: String,
        /// Its length in bytes.
        given: u64,
        /// The least that is allowed.
        min: u64,
        /// The most that is allowed.
        max: u64,
    },
}

impl fmt::Display for OpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { name, given, min, max } => {
                write!(f, "the {name} has {given} bytes; allowed are {min} to {max}")
            }
        }
    }
}

impl core::error::Error for OpError {}

impl Op {
    /// Checks the lengths.
    ///
    /// # Errors
    ///
    /// Names what is too short or too long.
    pub fn check(&self) -> Result<(), OpError> {
        let length = |name: &str, text: &str, min: usize| {
            if (min..=TEXT_MAX).contains(&text.len()) {
                return Ok(());
            }
            let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
            let (given, min, max) = (number(text.len()), number(min), number(TEXT_MAX));
            Err(OpError::Length { name: name.into(), given, min, max })
        };
        match self {
            Self::Put { key, value } => length("key", key, 1).and_then(|()| length("value", value, 0)),
            Self::Get { key } => length("key", key, 1),
        }
    }

    pub(crate) fn encode(&self) -> Bytes {
        Bytes::from(postcard::to_allocvec(self).expect("strings and an enum always fit into a vector"))
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put { key, value } => write!(f, "{key}={value}"),
            Self::Get { key } => write!(f, "get {key}"),
        }
    }
}

/// The state of one server's state machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Kv {
    values: BTreeMap<String, String>,
}

impl Kv {
    /// Applies `op`; of a get, the value.
    pub(crate) fn apply(&mut self, op: &Op) -> Option<String> {
        match op {
            Op::Put { key, value } => {
                self.values.insert(key.clone(), value.clone());
                None
            }
            Op::Get { key } => self.values.get(key).cloned(),
        }
    }

    /// The whole state, to be kept or sent.
    pub(crate) fn snapshot(&self) -> Bytes {
        Bytes::from(postcard::to_allocvec(self).expect("a map of strings always fits into a vector"))
    }

    /// The state that [`Self::snapshot`] gave.
    pub(crate) fn from_snapshot(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    /// All keys and their values, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

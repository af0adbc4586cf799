//! What JavaScript gives, as plain data.
//!
//! Between a JavaScript value and a typed one stands this tree, for three reasons: reading it never calls back into
//! JavaScript, a field that nobody knows is found and refused, and every error can say what was given.

mod deserialize;
mod malformed;
mod read;

use core::fmt;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

pub use malformed::Malformed;

/// A value of JavaScript's.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `undefined`, or nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string, or a bigint in its decimal digits.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object: its own enumerable properties.
    Map(Vec<(String, Value)>),
}

impl fmt::Display for Value {
    /// As one would say it in a message: what is long is named by its kind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("nothing"),
            Self::Bool(bool) => write!(f, "{bool}"),
            Self::Number(number) => write!(f, "{}", crate::types::Number(*number)),
            Self::Text(text) => write!(f, "\"{}\"", text.chars().take(40).collect::<String>()),
            Self::List(_) => f.write_str("an array"),
            Self::Map(_) => f.write_str("an object"),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
            Self::Number(number) => crate::types::Number(*number).serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => {
                let mut seq = serializer.serialize_seq(Some(list.len()))?;
                list.iter().try_for_each(|value| seq.serialize_element(value))?;
                seq.end()
            }
            Self::Map(map) => {
                let mut object = serializer.serialize_map(Some(map.len()))?;
                map.iter().try_for_each(|(key, value)| object.serialize_entry(key, value))?;
                object.end()
            }
        }
    }
}

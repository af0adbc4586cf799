//! Why data is not what it should be.

use core::fmt;

use serde::de::{Error, Expected, Unexpected};

use super::Value;

/// Data that is not what it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Malformed {
    /// What is wrong, in words.
    pub message: String,
    /// The part that is wrong, where it is known.
    pub given: Option<Value>,
    /// What is allowed there, where it is known.
    pub allowed: Option<String>,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Malformed {}

impl Error for Malformed {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), given: None, allowed: None }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let given = value(unexpected);
        let name = given.as_ref().map_or_else(|| unexpected.to_string(), ToString::to_string);
        let allowed = expected.to_string();
        Self { message: format!("{name} was given; allowed is {allowed}"), given, allowed: Some(allowed) }
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_variant(given: &str, allowed: &'static [&'static str]) -> Self {
        let allowed = list(allowed);
        Self {
            message: format!("the type is \"{given}\"; allowed are {allowed}"),
            given: Some(Value::Text(given.to_owned())),
            allowed: Some(allowed),
        }
    }

    fn unknown_field(given: &str, allowed: &'static [&'static str]) -> Self {
        let allowed = if allowed.is_empty() { "no further fields".to_owned() } else { list(allowed) };
        Self {
            message: format!("there is a field \"{given}\"; allowed are {allowed}"),
            given: Some(Value::Text(given.to_owned())),
            allowed: Some(allowed),
        }
    }

    fn missing_field(name: &'static str) -> Self {
        let allowed = format!("an object with the field \"{name}\"");
        Self { message: format!("the field \"{name}\" is missing"), given: None, allowed: Some(allowed) }
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

fn value(unexpected: Unexpected<'_>) -> Option<Value> {
    match unexpected {
        Unexpected::Bool(bool) => Some(Value::Bool(bool)),
        Unexpected::Float(number) => Some(Value::Number(number)),
        Unexpected::Str(text) => Some(Value::Text(text.to_owned())),
        Unexpected::Unit | Unexpected::Option => Some(Value::Null),
        Unexpected::Seq => Some(Value::List(Vec::new())),
        Unexpected::Map => Some(Value::Map(Vec::new())),
        Unexpected::Unsigned(_)
        | Unexpected::Signed(_)
        | Unexpected::Char(_)
        | Unexpected::Bytes(_)
        | Unexpected::NewtypeStruct
        | Unexpected::Enum
        | Unexpected::UnitVariant
        | Unexpected::NewtypeVariant
        | Unexpected::TupleVariant
        | Unexpected::StructVariant
        | Unexpected::Other(_) => None,
    }
}

//! How scenarios name servers and times.

use core::fmt;
use core::time::Duration;

use raftarium_core::NodeId;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A server: "S1", or 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub NodeId);

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameVisitor)
    }
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name of a server, such as \"S1\"")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Name, E> {
        if number == 0 { Err(E::invalid_value(Unexpected::Unsigned(0), &self)) } else { Ok(Name(NodeId(number))) }
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        let number = name.strip_prefix('S').and_then(|number| number.parse::<u64>().ok()).filter(|&number| number > 0);
        number.map(|number| Name(NodeId(number))).ok_or_else(|| E::invalid_value(Unexpected::Str(name), &self))
    }
}

/// A time in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ms(#[serde(with = "raftarium_core::milliseconds")] pub Duration);

//! The replicated state machine: keys and values.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use core::fmt;
use core::num::NonZeroU32;

use bytes::Bytes;
use raftarium_core::sessions::{Envelope, Request, Sequence, SessionId, SessionLimits, Sessions, Verdict};
use raftarium_core::{Entry, EntryId, Mistakes, Payload};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::client::Answer;
use crate::footprint::TEXT;
use crate::linear::{KeyOp, KeyOutput};
use crate::order::Order;

/// The longest key or value, in bytes.
pub const TEXT_MAX: usize = 64;

/// What a client can ask of the state machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// Takes a key's value away.
    Delete {
        /// The key: 1 to [`TEXT_MAX`] bytes.
        key: String,
    },
    /// Gives a key a value if it has the one that is expected.
    CompareAndSet {
        /// The key: 1 to [`TEXT_MAX`] bytes.
        key: String,
        /// What is expected, up to [`TEXT_MAX`] bytes; none expects that there is no value.
        expected: Option<String>,
        /// The new value: up to [`TEXT_MAX`] bytes.
        value: String,
    },
    /// Adds to a number. No value counts as 0.
    Increment {
        /// The key: 1 to [`TEXT_MAX`] bytes.
        key: String,
        /// How much is added; any number of 64 bits.
        by: i64,
    },
    /// Reads the value of a key without an entry in the log.
    Read {
        /// The key: 1 to [`TEXT_MAX`] bytes.
        key: String,
        /// What makes sure that the value is not an old one.
        by: ReadBy,
    },
}

/// What makes sure that a read without an entry does not see an old value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReadBy {
    /// The leader hears from a majority that it still leads, and then reads (ReadIndex, §6.4 of the dissertation).
    Index,
    /// A leader that has heard from a majority recently enough reads at once, trusting the clocks (§6.4.1). Servers
    /// refuse it whose leases are off.
    Lease,
    /// Nothing: the server that is asked reads what it has. The value may be old.
    Nothing,
}

/// Why an [`Op`] is not valid.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum OpError {
    /// A key or a value is too short or too long.
    Length {
        /// "key", "value" or "expected".
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
        length("key", self.key(), 1)?;
        match self {
            Self::Put { value, .. } => length("value", value, 0),
            Self::CompareAndSet { expected, value, .. } => {
                length("expected", expected.as_deref().unwrap_or_default(), 0)?;
                length("value", value, 0)
            }
            Self::Get { .. } | Self::Delete { .. } | Self::Increment { .. } | Self::Read { .. } => Ok(()),
        }
    }

    /// The key that it is about.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Put { key, .. }
            | Self::Get { key }
            | Self::Delete { key }
            | Self::CompareAndSet { key, .. }
            | Self::Increment { key, .. }
            | Self::Read { key, .. } => key,
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put { key, value } => write!(f, "{key}={value}"),
            Self::Get { key } => write!(f, "get {key}"),
            Self::Delete { key } => write!(f, "delete {key}"),
            Self::CompareAndSet { key, expected: Some(expected), value } => write!(f, "{key}={value} if {expected}"),
            Self::CompareAndSet { key, expected: None, value } => write!(f, "{key}={value} if none"),
            Self::Increment { key, by } => write!(f, "{key}{by:+}"),
            Self::Read { key, by: ReadBy::Index } => write!(f, "read {key}"),
            Self::Read { key, by: ReadBy::Lease } => write!(f, "read {key} by lease"),
            Self::Read { key, by: ReadBy::Nothing } => write!(f, "read {key} unchecked"),
        }
    }
}

/// The state of one server's state machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Kv {
    values: BTreeMap<String, String>,
    sessions: Sessions<Remembered>,
    /// The sum of the fingerprints of the pairs: states are compared after every event, and are large.
    #[serde(skip)]
    sum: u64,
}

/// As [`Kv`] is kept and sent.
#[derive(Deserialize)]
#[serde(rename = "Kv")]
struct Stored {
    values: BTreeMap<String, String>,
    sessions: Sessions<Remembered>,
}

/// What a command of a session was answered, and by which entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Remembered {
    entry: EntryId,
    output: KeyOutput,
}

/// What an entry did.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Effect {
    /// What it did to a key, if it did something.
    pub(crate) op: Option<Op>,
    /// The command of a session by whose number it did that.
    pub(crate) once: Option<(SessionId, Sequence)>,
    /// What its client is told, if there is something to tell.
    pub(crate) answer: Option<Answer>,
}

impl Kv {
    /// What the server that it belongs to does wrong on purpose; the table of sessions has a part in it.
    pub(crate) const fn make_mistakes(&mut self, mistakes: Mistakes) {
        self.sessions.make_mistakes(mistakes);
    }

    /// Nothing yet, with room for so many sessions.
    pub(crate) fn new(sessions_max: NonZeroU32) -> Self {
        let limits = SessionLimits { sessions_max, ..SessionLimits::default() };
        Self { values: BTreeMap::new(), sessions: Sessions::new(limits), sum: 0 }
    }

    /// Applies an entry.
    pub(crate) fn apply(&mut self, entry: &Entry) -> Effect {
        let nothing = Effect { op: None, once: None, answer: None };
        let Payload::Command(bytes) = &entry.payload else { return nothing };
        match Order::decode(bytes) {
            None => nothing,
            Some(Order::Plain(op)) => {
                let answer = Answer::Committed { entry: entry.id, result: apply(&mut self.values, &mut self.sum, &op) };
                Effect { op: Some(op), once: None, answer: Some(answer) }
            }
            Some(Order::Session(envelope)) => self.apply_in_session(entry.id, &envelope),
        }
    }

    fn apply_in_session(&mut self, entry: EntryId, envelope: &Envelope) -> Effect {
        let Self { values, sessions, sum } = self;
        let only = |answer| Effect { op: None, once: None, answer };
        match sessions.apply(entry.index, envelope) {
            Ok(Verdict::Opened(session)) => only(Some(Answer::Opened { entry, session })),
            Ok(Verdict::Fresh(unanswered)) => {
                let Some(op) = Op::decode(unanswered.command()) else { return only(None) };
                let result = apply(values, sum, &op);
                let remembered = unanswered.answer(Remembered { entry, output: result });
                let answer = remembered.answer();
                Effect { op: Some(op), once: number(envelope), answer: Some(answer) }
            }
            Ok(Verdict::Duplicate(remembered)) => only(Some(remembered.answer())),
            Ok(Verdict::Forgotten { .. } | Verdict::KeptAlive | Verdict::Closed) => only(None),
            Err(_) => only(Some(Answer::SessionEnded { entry })),
        }
    }

    /// The value of a key.
    pub(crate) fn read(&self, key: &str) -> KeyOutput {
        KeyOutput::Value(self.values.get(key).cloned())
    }

    /// About how many bytes a copy takes.
    pub(crate) fn copy_bytes(&self) -> usize {
        let answers = self.sessions.answers() * (size_of::<Remembered>() + 2 * TEXT);
        self.values.len() * 4 * TEXT + self.sessions.iter().count() * 4 * TEXT + answers
    }

    /// The whole state, to be kept or sent.
    pub(crate) fn snapshot(&self) -> Bytes {
        Bytes::from(postcard::to_allocvec(self).expect("maps of strings and numbers always fit into a vector"))
    }

    /// The state that [`Self::snapshot`] gave.
    pub(crate) fn from_snapshot(bytes: &[u8]) -> Option<Self> {
        let Stored { values, sessions } = postcard::from_bytes(bytes).ok()?;
        let sum = values.iter().map(|(key, value)| pair(key, value)).fold(0, u64::wrapping_add);
        Some(Self { values, sessions, sum })
    }

    /// Equal states have equal fingerprints.
    pub(crate) fn fingerprint(&self) -> u64 {
        let sessions = postcard::to_allocvec(&self.sessions).expect("a table of numbers always fits into a vector");
        xxh3_64_with_seed(&sessions, self.sum)
    }

    /// All keys and their values, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The open sessions, the oldest first.
    pub fn sessions(&self) -> impl Iterator<Item = SessionId> {
        self.sessions.iter()
    }
}

impl Remembered {
    fn answer(&self) -> Answer {
        Answer::Committed { entry: self.entry, result: self.output.clone() }
    }
}

fn apply(values: &mut BTreeMap<String, String>, sum: &mut u64, op: &Op) -> KeyOutput {
    let (key, op) = KeyOp::of(op);
    let mut value = values.remove(key);
    *sum = sum.wrapping_sub(value.as_ref().map_or(0, |value| pair(key, value)));
    let output = op.apply(&mut value);
    if let Some(value) = value {
        *sum = sum.wrapping_add(pair(key, &value));
        values.insert(key.to_string(), value);
    }
    output
}

fn pair(key: &str, value: &str) -> u64 {
    xxh3_64_with_seed(value.as_bytes(), xxh3_64_with_seed(key.as_bytes(), 0))
}

fn number(envelope: &Envelope) -> Option<(SessionId, Sequence)> {
    match &envelope.request {
        Request::Command { session, sequence, .. } => Some((*session, *sequence)),
        Request::Open | Request::KeepAlive { .. } | Request::Close { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    use raftarium_core::{LogIndex, Term};

    fn after(ops: &[Op]) -> Kv {
        let mut kv = Kv::default();
        for (index, op) in (1..).zip(ops) {
            let payload = Payload::Command(Order::Plain(op.clone()).encode().into());
            kv.apply(&Entry { id: EntryId::new(LogIndex(index), Term(1)), payload });
        }
        kv
    }

    fn put(key: &str, value: &str) -> Op {
        Op::Put { key: key.into(), value: value.into() }
    }

    #[test]
    fn equal_states_have_equal_fingerprints_whatever_led_to_them() {
        let straight = after(&[put("a", "1"), put("b", "2")]);
        let detour = after(&[
            put("b", "7"),
            put("c", "3"),
            Op::Increment { key: "a".into(), by: 1 },
            Op::CompareAndSet { key: "b".into(), expected: Some("7".into()), value: "2".into() },
            Op::Delete { key: "c".into() },
        ]);
        assert_eq!(straight.fingerprint(), detour.fingerprint());
        let kept = Kv::from_snapshot(&detour.snapshot()).expect("it was just written");
        assert_eq!(kept, detour);
    }

    #[test]
    fn other_states_have_other_fingerprints() {
        let states = [&[][..], &[put("a", "1")], &[put("a", "2")], &[put("1", "a")], &[put("a", "")], &[put("b", "1")]];
        let mut prints: Vec<u64> = states.map(|ops| after(ops).fingerprint()).into();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), states.len());
    }
}

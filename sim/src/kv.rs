//! The replicated state machine: keys and values.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use core::fmt;

use bytes::Bytes;
use raftarium_core::sessions::{Envelope, Request, Sequence, SessionId, Sessions, Verdict};
use raftarium_core::{Entry, EntryId, Mistakes, Payload};
use serde::{Deserialize, Serialize};

use crate::client::Answer;
use crate::linear::{KeyOp, KeyOutput};
use crate::order::Order;

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
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Kv {
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

    /// Applies an entry.
    pub(crate) fn apply(&mut self, entry: &Entry) -> Effect {
        let nothing = Effect { op: None, once: None, answer: None };
        let Payload::Command(bytes) = &entry.payload else { return nothing };
        match Order::decode(bytes) {
            None => nothing,
            Some(Order::Plain(op)) => {
                let answer = Answer::Committed { entry: entry.id, result: apply(&mut self.values, &op) };
                Effect { op: Some(op), once: None, answer: Some(answer) }
            }
            Some(Order::Session(envelope)) => self.apply_in_session(entry.id, &envelope),
        }
    }

    fn apply_in_session(&mut self, entry: EntryId, envelope: &Envelope) -> Effect {
        let Self { values, sessions } = self;
        let only = |answer| Effect { op: None, once: None, answer };
        match sessions.apply(entry.index, envelope) {
            Ok(Verdict::Opened(session)) => only(Some(Answer::Opened { entry, session })),
            Ok(Verdict::Fresh(unanswered)) => {
                let Some(op) = Op::decode(unanswered.command()) else { return only(None) };
                let result = apply(values, &op);
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

    /// The whole state, to be kept or sent.
    pub(crate) fn snapshot(&self) -> Bytes {
        Bytes::from(postcard::to_allocvec(self).expect("maps of strings and numbers always fit into a vector"))
    }

    /// The state that [`Self::snapshot`] gave.
    pub(crate) fn from_snapshot(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
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

fn apply(values: &mut BTreeMap<String, String>, op: &Op) -> KeyOutput {
    let (key, op) = KeyOp::of(op);
    let mut value = values.remove(key);
    let output = op.apply(&mut value);
    if let Some(value) = value {
        values.insert(key.to_string(), value);
    }
    output
}

fn number(envelope: &Envelope) -> Option<(SessionId, Sequence)> {
    match &envelope.request {
        Request::Command { session, sequence, .. } => Some((*session, *sequence)),
        Request::Open | Request::KeepAlive { .. } | Request::Close { .. } => None,
    }
}

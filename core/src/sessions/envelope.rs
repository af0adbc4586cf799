//! What a client asks, as the bytes of a log entry.
//!
//! | byte | what follows it |
//! |---|---|
//! | `0x10` open | the time |
//! | `0x11` command | the time, the session, the sequence, what was answered, and the command up to the end |
//! | `0x12` keep-alive | the time, the session |
//! | `0x13` close | the time, the session |
//!
//! Numbers are LEB128: seven bits a byte, the lowest first, the top bit says that more follow, and as few bytes as can be,
//! so that a request has one encoding. The time is in microseconds. A command costs about six bytes, and thirteen when
//! it carries the time.

use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;

use super::{Sequence, SessionId};
use crate::time::Instant;
use crate::types::LogIndex;

/// A request, and when the leader put it into the log.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Envelope {
    /// The time of the log, which the leader writes into the entry, by a clock that all servers have in common (that of
    /// the wall, not one that starts with the process). [`Instant::ZERO`] tells no time. If a new leader's clock is
    /// behind, the time of the log stands still until that clock has caught up; it never goes back.
    ///
    /// It is only needed if sessions [expire by time](super::SessionLimits::idle_max).
    pub at: Instant,
    /// What the client asks.
    pub request: Request,
}

/// What a client asks.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Request {
    /// Open a session.
    Open,
    /// Apply a command, once.
    Command {
        /// The session.
        session: SessionId,
        /// The command's number in it.
        sequence: Sequence,
        /// The lowest number for which the client has no answer yet: the answers below it are forgotten. At most
        /// `sequence`; a client that sends one command after the other gives the same for both.
        answered_below: Sequence,
        /// The command; only the state machine looks inside.
        command: Bytes,
    },
    /// Use the session, so that it does not expire.
    KeepAlive {
        /// The session.
        session: SessionId,
    },
    /// Forget the session, of which nothing will be asked any more.
    Close {
        /// The session.
        session: SessionId,
    },
}

/// Why bytes are not an [`Envelope`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum EnvelopeError {
    /// They end where something must follow.
    Short {
        /// How many there are.
        len: usize,
    },
    /// The first byte is none of `0x10` to `0x13`.
    UnknownKind {
        /// The first byte.
        kind: u8,
    },
    /// A number has more than 64 bits, or more bytes than it needs.
    Number {
        /// Where it starts.
        at: usize,
    },
    /// Something follows the end.
    Trailing {
        /// Where the end is.
        end: usize,
        /// How many bytes there are.
        len: usize,
    },
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { len } => write!(f, "the request ends after {len} bytes, where more must follow"),
            Self::UnknownKind { kind } => write!(f, "the request is of kind {kind:#04x}; allowed are 0x10 to 0x13"),
            Self::Number { at } => {
                write!(f, "the number at byte {at} has more than 64 bits, or more bytes than it needs")
            }
            Self::Trailing { end, len } => write!(f, "the request ends after {end} bytes, and there are {len}"),
        }
    }
}

impl core::error::Error for EnvelopeError {}

impl From<Request> for Envelope {
    /// A request that tells no time.
    fn from(request: Request) -> Self {
        Self { at: Instant::ZERO, request }
    }
}

const OPEN: u8 = 0x10;
const COMMAND: u8 = 0x11;
const KEEP_ALIVE: u8 = 0x12;
const CLOSE: u8 = 0x13;

impl Envelope {
    /// The bytes to [propose](crate::Node::propose).
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let at = self.at.as_micros();
        match &self.request {
            Request::Open => encode(OPEN, &[at], &[]),
            Request::Command { session, sequence, answered_below, command } => {
                encode(COMMAND, &[at, session.0.0, sequence.0, answered_below.0], command)
            }
            Request::KeepAlive { session } => encode(KEEP_ALIVE, &[at, session.0.0], &[]),
            Request::Close { session } => encode(CLOSE, &[at, session.0.0], &[]),
        }
    }

    /// What was encoded. The command is a part of the same memory if that is shared, and not a copy of it.
    ///
    /// # Errors
    ///
    /// If nothing is encoded like that: what is wrong, and where. Every replica decides the same, so an entry like that
    /// does nothing, on all of them.
    pub fn decode(bytes: impl Into<Bytes>) -> Result<Self, EnvelopeError> {
        let bytes = bytes.into();
        let kind = *bytes.first().ok_or(EnvelopeError::Short { len: 0 })?;
        if !matches!(kind, OPEN | COMMAND | KEEP_ALIVE | CLOSE) {
            return Err(EnvelopeError::UnknownKind { kind });
        }
        let mut end = 1;
        let mut number = || decode_number(&bytes, &mut end);
        let at = Instant::from_micros(number()?);
        if kind == COMMAND {
            let session = SessionId(LogIndex(number()?));
            let (sequence, answered_below) = (Sequence(number()?), Sequence(number()?));
            let command = bytes.slice(end..);
            return Ok(Self { at, request: Request::Command { session, sequence, answered_below, command } });
        }
        let request = match kind {
            OPEN => Request::Open,
            KEEP_ALIVE => Request::KeepAlive { session: SessionId(LogIndex(number()?)) },
            _ => Request::Close { session: SessionId(LogIndex(number()?)) },
        };
        let len = bytes.len();
        if len > end { Err(EnvelopeError::Trailing { end, len }) } else { Ok(Self { at, request }) }
    }
}

fn encode(kind: u8, numbers: &[u64], command: &[u8]) -> Bytes {
    let mut bytes = Vec::with_capacity(1 + 10 * numbers.len() + command.len());
    bytes.push(kind);
    for &number in numbers {
        let mut rest = number;
        while rest >= 0x80 {
            bytes.push(low_bits(rest) | 0x80);
            rest >>= 7;
        }
        bytes.push(low_bits(rest));
    }
    bytes.extend_from_slice(command);
    bytes.into()
}

fn low_bits(number: u64) -> u8 {
    u8::try_from(number & 0x7f).unwrap_or(0)
}

fn decode_number(bytes: &[u8], end: &mut usize) -> Result<u64, EnvelopeError> {
    let at = *end;
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*end).ok_or(EnvelopeError::Short { len: bytes.len() })?;
        *end += 1;
        let (bits, last) = (u64::from(byte & 0x7f), byte & 0x80 == 0);
        if (bits << shift) >> shift != bits || (last && bits == 0 && shift > 0) {
            return Err(EnvelopeError::Number { at });
        }
        number |= bits << shift;
        if last {
            return Ok(number);
        }
    }
    Err(EnvelopeError::Number { at })
}

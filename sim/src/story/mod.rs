//! What happened, in words: what every face shows to people.

pub mod packet;
mod sentence;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use raftarium_core::Instant;

use crate::client::{Request, RequestId};
use crate::command::Command;
use crate::kv::Op;
use crate::trace::{Happening, Record};
pub use sentence::{commanded, sentence};

/// Whether a server starts again: in the beginning they all start, and nobody makes them.
#[must_use]
pub const fn is_restart(record: &Record) -> bool {
    record.cause.is_some()
}

/// Whether it is a command that was carried out.
#[must_use]
pub const fn is_command(record: &Record) -> bool {
    matches!(record.what, Happening::Commanded(_))
}

/// Whether something goes wrong by it: what a story of a broken rule leads back to.
#[must_use]
pub const fn is_fault(command: &Command) -> bool {
    match command {
        Command::Crash { .. }
        | Command::Kill { .. }
        | Command::CrashAfter { .. }
        | Command::Pause { .. }
        | Command::Cut { .. }
        | Command::Partition { .. }
        | Command::Isolate { .. }
        | Command::Clog { .. }
        | Command::Filter { .. }
        | Command::SetLink { .. }
        | Command::SetAllLinks { .. }
        | Command::Packet { .. }
        | Command::Wipe { .. }
        | Command::SetDisk { .. }
        | Command::FlipBit { .. }
        | Command::SetClock { .. }
        | Command::JumpClock { .. }
        | Command::MakeMistakes { .. } => true,
        Command::Restart { .. }
        | Command::TimeOut { .. }
        | Command::Request { .. }
        | Command::Requests { .. }
        | Command::GiveUp { .. }
        | Command::SetRetries { .. }
        | Command::Heal { .. }
        | Command::HealAll
        | Command::Unclog { .. }
        | Command::Resume { .. }
        | Command::Configure { .. }
        | Command::AddServer
        | Command::ChangeMembership { .. }
        | Command::LeaveJoint { .. }
        | Command::Transfer { .. }
        | Command::ForgetLeader { .. }
        | Command::Compact { .. }
        | Command::RequestSnapshot { .. } => false,
    }
}

/// A record, what caused it, and what caused that, as [`Timeline::causes`](crate::Timeline::causes) gives them; and the
/// faults between, of which nothing else could know: what a message that was lost would have changed has no cause.
/// Oldest first.
#[must_use]
pub fn chain<'a>(causes: &[&'a Record], records: &'a [Record]) -> Vec<&'a Record> {
    let Some(last) = causes.first() else { return Vec::new() };
    let is_fault = |record: &&Record| matches!(&record.what, Happening::Commanded(command) if is_fault(command));
    let faults = records.iter().take_while(|record| record.id < last.id).filter(is_fault);
    let mut chain: Vec<&Record> = causes.iter().copied().chain(faults).collect();
    chain.sort_unstable_by_key(|record| record.id);
    chain.dedup_by_key(|record| record.id);
    chain
}

/// `put x=1`.
#[must_use]
pub fn asked(op: &Op) -> String {
    match op {
        Op::Put { .. } => format!("put {op}"),
        Op::CompareAndSet { .. } => format!("set {op}"),
        Op::Increment { .. } => format!("add {op}"),
        Op::Get { .. } | Op::Delete { .. } | Op::Read { .. } => op.to_string(),
    }
}

/// `1,234,567`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `text` with what clients asked in the place of its number: `R3` becomes `C5’s “read k1”`.
#[must_use]
pub fn with_requests(text: &str, requests: &[Request]) -> String {
    let named = |word: &str| {
        let number = word.strip_prefix('R')?;
        let digits = number.trim_end_matches([',', ';', '.']);
        let id = RequestId(digits.parse().ok()?);
        let request = requests.iter().find(|request| request.id == id)?;
        Some(format!("{}’s “{}”{}", request.client, asked(&request.op), &number[digits.len()..]))
    };
    let words: Vec<String> = text.split(' ').map(|word| named(word).unwrap_or_else(|| word.to_string())).collect();
    words.join(" ")
}

/// `3.412 s`: to the millisecond, which is as fine as a person points.
#[must_use]
pub fn seconds(at: Instant) -> String {
    let ms = at.as_micros() / 1_000;
    format!("{}.{:03} s", ms / 1_000, ms % 1_000)
}

/// `1 write`, `2 writes`.
#[must_use]
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// `S1`, `S1 and S2`, `S1, S2 and S3`.
#[must_use]
pub fn list<T: ToString>(names: &[T]) -> String {
    match names {
        [] => String::new(),
        [only] => only.to_string(),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(T::to_string).collect();
            format!("{} and {}", first.join(", "), last.to_string())
        }
    }
}

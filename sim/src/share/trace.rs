//! A trace as JSON: everything that happened in a run, for programs to read.
//!
//! ```json
//! { "version": 1, "run": { "setup": …, "commands": […] }, "until": 1200,
//!   "records": [
//!     { "id": 0, "at": 0, "cause": null, "what": { "Started": { "server": 1, … } } },
//!     …
//!   ],
//!   "hash": "1f2e…" }
//! ```
//!
//! Times are milliseconds, to 0.001. `records` has a record in each line, in the order in which they happened: its `id`
//! is its place, from 0, and `cause` the `id` of the record that caused it. What can happen is
//! [`Happening`](crate::Happening), whose documentation is that of the fields. `hash` is the fingerprint of the whole
//! trace: 16 hexadecimal digits, the same for the same run everywhere.
//!
//! The file holds its run, so whoever opens it has the run again, and [`read`] finds out whether it still gives that
//! trace.

use alloc::string::{String, ToString};

use raftarium_core::Instant;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::{ShareError, Shared};
use crate::driver::Driver;
use crate::run::{Run, RunError};
use crate::timeline::RUN_END;

/// The version of traces that are written.
pub const TRACE_VERSION: u32 = 1;
/// As soon as so much text has gathered, it is handed on, in bytes.
const PIECE: usize = 1 << 16;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    run: Run,
    until: Instant,
    #[serde(rename = "records", skip_serializing)]
    _records: IgnoredAny,
    #[serde(skip_serializing)]
    hash: String,
}

/// Writes everything that happens in `run` up to and with `until`, piece by piece: whatever was dropped of it is worked
/// out again, and no more is kept than a piece.
///
/// # Errors
///
/// If the run is not valid; then nothing was written.
pub fn write(run: &Run, until: Instant, mut take: impl FnMut(&str)) -> Result<(), RunError> {
    let until = until.min(RUN_END);
    let mut driver = Driver::new(run.clone())?;
    let head = File { version: TRACE_VERSION, run: run.clone(), until, _records: IgnoredAny, hash: String::new() };
    let mut piece = serde_json::to_string(&head).unwrap_or_default();
    piece.pop();
    piece.push_str(",\"records\":[");
    let mut first = true;
    driver.run_until(until, |record| {
        piece.push_str(if first { "\n" } else { ",\n" });
        first = false;
        piece.push_str(&serde_json::to_string(record).unwrap_or_default());
        if piece.len() >= PIECE {
            take(&piece);
            piece.clear();
        }
    });
    piece.push_str("\n],\"hash\":\"");
    piece.push_str(&driver.world().hash().to_string());
    piece.push_str("\"}\n");
    take(&piece);
    Ok(())
}

/// Reads the text of a trace: the run that is in it, at the moment to which it goes.
///
/// # Errors
///
/// If it is no trace, or its run gives another one than it has: it is not whole, or of another version of the program.
pub fn read(text: &str) -> Result<Shared, ShareError> {
    let json = |error: serde_json::Error| ShareError::Json { reason: error.to_string() };
    let File { version, run, until, hash, .. } = serde_json::from_str(text).map_err(json)?;
    if version != TRACE_VERSION {
        return Err(ShareError::Version { given: version.to_string() });
    }
    if until > RUN_END {
        return Err(ShareError::Moment { given: super::plain::milliseconds(until) });
    }
    let reason = |error: RunError| ShareError::Json { reason: error.to_string() };
    let mut driver = Driver::new(run.clone()).map_err(reason)?;
    driver.run_until(until, |_| {});
    let found = driver.world().hash().to_string();
    if found != hash {
        return Err(ShareError::OtherTrace { given: hash, found });
    }
    Ok(Shared { at: Some(until), ..run.into() })
}

//! The two clocks of a host, which are not to be confused.

#![expect(clippy::disallowed_types, reason = "a host is where the time comes from")]

use std::time::{Instant as Monotonic, SystemTime};

use raftarium_core::Instant;

/// Never goes back, and means nothing to another process: for everything that a node waits for.
#[derive(Clone, Copy)]
pub(crate) struct Clock(Monotonic);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Monotonic::now())
    }

    pub(crate) fn now(self) -> Instant {
        Instant::from_micros(u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// Means the same everywhere, and may go back: for the time that is written into the log.
    pub(crate) fn wall() -> Instant {
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        Instant::from_micros(u64::try_from(since.as_micros()).unwrap_or(u64::MAX))
    }
}

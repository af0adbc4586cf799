//! Views for tests, made by the simulator itself.

use raftarium_sim::core::Instant;
use raftarium_sim::{Setup, Timeline, View};

/// A run of `servers`, seed 42.
pub(crate) fn timeline(servers: u32) -> Timeline {
    Timeline::new(Setup { servers, ..Setup::default() }).expect("the default setup is valid")
}

/// The beginning of a run of `servers`.
pub(crate) fn view(servers: u32) -> View {
    timeline(servers).view()
}

/// A run of `servers` after a second, when somebody leads.
pub(crate) fn settled(servers: u32) -> Timeline {
    let mut timeline = timeline(servers);
    timeline.seek(Instant::from_millis(1_000));
    timeline
}

//! Views for tests, made by the simulator itself.

use std::num::NonZeroU64;

use raftarium_sim::core::{Instant, NodeId, Settings};
use raftarium_sim::{ClientId, Command, Op, Setup, Timeline, View};

use super::names::leader;

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

/// A run with all that keeps a leader in its place, in which a leader is cut off, and finds that the log has gone on
/// without it so far that only a snapshot helps.
pub(crate) fn eventful() -> Timeline {
    let raft = Settings { snapshot_after_entries: NonZeroU64::new(3), ..Settings::default() };
    let mut timeline = Timeline::new(Setup { servers: 3, raft, ..Setup::default() }).expect("the setup is valid");
    let put = |timeline: &mut Timeline, count: u64| {
        for value in 1..=count {
            let op = Op::Put { key: "x".into(), value: value.to_string() };
            let server = leader(&timeline.view()).map(|leader| leader.id);
            timeline.dispatch(Command::Request { client: ClientId(1), server, op }).expect("the client is free");
            timeline.advance(std::time::Duration::from_millis(500));
        }
    };
    timeline.seek(Instant::from_millis(1_000));
    put(&mut timeline, 2);
    let old: NodeId = leader(&timeline.view()).expect("a leader after a second").id;
    timeline.dispatch(Command::Partition { groups: vec![vec![old]] }).expect("two groups");
    timeline.advance(std::time::Duration::from_secs(2));
    put(&mut timeline, 6);
    timeline.dispatch(Command::HealAll).expect("always possible");
    timeline.advance(std::time::Duration::from_secs(1));
    timeline
}

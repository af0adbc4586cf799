//! Views for tests, made by the simulator itself.

use raftarium_sim::core::Instant;
use raftarium_sim::core::NodeId;
use raftarium_sim::{ClientId, Command, Op, Setup, Timeline, View};

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

/// `client` asks the leader.
pub(crate) const fn request(client: ClientId, op: Op) -> Command {
    Command::Request { client, server: None, op }
}

/// `client` asks `server`, whatever that answers.
pub(crate) const fn request_to(client: ClientId, server: NodeId, op: Op) -> Command {
    Command::Request { client, server: Some(server), op }
}

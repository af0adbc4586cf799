//! What the tests that cross rooms share.

#[cfg(doctest)]
mod readme;

use raftarium_sim::core::{NodeId, Role};
use raftarium_sim::{ClientId, Command, Op, ServerView, Timeline, View};

/// Puts `key` through `server`; without one, the client looks for the leader.
#[must_use]
pub fn put(client: u32, server: Option<NodeId>, key: &str, value: &str) -> Command {
    Command::Request { client: ClientId(client), server, op: Op::Put { key: key.into(), value: value.into() } }
}

/// The servers that lead, in the order of their names.
#[must_use]
pub fn leaders(view: &View) -> Vec<&ServerView> {
    view.servers.iter().filter(|server| server.role == Some(Role::Leader)).collect()
}

/// What a server's log carries, in short: the term and the operation of each entry.
#[must_use]
pub fn log(server: &ServerView) -> Vec<String> {
    let text = |entry: &raftarium_sim::EntryView| {
        let op = entry.op.as_ref().map_or_else(|| "no-op".into(), ToString::to_string);
        format!("{} {op}", entry.id.term)
    };
    server.log.iter().map(text).collect()
}

/// Lets events happen one by one until `wanted` holds.
///
/// # Panics
///
/// If it does not hold after 100,000 events.
pub fn step_until(timeline: &mut Timeline, story: &str, wanted: impl Fn(&View) -> bool) -> View {
    for _ in 0..100_000 {
        let view = timeline.view();
        if wanted(&view) {
            return view;
        }
        assert!(timeline.step_forward(), "{story}: nothing happens any more");
    }
    panic!("{story}: not within 100,000 events; run {:?}", timeline.run());
}

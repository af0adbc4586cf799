//! How servers are set.

use raftarium_sim::core::{NodeId, Settings};
use raftarium_sim::{Command, View, World};

use super::field::{Field, Filled};
use super::those;

pub(super) const ABOUT: &str = "A server is set so from its next start on.";

pub(super) fn fields(server: Option<NodeId>, view: &View, world: &World) -> Vec<Field> {
    let first = those(server, view).into_iter().find_map(|id| world.settings(id).cloned());
    let restart = Field::flag("restart", "Restart now", true)
        .with_help("So that it holds at once. What is in the disks’ caches stays.");
    [restart].into_iter().chain(of(&first.unwrap_or_default())).collect()
}

/// A field for each setting, named as it is in files.
pub(crate) fn of(now: &Settings) -> Vec<Field> {
    let count =
        |id: &str, label: &str, number: u64, unit: &'static str| Field::number(id, label, number.to_string(), unit);
    vec![
        Field::flag("pre_vote", "PreVote", now.pre_vote)
            .under("Elections")
            .with_help("It asks before an election whether it could win one."),
        Field::flag("check_quorum", "CheckQuorum", now.check_quorum)
            .with_help("A leader that hears from no majority steps down."),
        Field::flag("leader_stickiness", "Leader stickiness", now.leader_stickiness)
            .with_help("Who hears from a leader puts vote requests aside."),
        Field::flag("no_op_on_election", "No-op on election", now.no_op_on_election)
            .with_help("A new leader begins with an entry that does nothing."),
        Field::ms("election_timeout_min", "Shortest election timeout", now.election_timeout_min),
        Field::ms("election_timeout_max", "Longest election timeout", now.election_timeout_max),
        Field::ms("heartbeat_interval", "Heartbeat every", now.heartbeat_interval),
        count("backoff_doublings_max", "Backoff", now.backoff_doublings_max.into(), "doublings"),
        count("priority", "Priority", now.priority.into(), ""),
        Field::flag("leases", "Leases", now.leases)
            .under("Reads")
            .with_help("Leaders may read at once, trusting the clocks. All servers must have the same."),
        count("clock_drift_ppm_max", "Clocks drift at most", now.clock_drift_ppm_max.into(), "ppm"),
        Field::flag("go_back_by_hints", "Go back by hints", now.go_back_by_hints)
            .under("Replication")
            .with_help("Off: by one entry at a time, as Figure 2 does."),
        Field::flag("forward_proposals", "Forward proposals", now.forward_proposals)
            .with_help("Followers pass on what is proposed to them."),
        count("max_append_entries", "Entries in a message", now.max_append_entries.into(), "at most"),
        count("max_append_bytes", "Bytes in a message", now.max_append_bytes, "at most"),
        count("max_in_flight_appends", "Messages under way", now.max_in_flight_appends.into(), "at most"),
        count("max_in_flight_bytes", "Bytes under way", now.max_in_flight_bytes, "at most"),
        count("max_uncommitted_bytes", "Bytes not committed", now.max_uncommitted_bytes, "at most"),
        Field::limit("snapshot_after_entries", "Snapshot after entries", now.snapshot_after_entries, "entries")
            .under("Snapshots")
            .with_help("Empty: never by itself."),
        Field::limit("snapshot_after_bytes", "Snapshot after bytes", now.snapshot_after_bytes, "bytes")
            .with_help("Empty: never by itself."),
    ]
}

pub(super) fn commands(
    server: Option<NodeId>,
    view: &View,
    world: &World,
    filled: &Filled<'_>,
) -> Result<Vec<Command>, String> {
    let mut commands = Vec::new();
    for server in those(server, view) {
        let Some(now) = world.settings(server) else { continue };
        let settings = Settings {
            election_timeout_min: filled.ms("election_timeout_min")?,
            election_timeout_max: filled.ms("election_timeout_max")?,
            heartbeat_interval: filled.ms("heartbeat_interval")?,
            max_append_entries: filled.count("max_append_entries")?,
            max_append_bytes: filled.bytes("max_append_bytes")?,
            max_in_flight_bytes: filled.bytes("max_in_flight_bytes")?,
            max_uncommitted_bytes: filled.bytes("max_uncommitted_bytes")?,
            clock_drift_ppm_max: filled.count("clock_drift_ppm_max")?,
            max_in_flight_appends: filled.count("max_in_flight_appends")?,
            pre_vote: filled.is_on("pre_vote"),
            leader_stickiness: filled.is_on("leader_stickiness"),
            leases: filled.is_on("leases"),
            check_quorum: filled.is_on("check_quorum"),
            priority: filled.count("priority")?,
            backoff_doublings_max: filled.count("backoff_doublings_max")?,
            no_op_on_election: filled.is_on("no_op_on_election"),
            go_back_by_hints: filled.is_on("go_back_by_hints"),
            forward_proposals: filled.is_on("forward_proposals"),
            snapshot_after_entries: filled.limit("snapshot_after_entries")?,
            snapshot_after_bytes: filled.limit("snapshot_after_bytes")?,
            seed: now.seed,
            mistakes: now.mistakes,
        };
        commands.push(Command::Configure { server, settings: Box::new(settings) });
        let up = view.servers.iter().any(|view| view.id == server && view.role.is_some());
        if filled.is_on("restart") && up {
            commands.extend([Command::Kill { server }, Command::Restart { server }]);
        }
    }
    Ok(commands)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;

    #[test]
    fn settings_that_are_left_as_they_are_stay_as_they_are() {
        let timeline = fixture::settled(3);
        let (view, world) = (timeline.view(), timeline.world());
        let commands = commands(None, &view, world, &Filled(&fields(None, &view, world))).expect("valid");
        assert_eq!(commands.len(), 9, "set, stopped and started: each of three");
        for command in &commands {
            if let Command::Configure { server, settings } = command {
                assert_eq!(Some(&**settings), world.settings(*server));
            }
        }
    }
}

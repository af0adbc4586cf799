//! Disks, clocks, and crashes that come later.

use raftarium_sim::core::NodeId;
use raftarium_sim::{Command, DiskSettings, View};

use super::field::{Field, Filled, MS, PERCENT};
use super::those;

pub(super) const DISK_ABOUT: &str = "It holds for what is written from now on.";
pub(super) const CLOCK_ABOUT: &str = "A server that trusts a lease trusts its clock.";
pub(super) const CRASH_ABOUT: &str =
    "Its power fails when it has asked for so many more things: messages, writes and the like.";

pub(super) fn disk_fields(server: Option<NodeId>, view: &View) -> Vec<Field> {
    let one = server.and_then(|id| view.servers.iter().find(|server| server.id == id));
    let now = one.or_else(|| view.servers.first()).map_or_else(DiskSettings::default, |server| server.disk);
    vec![
        Field::ms("write_min", "Shortest write", now.write_min).with_help("Until it is in the disk’s cache."),
        Field::ms("write_max", "Longest write", now.write_max),
        Field::ms("sync_min", "Shortest fsync", now.sync_min)
            .with_help("From there until it survives a power failure."),
        Field::ms("sync_max", "Longest fsync", now.sync_max),
        Field::percent("torn", "Torn writes", now.torn_ppm)
            .with_help("In how many power failures the last write is there in part."),
        Field::flag("stalled", "It stands still", now.stalled).with_help("Nothing that is written gets done."),
        Field::flag("full", "It is full", now.full).with_help("A server that has to write stops."),
        Field::flag("lies", "fsync lies", now.lies)
            .with_help("A write is said to be safe when it is only in the cache."),
    ]
}

pub(super) fn disk_commands(server: Option<NodeId>, view: &View, filled: &Filled<'_>) -> Result<Vec<Command>, String> {
    let settings = DiskSettings {
        write_min: filled.ms("write_min")?,
        write_max: filled.ms("write_max")?,
        sync_min: filled.ms("sync_min")?,
        sync_max: filled.ms("sync_max")?,
        torn_ppm: filled.percent("torn")?,
        lies: filled.is_on("lies"),
        stalled: filled.is_on("stalled"),
        full: filled.is_on("full"),
    };
    Ok(those(server, view).into_iter().map(|server| Command::SetDisk { server, settings }).collect())
}

pub(super) fn clock_fields(server: NodeId, view: &View) -> Vec<Field> {
    let found = view.servers.iter().find(|view| view.id == server);
    let drift = found.map_or(0, |view| view.clock.drift_ppm);
    vec![
        Field::number("drift", "Too fast by", super::field::shown(drift.into(), PERCENT), "%")
            .with_help("Below 0: too slow."),
        Field::number("jump", "Set forward by", "0".to_owned(), "ms").with_help("Below 0: back."),
    ]
}

pub(super) fn clock_commands(server: NodeId, filled: &Filled<'_>) -> Result<Vec<Command>, String> {
    let drift = filled.signed("drift", PERCENT)?;
    let drift_ppm = i32::try_from(drift).unwrap_or(if drift < 0 { i32::MIN } else { i32::MAX });
    let by_us = filled.signed("jump", MS)?;
    let jump = (by_us != 0).then_some(Command::JumpClock { server, by_us });
    Ok(std::iter::once(Command::SetClock { server, drift_ppm }).chain(jump).collect())
}

pub(super) fn crash_fields() -> Vec<Field> {
    vec![Field::number("outputs", "After", "3".to_owned(), "things")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use crate::show::forms::Value;

    #[test]
    fn a_disk_that_is_left_as_it_is_stays_as_it_is() {
        let view = fixture::view(3);
        let commands = disk_commands(None, &view, &Filled(&disk_fields(None, &view))).expect("valid");
        let same = |id: u64| Command::SetDisk { server: NodeId(id), settings: DiskSettings::default() };
        assert_eq!(commands, [same(1), same(2), same(3)]);
    }

    #[test]
    fn a_clock_drifts_and_jumps_only_if_it_is_said() {
        let (view, server) = (fixture::view(3), NodeId(2));
        let mut fields = clock_fields(server, &view);
        assert_eq!(clock_commands(server, &Filled(&fields)), Ok(vec![Command::SetClock { server, drift_ppm: 0 }]));
        fields[0].value = Value::Text { text: "-12.5".into(), unit: "%" };
        fields[1].value = Value::Text { text: "-300".into(), unit: "ms" };
        let commands =
            vec![Command::SetClock { server, drift_ppm: -125_000 }, Command::JumpClock { server, by_us: -300_000 }];
        assert_eq!(clock_commands(server, &Filled(&fields)), Ok(commands));
    }
}

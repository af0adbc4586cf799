//! What a server runs on, in words: its disk, its clock, its lease, its settings, and the rules that it breaks.

use raftarium_sim::core::{Instant, Role, Settings};
use raftarium_sim::{DiskSettings, ServerView};

use super::carries::between;
use super::forms::field::{MS, PERCENT, shown};
use super::{count, seconds};

/// Whether a disk takes longer than at first.
pub(crate) fn is_slow(now: &DiskSettings, usual: &DiskSettings) -> bool {
    now.write_max + now.sync_max > usual.write_max + usual.sync_max
}

/// What a disk does, and what is wrong with it: `idle`, `2 writes under way, 50 to 100 ms each, fsync lies`.
pub(crate) fn disk(server: &ServerView, usual: &DiskSettings) -> String {
    let now = &server.disk;
    let mut words = match server.writes {
        0 => "idle".to_owned(),
        writes => count(writes.into(), "write under way", "writes under way"),
    };
    if is_slow(now, usual) {
        words += &format!(", {} each", between(now.write_min + now.sync_min, now.write_max + now.sync_max));
    }
    let wrong = [
        (server.corruption.is_some(), ", damaged"),
        (now.stalled, ", stands still"),
        (now.full, ", full"),
        (now.lies, ", fsync lies"),
        (now.torn_ppm > 0, ", tears writes"),
    ];
    for (_, more) in wrong.into_iter().filter(|(is_so, _)| *is_so) {
        words += more;
    }
    words
}

/// What is wrong with a clock at `now`: `10 % too fast, 31.25 ms ahead`; nothing if it is right.
pub(crate) fn clock(server: &ServerView, now: Instant) -> Option<String> {
    let (drift, reads) = (server.clock.drift_ppm, server.clock.reads);
    let mut words = Vec::new();
    if drift != 0 {
        let which = if drift > 0 { "fast" } else { "slow" };
        words.push(format!("{} % too {which}", shown(i64::from(drift).abs(), PERCENT)));
    }
    let (by, which) = if reads > now { (reads.since(now), "ahead") } else { (now.since(reads), "behind") };
    // The view is as old as the last thing that happened: a clock that drifts is off by more than that already.
    if by.as_millis() > 0 && drift == 0 {
        words.push(format!("{} ms {which}", shown(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), MS)));
    }
    (!words.is_empty()).then(|| words.join(", "))
}

/// A leader's lease, if it has leases (§6.4.1 of the dissertation): `until 1.234 s`.
pub(crate) fn lease(server: &ServerView, settings: &Settings, now: Instant) -> Option<String> {
    if server.role != Some(Role::Leader) || !settings.leases {
        return None;
    }
    Some(match server.lease {
        Some(until) if until > now => format!("until {}", seconds(until)),
        Some(until) => format!("ended at {}", seconds(until)),
        None => "none yet".to_owned(),
    })
}

/// What a server does beyond Figure 2 of the paper, or leaves out: `PreVote, CheckQuorum`.
pub(crate) fn runs_with(settings: &Settings) -> String {
    let all = [
        (settings.pre_vote, "PreVote"),
        (settings.check_quorum, "CheckQuorum"),
        (settings.leader_stickiness, "stickiness"),
        (settings.leases, "leases"),
        (settings.forward_proposals, "forwarding"),
        (!settings.no_op_on_election, "without no-op"),
        (!settings.go_back_by_hints, "without hints"),
    ];
    let words: Vec<&str> = all.into_iter().filter(|(on, _)| *on).map(|(_, words)| words).collect();
    if words.is_empty() { "plain Raft".to_owned() } else { words.join(", ") }
}

/// The rules that it breaks on purpose, by their names.
pub(crate) fn breaks(settings: &Settings) -> Option<String> {
    let words: Vec<&str> = settings.mistakes.iter().map(|mistake| mistake.name()).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::{fixture, names};
    use raftarium_sim::core::{Mistake, Mistakes, NodeId};
    use raftarium_sim::{Command, Setup, Timeline};
    use std::time::Duration;

    const SERVER: NodeId = NodeId(2);

    #[test]
    fn a_disk_says_what_it_does_and_what_is_wrong_with_it() {
        let mut timeline = fixture::settled(3);
        let usual = timeline.setup().disk;
        let said = |timeline: &Timeline| disk(&timeline.view().servers[1], &usual);
        assert_eq!(said(&timeline), "idle");
        let settings = DiskSettings {
            write_min: Duration::from_millis(50),
            write_max: Duration::from_millis(100),
            lies: true,
            ..usual
        };
        timeline.dispatch(Command::SetDisk { server: SERVER, settings }).expect("S2");
        assert_eq!(said(&timeline), "idle, 50 to 100 ms each, fsync lies");
        let settings = DiskSettings { stalled: true, torn_ppm: 1, ..usual };
        timeline.dispatch(Command::SetDisk { server: SERVER, settings }).expect("S2");
        timeline.dispatch(Command::TimeOut { server: SERVER }).expect("it follows");
        assert_eq!(said(&timeline), "1 write under way, stands still, tears writes");
    }

    #[test]
    fn a_clock_that_is_right_is_not_spoken_of() {
        let mut timeline = fixture::settled(3);
        let said = |timeline: &Timeline| clock(&timeline.view().servers[1], timeline.now());
        assert_eq!(said(&timeline), None);
        timeline.dispatch(Command::JumpClock { server: SERVER, by_us: -31_250 }).expect("S2");
        assert_eq!(said(&timeline).as_deref(), Some("31.25 ms behind"));
        timeline.dispatch(Command::SetClock { server: SERVER, drift_ppm: 125_000 }).expect("S2");
        assert_eq!(said(&timeline).as_deref(), Some("12.5 % too fast"));
    }

    #[test]
    fn only_a_leader_with_leases_tells_of_its_own() {
        let mut setup = Setup { servers: 3, ..Setup::default() };
        (setup.raft.leader_stickiness, setup.raft.leases) = (true, true);
        let mut timeline = Timeline::new(setup).expect("leases go with stickiness");
        timeline.seek(Instant::from_millis(2_000));
        let (view, settings) = (timeline.view(), timeline.world().settings(SERVER).expect("S2").clone());
        let leader = names::leader(&view).expect("a leader after two seconds");
        let said = lease(leader, &settings, view.now).expect("it leads");
        assert!(said.starts_with("until 2."), "{said}");
        assert!(
            lease(leader, &settings, Instant::from_millis(60_000)).is_some_and(|said| said.starts_with("ended at "))
        );
        let follower = view.servers.iter().find(|server| server.id != leader.id).expect("three servers");
        assert_eq!(lease(follower, &settings, view.now), None);
        assert_eq!(runs_with(&settings), "stickiness, leases");
    }

    #[test]
    fn what_is_as_at_first_is_not_spoken_of_and_a_broken_rule_is() {
        let mut timeline = fixture::settled(3);
        let said = |timeline: &Timeline| breaks(timeline.world().settings(SERVER).expect("S2"));
        assert_eq!((runs_with(&Settings::plain()), said(&timeline)), ("plain Raft".to_owned(), None));
        let mistakes = Mistakes::from(Mistake::SkipUpToDateCheck);
        timeline.dispatch(Command::MakeMistakes { server: SERVER, mistakes }).expect("S2");
        assert_eq!(said(&timeline).as_deref(), Some("skip-up-to-date-check"));
    }
}

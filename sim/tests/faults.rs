//! What can go wrong with disks, processes and clocks.

use std::time::Duration;

use raftarium_sim::core::{Instant, LogIndex, NodeId, Role, Settings, Term};
use raftarium_sim::{ClientId, Command, DiskSettings, Happening, Op, RequestStatus, ServerView, Setup, Timeline, View};

const MS: fn(u64) -> Duration = Duration::from_millis;

fn after(setup: Setup, millis: u64) -> Timeline {
    let mut timeline = Timeline::new(setup).expect("the setup is valid");
    timeline.seek(Instant::from_millis(millis));
    timeline
}

fn with_disk(choose: impl FnOnce(&mut DiskSettings)) -> Setup {
    let mut setup = Setup::default();
    choose(&mut setup.disk);
    setup
}

fn leader(view: &View) -> NodeId {
    let leaders = view.servers.iter().filter(|server| server.role == Some(Role::Leader));
    leaders.max_by_key(|server| server.term).expect("a leader").id
}

fn server(timeline: &Timeline, id: NodeId) -> ServerView {
    timeline.view().servers.into_iter().find(|server| server.id == id).expect("it exists")
}

fn act(timeline: &mut Timeline, command: Command) {
    timeline.dispatch(command.clone()).unwrap_or_else(|error| panic!("{command:?}: {error}"));
}

/// A client asks to put a value.
fn ask(timeline: &mut Timeline, client: u32, value: &str) {
    let op = Op::Put { key: "x".into(), value: value.into() };
    act(timeline, Command::Request { client: ClientId(client), server: None, op });
    timeline.advance(MS(500));
}

/// The same, and it hears that the value is committed.
fn put(timeline: &mut Timeline, value: &str) {
    ask(timeline, 1, value);
    let last = timeline.view().requests.pop().expect("it was asked");
    assert!(matches!(last.status, RequestStatus::Answered { .. }), "{last:?}");
}

fn count(timeline: &Timeline, wanted: impl Fn(&Happening) -> bool) -> usize {
    timeline.records().iter().filter(|record| wanted(&record.what)).count()
}

fn refused(timeline: &Timeline) -> usize {
    count(timeline, |what| matches!(what, Happening::StartRefused { .. }))
}

#[test]
fn a_power_failure_loses_the_cache_and_the_end_of_a_process_does_not() {
    let slow_sync = |disk: &mut DiskSettings| {
        (disk.write_min, disk.write_max, disk.sync_min, disk.sync_max) = (MS(1), MS(1), MS(60), MS(60));
    };
    for (power, expected) in [(true, 0), (false, 1)] {
        let mut timeline = after(with_disk(slow_sync), 3_000);
        let id = leader(&timeline.view());
        let before = server(&timeline, id).log.len();
        let op = Op::Put { key: "x".into(), value: "1".into() };
        act(&mut timeline, Command::Request { client: ClientId(1), server: Some(id), op });
        while server(&timeline, id).writes == 0 {
            timeline.step_forward();
        }
        timeline.advance(MS(10));
        assert_eq!(server(&timeline, id).writes, 1, "written, and not durable");
        act(&mut timeline, if power { Command::Crash { server: id } } else { Command::Kill { server: id } });
        assert_eq!(server(&timeline, id).log.len() - before, expected);
    }
}

#[test]
fn a_torn_write_was_never_durable_and_is_dropped() {
    let torn = |disk: &mut DiskSettings| {
        (disk.write_min, disk.write_max, disk.torn_ppm) = (MS(5), MS(30), 1_000_000);
    };
    let mut dropped = 0;
    for seed in 0..20 {
        let mut timeline = after(Setup { seed, ..with_disk(torn) }, 1_000);
        for _ in 0..20 {
            let id = leader(&timeline.view());
            let op = Op::Put { key: "x".into(), value: "1".into() };
            let _ = timeline.dispatch(Command::Request { client: ClientId(1), server: None, op });
            timeline.advance(MS(40));
            act(&mut timeline, Command::Crash { server: id });
            timeline.advance(MS(100));
            act(&mut timeline, Command::Restart { server: id });
            timeline.advance(MS(900));
        }
        dropped += count(&timeline, |what| matches!(what, Happening::TornWriteDropped { .. }));
        assert_eq!((refused(&timeline), timeline.view().violations), (0, vec![]), "seed {seed}");
    }
    assert!(dropped > 10, "{dropped}");
}

#[test]
fn a_disk_that_lies_loses_what_it_called_durable() {
    let mut timeline = after(with_disk(|disk| disk.lies = true), 1_000);
    put(&mut timeline, "1");
    let id = leader(&timeline.view());
    assert!(server(&timeline, id).log.iter().all(|entry| entry.durable));
    act(&mut timeline, Command::Crash { server: id });
    assert_eq!((server(&timeline, id).log.len(), server(&timeline, id).term), (0, Term(0)), "nothing was durable");

    // Where only the process ends, the cache is still there.
    let mut timeline = after(with_disk(|disk| disk.lies = true), 1_000);
    put(&mut timeline, "1");
    let before = server(&timeline, id).log.len();
    act(&mut timeline, Command::Kill { server: id });
    assert_eq!(server(&timeline, id).log.len(), before);
}

#[test]
fn disks_that_lie_on_a_majority_lose_what_was_committed_and_the_checkers_say_so() {
    let mut timeline = after(with_disk(|disk| disk.lies = true), 1_000);
    put(&mut timeline, "1");
    let everyone = || (1..=5).map(NodeId);
    everyone().for_each(|server| act(&mut timeline, Command::Crash { server }));
    everyone().for_each(|server| act(&mut timeline, Command::Restart { server }));
    timeline.advance(MS(2_000));
    put(&mut timeline, "2");
    assert!(!timeline.view().violations.is_empty());
}

#[test]
fn a_bit_that_flipped_is_found_and_refused_and_a_wiped_disk_starts_anew() {
    let mut timeline = after(Setup::default(), 1_000);
    put(&mut timeline, "1");
    let id = NodeId(leader(&timeline.view()).0 % 5 + 1);
    act(&mut timeline, Command::FlipBit { server: id, index: Some(LogIndex(1)) });
    timeline.advance(MS(100));
    assert!(server(&timeline, id).role.is_some(), "as long as it runs, nobody reads the disk");
    act(&mut timeline, Command::Crash { server: id });
    act(&mut timeline, Command::Restart { server: id });
    timeline.advance(MS(100));
    let view = server(&timeline, id);
    assert_eq!((view.role, view.corruption.is_some(), refused(&timeline)), (None, true, 1));

    assert!(timeline.dispatch(Command::FlipBit { server: id, index: Some(LogIndex(99)) }).is_err());
    act(&mut timeline, Command::Wipe { server: id });
    assert_eq!((server(&timeline, id).log.len(), server(&timeline, id).corruption), (0, None));
    act(&mut timeline, Command::Restart { server: id });
    timeline.advance(MS(1_000));
    assert_eq!(server(&timeline, id).role, Some(Role::Follower));
}

#[test]
fn nothing_is_durable_on_a_stalled_disk_until_it_goes_on() {
    let mut timeline = after(Setup::default(), 1_000);
    let id = leader(&timeline.view());
    let stalled = DiskSettings { stalled: true, ..DiskSettings::default() };
    act(&mut timeline, Command::SetDisk { server: id, settings: stalled });
    ask(&mut timeline, 1, "1");
    let before = server(&timeline, id);
    assert!(before.writes > 0 && before.log.last().is_some_and(|entry| entry.committed && !entry.durable));
    act(&mut timeline, Command::SetDisk { server: id, settings: DiskSettings::default() });
    timeline.advance(MS(50));
    let now = server(&timeline, id);
    assert!(now.writes == 0 && now.log.iter().all(|entry| entry.durable));
}

#[test]
fn a_server_that_cannot_write_stops_and_starts_again_when_there_is_room() {
    let mut timeline = after(Setup::default(), 1_000);
    let id = leader(&timeline.view());
    let full = DiskSettings { full: true, ..DiskSettings::default() };
    act(&mut timeline, Command::SetDisk { server: id, settings: full });
    ask(&mut timeline, 1, "1");
    assert_eq!(count(&timeline, |what| matches!(what, Happening::DiskFull { server } if *server == id)), 1);
    assert_eq!(server(&timeline, id).role, None);
    act(&mut timeline, Command::SetDisk { server: id, settings: DiskSettings::default() });
    act(&mut timeline, Command::Restart { server: id });
    timeline.advance(MS(500));
    assert_eq!(server(&timeline, id).role, Some(Role::Follower));
    assert_eq!(timeline.view().violations, []);
}

#[test]
fn the_power_fails_between_any_two_outputs_and_nothing_is_lost() {
    for outputs in 0..30 {
        let mut timeline = after(Setup::default(), 1_000);
        put(&mut timeline, "1");
        let id = leader(&timeline.view());
        act(&mut timeline, Command::CrashAfter { server: id, outputs });
        ask(&mut timeline, 2, "2");
        timeline.advance(MS(2_000));
        assert_eq!(server(&timeline, id).role, None, "{outputs}");
        act(&mut timeline, Command::Restart { server: id });
        timeline.advance(MS(2_000));
        let states: Vec<_> = timeline.view().servers.into_iter().map(|server| server.state).collect();
        let told = matches!(timeline.view().requests[1].status, RequestStatus::Answered { .. });
        let value = states[0][0].value.as_str();
        assert!(value == "2" || value == "1" && !told, "{outputs}: {value}");
        assert!(states.iter().all(|state| *state == states[0]), "{outputs}: {states:?}");
        assert_eq!(timeline.view().violations, [], "{outputs}");
    }
}

#[test]
fn a_paused_server_does_nothing_and_forgets_nothing() {
    let mut timeline = after(Setup::default(), 1_000);
    let id = leader(&timeline.view());
    let term = server(&timeline, id).term;
    act(&mut timeline, Command::Pause { server: id });
    assert!(timeline.dispatch(Command::Pause { server: id }).is_err());
    assert!(timeline.dispatch(Command::TimeOut { server: id }).is_err());
    timeline.advance(MS(1_000));
    let (old, new) = (server(&timeline, id), leader(&timeline.view()));
    assert!(old.paused && old.role == Some(Role::Leader) && old.term == term && new != id);
    assert!(timeline.view().packets.iter().any(|packet| packet.to == id.into() && packet.held.is_some()));
    act(&mut timeline, Command::Resume { server: id });
    timeline.advance(MS(100));
    let now = server(&timeline, id);
    assert!(!now.paused && now.role == Some(Role::Follower) && now.leader == Some(new));
    assert!(timeline.dispatch(Command::Resume { server: id }).is_err());

    act(&mut timeline, Command::Pause { server: id });
    timeline.advance(MS(100));
    act(&mut timeline, Command::Crash { server: id });
    assert!(!server(&timeline, id).paused);
    act(&mut timeline, Command::Restart { server: id });
    timeline.advance(MS(500));
    assert_eq!(server(&timeline, id).role, Some(Role::Follower));
    assert_eq!(timeline.view().violations, []);
}

#[test]
fn a_clock_that_goes_too_fast_times_out_early_and_one_that_jumps_at_once() {
    let mut timeline = after(Setup::default(), 1_000);
    let id = NodeId(leader(&timeline.view()).0 % 5 + 1);
    let wait = |timeline: &Timeline| {
        let deadline = server(timeline, id).deadline.expect("it waits for its leader");
        deadline.at.since(deadline.since)
    };
    let range = |factor: u64| MS(150 * factor / 2)..=MS(301 * factor / 2);
    assert!(range(2).contains(&wait(&timeline)));
    act(&mut timeline, Command::SetClock { server: id, drift_ppm: -500_000 });
    timeline.advance(MS(300));
    assert!(range(4).contains(&wait(&timeline)), "{:?}", wait(&timeline));
    assert_eq!(server(&timeline, id).clock.drift_ppm, -500_000);

    let term = server(&timeline, id).term;
    act(&mut timeline, Command::JumpClock { server: id, by_us: 1_000_000 });
    timeline.advance(MS(1));
    assert!(server(&timeline, id).term > term, "it takes the leader for lost");
    for (command, what) in [
        (Command::SetClock { server: id, drift_ppm: 500_001 }, "drift_ppm is 500001 ppm"),
        (Command::JumpClock { server: id, by_us: i64::MIN }, "by_us is -9223372036854775808 µs"),
    ] {
        let error = timeline.dispatch(command).expect_err(what).to_string();
        assert!(error.contains(what) && error.contains("allowed are"), "{error}");
    }
}

#[test]
fn a_server_runs_older_settings_from_its_next_start_on() {
    let mut timeline = after(Setup::default(), 1_000);
    let id = NodeId(leader(&timeline.view()).0 % 5 + 1);
    let slow = Settings { election_timeout_min: MS(2_000), election_timeout_max: MS(3_000), ..Settings::plain() };
    act(&mut timeline, Command::Configure { server: id, settings: Box::new(slow) });
    timeline.advance(MS(100));
    let wait = |timeline: &Timeline| {
        let deadline = server(timeline, id).deadline.expect("it waits for its leader");
        deadline.at.since(deadline.since)
    };
    assert!(wait(&timeline) <= MS(300), "not yet");
    act(&mut timeline, Command::Crash { server: id });
    act(&mut timeline, Command::Restart { server: id });
    timeline.advance(MS(100));
    assert!(wait(&timeline) >= MS(2_000));
}

//! The same run gives the same trace: time and again, after going back, from JSON, and (`tests/npm`) in wasm.
//!
//! The runs and their hashes are in `tests/data/hashes.json`, one a line. After a change that is meant to change traces, write the
//! file anew with `RAFTARIUM_WRITE_HASHES=1 cargo test -p raftarium-tests --test determinism`.

use std::fs;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use raftarium_js::types::Run;
use raftarium_sim::core::{Instant, NodeId, Settings};
use raftarium_sim::swarm::{self, Profile};
use raftarium_sim::{
    ClientId, Command, DiskSettings, Happening, LinkSettings, Op, PacketAct, PacketClass, PacketId, Record, Rule,
    Setup, Spread, Timed, Timeline, Violation,
};
use raftarium_tests::put;
use serde::{Deserialize, Serialize};

/// A run, how far it is looked at, and what its trace's fingerprint is there.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Case {
    name: String,
    until_ms: u64,
    hash: String,
    run: Run,
}

/// Seeds and sizes: the edges of both, and what people use.
const WORLDS: [(u64, u32); 26] = [
    (0, 1),
    (u64::MAX, 1),
    (1, 2),
    (2, 3),
    (42, 3),
    (u64::MAX - 1, 3),
    (3, 4),
    (42, 5),
    (43, 5),
    (44, 5),
    (1 << 53, 5),
    ((1 << 53) - 1, 5),
    (0x0123_4567_89ab_cdef, 5),
    (4, 6),
    (5, 7),
    (6, 9),
    (7, 11),
    (8, 15),
    (9, 21),
    (10, 51),
    (11, 1),
    (12, 3),
    (13, 5),
    (14, 5),
    (15, 7),
    (16, 21),
];
/// From here on, the worlds have what was added to the paper's Raft later, and take snapshots.
const ADDED_FROM: usize = 20;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Every third world has a network that loses and delays, every fifth a slow disk, every other no no-op.
fn setup(position: usize, seed: u64, servers: u32) -> Setup {
    let mut setup = Setup { seed, servers, ..Setup::default() };
    if position % 3 == 1 {
        let latency_min = Duration::from_micros(1);
        setup.link = LinkSettings { latency_min, latency_max: ms(40), loss_ppm: 123_457, ..LinkSettings::default() };
    }
    if position % 5 == 2 {
        setup.disk.write_max = Duration::from_micros(12_345);
        setup.request_timeout = ms(400);
    }
    setup.raft.no_op_on_election = position.is_multiple_of(2);
    if position >= ADDED_FROM {
        let raft = &mut setup.raft;
        (raft.pre_vote, raft.check_quorum, raft.leader_stickiness) = (true, true, true);
        raft.leases = position % 4 == 1;
        raft.forward_proposals = position % 4 >= 2;
        raft.backoff_doublings_max = 2;
        raft.snapshot_after_entries = NonZeroU64::new(2);
        (raft.max_append_bytes, raft.max_in_flight_bytes, raft.max_uncommitted_bytes) = (20, 60, 200);
    }
    setup
}

/// When a bit flips on a disk.
const FIRST_LOSS: Instant = Instant::from_millis(1_450);

/// Everything that can be done, some of it when it is impossible: then the refusal is what is recorded.
fn commands(servers: u32) -> Vec<Timed> {
    let server = |number: u64| NodeId(number % u64::from(servers) + 1);
    let request = |client, key: &str, value: &str| put(client, None, key, value);
    let get = |client| Command::Request { client: ClientId(client), server: None, op: Op::Get { key: "x".into() } };
    let mut script = vec![
        (400_000, request(1, "x", "1")),
        (500_001, request(2, "ключ", "значение")),
        (600_000, Command::TimeOut { server: server(1) }),
        (700_000, Command::Crash { server: server(0) }),
        (700_000, put(3, Some(server(0)), "y", "")),
        (900_123, get(1)),
        (1_000_000, Command::Restart { server: server(0) }),
        (1_000_000, Command::Restart { server: server(0) }),
        (2_000_000, request(1, "x", "2")),
        (2_300_000, Command::Crash { server: server(3) }),
        (2_600_000, Command::Restart { server: server(3) }),
        (2_800_000, get(2)),
    ];
    let torn = DiskSettings { sync_max: ms(20), torn_ppm: 500_000, ..DiskSettings::default() };
    let stalled = DiskSettings { stalled: true, ..DiskSettings::default() };
    script.extend([
        (50_000, Command::SetDisk { server: server(1), settings: torn }),
        (560_000, Command::SetClock { server: server(1), drift_ppm: 123_457 }),
        (610_000, Command::JumpClock { server: server(2), by_us: -12_345 }),
        (620_000, Command::CrashAfter { server: server(2), outputs: 3 }),
        (1_050_000, Command::Pause { server: server(1) }),
        (1_150_000, Command::Resume { server: server(1) }),
        (1_400_000, Command::Kill { server: server(1) }),
        (1_450_000, Command::FlipBit { server: server(1), index: None }),
        (1_500_000, Command::Restart { server: server(1) }),
        (1_600_000, Command::Configure { server: server(2), settings: Box::new(Settings::default()) }),
        (1_650_000, Command::Restart { server: server(2) }),
        (2_050_000, Command::SetDisk { server: server(0), settings: stalled }),
        (2_450_000, Command::SetDisk { server: server(0), settings: DiskSettings::default() }),
    ]);
    // In a small cluster that loses what is committed.
    if servers > 4 {
        script.push((1_550_000, Command::Wipe { server: server(1) }));
    }
    if servers > 1 {
        let slow =
            LinkSettings { latency_min: ms(30), latency_max: ms(90), loss_ppm: 300_000, ..LinkSettings::default() };
        let disorder = LinkSettings {
            latency_max: ms(70),
            spread: Spread::LongTail,
            duplicate_ppm: 200_000,
            overtaking_ppm: 200_000,
            bytes_per_second: NonZeroU64::new(9_000),
            queue_bytes_max: NonZeroU64::new(500),
            ..LinkSettings::default()
        };
        let act = |packet, act| Command::Packet { packet: PacketId(packet), act };
        let classes = vec![PacketClass::AppendReply, PacketClass::VoteReply];
        let minority = (0..u64::from(servers) / 2).map(server).collect();
        script.extend([
            (450_000, Command::SetLink { from: server(0), to: server(1), both: true, settings: slow }),
            (800_000, Command::Cut { from: server(1), to: server(0), both: false }),
            (1_200_000, Command::Partition { groups: vec![minority] }),
            (1_250_000, put(1, Some(server(0)), "y", "7")),
            (1_300_000, request(2, "z", "3")),
            (1_700_000, Command::Heal { from: server(0), to: server(1), both: false }),
            (1_900_000, Command::HealAll),
            (2_000_100, Command::SetAllLinks { settings: disorder }),
            (2_100_000, Command::Clog { from: server(0), to: server(1), both: true }),
            (2_200_000, Command::Isolate { server: server(2 % u64::from(servers)) }),
            (2_350_000, Command::Unclog { from: server(0), to: server(1), both: true }),
            (2_400_000, Command::Filter { from: server(1), to: server(0), both: false, classes }),
            (2_500_000, Command::Filter { from: server(1), to: server(0), both: false, classes: vec![] }),
            (2_550_000, Command::HealAll),
            // Some of them are under way then, in some of the worlds; what is not is refused.
            (410_000, act(20, PacketAct::Drop)),
            (420_000, act(24, PacketAct::Double)),
            (430_000, act(28, PacketAct::Hold)),
            (440_000, act(28, PacketAct::Release)),
            (445_000, act(30, PacketAct::Delay(ms(50)))),
            (455_000, act(32, PacketAct::Deliver)),
        ]);
    }
    script.sort_by_key(|(at, _)| *at);
    script.into_iter().map(|(at, command)| Timed { at: Instant::from_micros(at), command }).collect()
}

fn run(position: usize) -> raftarium_sim::Run {
    let (seed, servers) = WORLDS[position];
    raftarium_sim::Run { setup: setup(position, seed, servers), commands: commands(servers) }
}

/// A run in which everything was looked at once.
fn played(run: raftarium_sim::Run, until_ms: u64) -> Timeline {
    let mut timeline = Timeline::replay(run).expect("the run is valid");
    timeline.seek(Instant::from_millis(until_ms));
    timeline
}

fn until_ms(position: usize) -> u64 {
    if WORLDS[position].1 > 9 { 3_000 } else { 5_000 }
}

/// Seeds of the swarm: clusters in which everything may happen.
const SWARM: [u64; 3] = [3, 7, 23];

/// What seeds draw, as plain runs.
fn swarm_cases() -> impl Iterator<Item = Case> {
    SWARM.into_iter().map(|seed| {
        let trial = swarm::trial(seed, Profile::Chaos, Duration::from_secs(4));
        let until_ms = 5_000;
        let timeline = played(trial.run, until_ms);
        assert!(timeline.view().violations.is_empty(), "swarm, seed {seed}");
        let name = format!("what the swarm draws from seed {seed}");
        Case { name, until_ms, hash: timeline.hash().into(), run: timeline.run().into() }
    })
}

fn cases() -> impl Iterator<Item = Case> {
    world_cases().chain(swarm_cases())
}

fn world_cases() -> impl Iterator<Item = Case> {
    WORLDS.into_iter().enumerate().map(|(position, (seed, servers))| {
        let until_ms = until_ms(position);
        let timeline = played(run(position), until_ms);
        // The bit that flips, and the disk that is wiped, may be those that a majority needs: that is said, and no more.
        let expected = |violation: &Violation| violation.rule == Rule::CommittedIsDurable && violation.at >= FIRST_LOSS;
        let violations = timeline.view().violations;
        assert!(violations.iter().all(expected), "seed {seed}, {servers} servers: {violations:?}");
        let snapshot = |record: &Record| matches!(record.what, Happening::SnapshotDurable { .. });
        assert_eq!(timeline.all_records().iter().any(snapshot), position >= ADDED_FROM, "seed {seed}");
        let added = if position < ADDED_FROM { "" } else { ", with all that was added" };
        Case {
            name: format!("{servers} servers, seed {seed}{added}"),
            until_ms,
            hash: timeline.hash().into(),
            run: timeline.run().into(),
        }
    })
}

fn table() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/hashes.json")
}

#[test]
fn every_trace_is_the_one_that_is_written_down() {
    let found: Vec<Case> = cases().collect();
    if std::env::var_os("RAFTARIUM_WRITE_HASHES").is_some() {
        let lines: Vec<String> = found.iter().map(|case| serde_json::to_string(case).expect("plain data")).collect();
        fs::write(table(), format!("[\n{}\n]\n", lines.join(",\n"))).expect("the folder is there");
    }
    let text = fs::read_to_string(table()).expect("tests/data/hashes.json is in the repository");
    let written: Vec<Case> = serde_json::from_str(&text).expect("it was written by this test");
    assert_eq!(written.len(), found.len());
    for (written, found) in written.iter().zip(&found) {
        assert_eq!(written.run, found.run, "{}: another run than the one that is written down", found.name);
        assert_eq!(written.hash, found.hash, "{}: another trace than the one that is written down", found.name);
    }
}

#[test]
fn the_same_run_twice_is_the_same_trace_record_by_record() {
    for position in [1, 4, 8, 14, 21, 23] {
        let [first, second] = [(); 2].map(|()| played(run(position), 5_000));
        assert_eq!(first.all_records(), second.all_records());
        assert_eq!(first.view(), second.view());
    }
}

#[test]
fn another_seed_is_another_trace() {
    let [first, second] = [42, 43].map(|seed| {
        let run = raftarium_sim::Run { setup: Setup { seed, ..Setup::default() }, commands: Vec::new() };
        played(run, 1_000).hash()
    });
    assert_ne!(first, second);
}

#[test]
fn time_turned_back_and_forth_shows_what_was_there() {
    for position in [4, 8, 16, 22, 23] {
        let mut turned = played(run(position), 3_000);
        for at_ms in [2_999, 1_250, 1_249, 0, 700, 2_000, 1_900, 3_000] {
            turned.seek(Instant::from_millis(at_ms));
            let straight = played(run(position), at_ms);
            assert_eq!(turned.hash(), straight.hash(), "world {position} at {at_ms} ms");
            assert_eq!(turned.view(), straight.view(), "world {position} at {at_ms} ms");
        }
    }
}

#[test]
fn step_by_step_is_the_same_as_at_once() {
    let at_once = played(run(7), 1_000);
    let mut stepped = Timeline::replay(run(7)).expect("the run is valid");
    while stepped.view().step < at_once.view().step {
        assert!(stepped.step_forward());
    }
    assert_eq!(stepped.hash(), at_once.hash());
    assert!(stepped.step_back() && stepped.step_back() && stepped.step_forward() && stepped.step_forward());
    assert_eq!(stepped.hash(), at_once.hash());
}

#[test]
fn what_was_done_by_hand_replays() {
    let mut by_hand = Timeline::new(run(7).setup).expect("the setup is valid");
    for Timed { at, command } in commands(5) {
        by_hand.seek(at);
        // What is impossible is refused here, and leaves nothing behind.
        let _refused = by_hand.dispatch(command);
    }
    by_hand.seek(Instant::from_millis(1_800));
    by_hand.dispatch(put(1, None, "w", "0")).expect("in the past, the client was free");
    by_hand.seek(Instant::from_millis(4_000));

    let json = serde_json::to_string(&Run::from(by_hand.run())).expect("plain data");
    let parsed: Run = serde_json::from_str(&json).expect("it was just written");
    let replayed = played(parsed.try_into().expect("it was valid"), 4_000);
    assert_eq!(replayed.hash(), by_hand.hash());
    assert_eq!(replayed.view(), by_hand.view());
}

//! A run told as a scenario: it plays to the same trace, and says what was done and seen.

use std::num::NonZeroU32;
use std::time::Duration;

use raftarium_sim::core::{Change, Instant, LogIndex, Membership, NodeId, Settings, Term, Transition};
use raftarium_sim::lesson::Lesson;
use raftarium_sim::scenario::{Act, LENGTH_MAX, Scenario, Untold};
use raftarium_sim::swarm::{self, Profile};
use raftarium_sim::{
    ClientId, Command, DiskSettings, Initial, InitialContent, InitialEntry, LinkSettings, Op, Pace, PacketAct,
    PacketClass, PacketId, ReadBy, Retries, Run, RunError, Setup, Timed, Timeline, Trial,
};

const S1: NodeId = NodeId(1);
const S2: NodeId = NodeId(2);
const S3: NodeId = NodeId(3);

/// Tells `run` up to `until`, writes it down, reads it and plays it. The trace must be the same, and so the run.
fn told(run: &Run, until: Instant, what: &str) -> Scenario {
    let scenario = Scenario::of_run(run, until).unwrap_or_else(|error| panic!("{what}: {error}"));
    let text = scenario.to_json();
    let read = Scenario::from_json(&text).unwrap_or_else(|error| panic!("{what}: {error}\n{text}"));
    assert_eq!(read, scenario, "{what}");
    let played = read.play().unwrap_or_else(|failure| panic!("{what}: {failure}\n{text}"));
    let mut itself = Timeline::replay(run.clone()).expect("it was told");
    itself.seek(until);
    assert_eq!((played.timeline.now(), played.timeline.hash()), (until, itself.hash()), "{what}\n{text}");
    assert_eq!(played.timeline.world(), itself.world(), "{what}\n{text}");
    let done: Vec<&Timed> = run.commands.iter().filter(|timed| timed.at <= until).collect();
    assert_eq!(played.run().commands.iter().collect::<Vec<_>>(), done, "{what}");
    scenario
}

fn at(us: u64, command: Command) -> Timed {
    Timed { at: Instant::from_micros(us), command }
}

/// Three servers to which this is done.
fn three(commands: Vec<Timed>) -> Run {
    Run { setup: Setup { servers: 3, ..Setup::default() }, commands }
}

fn put(client: u32, key: &str, value: &str) -> Command {
    let op = Op::Put { key: key.into(), value: value.into() };
    Command::Request { client: ClientId(client), server: None, op }
}

#[test]
fn whatever_a_swarm_does_is_told_and_plays_to_the_same_trace() {
    let (mut tried, mut first, mut commands) = (0, 0, 0);
    for profile in Profile::ALL {
        for seed in 0..6 {
            let Trial { run, until, .. } = swarm::trial(seed, profile, Duration::from_secs(4));
            let until = until.min(Instant::ZERO + Duration::from_secs(6));
            let scenario = told(&run, until, &format!("seed {seed}, {profile}"));
            commands += run.commands.len();
            first += scenario.steps.iter().filter(|step| step.first).count();
            tried += scenario.steps.iter().flat_map(|step| &step.acts).filter(|act| matches!(act, Act::Try(_))).count();
        }
    }
    assert!(commands > 1_000 && first > 10 && tried > 10, "{commands} commands, {first} steps, {tried} refused");
}

#[test]
fn what_a_person_did_reads_as_they_did_it() {
    // Somebody who stops at 1,200 ms and does two things does the second a microsecond after the first.
    let run = three(vec![
        at(900_001, put(1, "x", "1")),
        at(1_200_001, Command::Crash { server: S2 }),
        at(1_200_002, Command::Cut { from: S1, to: S3, both: true }),
        at(1_500_001, Command::Crash { server: S2 }),
        at(2_500_001, Command::Restart { server: S2 }),
    ]);
    let text = told(&run, Instant::from_millis(2_600), "by hand").to_json();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let steps = lines.iter().position(|line| line.starts_with("\"steps\"")).expect("it has steps");
    let end = lines.iter().position(|line| line.starts_with("\"end\"")).expect("it has an end");
    assert_eq!(
        lines[steps + 1..end - 1],
        [
            r#"{ "at": 185.974, "say": "S1 leads in term 1.", "expect": [{ "leads": "S1" }] },"#,
            r#"{ "at": 900, "do": [{ "put": { "client": 1, "key": "x", "value": "1" } }] },"#,
            r#"{ "at": 1200, "do": [{ "crash": "S2" }, { "cut": { "from": "S1", "to": "S3" } }] },"#,
            r#"{ "at": 1500, "do": [{ "try": { "crash": "S2" } }] },"#,
            r#"{ "at": 2500, "do": [{ "restart": "S2" }] },"#,
            r#"{ "at": 2600 }"#,
        ],
        "{text}"
    );
    for said in [
        r#""title": "3 servers, seed 42","#,
        r#""group": "networks","#,
        r#""world": {"#,
        r#""seed": 42,"#,
        r#""initial": []"#,
        r#"{ "request": { "number": 1, "is": "done", "result": "done" } }"#,
    ] {
        assert!(lines.contains(&said), "{said} is not in\n{text}");
    }
}

#[test]
fn what_is_done_at_the_very_beginning_or_at_one_moment_comes_first_in_it() {
    let run = three(vec![
        at(0, Command::TimeOut { server: S3 }),
        at(0, Command::Isolate { server: S2 }),
        at(1, put(1, "x", "1")),
        at(300_000, Command::HealAll),
        at(300_000, Command::Crash { server: S1 }),
        at(300_000, Command::Crash { server: S1 }),
        at(300_001, Command::Restart { server: S1 }),
    ]);
    let scenario = told(&run, Instant::from_millis(400), "at once");
    let steps = scenario.steps.iter().filter(|step| !step.acts.is_empty());
    let first: Vec<(bool, usize)> = steps.map(|step| (step.first, step.acts.len())).collect();
    assert_eq!(first, [(true, 2), (false, 1), (true, 3), (false, 1)]);
}

#[test]
fn what_is_done_later_than_it_is_told_is_left_out() {
    let run = three(vec![at(500_000, Command::Crash { server: S1 }), at(900_000, Command::Restart { server: S1 })]);
    let scenario = told(&run, Instant::from_millis(700), "half of it");
    assert_eq!(scenario.steps.iter().map(|step| step.acts.len()).sum::<usize>(), 1);
    assert_eq!(told(&run, Instant::ZERO, "nothing of it").steps.len(), 1);
}

/// One of each, though most of them are refused when their time comes: that is told as well.
#[test]
fn every_command_can_be_said() {
    let (server, from, to, both, client) = (S2, S1, S3, false, ClientId(2));
    let key = || String::from("a key");
    let ops = [
        Op::Get { key: key() },
        Op::Delete { key: key() },
        Op::CompareAndSet { key: key(), expected: None, value: "\"{[,:]}\\".into() },
        Op::CompareAndSet { key: key(), expected: Some("1".into()), value: "2".into() },
        Op::Increment { key: key(), by: -7 },
        Op::Read { key: key(), by: ReadBy::Index },
        Op::Read { key: key(), by: ReadBy::Lease },
        Op::Read { key: key(), by: ReadBy::Nothing },
    ];
    let asked = ops.clone().map(|op| Command::Request { client: ClientId(1), server: Some(S1), op });
    let (voter, learner, remove) = (Change::AddVoter(S3), Change::AddLearner(S3), Change::Remove(S3));
    let changes = [vec![voter, learner, remove], vec![remove, voter], Vec::new()];
    let changes = changes.map(|changes| Command::ChangeMembership { server, changes, how: Transition::Joint });
    let mistakes = raftarium_sim::core::Mistake::CommitEarlierTerms.into();
    let packet = PacketId(0);
    let acts = [
        PacketAct::Drop,
        PacketAct::Double,
        PacketAct::Hold,
        PacketAct::Release,
        PacketAct::Delay(Duration::from_micros(1)),
        PacketAct::Deliver,
    ];
    let all = [
        Command::Crash { server },
        Command::Restart { server },
        Command::TimeOut { server },
        Command::Cut { from, to, both },
        Command::Heal { from, to, both },
        Command::Partition { groups: vec![vec![S1, S2], vec![S2, S3]] },
        Command::HealAll,
        Command::SetLink { from, to, both, settings: LinkSettings::default() },
        Command::SetAllLinks { settings: LinkSettings::default() },
        Command::Isolate { server },
        Command::Clog { from, to, both },
        Command::Unclog { from, to, both },
        Command::Filter { from, to, both, classes: vec![PacketClass::Heartbeat, PacketClass::AppendReply] },
        Command::Filter { from, to, both: true, classes: Vec::new() },
        Command::Kill { server },
        Command::CrashAfter { server, outputs: 3 },
        Command::Pause { server },
        Command::Resume { server },
        Command::Wipe { server },
        Command::SetDisk { server, settings: DiskSettings::default() },
        Command::FlipBit { server, index: Some(LogIndex(1)) },
        Command::SetClock { server, drift_ppm: -9 },
        Command::JumpClock { server, by_us: -9 },
        Command::Configure { server, settings: Box::new(Settings::default()) },
        Command::AddServer,
        Command::LeaveJoint { server },
        Command::Transfer { server, to },
        Command::ForgetLeader { server },
        Command::Compact { server },
        Command::RequestSnapshot { server },
        Command::MakeMistakes { server, mistakes },
        Command::Requests { client, server: None, ops: ops.to_vec(), pace: Pace::Every(Duration::from_millis(3)) },
        Command::Requests { client, server: None, ops: ops.to_vec(), pace: Pace::Answered },
        Command::GiveUp { client },
        Command::SetRetries { client, retries: Retries::Session },
    ];
    let acts = acts.map(|act| Command::Packet { packet, act });
    let commands = all.into_iter().chain(asked).chain(changes).chain(acts);
    let run = three((1..).zip(commands).map(|(number, command)| at(number * 40_000, command)).collect());
    told(&run, Instant::from_millis(3_000), "one of each");
}

#[test]
fn whatever_world_a_run_has_is_told() {
    let op = Op::Put { key: "entry 1".into(), value: "term 1".into() };
    let entry = |content| InitialEntry { term: Term(1), content };
    let plain = |server| Initial {
        server,
        term: Term(1),
        vote: None,
        commit: LogIndex(1),
        membership: None,
        log: vec![entry(InitialContent::Op(op.clone()))],
    };
    let only = Membership::new([S1, S2]).expect("two");
    let odd = Initial {
        term: Term(3),
        vote: Some(S2),
        membership: Some(only.clone()),
        log: vec![entry(InitialContent::Op(op.clone())), entry(InitialContent::Membership(only))],
        ..plain(S3)
    };
    let no_op = Initial { log: vec![entry(InitialContent::NoOp)], ..plain(S1) };
    let mut setup = Setup { servers: 3, sessions_max: NonZeroU32::MIN, clients: 1, ..Setup::default() };
    setup.raft = Settings { seed: 0, snapshot_after_entries: std::num::NonZeroU64::new(9), ..Settings::default() };
    for (initial, short) in [
        (vec![], true),
        (vec![plain(S1), plain(S2), plain(S3)], true),
        (vec![plain(S2), plain(S1)], true),
        (vec![plain(S1), plain(S2), odd], true),
        (vec![no_op], false),
    ] {
        let run = Run { setup: Setup { initial: initial.clone(), ..setup.clone() }, commands: Vec::new() };
        let scenario = told(&run, Instant::from_millis(2_000), &format!("{initial:?}"));
        assert_eq!(scenario.world.setup(), Ok(run.setup), "{initial:?}");
        assert_eq!(scenario.world.initial.is_none_or(|initial| initial.is_empty()), short, "{initial:?}");
    }
}

#[test]
fn what_was_seen_is_expected_and_told_of_as_in_any_scenario() {
    let run = three(vec![at(900_001, put(1, "x", "1")), at(1_200_001, Command::Crash { server: S2 })]);
    let text = told(&run, Instant::from_millis(1_500), "by hand").to_json();
    let lesson = Lesson::read(&text).expect("it was just written");
    assert_eq!((lesson.title.as_str(), lesson.source.as_str()), ("3 servers, seed 42", "a run that was saved"));
    assert_eq!(lesson.look, "At the end: S1 leads; S2 is down; all servers are in term 1.");
    assert!(lesson.outcome.is_some_and(|outcome| outcome.expected));
    assert_eq!(lesson.steps[2].did, ["The power of S2 fails."]);

    let other = text.replace(r#""key": "x", "is": "1""#, r#""key": "x", "is": "2""#);
    let told = Lesson::read(&other).expect("it can be played").outcome.expect("a scenario has one");
    assert!(!told.expected);
    assert!(told.words.contains("this should be, and is not: S1 and S3 have x = 2"), "{}", told.words);
}

#[test]
fn a_rule_that_was_broken_is_expected_to_be() {
    let shown = include_str!("../../static/mistakes/01-commit-earlier-terms.json");
    let lesson = Lesson::read(shown).expect("one of ours");
    let until = lesson.outcome.expect("it has one").at;
    let scenario = told(&lesson.run, until, "Figure 8");
    let names: Vec<&str> = scenario.broken.iter().map(|rule| rule.name()).collect();
    assert_eq!(names.len(), 1);
    assert!(scenario.look.starts_with(&format!("At the end: {} is broken; ", names[0])), "{}", scenario.look);
}

#[test]
fn what_cannot_be_told_is_refused_with_what_is_allowed() {
    let late = Instant::ZERO + LENGTH_MAX + Duration::from_micros(1);
    let error = Scenario::of_run(&three(Vec::new()), late).expect_err("it is too long");
    assert_eq!(error, Untold::TooLong { given: late });
    assert_eq!(error.to_string(), "the run is told up to 3600.000001 s; a scenario takes 3600 s at most");
    let unknown = three(vec![at(5, Command::Crash { server: NodeId(9) })]);
    let error = Scenario::of_run(&unknown, Instant::from_millis(1)).expect_err("there is no S9");
    assert!(matches!(error, Untold::Run(RunError::Command { position: 0, .. })), "{error}");
}

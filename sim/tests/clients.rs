//! What clients ask, what they are told, and what they do if they are told nothing.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use raftarium_sim::core::{Instant, NodeId, Role};
use raftarium_sim::{
    Answer, Check, ClientId, Command, CommandError, Happening, KeyOutput, Op, Pace, ReadBy, Record, RequestStatus,
    Retries, Rule, Setup, Timeline, View,
};

fn ms(number: u64) -> Duration {
    Duration::from_millis(number)
}

fn put(value: &str) -> Op {
    Op::Put { key: "x".into(), value: value.into() }
}

fn get() -> Op {
    Op::Get { key: "x".into() }
}

fn increment(by: i64) -> Op {
    Op::Increment { key: "x".into(), by }
}

fn read(by: ReadBy) -> Op {
    Op::Read { key: "x".into(), by }
}

fn value(value: &str) -> KeyOutput {
    KeyOutput::Value(Some(value.into()))
}

fn started(setup: Setup) -> Timeline {
    let mut timeline = Timeline::new(setup).unwrap();
    timeline.advance(Duration::from_secs(2));
    timeline
}

/// The leader of the highest term.
fn leader(view: &View) -> NodeId {
    let leaders = view.servers.iter().filter(|server| server.role == Some(Role::Leader));
    leaders.max_by_key(|server| server.term).expect("somebody leads").id
}

fn ask(timeline: &mut Timeline, client: u32, server: Option<NodeId>, op: Op) {
    timeline.dispatch(Command::Request { client: ClientId(client), server, op }).unwrap();
}

/// What the last request was answered, after at most two seconds.
fn told(timeline: &mut Timeline) -> Answer {
    for _ in 0..400 {
        if let RequestStatus::Answered { answer, .. } = &timeline.world().requests().last().unwrap().status {
            return answer.clone();
        }
        timeline.advance(ms(5));
    }
    panic!("{:?}", timeline.world().requests().last());
}

fn result(timeline: &mut Timeline) -> KeyOutput {
    let answer = told(timeline);
    let (Answer::Committed { result, .. } | Answer::Read { result, .. }) = answer else { panic!("{answer:?}") };
    result
}

fn broken(timeline: &Timeline) -> Vec<Rule> {
    timeline.world().violations().iter().map(|violation| violation.rule).collect()
}

fn check(timeline: &Timeline, rule: Rule) -> Check {
    timeline.world().checks().into_iter().find(|check| check.rule == rule).unwrap()
}

#[test]
fn each_operation_gives_back_what_it_did() {
    let swap = |expected: Option<&str>, value: &str| Op::CompareAndSet {
        key: "x".into(),
        expected: expected.map(Into::into),
        value: value.into(),
    };
    for retries in [Retries::Never, Retries::Plain, Retries::Session] {
        let mut timeline = started(Setup { retries, ..Setup::default() });
        for (op, output) in [
            (get(), KeyOutput::Value(None)),
            (increment(5), KeyOutput::Number(5)),
            (increment(-7), KeyOutput::Number(-2)),
            (get(), value("-2")),
            (swap(None, "a"), KeyOutput::Swapped(false)),
            (swap(Some("-2"), "a"), KeyOutput::Swapped(true)),
            (increment(1), KeyOutput::NotANumber),
            (read(ReadBy::Index), value("a")),
            (Op::Delete { key: "x".into() }, KeyOutput::Done),
            (get(), KeyOutput::Value(None)),
            (swap(None, "b"), KeyOutput::Swapped(true)),
            (put(&i64::MAX.to_string()), KeyOutput::Done),
            (increment(1), KeyOutput::NotANumber),
            (get(), value("9223372036854775807")),
        ] {
            ask(&mut timeline, 1, None, op.clone());
            assert_eq!(result(&mut timeline), output, "{op} with {retries:?}");
        }
        assert_eq!(broken(&timeline), []);
        let state: Vec<_> = timeline.view().servers.iter().map(|server| server.state.clone()).collect();
        timeline.advance(ms(500));
        assert!(state.iter().any(|pairs| pairs.len() == 1), "{state:?}");
    }
}

#[test]
fn a_read_says_how_far_the_log_was_applied_and_leaves_no_entry_6_4() {
    let mut setup = Setup::default();
    (setup.raft.leader_stickiness, setup.raft.leases) = (true, true);
    let mut timeline = started(setup);
    ask(&mut timeline, 1, None, put("1"));
    told(&mut timeline);
    timeline.advance(ms(300));
    let before = timeline.view();
    let leader = leader(&before);
    let follower = NodeId(leader.0 % 5 + 1);
    for by in [ReadBy::Index, ReadBy::Lease, ReadBy::Nothing] {
        for asked in [leader, follower] {
            ask(&mut timeline, 2, Some(asked), read(by));
            let Answer::Read { server, at, result } = told(&mut timeline) else { panic!("{by:?} of {asked}") };
            assert_eq!((server, at, result), (asked, before.servers[0].applied, value("1")));
        }
    }
    assert_eq!(timeline.view().servers[0].log, before.servers[0].log);
    assert_eq!(broken(&timeline), []);
}

#[test]
fn a_server_without_leases_says_so_6_4_1() {
    let mut timeline = started(Setup::default());
    let leader = leader(&timeline.view());
    ask(&mut timeline, 1, None, read(ReadBy::Lease));
    let Answer::NoLeases { .. } = told(&mut timeline) else { panic!("leases are off") };
    ask(&mut timeline, 1, Some(leader), read(ReadBy::Lease));
    assert_eq!(told(&mut timeline), Answer::NoLeases { server: leader });
}

/// A leader is cut off from the others, which elect another; a client changes `x` from 1 to 2 there.
fn cut_off(timeline: &mut Timeline) -> NodeId {
    ask(timeline, 1, None, put("1"));
    told(timeline);
    timeline.advance(ms(200));
    let old = leader(&timeline.view());
    timeline.dispatch(Command::Isolate { server: old }).unwrap();
    for _ in 0..2_000 {
        timeline.advance(ms(1));
        let new = leader(&timeline.view());
        if new != old {
            ask(timeline, 1, Some(new), put("2"));
            assert_eq!(result(timeline), KeyOutput::Done);
            return old;
        }
    }
    panic!("nobody was elected");
}

#[test]
fn an_unchecked_read_of_a_leader_that_was_cut_off_is_stale_and_is_found_6_4() {
    let mut timeline = started(Setup::default());
    let old = cut_off(&mut timeline);
    ask(&mut timeline, 2, Some(old), read(ReadBy::Nothing));
    assert_eq!(result(&mut timeline), value("1"));
    let [violation] = timeline.world().violations() else { panic!("{:?}", timeline.world().violations()) };
    assert_eq!((violation.rule, violation.servers.clone()), (Rule::Linearizability, vec![old]));
    assert_eq!(
        violation.story,
        "no order explains what R2 returned of x; without that, x is nothing, then R0 gives done and leaves 1, R1 gives \
         done and leaves 2"
    );
}

#[test]
fn a_read_index_of_a_leader_that_was_cut_off_is_not_answered_6_4() {
    let mut timeline = started(Setup::default());
    let old = cut_off(&mut timeline);
    ask(&mut timeline, 2, Some(old), read(ReadBy::Index));
    timeline.advance(Duration::from_secs(11));
    let status = timeline.view().requests.pop().unwrap().status;
    assert!(matches!(status, RequestStatus::Unknown { .. }), "{status:?}");
    assert_eq!(broken(&timeline), []);
}

#[test]
fn a_read_that_is_retried_finds_the_new_leader_6_4() {
    let mut timeline = started(Setup { retries: Retries::Plain, request_timeout: ms(200), ..Setup::default() });
    cut_off(&mut timeline);
    ask(&mut timeline, 3, None, read(ReadBy::Index));
    assert_eq!(result(&mut timeline), value("2"));
    assert_eq!(broken(&timeline), []);
}

/// The leader's clock is too slow by `ppm`, and the others' are too fast by as much.
fn with_leases(seed: u64, ppm: i32) -> Timeline {
    let mut setup = Setup { seed, ..Setup::default() };
    (setup.link.latency_min, setup.link.latency_max) = (ms(1), ms(2));
    setup.raft.election_timeout_max = ms(200);
    (setup.raft.leader_stickiness, setup.raft.leases) = (true, true);
    setup.raft.clock_drift_ppm_max = 100_000;
    let mut timeline = started(setup);
    let leader = leader(&timeline.view());
    for server in (1..=5).map(NodeId) {
        let drift_ppm = if server == leader { -ppm } else { ppm };
        timeline.dispatch(Command::SetClock { server, drift_ppm }).unwrap();
    }
    timeline.advance(ms(1_000));
    timeline
}

#[test]
fn a_read_by_lease_is_stale_only_if_clocks_drift_more_than_they_may_6_4_1() {
    let mut stale = 0;
    for seed in 0..20 {
        for (ppm, allowed) in [(100_000, true), (450_000, false)] {
            let mut timeline = with_leases(seed, ppm);
            let old = cut_off(&mut timeline);
            ask(&mut timeline, 2, Some(old), read(ReadBy::Lease));
            timeline.advance(Duration::from_secs(1));
            let found = broken(&timeline);
            let answer = &timeline.world().requests().last().unwrap().status;
            if let RequestStatus::Answered { answer: Answer::Read { result, .. }, .. } = answer {
                assert!(!allowed, "seed {seed}: {result}");
                assert_eq!((result, &found[..]), (&value("1"), &[Rule::Linearizability][..]), "seed {seed}");
                stale += 1;
            } else {
                assert_eq!(found, [], "seed {seed}");
            }
        }
    }
    assert!(stale >= 5, "{stale} of 20 were stale");
}

/// Clients that have no patience, and add 1 again and again, while the leader crashes, and the others take snapshots.
fn impatient(seed: u64, retries: Retries) -> (Timeline, usize) {
    let mut setup = Setup { seed, retries, servers: 3, request_timeout: ms(60), ..Setup::default() };
    setup.raft.snapshot_after_entries = NonZeroU64::new(4);
    setup.link.duplicate_ppm = 200_000;
    let mut timeline = started(setup);
    for round in 0..30 {
        for client in 1..=3 {
            let _ = timeline.dispatch(Command::Request { client: ClientId(client), server: None, op: increment(1) });
        }
        timeline.advance(ms(100));
        if round % 10 == 5 {
            let server = leader(&timeline.view());
            timeline.dispatch(Command::Crash { server }).unwrap();
            timeline.advance(ms(400));
            timeline.dispatch(Command::Restart { server }).unwrap();
        }
    }
    timeline.advance(Duration::from_secs(5));
    let asked = timeline.world().requests().len();
    ask(&mut timeline, 1, None, get());
    (timeline, asked)
}

#[test]
fn what_is_asked_again_in_a_session_is_applied_once_6_3() {
    for seed in 0..6 {
        let (mut timeline, asked) = impatient(seed, Retries::Session);
        assert_eq!(result(&mut timeline), value(&asked.to_string()), "seed {seed}");
        let retried = |what: &Happening| matches!(what, Happening::Retried { .. });
        let again = timeline.records().iter().filter(|record| retried(&record.what)).count();
        assert!(asked >= 40 && again >= 20, "seed {seed}: {asked} asked, {again} again");
        assert_eq!(broken(&timeline), [], "seed {seed}");
        assert_eq!(check(&timeline, Rule::Linearizability).undecided, 0);
    }
}

#[test]
fn what_is_asked_again_without_a_session_may_be_applied_twice_and_is_found_6_3() {
    let (mut timeline, asked) = impatient(1, Retries::Plain);
    let KeyOutput::Value(Some(sum)) = result(&mut timeline) else { panic!("it is there") };
    assert!(sum.parse::<usize>().unwrap() > asked, "{sum} of {asked}");
    assert!(broken(&timeline).contains(&Rule::Linearizability), "{:?}", broken(&timeline));
}

#[test]
fn what_cannot_be_decided_is_counted() {
    let mut timeline = started(Setup { request_timeout: Duration::from_micros(1), ..Setup::default() });
    let alone = leader(&timeline.view());
    timeline.dispatch(Command::Isolate { server: alone }).unwrap();
    for by in 1..=70 {
        ask(&mut timeline, 1, Some(alone), increment(by));
        timeline.advance(ms(5));
    }
    let check = check(&timeline, Rule::Linearizability);
    assert_eq!((check.undecided, broken(&timeline)), (1, vec![]));
}

#[test]
fn refusals_of_doubled_requests_do_not_multiply() {
    for retries in [Retries::Never, Retries::Plain, Retries::Session] {
        let mut setup = Setup { servers: 1, retries, ..Setup::default() };
        setup.link.duplicate_ppm = 1_000_000;
        let mut timeline = Timeline::new(setup).unwrap();
        ask(&mut timeline, 1, None, put("1"));
        assert_eq!(result(&mut timeline), KeyOutput::Done);
        let tries = timeline.world().requests()[0].tries;
        assert!((2..50).contains(&tries), "{tries} tries with {retries:?}");
    }
}

#[test]
fn what_a_client_does_without_an_answer_can_be_changed_for_each() {
    let mut timeline = started(Setup { request_timeout: ms(300), ..Setup::default() });
    let server = leader(&timeline.view());
    for (client, retries) in [(1, Retries::Plain), (2, Retries::Session)] {
        timeline.dispatch(Command::SetRetries { client: ClientId(client), retries }).unwrap();
    }
    timeline.dispatch(Command::Pause { server }).unwrap();
    for client in 1..=3 {
        ask(&mut timeline, client, Some(server), increment(1));
    }
    timeline.advance(ms(500));
    timeline.dispatch(Command::Resume { server }).unwrap();
    timeline.advance(Duration::from_secs(3));
    let requests = timeline.world().requests();
    let tries: Vec<bool> = requests.iter().map(|request| request.tries > 1).collect();
    assert_eq!(tries, [true, true, false]);
    let numbered: Vec<bool> = requests.iter().map(|request| request.sequence.is_some()).collect();
    assert_eq!(numbered, [false, true, false]);
    let unknown = Command::SetRetries { client: ClientId(4), retries: Retries::Never };
    assert!(timeline.dispatch(unknown).unwrap_err().to_string().contains("C4"));
}

fn asks(pace: Pace) -> Command {
    Command::Requests { client: ClientId(1), server: None, ops: (1..=5).map(increment).collect(), pace }
}

/// When the client asked, and when it was answered.
fn times(timeline: &Timeline) -> Vec<(Instant, Option<Instant>)> {
    let answered = |status: &RequestStatus| match status {
        RequestStatus::Answered { at, .. } => Some(*at),
        RequestStatus::Waiting | RequestStatus::Unknown { .. } => None,
    };
    timeline.world().requests().iter().map(|request| (request.asked, answered(&request.status))).collect()
}

#[test]
fn in_a_closed_loop_the_next_is_asked_when_the_answer_has_come() {
    let mut timeline = started(Setup::default());
    timeline.dispatch(asks(Pace::Answered)).unwrap();
    let busy = timeline.dispatch(Command::Request { client: ClientId(1), server: None, op: get() });
    assert_eq!(busy, Err(CommandError::ClientBusy { client: ClientId(1) }));
    timeline.advance(Duration::from_secs(1));
    let times = times(&timeline);
    assert_eq!(times.len(), 5);
    assert!(times.windows(2).all(|pair| Some(pair[1].0) == pair[0].1), "{times:?}");
    ask(&mut timeline, 1, None, get());
    assert_eq!(result(&mut timeline), value("15"));
}

#[test]
fn in_an_open_loop_the_next_is_asked_in_time_and_answers_come_when_they_do() {
    let mut timeline = started(Setup { retries: Retries::Session, ..Setup::default() });
    let cut = leader(&timeline.view());
    timeline.dispatch(Command::Isolate { server: cut }).unwrap();
    timeline.dispatch(asks(Pace::Every(ms(1)))).unwrap();
    timeline.advance(ms(10));
    let asked: Vec<u64> = timeline.world().requests().iter().map(|request| request.asked.as_micros()).collect();
    assert!(asked.len() == 5 && asked.windows(2).all(|pair| pair[1] == pair[0] + 1_000), "{asked:?}");
    timeline.dispatch(Command::HealAll).unwrap();
    timeline.advance(Duration::from_secs(60));
    assert!(times(&timeline).iter().all(|(_, answered)| answered.is_some()));
    ask(&mut timeline, 1, None, get());
    assert_eq!((result(&mut timeline), broken(&timeline)), (value("15"), vec![]));
}

#[test]
fn a_client_that_gives_up_asks_nothing_more_and_knows_nothing_until_an_answer_comes_all_the_same() {
    let mut timeline = started(Setup { retries: Retries::Session, ..Setup::default() });
    timeline.dispatch(asks(Pace::Answered)).unwrap();
    timeline.dispatch(Command::GiveUp { client: ClientId(1) }).unwrap();
    assert!(matches!(timeline.world().requests()[0].status, RequestStatus::Unknown { .. }));
    timeline.advance(Duration::from_secs(5));
    assert_eq!(timeline.world().requests().len(), 1);
    ask(&mut timeline, 1, None, increment(0));
    let sum = result(&mut timeline);
    assert!(sum == KeyOutput::Number(0) || sum == KeyOutput::Number(1), "{sum:?}");
    assert_eq!(broken(&timeline), []);
}

#[test]
fn a_client_that_has_asked_in_vain_waits_twice_as_long_each_time() {
    let setup = Setup { servers: 1, retries: Retries::Plain, request_timeout: ms(100), ..Setup::default() };
    let mut timeline = started(setup);
    timeline.dispatch(Command::Pause { server: NodeId(1) }).unwrap();
    ask(&mut timeline, 1, None, put("1"));
    timeline.advance(Duration::from_secs(30));
    let again = |record: &&Record| matches!(record.what, Happening::Retried { .. });
    let times: Vec<u64> = timeline.records().iter().filter(again).map(|record| record.at.as_micros()).collect();
    let waits: Vec<u64> = times.windows(2).map(|pair| (pair[1] - pair[0]) / 100_000).collect();
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 64, 64]);
}

#[test]
fn a_state_machine_keeps_as_many_sessions_as_it_is_told_to() {
    let sessions_max = NonZeroU32::MIN;
    let mut timeline = started(Setup { retries: Retries::Session, sessions_max, ..Setup::default() });
    for client in [1, 2] {
        ask(&mut timeline, client, None, put("1"));
        assert_eq!(result(&mut timeline), KeyOutput::Done);
    }
    ask(&mut timeline, 1, None, put("2"));
    assert!(matches!(told(&mut timeline), Answer::SessionEnded { .. }));
    // It opens another one for what it asks then.
    ask(&mut timeline, 1, None, put("3"));
    assert_eq!((result(&mut timeline), broken(&timeline)), (KeyOutput::Done, vec![]));
}

//! Random worlds: everything a person can do, done at random, with every rule checked after every event; then the
//! faults end, and the cluster must come together again.

use std::num::NonZeroU64;
use std::time::Duration;

use raftarium_sim::core::{Instant, NodeId, random};
use raftarium_sim::{
    Answer, ClientId, Command, DiskSettings, LinkSettings, Op, ReadBy, RequestStatus, Retries, ServerView, Setup,
    Spread, Timeline,
};
use raftarium_tests::leaders;

/// How many seeds; `RAFTARIUM_SEEDS=1..5000` asks for others.
const SEEDS: std::ops::Range<u64> = 0..150;
const TROUBLE: Duration = Duration::from_secs(20);
/// After the faults end: 40 of the longest election timeouts.
const RECOVERY: Duration = Duration::from_secs(12);

struct Dice {
    seed: u64,
    drawn: u64,
}

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.drawn += 1;
        random::within(random::draw(&[self.seed, 77, self.drawn]), 0, bound - 1)
    }
}

fn setup(dice: &mut Dice) -> Setup {
    let mut setup = Setup { seed: dice.seed, servers: u32::try_from(1 + dice.below(7)).unwrap(), ..Setup::default() };
    setup.link.loss_ppm = [0, 0, 20_000, 200_000][usize::try_from(dice.below(4)).unwrap()];
    setup.link.latency_max += Duration::from_millis([0, 40, 200][usize::try_from(dice.below(3)).unwrap()]);
    setup.disk.write_max += Duration::from_millis([0, 20, 100][usize::try_from(dice.below(3)).unwrap()]);
    setup.raft.max_in_flight_appends = u32::try_from(1 + dice.below(8)).unwrap();
    setup.raft.max_append_entries = u32::try_from(1 + dice.below(8)).unwrap();
    setup.raft.no_op_on_election = dice.below(4) != 0;
    setup.raft.pre_vote = dice.below(2) == 0;
    setup.raft.leader_stickiness = dice.below(2) == 0;
    setup.raft.leases = setup.raft.leader_stickiness && dice.below(2) == 0;
    setup.raft.check_quorum = dice.below(2) == 0;
    setup.raft.backoff_doublings_max = u32::try_from(dice.below(4)).unwrap();
    setup.raft.snapshot_after_entries = NonZeroU64::new(dice.below(12));
    setup.raft.forward_proposals = dice.below(2) == 0;
    setup.raft.max_append_bytes = 1 + dice.below(100);
    setup.raft.max_in_flight_bytes = 1 + dice.below(200);
    setup.raft.max_uncommitted_bytes = 1 + dice.below(400);
    setup.request_timeout = Duration::from_millis(200 + dice.below(3_000));
    // Without sessions, clients that ask again are right to complain, and so are clients whose requests are doubled.
    setup.retries = if dice.below(2) == 0 { Retries::Session } else { Retries::Never };
    if setup.retries == Retries::Session {
        setup.link.duplicate_ppm = u32::try_from(dice.below(3) * 100_000).unwrap();
    }
    setup
}

fn command(dice: &mut Dice, setup: &Setup) -> Command {
    let servers = u64::from(setup.servers);
    let server = NodeId(1 + dice.below(servers));
    let other = NodeId(1 + dice.below(servers));
    let both = dice.below(2) == 0;
    match dice.below(26) {
        0 => Command::Crash { server },
        1 | 2 => Command::Restart { server },
        3 => Command::TimeOut { server },
        4 => Command::Cut { from: server, to: other, both },
        5 => Command::Heal { from: server, to: other, both },
        6 => {
            let group = (1..=servers).map(NodeId).filter(|_| dice.below(2) == 0).collect();
            Command::Partition { groups: vec![group] }
        }
        7 => Command::HealAll,
        8 => {
            let settings = LinkSettings {
                latency_min: Duration::from_millis(1),
                latency_max: Duration::from_millis(1 + dice.below(100)),
                spread: if dice.below(2) == 0 { Spread::Even } else { Spread::LongTail },
                loss_ppm: u32::try_from(dice.below(500_000)).unwrap(),
                duplicate_ppm: u32::try_from(dice.below(3) * 150_000).unwrap(),
                overtaking_ppm: u32::try_from(dice.below(3) * 150_000).unwrap(),
                bytes_per_second: NonZeroU64::new(dice.below(3) * 20_000),
                queue_bytes_max: NonZeroU64::new(dice.below(2) * 2_000),
            };
            Command::SetLink { from: server, to: other, both, settings }
        }
        9..=13 => {
            let key = ["x", "y", "z"][usize::try_from(dice.below(3)).unwrap()].to_owned();
            let value = dice.drawn.to_string();
            let op = match dice.below(10) {
                0 => Op::Get { key },
                1 => Op::Delete { key },
                2 => Op::CompareAndSet { key, expected: (dice.below(2) == 0).then(|| "1".into()), value: "1".into() },
                3 | 4 => Op::Increment { key, by: 1 },
                // Without a no-op a new leader cannot read until something is written (§6.4), and all may wait to read.
                5 | 6 if setup.raft.no_op_on_election => Op::Read { key, by: ReadBy::Index },
                _ => Op::Put { key, value },
            };
            let client = ClientId(u32::try_from(1 + dice.below(u64::from(setup.clients))).unwrap());
            Command::Request { client, server: (dice.below(3) == 0).then_some(server), op }
        }
        14 => Command::Kill { server },
        15 => Command::CrashAfter { server, outputs: u32::try_from(dice.below(40)).unwrap() },
        16 => Command::Pause { server },
        17 | 18 => Command::Resume { server },
        19 | 20 => {
            let settings = DiskSettings {
                write_max: Duration::from_millis(1 + dice.below(60)),
                write_min: Duration::from_millis(1),
                sync_min: Duration::ZERO,
                sync_max: Duration::from_millis(dice.below(2) * 30),
                torn_ppm: u32::try_from(dice.below(3) * 500_000).unwrap(),
                stalled: dice.below(6) == 0,
                full: dice.below(12) == 0,
                lies: false,
            };
            Command::SetDisk { server, settings }
        }
        21 => Command::SetClock { server, drift_ppm: i32::try_from(dice.below(1_000_001)).unwrap() - 500_000 },
        22 => Command::JumpClock { server, by_us: i64::try_from(dice.below(2_000_001)).unwrap() - 1_000_000 },
        23 => Command::Isolate { server },
        24 => {
            let mut settings = setup.raft.clone();
            (settings.pre_vote, settings.check_quorum) = (dice.below(2) == 0, dice.below(2) == 0);
            Command::Configure { server, settings: Box::new(settings) }
        }
        25 if both => Command::Clog { from: server, to: other, both },
        25 => Command::Unclog { from: server, to: other, both: true },
        other => unreachable!("{other} is not below 26"),
    }
}

/// Gives the number of events, commits and leaders that were seen, so that a test can say that something happened.
fn soak(seed: u64) -> (u64, u64, usize) {
    let mut dice = Dice { seed, drawn: 0 };
    let setup = setup(&mut dice);
    let mut timeline = Timeline::new(setup.clone()).unwrap();
    while timeline.now() < Instant::ZERO + TROUBLE {
        timeline.advance(Duration::from_micros(dice.below(150_000)));
        // A command that does not fit is refused; it is a fault of the dice.
        let _ = timeline.dispatch(command(&mut dice, &setup));
    }
    let calm = |timeline: &mut Timeline, command| timeline.dispatch(command).unwrap();
    calm(&mut timeline, Command::HealAll);
    for server in (1..=u64::from(setup.servers)).map(NodeId) {
        calm(&mut timeline, Command::SetDisk { server, settings: DiskSettings::default() });
        calm(&mut timeline, Command::SetClock { server, drift_ppm: 0 });
        // What was to crash it later does so now.
        let _ = timeline.dispatch(Command::Kill { server });
        let _ = timeline.dispatch(Command::Restart { server });
        for to in (1..=u64::from(setup.servers)).map(NodeId).filter(|&to| to != server) {
            calm(&mut timeline, Command::SetLink { from: server, to, both: false, settings: LinkSettings::default() });
            calm(&mut timeline, Command::Unclog { from: server, to, both: false });
        }
    }
    timeline.advance(RECOVERY);
    let told = |timeline: &Timeline| {
        timeline.world().requests().iter().all(|request| request.status != RequestStatus::Waiting)
    };
    // The clients' own links still lose packets, so one may have to ask again and again.
    for _ in 0..20 {
        if !told(&timeline) {
            timeline.advance(setup.request_timeout);
        }
    }
    let open: Vec<_> =
        timeline.world().requests().iter().filter(|request| request.status == RequestStatus::Waiting).collect();
    assert!(open.is_empty(), "seed {seed}: every client has been told something, but {open:?}");
    for _ in 0..20 {
        if told(&timeline) {
            timeline.dispatch(raftarium_tests::put(1, None, "last", "1")).unwrap();
        }
        timeline.advance(setup.request_timeout);
        let answer = timeline.view().requests.pop().expect("just asked").status;
        if matches!(answer, RequestStatus::Answered { answer: Answer::Committed { .. }, .. }) {
            break;
        }
    }
    timeline.advance(RECOVERY);

    let view = timeline.view();
    assert_eq!(view.violations, [], "seed {seed}: {:?}", timeline.run());
    let leading = leaders(&view);
    assert_eq!(leading.len(), 1, "seed {seed}: one leader again");
    for server in &view.servers {
        assert!(server.state.iter().any(|pair| pair.key == "last"), "seed {seed}: {} serves again", server.id);
        let end = |server: &ServerView| server.log.last().map_or(server.base, |entry| entry.id);
        assert_eq!(end(server), end(leading[0]), "seed {seed}: {} has caught up", server.id);
        assert_eq!(server.state, leading[0].state, "seed {seed}: {} has the same state", server.id);
    }
    (view.step, leading[0].commit.0, usize::try_from(leading[0].term.0).unwrap())
}

#[test]
fn every_rule_holds_whatever_happens_and_the_cluster_recovers() {
    let seeds = std::env::var("RAFTARIUM_SEEDS").ok().map_or(SEEDS, |text| {
        let (from, to) = text.split_once("..").expect("RAFTARIUM_SEEDS is like 0..5000");
        from.parse().expect("a number")..to.parse().expect("a number")
    });
    let (mut steps, mut commits, mut terms) = (0, 0, 0);
    for seed in seeds.clone() {
        let (more_steps, more_commits, more_terms) = soak(seed);
        (steps, commits, terms) = (steps + more_steps, commits + more_commits, terms + more_terms);
    }
    println!("seeds {seeds:?}: {steps} events, {commits} entries committed, {terms} terms");
    let count = usize::try_from(seeds.end - seeds.start).unwrap();
    assert!(terms > 3 * count && commits > 3 * count as u64, "trouble was made, and work was done");
}

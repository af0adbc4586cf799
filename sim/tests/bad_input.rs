//! What is wrong is refused with an error that names what was given and what is allowed, and changes nothing.

use std::time::Duration;

use raftarium_sim::core::{CampaignError, ConfigError, Instant, NodeId, Role};
use raftarium_sim::{
    ClientId, Command, CommandError, DURATION_MAX, LinkSettings, Op, OpError, PacketAct, PacketId, ReadBy, RunError,
    Setup, SetupError, Timed, Timeline,
};

type Spoil = fn(&mut Setup);

#[test]
fn a_setup_that_cannot_be() {
    let cases: [(&str, Spoil, &str); 9] = [
        ("servers", |setup| setup.servers = 0, "servers is 0; allowed are 1 to 51"),
        ("servers", |setup| setup.servers = 10_000, "servers is 10000; allowed are 1 to 51"),
        ("clients", |setup| setup.clients = 0, "clients is 0; allowed are 1 to 9"),
        ("clients", |setup| setup.clients = 10, "clients is 10; allowed are 1 to 9"),
        (
            "link.latency_min",
            |setup| setup.link.latency_min = Duration::ZERO,
            "link.latency_min is 0 µs; allowed are 1 µs to 3600000000 µs",
        ),
        (
            "link.latency_max",
            |setup| setup.link.latency_max = Duration::from_millis(1),
            "link.latency_max is 1000 µs; allowed are 8000 µs to 3600000000 µs",
        ),
        (
            "link.loss_ppm",
            |setup| setup.link.loss_ppm = 1_000_001,
            "link.loss_ppm is 1000001; allowed are 0 to 1000000",
        ),
        (
            "disk.write_max",
            |setup| setup.disk.write_max = Duration::MAX,
            "disk.write_max is 18446744073709551615 µs; allowed are 1000 µs to 3600000000 µs",
        ),
        (
            "request_timeout",
            |setup| setup.request_timeout = Duration::ZERO,
            "request_timeout is 0 µs; allowed are 1 µs to 3600000000 µs",
        ),
    ];
    for (expected, spoil, words) in cases {
        let mut setup = Setup::default();
        spoil(&mut setup);
        let error = Timeline::new(setup).expect_err(expected);
        assert!(matches!(error, SetupError::OutOfRange { name, .. } if name == expected), "{error:?}");
        assert_eq!(error.to_string(), words);
    }
}

#[test]
fn settings_that_raft_does_not_allow() {
    let mut setup = Setup::default();
    setup.raft.heartbeat_interval = setup.raft.election_timeout_min;
    let error = Timeline::new(setup).expect_err("a heartbeat as long as the election timeout");
    assert!(matches!(error, SetupError::Raft(ConfigError::Duration { name: "heartbeat_interval", .. })));
}

#[test]
fn commands_that_cannot_be() {
    let mut timeline = Timeline::new(Setup::default()).unwrap();
    timeline.advance(Duration::from_secs(1));
    timeline.dispatch(Command::Crash { server: NodeId(5) }).unwrap();
    let waiting = || Command::Request { client: ClientId(1), server: None, op: Op::Get { key: "k".into() } };
    timeline.dispatch(waiting()).unwrap();
    let leader = timeline.view().servers.iter().find_map(|server| server.leader).unwrap();

    let unknown = |given| CommandError::UnknownServer { given: NodeId(given), servers: 5 };
    let get = |key: &str| Op::Get { key: key.into() };
    let put = |value: &str| Op::Put { key: "k".into(), value: value.into() };
    let swap = |expected, value: &str| Op::CompareAndSet { key: "k".into(), expected, value: value.into() };
    let request =
        |client, server: Option<u64>, op| Command::Request { client: ClientId(client), server: server.map(NodeId), op };
    let length = |name: &str, given, min| CommandError::Op(OpError::Length { name: name.into(), given, min, max: 64 });
    let link = |from, to| Command::Cut { from: NodeId(from), to: NodeId(to), both: true };
    let groups = |groups: &[&[u64]]| Command::Partition {
        groups: groups.iter().map(|group| group.iter().copied().map(NodeId).collect()).collect(),
    };
    let too_lossy = LinkSettings { loss_ppm: 2_000_000, ..LinkSettings::default() };
    let set = Command::SetLink { from: NodeId(1), to: NodeId(2), both: false, settings: too_lossy };
    let packet = |act| Command::Packet { packet: PacketId(9_999), act };
    let too_long = DURATION_MAX + Duration::from_micros(1);
    let cases = [
        (Command::Crash { server: NodeId(0) }, unknown(0)),
        (Command::Crash { server: NodeId(6) }, unknown(6)),
        (Command::Crash { server: NodeId(u64::MAX) }, unknown(u64::MAX)),
        (Command::Crash { server: NodeId(5) }, CommandError::Down { server: NodeId(5) }),
        (Command::Restart { server: NodeId(1) }, CommandError::Up { server: NodeId(1) }),
        (Command::TimeOut { server: NodeId(5) }, CommandError::Down { server: NodeId(5) }),
        (Command::TimeOut { server: leader }, CommandError::AlreadyLeader { server: leader }),
        (request(4, None, get("k")), CommandError::UnknownClient { given: ClientId(4), clients: 3 }),
        (request(0, None, get("k")), CommandError::UnknownClient { given: ClientId(0), clients: 3 }),
        (request(2, Some(9), get("k")), unknown(9)),
        (request(2, None, get("")), length("key", 0, 1)),
        (request(2, None, put(&"v".repeat(65))), length("value", 65, 0)),
        (request(2, None, Op::Delete { key: String::new() }), length("key", 0, 1)),
        (request(2, None, Op::Increment { key: "k".repeat(65), by: 1 }), length("key", 65, 1)),
        (request(2, None, Op::Read { key: String::new(), by: ReadBy::Nothing }), length("key", 0, 1)),
        (request(2, None, swap(Some("e".repeat(65)), "v")), length("expected", 65, 0)),
        (request(2, None, swap(None, &"v".repeat(65))), length("value", 65, 0)),
        (waiting(), CommandError::ClientBusy { client: ClientId(1) }),
        (link(1, 6), unknown(6)),
        (link(2, 2), CommandError::SameEnds { server: NodeId(2) }),
        (set, CommandError::Setting("link.loss_ppm is 2000000; allowed are 0 to 1000000".into())),
        (groups(&[]), CommandError::OneGroup),
        (groups(&[&[], &[1]]), CommandError::OneGroup),
        (groups(&[&[1, 2, 3, 4, 5]]), CommandError::OneGroup),
        (groups(&[&[1, 2, 1], &[3]]), CommandError::Repeated { server: NodeId(1) }),
        (packet(PacketAct::Drop), CommandError::UnknownPacket { given: PacketId(9_999) }),
        (packet(PacketAct::Delay(too_long)), CommandError::DelayTooLong { given: too_long, max: DURATION_MAX }),
        (Command::Isolate { server: NodeId(6) }, unknown(6)),
        (Command::Clog { from: NodeId(1), to: NodeId(1), both: true }, CommandError::SameEnds { server: NodeId(1) }),
        (Command::Filter { from: NodeId(7), to: NodeId(1), both: true, classes: vec![] }, unknown(7)),
        (groups(&[&[1, 7]]), unknown(7)),
    ];
    let (before, run) = (timeline.view(), timeline.run());
    for (command, expected) in cases {
        assert_eq!(timeline.dispatch(command.clone()), Err(expected.clone()), "{command:?}");
        assert!(!expected.to_string().is_empty());
    }
    assert_eq!((timeline.view(), timeline.run()), (before, run), "nothing has changed");
}

#[test]
fn a_run_that_cannot_be_replayed() {
    let mut run = Timeline::new(Setup::default()).unwrap().run();
    let at = Instant::from_millis(5);
    run.commands.push(Timed { at, command: Command::HealAll });
    run.commands.push(Timed { at, command: Command::Crash { server: NodeId(8) } });
    let error = Timeline::replay(run.clone()).expect_err("there is no S8");
    assert!(matches!(error, RunError::Command { position: 1, .. }), "{error:?}");
    run.setup.servers = 0;
    assert!(matches!(Timeline::replay(run), Err(RunError::Setup(_))));
}

#[test]
fn a_server_that_promised_a_leader_to_wait_is_not_made_to_time_out() {
    let mut setup = Setup::default();
    (setup.raft.leader_stickiness, setup.raft.leases) = (true, true);
    let mut timeline = Timeline::new(setup).expect("the setup is valid");
    timeline.seek(Instant::from_millis(1_000));
    let view = timeline.view();
    let follower = view.servers.iter().find(|server| server.role == Some(Role::Follower)).expect("four follow").id;

    let refused = timeline.dispatch(Command::TimeOut { server: follower }).expect_err("it hears from the leader");
    let CommandError::CannotCampaign { server, error: CampaignError::Promised { until } } = refused else {
        panic!("{refused:?}");
    };
    assert_eq!((server, timeline.view()), (follower, view), "nothing has changed");
    timeline.dispatch(Command::Crash { server }).expect("it runs");
    timeline.dispatch(Command::Restart { server }).expect("it is down");
    timeline.dispatch(Command::TimeOut { server }).expect_err("nor before it knows what it promised");
    assert!(until > timeline.now());
}

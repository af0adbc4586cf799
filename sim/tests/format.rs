//! Runs as JSON: what people read and write.

use std::time::Duration;

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::swarm::{self, Profile};
use raftarium_sim::{Command, PacketAct, PacketId, Run, Setup, Timed, Trial};

fn run() -> Run {
    let mut setup = Setup::default();
    setup.disk.write_min = Duration::from_micros(1);
    let act = PacketAct::Delay(Duration::from_micros(2_500));
    let commands = vec![
        Timed { at: Instant::from_millis(450), command: Command::Crash { server: NodeId(2) } },
        Timed { at: Instant::from_micros(450_001), command: Command::Packet { packet: PacketId(7), act } },
    ];
    Run { setup, commands }
}

#[test]
fn times_are_numbers_of_milliseconds() {
    let json = serde_json::to_string(&run()).expect("plain data");
    let parts = [
        r#""election_timeout_min":150,"#,
        r#""write_min":0.001,"write_max":3,"sync_min":0,"sync_max":0,"torn_ppm":0,"lies":false,"stalled":false,"full":false}"#,
        r#""request_timeout":10000,"#,
        r#"{"at":450,"command":{"Crash":{"server":2}}}"#,
        r#"{"at":450.001,"command":{"Packet":{"packet":7,"act":{"Delay":2.5}}}}"#,
    ];
    for part in parts {
        assert!(json.contains(part), "{part} is not in {json}");
    }
    assert_eq!(serde_json::from_str::<Run>(&json).expect("it was just written"), run());
}

#[test]
fn every_microsecond_of_a_day_comes_back_as_it_was() {
    let micros = (0..).map(|step| step * 86_399_999 + step * step % 1_000).take_while(|&us| us <= 86_400_000_000);
    for micros in micros.chain([0, 1, 999, 1_001, 86_399_999_999, 86_400_000_000, (1 << 50) - 1, 1 << 50]) {
        let at = Instant::from_micros(micros);
        let json = serde_json::to_string(&at).expect("a number");
        assert_eq!(serde_json::from_str::<Instant>(&json).expect("just written"), at, "{json}");
    }
}

#[test]
fn what_a_swarm_draws_comes_back_as_it_was() {
    for seed in 0..20 {
        let trial = swarm::trial(seed, Profile::Chaos, Duration::from_secs(5));
        let json = serde_json::to_string(&trial).expect("plain data");
        assert_eq!(serde_json::from_str::<Trial>(&json).expect("just written"), trial, "seed {seed}");
    }
}

#[test]
fn what_is_no_time_is_refused_with_its_line_and_what_is_allowed() {
    let json = serde_json::to_string_pretty(&run()).expect("plain data");
    let line = json.lines().position(|line| line.contains("request_timeout")).expect("it has a line") + 1;
    for (wrong, reason) in [
        ("-1", "invalid value: integer `-1`"),
        ("-0.5", "invalid value: floating point `-0.5`"),
        ("1e300", "invalid value: floating point"),
        ("9007199254740993", "invalid value: integer `9007199254740993`"),
        ("\"soon\"", "invalid type: string \"soon\""),
        ("{\"secs\":10,\"nanos\":0}", "invalid type: map"),
    ] {
        let text = json.replace("\"request_timeout\": 10000", &format!("\"request_timeout\": {wrong}"));
        let error = serde_json::from_str::<Run>(&text).expect_err(wrong).to_string();
        let allowed = "expected a number of milliseconds, 0 to 1125899906842";
        let place = format!("at line {line} column");
        assert!([reason, allowed, &place].iter().all(|part| error.contains(part)), "{wrong}: {error}");
    }
}

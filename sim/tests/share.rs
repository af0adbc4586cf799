//! A whole run as one line, and back; and whatever else somebody may paste.

use std::time::Duration;

use proptest::prelude::*;
use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::share::{LINK_MAX, TEXT_MAX};
use raftarium_sim::swarm::{self, Profile};
use raftarium_sim::{ClientId, Command, Op, PacketAct, PacketId, Run, Setup, ShareError, Shared, Timed};

fn timed(us: u64, command: Command) -> Timed {
    Timed { at: Instant::from_micros(us), command }
}

fn put(client: u32, value: &str) -> Command {
    let op = Op::Put { key: "x".into(), value: value.into() };
    Command::Request { client: ClientId(client), server: None, op }
}

/// What somebody does on the page in a minute.
fn by_hand() -> Run {
    let commands = vec![
        timed(1_502_317, put(1, "1")),
        timed(3_718_001, Command::Crash { server: NodeId(2) }),
        timed(4_901_777, put(1, "2")),
        timed(6_250_000, Command::Partition { groups: vec![vec![NodeId(1), NodeId(3)], vec![NodeId(4), NodeId(5)]] }),
        timed(7_333_123, Command::Packet { packet: PacketId(412), act: PacketAct::Drop }),
        timed(9_004_500, Command::Restart { server: NodeId(2) }),
        timed(11_871_209, Command::HealAll),
        timed(12_500_001, put(3, "ü&=#")),
    ];
    Run { setup: Setup::default(), commands }
}

fn shared(run: Run, at_us: u64) -> Shared {
    Shared { at: Some(Instant::from_micros(at_us)), ..run.into() }
}

fn link(shared: &Shared) -> String {
    shared.to_link().expect("it is short enough")
}

/// Links that are out in the world. A line is added with each version, and none is ever changed.
fn links_of_old() -> Vec<(Shared, &'static str)> {
    let mut setup = Setup::default();
    setup.raft.pre_vote = true;
    let changed = Run { setup, commands: Vec::new() };
    vec![
        (
            shared(by_hand(), 12_600_500),
            "#run=1.ZOp77ZlBCoAwDAQfI3hOoig9-BKfIv7Mmx9zAyIoWpNDD4X8oC10d2d3iek2ptuYbiuZbvHFgCI8FtKVq7Z6SSk5sQfosVNSTce6--kgqhYWoILMzU-c6sD9KFV_atee5aPJTqSBwWNnrA4olHIEx7gTOfOO6en2rZ2a0y3WAw&at=12600.5",
        ),
        (changed.into(), "#run=1.sVUK7dlBEQAAAAHBpJIY3ZXgdznW0O1UIpBb5PYgt0oB"),
    ]
}

#[test]
fn links_of_old_say_what_they_said() {
    for (said, old) in links_of_old() {
        assert_eq!(Shared::from_link(old).as_ref(), Ok(&said), "{old}; today it is {}", link(&said));
    }
}

#[test]
fn a_plain_run_can_be_read_by_people() {
    let setup = Setup { seed: 7, servers: 3, ..Setup::default() };
    let run = Run { setup, commands: Vec::new() };
    assert_eq!(link(&run.clone().into()), "#seed=7&servers=3");
    assert_eq!(link(&shared(run.clone(), 3_412_500)), "#seed=7&servers=3&at=3412.5");
    for text in ["#seed=7&servers=3", "seed=7&servers=3", "https://example.org/page/?a=b#servers=3&seed=7"] {
        assert_eq!(Shared::from_link(text), Ok(run.clone().into()), "{text}");
    }
    assert_eq!(Shared::from_link("#"), Ok(Run { setup: Setup::default(), commands: Vec::new() }.into()));
    assert_eq!(Shared::from_link("#seed=7&servers=3&at=0.001"), Ok(shared(run, 1)));
}

#[test]
fn what_an_address_would_escape_is_in_no_link() {
    let link = link(&shared(by_hand(), 5));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.=&#".contains(c);
    assert!(link.chars().all(plain), "{link}");
}

#[test]
fn links_are_short() {
    let ten = link(&Run { commands: by_hand().commands, ..by_hand() }.into());
    assert!(ten.len() < 200, "{} characters: {ten}", ten.len());
    let many = (0..1_000).map(|number| timed(number * 700_000, put(1, &(number % 90).to_string())));
    let many = Run { commands: many.collect(), ..by_hand() };
    let length = link(&many.into()).len();
    assert!(length < 6_000, "{length} characters");
}

#[test]
fn a_run_that_is_too_long_for_a_link_is_told_so_and_fits_into_a_file() {
    let many = (0..9_000).map(|number| timed(number * 1_000, put(1, &number.to_string())));
    let long = Shared::from(Run { commands: many.collect(), ..by_hand() });
    let Err(ShareError::TooLong { given, max: TEXT_MAX }) = long.to_link() else { panic!("it is too long") };
    assert!(given > TEXT_MAX);
    assert_eq!(Shared::from_json(&long.to_json()), Ok(long));
}

#[test]
fn what_is_wrong_is_named_with_what_is_allowed() {
    let good = link(&by_hand().into());
    let run = good.trim_start_matches('#');
    let (short, spoiled) = (&run[..run.len() - 1], run.replacen("run=1.", "run=1.A", 1));
    let cases = [
        ("seed=abc", "`abc` is not a seed; allowed are whole numbers from 0 to 18446744073709551615"),
        ("seed=", "`` is not a seed; allowed are whole numbers from 0 to 18446744073709551615"),
        ("seed=+1", "`+1` is not a seed; allowed are whole numbers from 0 to 18446744073709551615"),
        ("servers=52", "`52` is not a number of servers; allowed are 1 to 51"),
        ("servers=99999999999", "`99999999999` is not a number of servers; allowed are 1 to 51"),
        ("at=1.2345", "`1.2345` is not a moment; allowed are milliseconds from 0 to 86400000, to 0.001"),
        ("at=86400001", "`86400001` is not a moment; allowed are milliseconds from 0 to 86400000, to 0.001"),
        ("at=-1", "`-1` is not a moment; allowed are milliseconds from 0 to 86400000, to 0.001"),
        ("speed=3", "`speed=3` is unknown; allowed are seed=…, servers=…, run=…, with=… and at=…"),
        ("places", "`places` is unknown; allowed are seed=…, servers=…, run=…, with=… and at=…"),
        ("at=1&at=2", "`at` is one too many; allowed is one run=…, or one seed=… and servers=…, and one at=…"),
        ("seed=1&seed=2", "`seed` is one too many; allowed is one run=…, or one seed=… and servers=…, and one at=…"),
        ("run=2.AAAA", "the run is of version `2`; allowed is version 1, as in run=1.…"),
        ("run=AAAA", "the run is of version `AAAA`; allowed is version 1, as in run=1.…"),
        ("run=1.a*b", "'*' is not part of a link; allowed are letters, digits, `-` and `_`"),
        ("run=1.", "the link is not whole: a character is missing or another one; allowed is all of it as it was"),
        (short, "the link is not whole: a character is missing or another one; allowed is all of it as it was"),
        (&spoiled, "the link is not whole: a character is missing or another one; allowed is all of it as it was"),
    ];
    for (given, message) in cases {
        assert_eq!(Shared::from_link(given).map_err(|error| error.to_string()), Err(message.to_owned()), "{given}");
    }
    assert!(matches!(Shared::from_link(&"a".repeat(LINK_MAX + 1)), Err(ShareError::TooLong { .. })));
}

#[test]
fn files_that_are_no_runs_are_refused_with_the_place() {
    for (given, reason) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{}", "it is no run; allowed are a run, with `setup` and `commands`, or a trial, with `version`"),
        (r#"{"setup":{}}"#, "it is no run; allowed are"),
        (r#"{"version":9}"#, "the run is of version `9`; allowed is version 1"),
        (r#"{"setup":{"sed":1},"commands":[]}"#, "unknown field `sed`, expected one of `seed`"),
        (r#"{"setup":{"servers":0},"commands":[]}"#, "servers is 0; allowed are 1 to 51"),
        (r#"{"setup":{},"commands":[{"at":1,"command":{"Crash":{"server":1,"hard":true}}}]}"#, "unknown field `hard`"),
        (r#"{"setup":{},"commands":[{"at":1,"command":"Explode"}]}"#, "unknown variant `Explode`"),
        (r#"{"setup":{},"commands":[],"at":86400001}"#, "`86400001` is not a moment"),
    ] {
        let error = Shared::from_json(given).expect_err(given).to_string();
        assert!(error.contains(reason), "{given}: {error}");
    }
}

#[test]
fn a_setting_of_which_an_old_text_says_nothing_is_as_it_was_before_there_was_one() {
    let text = r#"{"setup":{"seed":9,"raft":{"pre_vote":true}},"commands":[]}"#;
    let Shared { run, .. } = Shared::from_json(text).expect("a run");
    let mut setup = Setup { seed: 9, ..Setup::default() };
    setup.raft.pre_vote = true;
    assert_eq!(run.setup, setup);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_run_comes_back_as_it_was(seed: u64, ms in 0..2_000_u64, at in 0..86_400_000_000_u64) {
        let trial = swarm::trial(seed, Profile::Chaos, Duration::from_millis(ms));
        let shared = Shared { at: Some(Instant::from_micros(at)), ..trial.into() };
        // Clients that ask a lot make long texts, even in so short a time.
        match shared.to_link() {
            Ok(link) => prop_assert_eq!(Shared::from_link(&link), Ok(shared.clone())),
            Err(error) => prop_assert!(matches!(error, ShareError::TooLong { .. }), "{}", error),
        }
        prop_assert_eq!(Shared::from_json(&shared.to_json()), Ok(shared));
    }

    #[test]
    fn a_link_with_another_character_is_refused_or_says_the_same(place: prop::sample::Index, other in "[A-Za-z0-9_-]") {
        let good = link(&by_hand().into());
        let start = "#run=1.".len();
        let place = start + place.index(good.len() - start);
        let spoiled = format!("{}{other}{}", &good[..place], &good[place + 1..]);
        prop_assume!(spoiled != good);
        // The last byte may have bits that nobody looks at.
        prop_assert!(Shared::from_link(&spoiled).map_or(true, |read| read == by_hand().into()), "{}", spoiled);
    }

    #[test]
    fn whatever_is_pasted_is_read_or_refused(text in "(run=1\\.)?[A-Za-z0-9_=&.#-]{0,80}") {
        let _ = Shared::from_link(&text);
    }

    #[test]
    fn whatever_is_in_a_file_is_read_or_refused(text in "\\PC{0,80}") {
        prop_assert!(Shared::from_json(&text).is_err());
    }
}

//! The canonical scenarios of the literature: every file in `static/scenarios` comes out as its table says.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use raftarium_sim::core::Instant;
use raftarium_sim::scenario::{Index, Ms, Place, Problem, Scenario};
use raftarium_sim::{Run, Timeline};

/// How many the table has.
const ALL: u32 = 34;
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../static/scenarios")
}

/// Every scenario: the name of its file, and what is in it.
fn files() -> Vec<(String, String)> {
    let files = fs::read_dir(folder()).expect("the folder of the scenarios");
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    let name = |path: &PathBuf| path.file_name().expect("a file").to_string_lossy().into_owned();
    let files = files.iter().filter(|path| number(&name(path)).is_some());
    files.map(|path| (name(path), fs::read_to_string(path).expect("text"))).collect()
}

fn read(name: &str, text: &str) -> Scenario {
    Scenario::from_json(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The number that a file begins with.
fn number(name: &str) -> Option<u32> {
    name.get(..2)?.parse().ok()
}

#[test]
fn every_scenario_comes_out_as_it_says() {
    let mut wrong = Vec::new();
    for (name, text) in files() {
        if let Err(failure) = read(&name, &text).play() {
            wrong.push(format!("{name}: {failure}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_number_of_the_table_has_a_file_and_says_it() {
    let mut there = BTreeSet::new();
    let mut titles = BTreeSet::new();
    for (name, text) in files() {
        let scenario = read(&name, &text);
        assert_eq!(Some(scenario.number), number(&name), "{name}");
        assert!(titles.insert(scenario.title), "{name} has the title of another one");
        assert!(!scenario.look.is_empty() && !scenario.chapter.is_empty(), "{name}");
        there.insert(scenario.number);
    }
    assert_eq!(there, (1..=ALL).collect());
}

/// The page chooses from `index.json`. After a change, `RAFTARIUM_WRITE_INDEX=1 cargo test -p raftarium-tests --test
/// scenarios` writes it anew.
#[test]
fn the_index_is_that_of_the_files() {
    let scenarios: Vec<_> = files().into_iter().map(|(name, text)| (read(&name, &text), name)).collect();
    let index = Index::of(scenarios.iter().map(|(scenario, name)| (name.as_str(), scenario)));
    let text = serde_json::to_string_pretty(&index).expect("plain data") + "\n";
    let path = folder().join("index.json");
    if std::env::var_os("RAFTARIUM_WRITE_INDEX").is_some() {
        fs::write(&path, &text).expect("our folder");
    }
    let written = fs::read_to_string(&path).expect("the index");
    assert!(written == text, "index.json is not of these files: RAFTARIUM_WRITE_INDEX=1 writes it anew");
    assert_eq!(serde_json::from_str::<Index>(&written).expect("an index"), index);
    let used: BTreeSet<_> = index.scenarios.iter().map(|scenario| scenario.group).collect();
    assert_eq!(used.len(), index.groups.len(), "no group is empty");
}

#[test]
fn the_example_of_the_format_plays() {
    let page = fs::read_to_string(folder().join("README.md")).expect("the page about the format");
    let (_, example) = page.split_once("```json\n").expect("an example");
    let (example, _) = example.split_once("```").expect("its end");
    let played = read("README.md", example).play().unwrap_or_else(|failure| panic!("README.md: {failure}"));
    assert_eq!(played.timeline.world().requests().len(), 1);
}

#[test]
fn every_scenario_is_a_run_that_replays_to_the_same_trace() {
    for (name, text) in files() {
        let mut played = read(&name, &text).play().unwrap_or_else(|failure| panic!("{name}: {failure}"));
        // A step that waits ends with the event that it waited for; of the same moment there may be others.
        played.timeline.seek(played.timeline.now());
        let json = serde_json::to_string(&played.run()).expect("plain data");
        let run: Run = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut again = Timeline::replay(run).unwrap_or_else(|error| panic!("{name}: {error}"));
        again.seek(played.timeline.now());
        assert_eq!(again.hash(), played.timeline.hash(), "{name}");
        assert_eq!(again.records(), played.timeline.records(), "{name}");
    }
}

#[test]
fn every_scenario_is_a_run_that_is_told_as_a_scenario_again() {
    for (name, text) in files() {
        let scenario = read(&name, &text);
        let mut played = scenario.play().unwrap_or_else(|failure| panic!("{name}: {failure}"));
        let now = played.timeline.now();
        played.timeline.seek(now);
        let told = Scenario::of_run(&played.run(), now).unwrap_or_else(|error| panic!("{name}: {error}"));
        let told = read(&name, &told.to_json());
        let again = told.play().unwrap_or_else(|failure| panic!("{name}: {failure}\n{}", told.to_json()));
        assert_eq!(again.timeline.hash(), played.timeline.hash(), "{name}");
        // What servers begin with needs no other form than these files have.
        assert_eq!((told.world.setup(), told.world.initial), (scenario.world.setup(), None), "{name}");
    }
}

#[test]
fn what_is_read_and_written_is_read_the_same_again() {
    for (name, text) in files() {
        let scenario = read(&name, &text);
        assert_eq!(read(&name, &scenario.to_json()), scenario, "{name}");
    }
}

fn text(begins: &str) -> String {
    let found = files().into_iter().find(|(name, _)| name.starts_with(begins));
    found.unwrap_or_else(|| panic!("no file begins with {begins}")).1
}

/// Plays `text` with `from` in place of `to`, and tells where and why it fails.
fn fails(text: &str, from: &str, to: &str) -> (Place, String) {
    assert!(text.contains(from), "{from} is not in the scenario");
    let failure = read(from, &text.replace(from, to)).play().expect_err(to);
    (failure.place, failure.problem.to_string())
}

#[test]
fn what_does_not_come_out_is_told_with_its_step() {
    let figure_7 = text("06");
    let count = r#""of": "S3", "is": 6"#;
    let (place, told) = fails(&figure_7, count, r#""of": "S3", "is": 5"#);
    assert_eq!(place, Place::Step(4));
    assert!(
        told.starts_with("this should be, and is not: {\"count\":{\"what\":\"append_refused\",\"of\":\"S3\""),
        "{told}"
    );
    let (place, _) = fails(&figure_7, r#", "go_back_by_hints": false"#, "");
    assert_eq!(place, Place::Step(4), "with hints there are fewer refusals");
    let (place, _) = fails(
        &text("05"),
        r#"{ "request": { "number": 1, "is": "superseded" } }"#,
        r#"{ "request": { "number": 1, "is": "done" } }"#,
    );
    assert_eq!(place, Place::End);
    let (place, told) = fails(&text("17"), r#""broken": ["ElectionSafety"],"#, "");
    assert_eq!(
        (place, told.as_str()),
        (
            Place::End,
            "the rules that are broken should be none; found was Election Safety at 0.072003 s: S1 and S5 were \
             both elected in term 2"
        ),
        "a broken rule is never passed over"
    );
    let (place, told) = fails(&text("12"), r#""pre_vote": true, "#, "");
    assert!(matches!(place, Place::Step(3)) && told.contains("\"term\""), "{place}: {told}");
    let (place, told) = fails(&text("01"), r#""leads": "S1" }, "say""#, r#""leads": "S2" }, "say""#);
    assert_eq!(place, Place::Step(2));
    assert!(told.starts_with("this never should be") || told.starts_with("until 10."), "{told}");
    let (place, told) = fails(&text("01"), r#""do": [{ "time_out": "S1" }]"#, r#""do": [{ "restart": "S1" }]"#);
    assert_eq!(
        (place, told.as_str()),
        (
            Place::Step(1),
            "{\"restart\":\"S1\"} cannot be done: S1 is running; only a crashed server can be restarted or wiped"
        )
    );
}

/// The line of the first place in `text` with `part`.
fn line(text: &str, part: &str) -> usize {
    text.lines().position(|line| line.contains(part)).expect("it is there") + 1
}

#[test]
fn what_is_not_understood_is_refused_with_its_line_and_the_reason() {
    let good = text("01");
    let cases = [
        (r#""version": 1"#, r#""version": 2"#, "version is 2; allowed is 1"),
        (r#""look":"#, r#""loook":"#, "unknown field `loook`, expected one of `version`, `number`, `title`"),
        (r#""leads": "S1" }, "say""#, r#""rules": "S1" }, "say""#, "unknown variant `rules`, expected one of `all`"),
        (
            r#"{ "at": 100, "#,
            r#"{ "att": 100, "#,
            "unknown field `att`, expected one of `name`, `at`, `after`, `first`",
        ),
        (r#"{ "at": 100, "#, r#"{ "at": -100, "#, "expected a number of milliseconds"),
        (
            r#"{ "at": 100, "#,
            r#"{ "at": 100, "after": 5, "#,
            "more than one of `at`, `after` and `when`; allowed is one",
        ),
        (
            r#"{ "time_out": "S1" }"#,
            r#"{ "time_out": "X1" }"#,
            "invalid value: string \"X1\", expected the name of a server",
        ),
        (
            r#""election_timeout_min": 1000"#,
            r#""election_timeout_minimum": 1000"#,
            "unknown field `election_timeout_minimum`",
        ),
        (
            r#""election_timeout_min": 1000"#,
            r#""election_timeout_min": 3000"#,
            "election_timeout_max is 2000000 µs; allowed are 3000000 µs",
        ),
        (
            r#""what": "election_started""#,
            r#""what": "election_started", "since": "then""#,
            "no step before is named \"then\"",
        ),
        (r#""title":"#, r#""version": 1, "title":"#, "duplicate field `version`"),
    ];
    for (from, to, reason) in cases {
        assert!(good.contains(from), "{from}");
        let bad = good.replacen(from, to, 1);
        let error = Scenario::from_json(&bad).expect_err(to);
        assert!(error.reason.contains(reason), "{to}: {error}");
        // The end is one part, and errors in it that are no errors of the text point to where it begins.
        let place = if to.contains("then") { line(&bad, "\"end\"") } else { line(&bad, to) };
        assert_eq!(error.line, place, "{to}: {error}");
        assert!(error.column > 0 && error.to_string().starts_with(&format!("line {place}, column ")), "{error}");
    }
    let cut = &good[..good.len() / 2];
    assert!(Scenario::from_json(cut).expect_err("half a file").reason.starts_with("EOF while parsing"));
}

#[test]
fn servers_begin_only_with_what_a_server_can_have_left_behind() {
    let good = text("04");
    let start = r#"{ "servers": ["S1", "S2", "S3"], "log": [1, 1], "commit": 2 }"#;
    let cases = [
        (r#"{ "servers": ["S1"], "log": [2, 1] }"#, "S1 cannot begin like this: "),
        (r#"{ "servers": ["S1"], "log": [1], "commit": 2 }"#, "S1 cannot begin like this: "),
        (r#"{ "servers": ["S1"], "log": [3], "term": 2 }"#, "S1 cannot begin like this: "),
        (r#"{ "servers": ["S1"], "vote": "S2" }"#, "S1 cannot begin like this: "),
        (r#"{ "servers": ["S6"], "log": [1] }"#, "S6 is to begin with something; there are S1 to S5"),
        (r#"{ "servers": ["S1", "S1"], "log": [1] }"#, "S1 is to begin with two things; allowed is one"),
        (r#"{ "servers": ["S1"], "voters": ["S1", "S1"] }"#, "the membership that S1 begins with: S1 is named twice"),
        (r#"{ "servers": ["S1"], "log": [{ "term": 1, "key": "", "value": "" }] }"#, "the key has 0 bytes"),
    ];
    for (to, reason) in cases {
        let bad = good.replace(start, to);
        let error = Scenario::from_json(&bad).expect_err(to);
        assert!(error.reason.contains(reason), "{to}: {error}");
        assert_eq!(error.line, line(&bad, "\"world\""), "{to}: {error}");
    }
}

/// How long a scenario has no leader after the crash, in microseconds; the longest that is waited for, if there is none
/// until then.
fn without_leader(scenario: &Scenario, seed: u64) -> u64 {
    let mut scenario = scenario.clone();
    scenario.world.seed = seed;
    let waits = |at: Instant, timeline: &Timeline| {
        let crash = timeline.commands().last().expect("the crash").at;
        u64::try_from(at.since(crash).as_micros()).expect("short")
    };
    match scenario.play() {
        Ok(played) => waits(played.timeline.now(), &played.timeline),
        Err(failure) => {
            assert!(matches!(failure.problem, Problem::NeverCame { .. }), "seed {seed}: {failure}");
            let timeline = failure.timeline.as_ref().expect("it ran");
            waits(failure.at, timeline).max(10_000_000)
        }
    }
}

#[test]
fn a_little_spread_of_the_election_timeouts_helps_most_figure_16() {
    let elections = if cfg!(debug_assertions) { 60 } else { 1_000 };
    let mut scenario = read("34", &text("34"));
    scenario.steps.last_mut().expect("the wait").within = Some(Ms(Duration::from_secs(10)));
    let measured = [0, 5, 25, 50, 100, 150].map(|spread| {
        scenario.world.raft.election_timeout_max = Some(Ms(Duration::from_millis(150 + spread)));
        let mut waits: Vec<u64> = (0..elections).map(|seed| without_leader(&scenario, seed)).collect();
        waits.sort_unstable();
        let (median, late) = (waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
        let mean = waits.iter().sum::<u64>() / elections;
        println!(
            "spread {spread:>3} ms: mean {} ms, median {} ms, 99 of 100 within {} ms",
            mean / 1_000,
            median / 1_000,
            late / 1_000
        );
        (mean, late)
    });
    let [none, little, some, more, much, most] = measured;
    assert!(none.0 > 2 * little.0, "without a spread it is far worst");
    let helped = |before: (u64, u64), after: (u64, u64)| before.0.saturating_sub(after.0);
    assert!(helped(none, little) > helped(little, some), "the first 5 ms help most");
    assert!(little.0 > some.0);
    for (narrow, wide) in [(little, some), (some, more), (more, much)] {
        assert!(narrow.1 >= wide.1, "the tail shrinks with more");
    }
    assert!(little.1 > most.1);
}

//! The built program, used as people and scripts do.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder of a test's own.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if path.exists() {
        fs::remove_dir_all(&path).expect("the folder is ours");
    }
    fs::create_dir_all(&path).expect("a folder for what is built");
    path
}

fn raftarium(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raftarium"));
    command.current_dir(folder).args(arguments).output().expect("the program starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

/// The JSON objects that a command prints, one a line.
fn objects(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
}

fn fuzz(folder: &Path, arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
    let output = raftarium(folder, &[&["fuzz", "--json"], arguments].concat());
    (output.status.code(), objects(&output))
}

/// A run whose disk is so slow that no vote is durable before the next election: a cluster that never has a leader.
fn hopeless(folder: &Path) -> PathBuf {
    use std::time::Duration;

    use raftarium_sim::Trial;
    use raftarium_sim::swarm::{self, Profile};
    let mut trial = swarm::trial(3, Profile::Crashes, Duration::from_secs(3));
    trial.run.setup.raft.backoff_doublings_max = 0;
    trial.run.setup.disk.write_min = Duration::from_secs(5);
    trial.run.setup.disk.write_max = Duration::from_secs(5);
    let trial = Trial::ending_with(trial.run, trial.ending.expect("a swarm ends its faults"));
    let path = folder.join("hopeless.json");
    let text = serde_json::to_string(&serde_json::json!({ "version": 1, "found": null, "trial": trial }));
    fs::write(&path, text.expect("plain data")).expect("our folder");
    path
}

fn plain(folder: &Path) -> PathBuf {
    let run = raftarium_sim::Run { setup: raftarium_sim::Setup::default(), commands: Vec::new() };
    let path = folder.join("plain.json");
    fs::write(&path, serde_json::to_string_pretty(&run).expect("plain data")).expect("our folder");
    path
}

#[test]
fn fuzzing_counts_what_it_did_and_ends_with_0_if_nothing_is_found() {
    let folder = folder("fuzz");
    let (code, lines) = fuzz(&folder, &["--seeds", "0..20", "--time", "2s"]);
    assert_eq!(code, Some(0));
    let [summary] = &lines[..] else { panic!("one line: {lines:?}") };
    assert_eq!((&summary["type"], &summary["done"], &summary["findings"]), (&"summary".into(), &20.into(), &0.into()));
    assert!(
        summary["simulated_seconds"].as_f64() > Some(40.0) && summary["met"]["a leader was elected"].as_u64() > Some(9)
    );
    assert!(fs::read_dir(&folder).expect("our folder").next().is_none(), "nothing was found, nothing is written");

    let output = raftarium(&folder, &["fuzz", "--seeds", "0..5", "--time", "1s", "--profile", "calm"]);
    let text = stdout(&output);
    assert!(text.contains("5 of 5 seeds of 0..5, shard 1/1, profile calm: 0 found."), "{text}");
    assert!(text.contains("simulated seconds per second"), "{text}");
}

#[test]
fn the_traces_are_the_same_however_many_jobs_there_are() {
    let folder = folder("jobs");
    let hash =
        |jobs: &str| fuzz(&folder, &["--seeds", "100..140", "--time", "2s", "--jobs", jobs]).1[0]["hash"].clone();
    let one = hash("1");
    assert!(one.is_string());
    assert_eq!([hash("2"), hash("7")], [one.clone(), one.clone()]);
    assert_ne!(fuzz(&folder, &["--seeds", "101..141", "--time", "2s"]).1[0]["hash"], one);
}

#[test]
fn shards_are_the_seeds_without_gaps_and_overlaps() {
    let folder = folder("shards");
    let part = |shard: &str, seeds: &str| {
        let (_, lines) = fuzz(&folder, &["--seeds", seeds, "--time", "1s", "--shard", shard]);
        let hash = u64::from_str_radix(lines[0]["hash"].as_str().expect("a hash"), 16).expect("16 digits");
        (lines[0]["done"].as_u64().expect("a count"), hash)
    };
    // The hash of all is the sum of those of the parts only if each seed is in one of them.
    let sum = |parts: &[(u64, u64)]| parts.iter().fold((0, 0_u64), |(n, h), (m, g)| (n + m, h.wrapping_add(*g)));
    for (seeds, sizes) in [("7..18", [4, 4, 3]), ("7..9", [1, 1, 0])] {
        let parts = ["1/3", "2/3", "3/3"].map(|shard| part(shard, seeds));
        assert_eq!(parts.map(|(count, _)| count), sizes);
        assert_eq!(sum(&parts), part("1/1", seeds));
    }
}

#[test]
fn a_run_is_played_and_its_trace_is_the_one_of_its_link() {
    let folder = folder("run");
    let file = plain(&folder).display().to_string();
    let run = raftarium(&folder, &["run", &file, "--time", "3s", "--json"]);
    assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
    let replay = raftarium(&folder, &["replay", "https://example.org/#seed=42&servers=5", "--time", "3s", "--json"]);
    assert_eq!(objects(&replay), objects(&run));
    assert_eq!(objects(&run)[0]["until_us"], 3_000_000);

    let text = stdout(&raftarium(&folder, &["run", &file]));
    assert!(text.starts_with("10.000 simulated seconds, "), "{text}");
    assert!(text.contains("Nothing is found wrong"), "{text}");
}

#[test]
fn what_is_found_is_told_as_a_story_and_ends_with_1() {
    let folder = folder("story");
    let output = raftarium(&folder, &["replay", &hopeless(&folder).display().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    let parts = [
        "Liveness: a leader",
        "The faults ended at 3.000",
        "nobody leads",
        "How it came to this, and",
        "What was done:",
    ];
    for part in parts {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
}

/// A file of `static/scenarios`.
fn scenario(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../static/scenarios").join(name);
    fs::read_to_string(path).expect("a scenario")
}

#[test]
fn a_scenario_is_played_and_tells_what_came_of_it() {
    let folder = folder("scenario");
    fs::write(folder.join("good.json"), scenario("17-disjoint-majorities.json")).expect("our folder");
    let output = raftarium(&folder, &["run", "good.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    let parts = [
        "17. Disjoint majorities (§6 of the paper",
        "0.072 s  Election Safety is broken: S1 and S5 were both elected in term 2",
        "It came out as it should: 2 steps, 0.072 s, trace ",
    ];
    for part in parts {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
    let output = raftarium(&folder, &["run", "good.json", "--json"]);
    let report = &objects(&output)[0];
    assert_eq!(
        (&report["type"], &report["number"], &report["came_out"]),
        (&"scenario".into(), &17.into(), &true.into())
    );
    assert_eq!((&report["broken"], &report["failure"]), (&serde_json::json!(["Election Safety"]), &Value::Null));
    let output = raftarium(&folder, &["run", "good.json", "--time", "1s"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--time is for runs"), "{}", stderr(&output));
    let output = raftarium(&folder, &["shrink", "good.json", "--json"]);
    assert_eq!(objects(&output)[0]["found"]["rule"], "Election Safety", "{}", stderr(&output));
}

#[test]
fn a_run_is_printed_as_a_scenario_which_comes_to_the_same_trace() {
    let folder = folder("as-scenario");
    let file = plain(&folder).display().to_string();
    let told = raftarium(&folder, &["scenario", &file, "--time", "3s"]);
    assert_eq!(told.status.code(), Some(0), "{}", stderr(&told));
    assert!(stdout(&told).contains("{ \"at\": 3000 }\n"), "{}", stdout(&told));
    fs::write(folder.join("told.json"), stdout(&told)).expect("our folder");
    let played = raftarium(&folder, &["run", "told.json", "--json"]);
    assert_eq!(played.status.code(), Some(0), "{}", stdout(&played));
    let run = raftarium(&folder, &["run", &file, "--time", "3s", "--json"]);
    for part in ["hash", "until_us"] {
        assert_eq!(objects(&played)[0][part], objects(&run)[0][part], "{part}");
    }

    for (given, reason) in [
        ("told.json", "told.json: it is a scenario already."),
        ("nothing.json", "reading nothing.json: "),
        ("seed=1&servers=60", "60"),
    ] {
        let output = raftarium(&folder, &["scenario", given]);
        assert_eq!(output.status.code(), Some(3), "{given}");
        assert!(stderr(&output).contains(reason), "{given}: {}", stderr(&output));
    }
    let output = raftarium(&folder, &["scenario", "seed=1&servers=3", "--time", "2h"]);
    assert!(stderr(&output).contains("a scenario takes 3600 s at most"), "{}", stderr(&output));
}

#[test]
fn a_scenario_that_does_not_come_out_ends_with_1_and_tells_the_line_and_every_expectation_that_failed() {
    let folder = folder("scenario-fails");
    let text = scenario("01-first-election.json");
    let line = |text: &str, part: &str| text.lines().position(|line| line.contains(part)).expect("it is there") + 1;
    let wrong = text
        .replace(r#"{ "leaders": 1 }"#, r#"{ "leaders": 2 }"#)
        .replace(r#""what": "election_started", "is": 1"#, r#""what": "election_started", "is": 7"#);
    fs::write(folder.join("wrong.json"), &wrong).expect("our folder");
    let output = raftarium(&folder, &["run", "wrong.json"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let told = stdout(&output);
    let (end, both) = (line(&wrong, "\"end\""), r#"this should be, and is not: {"leaders":2}; {"count":"#);
    assert!(told.contains(&format!("wrong.json, line {end}: the end, at ")) && told.contains(both), "{told}");
    let report = &objects(&raftarium(&folder, &["run", "wrong.json", "--json"]))[0];
    assert_eq!((&report["came_out"], &report["failure"]["line"]), (&false.into(), &end.into()));
    assert!(report["failure"]["reason"].as_str().is_some_and(|reason| reason.contains(both)), "{report}");

    let unknown = text.replace(r#""look":"#, r#""loook":"#);
    fs::write(folder.join("unknown.json"), &unknown).expect("our folder");
    let output = raftarium(&folder, &["run", "unknown.json"]);
    assert_eq!(output.status.code(), Some(3));
    let place = format!("unknown.json: line {}, column ", line(&unknown, "loook"));
    assert!(
        stderr(&output).contains(&place) && stderr(&output).contains("unknown field `loook`"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_story_ends_with_a_line_that_replays_it_and_a_link_to_the_page() {
    let folder = folder("story-link");
    let file = hopeless(&folder).display().to_string();
    let too_long = stdout(&raftarium(&folder, &["replay", &file]));
    assert!(too_long.contains("too long for a link: `raftarium shrink` makes it shorter"), "{too_long}");
    let page = "https://example.org/raft/";
    let text = stdout(&raftarium(&folder, &["shrink", &file, "--page", page]));
    let last = |start: &str| text.lines().find_map(|line| line.strip_prefix(start)).expect(start);
    let link = last("Look at it:  ");
    assert!(link.starts_with("https://example.org/raft/#run=1.") && link.contains("&at="), "{link}");
    assert_eq!(last("Replay it:   "), format!("raftarium replay '{link}'"));
    let small = last("In a file:   raftarium replay ");
    let from_file = raftarium(&folder, &["replay", small, "--json"]);
    let (_, bare) = link.split_once('#').expect("there is one");
    for given in [link, bare, &format!("#{bare}")] {
        let replay = raftarium(&folder, &["replay", given, "--json"]);
        assert_eq!((replay.status.code(), objects(&replay)), (Some(1), objects(&from_file)), "{given}");
    }
}

#[test]
fn a_file_is_shrunk_and_what_is_left_breaks_the_same() {
    let folder = folder("shrink");
    let output = raftarium(&folder, &["shrink", &hopeless(&folder).display().to_string(), "--out", "small", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report = &objects(&output)[0];
    assert!(report["commands"].as_u64() < report["commands_before"].as_u64(), "{report}");
    assert_eq!(report["servers"], 1);
    let small = report["file"].as_str().expect("a file");
    assert!(small.starts_with("small"), "{small}");
    let replay = raftarium(&folder, &["replay", small, "--json"]);
    assert_eq!((replay.status.code(), &objects(&replay)[0]["found"]["rule"]), (Some(1), &report["found"]["rule"]));
    assert_eq!(objects(&replay)[0]["hash"], report["found"]["hash"]);
}

#[test]
fn a_file_in_which_nothing_is_wrong_cannot_be_shrunk() {
    let folder = folder("fine");
    let output = raftarium(&folder, &["shrink", &plain(&folder).display().to_string()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("nothing is found wrong in it"), "{}", stderr(&output));
}

#[test]
fn a_command_line_that_is_not_understood_ends_with_2_and_names_what_is_allowed() {
    let folder = folder("usage");
    for (arguments, reason) in [
        (&["dance"][..], "there is no command `dance`; allowed are fuzz, run, replay, scenario, shrink and help"),
        (&["fuzz", "--shard", "3/2"], "--shard is `3/2`; allowed is I/N with I from 1 to N"),
        (&["fuzz", "--profile", "mad"], "there is no profile `mad`; allowed are calm, lossy, partitions"),
        (&["replay"], "`raftarium replay` needs a file"),
    ] {
        let output = raftarium(&folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(reason), "{arguments:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn files_and_links_that_cannot_be_read_end_with_3_and_say_where_and_why() {
    let folder = folder("files");
    let good = fs::read_to_string(plain(&folder)).expect("just written");
    let setup = good.lines().position(|line| line.contains("\"seed\": 42")).expect("the seed has a line") + 1;
    for (name, text, reason) in [
        ("broken.json", "{ \"setup\": ".to_owned(), "line 1 column"),
        ("other.json", "{}".to_owned(), "it is no run; allowed are a run, with `setup` and `commands`"),
        ("future.json", "{ \"version\": 7 }".to_owned(), "the run is of version `7`; allowed is version 1"),
        ("field.json", good.replacen("\"seed\": 42", "\"sea\": 42", 1), "unknown field `sea`"),
        ("field.json", good.replacen("\"seed\": 42", "\"sea\": 42", 1), &format!("line {setup} column")),
        ("value.json", good.replace("\"servers\": 5", "\"servers\": 0"), "servers is 0; allowed are 1 to 51"),
    ] {
        fs::write(folder.join(name), text).expect("our folder");
        let output = raftarium(&folder, &["run", name]);
        assert_eq!(output.status.code(), Some(3), "{name}");
        assert!(stderr(&output).contains(name) && stderr(&output).contains(reason), "{name}: {}", stderr(&output));
    }
    for (source, reason) in [
        ("missing.json", "missing.json: No such file"),
        ("#seed=x", "`x` is not a seed; allowed are whole numbers from 0 to 18446744073709551615"),
        ("#servers=99", "`99` is not a number of servers; allowed are 1 to 51"),
        ("#speed=1", "`speed=1` is unknown; allowed are seed=…, servers=…, run=…, with=… and at=…"),
    ] {
        let output = raftarium(&folder, &["replay", source]);
        assert_eq!(output.status.code(), Some(3), "{source}");
        assert!(stderr(&output).contains(reason), "{source}: {}", stderr(&output));
    }
}

#[test]
fn help_names_every_command_and_profile() {
    let output = raftarium(&folder("help"), &["help"]);
    assert_eq!(output.status.code(), Some(0));
    for word in ["fuzz", "run", "replay", "scenario", "shrink", "calm", "slow-disks", "chaos", "130"] {
        assert!(stdout(&output).contains(word), "{word}");
    }
}

#[test]
fn a_budget_ends_it_and_says_how_far_it_came() {
    let (code, lines) = fuzz(&folder("budget"), &["--seeds", "0..1000000", "--time", "2s", "--budget", "1s"]);
    let summary = &lines[0];
    assert_eq!((code, &summary["interrupted"], &summary["seeds"]), (Some(0), &false.into(), &1_000_000.into()));
    let done = summary["done"].as_u64().expect("a count");
    assert!((1..1_000_000).contains(&done), "{done}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_there_is() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;
    let mut command = Command::new(env!("CARGO_BIN_EXE_raftarium"));
    command.current_dir(folder("interrupt")).args(["fuzz", "--json", "--seeds", "0..100000000", "--time", "1s"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    // It catches the signal from its first moment on; a moment later it has done some seeds.
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("there is a `kill`");
    assert!(killed.success());
    let lines: Vec<String> =
        BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok).collect();
    let status = child.wait().expect("it ends");
    let summary: Value = serde_json::from_str(lines.last().expect("a summary")).expect("an object");
    assert_eq!((status.code(), &summary["interrupted"]), (Some(130), &true.into()));
    let done = summary["done"].as_u64().expect("a count");
    assert!((1..100_000_000).contains(&done), "{done}");
}

#[test]
fn each_seed_meets_something_else() {
    let folder = folder("mixes");
    let met = |seed: u64| {
        let (_, lines) = fuzz(&folder, &["--seeds", &format!("{seed}..{}", seed + 1), "--time", "3s"]);
        lines[0]["hash"].as_str().expect("a hash").to_owned()
    };
    assert_eq!((0..5).map(met).collect::<BTreeSet<_>>().len(), 5);
}

//! Every mistake that a server can be told to make is caught by seeds, and shown by a small run in `static/mistakes`.
//!
//! `tests/MISTAKES.md` says how many seeds it takes. `RAFTARIUM_WRITE_MISTAKES=1 cargo test --release -p raftarium-tests
//! --test mistakes` hunts anew, and writes the table and the runs; that takes some minutes. With names instead of the 1,
//! only for these.
#![allow(
    clippy::disallowed_types,
    reason = "how long a hunt takes is measured with the machine's clock, and only told"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once};
use std::thread;
use std::time::{Duration, Instant as Clock};

use raftarium_sim::core::{Harm, Mistake};
use raftarium_sim::lesson::{Gallery, GalleryMistake};
use raftarium_sim::swarm::{self, Catch, Lure};
use raftarium_sim::{Broken, DEMONSTRATION_VERSION, Demonstration, Rule, Trial, shrink_by};

/// For how long faults are made in each seed.
const TIME: Duration = Duration::from_secs(10);
/// Within how many seeds each mistake has to be caught.
const SEEDS_MAX: u64 = 100_000;
/// How often each is hunted, each time in other seeds.
const HUNTS: u64 = 5;
/// The most tries of a shrink.
const TRIES: u32 = 1_500;

fn file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn table_path() -> PathBuf {
    file("tests/MISTAKES.md")
}

/// Where the run is that shows a mistake: `static/mistakes/01-commit-earlier-terms.json`.
fn shown_path(mistake: Mistake) -> PathBuf {
    file("static/mistakes").join(format!("{:02}-{}.json", place(mistake) + 1, mistake.name()))
}

/// Where it is in the list of all.
fn place(mistake: Mistake) -> usize {
    Mistake::ALL.iter().position(|&it| it == mistake).expect("all of them are there")
}

/// A line of the table: the mistake, the rule that caught it, the seed that it was caught in, and how many it took.
struct Line {
    mistake: String,
    rule: String,
    seed: u64,
    seeds: u64,
}

fn lines() -> Vec<Line> {
    let text = fs::read_to_string(table_path()).expect("the table is there");
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows = text.lines().filter(|line| line.starts_with("| ")).skip(1).map(cells);
    let number = |cell: &String| cell.parse().expect("a number");
    rows.map(|row| Line {
        mistake: row[2].clone(),
        rule: row[3].clone(),
        seed: number(&row[5]),
        seeds: number(&row[7]),
    })
    .collect()
}

#[test]
fn every_mistake_is_caught_by_the_seed_that_the_table_names_and_by_none_without_it() {
    written();
    let lines = lines();
    let told: Vec<&str> = lines.iter().map(|line| line.mistake.as_str()).collect();
    assert_eq!(told, Mistake::ALL.map(Mistake::name));
    for (line, mistake) in lines.iter().zip(Mistake::ALL) {
        let trial = swarm::trial_with(line.seed, mistake, TIME);
        let again = "RAFTARIUM_WRITE_MISTAKES=1 writes the table anew";
        let found = trial.judge().expect("valid").finding.map(|finding| finding.broken.name());
        assert_eq!(found, Some(line.rule.as_str()), "{mistake}, seed {}; {again}", line.seed);
        let without = trial.without_mistakes().judge().expect("valid").finding;
        assert_eq!(without, None, "seed {} without {mistake}", line.seed);
    }
}

#[test]
fn every_mistake_has_a_small_run_that_breaks_a_rule_with_it_and_none_without() {
    written();
    for mistake in Mistake::ALL {
        let path = shown_path(mistake);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let shown: Demonstration = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{mistake}: {error}"));
        assert_eq!((shown.version, shown.mistake), (DEMONSTRATION_VERSION, mistake));
        assert!(shown.title.ends_with('.') && shown.look.ends_with('.'), "{mistake}: {}", shown.look);
        assert!(shown.setup.raft.mistakes == mistake.into(), "{mistake} and no other");
        let verdict = swarm::judge(&shown.trial(), mistake).expect("valid");
        let found = verdict.finding.map(|finding| finding.broken);
        assert_eq!(found, Some(shown.finds), "{mistake}: with it this is found, and nothing without it");
    }
    let files = fs::read_dir(file("static/mistakes")).expect("the folder").count();
    assert_eq!(files, Mistake::ALL.len() + 1, "and no others, but for the index");
}

/// The page chooses from `index.json`. After a change, `RAFTARIUM_WRITE_INDEX=1 cargo test -p raftarium-tests --test
/// mistakes index` writes it anew.
#[test]
fn the_index_is_that_of_the_files_and_of_the_table() {
    written();
    let mistakes = lines().into_iter().zip(Mistake::ALL).map(|(line, mistake)| {
        let path = shown_path(mistake);
        let text = fs::read_to_string(&path).expect("its file");
        let shown: Demonstration = serde_json::from_str(&text).expect("a demonstration");
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        GalleryMistake::new(name, &shown, line.seeds)
    });
    let gallery = Gallery { mistakes: mistakes.collect() };
    let text = serde_json::to_string_pretty(&gallery).expect("plain data") + "\n";
    let path = file("static/mistakes/index.json");
    if std::env::var_os("RAFTARIUM_WRITE_INDEX").is_some() {
        fs::write(&path, &text).expect("our folder");
    }
    let kept = fs::read_to_string(&path).expect("the index");
    assert!(kept == text, "index.json is not of these files: RAFTARIUM_WRITE_INDEX=1 writes it anew");
    assert_eq!(serde_json::from_str::<Gallery>(&kept).expect("an index"), gallery);
}

/// Hunts anew, if somebody asks for it.
fn written() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if let Ok(asked) = std::env::var("RAFTARIUM_WRITE_MISTAKES") {
            write(&asked);
        }
    });
}

/// What became of all hunts for one mistake.
struct Hunted {
    mistake: Mistake,
    catches: Vec<(Catch, Duration)>,
}

/// Hunts the mistakes that are asked for. Each line of the table is written as soon as it is known.
fn write(asked: &str) {
    let is_asked = |mistake: &Mistake| asked == "1" || asked.split(',').any(|name| name == mistake.name());
    let wanted: Vec<Mistake> = Mistake::ALL.into_iter().filter(is_asked).collect();
    assert!(!wanted.is_empty(), "RAFTARIUM_WRITE_MISTAKES is `{asked}`; allowed are 1, or names with commas between");
    let before = fs::read_to_string(table_path()).unwrap_or_default();
    let known = |mistake: &Mistake| before.lines().find(|line| line.contains(&format!("| {mistake} |")));
    let rows: Vec<String> = Mistake::ALL.iter().map(|mistake| known(mistake).unwrap_or_default().to_owned()).collect();
    let (next, rows) = (AtomicUsize::new(0), Mutex::new(rows));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(&mistake) = wanted.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let hunted = hunt(mistake);
                    hunted.show();
                    let mut rows = rows.lock().expect("no other thread has panicked");
                    rows[place(mistake)] = hunted.row();
                    fs::write(table_path(), table(&rows)).expect("it can be written");
                }
            });
        }
    });
}

fn hunt(mistake: Mistake) -> Hunted {
    let mut catches = Vec::new();
    for number in 0..HUNTS {
        let (begin, seeds) = (Clock::now(), number * SEEDS_MAX..(number + 1) * SEEDS_MAX);
        if let Some(caught) = swarm::hunt(mistake, seeds, TIME, || true) {
            catches.push((caught, begin.elapsed()));
        } else {
            break;
        }
    }
    Hunted { mistake, catches }
}

fn middle<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

impl Hunted {
    /// Its line of the table; none if it was not caught.
    fn row(&self) -> String {
        let Self { mistake, catches } = self;
        let of = |value: fn(&Catch) -> u64| middle(catches.iter().map(|(caught, _)| value(caught))).unwrap_or(0);
        let Some((first, _)) = catches.first() else { return String::new() };
        let seconds = middle(catches.iter().map(|(_, took)| *took)).unwrap_or_default().as_secs_f64();
        format!(
            "| {} | {mistake} | {} | {} | {} | {} of {HUNTS} | {} | {} | {} | {seconds:.2} |",
            place(*mistake) + 1,
            first.finding.broken.name(),
            Lure::of(*mistake).name(),
            first.seed,
            catches.len(),
            of(|caught| caught.seeds),
            of(|caught| caught.simulated_us) / 1_000_000,
            of(|caught| caught.events),
        )
    }

    /// Shrinks what was caught, and writes the smallest.
    fn show(&self) {
        let mistake = self.mistake;
        let find = |trial: &Trial| {
            let finding = swarm::judge(trial, mistake).ok()?.finding?;
            Some((finding.broken, finding.at))
        };
        let small = |(caught, _): &(Catch, Duration)| {
            let trial = swarm::trial_with(caught.seed, mistake, TIME);
            shrink_by(&trial, TRIES, find, |_| true)
        };
        let size = |trial: &Trial| {
            let shown = Demonstration::new(mistake, Broken::Rule(Rule::ElectionSafety), String::new(), trial);
            (shown.commands.len(), shown.setup.servers)
        };
        // What shows the harm itself, if anything does, and of that the smallest.
        let shrunk = self.catches.iter().take(3).filter_map(small);
        let Some(best) = shrunk.min_by_key(|small| (!is_harm(mistake, small.broken), size(&small.trial))) else {
            return;
        };
        let finding = best.trial.judge().expect("valid").finding.expect("it was found");
        let look = sentence(&finding.story);
        let shown = Demonstration::new(mistake, finding.broken, look, &best.trial);
        let path = shown_path(mistake);
        fs::create_dir_all(file("static/mistakes")).expect("it can be made");
        fs::write(path, readable(&shown)).expect("it can be written");
    }
}

/// Whether a rule says of the harm that a mistake is known for that it is done.
fn is_harm(mistake: Mistake, broken: Broken) -> bool {
    let Broken::Rule(rule) = broken else { return mistake.harm() == Harm::Availability };
    match mistake.harm() {
        Harm::ElectionSafety => rule == Rule::ElectionSafety,
        Harm::LeaderCompleteness => [Rule::LeaderCompleteness, Rule::CommittedIsDurable].contains(&rule),
        Harm::StateMachineSafety => rule == Rule::StateMachineSafety,
        Harm::OneChangeAtATime => rule == Rule::OneChangeAtATime,
        Harm::StaleRead => rule == Rule::Linearizability,
        Harm::AppliedTwice => rule == Rule::ExactlyOnce,
        Harm::Availability => false,
    }
}

/// `text` as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).chain(['.']).collect()
}

/// JSON with a line for each command.
fn readable(shown: &Demonstration) -> String {
    let commands: Vec<String> =
        shown.commands.iter().map(|command| serde_json::to_string(command).expect("plain data")).collect();
    let without = Demonstration { commands: Vec::new(), ..shown.clone() };
    let pretty = serde_json::to_string_pretty(&without).expect("plain data");
    let list: Vec<String> = commands.iter().map(|command| format!("    {command}")).collect();
    let list = if list.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", list.join(",\n")) };
    pretty.replace("\"commands\": []", &format!("\"commands\": {list}")) + "\n"
}

fn table(rows: &[String]) -> String {
    let mut text = format!(
        "# Mistakes, and how soon they are caught\n\n\
         Each of the {} mistakes that a server can be told to make (`core/src/lab.rs`), hunted {HUNTS} times, each time in \
         other seeds, at most {SEEDS_MAX} of them. All servers make the mistake; faults are made for {} simulated seconds \
         in each seed. A finding counts if the same seed without the mistake finds nothing, and, for a mistake that says \
         something wrong, if it is a rule that is broken and not a cluster that does not recover.\n\n\
         The numbers are medians, from the first seed of a hunt to the one that caught the mistake. Machine seconds are of \
         one core of the machine that wrote this table, which may have been busy; everything else is the same everywhere. \
         `raftarium fuzz --mistake NAME --time {}s` hunts, `raftarium run static/mistakes/FILE` shows the smallest run.\n\n\
         | # | mistake | first caught by | lured by | a seed | caught | seeds | simulated s | events | machine s |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
        Mistake::ALL.len(),
        TIME.as_secs(),
        TIME.as_secs(),
    );
    for row in rows.iter().filter(|row| !row.is_empty()) {
        text.push_str(row);
        text.push('\n');
    }
    text.push_str("\nWhat lures a mistake out, where everything together would hide it for long:\n\n");
    let mut lures: Vec<Lure> = Mistake::ALL.into_iter().map(Lure::of).collect();
    lures.sort_unstable();
    lures.dedup();
    for lure in lures {
        let _ = writeln!(text, "- **{}**: {}", lure.name(), lure.statement());
    }
    text
}

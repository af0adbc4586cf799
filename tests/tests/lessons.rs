//! Every scenario and every mistake as a lesson: what the page shows of it, step by step.

use std::fs;
use std::path::PathBuf;

use raftarium_sim::lesson::{Lesson, LessonKind};
use raftarium_sim::{Timeline, core::Instant};

/// The files of a folder of `static`, without the index: their names and their texts.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../static").join(folder);
    let files = fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").path());
    let name = |path: &PathBuf| path.file_name().expect("a file").to_string_lossy().into_owned();
    let mut files: Vec<PathBuf> = files.filter(|path| name(path).starts_with(|c: char| c.is_ascii_digit())).collect();
    files.sort();
    files.iter().map(|path| (name(path), fs::read_to_string(path).expect("text"))).collect()
}

fn read(name: &str, text: &str) -> Lesson {
    Lesson::read(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What a person would have to doubt in the words of a lesson.
fn doubtful(lesson: &Lesson) -> Vec<&str> {
    let words = lesson.steps.iter().flat_map(|step| {
        let expected = step.expected.iter().map(|(words, _)| words);
        expected.chain(&step.did).chain([&step.waited, &step.says])
    });
    let odd = |words: &&str| ["{", "\"", "  ", "..", "?."].iter().any(|odd| words.contains(odd));
    words.map(String::as_str).filter(odd).collect()
}

#[test]
fn every_scenario_is_told_to_its_end_and_all_that_is_expected_is_so() {
    for (name, text) in files("scenarios") {
        let lesson = read(&name, &text);
        assert_eq!(lesson.kind, LessonKind::Scenario, "{name}");
        assert!(lesson.outcome.as_ref().is_some_and(|outcome| outcome.expected), "{name}: {:?}", lesson.outcome);
        let came: Vec<Instant> = lesson.steps.iter().map(|step| step.at.expect("it came")).collect();
        assert!(came.is_sorted(), "{name}: {came:?}");
        for (words, holds) in lesson.steps.iter().flat_map(|step| &step.expected) {
            assert_eq!(*holds, Some(true), "{name}: {words}");
        }
        assert_eq!(doubtful(&lesson), Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn every_mistake_is_found_in_its_lesson_and_not_where_the_rules_are_kept() {
    for (name, text) in files("mistakes") {
        let lesson = read(&name, &text);
        assert_eq!(lesson.kind, LessonKind::Mistake, "{name}");
        let outcome = lesson.outcome.as_ref().expect("something is found");
        assert!(outcome.expected && lesson.kept.as_ref().is_some_and(|kept| kept.expected), "{name}: {lesson:?}");
        assert!(lesson.at < outcome.at, "{name}: one looks before it happens");
        let steps = lesson.steps.len();
        assert!((1..=40).contains(&steps), "{name} has {steps} steps");
        assert_eq!(doubtful(&lesson), Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn the_run_of_a_lesson_shows_what_it_tells() {
    for (name, text) in files("mistakes") {
        let lesson = read(&name, &text);
        let outcome = lesson.outcome.expect("something is found");
        let mut timeline = Timeline::replay(lesson.run).unwrap_or_else(|error| panic!("{name}: {error}"));
        timeline.seek(outcome.at);
        let found = timeline.world().violations().first().map(|violation| violation.rule.name());
        assert!(found.is_none_or(|rule| outcome.words.starts_with(rule)), "{name}: {found:?}, {}", outcome.words);
    }
}

#[test]
fn a_lesson_is_handed_on_as_text() {
    for (name, text) in files("scenarios").into_iter().chain(files("mistakes")) {
        let lesson = read(&name, &text);
        assert_eq!(Lesson::from_json(&lesson.to_json()), Ok(lesson), "{name}");
    }
}

#[test]
fn a_scenario_that_does_not_come_out_says_where_and_what_was_not_looked_at() {
    let (_, text) = files("scenarios").into_iter().find(|(name, _)| name.starts_with("07")).expect("it is there");
    let wrong = text.replace("\"of\": \"S2\", \"is\": 1", "\"of\": \"S2\", \"is\": 3");
    assert_ne!(wrong, text);
    let lesson = read("07", &wrong);
    let outcome = lesson.outcome.expect("it was played");
    assert_eq!(
        outcome.words,
        "It did not come out as it should, in step 4: this should be, and is not: S2 refused entries 3 times."
    );
    assert!(!outcome.expected);
    let holds: Vec<Option<bool>> =
        lesson.steps.iter().flat_map(|step| &step.expected).map(|(_, holds)| *holds).collect();
    assert_eq!(holds.iter().filter(|holds| **holds == Some(false)).count(), 1, "{holds:?}");
    assert_eq!(holds.last(), Some(&None), "the end did not come");
    assert_eq!(lesson.steps.last().and_then(|step| step.at), None);
}

#[test]
fn what_is_no_lesson_is_named_with_its_line() {
    let (_, scenario) = files("scenarios").swap_remove(0);
    let (_, mistake) = files("mistakes").swap_remove(0);
    let cases = [
        ("hello".to_owned(), "line 1, column 1: expected value"),
        (
            "{}".to_owned(),
            "it is no run; allowed are a run, with `setup` and `commands`, or a trial, with `version`, or a scenario, with `steps`, or a mistake that is shown, with `mistake`",
        ),
        (scenario.replace("\"title\"", "\"titel\""), "line 4, column 9: unknown field `titel`"),
        (scenario.replacen("\"version\": 1", "\"version\": 7", 1), "line 2, column 14: version is 7; allowed is 1"),
        (mistake.replacen("\"version\": 1", "\"version\": 7", 1), "version is 7; allowed is 1"),
        (mistake.replace("\"look\"", "\"lok\""), "line 5, column 7: unknown field `lok`"),
        ("{\"setup\":{\"servers\":0},\"commands\":[]}".to_owned(), "servers"),
        ("{\"setup\":{},\"commands\":[{\"at\":1,\"command\":{\"Crash\":{\"server\":9}}}]}".to_owned(), "command 0: "),
    ];
    for (text, says) in cases {
        let error = Lesson::read(&text).expect_err(says).to_string();
        assert!(error.contains(says), "{error}\n  does not say: {says}");
    }
}

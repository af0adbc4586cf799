//! `tests/PAPER.md` says where each claim is shown. This holds it to the tests, both ways.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

struct Row {
    section: String,
    claim: String,
    /// Files and functions; a file alone shows what is a host's to do.
    shown_by: Vec<(String, Option<String>)>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(root().join("tests/PAPER.md")).expect("the map");
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let lines = text.lines().filter(|line| line.starts_with('|') && !line.starts_with("|---"));
    let row = |line: &str| {
        let [section, claim, shown_by] = &cells(line)[..] else { panic!("three cells: {line}") };
        let quoted = shown_by.split('`').skip(1).step_by(2);
        let place = |it: &str| match it.split_once("::") {
            Some((file, name)) => (file.to_owned(), Some(name.to_owned())),
            None => (it.to_owned(), None),
        };
        Row { section: section.clone(), claim: claim.clone(), shown_by: quoted.map(place).collect() }
    };
    lines.map(row).filter(|row| row.section != "section").collect()
}

/// The functions of a file that are tests.
fn tests_in(file: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut lines = text.lines().map(str::trim);
    let mut found = BTreeSet::new();
    while let Some(line) = lines.next() {
        if line == "#[test]" {
            let signature = lines.next().expect("a test has a name");
            let name = signature.strip_prefix("fn ").and_then(|rest| rest.split('(').next());
            found.insert(name.expect("a function").to_owned());
        }
    }
    found
}

/// The tests of this folder, but not those of the map itself.
fn paper_tests() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/paper");
    let files = fs::read_dir(folder).expect("this folder").map(|file| file.expect("a file").path());
    files.filter(|file| !file.ends_with("map.rs")).flat_map(|file| tests_in(&file)).collect()
}

#[test]
fn every_claim_is_shown_by_tests_that_exist() {
    let rows = rows();
    assert!(rows.len() > 100, "{} rows", rows.len());
    let mut claims = BTreeSet::new();
    for Row { section, claim, shown_by } in &rows {
        assert!(!shown_by.is_empty(), "{section}, {claim}: shown by nothing");
        assert!(claims.insert((section, claim)), "{section}, {claim}: twice");
        for (file, name) in shown_by {
            let path = root().join(file);
            match name {
                Some(name) => assert!(tests_in(&path).contains(name), "{section}, {claim}: no test {name} in {file}"),
                None => assert!(path.is_file() && claim.starts_with("host: "), "{section}, {claim}: {file}"),
            }
        }
    }
}

#[test]
fn every_test_of_the_paper_is_listed_under_the_section_in_its_name() {
    let rows = rows();
    for test in paper_tests() {
        let listed = |row: &&Row| row.shown_by.iter().any(|(_, name)| name.as_ref() == Some(&test));
        let sections: Vec<_> = rows.iter().filter(listed).map(|row| &row.section).collect();
        assert!(!sections.is_empty(), "tests/PAPER.md has no row for {test}");
        let number = |section: &str| section.to_lowercase().replace(['.', ' '], "_");
        let begins = |section: &String| {
            let number = number(section);
            let begin = if number.starts_with("figure") { number } else { format!("dissertation_{number}") };
            test.strip_prefix(&begin).is_some_and(|rest| rest.starts_with('_') && !starts_with_number(&rest[1..]))
        };
        assert!(sections.iter().any(|section| begins(section)), "{test} is listed under {sections:?}");
    }
}

/// Whether a section goes on, as in `4_2_3_a_removed_server`. A rule of Figure 2 has its number after its name.
fn starts_with_number(rest: &str) -> bool {
    rest.split('_').next().is_some_and(|word| word.parse::<u64>().is_ok())
}

#[test]
fn no_chapter_is_left_out() {
    let sections: BTreeSet<String> = rows().into_iter().map(|row| row.section).collect();
    for section in [
        "Figure 2",
        "Figure 3",
        "Figure 5.3",
        "3.3",
        "3.4",
        "3.5",
        "3.6.1",
        "3.6.2",
        "3.6.3",
        "3.7",
        "3.8",
        "3.9",
        "3.10",
        "4.1",
        "4.2.1",
        "4.2.2",
        "4.2.3",
        "4.2.4",
        "4.3",
        "4.4",
        "5.1",
        "5.1.2",
        "5.1.3",
        "5.1.4",
        "5.2",
        "6.1",
        "6.2",
        "6.3",
        "6.4",
        "6.4.1",
        "9.6",
    ] {
        assert!(sections.contains(section), "tests/PAPER.md says nothing of {section}");
    }
}

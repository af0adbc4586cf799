//! Scripts that nobody here wrote, replayed: what a user of a Raft library can see is compared, not the wording.
//!
//! The scripts are not part of this repository. `RAFTARIUM_CONFORMANCE` names a directory that has them, at any depth,
//! in directories called `quorum`, `confchange` and `interaction` (or `testdata`); without it, `../shared/conformance`
//! beside the repository is taken if it is there.

mod confchange;
mod interaction;
mod quorum;
mod report;
mod rules;
mod script;
mod shape;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use raftarium_core::Membership;

use report::Report;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Quorum,
    ConfChange,
    Interaction,
}

/// What kind of script it is, by its first directive: the kinds have none in common.
fn kind(directives: &[script::Directive]) -> Option<Kind> {
    directives.first().map(|first| match first.command.name.as_str() {
        "vote" | "committed" => Kind::Quorum,
        "simple" | "enter-joint" | "leave-joint" => Kind::ConfChange,
        _ => Kind::Interaction,
    })
}

fn scripts(directory: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            scripts(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "txt") || holds_scripts(directory) {
            found.push(path);
        }
    }
}

/// Whether everything in a directory is a script, whatever it is called.
fn holds_scripts(directory: &Path) -> bool {
    let name = directory.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| ["quorum", "confchange", "interaction", "testdata"].contains(&name))
}

/// The directory to read, and whether it was asked for.
fn directory() -> (PathBuf, bool) {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance");
    env::var_os("RAFTARIUM_CONFORMANCE").map_or((beside, false), |named| (named.into(), true))
}

fn replay(path: &Path, name: &str, reports: &mut BTreeMap<Kind, Report>) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    let directives = script::parse(&text).map_err(|error| format!("{name}: {error}"))?;
    let Some(kind) = kind(&directives) else { return Err(format!("{name}: an empty script")) };
    let report = reports.entry(kind).or_default();
    report.begin(name, text.lines().count());
    let (mut membership, mut servers) = (Membership::nobody(), interaction::Env::new());
    for directive in &directives {
        report.directives += 1;
        let done = match kind {
            Kind::Quorum => quorum::run(directive, report),
            Kind::ConfChange => confchange::run(&mut membership, directive, report),
            Kind::Interaction => servers.run(directive, report),
        };
        if let Err(error) = done {
            // What follows rests on it.
            report.fail(directive.line, &format!("`{}`: {error}", directive.command.name));
            break;
        }
    }
    report.end();
    Ok(())
}

#[test]
fn scripts_of_others_see_in_our_servers_what_they_saw_in_theirs() {
    let (directory, named) = directory();
    let mut found = Vec::new();
    scripts(&directory, &mut found);
    found.sort();
    // Written past the harness, which would hide it: a run says what it did, and that it did nothing.
    let mut out = std::io::stderr();
    if found.is_empty() {
        assert!(!named, "RAFTARIUM_CONFORMANCE names {}, in which there are no scripts", directory.display());
        writeln!(out, "conformance: SKIPPED, there are no scripts in {}", directory.display()).ok();
        return;
    }
    let (mut reports, mut failures) = (BTreeMap::new(), Vec::new());
    for path in &found {
        let name = path.strip_prefix(&directory).unwrap_or(path).display().to_string();
        failures.extend(replay(path, &name, &mut reports).err());
    }
    writeln!(out).ok();
    for (kind, report) in &reports {
        writeln!(out, "conformance: {kind:?}: {report}").ok();
        if env::var_os("RAFTARIUM_CONFORMANCE_LIST").is_some() {
            report.list().for_each(|text| drop(writeln!(out, "    {text}")));
        }
        failures.extend(report.failures().iter().cloned());
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

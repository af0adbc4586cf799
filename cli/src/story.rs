//! What was found, as a story: the rule, the event, the servers, and how one thing led to the other.

use std::fmt::Write as _;

use raftarium_sim::story::{self, list};
use raftarium_sim::{Timeline, Trial};

use crate::file::Found;

/// The most links of a chain of causes that are told.
const CAUSES_MAX: usize = 24;
/// The most commands that are told.
const COMMANDS_MAX: usize = 24;

/// The story of what was found in `trial`.
pub(crate) fn tell(trial: &Trial, found: &Found) -> String {
    let finding = &found.finding;
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}: {}", finding.broken.name(), finding.broken.statement());
    let _ = writeln!(text, "  ({})", finding.broken.source());
    let _ = writeln!(text, "{}  {}", story::seconds(finding.at), finding.story);
    let _ = writeln!(text, "On {}, seed {}, trace {}.", list(&finding.servers), found.seed, found.hash);
    let Ok(mut timeline) = Timeline::replay(trial.run.clone()) else { return text };
    timeline.seek(finding.at);

    let records = timeline.all_records();
    let mut causes = timeline.causes(finding.after);
    causes.reverse();
    let _ = writeln!(text, "\nHow it came to this:");
    if causes.len() > CAUSES_MAX {
        let _ = writeln!(text, "  … {} earlier causes", causes.len() - CAUSES_MAX);
    }
    for record in &causes[causes.len().saturating_sub(CAUSES_MAX)..] {
        let _ = writeln!(text, "  {}  {}", story::seconds(record.at), story::sentence(record, records));
    }

    let done: Vec<_> = records.iter().filter(|record| story::is_command(record)).collect();
    let _ = writeln!(text, "\nWhat was done:");
    if done.len() > COMMANDS_MAX {
        let _ = writeln!(text, "  … {} earlier commands", done.len() - COMMANDS_MAX);
    }
    for record in &done[done.len().saturating_sub(COMMANDS_MAX)..] {
        let _ = writeln!(text, "  {}  {}", story::seconds(record.at), story::sentence(record, records));
    }
    text
}

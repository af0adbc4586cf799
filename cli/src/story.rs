//! What was found, as a story: the rule, the event, the servers, and how one thing led to the other.

use std::fmt::Write as _;

use raftarium_sim::core::Instant;
use raftarium_sim::story::{self, list};
use raftarium_sim::{Command, Happening, Record, Timeline, Trial};

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
    list_of(&mut text, &causes, records, CAUSES_MAX);

    let done: Vec<_> = records.iter().filter(|record| story::is_command(record)).collect();
    let _ = writeln!(text, "\nWhat was done:");
    let is_request = |record: &&&Record| {
        matches!(record.what, Happening::Commanded(Command::Request { .. } | Command::Requests { .. }))
    };
    let requests = done.iter().filter(is_request).count();
    if done.len() > COMMANDS_MAX && requests > 0 {
        let others: Vec<_> = done.iter().filter(|record| !is_request(record)).copied().collect();
        list_of(&mut text, &others, records, COMMANDS_MAX);
        let _ = writeln!(text, "  … and {requests} requests of clients");
    } else {
        list_of(&mut text, &done, records, COMMANDS_MAX);
    }
    text
}

/// The last `max` of them, one a line; the same sentence time and again is one line.
fn list_of(text: &mut String, told: &[&Record], records: &[Record], max: usize) {
    let mut lines: Vec<(Instant, String, usize)> = Vec::new();
    for record in told {
        let sentence = story::sentence(record, records);
        match lines.last_mut() {
            Some((_, last, times)) if *last == sentence => *times += 1,
            Some(_) | None => lines.push((record.at, sentence, 1)),
        }
    }
    let left_out = lines.len().saturating_sub(max);
    if left_out > 0 {
        let _ = writeln!(text, "  … {left_out} earlier ones");
    }
    for (at, sentence, times) in &lines[left_out..] {
        let more = if *times > 1 { format!(" ({times} times)") } else { String::new() };
        let _ = writeln!(text, "  {}  {sentence}{more}", story::seconds(*at));
    }
}

//! What was found, as a story: the rule, the event, the servers, and how one thing led to the other.

use std::fmt::Write as _;

use raftarium_sim::core::Instant;
use raftarium_sim::story::{self, list};
use raftarium_sim::{Command, Happening, Record, Timeline, Trial};

use crate::file::Found;
use crate::link;

/// The most links of a chain of causes that are told.
const CAUSES_MAX: usize = 24;
/// The most commands that are told.
const COMMANDS_MAX: usize = 24;

/// The story of what was found in `trial`, with a line that replays it, and a link to the page at the address `page`.
pub(crate) fn tell(trial: &Trial, found: &Found, page: &str) -> String {
    let mut text = what_happened(trial, found);
    let Some(link) = link::of(trial, found.finding.at, page) else {
        let _ = writeln!(text, "\nThe run is too long for a link: `raftarium shrink` makes it shorter.");
        return text;
    };
    let _ = writeln!(text, "\nReplay it:   raftarium replay '{link}'");
    let _ = writeln!(text, "Look at it:  {link}");
    if page.is_empty() {
        let _ = writeln!(text, "             (put the address of the page before it, or give it with --page)");
    }
    text
}

fn what_happened(trial: &Trial, found: &Found) -> String {
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
    let chain = story::chain(&timeline.causes(finding.after), records);
    let _ = writeln!(text, "\nHow it came to this, and what had gone wrong until then:");
    list_of(&mut text, &chain, records, CAUSES_MAX);

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

//! What is printed at the end: one table, and what falls short.

use std::fmt::Write;

use super::report::{Report, median, spread};
use super::{Outcome, Racer};

type Field = fn(&Report) -> f64;

const SPEED: Field = |report| report.commits_per_second;
const ALLOCATIONS: Field = |report| report.allocations_per_commit;
const MESSAGES: Field = |report| report.messages_per_commit;

impl Outcome {
    /// How many times as fast ours is: the value in the middle of the rounds, each compared in itself.
    fn ratio(&self, reports: &[Report]) -> f64 {
        let ours = self.reports.iter().find(|(racer, _)| *racer == Racer::Ours).map_or(&[][..], |(_, ours)| ours);
        median(ours.iter().zip(reports).map(|(ours, other)| SPEED(ours) / SPEED(other)))
    }
}

/// The table, and what falls short.
pub(super) fn table(outcomes: &[Outcome]) -> String {
    let mut text = "\
Commands a second, committed and applied on all servers: in the middle of the rounds, and from the slowest to the fastest.
`ours is`: how many times as fast ours is in the same round, and what it is to be.

nodes bytes window  racer         commits/s  spread   ours is   to be  allocations/commit  messages/commit
"
    .to_owned();
    let mut short = String::new();
    for outcome in outcomes {
        let cell = outcome.cell;
        for (racer, reports) in &outcome.reports {
            let middle = |field: Field| median(reports.iter().map(field));
            let place = match racer {
                Racer::Ours => format!("{:>5} {:>5} {:>6}", cell.nodes, cell.bytes, cell.window),
                Racer::Noraft | Racer::RaftRs | Racer::RaftRsBest | Racer::Wasm => String::new(),
            };
            let ratio = outcome.ratio(reports);
            let compared = match racer {
                Racer::Ours => String::new(),
                Racer::Noraft | Racer::RaftRs | Racer::RaftRsBest | Racer::Wasm => format!("{ratio:.2} ×"),
            };
            let goal = racer
                .goal(cell)
                .map_or(String::new(), |goal| format!("{} {goal:.1}", if *racer == Racer::Wasm { '≤' } else { '≥' }));
            let _ = writeln!(
                text,
                "{place:18}  {:12} {:>10} {:>6.0}% {compared:>9} {goal:>7} {:>19.3} {:>16.4}",
                racer.name(),
                speed(middle(SPEED)),
                100.0 * spread(reports.iter().map(SPEED)),
                middle(ALLOCATIONS),
                middle(MESSAGES),
            );
            if *racer != Racer::Ours && !racer.reached(cell, ratio) {
                let _ = writeln!(
                    short,
                    "  {} servers, {} bytes, {} in flight: {:.2} × {}, to be {goal}",
                    cell.nodes,
                    cell.bytes,
                    cell.window,
                    ratio,
                    racer.name(),
                );
            }
        }
    }
    if short.is_empty() {
        text.push_str("\nEvery goal is reached.\n");
    } else {
        let _ = write!(text, "\nWhat falls short:\n{short}");
    }
    text
}

/// Every round's numbers, as JSON.
pub(super) fn json(outcomes: &[Outcome]) -> String {
    let numbers = |reports: &[Report], field: Field| {
        let numbers: Vec<_> = reports.iter().map(|report| field(report).to_string()).collect();
        numbers.join(", ")
    };
    let mut lines = Vec::new();
    for Outcome { cell, reports } in outcomes {
        for (racer, reports) in reports {
            lines.push(format!(
                r#"  {{"nodes": {}, "bytes": {}, "window": {}, "racer": "{}", "commits_per_second": [{}], "allocations_per_commit": [{}], "messages_per_commit": [{}]}}"#,
                cell.nodes,
                cell.bytes,
                cell.window,
                racer.name(),
                numbers(reports, SPEED),
                numbers(reports, ALLOCATIONS),
                numbers(reports, MESSAGES),
            ));
        }
    }
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// `512 k`, `2.15 M`.
fn speed(commits_per_second: f64) -> String {
    if commits_per_second < 1e6 {
        format!("{:.0} k", commits_per_second / 1e3)
    } else {
        format!("{:.2} M", commits_per_second / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cell;
    use super::*;

    fn outcome(speeds: &[(Racer, [f64; 3])]) -> Outcome {
        let report =
            |&speed: &f64| Report { commits_per_second: speed, allocations_per_commit: 0.0, messages_per_commit: 4.0 };
        let reports = speeds.iter().map(|(racer, speeds)| (*racer, speeds.iter().map(report).collect()));
        Outcome { cell: Cell { nodes: 3, bytes: 16, window: 1 }, reports: reports.collect() }
    }

    #[test]
    fn rounds_are_compared_each_in_itself() {
        // The machine was slow in the second round, for both.
        let outcome = outcome(&[(Racer::Ours, [4e6, 1e6, 4e6]), (Racer::Noraft, [2e6, 5e5, 2e6])]);
        assert_eq!(outcome.ratio(&outcome.reports[1].1), 2.0);
        assert!(table(&[outcome]).ends_with("\nEvery goal is reached.\n"));
    }

    #[test]
    fn what_falls_short_is_said() {
        let text = table(&[outcome(&[
            (Racer::Ours, [2e6; 3]),
            (Racer::RaftRsBest, [1e6; 3]),
            (Racer::Wasm, [1.1e6; 3]),
            (Racer::Noraft, [4e6; 3]),
        ])]);
        let short = text.split_once("What falls short:\n").expect("something does").1;
        assert_eq!(
            short,
            "  3 servers, 16 bytes, 1 in flight: 2.00 × raft-rs best, to be ≥ 4.0\n  \
             3 servers, 16 bytes, 1 in flight: 0.50 × noraft, to be ≥ 1.0\n"
        );
    }

    #[test]
    fn speeds_read_well() {
        assert_eq!((speed(512_345.0), speed(2_149_000.0)), ("512 k".to_owned(), "2.15 M".to_owned()));
    }
}

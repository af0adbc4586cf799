//! What the page weighs, held against the number in the repository.

use std::process::Command;

use crate::error::{Error, Result};
use crate::{process, say, workspace};

const NUMBERS: &str = "web/ui/WEIGHT.md";
/// How far the weight may be from the number, in percent.
const TOLERANCE: u64 = 2;

/// Weighs `dist/`.
///
/// # Errors
///
/// [`Error::Repository`] when it is too far from the number in the repository.
pub(crate) fn check() -> Result<()> {
    let mut node = Command::new("node");
    node.arg(workspace::root().join("tests/browser/weight.mjs")).env("RAFTARIUM_DIST", workspace::root().join("dist"));
    let parts = process::output(&mut node)?;
    let (first, later) = parts.split_once("\n\n").unwrap_or((&parts, ""));
    let weight = sum(first)?;
    say::note(format_args!("the first load is {weight} bytes of brotli: {}", first.trim().replace('\n', ", ")));
    say::note(format_args!("when the page stands, or on demand: {}", later.trim().replace('\n', ", ")));
    let agreed = agreed(&workspace::read(NUMBERS)?)?;
    judge(weight, agreed)
}

/// The bytes of all parts, one a line: `wasm 123`.
fn sum(parts: &str) -> Result<u64> {
    let number = |line: &str| line.split_once(' ').and_then(|(_, bytes)| bytes.parse::<u64>().ok());
    let sum = parts.lines().map(number).sum::<Option<u64>>().filter(|sum| *sum > 0);
    sum.ok_or_else(|| Error::Repository("tests/browser/weight.mjs printed no weight".to_owned()))
}

/// The number in the last row of the table.
fn agreed(text: &str) -> Result<u64> {
    let cell = |line: &str| Some(line.strip_prefix("| ")?.split_once(" |")?.0.replace(',', ""));
    let mut numbers = text.lines().filter_map(cell).filter_map(|cell| cell.parse().ok());
    numbers.next_back().ok_or_else(|| Error::Repository(format!("{NUMBERS} has no number")))
}

fn judge(weight: u64, agreed: u64) -> Result<()> {
    let (most, least) = (agreed + agreed * TOLERANCE / 100, agreed - agreed * TOLERANCE / 100);
    let wrong = match weight {
        _ if weight > most => "heavier: make it lighter, or say why it is worth that",
        _ if weight < least => "lighter: say what won that, so that it stays",
        _ => return Ok(()),
    };
    Err(Error::Repository(format!(
        "The page weighs {weight} bytes, and {NUMBERS} says {agreed}: more than {TOLERANCE} % {wrong}, in a new row of that table"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_row_counts() {
        let table = "| bytes | why |\n|---:|---|\n| 249,000 | as it was |\n| 150,500 | without x |\n";
        assert_eq!(agreed(table).unwrap(), 150_500);
        assert!(agreed("| bytes | why |\n").is_err());
    }

    #[test]
    fn the_repository_names_a_weight() {
        assert!(agreed(&workspace::read(NUMBERS).unwrap()).is_ok());
    }

    #[test]
    fn two_percent_are_allowed_and_no_more() {
        for (weight, ok) in [(100_000, true), (102_000, true), (102_001, false), (98_000, true), (97_999, false)] {
            assert_eq!(judge(weight, 100_000).is_ok(), ok, "{weight}");
        }
    }

    #[test]
    fn parts_are_summed_and_nothing_is_no_weight() {
        assert_eq!(sum("wasm 10\njs 5\n").unwrap(), 15);
        assert!(sum("").is_err());
        assert!(sum("wasm heavy\n").is_err());
    }
}

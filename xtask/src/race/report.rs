//! What one run of a racer says.

/// One run: `commits=… ns=… allocations=… messages=…`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Report {
    /// Commands committed a second, and applied on every server.
    pub(super) commits_per_second: f64,
    pub(super) allocations_per_commit: f64,
    pub(super) messages_per_commit: f64,
}

impl Report {
    pub(super) fn parse(line: &str) -> Option<Self> {
        let number = |name: &str| -> Option<f64> {
            let value = line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            value?.parse().ok()
        };
        let commits = number("commits").filter(|&commits| commits > 0.0)?;
        let ns = number("ns").filter(|&ns| ns > 0.0)?;
        Some(Self {
            commits_per_second: commits / ns * 1e9,
            allocations_per_commit: number("allocations")? / commits,
            messages_per_commit: number("messages")? / commits,
        })
    }
}

/// The value in the middle; of an even number, the upper one of the two.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How far apart the least and the greatest are, as a part of the value in the middle.
pub(crate) fn spread(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let (low, high) = (values.clone().fold(f64::INFINITY, f64::min), values.clone().fold(f64::NEG_INFINITY, f64::max));
    (high - low) / median(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read() {
        let report = Report::parse("commits=2000 ns=1000000 allocations=500 messages=8000\n").unwrap();
        let expected = Report { commits_per_second: 2e6, allocations_per_commit: 0.25, messages_per_commit: 4.0 };
        assert_eq!(report, expected);
    }

    #[test]
    fn anything_else_is_not() {
        for line in ["", "commits=2 ns=1 allocations=1", "commits=0 ns=1 allocations=0 messages=0", "commits=x ns=1"] {
            assert_eq!(Report::parse(line), None, "{line}");
        }
    }

    #[test]
    fn the_middle_and_the_spread() {
        let values = || [4.0, 1.0, 5.0, 2.0, 3.0].into_iter();
        assert_eq!(median(values()), 3.0);
        assert_eq!(spread(values()), 4.0 / 3.0);
    }
}

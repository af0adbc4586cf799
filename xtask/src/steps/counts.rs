//! How many tests ran, read from what the test runners print.

/// Tests that passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Tests that passed.
    pub(crate) passed: u32,
    /// Tests that failed.
    pub(crate) failed: u32,
}

impl Counts {
    /// Adds the numbers in a closing line of cargo's, wasm-bindgen's or Node's test runner; other lines have none.
    pub(crate) fn read_line(&mut self, line: &str) {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("test result:") {
            // "ok. 12 passed; 0 failed; 0 ignored; …"
            let words: Vec<_> = rest.split([' ', ';']).collect();
            for pair in words.windows(2) {
                match pair[1] {
                    "passed" => self.passed += number(pair[0]),
                    "failed" => self.failed += number(pair[0]),
                    _other => {}
                }
            }
        } else if let Some(rest) = line.strip_prefix("ℹ ") {
            // "ℹ pass 3"
            match rest.split_once(' ') {
                Some(("pass", count)) => self.passed += number(count),
                Some(("fail" | "cancelled", count)) => self.failed += number(count),
                Some(_) | None => {}
            }
        }
    }
}

fn number(word: &str) -> u32 {
    word.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_runner_is_counted() {
        let mut counts = Counts::default();
        for line in [
            "running 3 tests",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored",
            "ℹ tests 4",
            "ℹ pass 3",
            "ℹ fail 1",
            "ℹ cancelled 0",
        ] {
            counts.read_line(line);
        }
        assert_eq!(counts, Counts { passed: 17, failed: 2 });
    }
}

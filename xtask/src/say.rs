//! What a person reads while waiting. Everything goes to stderr, one thought a line.

use std::fmt::Display;
use std::time::Duration;

/// A sentence about what was found or decided.
pub(crate) fn note(text: impl Display) {
    eprintln!("xtask: {text}");
}

/// The start of something that takes a while: what, why, and about how long.
pub(crate) fn long(what: impl Display, why: &str, how_long: &str) {
    eprintln!("xtask: {what}: {why}. This takes {how_long}, once.");
}

/// The heading of a step.
pub(crate) fn heading(text: impl Display) {
    eprintln!("\n=== {text}");
}

/// The last word of a command that failed.
pub(crate) fn error(text: impl Display) {
    eprintln!("xtask: error: {text}");
}

/// A duration as a person says it: `0.4 s`, `12 s`, `3 min 05 s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60.. => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (millis, text) in [(430, "0.4 s"), (12_900, "12 s"), (185_000, "3 min 05 s"), (60_000, "1 min 00 s")] {
            assert_eq!(duration(Duration::from_millis(millis)), text);
        }
    }
}

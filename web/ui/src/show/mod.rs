//! What things are called and how they look: pure functions from what the simulator says to words and classes.

pub(crate) mod axis;
pub(crate) mod digest;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod lanes;
pub(crate) mod names;
pub(crate) mod packet;
pub(crate) mod request;
pub(crate) mod sentence;
pub(crate) mod term;
pub(crate) mod window;

use raftarium_sim::core::Instant;

/// `1,234,567`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `3.412 s`: to the millisecond, which is as fine as a person points.
pub(crate) fn seconds(at: Instant) -> String {
    let ms = at.as_micros() / 1_000;
    format!("{}.{:03} s", ms / 1_000, ms % 1_000)
}

/// `1 write`, `2 writes`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// `S1`, `S1 and S2`, `S1, S2 and S3`.
pub(crate) fn list<T: ToString>(names: &[T]) -> String {
    match names {
        [] => String::new(),
        [only] => only.to_string(),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(T::to_string).collect();
            format!("{} and {}", first.join(", "), last.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(seconds(Instant::from_micros(3_412_999)), "3.412 s");
        assert_eq!(count(1, "write", "writes"), "1 write");
        assert_eq!(list(&["S1", "S2", "S3"]), "S1, S2 and S3");
    }
}

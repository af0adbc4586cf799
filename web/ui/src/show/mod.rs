//! What things are called and how they look: pure functions from what the simulator says to words and classes.

pub(crate) mod ask;
pub(crate) mod axis;
pub(crate) mod branches;
pub(crate) mod carries;
pub(crate) mod compare;
pub(crate) mod digest;
pub(crate) mod disc;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod forms;
pub(crate) mod grid;
pub(crate) mod jump;
pub(crate) mod lanes;
pub(crate) mod light;
pub(crate) mod lives;
pub(crate) mod machine;
pub(crate) mod machinery;
pub(crate) mod names;
pub(crate) mod news;
pub(crate) mod packet;
pub(crate) mod reach;
pub(crate) mod request;
pub(crate) mod shelf;
pub(crate) mod space_time;
pub(crate) mod term;
pub(crate) mod tour;
pub(crate) mod verbs;
pub(crate) mod wait;
pub(crate) mod why;

pub(crate) use raftarium_sim::story::{count, list, seconds, thousands};

/// A number in at most four characters: `999`, `1.2k`, `12k`, `123k`, `1.2M`.
pub(crate) fn brief(number: u64) -> String {
    let (unit, name) = match number {
        ..1_000 => return number.to_string(),
        1_000..1_000_000 => (1_000, 'k'),
        _ => (1_000_000, 'M'),
    };
    let (whole, tenth) = (number / unit, number % unit * 10 / unit);
    if whole < 10 { format!("{whole}.{tenth}{name}") } else { format!("{whole}{name}") }
}

#[cfg(test)]
mod tests {
    use raftarium_sim::core::Instant;

    use super::*;

    #[test]
    fn numbers_in_words() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        let brief_ones = [0, 999, 1_000, 1_290, 12_345, 999_999, 1_234_567].map(brief);
        assert_eq!(brief_ones, ["0", "999", "1.0k", "1.2k", "12k", "999k", "1.2M"]);
        assert_eq!(seconds(Instant::from_micros(3_412_999)), "3.412 s");
        assert_eq!(count(1, "write", "writes"), "1 write");
        assert_eq!(list(&["S1", "S2", "S3"]), "S1, S2 and S3");
    }
}

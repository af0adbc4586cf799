//! Colour means term.

use raftarium_sim::core::Term;

/// How many colours there are before they come round again.
const COLOURS: u64 = 7;

/// The class that gives an element the colour of `term`: none in term 0, in which nothing can happen. A colour that
/// comes round again is hatched.
pub(crate) fn class(term: Term) -> &'static str {
    const PLAIN: [&str; COLOURS as usize] = ["t1", "t2", "t3", "t4", "t5", "t6", "t7"];
    const HATCHED: [&str; COLOURS as usize] =
        ["t1 hatched", "t2 hatched", "t3 hatched", "t4 hatched", "t5 hatched", "t6 hatched", "t7 hatched"];
    let Some(turn) = term.0.checked_sub(1) else { return "t0" };
    let names = if turn < COLOURS { PLAIN } else { HATCHED };
    names[(turn % COLOURS) as usize]
}

/// The number of the colour of `term`, from 1; 0 in term 0.
pub(crate) const fn colour(term: Term) -> usize {
    match term.0.checked_sub(1) {
        Some(turn) => (turn % COLOURS) as usize + 1,
        None => 0,
    }
}

/// Whether the colour of `term` has come round again.
pub(crate) const fn is_hatched(term: Term) -> bool {
    term.0 > COLOURS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_round_hatched() {
        let classes = [0, 1, 7, 8, 14, 15].map(|term| class(Term(term)));
        assert_eq!(classes, ["t0", "t1", "t7", "t1 hatched", "t7 hatched", "t1 hatched"]);
        assert_eq!([0, 1, 7, 8].map(|term| colour(Term(term))), [0, 1, 7, 1]);
        assert!(!is_hatched(Term(7)) && is_hatched(Term(8)));
    }
}

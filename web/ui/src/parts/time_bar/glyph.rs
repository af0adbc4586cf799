//! The marks of the time bar, as they are drawn.

use yew::prelude::*;

use crate::show::axis::Axis;
use crate::show::digest::{Mark, MarkKind};
use crate::show::term;

/// At most one mark of a kind in so many parts of the axis.
pub(super) fn thinned(marks: &[Mark], axis: Axis) -> Vec<Mark> {
    const PARTS: u64 = 250;
    let mut kept: Vec<Mark> = Vec::new();
    let mut last = [None; 8];
    for mark in marks {
        let kind = match mark.kind {
            MarkKind::Election(_) => 0,
            MarkKind::Leader(_) => 1,
            MarkKind::Commit(..) => 2,
            MarkKind::Fault => 3,
            MarkKind::Mend => 4,
            MarkKind::Violation => 5,
            MarkKind::Crash => 6,
            MarkKind::SteppedDown(_) => 7,
        };
        let part = Some(mark.at.as_micros() * PARTS / axis.length);
        if last[kind] != part {
            last[kind] = part;
            kept.push(*mark);
        }
    }
    kept
}

pub(super) fn look(kind: MarkKind) -> (&'static str, Html, String) {
    match kind {
        MarkKind::Election(of) => (
            term::class(of),
            html! { <path class="glyph hollow" d="M0 -5L5 0L0 5L-5 0Z" /> },
            format!("election for term {of}"),
        ),
        MarkKind::Leader(of) => {
            (term::class(of), html! { <path class="glyph" d="M0 -7L7 0L0 7L-7 0Z" /> }, format!("leader of term {of}"))
        }
        MarkKind::SteppedDown(of) => (
            term::class(of),
            html! { <path class="glyph hollow" d="M0 -7L7 0L0 7L-7 0ZM-3.5 0H3.5" /> },
            format!("a leader steps down, term {of}"),
        ),
        MarkKind::Commit(of, index) => {
            (term::class(of), html! { <circle class="glyph" r="4" /> }, format!("index {index} committed"))
        }
        MarkKind::Crash => (
            "crash",
            html! { <path d="M-3.6 3.6A5 5 0 1 1 3.6 -3.6A5 5 0 1 1 -3.6 3.6L3.6 -3.6" /> },
            "crash".to_owned(),
        ),
        MarkKind::Fault => ("fault", html! { <path d="M-5 -5L5 5M5 -5L-5 5" /> }, "cut or another fault".to_owned()),
        MarkKind::Mend => ("mend", html! { <path d="M-5 0H5M0 -5V5" /> }, "restart or heal".to_owned()),
        MarkKind::Violation => ("broken", html! { <path d="M0 -7L7 6H-7Z" /> }, "a rule is broken".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raftarium_sim::RecordId;
    use raftarium_sim::core::{Instant, LogIndex, Term};

    #[test]
    fn marks_that_would_lie_on_each_other_are_thinned() {
        let mark = |number: u64| Mark {
            record: RecordId(number),
            at: Instant::from_micros(number * 100),
            kind: MarkKind::Commit(Term(1), LogIndex(number)),
        };
        let marks: Vec<Mark> = (0..10_000).map(mark).collect();
        let axis = Axis::covering(Instant::from_millis(1_000));
        assert!(thinned(&marks, axis).len() <= 126);
    }
}

//! What became of each proposal.
//!
//! A server that loses its leadership does not know what will become of the proposals it took. Even when a new leader
//! overwrites them here, another copy may still be elected and commit them. Only when an entry is committed at their
//! index is their fate known, so that is when it is told.

use alloc::collections::VecDeque;
use core::cmp::Ordering;

use crate::log::Log;
use crate::outcome::{Outcome, Resolution, UnknownReason};
use crate::types::{EntryId, LogIndex, Term};

/// The proposals whose fate is open: this server's own, oldest first, and those that a leader took for it, in the order
/// in which it heard of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Proposals {
    runs: VecDeque<Run>,
    /// Known, and not told yet.
    settled: VecDeque<Resolution>,
}

/// Proposals of one term that follow one another in the log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Run {
    term: Term,
    first: LogIndex,
    last: LogIndex,
}

impl Proposals {
    pub(crate) fn accepted(&mut self, id: EntryId) {
        match self.runs.back_mut() {
            Some(run) if run.term == id.term && run.last.next() == id.index => run.last = id.index,
            Some(_) | None => self.runs.push_back(Run { term: id.term, first: id.index, last: id.index }),
        }
    }

    /// The log is about to lose entries that may tell the fate of some.
    pub(crate) fn settle(&mut self, log: &Log, commit: LogIndex) {
        while let Some(resolution) = self.next_resolved(log, commit) {
            self.settled.push_back(resolution);
        }
    }

    /// The next run of proposals whose fate is known, now that `log` is committed up to `commit`.
    pub(crate) fn resolve(&mut self, log: &Log, commit: LogIndex) -> Option<Resolution> {
        self.settled.pop_front().or_else(|| self.next_resolved(log, commit))
    }

    fn next_resolved(&mut self, log: &Log, commit: LogIndex) -> Option<Resolution> {
        let position = self.runs.iter().position(|run| run.first <= commit)?;
        let run = self.runs.get_mut(position)?;
        let (term, first) = (run.term, run.first);
        let mut last = run.last.min(commit);
        let base = log.base();
        if first <= base.index && last > base.index {
            // The part that a snapshot covers, by itself.
            last = base.index;
        }
        // By Log Matching, if the last entry is still ours, so are all before it.
        let outcome = if log.term_at(last) == Some(term) {
            Outcome::Committed
        } else if last <= base.index {
            match base.term.cmp(&term) {
                // Terms never go back, so an older base covers nothing of this term.
                Ordering::Less => Outcome::Superseded { by: base.term },
                // The base is an entry of the term's leader, which made it after these.
                Ordering::Equal => Outcome::Committed,
                Ordering::Greater => Outcome::Unknown { reason: UnknownReason::CoveredBySnapshot { last: base } },
            }
        } else {
            let by = log.term_at(first)?;
            let same = |index: &LogIndex| log.term_at(*index) == Some(by);
            last = (first.0..=last.0).map(LogIndex).take_while(same).last()?;
            if by == term { Outcome::Committed } else { Outcome::Superseded { by } }
        };
        if last == run.last {
            self.runs.remove(position);
        } else {
            run.first = last.next();
        }
        Some(Resolution { term, first, last, outcome })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Payload;
    use alloc::vec::Vec;

    fn log(terms: &[u64]) -> Log {
        let mut log = Log::new(EntryId::ZERO, Vec::new());
        for &term in terms {
            log.append(Term(term), Payload::NoOp);
        }
        log
    }

    fn proposals(term: u64, indexes: core::ops::RangeInclusive<u64>) -> Proposals {
        let mut proposals = Proposals::default();
        for index in indexes {
            proposals.accepted(EntryId::new(LogIndex(index), Term(term)));
        }
        proposals
    }

    fn resolve_all(proposals: &mut Proposals, log: &Log, commit: u64) -> Vec<(u64, u64, Outcome)> {
        core::iter::from_fn(|| proposals.resolve(log, LogIndex(commit)))
            .map(|found| (found.first.0, found.last.0, found.outcome))
            .collect()
    }

    #[test]
    fn committed_as_far_as_the_commit_index() {
        let mut proposals = proposals(2, 3..=6);
        let log = log(&[1, 2, 2, 2, 2, 2]);
        assert_eq!(resolve_all(&mut proposals, &log, 2), []);
        assert_eq!(resolve_all(&mut proposals, &log, 4), [(3, 4, Outcome::Committed)]);
        assert_eq!(resolve_all(&mut proposals, &log, 6), [(5, 6, Outcome::Committed)]);
        assert_eq!(resolve_all(&mut proposals, &log, 6), []);
    }

    #[test]
    fn a_tail_that_was_overwritten_is_superseded_by_what_is_there() {
        let mut proposals = proposals(2, 2..=5);
        let log = log(&[2, 2, 3, 3, 4]);
        let committed = (2, 2, Outcome::Committed);
        let superseded = |first, last, by| (first, last, Outcome::Superseded { by: Term(by) });
        assert_eq!(resolve_all(&mut proposals, &log, 5), [committed, superseded(3, 4, 3), superseded(5, 5, 4)]);
    }

    #[test]
    fn overwritten_but_not_committed_stays_open() {
        let mut proposals = proposals(2, 3..=3);
        assert_eq!(resolve_all(&mut proposals, &log(&[1, 1, 3]), 2), []);
    }
}

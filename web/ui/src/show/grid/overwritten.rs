//! What was erased from a log is seen to go: for a while of simulated time, read off the trace.

use std::time::Duration;

use raftarium_sim::core::{Event, Instant, LogIndex, NodeId, Term};
use raftarium_sim::{Happening, Record};

/// How long an erased entry is seen.
const SEEN: Duration = Duration::from_millis(160);
/// In so many steps it fades.
const STEPS: u128 = 8;

/// Entries that a server has just erased, because its leader has others there (§5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overwritten {
    server: NodeId,
    first: LogIndex,
    last: LogIndex,
    /// Of the last one, all that is known of their terms.
    term: Term,
    /// How much is left of them, from 1 to [`STEPS`].
    left: u8,
}

/// What was erased shortly before `now`; `records` are those up to then.
pub(crate) fn overwritten(records: &[Record], now: Instant) -> Vec<Overwritten> {
    let recent = records.iter().rev().take_while(|record| now.since(record.at) < SEEN);
    let mut found: Vec<Overwritten> = recent
        .filter_map(|record| {
            let Happening::Node { server, event: Event::Truncated { first, last, .. } } = &record.what else {
                return None;
            };
            let left = (SEEN - now.since(record.at)).as_micros() * STEPS;
            let left = u8::try_from(left.div_ceil(SEEN.as_micros())).unwrap_or(1);
            Some(Overwritten { server: *server, first: *first, last: last.index, term: last.term, left })
        })
        .collect();
    found.reverse();
    found
}

impl Overwritten {
    /// What it was that is gone from this place, and how much is left of it.
    pub(super) fn at(&self, server: NodeId, index: LogIndex) -> Option<(Option<Term>, u8)> {
        let here = self.server == server && (self.first..=self.last).contains(&index);
        here.then_some(((index == self.last).then_some(self.term), self.left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::{fixture, names};
    use raftarium_sim::{ClientId, Command, Op};

    #[test]
    fn what_a_new_leader_overwrites_is_seen_to_go() {
        let mut timeline = fixture::settled(5);
        let old = names::leader(&timeline.view()).expect("a leader after a second").id;
        timeline.dispatch(Command::Partition { groups: vec![vec![old]] }).expect("a partition");
        let op = Op::Put { key: "y".into(), value: "7".into() };
        timeline.dispatch(fixture::request_to(ClientId(1), old, op)).expect("a request");
        timeline.advance(Duration::from_millis(2_000));
        timeline.dispatch(Command::HealAll).expect("they are cut");
        let healed = timeline.now();
        let mut found = Vec::new();
        while found.is_empty() {
            assert!(timeline.step_forward() && timeline.now().since(healed) < Duration::from_secs(5));
            found = overwritten(timeline.records(), timeline.now());
        }
        let [gone] = found[..] else { panic!("one server erases: {found:?}") };
        assert_eq!((gone.server, gone.left), (old, 8));
        assert_eq!(gone.at(old, LogIndex(2)), Some((Some(gone.term), 8)));
        assert_eq!(gone.at(old, LogIndex(1)), None);
        timeline.advance(SEEN / 2);
        assert_eq!(overwritten(timeline.records(), timeline.now())[0].left, 4);
        timeline.advance(SEEN / 2);
        assert_eq!(overwritten(timeline.records(), timeline.now()), []);
    }
}

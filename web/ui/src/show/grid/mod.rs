//! The logs as a grid: what is drawn of them, so that nothing is drawn anew as long as it stays the same.

mod overwritten;
mod window;

use std::rc::Rc;

use raftarium_sim::core::{LogIndex, NodeId, Term};
use raftarium_sim::{EntryView, ServerView, View};

pub(crate) use overwritten::{Overwritten, overwritten};
pub(crate) use window::{Density, Metrics, Window, last_index};

use super::names;

/// The part of the logs that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grid {
    pub(crate) metrics: Metrics,
    pub(crate) window: Window,
    /// How many logs there are in all.
    pub(crate) count: usize,
    pub(crate) rows: Vec<Rc<Row>>,
}

/// A log.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: NodeId,
    pub(crate) role: &'static str,
    /// What a snapshot has: so many columns of the window, up to this entry.
    pub(crate) snapshot: Option<Snapshot>,
    pub(crate) cells: Vec<Cell>,
    /// What the leader knows of it: the last index that agrees, and the next that it sends.
    pub(crate) progress: Option<(LogIndex, LogIndex)>,
}

/// What a snapshot has, where the entries were.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Snapshot {
    pub(crate) columns: usize,
    pub(crate) index: LogIndex,
    pub(crate) term: Term,
    /// Whether the log is committed just up to its end.
    pub(crate) commit: bool,
}

/// A place in a log.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cell {
    pub(crate) index: u64,
    pub(crate) entry: Option<Shown>,
    /// Whether the log is committed just up to here.
    pub(crate) commit: bool,
    /// Whether the leader knows that it agrees just up to here.
    pub(crate) matched: bool,
    /// Whether this is what the leader sends next.
    pub(crate) next: bool,
    /// What has just been overwritten here: its term if it is known, and how much is left of it, from 1 to 8.
    pub(crate) gone: Option<(Option<Term>, u8)>,
}

/// An entry in its cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) term: Term,
    pub(crate) words: String,
    pub(crate) committed: bool,
    pub(crate) durable: bool,
    pub(crate) applied: bool,
    /// Whether it says who belongs to the cluster.
    pub(crate) membership: bool,
}

impl Grid {
    /// The part of the logs in `view` that `window` shows, with what was overwritten there.
    pub(crate) fn new(view: &View, metrics: Metrics, window: Window, gone: &[Overwritten]) -> Self {
        let leader = names::leader(view);
        let rows = view.servers.get(window.rows.clone()).unwrap_or_default().iter().map(|server| {
            let known = leader.and_then(|leader| leader.followers.iter().find(|follower| follower.id == server.id));
            Rc::new(row(server, &window, known.map(|known| (known.matched, known.next)), gone))
        });
        Self { rows: rows.collect(), count: view.servers.len(), metrics, window }
    }

    /// Whether there is an entry at this place, and it is drawn.
    pub(crate) fn has(&self, server: NodeId, index: LogIndex) -> bool {
        let row = self.rows.iter().find(|row| row.id == server);
        row.is_some_and(|row| row.cells.iter().any(|cell| cell.index == index.0 && cell.entry.is_some()))
    }

    /// The first entry that is drawn.
    pub(crate) fn first(&self) -> Option<(NodeId, LogIndex)> {
        self.rows.iter().find_map(|row| {
            let cell = row.cells.iter().find(|cell| cell.entry.is_some())?;
            Some((row.id, LogIndex(cell.index)))
        })
    }
}

impl Cell {
    /// Whether there is nothing to be seen.
    pub(crate) const fn is_empty(&self) -> bool {
        self.entry.is_none() && !self.matched && !self.next && self.gone.is_none()
    }
}

fn row(server: &ServerView, window: &Window, progress: Option<(LogIndex, LogIndex)>, gone: &[Overwritten]) -> Row {
    let base = server.base;
    let compacted = window.columns.clone().take_while(|index| *index <= base.index.0).count();
    let snapshot = (compacted > 0).then(|| Snapshot {
        columns: compacted,
        index: base.index,
        term: base.term,
        commit: server.commit == base.index && base.index.0 <= *window.columns.end(),
    });
    let cells = window.columns.clone().skip(compacted).map(|index| {
        let entry = entry_at(server, index);
        let at = LogIndex(index);
        Cell {
            index,
            commit: server.commit == at && entry.is_some(),
            entry: entry.map(shown),
            matched: progress.is_some_and(|(matched, _)| matched == at),
            next: progress.is_some_and(|(_, next)| next == at),
            gone: gone.iter().rev().find_map(|gone| gone.at(server.id, at)),
        }
    });
    Row { id: server.id, role: names::role(server), snapshot, cells: cells.collect(), progress }
}

/// The entry at an index: a log has no gaps.
fn entry_at(server: &ServerView, index: u64) -> Option<&EntryView> {
    let offset = index.checked_sub(server.log.first()?.id.index.0)?;
    server.log.get(usize::try_from(offset).ok()?)
}

fn shown(entry: &EntryView) -> Shown {
    Shown {
        term: entry.id.term,
        words: names::carried(entry),
        committed: entry.committed,
        durable: entry.durable,
        applied: entry.applied,
        membership: entry.membership.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Size;
    use crate::show::fixture;
    use raftarium_sim::{ClientId, Command, Op};
    use std::time::Duration;

    const SIZE: Size = Size { width: 550.0, height: 400.0 };

    fn grid(view: &View) -> Grid {
        let metrics = Metrics::of(view, false, false);
        let window = Window::new(metrics, SIZE, (None, 0.0), view.servers.len(), last_index(view));
        Grid::new(view, metrics, window, &[])
    }

    fn put(value: &str) -> Command {
        let op = Op::Put { key: "x".into(), value: value.into() };
        fixture::request(ClientId(1), op)
    }

    #[test]
    fn a_write_goes_from_memory_to_disk_to_committed_to_applied() {
        let mut timeline = fixture::settled(3);
        let leader = names::leader(&timeline.view()).expect("a leader after a second").id;
        timeline.dispatch(put("1")).expect("a request");
        let mut seen = Vec::new();
        while timeline.now() < raftarium_sim::core::Instant::from_millis(1_200) {
            let grid = grid(&timeline.view());
            let row = grid.rows.iter().find(|row| row.id == leader).expect("all rows fit");
            if let Some(entry) =
                row.cells.iter().find_map(|cell| cell.entry.as_ref().filter(|entry| entry.words == "x=1"))
            {
                let state = (entry.durable, entry.committed, entry.applied);
                if seen.last() != Some(&state) {
                    seen.push(state);
                }
            }
            assert!(timeline.step_forward());
        }
        assert_eq!(seen.first(), Some(&(false, false, false)));
        assert_eq!(seen.last(), Some(&(true, true, true)));
    }

    #[test]
    fn the_leader_knows_where_each_follower_is() {
        let view = fixture::settled(3).view();
        let leader = names::leader(&view).expect("a leader after a second").id;
        for row in grid(&view).rows {
            let marks = |of: fn(&Cell) -> bool| {
                row.cells.iter().filter(|cell| of(cell)).map(|cell| cell.index).collect::<Vec<_>>()
            };
            let expected: (&[u64], &[u64]) = if row.id == leader { (&[], &[]) } else { (&[1], &[2]) };
            assert_eq!((&marks(|cell| cell.matched)[..], &marks(|cell| cell.next)[..]), expected, "{}", row.id);
        }
    }

    #[test]
    fn what_a_snapshot_has_is_one_block() {
        let mut timeline = fixture::settled(1);
        let compact = Command::Compact { server: NodeId(1) };
        for command in [put("1"), put("2"), compact, put("3")] {
            timeline.dispatch(command).expect("it runs, and leads");
            timeline.advance(Duration::from_millis(300));
        }
        let grid = grid(&timeline.view());
        let row = &grid.rows[0];
        let snapshot = row.snapshot.expect("it has one");
        assert_eq!((snapshot.columns, snapshot.index), (3, LogIndex(3)));
        assert_eq!(grid.first(), Some((NodeId(1), LogIndex(4))));
        assert!(grid.has(NodeId(1), LogIndex(4)) && !grid.has(NodeId(1), LogIndex(3)));
    }
}

//! Which part of long logs is drawn: what can be seen of it, and a little around.

use std::ops::{Range, RangeInclusive};

use raftarium_sim::{EntryView, Op, ServerView, View};

use crate::geometry::Size;
use crate::geometry::trig::within;
use crate::show::names;

/// More servers than these are drawn in low rows.
const COMFORTABLE: usize = 6;
/// More than these in the lowest.
const DENSE: usize = 12;
/// How many columns and rows are drawn beyond what can be seen, so that little is seen to be missing while it scrolls.
const AROUND: usize = 3;
/// The window moves in steps, so that not every pixel that is scrolled draws it anew.
const STEP: usize = 4;
/// As many columns as there are at least: a few empty ones show that the log goes on.
const LEAST: u64 = 8;

/// How much is put into how little room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Density {
    Comfortable,
    /// Rows are low, and the term stands beside the words.
    Dense,
    Lowest,
}

/// How large the cells are, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Metrics {
    pub(crate) density: Density,
    pub(crate) column: f64,
    pub(crate) row: f64,
    /// The height of the row of indexes.
    pub(crate) head: f64,
    /// The width of the column of names.
    pub(crate) side: f64,
}

/// The part of the logs that is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) columns: RangeInclusive<u64>,
    /// By their places: S1 has 0.
    pub(crate) rows: Range<usize>,
    /// How many columns there are in all.
    pub(crate) last: u64,
}

impl Metrics {
    /// For these logs; on a `tall` screen, what is read from afar gets more of it, and where there is much `besides`, less.
    pub(crate) fn of(view: &View, tall: bool, besides: bool) -> Self {
        let character = if tall { 9.4 } else { 7.2 };
        let density = match view.servers.len() {
            0..=COMFORTABLE if !besides => Density::Comfortable,
            0..=DENSE => Density::Dense,
            _ => Density::Lowest,
        };
        let row = match (density, tall) {
            (Density::Comfortable, false) => 44.0,
            (Density::Comfortable, true) => 60.0,
            (Density::Dense, false) => 31.0,
            (Density::Dense, true) => 42.0,
            (Density::Lowest, false) => 25.0,
            (Density::Lowest, true) => 30.0,
        };
        let term = if density == Density::Comfortable { 0.0 } else { 14.0 };
        // What a leader begins with has room from the start, so that nothing moves when it comes.
        let longest = view.servers.iter().flat_map(|server| &server.log).map(length).max().unwrap_or(0).max(NO_OP);
        let least = if tall { 78.0 } else { 56.0 };
        let most = term + if tall { 160.0 } else { 128.0 };
        let column = within(longest as f64 * character + 22.0 + term, least, most).round();
        Self { density, column, row, head: 20.0, side: if density == Density::Comfortable { 90.0 } else { 132.0 } }
    }
}

impl Metrics {
    /// How far from the left the column of an index is.
    pub(crate) fn left(self, index: u64) -> f64 {
        self.side + index.saturating_sub(1) as f64 * self.column
    }
}

/// How long `no-op` is.
const NO_OP: usize = 5;

/// About how long the words of an entry are; of most, without making them.
fn length(entry: &EntryView) -> usize {
    match &entry.op {
        Some(Op::Put { key, value }) => key.len() + value.len() + 1,
        Some(Op::CompareAndSet { key, expected, value }) => {
            key.len() + expected.as_ref().map_or(4, String::len) + value.len() + 6
        }
        Some(Op::Get { key } | Op::Delete { key } | Op::Increment { key, .. } | Op::Read { key, .. }) => key.len() + 5,
        None => entry.membership.as_ref().map_or(NO_OP, |membership| names::members(membership).len()),
    }
}

/// The last index of any log.
pub(crate) fn last_index(view: &View) -> u64 {
    let last = |server: &ServerView| server.log.last().map_or(server.base.index.0, |entry| entry.id.index.0);
    view.servers.iter().map(last).max().unwrap_or(0)
}

impl Metrics {
    /// How far logs that end at `last` are scrolled in a frame of this width, so that the newest entry is seen, and as much of
    /// the free place after it as leaves the first column whole.
    pub(crate) fn newest(self, width: f64, last: u64) -> f64 {
        let beyond = (self.side + (last + 1) as f64 * self.column - width).max(0.0);
        (beyond / self.column) as u64 as f64 * self.column
    }
}

impl Window {
    /// What is drawn of `servers` logs that end at `last`, in a frame of `size` that is scrolled by `scrolled`; without
    /// `scrolled.0`, to the newest entry.
    pub(crate) fn new(metrics: Metrics, size: Size, scrolled: (Option<f64>, f64), servers: usize, last: u64) -> Self {
        let newest = last + 1;
        // The last column is free: what comes next will not move what is there.
        let last = newest.max(LEAST);
        let across = ((size.width - metrics.side).max(0.0) / metrics.column).ceil() as u64 + 1;
        let first = match scrolled.0 {
            Some(left) => (left / metrics.column).max(0.0) as u64 + 1,
            None => (newest + 1).saturating_sub(across).max(1),
        };
        let (around, step) = (AROUND as u64, STEP as u64);
        let first = (first.saturating_sub(around + 1) / step * step + 1).min(last);
        let end = (first + across + 2 * around + step).min(last);
        let down = (size.height / metrics.row).ceil() as usize + 1;
        let top = ((scrolled.1 / metrics.row).max(0.0) as usize).saturating_sub(AROUND) / STEP * STEP;
        let top = top.min(servers);
        Self { columns: first..=end, rows: top..(top + down + 2 * AROUND + STEP).min(servers), last }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: Metrics = Metrics { density: Density::Comfortable, column: 56.0, row: 44.0, head: 20.0, side: 90.0 };
    const SIZE: Size = Size { width: 550.0, height: 260.0 };

    #[test]
    fn short_logs_are_drawn_whole() {
        let window = Window::new(METRICS, SIZE, (None, 0.0), 5, 3);
        assert_eq!(window, Window { columns: 1..=8, rows: 0..5, last: 8 });
    }

    #[test]
    fn of_long_logs_what_is_seen_is_drawn_and_not_much_more() {
        for (left, last) in
            [(None, 10_000), (Some(0.0), 10_000), (Some(5_600.0), 10_000), (Some(1e9), 10_000), (Some(100.0), 12)]
        {
            let window = Window::new(METRICS, SIZE, (left, 0.0), 51, last);
            let drawn = window.columns.end() - window.columns.start() + 1;
            assert!(drawn <= 20, "{window:?}");
            assert!(window.rows.len() <= 15, "{window:?}");
            let seen = left.map_or(last + 1, |left| ((left / METRICS.column) as u64 + 1).min(window.last));
            assert!(window.columns.contains(&seen), "{window:?} has {seen}");
        }
    }

    #[test]
    fn the_newest_entry_is_seen_and_short_logs_are_not_scrolled() {
        assert_eq!(METRICS.newest(SIZE.width, 4), 0.0);
        let left = METRICS.newest(SIZE.width, 100);
        let seen = left + METRICS.side..=left + SIZE.width;
        assert!(
            seen.contains(&(METRICS.side + 99.0 * METRICS.column))
                && seen.contains(&(METRICS.side + 100.0 * METRICS.column))
        );
        assert_eq!(left % METRICS.column, 0.0, "the first column is whole");
    }

    #[test]
    fn scrolling_down_brings_the_others() {
        let window = Window::new(METRICS, SIZE, (None, 44.0 * 45.0), 51, 3);
        assert!(window.rows.contains(&50) && !window.rows.contains(&0), "{window:?}");
        assert_eq!(Window::new(METRICS, SIZE, (None, 1e9), 51, 3).rows.end, 51);
    }

    #[test]
    fn a_frame_without_room_has_a_window_all_the_same() {
        let window = Window::new(METRICS, Size::default(), (Some(0.0), 0.0), 5, 0);
        assert!(window.columns.contains(&1) && window.rows.contains(&0));
    }
}

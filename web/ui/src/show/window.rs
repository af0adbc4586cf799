//! Which columns of a long log are shown.

use std::ops::RangeInclusive;

use raftarium_sim::View;

/// How many columns there are at once: enough to scroll in, few enough to draw quickly.
pub(crate) const COLUMNS: u64 = 40;
/// How far one press of "earlier" goes.
pub(crate) const JUMP: u64 = 30;

/// The last index of any log.
pub(crate) fn last_index(view: &View) -> u64 {
    let last =
        |server: &raftarium_sim::ServerView| server.log.last().map_or(server.base.index.0, |entry| entry.id.index.0);
    view.servers.iter().map(last).max().unwrap_or(0)
}

/// The indexes that are shown of logs that end at `last`, when a person went `back` columns.
pub(crate) fn columns(last: u64, back: u64) -> RangeInclusive<u64> {
    // A few empty columns show that the log goes on, and that an entry will not move what is there.
    let newest = last.max(8);
    let end = newest.saturating_sub(back).max(COLUMNS.min(newest));
    end.saturating_sub(COLUMNS - 1).max(1)..=end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_logs_are_shown_whole_and_long_ones_from_the_end() {
        let cases =
            [(0, 0, 1..=8), (12, 0, 1..=12), (40, 0, 1..=40), (41, 0, 2..=41), (100, 30, 31..=70), (100, 999, 1..=40)];
        for (last, back, shown) in cases {
            assert_eq!(columns(last, back), shown, "last {last}, back {back}");
        }
    }
}

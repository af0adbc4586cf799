//! Branches as lanes: which row each one has, and where it leaves another. The one that is looked at is the bar itself.

use super::px;

/// A branch, in the order in which they came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// The place of the one that it leaves, which comes before it.
    pub(crate) parent: Option<usize>,
    /// When it leaves, in microseconds.
    pub(crate) from: u64,
}

/// A lane under the bar. The first one has row 1; row 0 is the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lane {
    /// The place of its branch.
    pub(crate) node: usize,
    /// The row that it leaves.
    pub(crate) leaves: usize,
    /// The moment from which on it is another than the one in that row, in microseconds.
    pub(crate) from: u64,
}

/// The lanes below that of `active`, from above. A lane that begins later stands nearer to the one that it leaves, so no
/// fork crosses a lane.
pub(crate) fn lanes(nodes: &[Node], active: usize) -> Vec<Lane> {
    // When each of those that the active one comes from is left on the way to it.
    let mut left: Vec<Option<u64>> = vec![None; nodes.len()];
    let mut at = active;
    while let Some(parent) = nodes[at].parent {
        left[parent] = Some(nodes[at].from);
        at = parent;
    }
    // Whom each one leaves when, seen from the active one.
    let leaves = |node: usize| {
        let Node { parent, from } = nodes[node];
        match (left[node], parent) {
            (Some(from), _) => (active, from),
            (None, Some(parent)) if left[parent].is_none_or(|left| from > left) => (parent, from),
            (None, _) => (active, from),
        }
    };
    // What is still to be placed, and below which row; the next one last.
    let mut open = Vec::new();
    let mut lanes = Vec::new();
    let mut host = (active, 0);
    loop {
        let below = (0..nodes.len()).filter(|node| *node != active).map(|node| (leaves(node), node));
        let mut own: Vec<(u64, usize)> =
            below.filter(|((leaves, _), _)| *leaves == host.0).map(|((_, from), node)| (from, node)).collect();
        own.sort_unstable();
        open.extend(own.into_iter().map(|(from, node)| Lane { node, leaves: host.1, from }));
        let Some(next) = open.pop() else { return lanes };
        lanes.push(next);
        host = (next.node, lanes.len());
    }
}

/// How high a row is, in pixels.
pub(crate) const ROW: f64 = 32.0;
/// Where the line is in its row, in pixels from the top of it.
pub(crate) const LINE: f64 = 23.0;
/// How wide the picture of the forks is, whatever it is stretched to.
pub(crate) const WIDE: u32 = 10_000;

/// The line of a lane in `row`, which leaves another at `from` and ends at `end`, both as parts of [`WIDE`]: down, round the
/// corner, and along. What leaves the bar comes from the top of the picture.
pub(crate) fn fork(leaves: usize, row: usize, from: f64, end: f64) -> String {
    const ROUND: f64 = 12.0;
    let line = |row: usize| (row as f64 - 1.0) * ROW + LINE;
    let top = if leaves == 0 { 0.0 } else { line(leaves) };
    let y = line(row);
    let corner = (from + ROUND * 7.0).min(f64::from(WIDE));
    let (x, end) = (px(from), px(end.max(corner)));
    format!("M{x} {}V{}Q{x} {} {} {}H{end}", px(top), px(y - ROUND), px(y), px(corner), px(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(parent: usize, from: u64) -> Node {
        Node { parent: Some(parent), from }
    }

    const FIRST: Node = Node { parent: None, from: 0 };

    fn rows(nodes: &[Node], active: usize) -> Vec<(usize, usize, u64)> {
        lanes(nodes, active).iter().map(|lane| (lane.node, lane.leaves, lane.from)).collect()
    }

    #[test]
    fn one_branch_has_no_lane() {
        assert_eq!(rows(&[FIRST], 0), []);
    }

    #[test]
    fn the_other_one_leaves_the_one_that_is_looked_at_where_they_part() {
        let nodes = [FIRST, node(0, 400)];
        assert_eq!(rows(&nodes, 1), [(0, 0, 400)]);
        assert_eq!(rows(&nodes, 0), [(1, 0, 400)]);
    }

    #[test]
    fn what_leaves_a_past_that_is_shared_leaves_the_bar() {
        // The second leaves the first before the third does, the fourth after.
        let nodes = [FIRST, node(0, 100), node(0, 400), node(0, 700)];
        assert_eq!(rows(&nodes, 2), [(0, 0, 400), (3, 1, 700), (1, 0, 100)]);
        assert_eq!(rows(&nodes, 3), [(0, 0, 700), (2, 0, 400), (1, 0, 100)]);
    }

    #[test]
    fn those_that_leave_at_one_moment_all_leave_the_bar() {
        let nodes = [FIRST, node(0, 400), node(0, 400)];
        assert_eq!(rows(&nodes, 2), [(1, 0, 400), (0, 0, 400)]);
    }

    /// Every tree of five that there can be with these moments: each branch has one lane, under what it leaves, and none
    /// of the lanes in between goes past the fork.
    #[test]
    fn no_fork_crosses_a_lane() {
        for code in 0..24 * 81_usize {
            let (mut rest, mut nodes) = (code, vec![FIRST]);
            for _ in 1..5 {
                let parent = rest % nodes.len();
                rest /= nodes.len();
                let later = 100 * (1 + (rest % 3) as u64);
                rest /= 3;
                nodes.push(node(parent, nodes[parent].from + later));
            }
            for active in 0..nodes.len() {
                let lanes = lanes(&nodes, active);
                let mut placed: Vec<usize> = lanes.iter().map(|lane| lane.node).chain([active]).collect();
                placed.sort_unstable();
                assert_eq!(placed, [0, 1, 2, 3, 4], "{nodes:?} {active}");
                for (at, lane) in lanes.iter().enumerate() {
                    assert!(lane.leaves <= at, "{nodes:?} {active}");
                    let between = &lanes[lane.leaves..at];
                    assert!(between.iter().all(|other| other.from >= lane.from), "{nodes:?} {active}: {lanes:?}");
                }
            }
        }
    }

    #[test]
    fn a_fork_goes_down_and_along_and_never_back() {
        assert_eq!(fork(0, 1, 2_000.0, 5_000.0), "M2000 0V11Q2000 23 2084 23H5000");
        assert_eq!(fork(1, 3, 2_000.0, 2_001.0), "M2000 23V75Q2000 87 2084 87H2084");
    }
}

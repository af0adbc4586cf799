//! Who reaches whom over links that are not cut.

use raftarium_sim::core::NodeId;
use raftarium_sim::{CutView, View};

/// Every pair of servers, each direction by itself: looked up at once, however many cuts there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    count: usize,
    cut: Vec<bool>,
}

impl Reach {
    pub(crate) fn of(view: &View) -> Self {
        Self::new(view.servers.len(), &view.cuts)
    }

    /// Of servers that are named S1, S2, … up to `count`.
    pub(crate) fn new(count: usize, cuts: &[CutView]) -> Self {
        let mut reach = Self { count, cut: vec![false; count * count] };
        for cut in cuts {
            if let Some(at) = reach.place(cut.from, cut.to) {
                reach.cut[at] = true;
            }
        }
        reach
    }

    fn place(&self, from: NodeId, to: NodeId) -> Option<usize> {
        let at = |id: NodeId| usize::try_from(id.0).ok()?.checked_sub(1).filter(|at| *at < self.count);
        Some(at(from)? * self.count + at(to)?)
    }

    /// Whether nothing gets from `from` to `to`.
    pub(crate) fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        self.place(from, to).is_some_and(|at| self.cut[at])
    }

    /// Whether `server` reaches fewer than a majority, itself included, because of cuts.
    pub(crate) fn is_cut_off(&self, server: NodeId) -> bool {
        let names = (1..=self.count as u64).map(NodeId);
        let joined = |other: &NodeId| *other == server || !self.is_cut(server, *other) && !self.is_cut(*other, server);
        let alone = names
            .clone()
            .filter(|other| *other != server)
            .any(|other| self.is_cut(server, other) || self.is_cut(other, server));
        alone && names.filter(joined).count() * 2 <= self.count
    }

    /// The servers that are joined by links that work in at least one direction, by their places, in the order of their
    /// first members.
    pub(crate) fn groups(&self) -> Vec<Vec<usize>> {
        let joined = |a: usize, b: usize| !(self.cut[a * self.count + b] && self.cut[b * self.count + a]);
        let mut found: Vec<Vec<usize>> = Vec::new();
        let mut seen = vec![false; self.count];
        for first in 0..self.count {
            if seen[first] {
                continue;
            }
            seen[first] = true;
            let mut group = vec![first];
            let mut next = 0;
            while let Some(&at) = group.get(next) {
                next += 1;
                for (other, seen) in seen.iter_mut().enumerate() {
                    if !*seen && joined(at, other) {
                        *seen = true;
                        group.push(other);
                    }
                }
            }
            group.sort_unstable();
            found.push(group);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(pairs: &[(u64, u64)]) -> Vec<CutView> {
        let both = |&(a, b): &(u64, u64)| {
            [CutView { from: NodeId(a), to: NodeId(b) }, CutView { from: NodeId(b), to: NodeId(a) }]
        };
        pairs.iter().flat_map(both).collect()
    }

    #[test]
    fn servers_that_reach_each_other_are_one_group() {
        assert_eq!(Reach::new(5, &[]).groups(), [vec![0, 1, 2, 3, 4]]);
        let reach = Reach::new(5, &cuts(&[(1, 3), (1, 4), (1, 5), (2, 3), (2, 4), (2, 5)]));
        assert_eq!(reach.groups(), [vec![0, 1], vec![2, 3, 4]]);
        let cut_off: Vec<bool> = (1..=5).map(|id| reach.is_cut_off(NodeId(id))).collect();
        assert_eq!(cut_off, [true, true, false, false, false]);
    }

    #[test]
    fn a_link_that_works_one_way_still_joins() {
        let reach = Reach::new(2, &[CutView { from: NodeId(1), to: NodeId(2) }]);
        assert_eq!(reach.groups().len(), 1);
        assert!(reach.is_cut(NodeId(1), NodeId(2)) && !reach.is_cut(NodeId(2), NodeId(1)));
    }

    #[test]
    fn nobody_is_cut_off_where_nothing_is_cut() {
        assert!(!Reach::new(1, &[]).is_cut_off(NodeId(1)));
        assert!(!Reach::new(2, &[]).is_cut_off(NodeId(2)));
    }
}

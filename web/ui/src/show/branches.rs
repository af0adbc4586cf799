//! The branches of a run, as they stand below the time bar.

use raftarium_sim::core::Instant;
use raftarium_sim::story::commanded;
use raftarium_sim::{BranchId, BranchInfo, Timeline};

use super::digest::Mark;
use super::seconds;
use crate::geometry::lanes::{Node, lanes};

/// A branch that is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lane {
    pub(crate) id: BranchId,
    pub(crate) name: String,
    /// Whether a person gave it its name.
    pub(crate) named: bool,
    /// What was done in it that was not in the other one.
    pub(crate) what: String,
    /// The row that it leaves; 0 is the bar.
    pub(crate) leaves: usize,
    pub(crate) from: Instant,
    pub(crate) end: Instant,
    /// What happened in it since, oldest first.
    pub(crate) marks: Vec<Mark>,
}

/// All branches.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Branches {
    pub(crate) id: Option<BranchId>,
    /// What the one that is looked at is called.
    pub(crate) name: String,
    pub(crate) named: bool,
    /// The others, from above.
    pub(crate) lanes: Vec<Lane>,
}

impl Branches {
    /// Those of `timeline`; `marks` knows what is marked in the ones that are not looked at.
    pub(crate) fn of<'a>(timeline: &Timeline, marks: impl Fn(BranchId) -> &'a [Mark]) -> Self {
        let all = timeline.branches();
        let Some(active) = all.iter().position(|branch| branch.active) else { return Self::default() };
        let place = |id: BranchId| all.iter().position(|branch| branch.id == id);
        let node = |branch: &BranchInfo| Node { parent: branch.parent.and_then(place), from: branch.from.as_micros() };
        let nodes: Vec<Node> = all.iter().map(node).collect();
        let placed = lanes(&nodes, active);
        let lane = |lane: &crate::geometry::lanes::Lane| {
            let branch = &all[lane.node];
            let from = Instant::from_micros(lane.from);
            let marks = marks(branch.id);
            let left = lane.leaves.checked_sub(1).map_or(active, |row| placed[row].node);
            Lane {
                id: branch.id,
                name: name(branch),
                named: branch.name.is_some(),
                what: what(timeline, branch.id, all[left].id, from),
                leaves: lane.leaves,
                from,
                end: branch.end,
                marks: marks[marks.partition_point(|mark| mark.at < from)..].to_vec(),
            }
        };
        let here = &all[active];
        Self {
            id: Some(here.id),
            name: name(here),
            named: here.name.is_some(),
            lanes: placed.iter().map(lane).collect(),
        }
    }

    /// How far any of them is known, if it is further than `end`.
    pub(crate) fn end(&self, end: Instant) -> Instant {
        self.lanes.iter().map(|lane| lane.end).fold(end, Instant::max)
    }
}

impl Lane {
    /// From when to when it is known.
    pub(crate) fn times(&self) -> String {
        format!("{} to {}", seconds(self.from), seconds(self.end))
    }
}

fn name(branch: &BranchInfo) -> String {
    branch.name.clone().unwrap_or_else(|| match branch.id {
        BranchId(0) => "Original".to_owned(),
        BranchId(number) => format!("Branch {number}"),
    })
}

/// What was done first in a branch from `from` on, where it leaves another one; if nothing was, what was done in that one
/// and not here.
fn what(timeline: &Timeline, id: BranchId, left: BranchId, from: Instant) -> String {
    let first = |id: BranchId| {
        let commands = timeline.run_of(id).map(|run| run.commands).unwrap_or_default();
        commands.iter().find(|timed| timed.at >= from).map(|timed| commanded(&timed.command))
    };
    let without = || first(left).map(|other| format!("Without “{}”", other.trim_end_matches('.')));
    first(id).or_else(without).unwrap_or_else(|| "Nothing is done.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use raftarium_sim::Command;
    use raftarium_sim::core::NodeId;

    #[test]
    fn a_lane_says_what_was_done_in_it_and_from_when_on() {
        let mut timeline = fixture::settled(3);
        assert_eq!(Branches::of(&timeline, |_| &[]).lanes, []);
        let parted = Instant::from_millis(400);
        timeline.seek(parted);
        timeline.dispatch(Command::Crash { server: NodeId(1) }).expect("it runs");
        let branches = Branches::of(&timeline, |_| &[]);
        assert_eq!(branches.name, "Branch 1");
        let [lane] = &branches.lanes[..] else { panic!("one other: {branches:?}") };
        assert_eq!((lane.name.as_str(), lane.what.as_str()), ("Original", "Without “The power of S1 fails”"));
        assert!(lane.from.since(parted).as_micros() <= 1, "{lane:?}");
        assert_eq!(branches.end(timeline.end()), lane.end);

        timeline.rename(BranchId(0), Some("quiet")).expect("it is there");
        timeline.switch(BranchId(0)).expect("it is there");
        let branches = Branches::of(&timeline, |_| &[]);
        assert_eq!((branches.name.as_str(), branches.named), ("quiet", true));
        assert_eq!(branches.lanes[0].what, "The power of S1 fails.");
    }
}

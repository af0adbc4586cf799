//! Branches: the futures of what was done otherwise.

use raftarium_sim as sim;
use serde::Serialize;
use tsify::Tsify;

use super::number::Milliseconds;

/// Names a branch: branches are counted as they come to be, from 0. A number is never given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct BranchId(pub u32);

/// A branch: whoever does something in the past begins one.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Branch {
    /// Its number.
    pub id: BranchId,
    /// Its name, if it was given one.
    pub name: Option<String>,
    /// The branch that it leaves; null, if it begins where the run begins.
    pub parent: Option<BranchId>,
    /// The moment at which it leaves that; before, both are the same.
    pub from: Milliseconds,
    /// The furthest moment of it that is known.
    pub end: Milliseconds,
    /// Whether it is the one that is looked at.
    pub active: bool,
}

impl From<sim::BranchInfo> for Branch {
    fn from(branch: sim::BranchInfo) -> Self {
        let sim::BranchInfo { id, name, parent, from, end, commands: _, active } = branch;
        let (id, parent) = (BranchId(id.0), parent.map(|parent| BranchId(parent.0)));
        Self { id, name, parent, from: from.into(), end: end.into(), active }
    }
}

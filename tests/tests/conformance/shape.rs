//! A configuration as the scripts write it: `voters=(2 3)&&(1 2 3) learners=(4) learners_next=(1) autoleave`.

use std::fmt;

use raftarium_core::{Change, Membership, NodeId};

use crate::script::number;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    voters: Vec<u64>,
    outgoing: Vec<u64>,
    learners: Vec<u64>,
    learners_next: Vec<u64>,
    auto_leave: bool,
}

impl Shape {
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut shape = Self::default();
        let mut rest = text.trim();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("autoleave") {
                shape.auto_leave = true;
                rest = after.trim_start();
                continue;
            }
            let (key, after) = rest.split_once("=(").ok_or_else(|| format!("`{text}` is not a configuration"))?;
            let (list, after) = after.split_once(')').ok_or_else(|| format!("`{text}` is not a configuration"))?;
            rest = after;
            match key {
                "voters" => shape.voters = ids(list)?,
                "learners" => shape.learners = ids(list)?,
                "learners_next" => shape.learners_next = ids(list)?,
                other => return Err(format!("a configuration has no `{other}`")),
            }
            if let Some(after) = rest.strip_prefix("&&(") {
                let (list, after) = after.split_once(')').ok_or_else(|| format!("`{text}` is not a configuration"))?;
                shape.outgoing = ids(list)?;
                rest = after;
            }
            rest = rest.trim_start();
        }
        Ok(shape)
    }
}

impl From<&Membership> for Shape {
    fn from(membership: &Membership) -> Self {
        let list = |ids: &[NodeId]| ids.iter().map(|id| id.0).collect();
        Self {
            voters: list(membership.voters()),
            outgoing: list(membership.outgoing()),
            learners: list(membership.learners()),
            learners_next: list(membership.learners_next()),
            auto_leave: membership.auto_leave(),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = [("voters", &self.voters), ("and", &self.outgoing), ("learners", &self.learners)];
        for (name, list) in lists.into_iter().chain([("learners to be", &self.learners_next)]) {
            if name == "voters" || !list.is_empty() {
                write!(f, "{name} {list:?} ")?;
            }
        }
        write!(f, "{}", if self.auto_leave { "until committed" } else { "" })
    }
}

fn ids(list: &str) -> Result<Vec<u64>, String> {
    let mut ids = list.split_whitespace().map(number).collect::<Result<Vec<_>, _>>()?;
    ids.sort_unstable();
    Ok(ids)
}

/// `v1 l2 r3`. A server 0 is how the scripts say "nobody", and `u1` changes what only a host knows: neither changes
/// the membership.
pub(crate) fn changes(lines: &[String]) -> Result<Vec<Change>, String> {
    let mut changes = Vec::new();
    for word in lines.iter().flat_map(|line| line.split_whitespace()) {
        let id = NodeId(number(word.get(1..).unwrap_or_default())?);
        let change = match word.get(..1).unwrap_or_default() {
            "v" => Some(Change::AddVoter(id)),
            "l" => Some(Change::AddLearner(id)),
            "r" => Some(Change::Remove(id)),
            "u" => None,
            _ => return Err(format!("`{word}` is not a change")),
        };
        changes.extend(change.filter(|_| id != NodeId(0)));
    }
    Ok(changes)
}

//! The list of scenarios, for whoever chooses one.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Group, Scenario};

/// All scenarios of a folder, in the order of their numbers, without what happens in them.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// What they are about, in the order in which that is best learnt.
    pub groups: Vec<IndexGroup>,
    /// The scenarios.
    pub scenarios: Vec<IndexScenario>,
}

/// What some scenarios are about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexGroup {
    /// The group.
    pub group: Group,
    /// Its name, for people.
    pub name: String,
}

/// A scenario, as one chooses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexScenario {
    /// The name of its file.
    pub file: String,
    /// Its number.
    pub number: u32,
    /// Its name.
    pub title: String,
    /// What it is about.
    pub group: Group,
    /// Where it comes from.
    pub chapter: String,
    /// What to look for.
    pub look: String,
}

impl Index {
    /// The index of scenarios, each with the name of its file.
    #[must_use]
    pub fn of<'a>(scenarios: impl Iterator<Item = (&'a str, &'a Scenario)>) -> Self {
        let mut scenarios: Vec<IndexScenario> = scenarios
            .map(|(file, scenario)| IndexScenario {
                file: file.to_string(),
                number: scenario.number,
                title: scenario.title.clone(),
                group: scenario.group,
                chapter: scenario.chapter.clone(),
                look: scenario.look.clone(),
            })
            .collect();
        scenarios.sort_by(|a, b| (a.number, &a.file).cmp(&(b.number, &b.file)));
        let groups = Group::ALL.into_iter().map(|group| IndexGroup { group, name: group.name().to_string() }).collect();
        Self { groups, scenarios }
    }
}

//! What scenarios are about.

use core::fmt;

use serde::{Deserialize, Serialize};

/// What a scenario is about: who chooses one, chooses among these first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Elections, logs and commitment: chapter 3 of the dissertation.
    Basics,
    /// Who belongs to the cluster: chapter 4.
    Membership,
    /// Snapshots: chapter 5.
    Snapshots,
    /// What clients see: chapter 6.
    Clients,
    /// Elections that come too often, or not at all: chapter 9.
    Elections,
    /// Networks of which a part is broken.
    Networks,
    /// Disks that are slow, forget, or lose what they had: chapter 10, and what everything rests on.
    Disks,
}

impl Group {
    /// All of them, in the order in which they are best learnt.
    pub const ALL: [Self; 7] =
        [Self::Basics, Self::Membership, Self::Snapshots, Self::Clients, Self::Elections, Self::Networks, Self::Disks];

    /// Its name, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Basics => "The basic algorithm",
            Self::Membership => "Changing the membership",
            Self::Snapshots => "Snapshots",
            Self::Clients => "Clients",
            Self::Elections => "Elections in practice",
            Self::Networks => "Half-broken networks",
            Self::Disks => "Disks",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

//! Named mixes of faults.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use super::dice::Dice;
use crate::checks::Rule;
use crate::trial::Broken;

/// Which faults a run meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// None: only clients at work.
    Calm,
    /// Links lose, double, delay and reorder packets, have little room, or stand still.
    Lossy,
    /// Links are cut, in one direction or both, and the network splits into groups.
    Partitions,
    /// Servers crash and restart.
    Crashes,
    /// Disks are slow, stall, fill up and tear writes, and servers crash while they write.
    SlowDisks,
    /// Single packets are dropped, doubled, held, delayed and delivered at once, and elections are called.
    ByHand,
    /// Processes pause, and stop between any two things that they ask for.
    Processes,
    /// Clocks drift and jump.
    Clocks,
    /// Servers are added and removed, memberships change, leaders hand over.
    Members,
    /// A minority of the disks breaks, by flipped bits or altogether, and new servers take the places of theirs.
    BrokenDisks,
    /// Everything that Raft survives, in a mix that each seed draws.
    #[default]
    Chaos,
    /// Disks lie about what is durable, bits flip and disks are wiped anywhere, also under servers that go on: what is
    /// committed may be lost, and then it must be told.
    Losses,
    /// Clients read what the server that they ask has, old or not: they may see it, and then it must be told.
    StaleReads,
}

/// A kind of fault, as a profile turns it on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Trouble {
    /// What links do to packets.
    Links,
    /// Cuts.
    Cuts,
    /// Crashes.
    Crashes,
    /// Slow disks.
    Disks,
    /// Single packets.
    Packets,
    /// Elections that are called.
    Elections,
    /// Processes that are paused, or stopped between two outputs.
    Processes,
    /// Clocks that drift and jump.
    Clocks,
    /// Servers that come and go, and leaders that hand over.
    Members,
    /// Disks that break for good, under servers that are replaced.
    BrokenDisks,
    /// Disks that lose what was durable, under servers that go on.
    Losses,
    /// Reads that nothing is done for.
    StaleReads,
}

/// Those of [`Trouble`] that a run meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mix(u32);

/// There is no profile of this name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UnknownProfile {
    /// What was given.
    pub given: String,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Calm,
        Self::Lossy,
        Self::Partitions,
        Self::Crashes,
        Self::SlowDisks,
        Self::ByHand,
        Self::Processes,
        Self::Clocks,
        Self::Members,
        Self::BrokenDisks,
        Self::Chaos,
        Self::Losses,
        Self::StaleReads,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Lossy => "lossy",
            Self::Partitions => "partitions",
            Self::Crashes => "crashes",
            Self::SlowDisks => "slow-disks",
            Self::ByHand => "by-hand",
            Self::Processes => "processes",
            Self::Clocks => "clocks",
            Self::Members => "members",
            Self::BrokenDisks => "broken-disks",
            Self::Chaos => "chaos",
            Self::Losses => "losses",
            Self::StaleReads => "stale-reads",
        }
    }

    /// What it does, in a sentence.
    #[must_use]
    pub const fn statement(self) -> &'static str {
        match self {
            Self::Calm => "No faults, only clients at work.",
            Self::Lossy => "Links lose, double, delay and reorder packets, have little room, or stand still.",
            Self::Partitions => "Links are cut, one way or both, and the network splits into groups.",
            Self::Crashes => "Servers crash and restart.",
            Self::SlowDisks => "Disks are slow, stall, fill up and tear writes, and servers crash while they write.",
            Self::ByHand => "Single packets are dropped, doubled, held, delayed or hurried; elections are called.",
            Self::Processes => "Processes pause, and stop between any two things that they ask for.",
            Self::Clocks => "Clocks drift and jump.",
            Self::Members => "Servers are added and removed, memberships change, leaders hand over.",
            Self::BrokenDisks => "A minority of the disks breaks, and new servers take the places of theirs.",
            Self::Chaos => "Everything above, in a mix that each seed draws.",
            Self::Losses => "Disks lie, rot and are wiped: what is committed may be lost, and nothing else go wrong.",
            Self::StaleReads => "Clients read what any server has: they may see old values, and nothing else go wrong.",
        }
    }

    /// What this seed meets. Of everything, each seed leaves some out: a fault that is always there hides what would
    /// happen without it.
    pub(super) fn mix(self, dice: &mut Dice) -> Mix {
        let some: &[Trouble] = match self {
            Self::Calm => &[],
            Self::Lossy => &[Trouble::Links],
            Self::Partitions => &[Trouble::Cuts],
            Self::Crashes => &[Trouble::Crashes],
            Self::SlowDisks => &[Trouble::Disks, Trouble::Crashes],
            Self::ByHand => &[Trouble::Packets, Trouble::Elections],
            Self::Processes => &[Trouble::Processes],
            Self::Clocks => &[Trouble::Clocks],
            Self::Members => &[Trouble::Members],
            Self::BrokenDisks => &[Trouble::BrokenDisks, Trouble::Crashes],
            Self::Chaos => &Trouble::SURVIVED,
            Self::Losses => &[Trouble::Losses, Trouble::Crashes, Trouble::Disks, Trouble::Elections],
            Self::StaleReads => &[Trouble::StaleReads, Trouble::Cuts, Trouble::Crashes],
        };
        let drawn = |trouble: &Trouble| (self != Self::Chaos || dice.percent(60)).then_some(*trouble);
        let mix = Mix(some.iter().filter_map(drawn).fold(0, |bits, trouble| bits | 1 << trouble as u32));
        // A minority of which cluster breaks? Of one that does not change otherwise.
        let both = mix.has(Trouble::Members) && mix.has(Trouble::BrokenDisks);
        if both { mix.without(dice.one_of(&[Trouble::Members, Trouble::BrokenDisks])) } else { mix }
    }

    /// Whether this may be found in what it draws, because of faults that Raft does not promise to survive.
    #[must_use]
    pub fn forgives(self, broken: Broken) -> bool {
        let rules: &[Rule] = match self {
            // A lost vote can be given twice, and a lost term begin again.
            Self::Losses => &[Rule::CommittedIsDurable, Rule::OneVotePerTerm, Rule::NothingGoesBack],
            Self::StaleReads => &[Rule::Linearizability],
            Self::Calm
            | Self::Lossy
            | Self::Partitions
            | Self::Crashes
            | Self::SlowDisks
            | Self::ByHand
            | Self::Processes
            | Self::Clocks
            | Self::Members
            | Self::BrokenDisks
            | Self::Chaos => &[],
        };
        rules.iter().any(|&rule| broken == Broken::Rule(rule))
    }
}

impl Trouble {
    /// Those that Raft survives.
    const SURVIVED: [Self; 10] = [
        Self::Links,
        Self::Cuts,
        Self::Crashes,
        Self::Disks,
        Self::Packets,
        Self::Elections,
        Self::Processes,
        Self::Clocks,
        Self::Members,
        Self::BrokenDisks,
    ];
}

impl Mix {
    pub(super) const fn has(self, trouble: Trouble) -> bool {
        self.0 & (1 << trouble as u32) != 0
    }

    pub(super) const fn with(self, trouble: Trouble) -> Self {
        Self(self.0 | 1 << trouble as u32)
    }

    pub(super) const fn without(self, trouble: Trouble) -> Self {
        Self(self.0 & !(1 << trouble as u32))
    }
}

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(given: &str) -> Result<Self, UnknownProfile> {
        let found = Self::ALL.into_iter().find(|profile| profile.name() == given);
        found.ok_or_else(|| UnknownProfile { given: given.into() })
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for UnknownProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no profile `{}`; allowed are ", self.given)?;
        for (position, profile) in Profile::ALL.into_iter().enumerate() {
            write!(f, "{}{profile}", if position == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownProfile {}

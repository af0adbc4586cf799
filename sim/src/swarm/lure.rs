//! What a seed draws so that a mistake shows sooner than where everything happens.

use alloc::vec::Vec;

use raftarium_core::{Instant, Mistake, NodeId};

use super::dice::Dice;
use super::profile::{Mix, Trouble};
use crate::command::{Command, Timed};
use crate::ending::Ending;
use crate::setup::Setup;

/// What lures out a mistake that everything together hides: it makes rare what ends the story too early, and frequent
/// what it is about. Everything else is still drawn by the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lure {
    /// Nothing: every fault, in a mix that each seed draws.
    None,
    /// Leaders that come and go faster than they commit, and begin with no entry of their own.
    Elections,
    /// Leaders that come and go while each changes the membership as soon as it can.
    Memberships,
    /// Leases, and leaders that pause and are cut off.
    Leases,
    /// A bit flips on the disk of one server, which then restarts and is not needed any more.
    Corruption,
}

impl Lure {
    /// What lures out this one.
    #[must_use]
    pub const fn of(mistake: Mistake) -> Self {
        match mistake {
            Mistake::CommitEarlierTerms | Mistake::CountVotesOfEarlierTerms => Self::Elections,
            Mistake::ChangeBeforeTermCommitted => Self::Memberships,
            Mistake::TrustExpiredLease => Self::Leases,
            Mistake::DropCorruptTail => Self::Corruption,
            Mistake::VoteBeforeDurable
            | Mistake::AcknowledgeBeforeTermDurable
            | Mistake::TruncateOnEveryAppend
            | Mistake::MatchWhatWasSent
            | Mistake::TakeLateReplies
            | Mistake::AcknowledgeBeforeFsync
            | Mistake::TakeHigherTermForVote
            | Mistake::SkipUpToDateCheck
            | Mistake::ConfigurationOnApply
            | Mistake::DropSuffixOnSnapshot
            | Mistake::ReadBeforeTermCommitted
            | Mistake::RetryWithoutSession
            | Mistake::PreVoteResetsTimer
            | Mistake::LeadWithoutQuorum
            | Mistake::NeverReopenWindow
            | Mistake::LeadWithStalledDisk
            | Mistake::RemovedLeaderStays
            | Mistake::LeaveJointTwice
            | Mistake::TransferToLaggard => Self::None,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "chaos",
            Self::Elections => "elections",
            Self::Memberships => "memberships",
            Self::Leases => "leases",
            Self::Corruption => "corruption",
        }
    }

    /// What it does, in a sentence.
    #[must_use]
    pub const fn statement(self) -> &'static str {
        match self {
            Self::None => "Every fault, in a mix that each seed draws: the default profile.",
            Self::Elections => "Leaders come and go faster than they commit, and begin with no entry of their own.",
            Self::Memberships => "Leaders come and go, and each changes the membership as soon as it can.",
            Self::Leases => "Leaders have leases, pause and are cut off.",
            Self::Corruption => "A bit flips on the disk of one server, which then restarts.",
        }
    }

    /// Which faults there are, of those that the seed drew.
    pub(super) fn mix(self, drawn: Mix) -> Mix {
        match self {
            Self::None => drawn,
            Self::Elections => drawn.with(Trouble::Cuts).with(Trouble::Elections).without(Trouble::Members),
            Self::Memberships => drawn.with(Trouble::Cuts).with(Trouble::Members).without(Trouble::Links),
            Self::Leases => drawn.with(Trouble::Cuts).with(Trouble::Processes).without(Trouble::Members),
            Self::Corruption => drawn.without(Trouble::Members).without(Trouble::Disks),
        }
    }

    /// The world that the seed drew, as it has to be.
    pub(super) fn choose(self, dice: &mut Dice, setup: &mut Setup) {
        match self {
            Self::None => {}
            Self::Elections => {
                setup.servers = dice.one_of(&[3, 5]);
                let raft = &mut setup.raft;
                (raft.no_op_on_election, raft.leases, raft.leader_stickiness) = (false, false, false);
                (raft.pre_vote, raft.check_quorum, raft.backoff_doublings_max) = (false, false, 0);
            }
            Self::Memberships => {
                setup.servers = dice.one_of(&[3, 4]);
                setup.raft.no_op_on_election = false;
            }
            Self::Leases => {
                setup.servers = dice.one_of(&[3, 5]);
                (setup.raft.leader_stickiness, setup.raft.leases, setup.raft.check_quorum) = (true, true, false);
            }
            Self::Corruption => setup.servers = dice.one_of(&[3, 5]),
        }
    }

    /// What is done besides.
    pub(super) fn add(self, dice: &mut Dice, setup: &Setup, commands: &mut Vec<Timed>, until: Instant) {
        let end = until.as_micros() / 1_000;
        let mut add = |at, command| commands.push(Timed { at, command });
        match self {
            Self::None | Self::Leases => {}
            Self::Elections => {
                for _ in 0..end / 150 {
                    let at = Instant::ZERO + dice.ms(0, end);
                    let server = dice.server(setup.servers);
                    let command = match dice.between(1, 4) {
                        1 => Command::Restart { server },
                        2 => Command::HealAll,
                        _ => Command::TimeOut { server },
                    };
                    add(at, command);
                }
            }
            Self::Memberships => {}
            Self::Corruption => {
                let server = dice.server(setup.servers);
                for _ in 0..dice.between(1, 3) {
                    let at = Instant::ZERO + dice.ms(0, end);
                    add(at, Command::FlipBit { server, index: None });
                    add(at, Command::Kill { server });
                    add(at + dice.ms(0, 100), Command::Restart { server });
                }
            }
        }
        commands.sort_by_key(|timed| timed.at);
        commands.retain(|timed| timed.at < until);
    }

    /// How the faults end.
    pub(super) fn end(self, setup: &Setup, commands: &[Timed], ending: &mut Ending) {
        match self {
            Self::None | Self::Elections | Self::Memberships | Self::Leases => {}
            Self::Corruption => {
                let is_flipped = |server: &NodeId| {
                    commands
                        .iter()
                        .any(|timed| matches!(&timed.command, Command::FlipBit { server: it, .. } if it == server))
                };
                // A server that refuses to start does not come back, and is not needed.
                let all = (1..=u64::from(setup.servers)).map(NodeId);
                (ending.crashed, ending.core) = all.partition(is_flipped);
            }
        }
    }
}

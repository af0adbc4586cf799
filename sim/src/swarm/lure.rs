//! What a seed draws so that a mistake shows sooner than where everything happens.

use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::{Change, Instant, Mistake, NodeId, Transition};

use super::dice::Dice;
use super::profile::{Mix, Trouble};
use crate::address::ClientId;
use crate::client::Retries;
use crate::command::{Command, Timed};
use crate::ending::Ending;
use crate::kv::{Op, ReadBy};
use crate::setup::{CLIENTS_MAX, Setup};

/// What lures out a mistake that everything together hides: it makes rare what ends the story too early, and frequent
/// what it is about. Everything else is still drawn by the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lure {
    /// Nothing: every fault, in a mix that each seed draws.
    None,
    /// Leaders that come and go faster than they commit, and begin with no entry of their own.
    Elections,
    /// Leaders that come and go, each of which changes the membership or hands over as soon as it can.
    Memberships,
    /// Reads by ReadIndex from leaders that were just elected, and have slow disks.
    Reads,
    /// Leases, and leaders that pause and are cut off.
    Leases,
    /// When the faults end, one server goes on to be half cut off, or its disk to stand still, and the settings promise
    /// that the others can do without it.
    Nuisance,
    /// A bit flips on the disk of one server, which then restarts and is not needed any more.
    Corruption,
}

impl Lure {
    /// What lures out this one.
    #[must_use]
    pub const fn of(mistake: Mistake) -> Self {
        match mistake {
            Mistake::CommitEarlierTerms | Mistake::CountVotesOfEarlierTerms | Mistake::TakeHigherTermForVote => {
                Self::Elections
            }
            Mistake::ChangeBeforeTermCommitted | Mistake::LeaveJointTwice | Mistake::TransferToLaggard => {
                Self::Memberships
            }
            Mistake::ReadBeforeTermCommitted => Self::Reads,
            Mistake::PreVoteResetsTimer | Mistake::LeadWithoutQuorum | Mistake::LeadWithStalledDisk => Self::Nuisance,
            Mistake::TrustExpiredLease => Self::Leases,
            Mistake::DropCorruptTail => Self::Corruption,
            Mistake::VoteBeforeDurable
            | Mistake::AcknowledgeBeforeTermDurable
            | Mistake::TruncateOnEveryAppend
            | Mistake::MatchWhatWasSent
            | Mistake::TakeLateReplies
            | Mistake::AcknowledgeBeforeFsync
            | Mistake::SkipUpToDateCheck
            | Mistake::ConfigurationOnApply
            | Mistake::DropSuffixOnSnapshot
            | Mistake::RetryWithoutSession
            | Mistake::NeverReopenWindow
            | Mistake::RemovedLeaderStays => Self::None,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "chaos",
            Self::Elections => "elections",
            Self::Memberships => "memberships",
            Self::Reads => "reads",
            Self::Leases => "leases",
            Self::Nuisance => "nuisance",
            Self::Corruption => "corruption",
        }
    }

    /// What it does, in a sentence.
    #[must_use]
    pub const fn statement(self) -> &'static str {
        match self {
            Self::None => "Every fault, in a mix that each seed draws: the default profile.",
            Self::Elections => "Leaders come and go faster than they commit, and begin with no entry of their own.",
            Self::Memberships => {
                "Leaders come and go, and each changes the membership or hands over as soon as it can."
            }
            Self::Reads => "Leaders that were just elected, and have slow disks, are read from by ReadIndex.",
            Self::Leases => "Leaders have leases, pause and are cut off.",
            Self::Nuisance => "When the faults end, one server stays half cut off, or its disk stands still.",
            Self::Corruption => "A bit flips on the disk of one server, which then restarts.",
        }
    }

    /// Which faults there are, of those that the seed drew.
    pub(super) fn mix(self, drawn: Mix) -> Mix {
        match self {
            Self::None => drawn,
            Self::Elections => drawn.with(Trouble::Cuts).with(Trouble::Elections).without(Trouble::Members),
            Self::Memberships => drawn.without(Trouble::Links).without(Trouble::Members),
            Self::Reads => drawn.without(Trouble::Links).without(Trouble::Members),
            Self::Nuisance => drawn.without(Trouble::Members),
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
                let raft = &mut setup.raft;
                (raft.no_op_on_election, raft.leases, raft.leader_stickiness) = (dice.percent(50), false, false);
                (raft.pre_vote, raft.check_quorum, raft.backoff_doublings_max) = (false, false, 0);
            }
            Self::Reads => {
                (setup.servers, setup.clients, setup.retries) = (3, CLIENTS_MAX, Retries::Never);
                let raft = &mut setup.raft;
                (raft.no_op_on_election, raft.leases, raft.leader_stickiness) = (true, false, false);
                (raft.pre_vote, raft.backoff_doublings_max) = (false, 0);
                setup.disk.write_min = Duration::from_millis(20);
                setup.disk.write_max = setup.disk.write_max.max(Duration::from_millis(40));
                setup.request_timeout = Duration::from_millis(200);
            }
            Self::Nuisance => {
                setup.servers = dice.one_of(&[3, 5, 7]);
                let raft = &mut setup.raft;
                (raft.pre_vote, raft.check_quorum, raft.leader_stickiness) = (true, true, true);
                (raft.leases, raft.forward_proposals) = (false, false);
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
            Self::None | Self::Leases | Self::Nuisance => {}
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
            Self::Memberships => {
                (0..2).for_each(|_| add(Instant::from_micros(1), Command::AddServer));
                for _ in 0..end / 400 {
                    let begin = Instant::ZERO + dice.ms(0, end);
                    burst(dice, setup.servers + 2, begin, &mut add);
                }
            }
            Self::Reads => {
                for _ in 0..end / 40 {
                    let at = Instant::ZERO + dice.ms(0, end);
                    let (server, key) = (dice.server(setup.servers), "k1".to_string());
                    let client = ClientId(dice.count(1, setup.clients));
                    let op = match dice.between(1, 4) {
                        1 => Op::Put { key, value: format!("{}", at.as_micros()) },
                        _ => Op::Read { key, by: ReadBy::Index },
                    };
                    add(at, Command::Request { client, server: Some(server), op });
                    if dice.percent(10) {
                        add(at, Command::TimeOut { server });
                    }
                }
            }
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
            Self::None | Self::Elections | Self::Memberships | Self::Reads | Self::Leases | Self::Nuisance => {}
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

/// A leader is cut off with one other server and changes something; another is elected, and does so too; then all is
/// mended, or one of them is cut off again. Or leaders hand over to a server that was cut off a moment ago.
fn burst(dice: &mut Dice, servers: u32, begin: Instant, add: &mut impl FnMut(Instant, Command)) {
    let mut names: Vec<NodeId> = (1..=u64::from(servers)).map(NodeId).collect();
    dice.shuffle(&mut names);
    let (first, second, rest) = (names[0], names[1], names[2..].to_vec());
    let after = |ms| begin + Duration::from_millis(ms);
    if dice.percent(30) {
        add(begin, Command::Isolate { server: first });
        add(after(200), Command::HealAll);
        let at = after(200) + dice.ms(0, 60);
        names.iter().for_each(|&server| add(at, Command::Transfer { server, to: first }));
        return;
    }
    let most = dice.one_of(&[1, 3]);
    let mut change = |dice: &mut Dice, at| {
        let changes: Vec<Change> = (0..dice.between(1, most))
            .map(|_| match dice.between(1, 2) {
                1 => Change::Remove(dice.server(servers)),
                _ => Change::AddVoter(dice.server(servers)),
            })
            .collect();
        for &server in &names {
            add(at, Command::ChangeMembership { server, changes: changes.clone(), how: Transition::Auto });
        }
    };
    change(dice, after(1));
    let later = after(100 + dice.between(0, 60));
    change(dice, later);
    let how_long = dice.between(0, 40);
    let other = rest[dice.position(rest.len())];
    add(
        begin + Duration::from_millis(how_long),
        Command::Partition { groups: vec![vec![first, second], rest.clone()] },
    );
    add(after(60), Command::TimeOut { server: other });
    let third = rest[dice.position(rest.len())];
    if other != third {
        let others = names.iter().copied().filter(|name| ![other, third].contains(name)).collect();
        add(after(90), Command::Partition { groups: vec![vec![other, third], others] });
    }
    add(after(250), Command::HealAll);
    add(after(255), Command::TimeOut { server: if dice.percent(70) { first } else { second } });
}

//! Counting what a run meets, record by record.

use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

use raftarium_core::{ElectionReason, Event, Membership, NodeId, PersistId, Role, StepDownReason, Term, VoteRefusal};

use super::coverage::{Coverage, Sight};
use crate::address::{Address, ClientId};
use crate::checks::Rule;
use crate::client::{Answer, RequestId};
use crate::command::{Command, Pace, PacketAct};
use crate::kv::{Op, ReadBy};
use crate::linear::KeyOutput;
use crate::packet::{PacketId, PacketKind};
use crate::setup::{CLIENTS_MAX, SERVERS_MAX, Setup};
use crate::trace::{Happening, LossReason, Record, RecordId};
use crate::world::position;

/// Looks at the records of one run, from the first on, and counts what it meets.
#[derive(Clone, Debug)]
pub struct Watch {
    coverage: Coverage,
    /// S1 first.
    servers: Vec<Server>,
    /// What was sent, by the numbers of the packets.
    packets: Vec<(Way, PacketKind)>,
    /// The last packet that arrived, for each way.
    last: Vec<PacketId>,
    /// What clients asked, by the numbers of the requests, and who.
    asked: Vec<(ClientId, Op)>,
    /// What clients wait for.
    open: BTreeSet<(ClientId, RequestId)>,
    /// What clients stopped waiting for.
    given_up: Vec<RequestId>,
    /// The last command that doubled a packet.
    doubling: Option<RecordId>,
}

/// What is remembered of a server.
#[derive(Clone, Debug, Default)]
struct Server {
    up: bool,
    leads: Option<Term>,
    snapshots: u32,
    votes: Vec<PersistId>,
    snapshot_arrives: bool,
    membership: Option<Membership>,
    /// The last command that let its power fail later.
    fuse: bool,
}

impl Server {
    fn is_joint(&self) -> bool {
        self.membership.as_ref().is_some_and(Membership::is_joint)
    }
}

/// From one address to another, as a place in a list of all ways.
#[derive(Clone, Copy, Debug)]
struct Way(usize);

impl Way {
    const ENDS: usize = (SERVERS_MAX + CLIENTS_MAX) as usize;

    fn new(from: Address, to: Address) -> Self {
        let end = |address| match address {
            Address::Server(server) => position(server),
            Address::Client(ClientId(id)) => (SERVERS_MAX + id - 1) as usize,
        };
        Self(end(from) * Self::ENDS + end(to))
    }
}

impl Watch {
    /// Before the first record of a run of this setup.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        let first = Membership::new((1..=u64::from(setup.servers)).map(NodeId)).ok();
        Self {
            coverage: Coverage::default(),
            servers: (0..setup.servers).map(|_| Server { membership: first.clone(), ..Server::default() }).collect(),
            packets: Vec::new(),
            last: vec![PacketId(0); Way::ENDS * Way::ENDS],
            asked: Vec::new(),
            open: BTreeSet::new(),
            given_up: Vec::new(),
            doubling: None,
        }
    }

    /// What was met.
    #[must_use]
    pub fn coverage(self) -> Coverage {
        self.coverage
    }

    /// Counts what a record shows. Records come in their order, and none is left out.
    pub fn look_at(&mut self, record: &Record) {
        match &record.what {
            Happening::Commanded(command) => {
                if matches!(command, Command::Packet { act: PacketAct::Double, .. }) {
                    self.doubling = Some(record.id);
                }
                if let Command::AddServer = command {
                    self.servers.push(Server::default());
                } else if let Command::CrashAfter { server, .. } = command {
                    self.servers[position(*server)].fuse = true;
                }
                if let Command::Request { client, op, .. } = command {
                    self.asks(*client, op);
                }
                self.coverage.saw_all(commanded(command));
            }
            Happening::Asked { client, op, .. } => self.asks(*client, op),
            Happening::CommandRefused { .. } => self.coverage.saw(Sight::Refused),
            Happening::Started { server, .. } => {
                self.servers[position(*server)].up = true;
                if record.cause.is_some() {
                    self.coverage.saw(Sight::Restart);
                }
            }
            Happening::Crashed { server, lost_writes } => self.crashed(*server, *lost_writes),
            Happening::TornWriteDropped { .. } => self.coverage.saw(Sight::TornWrite),
            Happening::DiskFull { .. } => self.coverage.saw(Sight::FullDisk),
            Happening::Sent { from, to, what, .. } => {
                self.packets.push((Way::new(*from, *to), what.kind));
                if matches!(what.kind, PacketKind::Snapshot { .. }) {
                    self.coverage.saw(Sight::SnapshotSent);
                }
            }
            Happening::Doubled { packet, .. } => {
                if let Some(&original) = self.packet(*packet) {
                    self.packets.push(original);
                }
                if record.cause != self.doubling {
                    self.coverage.saw(Sight::Doubled);
                }
            }
            Happening::Delivered { packet, to } => self.delivered(*packet, *to),
            Happening::Lost { reason, .. } => self.coverage.saw(lost(*reason)),
            Happening::WriteBegan { server, write, hard_state: true, .. } => {
                self.servers[position(*server)].votes.push(*write);
            }
            Happening::WriteDurable { server, write } => {
                self.servers[position(*server)].votes.retain(|vote| vote != write);
            }
            Happening::SnapshotBegan { server, .. } => self.servers[position(*server)].snapshots += 1,
            Happening::SnapshotDurable { server, .. } => {
                let server = &mut self.servers[position(*server)];
                server.snapshots = server.snapshots.saturating_sub(1);
            }
            Happening::Node { server, event } => self.event(*server, event),
            Happening::TimedOut { client, request } => {
                self.open.remove(&(*client, *request));
                self.given_up.push(*request);
                self.coverage.saw(Sight::Unknown);
            }
            Happening::Retried { .. } => self.coverage.saw(Sight::Retried),
            Happening::SessionOpened { .. } => self.coverage.saw(Sight::SessionOpened),
            Happening::Answered { client, request, answer } => {
                self.open.remove(&(*client, *request));
                if self.given_up.contains(request) {
                    self.coverage.saw(Sight::AnsweredLate);
                }
                let asked = usize::try_from(request.0).ok().and_then(|place| self.asked.get(place));
                self.coverage.saw_all(answered(answer, asked.map(|(_, op)| op)));
            }
            Happening::StartRefused { .. } => self.coverage.saw(Sight::StartRefused),
            Happening::Violated(violation) if violation.rule == Rule::Linearizability => {
                self.coverage.saw(Sight::StaleReadTold);
            }
            Happening::Violated(_) => self.coverage.saw(Sight::LossTold),
            // What no correct cluster does, and what leads to nothing that is counted.
            Happening::Rejected { .. }
            | Happening::StartImpossible { .. }
            | Happening::TimerFired { .. }
            | Happening::WriteBegan { .. }
            | Happening::Applied { .. } => {}
        }
    }

    fn asks(&mut self, client: ClientId, op: &Op) {
        let request = RequestId(u32::try_from(self.asked.len()).unwrap_or(u32::MAX));
        let range = (client, RequestId(0))..=(client, request);
        if self.open.range(range).next().is_some() {
            self.coverage.saw(Sight::AskedMeanwhile);
        }
        self.open.insert((client, request));
        self.asked.push((client, op.clone()));
    }

    fn packet(&self, id: PacketId) -> Option<&(Way, PacketKind)> {
        self.packets.get(usize::try_from(id.0).ok()?.checked_sub(1)?)
    }

    fn crashed(&mut self, server: NodeId, lost_writes: u32) {
        let place = position(server);
        let server = core::mem::take(&mut self.servers[place]);
        self.servers[place].membership.clone_from(&server.membership);
        let sights = [
            (Sight::Crash, true),
            (Sight::CrashOfLeader, server.leads.is_some()),
            (Sight::CrashWhileWriting, lost_writes > 0),
            (Sight::CrashWhileVoting, !server.votes.is_empty()),
            (Sight::SnapshotInterrupted, server.snapshots > 0),
            (Sight::TransferInterrupted, server.snapshot_arrives),
            (Sight::CrashBetween, server.fuse),
            (Sight::CrashInJoint, server.leads.is_some() && server.is_joint()),
            (Sight::CrashOfAll, self.servers.iter().all(|server| !server.up)),
        ];
        self.coverage.saw_all(sights.into_iter().filter_map(|(sight, seen)| seen.then_some(sight)));
    }

    fn delivered(&mut self, id: PacketId, to: Address) {
        let Some(&(Way(way), kind)) = self.packet(id) else { return };
        if self.last[way] > id {
            self.coverage.saw(Sight::Overtaken);
        } else {
            self.last[way] = id;
        }
        if let (PacketKind::Snapshot { done }, Address::Server(server)) = (kind, to) {
            self.servers[position(server)].snapshot_arrives = !done;
        }
    }

    fn event(&mut self, id: NodeId, event: &Event) {
        let leads_on = |server: &Server| server.leads.is_some();
        let sight = match event {
            Event::BecameLeader { term } => {
                if self.servers.iter().any(leads_on) {
                    self.coverage.saw(Sight::LeaderWithoutMajority);
                }
                let server = &mut self.servers[position(id)];
                server.leads = Some(*term);
                if server.is_joint() { Sight::LeaderInJoint } else { Sight::LeaderElected }
            }
            Event::SteppedDown { was, reason, .. } => {
                self.servers[position(id)].leads = None;
                match (was, reason) {
                    (Role::Leader, StepDownReason::HigherTerm { .. }) => Sight::SteppedDownForTerm,
                    (Role::Leader, StepDownReason::QuorumLost) => Sight::SteppedDownForQuorum,
                    (Role::Leader, StepDownReason::DiskStalled) => Sight::SteppedDownForDisk,
                    (Role::Candidate, _) => Sight::ElectionGivenUp,
                    (Role::PreCandidate, _) => Sight::PreVoteGivenUp,
                    (Role::Leader | Role::Follower, _) => return,
                }
            }
            Event::ElectionStarted { reason: ElectionReason::Transfer, .. } => Sight::TransferDone,
            Event::ElectionStarted { attempt: 2.., .. } => Sight::ElectionRepeated,
            Event::MembershipChanged { membership } => {
                let known = &mut self.servers[position(id)].membership;
                let was = known.replace(Membership::clone(membership));
                match was {
                    None => return,
                    Some(was) if was == **membership => return,
                    Some(_) if membership.is_joint() => Sight::MembershipJoint,
                    Some(was) if was.is_joint() => Sight::JointLeft,
                    Some(_) => Sight::MembershipSimple,
                }
            }
            Event::TransferStarted { .. } => Sight::TransferStarted,
            Event::TransferEnded { .. } => Sight::TransferGivenUp,
            Event::ProposalForwarded { .. } => Sight::Forwarded,
            Event::PreVoteStarted { .. } => Sight::PreVote,
            Event::VoteIgnored { .. } => Sight::VoteIgnored,
            Event::VoteRefused { reason: VoteRefusal::AlreadyVoted { .. }, .. } => Sight::VoteRefusedTwice,
            Event::VoteRefused { reason: VoteRefusal::LogBehind { .. }, .. } => Sight::VoteRefusedForLog,
            Event::Truncated { .. } => Sight::Truncated,
            Event::AppendRefused { .. } => Sight::AppendRefused,
            Event::BackedUp { .. } => Sight::BackedUp,
            Event::StaleIgnored { .. } => Sight::StaleIgnored,
            Event::Compacted { .. } => Sight::Compacted,
            Event::SnapshotInstalled { keep_suffix: false, .. } => Sight::SnapshotInstalled,
            Event::SnapshotInstalled { keep_suffix: true, .. } => Sight::SnapshotInstalledBefore,
            // Common, or not brought about by any command of this world.
            Event::TermAdvanced { .. }
            | Event::ElectionStarted { .. }
            | Event::VoteGranted { .. }
            | Event::PreVoteGranted { .. }
            | Event::LeaderForgotten { .. }
            | Event::VoteRefused { .. }
            | Event::VoteCounted { .. }
            | Event::LeaderFound { .. }
            | Event::Appended { .. }
            | Event::Matched { .. }
            | Event::Committed { .. }
            | Event::PreVoteCounted { .. }
            | Event::SnapshotRequested { .. }
            | Event::PeerLostData { .. } => return,
        };
        self.coverage.saw(sight);
    }
}

/// What a command that was carried out is counted as. A new command needs a decision here.
fn commanded(command: &Command) -> impl Iterator<Item = Sight> {
    let bridge = |groups: &[Vec<NodeId>]| {
        let mut others = groups.iter().enumerate();
        others.any(|(at, group)| groups[at + 1..].iter().flatten().any(|server| group.contains(server)))
    };
    let mut also = None;
    let sight = match command {
        // Counted when it has happened.
        Command::Crash { .. }
        | Command::Restart { .. }
        | Command::CrashAfter { .. }
        | Command::ChangeMembership { .. }
        | Command::LeaveJoint { .. }
        | Command::Transfer { .. } => None,
        // What Raft is worth without one of its rules is another matter.
        Command::MakeMistakes { .. } => None,
        Command::Wipe { .. } => Some(Sight::Wiped),
        Command::FlipBit { .. } => Some(Sight::BitFlipped),
        Command::SetDisk { settings, .. } if settings.lies => Some(Sight::LyingDisk),
        // What clients do without an answer is drawn with the world.
        Command::SetRetries { .. } => None,
        Command::Kill { .. } => Some(Sight::Kill),
        Command::Pause { .. } => Some(Sight::Pause),
        Command::Resume { .. } => Some(Sight::Resume),
        Command::SetDisk { settings, .. } if settings.stalled => Some(Sight::StalledDisk),
        Command::SetDisk { .. } => Some(Sight::SlowDisk),
        Command::SetClock { .. } => Some(Sight::ClockDrift),
        Command::JumpClock { .. } => Some(Sight::ClockJump),
        Command::Configure { .. } => Some(Sight::Configure),
        Command::AddServer => Some(Sight::AddServer),
        Command::Compact { .. } => Some(Sight::Compact),
        Command::RequestSnapshot { .. } => Some(Sight::RequestSnapshot),
        Command::ForgetLeader { .. } => Some(Sight::ForgetLeader),
        Command::TimeOut { .. } => Some(Sight::TimeOut),
        Command::Request { server: None, .. } => Some(Sight::AskedLeader),
        Command::Request { server: Some(_), .. } => Some(Sight::AskedServer),
        Command::GiveUp { .. } => Some(Sight::GivenUp),
        Command::Requests { server, pace, .. } => {
            also = Some(if server.is_some() { Sight::AskedServer } else { Sight::AskedLeader });
            Some(if *pace == Pace::Answered { Sight::ClosedLoop } else { Sight::OpenLoop })
        }
        Command::Cut { both: false, .. } => Some(Sight::CutOneWay),
        Command::Cut { both: true, .. } => Some(Sight::CutBothWays),
        Command::Heal { .. } => Some(Sight::Heal),
        Command::Partition { groups } => {
            also = bridge(groups).then_some(Sight::Bridge);
            Some(Sight::Partition)
        }
        Command::HealAll => Some(Sight::HealAll),
        Command::SetLink { .. } => Some(Sight::SetLink),
        Command::SetAllLinks { .. } => Some(Sight::SetAllLinks),
        Command::Isolate { .. } => Some(Sight::Isolate),
        Command::Clog { .. } => Some(Sight::Clog),
        Command::Unclog { .. } => Some(Sight::Unclog),
        Command::Filter { classes, .. } if classes.is_empty() => Some(Sight::FilterEnd),
        Command::Filter { .. } => Some(Sight::Filter),
        Command::Packet { act, .. } => Some(match act {
            PacketAct::Drop => Sight::PacketDropped,
            PacketAct::Double => Sight::PacketDoubled,
            PacketAct::Hold => Sight::PacketHeld,
            PacketAct::Release => Sight::PacketReleased,
            PacketAct::Delay(_) => Sight::PacketDelayed,
            PacketAct::Deliver => Sight::PacketDelivered,
        }),
    };
    sight.into_iter().chain(also)
}

const fn lost(reason: LossReason) -> Sight {
    match reason {
        LossReason::Cut => Sight::LostByCut,
        LossReason::Chance => Sight::LostByChance,
        LossReason::ReceiverDown => Sight::LostByCrash,
        LossReason::Filtered => Sight::LostByFilter,
        LossReason::QueueFull => Sight::LostByQueue,
        LossReason::Dropped => Sight::LostByHand,
    }
}

fn answered(answer: &Answer, asked: Option<&Op>) -> impl Iterator<Item = Sight> {
    let mut also = None;
    let sight = match answer {
        Answer::Committed { result, .. } => {
            also = Some(match result {
                KeyOutput::Done if matches!(asked, Some(Op::Delete { .. })) => Sight::Deleted,
                KeyOutput::Done => Sight::Put,
                KeyOutput::Value(_) => Sight::Read,
                KeyOutput::Swapped(true) => Sight::Swapped,
                KeyOutput::Swapped(false) => Sight::NotSwapped,
                KeyOutput::Number(_) => Sight::Increased,
                KeyOutput::NotANumber => Sight::NotANumber,
            });
            Sight::Committed
        }
        Answer::NotLeader { .. } => Sight::ToldOfOther,
        Answer::Busy { .. } => Sight::ToldBusy,
        Answer::Down { .. } => Sight::ToldDown,
        Answer::Superseded { .. } => Sight::Superseded,
        Answer::Read { .. } => match asked {
            Some(Op::Read { by: ReadBy::Lease, .. }) => Sight::ReadByLease,
            Some(Op::Read { by: ReadBy::Nothing, .. }) => Sight::ReadUnchecked,
            Some(_) | None => Sight::ReadByIndex,
        },
        Answer::ReadFailed { .. } | Answer::NoLeases { .. } => Sight::ReadRefused,
        Answer::Opened { .. } | Answer::SessionEnded { .. } => Sight::SessionEnded,
    };
    [sight].into_iter().chain(also)
}

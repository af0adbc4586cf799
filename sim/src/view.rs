//! A world at one moment, as plain data for drawing.
//!
//! Packets come with when they were sent and when they arrive, so a face can draw any moment in between.

use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::{
    Deadline, DurableState, EntryId, Instant, LogIndex, Membership, NodeId, Payload, Progress, ProgressState, Role,
    Term,
};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::checks::{Check, Violation};
use crate::client::Request;
use crate::disk::{Corruption, DiskSettings};
use crate::kv::Op;
use crate::network::LinkSettings;
use crate::order::Order;
use crate::packet::{Glimpse, PacketClass, PacketId};
use crate::server::{Process, Running, Server};
use crate::trace::TraceHash;
use crate::world::World;

/// A world at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct View {
    /// The moment.
    pub now: Instant,
    /// How many steps the world has made: it changes whenever anything else here does, but for `now`.
    pub step: u64,
    /// How many records the trace has.
    pub records: u64,
    /// The fingerprint of the trace.
    pub hash: TraceHash,
    /// The servers, S1 first.
    pub servers: Vec<ServerView>,
    /// The packets under way, in the order of their sending; lost ones until they would have arrived.
    pub packets: Vec<PacketView>,
    /// The links that are cut, each direction by itself.
    pub cuts: Vec<CutView>,
    /// The links that carry packets in another way than at first, each direction by itself.
    pub links: Vec<LinkView>,
    /// What the clients asked, oldest first.
    pub requests: Vec<Request>,
    /// The rules, and how often each was checked.
    pub checks: Vec<Check>,
    /// The rules that were broken.
    pub violations: Vec<Violation>,
}

/// A server at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ServerView {
    /// Its name.
    pub id: NodeId,
    /// Its role; none while it is down.
    pub role: Option<Role>,
    /// Its term; of one that is down, the durable one.
    pub term: Term,
    /// Whom it voted for in that term.
    pub vote: Option<NodeId>,
    /// The leader, as far as it knows.
    pub leader: Option<NodeId>,
    /// Its commit index; of one that is down, the last that it wrote down.
    pub commit: LogIndex,
    /// How far it has applied its log.
    pub applied: LogIndex,
    /// The last entry that its snapshot covers: its log starts after it.
    pub base: EntryId,
    /// Its log; of one that is down, what is on its disk.
    pub log: Vec<EntryView>,
    /// What it waits for, in the world's time.
    pub deadline: Option<Deadline>,
    /// A candidate's answers so far, its own included.
    pub votes: Vec<VoteView>,
    /// What a leader knows of its followers.
    pub followers: Vec<FollowerView>,
    /// Until when a leader may answer reads by its lease, in the world's time (§6.4.1 of the dissertation).
    pub lease: Option<Instant>,
    /// Who belongs to the cluster as far as its log says, committed or not (§6); of one that is down, what its disk says.
    pub membership: Membership,
    /// How many writes are on their way to its disk.
    pub writes: u32,
    /// The state of its state machine.
    pub state: Vec<PairView>,
    /// How often it has started.
    pub boots: u64,
    /// Whether its process does nothing for a while.
    pub paused: bool,
    /// Its clock.
    pub clock: ClockView,
    /// How its disk writes.
    pub disk: DiskSettings,
    /// What it found on its disk when it was to start, if it did not start for that.
    pub corruption: Option<Corruption>,
}

/// A server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClockView {
    /// What it says.
    pub reads: Instant,
    /// How much too fast it goes, in parts per million; too slow, if it is negative.
    pub drift_ppm: i32,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PairView {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

/// A voter's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VoteView {
    /// Who answered.
    pub from: NodeId,
    /// What.
    pub granted: bool,
}

/// An entry of a log.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EntryView {
    /// Its index and term.
    pub id: EntryId,
    /// What it carries for the state machine; nothing if it is a no-op, or for the cluster itself.
    pub op: Option<Op>,
    /// Who belongs to the cluster from this entry on, if it says so.
    pub membership: Option<Membership>,
    /// Whether this server has it on its disk.
    pub durable: bool,
    /// Whether this server knows that it is committed.
    pub committed: bool,
    /// Whether this server has applied it.
    pub applied: bool,
}

/// A follower, as its leader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FollowerView {
    /// Which.
    pub id: NodeId,
    /// The last index that is known to agree.
    pub matched: LogIndex,
    /// The next index to be sent.
    pub next: LogIndex,
    /// How the leader replicates to it.
    pub state: ProgressState,
    /// How many messages with entries are under way to it.
    pub in_flight: u32,
    /// How many bytes of commands are in them.
    pub in_flight_bytes: u64,
    /// When it last answered this leader.
    pub last_contact: Option<Instant>,
    /// Whether it has answered since the leader last looked.
    pub active: bool,
    /// The last entry of the snapshot that it is being sent.
    pub snapshot: Option<EntryId>,
}

/// A packet that is under way, or was lost on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PacketView {
    /// Which.
    pub id: PacketId,
    /// Who sent it.
    pub from: Address,
    /// Whom it is for.
    pub to: Address,
    /// When it was sent.
    pub sent: Instant,
    /// When it arrives, or would have arrived.
    pub arrives: Instant,
    /// When it was lost.
    pub lost: Option<Instant>,
    /// Since when it stands still. Once it moves on, `sent` and `arrives` are later by as long as that was.
    pub held: Option<Instant>,
    /// What it is.
    pub what: Glimpse,
}

/// One direction of a link that is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CutView {
    /// From this server …
    pub from: NodeId,
    /// … to this one.
    pub to: NodeId,
}

/// One direction of a link that carries packets in another way than at first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LinkView {
    /// From this server …
    pub from: NodeId,
    /// … to this one.
    pub to: NodeId,
    /// Whether everything on it stands still.
    pub clogged: bool,
    /// What does not get through.
    pub filtered: Vec<PacketClass>,
    /// How it carries packets.
    pub settings: LinkSettings,
}

impl World {
    /// The world as it is now.
    #[must_use]
    pub fn view(&self) -> View {
        View {
            now: self.now(),
            step: self.steps(),
            records: self.record_count(),
            hash: self.hash(),
            servers: self.servers().iter().map(|server| server.view(self.now())).collect(),
            packets: self.packets().collect(),
            cuts: self.cuts(),
            links: self.unusual_links(),
            requests: self.requests().to_vec(),
            checks: self.checks(),
            violations: self.violations().to_vec(),
        }
    }
}

impl Server {
    pub(crate) fn view(&self, now: Instant) -> ServerView {
        let writes = u32::try_from(self.disk.under_way()).unwrap_or(u32::MAX);
        let (id, boots) = (self.id, self.boots);
        let clock = ClockView { reads: self.clock.read(now), drift_ppm: self.clock.drift_ppm() };
        let (paused, disk, corruption) = (self.paused.is_some(), *self.disk.settings(), self.corruption);
        match &self.process {
            Process::Down => {
                let durable = self.disk.durable();
                let hard = durable.hard_state;
                let log = durable.entries.iter();
                ServerView {
                    id,
                    role: None,
                    term: hard.term,
                    vote: hard.vote,
                    leader: None,
                    commit: hard.commit,
                    applied: LogIndex::ZERO,
                    base: durable.base,
                    log: log.map(|entry| entry_view(entry, true, entry.id.index <= hard.commit, false)).collect(),
                    deadline: None,
                    votes: Vec::new(),
                    followers: Vec::new(),
                    lease: None,
                    membership: Membership::clone(durable_membership(durable)),
                    writes,
                    state: Vec::new(),
                    boots,
                    paused,
                    clock,
                    disk,
                    corruption,
                }
            }
            Process::Up(running) => {
                let Running { node, kv, .. } = running.as_ref();
                let hard = node.hard_state();
                let (durable, applied) = (node.durable_index(), node.applied_index());
                let view = |entry: &raftarium_core::Entry| {
                    let index = entry.id.index;
                    entry_view(entry, index <= durable, index <= hard.commit, index <= applied)
                };
                ServerView {
                    id,
                    role: Some(node.role()),
                    term: hard.term,
                    vote: hard.vote,
                    leader: node.leader(),
                    commit: hard.commit,
                    applied,
                    base: node.log().base(),
                    log: node.log().entries().iter().map(view).collect(),
                    deadline: node.deadline().map(|deadline| self.in_world_time(deadline)),
                    votes: node.votes().map(|(from, granted)| VoteView { from, granted }).collect(),
                    followers: node.followers().iter().map(follower_view).collect(),
                    lease: node.lease().map(|until| self.clock.when(until)),
                    membership: node.membership().clone(),
                    writes,
                    state: kv.iter().map(|(key, value)| PairView { key: key.into(), value: value.into() }).collect(),
                    boots,
                    paused,
                    clock,
                    disk,
                    corruption,
                }
            }
        }
    }
}

impl Server {
    fn in_world_time(&self, deadline: Deadline) -> Deadline {
        let Deadline { at, since, timer } = deadline;
        Deadline { at: self.clock.when(at), since: self.clock.when(since), timer }
    }
}

/// The last membership in a log, or the one from before it.
fn durable_membership(durable: &DurableState) -> &Membership {
    fn in_entry(entry: &raftarium_core::Entry) -> Option<&Membership> {
        match &entry.payload {
            Payload::Membership(membership) => Some(membership),
            Payload::NoOp | Payload::Command(_) => None,
        }
    }
    durable.entries.iter().rev().find_map(in_entry).unwrap_or(&durable.membership)
}

fn entry_view(entry: &raftarium_core::Entry, durable: bool, committed: bool, applied: bool) -> EntryView {
    let (op, membership) = match &entry.payload {
        Payload::NoOp => (None, None),
        Payload::Command(bytes) => (Order::decode(bytes).and_then(|order| order.op()), None),
        Payload::Membership(membership) => (None, Some(Membership::clone(membership))),
    };
    EntryView { id: entry.id, op, membership, durable, committed, applied }
}

fn follower_view(progress: &Progress) -> FollowerView {
    FollowerView {
        id: progress.id(),
        matched: progress.matched(),
        next: progress.next(),
        state: progress.state(),
        in_flight: u32::try_from(progress.in_flight()).unwrap_or(u32::MAX),
        in_flight_bytes: progress.in_flight_bytes(),
        last_contact: progress.last_contact(),
        active: progress.is_active(),
        snapshot: progress.pending_snapshot(),
    }
}

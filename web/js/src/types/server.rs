//! A server at one moment.

use std::collections::BTreeMap;

use raftarium_sim as sim;
use raftarium_sim::core;
use serde::Serialize;
use tsify::Tsify;

use super::command::Op;
use super::disk::DiskSettings;
use super::number::{Milliseconds, Number, ServerId};
use super::setup::signed_part;

/// A server at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null, hashmap_as_object)]
pub struct Server {
    /// Its name.
    pub id: ServerId,
    /// Its role; null while it is down.
    pub role: Option<Role>,
    /// Its term; of one that is down, the durable one.
    pub term: u64,
    /// Whom it voted for in that term.
    pub vote: Option<ServerId>,
    /// The leader, as far as it knows.
    pub leader: Option<ServerId>,
    /// How far it knows its log to be committed; of one that is down, the last that it wrote down.
    pub commit_index: u64,
    /// How far it has applied its log.
    pub applied_index: u64,
    /// The last entry that its snapshot covers: its log starts after it. Index 0 while it has none.
    pub base: EntryId,
    /// Its log; of one that is down, what is on its disk.
    pub log: Vec<LogEntry>,
    /// What it waits for; null while it is down.
    pub deadline: Option<Deadline>,
    /// A candidate's answers so far, its own included.
    pub votes: Vec<Vote>,
    /// What a leader knows of its followers.
    pub followers: Vec<Follower>,
    /// Until when a leader may answer reads by its lease; null if it has none.
    pub lease: Option<Milliseconds>,
    /// Who belongs to the cluster as far as its log says, committed or not; of one that is down, what its disk says.
    pub membership: Membership,
    /// How many writes are on their way to its disk.
    pub writes: u32,
    /// The state of its state machine: values by key.
    pub state: BTreeMap<String, String>,
    /// How often it has started.
    pub boots: u64,
    /// Whether its process does nothing for a while.
    pub paused: bool,
    /// Its clock.
    pub clock: Clock,
    /// How its disk writes.
    #[tsify(type = "Required<DiskSettings>")]
    pub disk: DiskSettings,
    /// What it found on its disk when it was to start, if it did not start for that; in words.
    pub corruption: Option<String>,
}

/// A server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Tsify)]
pub struct Clock {
    /// What it says.
    pub reads: Milliseconds,
    /// How much too fast it goes: 0.1 is a tenth too fast, -0.1 a tenth too slow.
    #[tsify(type = "number")]
    pub drift: Number,
}

/// What a server is (§5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Answers leaders and candidates.
    Follower,
    /// Asks whether it would get votes (§9.6 of the dissertation).
    PreCandidate,
    /// Asks for votes.
    Candidate,
    /// Serves clients and replicates its log.
    Leader,
}

/// What identifies an entry: two with the same index and term are the same entry (§5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct EntryId {
    /// Where it is in the log; the first has 1.
    pub index: u64,
    /// The term of the leader that created it.
    pub term: u64,
}

/// An entry of a log.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct LogEntry {
    /// Where it is in the log; the first has 1.
    pub index: u64,
    /// The term of the leader that created it.
    pub term: u64,
    /// What it does; null for the entry that does nothing, with which a leader begins, and for a membership.
    pub op: Option<Op>,
    /// Who belongs to the cluster from this entry on; null if the entry does not say so.
    pub membership: Option<Membership>,
    /// Whether this server has it on its disk.
    pub durable: bool,
    /// Whether this server knows that it is committed.
    pub committed: bool,
    /// Whether this server has applied it.
    pub applied: bool,
}

/// Who belongs to the cluster (§6; chapter 4 of the dissertation). It is joint while it has outgoing voters: then every
/// decision needs a majority of the voters and a majority of the outgoing ones.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    /// Who votes; while joint, the voters of the new half.
    pub voters: Vec<ServerId>,
    /// While joint, the voters of the half that is left.
    pub outgoing: Vec<ServerId>,
    /// Who gets the log and does not vote.
    pub learners: Vec<ServerId>,
    /// While joint, the outgoing voters that will be learners.
    pub learners_next: Vec<ServerId>,
    /// Whether the leader leaves the joint membership by itself, as soon as it is committed.
    pub auto_leave: bool,
}

/// What a server waits for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Tsify)]
pub struct Deadline {
    /// When the wait ends.
    pub at: Milliseconds,
    /// When it began.
    pub since: Milliseconds,
    /// What ends then.
    pub timer: Timer,
}

/// Why a server waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Timer {
    /// One that hears nothing from a leader, or does not win, starts an election (§5.2).
    Election,
    /// A leader shows itself to its followers (§5.2).
    Heartbeat,
    /// A leader looks whether it heard from a majority (§6.2 of the dissertation).
    CheckQuorum,
    /// A read was not answered in time.
    Read,
    /// A leader that hands over gives up waiting (§3.10 of the dissertation).
    Transfer,
    /// A proposal that a follower passed on was not answered in time.
    Forward,
}

/// A voter's answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Tsify)]
pub struct Vote {
    /// Who answered.
    pub from: ServerId,
    /// What.
    pub granted: bool,
}

/// A follower, as its leader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct Follower {
    /// Which.
    pub id: ServerId,
    /// The last index that is known to agree.
    pub match_index: u64,
    /// The next index to be sent.
    pub next_index: u64,
    /// How the leader replicates to it.
    pub progress: Progress,
    /// How many messages with entries are under way to it.
    pub in_flight: u32,
    /// How many bytes of commands are in them.
    pub in_flight_bytes: u64,
    /// When it last answered this leader; null if it has not.
    pub last_contact: Option<Milliseconds>,
    /// Whether it has answered since the leader last looked (§6.2 of the dissertation).
    pub active: bool,
    /// The last entry of the snapshot that it is being sent; null if it is not.
    pub snapshot: Option<EntryId>,
}

/// How a leader replicates to a follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase")]
#[tsify(namespace)]
pub enum Progress {
    /// Looking for the place where the logs agree.
    Probe {
        /// Whether the leader waits for the answer to what it sent.
        waiting: bool,
    },
    /// The logs agree: messages are sent one after the other, without waiting for answers.
    Replicate,
    /// The log no longer has what the follower needs: it gets a snapshot (§7).
    Snapshot {
        /// The last entry that the snapshot covers.
        last: EntryId,
        /// How many bytes of it have arrived.
        acknowledged: u64,
        /// Whether a part is being read or under way.
        waiting: bool,
    },
}

impl From<sim::ServerView> for Server {
    fn from(server: sim::ServerView) -> Self {
        Self {
            id: server.id.into(),
            role: server.role.map(Into::into),
            term: server.term.0,
            vote: server.vote.map(Into::into),
            leader: server.leader.map(Into::into),
            commit_index: server.commit.0,
            applied_index: server.applied.0,
            base: server.base.into(),
            log: server.log.into_iter().map(Into::into).collect(),
            deadline: server.deadline.map(Into::into),
            votes: server.votes.into_iter().map(Into::into).collect(),
            followers: server.followers.into_iter().map(Into::into).collect(),
            lease: server.lease.map(Into::into),
            membership: (&server.membership).into(),
            writes: server.writes,
            state: server.state.into_iter().map(|pair| (pair.key, pair.value)).collect(),
            boots: server.boots,
            paused: server.paused,
            clock: Clock { reads: server.clock.reads.into(), drift: signed_part(server.clock.drift_ppm) },
            disk: server.disk.into(),
            corruption: server.corruption.map(|corruption| corruption.to_string()),
        }
    }
}

impl From<core::Role> for Role {
    fn from(role: core::Role) -> Self {
        match role {
            core::Role::Follower => Self::Follower,
            core::Role::PreCandidate => Self::PreCandidate,
            core::Role::Candidate => Self::Candidate,
            core::Role::Leader => Self::Leader,
        }
    }
}

impl From<core::EntryId> for EntryId {
    fn from(id: core::EntryId) -> Self {
        Self { index: id.index.0, term: id.term.0 }
    }
}

impl From<sim::EntryView> for LogEntry {
    fn from(entry: sim::EntryView) -> Self {
        Self {
            index: entry.id.index.0,
            term: entry.id.term.0,
            op: entry.op.map(Into::into),
            membership: entry.membership.as_ref().map(Into::into),
            durable: entry.durable,
            committed: entry.committed,
            applied: entry.applied,
        }
    }
}

impl From<&core::Membership> for Membership {
    fn from(membership: &core::Membership) -> Self {
        let names = |ids: &[core::NodeId]| ids.iter().map(|&id| id.into()).collect();
        Self {
            voters: names(membership.voters()),
            outgoing: names(membership.outgoing()),
            learners: names(membership.learners()),
            learners_next: names(membership.learners_next()),
            auto_leave: membership.auto_leave(),
        }
    }
}

impl From<core::Deadline> for Deadline {
    fn from(deadline: core::Deadline) -> Self {
        Self { at: deadline.at.into(), since: deadline.since.into(), timer: deadline.timer.into() }
    }
}

impl From<core::Timer> for Timer {
    fn from(timer: core::Timer) -> Self {
        match timer {
            core::Timer::Election => Self::Election,
            core::Timer::Heartbeat => Self::Heartbeat,
            core::Timer::CheckQuorum => Self::CheckQuorum,
            core::Timer::Read => Self::Read,
            core::Timer::Transfer => Self::Transfer,
            core::Timer::Forward => Self::Forward,
        }
    }
}

impl From<sim::VoteView> for Vote {
    fn from(vote: sim::VoteView) -> Self {
        Self { from: vote.from.into(), granted: vote.granted }
    }
}

impl From<sim::FollowerView> for Follower {
    fn from(follower: sim::FollowerView) -> Self {
        Self {
            id: follower.id.into(),
            match_index: follower.matched.0,
            next_index: follower.next.0,
            progress: follower.state.into(),
            in_flight: follower.in_flight,
            in_flight_bytes: follower.in_flight_bytes,
            last_contact: follower.last_contact.map(Into::into),
            active: follower.active,
            snapshot: follower.snapshot.map(Into::into),
        }
    }
}

impl From<core::ProgressState> for Progress {
    fn from(state: core::ProgressState) -> Self {
        match state {
            core::ProgressState::Probe { waiting } => Self::Probe { waiting },
            core::ProgressState::Replicate => Self::Replicate,
            core::ProgressState::Snapshot { last, acknowledged, waiting } => {
                Self::Snapshot { last: last.into(), acknowledged, waiting }
            }
        }
    }
}

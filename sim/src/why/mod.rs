//! Why something is as it is: a few causes in words, each with its moment.
//!
//! What is said is worked out from the state that is looked at, and so holds whatever is kept of the trace. The trace
//! says when it came about: a cause whose record is found has a moment to go to.

mod candidate;
mod committed;
mod entry;
mod lack;
mod leader;
mod link;
mod look;
mod packet;
mod request;
mod rule;
mod server;
mod stepped_down;
mod vote;
mod words;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use raftarium_core::{Instant, LogIndex, NodeId, Role};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::client::{Request, RequestId, RequestStatus};
use crate::packet::PacketId;
use crate::server::Server;
use crate::timeline::Timeline;
use crate::trace::RecordId;
use crate::view::{EntryView, PacketView, ServerView, View};
use look::Look;

/// Something that can be seen, and asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Thing {
    /// All of it.
    Cluster,
    /// A server.
    Server(NodeId),
    /// One direction of a link.
    Link {
        /// From this server …
        from: NodeId,
        /// … to this one.
        to: NodeId,
    },
    /// A packet that is under way, or was.
    Packet(PacketId),
    /// A place in a server's log.
    Entry {
        /// Whose log.
        server: NodeId,
        /// Where in it.
        index: LogIndex,
    },
    /// What a client asked.
    Request(RequestId),
    /// A rule that was found broken: its place among those, from 0.
    Violation(u32),
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Asks {
    /// Of the cluster: why nobody leads.
    NoLeader,
    /// Of a server: why it does not lead.
    NotLeader,
    /// Of a server: why it does not stand for election.
    NotCandidate,
    /// Of a server: why it leads.
    Leads,
    /// Of a server: why it stands for election.
    Candidate,
    /// Of a server: why it gave up leading, the last time.
    SteppedDown,
    /// Of a server: why it did not grant its vote, the last time.
    VotedNo,
    /// Of a server: why it does not run.
    Down,
    /// Of a server: why it does not have all that its leader has.
    Lags,
    /// Of an entry: why it is not committed, as far as its server knows.
    NotCommitted,
    /// Of an entry: why its server has not applied it.
    NotApplied,
    /// Of an entry: why it is not on its server's disk.
    NotDurable,
    /// Of a place in a log: why an entry that was there is not there any more.
    Gone,
    /// Of a packet: why it was sent.
    Sent,
    /// Of a packet: why it was lost.
    Lost,
    /// Of a packet: why it stands still.
    Held,
    /// Of a request: why its client has no answer.
    Unanswered,
    /// Of a request: why it was not done.
    Refused,
    /// Of a broken rule: how that came about.
    Broken,
    /// Of a link: why nothing passes, or not everything.
    Blocked,
}

/// A question: what is asked, and about what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Question {
    /// What is asked.
    pub asks: Asks,
    /// About what.
    pub about: Thing,
}

/// The answer to a [`Question`], at the moment that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// What was asked.
    pub question: Question,
    /// The moment that it is about.
    pub at: Instant,
    /// The causes, the nearest first: 1 to [`CAUSES_MAX`].
    pub causes: Vec<Cause>,
}

/// The most causes that an explanation has.
pub const CAUSES_MAX: usize = 6;

/// One cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// A sentence.
    pub words: String,
    /// When it came about, or will; nothing if it is so all the time, or nobody knows any more since when.
    pub at: Option<Instant>,
    /// The record of it, if it has happened and is known.
    pub record: Option<RecordId>,
    /// What to look at, at that moment.
    pub about: Thing,
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSo {
    /// There is no such thing at the moment that is looked at.
    Unknown {
        /// What was given.
        given: Thing,
    },
    /// That is not asked of such a thing.
    Misplaced {
        /// What was given.
        given: Question,
    },
    /// It is otherwise.
    Otherwise {
        /// How it is, in a sentence.
        fact: String,
    },
}

impl core::error::Error for NotSo {}

/// The answer to a question about the moment that `timeline` looks at.
///
/// # Errors
///
/// If there is no such thing, or what is asked is not so.
pub fn why(timeline: &Timeline, question: Question) -> Result<Explanation, NotSo> {
    let view = timeline.view();
    let look = Look::new(timeline, &view);
    let Question { asks, about } = question;
    let mut causes = match (asks, about) {
        (Asks::NoLeader, Thing::Cluster) => leader::none(&look),
        (Asks::NotLeader, Thing::Server(id)) => leader::is_not(&look, look.server(id)?),
        (Asks::NotCandidate, Thing::Server(id)) => candidate::is_not(&look, look.server(id)?),
        (Asks::Leads, Thing::Server(id)) => leader::is(&look, look.server(id)?),
        (Asks::Candidate, Thing::Server(id)) => candidate::is(&look, look.server(id)?),
        (Asks::SteppedDown, Thing::Server(id)) => stepped_down::last(&look, look.server(id)?),
        (Asks::VotedNo, Thing::Server(id)) => vote::no(&look, look.server(id)?),
        (Asks::Down, Thing::Server(id)) => server::down(&look, look.server(id)?),
        (Asks::Lags, Thing::Server(id)) => server::lags(&look, look.server(id)?),
        (Asks::NotCommitted, Thing::Entry { server, index }) => {
            committed::is_not(&look, look.server(server)?, look.entry(server, index)?)
        }
        (Asks::NotApplied, Thing::Entry { server, index }) => {
            entry::not_applied(&look, look.server(server)?, look.entry(server, index)?)
        }
        (Asks::NotDurable, Thing::Entry { server, index }) => {
            entry::not_durable(&look, look.server(server)?, look.entry(server, index)?)
        }
        (Asks::Gone, Thing::Entry { server, index }) => entry::gone(&look, look.server(server)?, index),
        (Asks::Sent, Thing::Packet(id)) => packet::sent(&look, id),
        (Asks::Lost, Thing::Packet(id)) => packet::lost(&look, id),
        (Asks::Held, Thing::Packet(id)) => packet::held(&look, look.packet(id)?),
        (Asks::Unanswered, Thing::Request(id)) => request::unanswered(&look, look.request(id)?),
        (Asks::Refused, Thing::Request(id)) => request::refused(&look, look.request(id)?),
        (Asks::Broken, Thing::Violation(number)) => rule::broken(&look, number),
        (Asks::Blocked, Thing::Link { from, to }) => link::blocked(&look, (look.server(from)?.id, look.server(to)?.id)),
        (
            Asks::NoLeader
            | Asks::NotLeader
            | Asks::NotCandidate
            | Asks::Leads
            | Asks::Candidate
            | Asks::SteppedDown
            | Asks::VotedNo
            | Asks::Down
            | Asks::Lags
            | Asks::NotCommitted
            | Asks::NotApplied
            | Asks::NotDurable
            | Asks::Gone
            | Asks::Sent
            | Asks::Lost
            | Asks::Held
            | Asks::Unanswered
            | Asks::Refused
            | Asks::Broken
            | Asks::Blocked,
            _,
        ) => Err(NotSo::Misplaced { given: question }),
    }?;
    // One thing may be the cause of two others.
    let mut told = Vec::new();
    causes.retain(|cause| {
        let new = !told.contains(&cause.words);
        told.push(cause.words.clone());
        new
    });
    causes.truncate(CAUSES_MAX);
    Ok(Explanation { question, at: timeline.now(), causes })
}

/// What can be asked about a thing, as far as the state tells: not what only the trace knows, whether a server has ever
/// stepped down, refused a vote, or lost an entry. In the order in which it is likely to be asked.
#[must_use]
pub fn questions(view: &View, about: Thing) -> Vec<Asks> {
    match about {
        Thing::Cluster => {
            let leads = |server: &ServerView| server.role == Some(Role::Leader);
            if view.servers.iter().any(leads) { Vec::new() } else { [Asks::NoLeader].into() }
        }
        Thing::Server(id) => {
            let server = view.servers.iter().find(|server| server.id == id);
            server.map_or_else(Vec::new, |server| of_server(view, server))
        }
        Thing::Entry { server, index } => {
            let server = view.servers.iter().find(|view| view.id == server);
            let entry = server.and_then(|server| server.log.iter().find(|entry| entry.id.index == index));
            match (server, entry) {
                (Some(server), Some(entry)) => of_entry(server, entry),
                (Some(server), None) if server.base.index < index => [Asks::Gone].into(),
                (Some(_) | None, _) => Vec::new(),
            }
        }
        Thing::Packet(id) => {
            let packet = view.packets.iter().find(|packet| packet.id == id);
            let lost = packet.is_some_and(|packet| packet.lost.is_some());
            let held = packet.is_some_and(|packet| packet.held.is_some());
            let all = [(lost, Asks::Lost), (held, Asks::Held), (true, Asks::Sent)];
            all.into_iter().filter(|(fits, _)| *fits).map(|(_, asks)| asks).collect()
        }
        Thing::Request(id) => {
            view.requests.iter().find(|request| request.id == id).and_then(of_request).into_iter().collect()
        }
        Thing::Violation(number) => {
            let known = usize::try_from(number).is_ok_and(|number| number < view.violations.len());
            if known { [Asks::Broken].into() } else { Vec::new() }
        }
        Thing::Link { from, to } => {
            if link::is_blocked(view, from, to) {
                [Asks::Blocked].into()
            } else {
                Vec::new()
            }
        }
    }
}

fn of_server(view: &View, server: &ServerView) -> Vec<Asks> {
    let first = match server.role {
        None => Asks::Down,
        Some(Role::Leader) => Asks::Leads,
        Some(Role::PreCandidate | Role::Candidate) => Asks::Candidate,
        Some(Role::Follower) => Asks::NotCandidate,
    };
    let mut asks = [first].to_vec();
    if server.role != Some(Role::Leader) {
        asks.push(Asks::NotLeader);
    }
    if server::is_behind(view, server) {
        asks.push(Asks::Lags);
    }
    asks
}

fn of_entry(server: &ServerView, entry: &EntryView) -> Vec<Asks> {
    let all = [
        (!entry.committed, Asks::NotCommitted),
        (!entry.durable, Asks::NotDurable),
        (!entry.applied && (entry.committed || server.role.is_none()), Asks::NotApplied),
    ];
    all.into_iter().filter(|(fits, _)| *fits).map(|(_, asks)| asks).collect()
}

fn of_request(request: &Request) -> Option<Asks> {
    match &request.status {
        RequestStatus::Waiting | RequestStatus::Unknown { .. } => Some(Asks::Unanswered),
        RequestStatus::Answered { answer, .. } if answer.is_success() => None,
        RequestStatus::Answered { .. } => Some(Asks::Refused),
    }
}

impl Thing {
    /// Where a packet comes from, or goes to.
    const fn of(address: Address) -> Self {
        match address {
            Address::Server(id) => Self::Server(id),
            Address::Client(_) => Self::Cluster,
        }
    }
}

impl Look<'_> {
    /// # Errors
    ///
    /// If there is no such server.
    fn server(&self, id: NodeId) -> Result<&ServerView, NotSo> {
        self.find(id).ok_or(NotSo::Unknown { given: Thing::Server(id) })
    }

    fn machine(&self, id: NodeId) -> Option<&Server> {
        self.timeline.world().servers().iter().find(|server| server.id == id)
    }

    fn entry(&self, server: NodeId, index: LogIndex) -> Result<&EntryView, NotSo> {
        let found = self.find(server).and_then(|server| server.log.iter().find(|entry| entry.id.index == index));
        found.ok_or(NotSo::Unknown { given: Thing::Entry { server, index } })
    }

    fn packet(&self, id: PacketId) -> Result<&PacketView, NotSo> {
        let found = self.view.packets.iter().find(|packet| packet.id == id);
        found.ok_or(NotSo::Unknown { given: Thing::Packet(id) })
    }

    fn request(&self, id: RequestId) -> Result<&Request, NotSo> {
        let found = self.view.requests.iter().find(|request| request.id == id);
        found.ok_or(NotSo::Unknown { given: Thing::Request(id) })
    }
}

fn otherwise<T>(fact: impl Into<String>) -> Result<T, NotSo> {
    Err(NotSo::Otherwise { fact: fact.into() })
}

impl fmt::Display for NotSo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { given } => write!(f, "There is no {given} at this moment."),
            Self::Misplaced { given } => write!(f, "That cannot be asked about {}.", given.about),
            Self::Otherwise { fact } => f.write_str(fact),
        }
    }
}

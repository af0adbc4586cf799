//! Questions, and what is answered.

use raftarium_sim as sim;
use raftarium_sim::core::LogIndex;
use raftarium_sim::why;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::number::{EventId, MAX_SAFE, Milliseconds, Number, ServerId};
use crate::failure::{ErrorCode, Failure};

/// Something that can be asked about.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields, expecting = "a thing: an object with a type")]
#[tsify(namespace)]
pub enum Thing {
    /// All of it.
    Cluster,
    /// A server.
    Server {
        /// Which.
        id: ServerId,
    },
    /// One direction of a link.
    Link {
        /// From this server …
        from: ServerId,
        /// … to this one.
        to: ServerId,
    },
    /// A packet that is under way, or was.
    Packet {
        /// Which.
        #[tsify(type = "number")]
        id: Number,
    },
    /// A place in a server's log.
    Entry {
        /// Whose log.
        server: ServerId,
        /// Where in it.
        #[tsify(type = "number")]
        index: Number,
    },
    /// What a client asked.
    Request {
        /// Its number.
        #[tsify(type = "number")]
        id: Number,
    },
    /// A rule that was found broken.
    Violation {
        /// Its place among `violations`, from 0.
        #[tsify(type = "number")]
        number: Number,
    },
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", expecting = "the name of a question")]
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
    /// Of a violation: how that came about.
    Broken,
    /// Of a link: why nothing passes, or not everything.
    Blocked,
}

/// A question: what is asked, and about what.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields, expecting = "a question: what it asks, and about what")]
pub struct Question {
    /// What is asked.
    pub asks: Asks,
    /// About what.
    pub about: Thing,
}

/// Why something is as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Explanation {
    /// The question, in words.
    pub question: String,
    /// The moment that it is about.
    pub at: Milliseconds,
    /// The causes, the nearest first: 1 to 6.
    pub causes: Vec<Cause>,
}

/// One cause.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct Cause {
    /// A sentence.
    pub words: String,
    /// When it came about, or will; null if it is so all the time, or nobody knows any more since when.
    pub at: Option<Milliseconds>,
    /// The event, if it has happened and is known.
    pub event: Option<EventId>,
    /// What to look at, at that moment.
    pub about: Thing,
}

fn part(number: Number, name: &str) -> Result<u64, Failure> {
    number.not_nan(name)?.whole().ok_or_else(|| {
        let allowed = format!("0 to {MAX_SAFE}");
        Failure::new(ErrorCode::OutOfRange, format!("{name} is {number}; allowed are {allowed}"))
            .given(number)
            .allowed(allowed)
    })
}

fn small(number: Number, name: &str) -> Result<u32, Failure> {
    Ok(u32::try_from(part(number, name)?).unwrap_or(u32::MAX))
}

impl TryFrom<Thing> for why::Thing {
    type Error = Failure;

    fn try_from(thing: Thing) -> Result<Self, Failure> {
        Ok(match thing {
            Thing::Cluster => Self::Cluster,
            Thing::Server { id } => Self::Server(id.node()?),
            Thing::Link { from, to } => Self::Link { from: from.node()?, to: to.node()? },
            Thing::Packet { id } => Self::Packet(sim::PacketId(part(id, "the packet")?)),
            Thing::Entry { server, index } => {
                Self::Entry { server: server.node()?, index: LogIndex(part(index, "the index")?) }
            }
            Thing::Request { id } => Self::Request(sim::RequestId(small(id, "the request")?)),
            Thing::Violation { number } => Self::Violation(small(number, "the violation")?),
        })
    }
}

impl From<why::Thing> for Thing {
    fn from(thing: why::Thing) -> Self {
        let number = |number: u64| Number(number as f64);
        match thing {
            why::Thing::Cluster => Self::Cluster,
            why::Thing::Server(id) => Self::Server { id: id.into() },
            why::Thing::Link { from, to } => Self::Link { from: from.into(), to: to.into() },
            why::Thing::Packet(id) => Self::Packet { id: number(id.0) },
            why::Thing::Entry { server, index } => Self::Entry { server: server.into(), index: number(index.0) },
            why::Thing::Request(id) => Self::Request { id: number(id.0.into()) },
            why::Thing::Violation(at) => Self::Violation { number: number(at.into()) },
        }
    }
}

impl TryFrom<Question> for why::Question {
    type Error = Failure;

    fn try_from(question: Question) -> Result<Self, Failure> {
        Ok(Self { asks: question.asks.into(), about: question.about.try_into()? })
    }
}

impl From<why::Explanation> for Explanation {
    fn from(explanation: why::Explanation) -> Self {
        let why::Explanation { question, at, causes } = explanation;
        let causes = causes.into_iter().map(Into::into).collect();
        Self { question: question.to_string(), at: at.into(), causes }
    }
}

impl From<why::Cause> for Cause {
    fn from(cause: why::Cause) -> Self {
        let why::Cause { words, at, record, about } = cause;
        Self { words, at: at.map(Into::into), event: record.map(|record| EventId(record.0)), about: about.into() }
    }
}

impl From<Asks> for why::Asks {
    fn from(asks: Asks) -> Self {
        match asks {
            Asks::NoLeader => Self::NoLeader,
            Asks::NotLeader => Self::NotLeader,
            Asks::NotCandidate => Self::NotCandidate,
            Asks::Leads => Self::Leads,
            Asks::Candidate => Self::Candidate,
            Asks::SteppedDown => Self::SteppedDown,
            Asks::VotedNo => Self::VotedNo,
            Asks::Down => Self::Down,
            Asks::Lags => Self::Lags,
            Asks::NotCommitted => Self::NotCommitted,
            Asks::NotApplied => Self::NotApplied,
            Asks::NotDurable => Self::NotDurable,
            Asks::Gone => Self::Gone,
            Asks::Sent => Self::Sent,
            Asks::Lost => Self::Lost,
            Asks::Held => Self::Held,
            Asks::Unanswered => Self::Unanswered,
            Asks::Refused => Self::Refused,
            Asks::Broken => Self::Broken,
            Asks::Blocked => Self::Blocked,
        }
    }
}

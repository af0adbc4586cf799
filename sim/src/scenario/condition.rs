//! What can be said of a world at a moment: what a scenario waits for, and what it expects.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::Role;
use serde::{Deserialize, Serialize};

use super::name::Name;
use crate::checks::Rule;
use crate::linear::KeyOutput;
use crate::packet::PacketClass;

/// Something that is true of a world at a moment, or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// All of these hold.
    All(Vec<Condition>),
    /// One of these holds, or more.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// This server leads.
    Leads(Name),
    /// So many servers lead.
    Leaders(Number),
    /// This server runs.
    Up(Name),
    /// A server has a role.
    Role {
        /// Which server.
        of: Name,
        /// The role.
        is: Role,
    },
    /// The terms of servers; of those that are down, the durable ones.
    Term {
        /// Which servers; without any, all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        of: Vec<Name>,
        /// What they are.
        is: Number,
    },
    /// How far servers know the log to be committed.
    Commit {
        /// Which servers; without any, all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        of: Vec<Name>,
        /// What it is.
        is: Number,
    },
    /// How far servers have their logs on their disks.
    Durable {
        /// Which servers; without any, all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        of: Vec<Name>,
        /// The last index that is there.
        is: Number,
    },
    /// The terms of the entries in the logs of servers.
    Log {
        /// Which servers; without any, all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        of: Vec<Name>,
        /// The terms, from the first entry that the log still has.
        terms: Vec<u64>,
    },
    /// How many entries the logs of servers have, those that a snapshot covers included.
    LogLength {
        /// Which servers; without any, all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        of: Vec<Name>,
        /// How many.
        is: Number,
    },
    /// The logs of these servers are the same from where the shortest begins; without any, of all.
    SameLogs(Vec<Name>),
    /// The state machines of these servers have the same state; without any, of all.
    SameStates(Vec<Name>),
    /// The value that servers have for a key.
    Value {
        /// Which servers; without any, all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        of: Vec<Name>,
        /// The key.
        key: String,
        /// The value; nothing, if the key has none.
        is: Option<String>,
    },
    /// Where the log of a server begins, because a snapshot covers what was before.
    Base {
        /// Which server.
        of: Name,
        /// The last index that the snapshot covers.
        is: Number,
    },
    /// Who belongs to the cluster, as a server that runs has it.
    Members {
        /// Which servers; without any, all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        of: Vec<Name>,
        /// Who votes.
        voters: Vec<Name>,
        /// Who votes too as long as the membership is joint.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        outgoing: Vec<Name>,
        /// Who gets the log without voting.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        learners: Vec<Name>,
    },
    /// Which servers have granted their vote to a candidate in a term, by all that has happened. The candidate's own
    /// vote is not in it.
    Granted {
        /// The candidate.
        to: Name,
        /// The term.
        term: u64,
        /// Exactly these servers.
        by: Vec<Name>,
    },
    /// Which servers have refused their vote to a candidate in a term, by all that has happened.
    Refused {
        /// The candidate.
        to: Name,
        /// The term of the candidate.
        term: u64,
        /// Exactly these servers.
        by: Vec<Name>,
    },
    /// In which terms a server has become leader, by all that has happened.
    Led {
        /// Which server.
        of: Name,
        /// Exactly these terms.
        terms: Vec<u64>,
    },
    /// How often something has happened.
    Count {
        /// What.
        what: EventKind,
        /// At which server; without one, at any.
        #[serde(default)]
        of: Option<Name>,
        /// Since the step of this name; without one, since the beginning.
        #[serde(default)]
        since: Option<String>,
        /// How often.
        is: Number,
    },
    /// How many packets have arrived.
    Delivered {
        /// What they are.
        kind: PacketClass,
        /// Who sent them; without a name, anybody.
        #[serde(default)]
        from: Option<Name>,
        /// To whom; without a name, anybody.
        #[serde(default)]
        to: Option<Name>,
        /// Since the step of this name; without one, since the beginning.
        #[serde(default)]
        since: Option<String>,
        /// How many.
        is: Number,
    },
    /// A packet is under way.
    UnderWay(Packets),
    /// What became of a request, as far as its client knows.
    Request {
        /// Which: 1 is the first that was made.
        number: u32,
        /// What became of it.
        is: Fate,
        /// What it gave back; without it, anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        result: Option<Output>,
        /// How often the client has sent it; without it, any number of times.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tries: Option<Number>,
        /// The server that was asked last; without it, any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<Name>,
    },
    /// How many sessions of clients are open, as servers that run have it.
    Sessions {
        /// Which servers; without any, all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        of: Vec<Name>,
        /// How many.
        is: Number,
    },
    /// Nothing is under way but signs of life and their answers, nothing is being written.
    Quiet,
    /// The rules that were broken are exactly these.
    Broken(Vec<Rule>),
}

/// Which numbers are meant: one, or a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number, or {\"at_least\": …}, {\"at_most\": …} or both")]
pub enum Number {
    /// This one.
    Exactly(u64),
    /// One of these.
    Range(Range),
}

/// A range of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The least.
    #[serde(default)]
    pub at_least: u64,
    /// The most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u64>,
}

impl Number {
    /// Whether `number` is meant.
    #[must_use]
    pub fn has(self, number: u64) -> bool {
        match self {
            Self::Exactly(wanted) => number == wanted,
            Self::Range(Range { at_least, at_most }) => {
                number >= at_least && at_most.is_none_or(|at_most| number <= at_most)
            }
        }
    }
}

/// Packets between two servers; with one end left out, that can be a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packets {
    /// What they are.
    pub kind: PacketClass,
    /// Who sent them; without a name, anybody.
    #[serde(default)]
    pub from: Option<Name>,
    /// To whom; without a name, anybody.
    #[serde(default)]
    pub to: Option<Name>,
}

/// What a server can have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// It became a candidate.
    ElectionStarted,
    /// It asked whether it could win.
    PreVoteStarted,
    /// It became leader.
    BecameLeader,
    /// It gave up leading, or being a candidate.
    SteppedDown,
    /// It learnt of a higher term.
    TermAdvanced,
    /// It granted a vote.
    VoteGranted,
    /// It refused a vote.
    VoteRefused,
    /// It put a vote request aside, because it hears from a leader.
    VoteIgnored,
    /// It refused entries.
    AppendRefused,
    /// It dropped entries.
    Truncated,
    /// It installed a snapshot.
    SnapshotInstalled,
    /// It crashed.
    Crashed,
    /// It started to hand over.
    TransferStarted,
    /// It does not hand over any more.
    TransferEnded,
}

/// What an operation gave back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// Of a put and a delete: it was done.
    Done,
    /// Of a get and a read: the value, or null if there was none.
    Value(Option<String>),
    /// Of a compare-and-set: whether the value was the expected one.
    Swapped(bool),
    /// Of an increment: the sum.
    Number(i64),
    /// Of an increment: there was no number, or the sum would be too large.
    NotANumber,
}

impl From<&KeyOutput> for Output {
    fn from(output: &KeyOutput) -> Self {
        match output {
            KeyOutput::Done => Self::Done,
            KeyOutput::Value(value) => Self::Value(value.clone()),
            KeyOutput::Swapped(swapped) => Self::Swapped(*swapped),
            KeyOutput::Number(number) => Self::Number(*number),
            KeyOutput::NotANumber => Self::NotANumber,
        }
    }
}

/// What became of a request, as far as its client knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// No answer yet.
    Waiting,
    /// No answer in time.
    Unknown,
    /// It was done.
    Done,
    /// Another entry was committed in its place.
    Superseded,
    /// It was not done, and never will be: the server did not lead, took no more, or could not be sure of a read.
    Refused,
    /// Its session was no more: whether it was done cannot be known.
    SessionEnded,
}

impl Condition {
    /// A step that this counts from and that is not one of `known`.
    pub(super) fn unknown_step(&self, known: &[&String]) -> Option<&str> {
        match self {
            Self::All(conditions) | Self::Any(conditions) => {
                conditions.iter().find_map(|condition| condition.unknown_step(known))
            }
            Self::Not(condition) => condition.unknown_step(known),
            Self::Count { since, .. } | Self::Delivered { since, .. } => {
                since.as_ref().filter(|name| !known.contains(name)).map(String::as_str)
            }
            Self::Leads(_)
            | Self::Leaders(_)
            | Self::Up(_)
            | Self::Role { .. }
            | Self::Term { .. }
            | Self::Commit { .. }
            | Self::Durable { .. }
            | Self::Log { .. }
            | Self::LogLength { .. }
            | Self::SameLogs(_)
            | Self::SameStates(_)
            | Self::Value { .. }
            | Self::Base { .. }
            | Self::Members { .. }
            | Self::Granted { .. }
            | Self::Refused { .. }
            | Self::Led { .. }
            | Self::UnderWay(_)
            | Self::Request { .. }
            | Self::Sessions { .. }
            | Self::Quiet
            | Self::Broken(_) => None,
        }
    }
}

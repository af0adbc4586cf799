//! What things and questions are called.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::fmt;

use raftarium_core::NodeId;

use super::{Asks, Question, Thing};
use crate::story::list;

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cluster => write!(f, "the cluster"),
            Self::Server(id) => id.fmt(f),
            Self::Link { from, to } => write!(f, "link from {from} to {to}"),
            Self::Packet(id) => write!(f, "message {}", id.0),
            Self::Entry { server, index } => write!(f, "entry {index} on {server}"),
            Self::Request(id) => write!(f, "request {}", id.0),
            Self::Violation(number) => write!(f, "broken rule {number}"),
        }
    }
}

/// `Why is S3 not a candidate?`
impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = self.asks.frame();
        match self.asks {
            Asks::NoLeader | Asks::Broken => write!(f, "Why {before}{after}?"),
            Asks::Sent | Asks::Lost | Asks::Held => write!(f, "Why {before} this message {after}?"),
            Asks::Unanswered | Asks::Refused => write!(f, "Why {before} this request {after}?"),
            Asks::Blocked => write!(f, "Why {before} the {} {after}?", self.about),
            Asks::NotLeader
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
            | Asks::Gone => write!(f, "Why {before} {} {after}?", self.about),
        }
    }
}

impl Asks {
    /// Where it is clear what it is about: `Why is it not a candidate?`
    #[must_use]
    pub fn short(self) -> String {
        let (before, after) = self.frame();
        match self {
            Self::NoLeader | Self::Broken => format!("Why {before}{after}?"),
            Self::NotLeader
            | Self::NotCandidate
            | Self::Leads
            | Self::Candidate
            | Self::SteppedDown
            | Self::VotedNo
            | Self::Down
            | Self::Lags
            | Self::NotCommitted
            | Self::NotApplied
            | Self::NotDurable
            | Self::Gone
            | Self::Sent
            | Self::Lost
            | Self::Held
            | Self::Unanswered
            | Self::Refused
            | Self::Blocked => format!("Why {before} it {after}?"),
        }
    }

    /// What stands before and after the thing.
    const fn frame(self) -> (&'static str, &'static str) {
        match self {
            Self::NoLeader => ("does nobody lead", ""),
            Self::NotLeader => ("is", "not the leader"),
            Self::NotCandidate => ("is", "not a candidate"),
            Self::Leads => ("is", "the leader"),
            Self::Candidate => ("is", "a candidate"),
            Self::SteppedDown => ("did", "step down"),
            Self::VotedNo => ("did", "vote no"),
            Self::Down => ("is", "down"),
            Self::Lags => ("does", "lag behind"),
            Self::NotCommitted => ("is", "not committed"),
            Self::NotApplied => ("is", "not applied"),
            Self::NotDurable => ("is", "not on disk"),
            Self::Gone => ("is", "gone"),
            Self::Sent => ("was", "sent"),
            Self::Lost => ("was", "lost"),
            Self::Held => ("does", "stand still"),
            Self::Unanswered => ("has", "no answer"),
            Self::Refused => ("was", "not done"),
            Self::Broken => ("was this rule broken", ""),
            Self::Blocked => ("does", "not let all through"),
        }
    }
}

/// `S1 is`, `S1 and S2 are`.
pub(super) fn subject(ids: &[NodeId], one: &str, many: &str) -> String {
    format!("{} {}", list(ids), if ids.len() == 1 { one } else { many })
}

/// `S1 and S2`, or `nobody`.
pub(super) fn names(ids: &[NodeId]) -> String {
    if ids.is_empty() { "nobody".to_owned() } else { list(ids) }
}

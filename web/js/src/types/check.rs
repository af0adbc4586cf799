//! The safety properties, and whether they hold.

use raftarium_sim as sim;
use serde::Serialize;
use tsify::Tsify;

use super::number::{EventId, Milliseconds, ServerId};

/// What must hold whatever happens: the safety properties of Figure 3 of the paper, and what they rest on.
/// A safety property: those of Raft (Figure 3 of the paper), and what clients are promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum Rule {
    /// At most one leader can be elected in a term (§5.2).
    ElectionSafety,
    /// A leader never overwrites or deletes entries in its log; it only appends (§5.3).
    LeaderAppendOnly,
    /// If two logs have an entry with the same index and term, they are identical up to that index (§5.3).
    LogMatching,
    /// An entry that is committed in a term is in the logs of the leaders of all higher terms (§5.4).
    LeaderCompleteness,
    /// If a server has applied an entry at an index, no other server ever applies a different one there (§5.4.3).
    StateMachineSafety,
    /// A committed entry is on the disks of a majority, and stays there (Figure 2, §5.3).
    CommittedIsDurable,
    /// Terms, commit indexes and what a leader knows of its followers only grow (Figure 2).
    NothingGoesBack,
    /// A server votes for at most one candidate in a term, also if it crashes in between (§5.2).
    OneVotePerTerm,
    /// At most one change of the membership is under way (§4.1 of the dissertation).
    OneChangeAtATime,
    /// Whoever is told to take over the leadership has everything that is committed (§3.10 of the dissertation).
    HandoverIsComplete,
    /// State machines that have applied the same entries are in the same state (§2).
    EqualStates,
    /// A snapshot is what the committed entries up to its last one make (§7).
    SnapshotIsPrefix,
    /// What a client asks in a session is applied once, however often it is sent (§8).
    ExactlyOnce,
    /// What the clients saw can be what one copy of the data would have shown them (§8).
    Linearizability,
}

/// A rule in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct RuleInfo {
    /// Which.
    pub rule: Rule,
    /// Its name.
    pub name: &'static str,
    /// What it says, in a sentence.
    pub statement: &'static str,
    /// Where it comes from.
    pub source: &'static str,
}

/// A rule, and how often it was found to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Check {
    /// The rule.
    pub rule: Rule,
    /// How often it was checked.
    pub count: u64,
    /// How many keys and requests it could not be decided for: of these it is not known that the rule holds.
    pub undecided: u64,
}

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Violation {
    /// Which.
    pub rule: Rule,
    /// When.
    pub at: Milliseconds,
    /// The event after which it was found.
    pub after: EventId,
    /// The servers that it was found on.
    pub servers: Vec<ServerId>,
    /// What was found, in words.
    pub story: String,
}

impl RuleInfo {
    /// All rules: first those of Figure 3, in its order.
    /// All rules: those of Figure 3 in its order, then what clients are promised.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let info = |rule: sim::Rule| Self {
            rule: rule.into(),
            name: rule.name(),
            statement: rule.statement(),
            source: rule.source(),
        };
        sim::Rule::ALL.into_iter().map(info).collect()
    }
}

impl From<sim::Rule> for Rule {
    fn from(rule: sim::Rule) -> Self {
        match rule {
            sim::Rule::ElectionSafety => Self::ElectionSafety,
            sim::Rule::LeaderAppendOnly => Self::LeaderAppendOnly,
            sim::Rule::LogMatching => Self::LogMatching,
            sim::Rule::LeaderCompleteness => Self::LeaderCompleteness,
            sim::Rule::StateMachineSafety => Self::StateMachineSafety,
            sim::Rule::CommittedIsDurable => Self::CommittedIsDurable,
            sim::Rule::NothingGoesBack => Self::NothingGoesBack,
            sim::Rule::OneVotePerTerm => Self::OneVotePerTerm,
            sim::Rule::OneChangeAtATime => Self::OneChangeAtATime,
            sim::Rule::EqualStates => Self::EqualStates,
            sim::Rule::SnapshotIsPrefix => Self::SnapshotIsPrefix,
            sim::Rule::HandoverIsComplete => Self::HandoverIsComplete,
            sim::Rule::ExactlyOnce => Self::ExactlyOnce,
            sim::Rule::Linearizability => Self::Linearizability,
        }
    }
}

impl From<sim::Check> for Check {
    fn from(check: sim::Check) -> Self {
        Self { rule: check.rule.into(), count: check.count, undecided: check.undecided }
    }
}

impl From<sim::Violation> for Violation {
    fn from(violation: sim::Violation) -> Self {
        Self {
            rule: violation.rule.into(),
            at: violation.at.into(),
            after: violation.after.into(),
            servers: violation.servers.into_iter().map(Into::into).collect(),
            story: violation.story,
        }
    }
}

//! The safety properties, and whether they hold.

use raftarium_sim as sim;
use serde::Serialize;
use tsify::Tsify;

use super::number::{EventId, Milliseconds, ServerId};

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

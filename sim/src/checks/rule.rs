//! The rules, by name.

use serde::{Deserialize, Serialize};

/// A safety property.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
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
}

impl Rule {
    /// All of them, in the order of Figure 3.
    pub const ALL: [Self; 5] = [
        Self::ElectionSafety,
        Self::LeaderAppendOnly,
        Self::LogMatching,
        Self::LeaderCompleteness,
        Self::StateMachineSafety,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ElectionSafety => "Election Safety",
            Self::LeaderAppendOnly => "Leader Append-Only",
            Self::LogMatching => "Log Matching",
            Self::LeaderCompleteness => "Leader Completeness",
            Self::StateMachineSafety => "State Machine Safety",
        }
    }

    /// What it says, in a sentence.
    #[must_use]
    pub const fn statement(self) -> &'static str {
        match self {
            Self::ElectionSafety => "At most one leader is elected in a term.",
            Self::LeaderAppendOnly => "A leader never overwrites or deletes entries of its log; it only appends.",
            Self::LogMatching => "Logs that share an entry's index and term are identical up to that entry.",
            Self::LeaderCompleteness => "A committed entry is in the log of every leader of a higher term.",
            Self::StateMachineSafety => "No two servers apply different entries at the same index.",
        }
    }

    /// Where it comes from.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::ElectionSafety => "Raft paper, Figure 3 and §5.2",
            Self::LeaderAppendOnly | Self::LogMatching => "Raft paper, Figure 3 and §5.3",
            Self::LeaderCompleteness => "Raft paper, Figure 3 and §5.4",
            Self::StateMachineSafety => "Raft paper, Figure 3 and §5.4.3",
        }
    }
}

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
    /// What a client asks in a session is applied once, however often it is sent (§8; §6.3 of the dissertation).
    ExactlyOnce,
    /// What the clients saw can be what one copy of the data would have shown them (Herlihy and Wing, 1990; §8).
    Linearizability,
}

impl Rule {
    /// All of them: those of Figure 3 in its order, then what clients are promised.
    pub const ALL: [Self; 7] = [
        Self::ElectionSafety,
        Self::LeaderAppendOnly,
        Self::LogMatching,
        Self::LeaderCompleteness,
        Self::StateMachineSafety,
        Self::ExactlyOnce,
        Self::Linearizability,
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
            Self::ExactlyOnce => "Exactly Once",
            Self::Linearizability => "Linearizability",
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
            Self::ExactlyOnce => "A command of a client's session is applied once, however often it is sent.",
            Self::Linearizability => "Clients see what one copy of the data would show, one operation at a time.",
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
            Self::ExactlyOnce => "Raft paper, §8; dissertation, §6.3",
            Self::Linearizability => "Herlihy and Wing, 1990; Raft paper, §8",
        }
    }
}

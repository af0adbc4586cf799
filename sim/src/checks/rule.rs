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
    /// A committed entry is on the disks of a majority, and stays there (Figure 2, §5.3). A minority of the disks may be
    /// lost, as long as their servers are out of service.
    CommittedIsDurable,
    /// Terms, commit indexes and what a leader knows of its followers only grow, and what a server has acknowledged it
    /// still has when it restarts (Figure 2).
    NothingGoesBack,
    /// A server votes for at most one candidate in a term, also if it crashes in between (§5.2).
    OneVotePerTerm,
    /// At most one change of the membership is under way (§4.1 of the dissertation).
    OneChangeAtATime,
    /// Whoever is told to take over the leadership has everything that its leader knows to be committed, or nobody could
    /// elect it (§3.10 of the dissertation).
    HandoverIsComplete,
    /// State machines that have applied the same entries are in the same state (§2).
    EqualStates,
    /// A snapshot is what the committed entries up to its last one make (§7).
    SnapshotIsPrefix,
    /// What a client asks in a session is applied once, however often it is sent (§8; §6.3 of the dissertation).
    ExactlyOnce,
    /// What the clients saw can be what one copy of the data would have shown them (Herlihy and Wing, 1990; §8).
    Linearizability,
}

impl Rule {
    /// All of them: those of Figure 3 in its order, what they rest on, and what clients are promised.
    pub const ALL: [Self; 14] = [
        Self::ElectionSafety,
        Self::LeaderAppendOnly,
        Self::LogMatching,
        Self::LeaderCompleteness,
        Self::StateMachineSafety,
        Self::CommittedIsDurable,
        Self::NothingGoesBack,
        Self::OneVotePerTerm,
        Self::OneChangeAtATime,
        Self::HandoverIsComplete,
        Self::EqualStates,
        Self::SnapshotIsPrefix,
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
            Self::CommittedIsDurable => "Committed Is Durable",
            Self::NothingGoesBack => "Nothing Goes Back",
            Self::OneVotePerTerm => "One Vote Per Term",
            Self::OneChangeAtATime => "One Change at a Time",
            Self::HandoverIsComplete => "Handover Is Complete",
            Self::EqualStates => "Equal States",
            Self::SnapshotIsPrefix => "Snapshot Is a Prefix",
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
            Self::CommittedIsDurable => {
                "A committed entry stays on the disks of a majority, of which only servers out of service may be missing."
            }
            Self::NothingGoesBack => {
                "Terms, commit indexes and what leaders know of followers only grow; a restart loses nothing acknowledged."
            }
            Self::OneVotePerTerm => {
                "A server votes for at most one candidate in a term, also if it crashes in between."
            }
            Self::OneChangeAtATime => "At most one change of the membership is in a log and not committed.",
            Self::HandoverIsComplete => "Whoever is told to take over has everything that is committed.",
            Self::EqualStates => "Servers that have applied the same entries have the same state.",
            Self::SnapshotIsPrefix => "A snapshot is what the committed entries up to its last one make.",
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
            Self::CommittedIsDurable => "Raft paper, Figure 2 and §5.3",
            Self::NothingGoesBack => "Raft paper, Figure 2 and §5.1",
            Self::OneVotePerTerm => "Raft paper, §5.2",
            Self::OneChangeAtATime => "Raft dissertation, §4.1",
            Self::HandoverIsComplete => "Raft dissertation, §3.10",
            Self::EqualStates => "Raft paper, §2",
            Self::SnapshotIsPrefix => "Raft paper, §7",
            Self::ExactlyOnce => "Raft paper, §8; dissertation, §6.3",
            Self::Linearizability => "Herlihy and Wing, 1990; Raft paper, §8",
        }
    }
}

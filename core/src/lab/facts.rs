//! What is to be said about each mistake.

use core::fmt;

use super::Mistake;

/// What a mistake leads to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Harm {
    /// Two leaders in one term (Election Safety, Figure 3).
    ElectionSafety,
    /// A leader lacks what was committed: it is lost (Leader Completeness, Figure 3).
    LeaderCompleteness,
    /// Two servers apply different entries at one index (State Machine Safety, Figure 3).
    StateMachineSafety,
    /// Two changes of the membership are under way at once (§4.1 of the dissertation).
    OneChangeAtATime,
    /// A read does not see what was committed before it was asked for (§6.4 of the dissertation).
    StaleRead,
    /// A command takes effect twice (§6.3 of the dissertation).
    AppliedTwice,
    /// Nothing wrong is said, and something that should happen does not.
    Availability,
}

struct Facts {
    name: &'static str,
    statement: &'static str,
    rule: &'static str,
    harm: Harm,
    section: &'static str,
}

impl Mistake {
    /// Its name, which never changes: `commit-earlier-terms`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// The mistake that has this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mistake| mistake.name() == name)
    }

    /// What is done wrong, in one sentence.
    #[must_use]
    pub const fn statement(self) -> &'static str {
        self.facts().statement
    }

    /// The rule that is broken, in one sentence.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        self.facts().rule
    }

    /// What it leads to.
    #[must_use]
    pub const fn harm(self) -> Harm {
        self.facts().harm
    }

    /// Where the rule is from: a section of the paper, or of the dissertation.
    #[must_use]
    pub const fn section(self) -> &'static str {
        self.facts().section
    }

    const fn facts(self) -> &'static Facts {
        match self {
            Self::CommitEarlierTerms => &Facts {
                name: "commit-earlier-terms",
                statement: "An entry of an earlier term is committed by counting its copies.",
                rule: "An entry of an earlier term is committed only together with one of the current term.",
                harm: Harm::LeaderCompleteness,
                section: "§5.4.2",
            },
            Self::VoteBeforeDurable => &Facts {
                name: "vote-before-durable",
                statement: "A vote is answered before it is on the disk.",
                rule: "A vote is on the disk before it is answered.",
                harm: Harm::ElectionSafety,
                section: "§5.2",
            },
            Self::AcknowledgeBeforeTermDurable => &Facts {
                name: "acknowledge-before-term-durable",
                statement: "Entries are acknowledged before the term they came in is on the disk.",
                rule: "The term is on the disk before anything is answered in it.",
                harm: Harm::LeaderCompleteness,
                section: "§5.1",
            },
            Self::TruncateOnEveryAppend => &Facts {
                name: "truncate-on-every-append",
                statement: "The log is cut off after the entries of every message.",
                rule: "Only an entry that conflicts with the leader's is dropped, with what follows it.",
                harm: Harm::LeaderCompleteness,
                section: "§5.3",
            },
            Self::MatchWhatWasSent => &Facts {
                name: "match-what-was-sent",
                statement: "Whatever was sent counts as acknowledged when any answer comes.",
                rule: "Only what an answer names is acknowledged.",
                harm: Harm::LeaderCompleteness,
                section: "§5.3",
            },
            Self::TakeLateReplies => &Facts {
                name: "take-late-replies",
                statement: "Late answers move matchIndex and nextIndex back.",
                rule: "matchIndex never goes back, and late answers are put aside.",
                harm: Harm::Availability,
                section: "Figure 2",
            },
            Self::AcknowledgeBeforeFsync => &Facts {
                name: "acknowledge-before-fsync",
                statement: "Entries are acknowledged before they are on the disk.",
                rule: "Entries are on the disk before they are acknowledged or counted.",
                harm: Harm::LeaderCompleteness,
                section: "§5.3",
            },
            Self::CountVotesOfEarlierTerms => &Facts {
                name: "count-votes-of-earlier-terms",
                statement: "Votes of an earlier candidacy are counted in a later one.",
                rule: "A vote counts in its own term only.",
                harm: Harm::ElectionSafety,
                section: "§5.2",
            },
            Self::TakeHigherTermForVote => &Facts {
                name: "take-higher-term-for-vote",
                statement: "A refusal from a higher term is counted as a vote.",
                rule: "Whoever hears of a higher term gives up its candidacy.",
                harm: Harm::LeaderCompleteness,
                section: "§5.1",
            },
            Self::SkipUpToDateCheck => &Facts {
                name: "skip-up-to-date-check",
                statement: "Votes go to candidates whose logs are behind.",
                rule: "A vote goes only to a candidate whose log is at least as up-to-date.",
                harm: Harm::LeaderCompleteness,
                section: "§5.4.1",
            },
            Self::ChangeBeforeTermCommitted => &Facts {
                name: "change-before-term-committed",
                statement: "The membership is changed before anything of the term is committed.",
                rule: "The membership is changed only when something of the term is committed.",
                harm: Harm::LeaderCompleteness,
                section: "dissertation §4.1",
            },
            Self::ConfigurationOnApply => &Facts {
                name: "configuration-on-apply",
                statement: "A membership holds only once it is applied.",
                rule: "A membership holds as soon as it is appended.",
                harm: Harm::StateMachineSafety,
                section: "dissertation §4.1",
            },
            Self::DropSuffixOnSnapshot => &Facts {
                name: "drop-suffix-on-snapshot",
                statement: "A snapshot replaces the whole log, newer entries included.",
                rule: "Entries that follow the snapshot stay.",
                harm: Harm::LeaderCompleteness,
                section: "§7",
            },
            Self::ReadBeforeTermCommitted => &Facts {
                name: "read-before-term-committed",
                statement: "A fresh leader answers reads before it knows what is committed.",
                rule: "A leader answers reads when something of its term is committed.",
                harm: Harm::StaleRead,
                section: "dissertation §6.4",
            },
            Self::TrustExpiredLease => &Facts {
                name: "trust-expired-lease",
                statement: "A leader reads by a lease that has run out or was given away.",
                rule: "A lease ends, earlier by what clocks may drift, and with a transfer.",
                harm: Harm::StaleRead,
                section: "dissertation §6.4.1",
            },
            Self::RetryWithoutSession => &Facts {
                name: "retry-without-session",
                statement: "A command that is sent again is applied again.",
                rule: "A command that is sent again is answered from the session.",
                harm: Harm::AppliedTwice,
                section: "dissertation §6.3",
            },
            Self::PreVoteResetsTimer => &Facts {
                name: "pre-vote-resets-timer",
                statement: "Who grants a pre-vote waits for another election timeout.",
                rule: "A pre-vote changes nothing at the server that grants it.",
                harm: Harm::Availability,
                section: "dissertation §9.6",
            },
            Self::LeadWithoutQuorum => &Facts {
                name: "lead-without-quorum",
                statement: "A leader that no majority answers goes on leading.",
                rule: "A leader steps down when no majority answers for an election timeout.",
                harm: Harm::Availability,
                section: "dissertation §6.2",
            },
            Self::NeverReopenWindow => &Facts {
                name: "never-reopen-window",
                statement: "A full window of lost messages is never found out.",
                rule: "A heartbeat finds out that entries were lost.",
                harm: Harm::Availability,
                section: "§5.3",
            },
            Self::LeadWithStalledDisk => &Facts {
                name: "lead-with-stalled-disk",
                statement: "A leader whose disk stands still goes on leading.",
                rule: "A leader whose disk stands still makes way, if the others can go on.",
                harm: Harm::Availability,
                section: "dissertation §6.2",
            },
            Self::DropCorruptTail => &Facts {
                name: "drop-corrupt-tail",
                statement: "A damaged end of the log is dropped as if it had never been written.",
                rule: "A damaged log is refused, and says what was found.",
                harm: Harm::LeaderCompleteness,
                section: "Figure 2",
            },
            Self::RemovedLeaderStays => &Facts {
                name: "removed-leader-stays",
                statement: "A removed leader goes on leading.",
                rule: "A removed leader steps down when its removal is committed.",
                harm: Harm::Availability,
                section: "dissertation §4.2.2",
            },
            Self::LeaveJointTwice => &Facts {
                name: "leave-joint-twice",
                statement: "A joint membership is left a second time by the next leader.",
                rule: "A joint membership that was left in the log is not left again.",
                harm: Harm::OneChangeAtATime,
                section: "dissertation §4.3",
            },
            Self::TransferToLaggard => &Facts {
                name: "transfer-to-laggard",
                statement: "The leadership is handed to a server that lacks a part of the log.",
                rule: "The other has the whole log before it is told to take over.",
                harm: Harm::Availability,
                section: "dissertation §3.10",
            },
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

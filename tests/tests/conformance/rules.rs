//! Where our core differs on purpose, or because it says in fewer messages what the scripts' library says in more.
//!
//! A rule explains a difference by what the servers are, not by where it stands in a script, so it holds for scripts
//! that nobody here has seen. What no rule explains, and no line of the table, is a failure.

/// Why something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    EffectiveOnAppend,
    RemovedIsNotTold,
    RemovedLeaderStepsDown,
    FirstCommitThenChange,
    VotesCarryCommit,
    StaleIsTold,
    LoserWaits,
    SnapshotAtOnce,
    ProgressAhead,
    NoUnreachable,
    LeaseForgetsOnlyTheName,
    AlwaysValidates,
    AnswersWait,
    LogBeginsEarlier,
}

impl Rule {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::EffectiveOnAppend => "effective on append",
            Self::RemovedIsNotTold => "a removed server is not told",
            Self::RemovedLeaderStepsDown => "a removed leader steps down",
            Self::FirstCommitThenChange => "first a commit, then a change",
            Self::VotesCarryCommit => "votes carry the commit index",
            Self::StaleIsTold => "who is behind is told",
            Self::LoserWaits => "who lost an election waits",
            Self::SnapshotAtOnce => "a snapshot without a probe",
            Self::ProgressAhead => "fewer messages to replicate",
            Self::NoUnreachable => "no report of unreachable servers",
            Self::LeaseForgetsOnlyTheName => "a lease forgets only the name",
            Self::AlwaysValidates => "changes are always validated",
            Self::AnswersWait => "answers wait for the disk",
            Self::LogBeginsEarlier => "a snapshot ends where the log begins",
        }
    }

    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::EffectiveOnAppend => {
                "a configuration holds from its entry on, so its own majority commits it (§6); theirs holds when applied"
            }
            Self::RemovedIsNotTold => "whom an entry removes does not get that entry, and may go on as before (§4.2.3)",
            Self::RemovedLeaderStepsDown => {
                "a leader that the committed configuration removes steps down (§6); theirs leads on, or only if told so"
            }
            Self::FirstCommitThenChange => {
                "a change waits for the first commit of its term (the correction of 2015 to §4.1); theirs does not"
            }
            Self::VotesCarryCommit => "our vote requests and replies say what is committed, so it is known earlier",
            Self::StaleIsTold => "a message of an old term is answered with the new one (§5.1); theirs is put aside",
            Self::LoserWaits => {
                "a candidate that lost waits for the winner or its timeout (§5.2); theirs follows at once"
            }
            Self::SnapshotAtOnce => "a leader knows what its log lacks and sends the snapshot; theirs asks first",
            Self::ProgressAhead => "a follower's answer came with fewer messages, so the leader knows more already",
            Self::NoUnreachable => "our core takes no reports of unreachable servers: a lost message shows by itself",
            Self::LeaseForgetsOnlyTheName => {
                "a follower forgets its leader's name, and keeps what it promised; theirs forgets nothing with leases"
            }
            Self::AlwaysValidates => {
                "a change that does not fit is refused; theirs can be told to take it all the same"
            }
            Self::AnswersWait => {
                "an answer to a heartbeat leaves after the term is durable, behind the writes before it; theirs does not wait"
            }
            Self::LogBeginsEarlier => {
                "our snapshots end at the base of the leader's log; theirs are as new as the state machine"
            }
        }
    }
}

/// A deviation that no rule explains, at one place of one script.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) script: &'static str,
    pub(crate) line: usize,
    pub(crate) reason: &'static str,
}

/// Those that are known. One that explains nothing any more is a failure.
pub(crate) const LINES: &[Line] = &[];

//! Where our core differs on purpose, or because it says in fewer messages what the scripts' library says in more.
//!
//! A rule explains a difference by what the servers are, not by where it stands in a script, so it holds for scripts
//! that nobody here has seen. What no rule explains is a failure. Of the scripts that are known, a table says where they
//! deviate, by which rule.

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
                "a change waits for the change before it, and for the first commit of its term (the correction of 2015 to §4.1)"
            }
            Self::VotesCarryCommit => "our vote requests and replies say what is committed, so it is known earlier",
            Self::StaleIsTold => "a message of an old term is answered with the new one (§5.1); theirs is put aside",
            Self::LoserWaits => {
                "a candidate that lost waits for the winner or its timeout (§5.2); theirs follows at once"
            }
            Self::SnapshotAtOnce => "a leader knows what its log lacks and sends the snapshot; theirs asks first",
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

/// A script that is known, and where it deviates: there, and nowhere else.
#[derive(Debug)]
pub(crate) struct Known {
    name: &'static str,
    /// How many lines it has: another version of it may have other lines.
    length: usize,
    pub(crate) deviations: &'static [(usize, Rule)],
}

/// The scripts that this was written with. In each, a deviation at another line is a failure, and so is a line that
/// deviates no more.
const KNOWN: [Known; 14] = [
    Known { name: "async_storage_writes.txt", length: 869, deviations: &[] },
    Known { name: "campaign.txt", length: 118, deviations: &[] },
    Known { name: "campaign_learner_must_vote.txt", length: 159, deviations: &[] },
    Known { name: "checkquorum.txt", length: 236, deviations: &[] },
    Known { name: "confchange_v1_add_single.txt", length: 96, deviations: &[] },
    Known {
        name: "confchange_v1_remove_leader.txt",
        length: 250,
        deviations: &[
            (85, Rule::EffectiveOnAppend),
            (112, Rule::EffectiveOnAppend),
            (117, Rule::EffectiveOnAppend),
            (146, Rule::EffectiveOnAppend),
            (248, Rule::RemovedLeaderStepsDown),
        ],
    },
    Known { name: "confchange_v2_add_single_auto.txt", length: 97, deviations: &[] },
    Known {
        name: "confchange_v2_replace_leader.txt",
        length: 419,
        deviations: &[(324, Rule::RemovedIsNotTold), (411, Rule::RemovedIsNotTold), (417, Rule::RemovedIsNotTold)],
    },
    Known { name: "forget_leader.txt", length: 192, deviations: &[] },
    Known { name: "prevote.txt", length: 265, deviations: &[] },
    Known { name: "probe_and_replicate.txt", length: 770, deviations: &[] },
    Known { name: "replicate_pause.txt", length: 190, deviations: &[] },
    Known { name: "single_node.txt", length: 34, deviations: &[] },
    Known {
        name: "snapshot_succeed_via_app_resp.txt",
        length: 147,
        deviations: &[(71, Rule::SnapshotAtOnce), (101, Rule::SnapshotAtOnce)],
    },
];

pub(crate) fn known(name: &str, length: usize) -> Option<&'static Known> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    KNOWN.iter().find(|known| known.name == file && known.length == length)
}

//! Rules that can be broken on purpose, to see why they exist and to test what checks them.
//!
//! Each [`Mistake`] was made in an implementation of Raft, or is one that its authors warn of. They are made only with
//! the feature `lab`, by the servers whose [`Settings::mistakes`](crate::Settings::mistakes) name them. Without it,
//! `makes` is `false` when this is compiled, and nothing of a mistake is left.
#![cfg_attr(not(feature = "lab"), allow(dead_code, unreachable_pub, reason = "without `lab` no mistake can be made"))]

#[cfg(feature = "lab")]
mod facts;
#[cfg(feature = "lab")]
mod made;

#[cfg(feature = "lab")]
pub use facts::Harm;
#[cfg(feature = "lab")]
pub use made::Mistakes;

/// A mistake that a server can be told to make.
///
/// Its [name](Self::name) stands in URLs and files, and never changes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Mistake {
    /// A leader commits an entry of an earlier term as soon as a majority has it (§5.4.2).
    ///
    /// Story: Figure 8 with five servers; in (d), S5 overwrites what S1 has committed in (c). Seen in LogCabin (#44).
    CommitEarlierTerms,
    /// A voter answers before its vote is on its disk (Figure 2; §5.2).
    ///
    /// Story: it votes for one candidate, crashes, and votes for another in the same term. Seen in many.
    VoteBeforeDurable,
    /// A follower writes the leader's entries, answers, and does not write the term that it learnt from them (Figure 2;
    /// §5.1).
    ///
    /// Story: it restarts in the term before, accepts the leader of that term, and drops what it had acknowledged.
    AcknowledgeBeforeTermDurable,
    /// A follower makes its log end where each AppendEntries ends, and not only where it conflicts (§5.3).
    ///
    /// Story: a message with fewer entries arrives after one with more was acknowledged. Seen in many.
    TruncateOnEveryAppend,
    /// A leader that hears "accepted" takes all that it has sent for acknowledged, and not what the answer names
    /// (Figure 2, `matchIndex`).
    ///
    /// Story: it has sent two messages one after the other, the second is lost, the first is answered. Seen in many.
    MatchWhatWasSent,
    /// A leader lets answers that come late move `matchIndex` and `nextIndex` back (Figure 2: "increases monotonically").
    ///
    /// Story: two answers change places on the way; the leader sends again what was acknowledged. Seen in many.
    TakeLateReplies,
    /// Servers acknowledge entries, and a leader counts its own, before they are on the disk (Figure 2; §5.3).
    ///
    /// Story: leader and follower crash together, and both lose a committed entry. Seen in YugabyteDB (#32875).
    AcknowledgeBeforeFsync,
    /// A candidate counts votes of its earlier candidacies (§5.2).
    ///
    /// Story: a vote arrives in the next term, which another server has won. Seen in little-raft (#44).
    CountVotesOfEarlierTerms,
    /// A candidate takes an answer of a higher term for a vote, instead of stepping down (§5.1).
    ///
    /// Story: two servers refuse a candidate that is behind, and it leads. Seen in openraft (#1220).
    TakeHigherTermForVote,
    /// A voter does not look whether the candidate's log is at least as up-to-date as its own (§5.4.1).
    ///
    /// Story: a server that was cut off comes back without what was committed meanwhile, and is elected.
    SkipUpToDateCheck,
    /// A leader changes the membership before anything of its own term is committed (§4.1 of the dissertation, as
    /// corrected in 2015).
    ///
    /// Story: two leaders each change one server of four, and their majorities do not meet.
    ChangeBeforeTermCommitted,
    /// A membership holds when its entry is applied, and not when it is appended (§4.1 of the dissertation).
    ///
    /// Story: S1 removes S3 and then S2; S2 and S3, which applied neither, elect S2. Seen in etcd (#11284).
    ConfigurationOnApply,
    /// A follower that installs a snapshot drops its whole log, also what follows the snapshot (§7).
    ///
    /// Story: a snapshot that was on its way for long arrives after newer entries were acknowledged. Seen in Camunda
    /// (#6092).
    DropSuffixOnSnapshot,
    /// A leader answers reads before anything of its own term is committed, so before it knows what is (§6.4 of the
    /// dissertation).
    ///
    /// Story: a leader that was just elected is asked for what its predecessor committed. Seen in etcd (#7331).
    ReadBeforeTermCommitted,
    /// A leader trusts a lease that has run out, and one that it gave away with its leadership (§6.4.1 of the
    /// dissertation).
    ///
    /// Story: the leader pauses for longer than its lease, another is elected, and the first goes on with a read.
    TrustExpiredLease,
    /// A command that is sent again is applied again (§8; §6.3 of the dissertation).
    ///
    /// It is the state machine's mistake, so it is for whoever runs one to ask for it; in the core nothing makes it.
    /// Story: the answer to "add one" is lost, and the client asks again.
    RetryWithoutSession,
    /// A server that would vote for another waits for it as if it had (§9.6 of the dissertation).
    ///
    /// Story: a server that can be heard and hears nobody asks again and again, and keeps all others quiet. Seen in
    /// hashicorp/raft (#609).
    PreVoteResetsTimer,
    /// A leader that no majority answers goes on leading (§6.2 of the dissertation).
    ///
    /// Story: its heartbeats reach one server only, without which the others cannot elect another. Seen in openraft
    /// (#2080).
    LeadWithoutQuorum,
    /// A heartbeat asks for nothing but what is acknowledged already, so that its answer never tells of entries that
    /// were lost (§5.3).
    ///
    /// Story: as many messages as may be under way are lost in one moment. Seen in etcd's replication.
    NeverReopenWindow,
    /// A leader whose disk does not write any more goes on leading.
    ///
    /// Story: its heartbeats keep all others quiet, and what it takes it can never apply. Seen in hashicorp/raft (#503).
    LeadWithStalledDisk,
    /// A server that finds the end of its log damaged takes it for a write that a crash cut short, and goes on without
    /// it ("Protocol-Aware Recovery", FAST 2018).
    ///
    /// Story: a bit flips in the last entry, which was acknowledged; the server starts, and elects one that lacks it.
    DropCorruptTail,
    /// A leader that is removed goes on leading when its removal is committed (§6; §4.2.2 of the dissertation).
    ///
    /// Story: it removes itself. Seen in etcd (#11038).
    RemovedLeaderStays,
    /// A new leader leaves a joint membership that its predecessor has left already (§4.3 of the dissertation).
    ///
    /// Story: the leader changes between the entry that leaves the joint membership and its commitment. Seen in etcd
    /// (#12582).
    LeaveJointTwice,
    /// A leader hands over before the other has its whole log (§3.10 of the dissertation).
    ///
    /// Story: it hands over to a server that was just promoted, which nobody can elect. Seen in openraft (#1805).
    TransferToLaggard,
}

impl Mistake {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 24] = [
        Self::CommitEarlierTerms,
        Self::VoteBeforeDurable,
        Self::AcknowledgeBeforeTermDurable,
        Self::TruncateOnEveryAppend,
        Self::MatchWhatWasSent,
        Self::TakeLateReplies,
        Self::AcknowledgeBeforeFsync,
        Self::CountVotesOfEarlierTerms,
        Self::TakeHigherTermForVote,
        Self::SkipUpToDateCheck,
        Self::ChangeBeforeTermCommitted,
        Self::ConfigurationOnApply,
        Self::DropSuffixOnSnapshot,
        Self::ReadBeforeTermCommitted,
        Self::TrustExpiredLease,
        Self::RetryWithoutSession,
        Self::PreVoteResetsTimer,
        Self::LeadWithoutQuorum,
        Self::NeverReopenWindow,
        Self::LeadWithStalledDisk,
        Self::DropCorruptTail,
        Self::RemovedLeaderStays,
        Self::LeaveJointTwice,
        Self::TransferToLaggard,
    ];
}

/// Without the feature no rule can be broken: these are constants, and what depends on them is not compiled.
#[cfg(not(feature = "lab"))]
mod never {
    use super::Mistake;
    use crate::config::Config;
    use crate::error::StartError;
    use crate::node::Node;
    use crate::start::DurableState;

    impl Node {
        /// Whether this server makes a mistake on purpose.
        pub(crate) const fn makes(&self, _: Mistake) -> bool {
            false
        }

        /// Whether it makes any.
        pub(crate) const fn errs(&self) -> bool {
            false
        }

        pub(crate) const fn hold_membership_back(&mut self) {}

        pub(crate) const fn forget_dropped_commit(&mut self) {}
    }

    impl DurableState {
        /// Finds what a correct server could not have left behind.
        pub(crate) fn checked(self, _: &Config) -> Result<Self, StartError> {
            self.check().map(|()| self)
        }
    }
}

//! What a node did and decided, for whoever wants to watch.

use alloc::boxed::Box;

use crate::log::Entry;
use crate::membership::Membership;
use crate::types::{EntryId, LogIndex, NodeId, Term};

/// Something that a node did or decided. It changes nothing; it is there to be shown, counted and explained.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Event {
    /// The node learnt of a higher term (§5.1).
    TermAdvanced {
        /// The term that it left.
        from: Term,
        /// The term that it is in now.
        to: Term,
        /// Who told it.
        by: NodeId,
    },
    /// The node asks whether it could win an election (§9.6 of the dissertation).
    PreVoteStarted {
        /// The term that the election would have.
        term: Term,
        /// Why.
        reason: ElectionReason,
    },
    /// The node became a candidate and voted for itself (§5.2).
    ElectionStarted {
        /// The new term.
        term: Term,
        /// Why.
        reason: ElectionReason,
        /// How many elections it has started since it last heard of a leader.
        attempt: u32,
    },
    /// The node granted its vote.
    VoteGranted {
        /// To whom.
        to: NodeId,
        /// In which term.
        term: Term,
    },
    /// The node would grant its vote.
    PreVoteGranted {
        /// To whom.
        to: NodeId,
        /// In which term.
        term: Term,
    },
    /// The node put a vote request aside, because it hears from a leader (§4.2.3 of the dissertation).
    VoteIgnored {
        /// Whose.
        from: NodeId,
        /// The term that it would have.
        term: Term,
        /// The leader; nobody, if it is not known any more, and only the promise to it is (see
        /// [`Settings::leases`](crate::Settings::leases)).
        leader: Option<NodeId>,
    },
    /// The node forgot who leads, because its host asked for it.
    LeaderForgotten {
        /// Who led.
        leader: NodeId,
    },
    /// The node refused its vote.
    VoteRefused {
        /// To whom.
        to: NodeId,
        /// Why.
        reason: VoteRefusal,
    },
    /// A candidate received an answer; to a pre-vote, that is [`Event::PreVoteCounted`].
    VoteCounted {
        /// From whom.
        from: NodeId,
        /// What it was.
        granted: bool,
        /// How many votes the candidate has now, its own included.
        votes: u32,
        /// How many it needs.
        needed: u32,
    },
    /// The candidate has a majority.
    BecameLeader {
        /// The term that it leads.
        term: Term,
    },
    /// A leader or a candidate gave up its role.
    SteppedDown {
        /// What it was.
        was: Role,
        /// The term that it is in now.
        term: Term,
        /// Why.
        reason: StepDownReason,
    },
    /// A follower learnt who leads the term.
    LeaderFound {
        /// Who leads.
        leader: NodeId,
        /// The term.
        term: Term,
    },
    /// Entries were added to the end of the log.
    Appended {
        /// The first.
        first: LogIndex,
        /// The last.
        last: EntryId,
    },
    /// Entries that conflict with the leader's were dropped from the end of the log (§5.3).
    Truncated {
        /// The first that was dropped.
        first: LogIndex,
        /// The last that was dropped.
        last: EntryId,
        /// The entry of the leader that takes the first one's place.
        by: EntryId,
    },
    /// A follower refused entries, because it does not have the one before them (§5.3).
    AppendRefused {
        /// The leader.
        leader: NodeId,
        /// The entry that the follower should have had.
        prev: EntryId,
        /// The furthest entry that can agree, as told to the leader.
        hint: EntryId,
    },
    /// A leader learnt how far a follower agrees.
    Matched {
        /// The follower.
        peer: NodeId,
        /// The last index that is known to agree.
        matched: LogIndex,
    },
    /// A leader goes back to find where a follower's log agrees with its own (§5.3).
    BackedUp {
        /// The follower.
        peer: NodeId,
        /// The index that would have been sent next.
        from: LogIndex,
        /// The index that will be sent next.
        to: LogIndex,
    },
    /// The commit index moved (§5.3, §5.4.2).
    Committed {
        /// Up to and with this entry.
        through: EntryId,
    },
    /// The log starts after this entry now; a snapshot has what came before (§7).
    Compacted {
        /// The last entry that the snapshot covers.
        through: EntryId,
    },
    /// A snapshot of the leader's took the place of the state machine, and of the beginning of the log (§7).
    SnapshotInstalled {
        /// The last entry that it covers.
        last: EntryId,
        /// Whether the entries after it stayed.
        keep_suffix: bool,
    },
    /// Who belongs to the cluster has changed: the entry that says so was appended, or dropped (§6).
    MembershipChanged {
        /// What holds now.
        membership: Box<Membership>,
    },
    /// The leader hands over (§3.10 of the dissertation).
    TransferStarted {
        /// To whom.
        to: NodeId,
    },
    /// The leader does not hand over any more.
    TransferEnded {
        /// To whom it did.
        to: NodeId,
        /// Why it ended.
        end: TransferEnd,
    },
    /// A message of an earlier term, or an answer that nobody waits for any more, was put aside (§5.1).
    StaleIgnored {
        /// Who sent it.
        from: NodeId,
        /// Its term.
        term: Term,
    },
    /// A server that asks whether it could win an election received an answer (§9.6 of the dissertation).
    PreVoteCounted {
        /// From whom.
        from: NodeId,
        /// What it was.
        granted: bool,
        /// How many would vote for it now, itself included.
        votes: u32,
        /// How many it needs.
        needed: u32,
    },
    /// A follower passed a proposal on to the leader.
    ProposalForwarded {
        /// The leader.
        to: NodeId,
    },
    /// A leader was asked for a snapshot, by a follower that may have the whole log.
    SnapshotRequested {
        /// The follower.
        by: NodeId,
        /// The least that it must cover.
        least: LogIndex,
    },
    /// A follower denies what it acknowledged as durable: its disk has lost it. This leader counts it for nothing any
    /// more. It may have forgotten its votes as well, so it must be stopped, and come back under a new name
    /// ([`NodeId`]), as a new server.
    PeerLostData {
        /// The follower.
        peer: NodeId,
        /// How far it had acknowledged the log.
        acknowledged: LogIndex,
        /// The furthest entry that it still has in common with this leader, as far as it says.
        has: EntryId,
    },
}

/// Why an election was started.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ElectionReason {
    /// Nothing was heard from a leader for an election timeout.
    Timeout,
    /// The host asked for it.
    Requested,
    /// The leader hands over (§3.10 of the dissertation).
    Transfer,
}

/// Why a vote was refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum VoteRefusal {
    /// The candidate's term is over (§5.1).
    StaleTerm {
        /// The candidate's term.
        candidate: Term,
        /// The term of the one that refuses.
        ours: Term,
    },
    /// The vote of this term is already given (§5.2).
    AlreadyVoted {
        /// To whom.
        to: NodeId,
    },
    /// The candidate's log is behind (§5.4.1).
    LogBehind {
        /// Where the candidate's log ends.
        candidate: EntryId,
        /// Where the log of the one that refuses ends.
        ours: EntryId,
    },
    /// The candidate has a lower priority, and no longer log.
    Outranked {
        /// The candidate's priority.
        candidate: u32,
        /// The priority of the one that refuses.
        ours: u32,
    },
}

/// Why a role was given up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum StepDownReason {
    /// Another server has a higher term (§5.1).
    HigherTerm {
        /// That server.
        from: NodeId,
    },
    /// Another server won the election of this term (§5.2).
    LeaderFound {
        /// That server.
        leader: NodeId,
    },
    /// The leader has not heard from a majority for too long (§6.2 of the dissertation).
    QuorumLost,
    /// The leader's disk has not finished a write for too long, and the others are a majority without it.
    DiskStalled,
    /// The leader does not vote any more, and the membership that says so is committed (§6).
    Removed,
}

/// Why a leader does not hand over any more.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TransferEnd {
    /// The other did not take over within an election timeout.
    TimedOut,
    /// The other does not vote any more, because a joint membership was left.
    NotVoter,
}

/// A role, without what comes with it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Role {
    /// Answers leaders and candidates.
    Follower,
    /// Asks whether it would get votes.
    PreCandidate,
    /// Asks for votes.
    Candidate,
    /// Serves clients and replicates its log.
    Leader,
}

impl Event {
    /// The event for `entries` that were added to a log.
    pub(crate) fn appended(entries: &[Entry]) -> Option<Self> {
        Some(Self::Appended { first: entries.first()?.id.index, last: entries.last()?.id })
    }
}

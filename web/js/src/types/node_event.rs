//! What a server did and decided.

use raftarium_sim::core;
use serde::Serialize;
use tsify::Tsify;

use super::number::ServerId;
use super::server::{EntryId, Membership, Role};

/// Something that a server did or decided.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[tsify(missing_as_null, namespace)]
pub enum NodeEvent {
    /// The server learnt of a higher term (§5.1).
    TermAdvanced {
        /// The term that it left.
        from: u64,
        /// The term that it is in now.
        to: u64,
        /// Who told it.
        by: ServerId,
    },
    /// The server asks whether it could win an election (§9.6 of the dissertation).
    PreVoteStarted {
        /// The term that the election would have.
        term: u64,
        /// Why.
        reason: ElectionReason,
    },
    /// The server became a candidate and voted for itself (§5.2).
    ElectionStarted {
        /// The new term.
        term: u64,
        /// Why.
        reason: ElectionReason,
        /// How many elections it has started since it last heard of a leader.
        attempt: u32,
    },
    /// The server granted its vote.
    VoteGranted {
        /// To whom.
        to: ServerId,
        /// In which term.
        term: u64,
    },
    /// The server would grant its vote.
    PreVoteGranted {
        /// To whom.
        to: ServerId,
        /// In which term.
        term: u64,
    },
    /// The server put a vote request aside, because it hears from a leader (§4.2.3 of the dissertation).
    VoteIgnored {
        /// Whose.
        from: ServerId,
        /// The term that it would have.
        term: u64,
        /// The leader; null if it is not known any more, and only the promise to it is (see `leases`).
        leader: Option<ServerId>,
    },
    /// The server forgot who leads, because its host asked for it.
    LeaderForgotten {
        /// Who led.
        leader: ServerId,
    },
    /// The server refused its vote.
    VoteRefused {
        /// To whom.
        to: ServerId,
        /// Why.
        reason: VoteRefusal,
    },
    /// A candidate received an answer.
    VoteCounted {
        /// From whom.
        from: ServerId,
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
        term: u64,
    },
    /// A leader or a candidate gave up its role.
    SteppedDown {
        /// What it was.
        was: Role,
        /// The term that it is in now.
        term: u64,
        /// Why.
        reason: StepDownReason,
    },
    /// A follower learnt who leads the term.
    LeaderFound {
        /// Who leads.
        leader: ServerId,
        /// The term.
        term: u64,
    },
    /// Entries were added to the end of the log.
    Appended {
        /// The index of the first.
        first: u64,
        /// The last.
        last: EntryId,
    },
    /// Entries that conflict with the leader's were dropped from the end of the log (§5.3).
    Truncated {
        /// The index of the first that was dropped.
        first: u64,
        /// The last that was dropped.
        last: EntryId,
        /// The entry of the leader that takes the first one's place.
        by: EntryId,
    },
    /// A follower refused entries, because it does not have the one before them (§5.3).
    AppendRefused {
        /// The leader.
        leader: ServerId,
        /// The entry that the follower should have had.
        prev: EntryId,
        /// The furthest entry that can agree, as told to the leader.
        hint: EntryId,
    },
    /// A leader learnt how far a follower agrees.
    Matched {
        /// The follower.
        peer: ServerId,
        /// The last index that is known to agree.
        match_index: u64,
    },
    /// A leader goes back to find where a follower's log agrees with its own (§5.3).
    BackedUp {
        /// The follower.
        peer: ServerId,
        /// The index that would have been sent next.
        from: u64,
        /// The index that will be sent next.
        to: u64,
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
        membership: Membership,
    },
    /// The leader hands over (§3.10 of the dissertation).
    TransferStarted {
        /// To whom.
        to: ServerId,
    },
    /// The leader does not hand over any more.
    TransferEnded {
        /// To whom it did.
        to: ServerId,
        /// Why it ended.
        end: TransferEnd,
    },
    /// A message of an earlier term, or an answer that nobody waits for any more, was put aside (§5.1).
    StaleIgnored {
        /// Who sent it.
        from: ServerId,
        /// Its term.
        term: u64,
    },
    /// A server that asks whether it could win an election received an answer (§9.6 of the dissertation).
    PreVoteCounted {
        /// From whom.
        from: ServerId,
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
        to: ServerId,
    },
    /// A leader was asked for a snapshot, by a follower that may have the whole log.
    SnapshotRequested {
        /// The follower.
        by: ServerId,
        /// The least index that it must cover.
        least: u64,
    },
    /// A follower denies what it acknowledged as durable: its disk has lost it.
    PeerLostData {
        /// The follower.
        peer: ServerId,
        /// How far it had acknowledged the log.
        acknowledged: u64,
        /// The furthest entry that it still has in common with this leader, as far as it says.
        has: EntryId,
    },
}

/// Why an election was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum ElectionReason {
    /// Nothing was heard from a leader for an election timeout.
    Timeout,
    /// A command asked for it.
    Requested,
    /// The leader hands over (§3.10 of the dissertation).
    Transfer,
}

/// Why a vote was refused.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase")]
#[tsify(namespace)]
pub enum VoteRefusal {
    /// The candidate's term is over (§5.1).
    StaleTerm {
        /// The candidate's term.
        candidate: u64,
        /// The term of the one that refuses.
        ours: u64,
    },
    /// The vote of this term is already given (§5.2).
    AlreadyVoted {
        /// To whom.
        to: ServerId,
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase")]
#[tsify(namespace)]
pub enum StepDownReason {
    /// Another server has a higher term (§5.1).
    HigherTerm {
        /// That server.
        from: ServerId,
    },
    /// Another server won the election of this term (§5.2).
    LeaderFound {
        /// That server.
        leader: ServerId,
    },
    /// The leader has not heard from a majority for too long (§6.2 of the dissertation).
    QuorumLost,
    /// The leader's disk has not finished a write for too long, and the others are a majority without it.
    DiskStalled,
    /// The leader does not vote any more, and the membership that says so is committed (§6).
    Removed,
}

/// Why a leader does not hand over any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum TransferEnd {
    /// The other did not take over within an election timeout.
    TimedOut,
    /// The other does not vote any more, because a joint membership was left.
    NotVoter,
}

impl From<core::Event> for NodeEvent {
    fn from(event: core::Event) -> Self {
        use core::Event;
        match event {
            Event::TermAdvanced { from, to, by } => Self::TermAdvanced { from: from.0, to: to.0, by: by.into() },
            Event::PreVoteStarted { term, reason } => Self::PreVoteStarted { term: term.0, reason: reason.into() },
            Event::ElectionStarted { term, reason, attempt } => {
                Self::ElectionStarted { term: term.0, reason: reason.into(), attempt }
            }
            Event::VoteGranted { to, term } => Self::VoteGranted { to: to.into(), term: term.0 },
            Event::PreVoteGranted { to, term } => Self::PreVoteGranted { to: to.into(), term: term.0 },
            Event::VoteIgnored { from, term, leader } => {
                Self::VoteIgnored { from: from.into(), term: term.0, leader: leader.map(Into::into) }
            }
            Event::LeaderForgotten { leader } => Self::LeaderForgotten { leader: leader.into() },
            Event::VoteRefused { to, reason } => Self::VoteRefused { to: to.into(), reason: reason.into() },
            Event::VoteCounted { from, granted, votes, needed } => {
                Self::VoteCounted { from: from.into(), granted, votes, needed }
            }
            Event::BecameLeader { term } => Self::BecameLeader { term: term.0 },
            Event::SteppedDown { was, term, reason } => {
                Self::SteppedDown { was: was.into(), term: term.0, reason: reason.into() }
            }
            Event::LeaderFound { leader, term } => Self::LeaderFound { leader: leader.into(), term: term.0 },
            Event::Appended { first, last } => Self::Appended { first: first.0, last: last.into() },
            Event::Truncated { first, last, by } => {
                Self::Truncated { first: first.0, last: last.into(), by: by.into() }
            }
            Event::AppendRefused { leader, prev, hint } => {
                Self::AppendRefused { leader: leader.into(), prev: prev.into(), hint: hint.into() }
            }
            Event::Matched { peer, matched } => Self::Matched { peer: peer.into(), match_index: matched.0 },
            Event::BackedUp { peer, from, to } => Self::BackedUp { peer: peer.into(), from: from.0, to: to.0 },
            Event::Committed { through } => Self::Committed { through: through.into() },
            Event::Compacted { through } => Self::Compacted { through: through.into() },
            Event::SnapshotInstalled { last, keep_suffix } => {
                Self::SnapshotInstalled { last: last.into(), keep_suffix }
            }
            Event::MembershipChanged { membership } => Self::MembershipChanged { membership: (&*membership).into() },
            Event::TransferStarted { to } => Self::TransferStarted { to: to.into() },
            Event::TransferEnded { to, end } => Self::TransferEnded { to: to.into(), end: end.into() },
            Event::StaleIgnored { from, term } => Self::StaleIgnored { from: from.into(), term: term.0 },
            Event::PreVoteCounted { from, granted, votes, needed } => {
                Self::PreVoteCounted { from: from.into(), granted, votes, needed }
            }
            Event::ProposalForwarded { to } => Self::ProposalForwarded { to: to.into() },
            Event::SnapshotRequested { by, least } => Self::SnapshotRequested { by: by.into(), least: least.0 },
            Event::PeerLostData { peer, acknowledged, has } => {
                Self::PeerLostData { peer: peer.into(), acknowledged: acknowledged.0, has: has.into() }
            }
        }
    }
}

impl From<core::ElectionReason> for ElectionReason {
    fn from(reason: core::ElectionReason) -> Self {
        match reason {
            core::ElectionReason::Timeout => Self::Timeout,
            core::ElectionReason::Requested => Self::Requested,
            core::ElectionReason::Transfer => Self::Transfer,
        }
    }
}

impl From<core::VoteRefusal> for VoteRefusal {
    fn from(reason: core::VoteRefusal) -> Self {
        match reason {
            core::VoteRefusal::StaleTerm { candidate, ours } => {
                Self::StaleTerm { candidate: candidate.0, ours: ours.0 }
            }
            core::VoteRefusal::AlreadyVoted { to } => Self::AlreadyVoted { to: to.into() },
            core::VoteRefusal::LogBehind { candidate, ours } => {
                Self::LogBehind { candidate: candidate.into(), ours: ours.into() }
            }
            core::VoteRefusal::Outranked { candidate, ours } => Self::Outranked { candidate, ours },
        }
    }
}

impl From<core::StepDownReason> for StepDownReason {
    fn from(reason: core::StepDownReason) -> Self {
        match reason {
            core::StepDownReason::HigherTerm { from } => Self::HigherTerm { from: from.into() },
            core::StepDownReason::LeaderFound { leader } => Self::LeaderFound { leader: leader.into() },
            core::StepDownReason::QuorumLost => Self::QuorumLost,
            core::StepDownReason::DiskStalled => Self::DiskStalled,
            core::StepDownReason::Removed => Self::Removed,
        }
    }
}

impl From<core::TransferEnd> for TransferEnd {
    fn from(end: core::TransferEnd) -> Self {
        match end {
            core::TransferEnd::TimedOut => Self::TimedOut,
            core::TransferEnd::NotVoter => Self::NotVoter,
        }
    }
}

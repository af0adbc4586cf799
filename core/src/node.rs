//! A server of the cluster: its state, what comes in, what goes out.

use crate::config::Config;
use crate::durability::Durability;
use crate::error::{ReportError, StartError};
use crate::event::{ElectionReason, Event, StepDownReason, TransferEnd};
use crate::forward::Forwards;
use crate::lab::Mistake;
use crate::log::Log;
use crate::memberships::Memberships;
use crate::message::{Ballot, Body, Message, VoteReply, VoteRequest};
use crate::outbox::Outbox;
use crate::output::{PersistId, ReadFailure, Timer};
use crate::proposals::Proposals;
use crate::reads::Reads;
use crate::rejection::Rejection;
use crate::role::{Follower, State, Wait};
use crate::snapshot::Incoming;
use crate::spare::Spare;
use crate::start::DurableState;
use crate::time::Instant;
use crate::types::{Boot, LogIndex, NodeId, Term};

/// A server of a Raft cluster.
///
/// See the [crate's page](crate) for how to run one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    pub(crate) id: NodeId,
    pub(crate) config: Config,
    pub(crate) memberships: Memberships,
    pub(crate) now: Instant,
    pub(crate) term: Term,
    pub(crate) vote: Option<NodeId>,
    pub(crate) log: Log,
    pub(crate) commit: LogIndex,
    pub(crate) state: State,
    /// Elections started since a leader was heard of.
    pub(crate) attempt: u32,
    pub(crate) durability: Durability,
    pub(crate) proposals: Proposals,
    pub(crate) reads: Reads,
    pub(crate) forwards: Forwards,
    pub(crate) handed_out: LogIndex,
    pub(crate) applied: LogIndex,
    /// A snapshot that is arriving.
    pub(crate) incoming: Option<Incoming>,
    /// Whether the host was asked for a snapshot.
    pub(crate) snapshot_wanted: bool,
    /// Whether the host has asked for a snapshot of the leader's.
    pub(crate) snapshot_requested: bool,
    /// With leases: until then this server takes part in no election, so that no other leads while the one that it heard
    /// from may trust its lease. Unlike the leader's name, no message makes it forget that.
    pub(crate) promised_until: Instant,
    pub(crate) outbox: Outbox,
    pub(crate) spare: Spare,
}

/// Inputs.
impl Node {
    /// Starts the server `id` from what is on its disk; for the first time, from [`DurableState::new`].
    ///
    /// `boot` must be greater than in any earlier life of this server. The server starts as a follower (§5.2).
    ///
    /// # Errors
    ///
    /// If `durable` is not a state that a correct server can have left behind. Nothing is repaired silently.
    pub fn start(
        id: NodeId,
        config: Config,
        durable: DurableState,
        boot: Boot,
        now: Instant,
    ) -> Result<Self, StartError> {
        let DurableState { hard_state, base, membership, entries, applied } = durable.checked(&config)?;
        let memberships = Memberships::new(membership, &entries);
        let log = Log::new(base, entries);
        let mut node = Self {
            id,
            config,
            memberships,
            now,
            term: hard_state.term,
            vote: hard_state.vote,
            commit: hard_state.commit.max(base.index).max(applied),
            durability: Durability::new(boot, log.last().index),
            log,
            state: State::Follower(Follower::new(None, Wait { since: now, at: now })),
            attempt: 0,
            proposals: Proposals::default(),
            reads: Reads::default(),
            forwards: Forwards::default(),
            handed_out: applied,
            applied,
            incoming: None,
            snapshot_wanted: false,
            snapshot_requested: false,
            promised_until: Instant::ZERO,
            outbox: Outbox::default(),
            spare: Spare::default(),
        };
        let election = node.election_wait();
        node.state = State::Follower(Follower::new(None, election));
        // It may have heard from a leader just before it crashed.
        node.promise();
        node.hold_membership_back();
        Ok(node)
    }

    /// Takes a message from a peer.
    ///
    /// # Errors
    ///
    /// If no correct peer sends such a message to this server; then nothing has changed.
    pub fn receive(&mut self, now: Instant, message: Message) -> Result<(), Rejection> {
        self.check(&message)?;
        self.advance(now);
        let Message { from, to: _, term, body } = message;
        if let Body::VoteRequest(request) = &body
            && self.puts_aside(term, request)
        {
            let leader = self.leader();
            self.emit(|| Event::VoteIgnored { from, term, leader });
            return Ok(());
        }
        if term > self.term {
            match &body {
                // The term of a pre-vote, and of its granting, has not begun yet.
                Body::VoteRequest(VoteRequest { ballot: Ballot::PreVote, .. })
                | Body::VoteReply(VoteReply { pre_vote: true, granted: true, .. }) => {}
                Body::VoteReply(_) if self.makes(Mistake::TakeHigherTermForVote) => {}
                Body::AppendRequest(_) if self.makes(Mistake::AcknowledgeBeforeTermDurable) => {
                    self.enter_term_unwritten(term, from);
                }
                Body::VoteRequest(_)
                | Body::VoteReply(_)
                | Body::AppendRequest(_)
                | Body::AppendReply(_)
                | Body::SnapshotChunk(_)
                | Body::SnapshotReply(_)
                | Body::ReadRequest(_)
                | Body::ReadReply { .. }
                | Body::TimeoutNow
                | Body::ProposalRequest(_)
                | Body::ProposalReply(_)
                | Body::SnapshotRequest { .. } => self.enter_term(term, from),
            }
        }
        match body {
            Body::TimeoutNow => self.on_timeout_now(from, term),
            Body::ProposalRequest(request) => self.on_proposal_request(from, term, request),
            Body::ProposalReply(reply) => self.on_proposal_reply(from, term, &reply),
            Body::SnapshotRequest { least } => self.on_snapshot_request(from, term, least),
            Body::ReadRequest(id) => self.on_read_request(from, term, id),
            Body::ReadReply { id, index } => self.on_read_reply(from, term, id, index),
            Body::SnapshotChunk(chunk) => self.on_snapshot_chunk(from, term, chunk),
            Body::SnapshotReply(reply) => self.on_snapshot_reply(from, term, &reply),
            Body::VoteRequest(request) => self.on_vote_request(from, term, &request),
            Body::VoteReply(reply) => self.on_vote_reply(from, term, &reply),
            Body::AppendRequest(request) => self.on_append_request(from, term, request),
            Body::AppendReply(reply) => self.on_append_reply(from, term, &reply),
        }
        Ok(())
    }

    /// The time is `now`: whatever was waited for until then happens. Before the [deadline](Self::deadline), nothing.
    pub fn wake(&mut self, now: Instant) {
        self.advance(now);
        // Each is done once at most: at the end of time, the next deadline is reached as well.
        for timer in
            [Timer::Heartbeat, Timer::CheckQuorum, Timer::Transfer, Timer::Read, Timer::Forward, Timer::Election]
        {
            if self.wait(timer).is_none_or(|wait| wait.at > self.now) {
                continue;
            }
            match timer {
                Timer::Heartbeat => self.heartbeat(),
                Timer::CheckQuorum => self.check_quorum(),
                Timer::Transfer => self.end_transfer(TransferEnd::TimedOut),
                Timer::Read => self.give_up_reads(),
                Timer::Forward => self.forwards.give_up(self.now),
                Timer::Election if self.may_campaign() => self.seek_election(ElectionReason::Timeout),
                Timer::Election => {}
            }
        }
    }

    /// The host has made the write `id`, and every one before it, durable.
    ///
    /// # Errors
    ///
    /// If that write is not under way; then nothing has changed.
    pub fn persisted(&mut self, now: Instant, id: PersistId) -> Result<(), ReportError> {
        if !self.durability.complete(id) {
            return Err(ReportError::NotUnderWay { id });
        }
        self.advance(now);
        self.count_votes();
        self.advance_commit();
        self.confirm_rounds();
        Ok(())
    }

    /// The host has applied everything up to and with `index`.
    ///
    /// # Errors
    ///
    /// If `index` is not being applied; then nothing has changed.
    pub fn applied(&mut self, now: Instant, index: LogIndex) -> Result<(), ReportError> {
        let (applied, handed_out) = (self.applied, self.handed_out);
        if index <= applied || index > handed_out {
            return Err(ReportError::NotBeingApplied { index, applied, handed_out });
        }
        self.advance(now);
        self.applied = index;
        self.hold_membership_back();
        Ok(())
    }

    /// Whether to give [events](crate::Output::Event). They cost nothing as long as nobody listens, which is the default.
    pub fn observe(&mut self, observed: bool) {
        self.outbox.observed = observed;
    }
}

impl Node {
    /// The state machine is, or is about to be, the one of a snapshot.
    pub(crate) fn snapshot_applied(&mut self, index: LogIndex) {
        self.handed_out = self.handed_out.max(index);
        self.applied = self.applied.max(index);
    }

    /// Enters a higher term, as everyone does who hears of one (§5.1).
    fn enter_term(&mut self, term: Term, by: NodeId) {
        self.durability.hard_state_changed();
        self.enter_term_unwritten(term, by);
    }

    fn enter_term_unwritten(&mut self, term: Term, by: NodeId) {
        let from = core::mem::replace(&mut self.term, term);
        self.vote = None;
        self.reads.fail_forwarded(ReadFailure::LeaderLost);
        self.forwards.leader_lost();
        self.emit(|| Event::TermAdvanced { from, to: term, by });
        match &mut self.state {
            State::Follower(follower) => *follower = Follower::new(None, follower.election),
            State::PreCandidate(_) | State::Candidate(_) | State::Leader(_) => {
                self.step_down(None, StepDownReason::HigherTerm { from: by });
            }
        }
    }

    /// Leaves the role of a leader or a candidate.
    pub(crate) fn step_down(&mut self, leader: Option<NodeId>, reason: StepDownReason) {
        let (was, term) = (self.role(), self.term);
        self.fail_waiting_reads();
        let election = self.state.wait(Timer::Election).unwrap_or_else(|| self.election_wait());
        self.state = State::Follower(Follower::new(leader, election));
        self.emit(|| Event::SteppedDown { was, term, reason });
    }

    pub(crate) fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// Finds what no correct peer would send, before anything is changed.
    fn check(&self, message: &Message) -> Result<(), Rejection> {
        if message.to != self.id {
            return Err(Rejection::WrongReceiver { to: message.to, here: self.id });
        }
        if message.from == self.id {
            return Err(Rejection::FromSelf);
        }
        if message.term > Term::MAX {
            return Err(Rejection::OutOfRange);
        }
        // Only a pre-vote can be refused in term 0, by a server that never took part in an election.
        let refused = matches!(message.body, Body::VoteReply(VoteReply { pre_vote: true, granted: false, .. }));
        if message.term == Term(0) && !refused {
            return Err(Rejection::TermZero);
        }
        match &message.body {
            Body::VoteRequest(request) => Self::check_vote_request(message.term, request),
            Body::ReadReply { index, .. } if *index > LogIndex::MAX => Err(Rejection::OutOfRange),
            Body::VoteReply(_)
            | Body::SnapshotReply(_)
            | Body::ReadRequest(_)
            | Body::ReadReply { .. }
            | Body::ProposalRequest(_)
            | Body::TimeoutNow => Ok(()),
            Body::ProposalReply(reply) => Self::check_proposal_reply(message.term, reply),
            Body::SnapshotRequest { least } => self.check_snapshot_request(message.term, *least),
            Body::SnapshotChunk(chunk) => self.check_snapshot_chunk(message, chunk),
            Body::AppendRequest(request) => self.check_append_request(message, request),
            Body::AppendReply(reply) => self.check_append_reply(message, reply),
        }
    }
}

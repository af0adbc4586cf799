//! A server of the cluster: its state, what comes in, what goes out.

use alloc::collections::VecDeque;

use bytes::Bytes;

use crate::config::Config;
use crate::durability::Durability;
use crate::error::{ProposeError, Rejection, ReportError, StartError};
use crate::event::{Event, Role, StepDownReason};
use crate::log::{Log, Payload};
use crate::membership::Membership;
use crate::message::{Body, Message};
use crate::output::{Deadline, HardState, Output, Persist, PersistId, ProposalId, Send};
use crate::progress::Progress;
use crate::proposals::Proposals;
use crate::role::{Candidate, Follower, Leader, State, Wait};
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
    pub(crate) membership: Membership,
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
    handed_out: LogIndex,
    applied: LogIndex,
    outbox: Outbox,
}

/// What waits to be polled.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct Outbox {
    observed: bool,
    events: VecDeque<Event>,
    /// Messages that may leave at once.
    ready: VecDeque<Message>,
    /// Messages that wait for a write.
    gated: VecDeque<Send>,
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
        durable.check()?;
        let DurableState { hard_state, base, membership, entries, applied } = durable;
        let log = Log::new(base, entries);
        let mut node = Self {
            id,
            config,
            membership,
            now,
            term: hard_state.term,
            vote: hard_state.vote,
            commit: hard_state.commit.max(base.index).max(applied),
            durability: Durability::new(boot, log.last().index),
            log,
            state: State::Follower(Follower { leader: None, election: Wait { since: now, at: now } }),
            attempt: 0,
            proposals: Proposals::default(),
            handed_out: applied,
            applied,
            outbox: Outbox::default(),
        };
        let election = node.election_wait();
        node.state = State::Follower(Follower { leader: None, election });
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
        if term > self.term {
            self.enter_term(term, from);
        }
        match body {
            Body::VoteRequest(request) => self.on_vote_request(from, term, &request),
            Body::VoteReply(reply) => self.on_vote_reply(from, term, &reply),
            Body::AppendRequest(request) => self.on_append_request(from, term, request),
            Body::AppendReply(reply) => self.on_append_reply(from, term, &reply),
        }
        Ok(())
    }

    /// Asks that `payload` be appended to the log (§5.3). The place that it got is returned; what becomes of it comes
    /// as [`Output::Proposals`].
    ///
    /// # Errors
    ///
    /// If this server is not the leader; then nothing has changed.
    pub fn propose(&mut self, now: Instant, payload: Bytes) -> Result<ProposalId, ProposeError> {
        if !matches!(self.state, State::Leader(_)) {
            return Err(ProposeError::NotLeader { leader: self.leader() });
        }
        self.advance(now);
        let id = self.append_as_leader(Payload::Command(payload));
        self.proposals.accepted(id);
        Ok(id)
    }

    /// The time is `now`: whatever was waited for until then happens. Before the [deadline](Self::deadline), nothing.
    pub fn wake(&mut self, now: Instant) {
        self.advance(now);
        if self.deadline().is_some_and(|deadline| deadline.at <= self.now) {
            match &mut self.state {
                State::Follower(_) | State::Candidate(_) => {
                    self.start_election(crate::event::ElectionReason::Timeout);
                }
                State::Leader(leader) => {
                    leader.heartbeat =
                        Wait { since: self.now, at: self.now + self.config.settings().heartbeat_interval };
                    leader.stirred = true;
                    for follower in &mut leader.followers {
                        follower.heartbeat_due = true;
                    }
                }
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
        Ok(())
    }

    /// Whether to give [events](Output::Event). They cost nothing as long as nobody listens, which is the default.
    pub fn observe(&mut self, observed: bool) {
        self.outbox.observed = observed;
    }
}

/// Outputs.
impl Node {
    /// The next thing that the host must do; nothing if all is done until the next input.
    pub fn poll(&mut self) -> Option<Output<'_>> {
        if let Some(event) = self.outbox.events.pop_front() {
            return Some(Output::Event(event));
        }
        // What needs no write goes first, so that a leader's followers write while it writes itself (§10.2.1 of the
        // dissertation).
        self.send_appends();
        if let Some(message) = self.outbox.ready.pop_front() {
            return Some(Output::Send(Send { message, after: None }));
        }
        let last = self.log.last().index;
        if let Some(pending) = self.durability.pending(last) {
            self.durability.begin(last);
            let hard_state = pending.hard_state.then(|| self.hard_state());
            let entries = self.log.between(pending.first.prev(), last);
            return Some(Output::Persist(Persist { id: pending.id, hard_state, entries }));
        }
        if let Some(mut send) = self.outbox.gated.pop_front() {
            send.after = send.after.filter(|&id| self.durability.is_under_way(id));
            return Some(Output::Send(send));
        }
        let appliable = self.commit.min(self.durability.durable());
        if self.handed_out < appliable {
            let after = core::mem::replace(&mut self.handed_out, appliable);
            return Some(Output::Apply(self.log.between(after, appliable)));
        }
        self.proposals.resolve(&self.log, self.commit).map(Output::Proposals)
    }

    /// When the node wants to be woken, and why; nothing if it only waits for messages.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        let waits = match self.state {
            State::Follower(_) | State::Candidate(_) => self.membership.is_voter(self.id) && self.term < Term::MAX,
            State::Leader(_) => true,
        };
        waits.then(|| self.state.deadline())
    }
}

/// What can be seen of a node.
impl Node {
    /// The server's name.
    #[must_use]
    pub const fn id(&self) -> NodeId {
        self.id
    }

    /// Its settings.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The life that it is in.
    #[must_use]
    pub const fn boot(&self) -> Boot {
        self.durability.boot()
    }

    /// Who belongs to the cluster, as far as it knows.
    #[must_use]
    pub const fn membership(&self) -> &Membership {
        &self.membership
    }

    /// Its role.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.state.role()
    }

    /// Its term, its vote and its commit index, as they are now; the durable ones may be older.
    #[must_use]
    pub const fn hard_state(&self) -> HardState {
        HardState { term: self.term, vote: self.vote, commit: self.commit }
    }

    /// The leader of its term, as far as it knows.
    #[must_use]
    pub const fn leader(&self) -> Option<NodeId> {
        match &self.state {
            State::Follower(Follower { leader, .. }) => *leader,
            State::Candidate(_) => None,
            State::Leader(_) => Some(self.id),
        }
    }

    /// Its log, durable or not.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// How far its log is on its disk.
    #[must_use]
    pub const fn durable_index(&self) -> LogIndex {
        self.durability.durable()
    }

    /// How far its host has applied the log.
    #[must_use]
    pub const fn applied_index(&self) -> LogIndex {
        self.applied
    }

    /// What the voters answered to this candidate so far; of other roles, nothing.
    pub fn votes(&self) -> impl Iterator<Item = (NodeId, bool)> {
        let votes = match &self.state {
            State::Candidate(Candidate { votes, .. }) => Some(votes),
            State::Follower(_) | State::Leader(_) => None,
        };
        votes.into_iter().flatten().map(|(&id, &granted)| (id, granted))
    }

    /// What this leader knows of its followers, in the order of their names; of other roles, nothing.
    #[must_use]
    pub fn followers(&self) -> &[Progress] {
        match &self.state {
            State::Leader(Leader { followers, .. }) => followers,
            State::Follower(_) | State::Candidate(_) => &[],
        }
    }
}

impl Node {
    pub(crate) fn emit(&mut self, event: impl FnOnce() -> Event) {
        if self.outbox.observed {
            self.outbox.events.push_back(event());
        }
    }

    pub(crate) fn send(&mut self, to: NodeId, body: Body, after: Option<PersistId>) {
        let message = Message { from: self.id, to, term: self.term, body };
        match after {
            None => self.outbox.ready.push_back(message),
            Some(_) => self.outbox.gated.push_back(Send { message, after }),
        }
    }

    /// Enters a higher term, as everyone does who hears of one (§5.1).
    fn enter_term(&mut self, term: Term, by: NodeId) {
        let from = core::mem::replace(&mut self.term, term);
        self.vote = None;
        self.durability.hard_state_changed();
        self.emit(|| Event::TermAdvanced { from, to: term, by });
        match &mut self.state {
            State::Follower(follower) => follower.leader = None,
            State::Candidate(_) | State::Leader(_) => self.step_down(None, StepDownReason::HigherTerm { from: by }),
        }
    }

    /// Leaves the role of a leader or a candidate.
    pub(crate) fn step_down(&mut self, leader: Option<NodeId>, reason: StepDownReason) {
        let (was, term) = (self.role(), self.term);
        let election = match &self.state {
            State::Follower(Follower { election, .. }) | State::Candidate(Candidate { election, .. }) => *election,
            State::Leader(_) => self.election_wait(),
        };
        self.state = State::Follower(Follower { leader, election });
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
        if message.term == Term(0) {
            return Err(Rejection::TermZero);
        }
        match &message.body {
            Body::VoteRequest(request) => Self::check_vote_request(message.term, request),
            Body::VoteReply(_) => Ok(()),
            Body::AppendRequest(request) => self.check_append_request(message, request),
            Body::AppendReply(reply) => self.check_append_reply(message, reply),
        }
    }
}

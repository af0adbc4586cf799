//! Leader election (§5.2, §5.4.1), and what keeps a healthy leader in its place (§9.6, §4.2.3 of the dissertation).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use crate::error::{CampaignError, Rejection};
use crate::event::{ElectionReason, Event, VoteRefusal};
use crate::log::Payload;
use crate::message::{Ballot, Body, VoteReply, VoteRequest};
use crate::node::Node;
use crate::output::ReadFailure;
use crate::progress::Progress;
use crate::quorum::{self, VoteResult};
use crate::random;
use crate::reads::Rounds;
use crate::role::{Candidate, Follower, Leader, State, Wait};
use crate::time::{Instant, micros};
use crate::types::{EntryId, LogIndex, NodeId, Term};

/// What a candidate does.
impl Node {
    /// Starts an election now, without waiting for the timeout; with PreVote, it asks first whether it could win.
    ///
    /// # Errors
    ///
    /// If the server leads already, is not a voter, or has promised a leader not to ([`Settings::leases`]); then nothing
    /// has changed.
    ///
    /// [`Settings::leases`]: crate::Settings::leases
    pub fn campaign(&mut self, now: Instant) -> Result<(), CampaignError> {
        self.check_campaign(now)?;
        self.advance(now);
        self.seek_election(ElectionReason::Requested);
        Ok(())
    }

    /// Whether [`campaign`](Self::campaign) would start an election now.
    ///
    /// # Errors
    ///
    /// Those that it would have.
    pub fn check_campaign(&self, now: Instant) -> Result<(), CampaignError> {
        if matches!(self.state, State::Leader(_)) {
            return Err(CampaignError::AlreadyLeader { term: self.term });
        }
        if !self.is_electable() {
            return Err(CampaignError::NotVoter);
        }
        if self.term >= Term::MAX {
            return Err(CampaignError::LastTerm);
        }
        if self.now.max(now) < self.promised_until {
            return Err(CampaignError::Promised { until: self.promised_until });
        }
        Ok(())
    }

    /// Whether this server can be elected at all.
    pub(crate) fn may_campaign(&self) -> bool {
        self.is_electable() && self.term < Term::MAX
    }

    /// Whether this server is a voter, or is one until its removal is committed: if only it has the entry that removes
    /// it, then nobody else can be elected (§4.2.2 of the dissertation). Its own vote does not count then.
    fn is_electable(&self) -> bool {
        self.membership().is_voter(self.id) || self.memberships.at(self.commit).is_voter(self.id)
    }

    /// The wait for a leader that begins now. Its length is a pure function of the seed, the server, the term and the
    /// attempt, so that servers seldom start together (§5.2) and a run can be repeated. After elections that failed the
    /// spread grows, so that servers which keep splitting the vote move apart.
    pub(crate) fn election_wait(&self) -> Wait {
        let settings = self.config.settings();
        let drawn = random::draw(&[settings.seed, self.id.0, self.term.0, u64::from(self.attempt)]);
        let (low, high) = (micros(settings.election_timeout_min), micros(settings.election_timeout_max));
        let doublings = self.attempt.saturating_sub(1).min(settings.backoff_doublings_max);
        let spread = (high - low).saturating_mul(1 << doublings);
        let timeout = random::within(drawn, low, low.saturating_add(spread));
        Wait::new(self.now, Duration::from_micros(timeout))
    }

    /// Starts an election, after a pre-vote if that is asked for.
    pub(crate) fn seek_election(&mut self, reason: ElectionReason) {
        if self.config.settings().pre_vote && reason != ElectionReason::Transfer {
            self.start_pre_vote(reason);
        } else {
            self.start_election(reason);
        }
    }

    fn start_pre_vote(&mut self, reason: ElectionReason) {
        self.attempt = self.attempt.saturating_add(1);
        self.state = State::PreCandidate(self.own_vote(reason));
        let term = self.term.next();
        self.emit(|| Event::PreVoteStarted { term, reason });
        self.ask_for_votes(term, Ballot::PreVote);
        self.count_votes();
    }

    fn start_election(&mut self, reason: ElectionReason) {
        // A pre-vote that was won is part of the same attempt.
        if !matches!(self.state, State::PreCandidate(_)) {
            self.attempt = self.attempt.saturating_add(1);
        }
        self.term = self.term.next();
        self.vote = Some(self.id);
        self.durability.hard_state_changed();
        self.state = State::Candidate(self.own_vote(reason));
        let (term, attempt) = (self.term, self.attempt);
        self.emit(|| Event::ElectionStarted { term, reason, attempt });
        let ballot = if reason == ElectionReason::Transfer { Ballot::Transfer } else { Ballot::Vote };
        self.ask_for_votes(term, ballot);
        self.count_votes();
    }

    fn own_vote(&self, reason: ElectionReason) -> Candidate {
        Candidate { reason, votes: BTreeMap::from([(self.id, true)]), election: self.election_wait() }
    }

    fn ask_for_votes(&mut self, term: Term, ballot: Ballot) {
        let request =
            VoteRequest { ballot, last: self.log.last(), commit: self.committed(), priority: self.priority() };
        let after = self.durability.after_hard_state();
        let is_other_voter = |&id: &NodeId| id != self.id && self.membership().is_voter(id);
        let voters: Vec<_> = self.membership().all().into_iter().filter(is_other_voter).collect();
        for voter in voters {
            self.send_in(term, voter, Body::VoteRequest(request.clone()), after);
        }
    }

    pub(crate) fn on_vote_reply(&mut self, from: NodeId, term: Term, reply: &VoteReply) {
        self.learn_commit(reply.commit);
        let is_voter = self.membership().is_voter(from);
        let (candidate, expected) = match &mut self.state {
            // Who grants a pre-vote answers for the term to come; who refuses, for its own, which may be behind.
            State::PreCandidate(candidate) if reply.pre_vote => {
                (candidate, if reply.granted { term == self.term.next() } else { term <= self.term })
            }
            State::Candidate(candidate) if !reply.pre_vote => (candidate, term == self.term),
            State::Follower(_) | State::PreCandidate(_) | State::Candidate(_) | State::Leader(_) => {
                return self.emit(|| Event::StaleIgnored { from, term });
            }
        };
        if !expected || !is_voter {
            return self.emit(|| Event::StaleIgnored { from, term });
        }
        // The first answer stands: in one term a vote cannot change (§5.2).
        let granted = *candidate.votes.entry(from).or_insert(reply.granted);
        let votes = u32::try_from(candidate.votes.values().filter(|&&granted| granted).count()).unwrap_or(u32::MAX);
        let needed = u32::try_from(quorum::majority(self.membership().voters().len())).unwrap_or(u32::MAX);
        self.emit(|| Event::VoteCounted { from, granted, votes, needed });
        self.count_votes();
    }

    /// Goes on with a majority of votes. The candidate's own is one of them, and counts once it is durable like any
    /// other: or a cluster of one could lead a term, forget it in a crash, and lead it again with another log.
    pub(crate) fn count_votes(&mut self) {
        let (State::PreCandidate(candidate) | State::Candidate(candidate)) = &self.state else { return };
        let result = self.membership().vote_result(|voter| candidate.votes.get(&voter).copied());
        let reason = candidate.reason;
        let pre_vote = matches!(self.state, State::PreCandidate(_));
        match result {
            VoteResult::Won if pre_vote => self.start_election(reason),
            VoteResult::Won if self.durability.after_hard_state().is_none() => self.become_leader(),
            // A candidate that lost waits for the winner, or for its timeout (§5.2).
            VoteResult::Won | VoteResult::Lost | VoteResult::Pending => {}
        }
    }

    fn become_leader(&mut self) {
        let last = self.log.last().index;
        let settings = self.config.settings();
        let heartbeat = Wait::new(self.now, settings.heartbeat_interval);
        let quorum = settings.check_quorum.then(|| Wait::new(self.now, settings.election_timeout_min));
        let others = self.membership().all().into_iter().filter(|&id| id != self.id);
        let followers = others.map(|id| Progress::new(id, last)).collect();
        self.reads.fail_forwarded(ReadFailure::LeaderLost);
        self.state = State::Leader(Leader {
            followers,
            heartbeat,
            quorum,
            oldest_write: None,
            transfer: None,
            rounds: Rounds::default(),
            uncommitted_bytes: 0,
            stirred: true,
            scratch: Vec::new(),
        });
        self.attempt = 0;
        let term = self.term;
        self.emit(|| Event::BecameLeader { term });
        if self.config.settings().no_op_on_election {
            self.append_as_leader(Payload::NoOp);
        }
    }

    fn priority(&self) -> u32 {
        self.config.settings().priority
    }
}

/// What a voter does.
impl Node {
    /// Whether this server takes no part in an election because a leader is at work (§4.2.3 of the dissertation). If that
    /// leader hands over, it does.
    pub(crate) fn puts_aside(&self, term: Term, request: &VoteRequest) -> bool {
        let settings = self.config.settings();
        if request.ballot == Ballot::Transfer || term < self.term {
            return false;
        }
        let at_work = match &self.state {
            State::Follower(Follower { leader, election, .. }) => {
                leader.is_some() && self.now < election.since + settings.election_timeout_min
            }
            State::Leader(leader) => leader.quorum.is_some(),
            State::PreCandidate(_) | State::Candidate(_) => false,
        };
        self.now < self.promised_until || (settings.leader_stickiness && at_work && term > self.term)
    }

    /// Promises the leader that this server just heard from, or may have, to elect no other for a while.
    pub(crate) fn promise(&mut self) {
        let settings = self.config.settings();
        if settings.leases {
            self.promised_until = self.promised_until.max(self.now + settings.election_timeout_min);
        }
    }

    pub(crate) fn on_vote_request(&mut self, from: NodeId, term: Term, request: &VoteRequest) {
        self.learn_commit(request.commit);
        let pre_vote = request.ballot == Ballot::PreVote;
        let refusal = self.vote_refusal(from, term, request);
        match refusal {
            None if pre_vote => self.emit(|| Event::PreVoteGranted { to: from, term }),
            None => {
                if self.vote.is_none() {
                    self.vote = Some(from);
                    self.durability.hard_state_changed();
                }
                let election = self.election_wait();
                if let State::Follower(follower) = &mut self.state {
                    follower.election = election;
                }
                self.emit(|| Event::VoteGranted { to: from, term });
            }
            Some(reason) => self.emit(|| Event::VoteRefused { to: from, reason }),
        }
        let granted = refusal.is_none();
        let after = self.durability.after_hard_state();
        let reply = VoteReply { pre_vote, granted, commit: self.committed() };
        let term = if granted { term } else { self.term };
        self.send_in(term, from, Body::VoteReply(reply), after);
    }

    pub(crate) fn check_vote_request(term: Term, request: &VoteRequest) -> Result<(), Rejection> {
        for id in [request.last, request.commit] {
            if id.index > LogIndex::MAX {
                return Err(Rejection::OutOfRange);
            }
            if id.term > term || !id.is_possible() {
                return Err(Rejection::MalformedEntries { at: id });
            }
        }
        Ok(())
    }

    fn vote_refusal(&self, candidate: NodeId, term: Term, request: &VoteRequest) -> Option<VoteRefusal> {
        let pre_vote = request.ballot == Ballot::PreVote;
        if term < self.term || (pre_vote && term == self.term) {
            return Some(VoteRefusal::StaleTerm { candidate: term, ours: self.term });
        }
        // A vote that is given in this term says nothing of the next, which is what a pre-vote is about.
        if let Some(to) = self.vote.filter(|&to| to != candidate && !pre_vote) {
            return Some(VoteRefusal::AlreadyVoted { to });
        }
        let ours = self.log.last();
        if !request.last.is_up_to_date_with(ours) {
            return Some(VoteRefusal::LogBehind { candidate: request.last, ours });
        }
        // Whom the leader hands over to has been chosen already.
        let chosen = request.ballot == Ballot::Transfer;
        let outranked = !chosen && request.priority < self.priority() && ours.is_up_to_date_with(request.last);
        outranked.then(|| VoteRefusal::Outranked { candidate: request.priority, ours: self.priority() })
    }

    /// The last entry that is known to be committed, if the log still has its term.
    fn committed(&self) -> EntryId {
        self.log.term_at(self.commit).map_or(EntryId::ZERO, |term| EntryId::new(self.commit, term))
    }

    /// Another server knows `commit` to be committed. Whoever has that entry has all before it (§5.3), and so knows now
    /// that they are committed. A leader commits by counting, and by nothing else.
    fn learn_commit(&mut self, commit: EntryId) {
        let leads = matches!(self.state, State::Leader(_));
        if !leads && commit.index > self.commit && self.log.contains(commit) {
            self.commit_through(commit.index);
        }
    }

    /// Forgets who leads, so that this server votes at once if it is asked to. Its timer runs on.
    ///
    /// For a host that knows better than the timer that the leader is gone. A leader or a candidate forgets nothing; and
    /// with [leases](crate::Settings::leases), what was promised to the leader is kept all the same.
    pub fn forget_leader(&mut self, now: Instant) {
        self.advance(now);
        if let State::Follower(follower) = &mut self.state
            && let Some(leader) = follower.leader.take()
        {
            self.emit(|| Event::LeaderForgotten { leader });
        }
    }
}

//! Leader election (§5.2, §5.4.1), and what keeps a healthy leader in its place (§9.6, §4.2.3 of the dissertation).

use alloc::vec::Vec;
use core::time::Duration;

use crate::event::{ElectionReason, Event};
use crate::forward::PassedOn;
use crate::lab::Mistake;
use crate::log::Payload;
use crate::message::{Ballot, Body, VoteReply, VoteRequest};
use crate::node::Node;
use crate::output::ReadFailure;
use crate::progress::Progress;
use crate::quorum::{self, VoteResult};
use crate::random;
use crate::reads::Rounds;
use crate::refusal::CampaignError;
use crate::role::{Candidate, Leader, State, Wait};
use crate::sorted::Sorted;
use crate::time::{Instant, micros};
use crate::types::{NodeId, Term};

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
        self.forwards.leader_lost();
        self.state = State::Candidate(self.own_vote(reason));
        let (term, attempt) = (self.term, self.attempt);
        self.emit(|| Event::ElectionStarted { term, reason, attempt });
        let ballot = if reason == ElectionReason::Transfer { Ballot::Transfer } else { Ballot::Vote };
        self.ask_for_votes(term, ballot);
        self.count_votes();
    }

    fn own_vote(&self, reason: ElectionReason) -> Candidate {
        Candidate { reason, votes: Sorted::from([(self.id, true)]), election: self.election_wait() }
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
        let any_earlier = self.makes(Mistake::CountVotesOfEarlierTerms);
        let any_later = self.makes(Mistake::TakeHigherTermForVote) && term > self.term;
        let (candidate, expected) = match &mut self.state {
            // Who grants a pre-vote answers for the term to come; who refuses, for its own, which may be behind.
            State::PreCandidate(candidate) if reply.pre_vote => {
                (candidate, if reply.granted { term == self.term.next() } else { term <= self.term })
            }
            State::Candidate(candidate) if !reply.pre_vote => {
                (candidate, term == self.term || any_later || (any_earlier && term < self.term))
            }
            State::Follower(_) | State::PreCandidate(_) | State::Candidate(_) | State::Leader(_) => {
                return self.emit(|| Event::StaleIgnored { from, term });
            }
        };
        if !expected || !is_voter {
            return self.emit(|| Event::StaleIgnored { from, term });
        }
        // The first answer stands: in one term a vote cannot change (§5.2).
        let granted = *candidate.votes.entry(from).or_insert(reply.granted || any_later);
        let votes = u32::try_from(candidate.votes.values().filter(|&&granted| granted).count()).unwrap_or(u32::MAX);
        let needed = u32::try_from(quorum::majority(self.membership().voters().len())).unwrap_or(u32::MAX);
        if reply.pre_vote {
            self.emit(|| Event::PreVoteCounted { from, granted, votes, needed });
        } else {
            self.emit(|| Event::VoteCounted { from, granted, votes, needed });
        }
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
            passed_on: PassedOn::default(),
            uncommitted_bytes: 0,
            stirred: true,
            sending_to: None,
            scratch: Vec::new(),
        });
        self.attempt = 0;
        let term = self.term;
        self.emit(|| Event::BecameLeader { term });
        if self.config.settings().no_op_on_election {
            self.append_as_leader(Payload::NoOp);
        }
        if self.makes(Mistake::LeaveJointTwice) {
            self.leave_joint_at(self.commit);
        }
    }

    pub(crate) fn priority(&self) -> u32 {
        self.config.settings().priority
    }
}

//! Leader election (§5.2, §5.4.1).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::error::{CampaignError, Rejection};
use crate::event::{ElectionReason, Event, VoteRefusal};
use crate::log::Payload;
use crate::message::{Body, VoteReply, VoteRequest};
use crate::node::Node;
use crate::progress::Progress;
use crate::quorum::{self, VoteResult};
use crate::random;
use crate::role::{Candidate, Leader, State, Wait};
use crate::time::{Instant, micros};
use crate::types::{LogIndex, NodeId, Term};

impl Node {
    /// Starts an election now, without waiting for the timeout.
    ///
    /// # Errors
    ///
    /// If the server leads already, or is not a voter; then nothing has changed.
    pub fn campaign(&mut self, now: Instant) -> Result<(), CampaignError> {
        if matches!(self.state, State::Leader(_)) {
            return Err(CampaignError::AlreadyLeader { term: self.term });
        }
        if !self.membership.is_voter(self.id) {
            return Err(CampaignError::NotVoter);
        }
        if self.term >= Term::MAX {
            return Err(CampaignError::LastTerm);
        }
        self.advance(now);
        self.start_election(ElectionReason::Requested);
        Ok(())
    }

    /// The wait for a leader that begins now. Its length is a pure function of the seed, the server, the term and the
    /// attempt, so that servers seldom start together (§5.2) and a run can be repeated.
    pub(crate) fn election_wait(&self) -> Wait {
        let settings = self.config.settings();
        let drawn = random::draw(&[settings.seed, self.id.0, self.term.0, u64::from(self.attempt)]);
        let (low, high) = (micros(settings.election_timeout_min), micros(settings.election_timeout_max));
        let timeout = core::time::Duration::from_micros(random::within(drawn, low, high));
        Wait { since: self.now, at: self.now + timeout }
    }

    pub(crate) fn start_election(&mut self, reason: ElectionReason) {
        self.term = self.term.next();
        self.vote = Some(self.id);
        self.durability.hard_state_changed();
        self.attempt = self.attempt.saturating_add(1);
        let votes = BTreeMap::from([(self.id, true)]);
        self.state = State::Candidate(Candidate { votes, election: self.election_wait() });
        let (term, attempt) = (self.term, self.attempt);
        self.emit(|| Event::ElectionStarted { term, reason, attempt });

        let last = self.log.last();
        let after = self.durability.after_hard_state();
        let others: Vec<_> = self.membership.others(self.id).collect();
        for voter in others {
            self.send(voter, Body::VoteRequest(VoteRequest { last }), after);
        }
        self.count_votes();
    }

    pub(crate) fn on_vote_request(&mut self, from: NodeId, term: Term, request: &VoteRequest) {
        let refusal = self.vote_refusal(from, term, request);
        match refusal {
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
        let after = self.durability.after_hard_state();
        self.send(from, Body::VoteReply(VoteReply { granted: refusal.is_none() }), after);
    }

    pub(crate) fn check_vote_request(term: Term, request: &VoteRequest) -> Result<(), Rejection> {
        let last = request.last;
        if last.index > LogIndex::MAX {
            return Err(Rejection::OutOfRange);
        }
        if last.term > term || !last.is_possible() { Err(Rejection::MalformedEntries { at: last }) } else { Ok(()) }
    }

    fn vote_refusal(&self, candidate: NodeId, term: Term, request: &VoteRequest) -> Option<VoteRefusal> {
        if term < self.term {
            return Some(VoteRefusal::StaleTerm { candidate: term, ours: self.term });
        }
        if let Some(to) = self.vote.filter(|&to| to != candidate) {
            return Some(VoteRefusal::AlreadyVoted { to });
        }
        let ours = self.log.last();
        (!request.last.is_up_to_date_with(ours)).then_some(VoteRefusal::LogBehind { candidate: request.last, ours })
    }

    pub(crate) fn on_vote_reply(&mut self, from: NodeId, term: Term, reply: &VoteReply) {
        let counts = term == self.term && self.membership.is_voter(from);
        let State::Candidate(candidate) = &mut self.state else {
            return self.emit(|| Event::StaleIgnored { from, term });
        };
        if !counts {
            return self.emit(|| Event::StaleIgnored { from, term });
        }
        // The first answer stands: in one term a vote cannot change (§5.2).
        let granted = *candidate.votes.entry(from).or_insert(reply.granted);
        let votes = u32::try_from(candidate.votes.values().filter(|&&granted| granted).count()).unwrap_or(u32::MAX);
        let needed = u32::try_from(quorum::majority(self.membership.voters().len())).unwrap_or(u32::MAX);
        self.emit(|| Event::VoteCounted { from, granted, votes, needed });
        self.count_votes();
    }

    /// Becomes leader with a majority of votes. The candidate's own is one of them, and counts once it is durable like
    /// any other: or a cluster of one could lead a term, forget it in a crash, and lead it again with another log.
    pub(crate) fn count_votes(&mut self) {
        let State::Candidate(candidate) = &self.state else { return };
        if self.durability.after_hard_state().is_some() {
            return;
        }
        let granted = candidate.votes.values().filter(|&&granted| granted).count();
        let refused = candidate.votes.len() - granted;
        match quorum::vote_result(self.membership.voters().len(), granted, refused) {
            VoteResult::Won => self.become_leader(),
            // A candidate that lost waits for the winner, or for its timeout (§5.2).
            VoteResult::Lost | VoteResult::Pending => {}
        }
    }

    fn become_leader(&mut self) {
        let last = self.log.last().index;
        let heartbeat = Wait { since: self.now, at: self.now + self.config.settings().heartbeat_interval };
        let followers = self.membership.others(self.id).map(|id| Progress::new(id, last)).collect();
        self.state = State::Leader(Leader { followers, heartbeat, stirred: true, scratch: Vec::new() });
        self.attempt = 0;
        let term = self.term;
        self.emit(|| Event::BecameLeader { term });
        if self.config.settings().no_op_on_election {
            self.append_as_leader(Payload::NoOp);
        }
    }
}

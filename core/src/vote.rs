//! Voting (§5.2, §5.4.1), and what a voter has promised to a leader that is at work (§4.2.3 and §6.4.1 of the
//! dissertation).

use crate::event::{Event, VoteRefusal};
use crate::lab::Mistake;
use crate::message::{Ballot, Body, VoteReply, VoteRequest};
use crate::node::Node;
use crate::rejection::Rejection;
use crate::role::{Follower, State};
use crate::time::Instant;
use crate::types::{EntryId, LogIndex, NodeId, Term};

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
            None if pre_vote => {
                if self.makes(Mistake::PreVoteResetsTimer) {
                    self.wait_anew();
                }
                self.emit(|| Event::PreVoteGranted { to: from, term });
            }
            None => {
                if self.vote.is_none() {
                    self.vote = Some(from);
                    self.durability.hard_state_changed();
                }
                self.wait_anew();
                self.emit(|| Event::VoteGranted { to: from, term });
            }
            Some(reason) => self.emit(|| Event::VoteRefused { to: from, reason }),
        }
        let granted = refusal.is_none();
        let after = self.durability.after_hard_state().filter(|_| !self.makes(Mistake::VoteBeforeDurable));
        let reply = VoteReply { pre_vote, granted, commit: self.committed() };
        let term = if granted { term } else { self.term };
        self.send_in(term, from, Body::VoteReply(reply), after);
    }

    fn wait_anew(&mut self) {
        let election = self.election_wait();
        if let State::Follower(follower) = &mut self.state {
            follower.election = election;
        }
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
        if !request.last.is_up_to_date_with(ours) && !self.makes(Mistake::SkipUpToDateCheck) {
            return Some(VoteRefusal::LogBehind { candidate: request.last, ours });
        }
        // Whom the leader hands over to has been chosen already.
        let chosen = request.ballot == Ballot::Transfer;
        let outranked = !chosen && request.priority < self.priority() && ours.is_up_to_date_with(request.last);
        outranked.then(|| VoteRefusal::Outranked { candidate: request.priority, ours: self.priority() })
    }

    /// The last entry that is known to be committed, if the log still has its term.
    pub(crate) fn committed(&self) -> EntryId {
        self.log.term_at(self.commit).map_or(EntryId::ZERO, |term| EntryId::new(self.commit, term))
    }

    /// Another server knows `commit` to be committed. Whoever has that entry has all before it (§5.3), and so knows now
    /// that they are committed. A leader commits by counting, and by nothing else.
    pub(crate) fn learn_commit(&mut self, commit: EntryId) {
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

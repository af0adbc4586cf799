//! Reads that need no entry in the log (§8; §6.4 of the dissertation).
//!
//! A read is answered with what was committed when it was asked, or later. A leader must know for that that it still
//! leads: it has heard so from a majority since (ReadIndex), or recently enough that no other can lead (a lease). And
//! something of its own term must be committed, or it may not know what is.

use alloc::collections::VecDeque;

use crate::event::Event;
use crate::lab::Mistake;
use crate::message::Body;
use crate::node::Node;
use crate::output::{ReadFailure, ReadId};
use crate::quorum;
use crate::refusal::ReadError;
use crate::role::{Follower, Leader, State, Wait};
use crate::time::{Instant, micros};
use crate::types::{Boot, LogIndex, NodeId, Term};

/// The reads of one server.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Reads {
    next: u64,
    /// Asked of the leader, and not answered yet.
    forwarded: VecDeque<(ReadId, Wait)>,
    /// Waiting for the state machine to have applied this index.
    applying: VecDeque<(LogIndex, ReadId)>,
    failed: VecDeque<(ReadId, ReadFailure)>,
}

impl Reads {
    pub(crate) fn deadline(&self) -> Option<Wait> {
        self.forwarded.front().map(|&(_, wait)| wait)
    }

    pub(crate) fn pop_ready(&mut self, applied: LogIndex) -> Option<ReadId> {
        let &(_, id) = self.applying.front().filter(|&&(index, _)| index <= applied)?;
        self.applying.pop_front();
        Some(id)
    }

    pub(crate) fn pop_failed(&mut self) -> Option<(ReadId, ReadFailure)> {
        self.failed.pop_front()
    }

    fn new_id(&mut self, boot: Boot) -> ReadId {
        self.next += 1;
        ReadId { boot, sequence: self.next }
    }

    fn fail(&mut self, id: ReadId, failure: ReadFailure) {
        self.failed.push_back((id, failure));
    }

    pub(crate) fn fail_forwarded(&mut self, failure: ReadFailure) {
        for (id, _) in core::mem::take(&mut self.forwarded) {
            self.fail(id, failure);
        }
    }
}

/// How many rounds are remembered that no majority has answered; of older ones, the answers prove nothing for a lease.
const ROUNDS_MAX: usize = 64;

/// The reads of a leader that are not confirmed yet, and what confirms them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Rounds {
    /// Counts the times that all followers were asked whether this server still leads.
    pub(crate) current: u64,
    /// When each round began that is not confirmed by a majority yet.
    begun: VecDeque<(u64, Instant)>,
    waiting: VecDeque<WaitingRead>,
    /// The beginning of the last round that a majority has confirmed.
    confirmed_at: Option<Instant>,
    /// A server that was told to take over may do so at any time, and whatever the others' timers say.
    pub(crate) lease_lost: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct WaitingRead {
    id: ReadId,
    /// The follower that asked; nobody if the read is the leader's own.
    by: Option<NodeId>,
    round: u64,
}

impl Rounds {
    /// Begins a round: what is sent to the followers from now on belongs to it.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.current += 1;
        if self.begun.len() == ROUNDS_MAX {
            self.begun.pop_front();
        }
        self.begun.push_back((self.current, now));
    }

    /// A majority has answered in `round`.
    fn confirm(&mut self, round: u64) {
        while let Some(&(begun, at)) = self.begun.front().filter(|&&(begun, _)| begun <= round) {
            self.begun.pop_front();
            debug_assert!(begun <= self.current, "only what has begun can be confirmed");
            self.confirmed_at = Some(at);
        }
    }
}

impl Node {
    /// Asks to read the state machine. [`Output::Read`](crate::Output::Read) tells when it can be read, and that is
    /// what was committed at this moment or later; or that it cannot be known.
    ///
    /// A follower asks the leader. With `lease`, a leader that has heard from a majority recently enough answers at
    /// once, trusting that no clock in the cluster drifts more than
    /// [`clock_drift_ppm_max`](crate::Settings::clock_drift_ppm_max).
    ///
    /// # Errors
    ///
    /// If this server does not lead and knows of no leader, or if a lease is asked for and
    /// [`leases`](crate::Settings::leases) are off; then nothing has changed.
    pub fn read(&mut self, now: Instant, lease: bool) -> Result<ReadId, ReadError> {
        if lease && !self.config.settings().leases {
            return Err(ReadError::NoLeases);
        }
        match &self.state {
            State::Leader(_) => {
                self.advance(now);
                let id = self.reads.new_id(self.durability.boot());
                let trusted = |until| self.now < until || self.makes(Mistake::TrustExpiredLease);
                if lease && self.lease().is_some_and(trusted) && self.term_is_committed() {
                    self.reads.applying.push_back((self.commit, id));
                } else {
                    self.wait_for_round(id, None);
                }
                Ok(id)
            }
            State::Follower(Follower { leader: Some(leader), .. }) => {
                let leader = *leader;
                self.advance(now);
                let id = self.reads.new_id(self.durability.boot());
                let wait = Wait::new(self.now, self.config.settings().election_timeout_min);
                self.reads.forwarded.push_back((id, wait));
                let after = self.durability.after_hard_state();
                self.send(leader, Body::ReadRequest(id), after);
                Ok(id)
            }
            State::Follower(_) | State::PreCandidate(_) | State::Candidate(_) => Err(ReadError::NoLeader),
        }
    }

    /// Until when this leader may answer reads by its lease; nothing if it has none.
    ///
    /// Whoever heard from this leader at a moment elects nobody within the shortest election timeout after it
    /// (§4.2.3 of the dissertation). A majority did so after the round began, so no other can be elected until then;
    /// clocks that drift make that a bit shorter (§6.4.1).
    #[must_use]
    pub fn lease(&self) -> Option<Instant> {
        let settings = self.config.settings();
        let State::Leader(leader) = &self.state else { return None };
        if !settings.leases || (leader.rounds.lease_lost && !self.makes(Mistake::TrustExpiredLease)) {
            return None;
        }
        let timeout = micros(settings.election_timeout_min);
        // Two clocks that drift apart, each by as much as is allowed.
        let drift = timeout.saturating_mul(2 * u64::from(settings.clock_drift_ppm_max)).div_ceil(1_000_000);
        let lasts = core::time::Duration::from_micros(timeout.saturating_sub(drift));
        leader.rounds.confirmed_at.map(|at| at + lasts)
    }

    fn wait_for_round(&mut self, id: ReadId, by: Option<NodeId>) {
        let now = self.now;
        let State::Leader(leader) = &mut self.state else { return };
        leader.rounds.begin(now);
        let round = leader.rounds.current;
        leader.rounds.waiting.push_back(WaitingRead { id, by, round });
        leader.stirred = true;
        leader.followers.iter_mut().for_each(|follower| follower.heartbeat_due = true);
        self.confirm_rounds();
    }

    /// Answers the reads of the rounds that a majority has confirmed.
    pub(crate) fn confirm_rounds(&mut self) {
        let id = self.id;
        let committed = self.term_is_committed();
        let commit = self.commit;
        let State::Leader(Leader { followers, rounds, scratch, .. }) = &mut self.state else { return };
        if rounds.begun.is_empty() && rounds.waiting.is_empty() {
            return;
        }
        let round = |voter| {
            let position = followers.binary_search_by_key(&voter, |follower| follower.id).ok();
            let answered = position.map_or(0, |position| followers[position].round);
            LogIndex(if voter == id { u64::MAX } else { answered })
        };
        let membership = self.memberships.current();
        let both = [membership.voters(), membership.outgoing()];
        let confirmed = both.map(|voters| quorum::committed(voters, round, scratch)).into_iter().min();
        let confirmed = confirmed.map_or(0, |index| index.0).min(rounds.current);
        rounds.confirm(confirmed);
        if !committed {
            return;
        }
        let mut answers = VecDeque::new();
        while let Some(&read) = rounds.waiting.front().filter(|read| read.round <= confirmed) {
            rounds.waiting.pop_front();
            match read.by {
                None => self.reads.applying.push_back((commit, read.id)),
                Some(follower) => answers.push_back((follower, read.id)),
            }
        }
        let after = self.durability.after_hard_state();
        for (follower, id) in answers {
            self.send(follower, Body::ReadReply { id, index: commit }, after);
        }
    }

    pub(crate) fn on_read_request(&mut self, from: NodeId, term: Term, id: ReadId) {
        if term == self.term && matches!(self.state, State::Leader(_)) {
            self.wait_for_round(id, Some(from));
        } else {
            self.emit(|| Event::StaleIgnored { from, term });
        }
    }

    pub(crate) fn on_read_reply(&mut self, from: NodeId, term: Term, id: ReadId, index: LogIndex) {
        let position = self.reads.forwarded.iter().position(|&(forwarded, _)| forwarded == id);
        match position.filter(|_| term == self.term) {
            Some(position) => {
                self.reads.forwarded.remove(position);
                self.reads.applying.push_back((index, id));
            }
            None => self.emit(|| Event::StaleIgnored { from, term }),
        }
    }

    /// The leader did not answer in time.
    pub(crate) fn give_up_reads(&mut self) {
        while let Some(&(id, _)) = self.reads.forwarded.front().filter(|(_, wait)| wait.at <= self.now) {
            self.reads.forwarded.pop_front();
            self.reads.fail(id, ReadFailure::TimedOut);
        }
    }

    /// This server does not lead any more: what it was asked to read, it cannot vouch for.
    pub(crate) fn fail_waiting_reads(&mut self) {
        let State::Leader(leader) = &mut self.state else { return };
        for read in core::mem::take(&mut leader.rounds.waiting) {
            if read.by.is_none() {
                self.reads.fail(read.id, ReadFailure::LeaderLost);
            }
        }
    }

    fn term_is_committed(&self) -> bool {
        self.log.term_at(self.commit) == Some(self.term) || self.makes(Mistake::ReadBeforeTermCommitted)
    }
}

//! Log replication and commitment (§5.3, §5.4.2).

use alloc::vec::Vec;

use crate::error::Rejection;
use crate::event::{Event, StepDownReason};
use crate::log::{Entry, Payload};
use crate::message::{AppendReply, AppendRequest, Body, Message};
use crate::node::Node;
use crate::progress::Progress;
use crate::quorum::VoteResult;
use crate::role::{Leader, State, Wait};
use crate::types::{EntryId, LogIndex, NodeId, Term};

/// What a leader does.
impl Node {
    pub(crate) fn append_as_leader(&mut self, payload: Payload) -> EntryId {
        let bytes = payload.bytes();
        let id = self.log.append(self.term, payload);
        if let State::Leader(leader) = &mut self.state {
            leader.stirred = true;
            leader.uncommitted_bytes += bytes;
        }
        self.emit(|| Event::Appended { first: id.index, last: id });
        if self.memberships.appended(self.log.between(id.index.prev(), id.index)) {
            self.membership_changed();
        }
        id
    }

    /// Sends what there is to be sent to the followers. It is left until the host polls, so that proposals which come
    /// together travel together.
    pub(crate) fn send_appends(&mut self) {
        let State::Leader(leader) = &mut self.state else { return };
        if !core::mem::take(&mut leader.stirred) {
            return;
        }
        for position in 0..leader.followers.len() {
            if let Some(request) = self.next_chunk_request(position) {
                self.read_snapshot(request);
            }
            while let Some((to, request)) = self.next_append(position) {
                let after = self.durability.after_hard_state();
                self.send(to, Body::AppendRequest(request), after);
            }
        }
    }

    fn next_append(&mut self, position: usize) -> Option<(NodeId, AppendRequest)> {
        let State::Leader(leader) = &mut self.state else { return None };
        let settings = self.config.settings();
        let follower = leader.followers.get_mut(position)?;
        let window = usize::try_from(settings.max_in_flight_appends).unwrap_or(usize::MAX);
        let prev = follower.prev(&self.log);
        let mut entries: &[Entry] = &[];
        if follower.may_send_entries(window, settings.max_in_flight_bytes) {
            let most = LogIndex(prev.0.saturating_add(u64::from(settings.max_append_entries)));
            entries = within_bytes(self.log.between(prev, most), settings.max_append_bytes);
        }
        let entries = entries.to_vec();
        if entries.is_empty() && !follower.heartbeat_due {
            return None;
        }
        follower.heartbeat_due = false;
        if let Some(last) = entries.last() {
            follower.sent(last.id.index, entries.iter().map(|entry| entry.payload.bytes()).sum());
        }
        let prev = EntryId::new(prev, self.log.term_at(prev)?);
        Some((follower.id, AppendRequest { prev, entries, commit: self.commit, round: leader.rounds.current }))
    }

    pub(crate) fn on_append_reply(&mut self, from: NodeId, term: Term, reply: &AppendReply) {
        self.take_append_reply(from, term, reply);
        self.confirm_rounds();
    }

    fn take_append_reply(&mut self, from: NodeId, term: Term, reply: &AppendReply) {
        let current = term == self.term;
        let State::Leader(leader) = &mut self.state else {
            return self.emit(|| Event::StaleIgnored { from, term });
        };
        let leader_round = leader.rounds.current;
        let Some(follower) = leader.follower(from).filter(|_| current) else {
            return self.emit(|| Event::StaleIgnored { from, term });
        };
        follower.active = true;
        let (AppendReply::Accepted { round, .. } | AppendReply::Rejected { round, .. }) = *reply;
        follower.round = follower.round.max(round.min(leader_round));
        match *reply {
            AppendReply::Accepted { matched, .. } => {
                let news = follower.accepted(matched);
                leader.stirred = true;
                if news {
                    self.emit(|| Event::Matched { peer: from, matched });
                    self.advance_commit();
                    self.go_on_with_transfer();
                }
            }
            AppendReply::Rejected { prev, hint, .. } => {
                let agreed = self.log.last_not_above(hint).index;
                let before = follower.next;
                if !follower.rejected(prev, agreed) {
                    return self.emit(|| Event::StaleIgnored { from, term });
                }
                let after = follower.next;
                leader.stirred = true;
                self.emit(|| Event::BackedUp { peer: from, from: before, to: after });
            }
        }
    }

    /// Commits what a majority has made durable, if the last of it is of the current term (§5.4.2). The leader's own
    /// copy counts once it is durable, and is not waited for.
    pub(crate) fn advance_commit(&mut self) {
        let (id, durable) = (self.id, self.durability.durable());
        let State::Leader(Leader { followers, scratch, .. }) = &mut self.state else { return };
        let matched = |voter| {
            let position = followers.binary_search_by_key(&voter, |follower| follower.id).ok();
            let follower = position.map_or(LogIndex::ZERO, |position| followers[position].matched);
            if voter == id { durable } else { follower }
        };
        let index = self.memberships.current().committed(matched, scratch);
        if index > self.commit && self.log.term_at(index) == Some(self.term) {
            self.commit_through(index);
            self.after_commit();
        }
    }

    pub(crate) fn heartbeat(&mut self) {
        let interval = self.config.settings().heartbeat_interval;
        let State::Leader(leader) = &mut self.state else { return };
        leader.heartbeat = Wait::new(self.now, interval);
        leader.rounds.begin(self.now);
        leader.stirred = true;
        leader.followers.iter_mut().for_each(Progress::heartbeat);
    }

    /// Steps down if no majority has answered since the last look (§6.2 of the dissertation); or if the disk has not
    /// finished a write since then and the others can go on without this server, which would only keep them quiet.
    pub(crate) fn check_quorum(&mut self) {
        let (id, oldest) = (self.id, self.durability.oldest());
        let timeout = self.config.settings().election_timeout_min;
        let State::Leader(leader) = &mut self.state else { return };
        let Some(quorum) = &mut leader.quorum else { return };
        *quorum = Wait::new(self.now, timeout);
        let stalled = oldest.is_some() && core::mem::replace(&mut leader.oldest_write, oldest) == oldest;
        let active = |voter| {
            let position = leader.followers.binary_search_by_key(&voter, |follower| follower.id).ok();
            position.is_some_and(|position| leader.followers[position].active)
        };
        let membership = self.memberships.current();
        let heard = membership.vote_result(|voter| Some(voter == id || active(voter))) == VoteResult::Won;
        let dispensable = membership.vote_result(|voter| Some(voter != id && active(voter))) == VoteResult::Won;
        leader.followers.iter_mut().for_each(|follower| follower.active = false);
        if !heard {
            self.step_down(None, StepDownReason::QuorumLost);
        } else if stalled && dispensable {
            self.step_down(None, StepDownReason::DiskStalled);
        }
    }

    pub(crate) fn commit_through(&mut self, index: LogIndex) {
        let Some(term) = self.log.term_at(index) else { return };
        let before = core::mem::replace(&mut self.commit, index);
        if let State::Leader(leader) = &mut self.state {
            let own = self.log.between(before, index).iter().filter(|entry| entry.id.term == self.term);
            let bytes: u64 = own.map(|entry| entry.payload.bytes()).sum();
            leader.uncommitted_bytes = leader.uncommitted_bytes.saturating_sub(bytes);
        }
        self.emit(|| Event::Committed { through: EntryId::new(index, term) });
    }

    pub(crate) fn check_append_reply(&self, message: &Message, reply: &AppendReply) -> Result<(), Rejection> {
        match *reply {
            AppendReply::Accepted { matched, .. } => {
                let last = self.log.last().index;
                let ours = message.term == self.term && matches!(self.state, State::Leader(_));
                if ours && matched > last { Err(Rejection::MatchBeyondLog { matched, last }) } else { Ok(()) }
            }
            AppendReply::Rejected { prev, hint, .. } if prev > LogIndex::MAX || hint.index > LogIndex::MAX => {
                Err(Rejection::OutOfRange)
            }
            AppendReply::Rejected { .. } => Ok(()),
        }
    }
}

/// As many of the entries as have `max` bytes together, and at least one.
fn within_bytes(entries: &[Entry], max: u64) -> &[Entry] {
    let mut bytes = 0_u64;
    let fits = |entry: &&Entry| {
        bytes = bytes.saturating_add(entry.payload.bytes());
        bytes <= max
    };
    let count = entries.iter().take_while(fits).count();
    &entries[..count.max(1).min(entries.len())]
}

/// What a follower does.
impl Node {
    pub(crate) fn on_append_request(&mut self, from: NodeId, term: Term, request: AppendRequest) {
        let prev = request.prev;
        if term < self.term {
            self.refuse_append(from, prev, request.round);
            return self.emit(|| Event::StaleIgnored { from, term });
        }
        self.follow(from);
        if self.log.base().index <= prev.index && !self.log.contains(prev) {
            let hint = self.refuse_append(from, prev, request.round);
            return self.emit(|| Event::AppendRefused { leader: from, prev, hint });
        }
        let round = request.round;
        let matched = request.entries.last().map_or(prev.index, |entry| entry.id.index);
        self.take_entries(request.entries);
        let commit = request.commit.min(matched);
        if commit > self.commit {
            self.commit_through(commit);
        }
        let (after, at_once) = (self.durability.after_log(matched), self.durability.after_hard_state());
        if after != at_once && self.durability.oldest().is_some() && self.first_in(round) {
            // The disk is slow. That is no reason for the leader to take this server, or its own lead, for lost.
            let matched = matched.min(self.durability.durable());
            self.send(from, Body::AppendReply(AppendReply::Accepted { matched, round }), at_once);
        }
        self.send(from, Body::AppendReply(AppendReply::Accepted { matched, round }), after);
    }

    /// Whether nothing of this round of the leader's was answered early yet.
    fn first_in(&mut self, round: u64) -> bool {
        let State::Follower(follower) = &mut self.state else { return false };
        let first = round > follower.answered;
        follower.answered = follower.answered.max(round);
        first
    }

    /// Accepts `leader` as the leader of this term, and waits for its next sign (§5.2).
    pub(crate) fn follow(&mut self, leader: NodeId) {
        let term = self.term;
        self.attempt = 0;
        self.promise();
        if matches!(self.state, State::PreCandidate(_) | State::Candidate(_)) {
            self.step_down(Some(leader), StepDownReason::LeaderFound { leader });
        }
        let election = self.election_wait();
        if let State::Follower(follower) = &mut self.state {
            follower.election = election;
            if follower.leader.replace(leader) != Some(leader) {
                self.emit(|| Event::LeaderFound { leader, term });
            }
        }
    }

    fn refuse_append(&mut self, leader: NodeId, prev: EntryId, round: u64) -> EntryId {
        let hint = self.log.last_not_above(prev);
        let after = self.durability.after_hard_state();
        self.send(leader, Body::AppendReply(AppendReply::Rejected { prev: prev.index, hint, round }), after);
        hint
    }

    /// Adds what is new. Entries that are there already stay, whatever comes after them: the message may be an old one
    /// (§5.3). Only an entry that conflicts with a new one is dropped, with all that follow it.
    fn take_entries(&mut self, entries: Vec<Entry>) {
        let base = self.log.base().index;
        let known = |entry: &&Entry| entry.id.index <= base || self.log.contains(entry.id);
        let skip = entries.iter().take_while(known).count();
        let Some(first) = entries.get(skip).map(|entry| entry.id) else { return };
        let last = self.log.last();
        let mut dropped = false;
        if first.index <= last.index {
            self.log.truncate(first.index);
            self.durability.truncated(first.index);
            dropped = self.memberships.truncated(first.index);
            self.emit(|| Event::Truncated { first: first.index, last, by: first });
        }
        let event = Event::appended(&entries[skip..]);
        let changed = self.memberships.appended(&entries[skip..]) || dropped;
        self.log.extend(entries.into_iter().skip(skip));
        if let Some(event) = event {
            self.emit(|| event);
        }
        if changed {
            self.membership_changed();
        }
    }

    pub(crate) fn check_append_request(&self, message: &Message, request: &AppendRequest) -> Result<(), Rejection> {
        let mut last = request.prev;
        if last.index > LogIndex::MAX || request.commit > LogIndex::MAX {
            return Err(Rejection::OutOfRange);
        }
        if last.term > message.term || !last.is_possible() {
            return Err(Rejection::MalformedEntries { at: last });
        }
        for entry in &request.entries {
            let follows = entry.id.index == last.index.next() && entry.id.term >= last.term;
            if !follows || entry.id.term > message.term || !entry.id.is_possible() {
                return Err(Rejection::MalformedEntries { at: entry.id });
            }
            if let Payload::Membership(membership) = &entry.payload
                && !membership.is_valid()
            {
                return Err(Rejection::ImpossibleMembership { at: entry.id });
            }
            last = entry.id;
        }
        if last.index > LogIndex::MAX {
            return Err(Rejection::OutOfRange);
        }
        if message.term < self.term {
            return Ok(());
        }
        if message.term == self.term && matches!(self.state, State::Leader(_)) {
            return Err(Rejection::SecondLeader { term: self.term, other: message.from });
        }
        self.check_committed(request)
    }

    /// Every leader has what is committed here (Leader Completeness, §5.4).
    fn check_committed(&self, request: &AppendRequest) -> Result<(), Rejection> {
        let committed = self.log.base().index..=self.commit;
        let mut ids = core::iter::once(request.prev).chain(request.entries.iter().map(|entry| entry.id));
        match ids.find(|id| committed.contains(&id.index) && !self.log.contains(*id)) {
            Some(entry) => Err(Rejection::ConflictsWithCommitted { entry, commit: self.commit }),
            None => Ok(()),
        }
    }
}

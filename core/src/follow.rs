//! What a follower does with its leader's messages (§5.3).

use alloc::vec::Vec;

use crate::event::{Event, StepDownReason};
use crate::lab::Mistake;
use crate::log::{Entry, Payload};
use crate::message::{AppendReply, AppendRequest, Body, Message};
use crate::node::Node;
use crate::rejection::Rejection;
use crate::role::State;
use crate::types::{EntryId, LogIndex, NodeId, Term};

/// What a follower does.
impl Node {
    pub(crate) fn on_append_request(&mut self, from: NodeId, term: Term, request: AppendRequest) {
        let prev = request.prev;
        if term < self.term {
            self.refuse_append(from, prev, request.round);
            return self.emit(|| Event::StaleIgnored { from, term });
        }
        self.follow(from);
        if self.snapshot_requested && request.entries.is_empty() {
            self.ask_for_snapshot(from);
        }
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
        let after = after.filter(|_| !self.makes(Mistake::AcknowledgeBeforeFsync));
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
        if let State::Follower(follower) = &mut self.state
            && follower.leader == Some(leader)
        {
            // Drawn from the same as when the leader was found, the timeout would be the same again.
            follower.election = follower.election.again(self.now);
            return;
        }
        if !matches!(self.state, State::Follower(_)) {
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
    fn take_entries(&mut self, mut entries: Vec<Entry>) {
        self.take_new_entries(&mut entries);
        self.spare.keep(entries);
    }

    fn take_new_entries(&mut self, entries: &mut Vec<Entry>) {
        let base = self.log.base().index;
        let anew = self.makes(Mistake::TruncateOnEveryAppend);
        let known = |entry: &&Entry| entry.id.index <= base || (!anew && self.log.contains(entry.id));
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
        self.log.extend(entries, skip);
        self.forget_dropped_commit();
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
        if self.errs() {
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
        let ids = core::iter::once(request.prev).chain(request.entries.iter().map(|entry| entry.id));
        // They are in order, and most messages have nothing that is committed already.
        let mut known = ids.take_while(|id| id.index <= self.commit);
        match known.find(|id| committed.contains(&id.index) && !self.log.contains(*id)) {
            Some(entry) => Err(Rejection::ConflictsWithCommitted { entry, commit: self.commit }),
            None => Ok(()),
        }
    }
}

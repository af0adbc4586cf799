//! Log replication and commitment (§5.3, §5.4.2).

use crate::event::{Event, StepDownReason};
use crate::lab::Mistake;
use crate::log::{Entry, Payload};
use crate::message::{AppendReply, AppendRequest, Body, Message};
use crate::node::Node;
use crate::progress::{Progress, ProgressState};
use crate::quorum::VoteResult;
use crate::rejection::Rejection;
use crate::role::{Leader, State, Wait};
use crate::types::{EntryId, LogIndex, NodeId, Term};

/// What a leader does.
impl Node {
    pub(crate) fn append_as_leader(&mut self, payload: Payload) -> EntryId {
        let bytes = payload.bytes();
        let changes_membership = matches!(payload, Payload::Membership(_));
        let id = self.log.append(self.term, payload);
        if let State::Leader(leader) = &mut self.state {
            leader.stirred = true;
            leader.uncommitted_bytes += bytes;
        }
        self.emit(|| Event::Appended { first: id.index, last: id });
        if changes_membership && self.memberships.appended(self.log.between(id.index.prev(), id.index)) {
            self.membership_changed();
        }
        id
    }

    /// The next message of what there is to be sent to the followers. They are made one by one as the host polls, so
    /// that proposals which come together travel together, and a message is moved once.
    pub(crate) fn next_append_message(&mut self) -> Option<Message> {
        loop {
            let State::Leader(leader) = &mut self.state else { return None };
            if leader.sending_to.is_none() && core::mem::take(&mut leader.stirred) {
                leader.sending_to = Some(0);
            }
            let position = leader.sending_to?;
            if position >= leader.followers.len() {
                leader.sending_to = None;
                continue;
            }
            if let Some(request) = self.next_chunk_request(position) {
                self.read_snapshot(request);
            }
            let Some((to, request)) = self.next_append(position) else {
                if let State::Leader(leader) = &mut self.state {
                    leader.sending_to = Some(position + 1);
                }
                continue;
            };
            let body = Body::AppendRequest(request);
            match self.durability.after_hard_state() {
                None => return Some(Message { from: self.id, to, term: self.term, body }),
                after => self.send(to, body, after),
            }
        }
    }

    fn next_append(&mut self, position: usize) -> Option<(NodeId, AppendRequest)> {
        let blind = self.makes(Mistake::NeverReopenWindow);
        let State::Leader(leader) = &mut self.state else { return None };
        let settings = self.config.settings();
        let follower = leader.followers.get_mut(position)?;
        let window = usize::try_from(settings.max_in_flight_appends).unwrap_or(usize::MAX);
        let prev = follower.prev(&self.log);
        let (mut entries, mut bytes): (&[Entry], _) = (&[], 0);
        let open = follower.may_send_entries(window, settings.max_in_flight_bytes);
        if open {
            let most = LogIndex(prev.0.saturating_add(u64::from(settings.max_append_entries)));
            (entries, bytes) = within_bytes(self.log.between(prev, most), settings.max_append_bytes);
        }
        if entries.is_empty() && !follower.heartbeat_due {
            return None;
        }
        follower.heartbeat_due = false;
        if let Some(last) = entries.last() {
            follower.sent(last.id.index, bytes);
        }
        let full = !open && follower.state == ProgressState::Replicate;
        let prev = if blind && full { follower.matched.max(self.log.base().index) } else { prev };
        let prev = EntryId::new(prev, self.log.term_at(prev)?);
        let mut buffer = self.spare.take();
        buffer.extend_from_slice(entries);
        let entries = buffer;
        Some((follower.id, AppendRequest { prev, entries, commit: self.commit, round: leader.rounds.current }))
    }

    pub(crate) fn on_append_reply(&mut self, from: NodeId, term: Term, reply: &AppendReply) {
        self.take_append_reply(from, term, reply);
        self.confirm_rounds();
    }

    fn take_append_reply(&mut self, from: NodeId, term: Term, reply: &AppendReply) {
        let (current, now) = (term == self.term, self.now);
        let (by_sending, takes_late) = (self.makes(Mistake::MatchWhatWasSent), self.makes(Mistake::TakeLateReplies));
        let State::Leader(leader) = &mut self.state else {
            return self.emit(|| Event::StaleIgnored { from, term });
        };
        let leader_round = leader.rounds.current;
        let Some(follower) = leader.follower(from).filter(|_| current) else {
            return self.emit(|| Event::StaleIgnored { from, term });
        };
        follower.heard(now);
        let (AppendReply::Accepted { round, .. } | AppendReply::Rejected { round, .. }) = *reply;
        follower.round = follower.round.max(round.min(leader_round));
        match *reply {
            AppendReply::Accepted { matched, .. } => {
                let matched = if by_sending { follower.next.prev() } else { matched };
                if takes_late && matched < follower.matched {
                    (follower.matched, follower.next) = (matched, matched.next());
                }
                let news = follower.accepted(matched);
                follower.acknowledged_in = if news { leader_round } else { follower.acknowledged_in };
                leader.stirred = true;
                if news {
                    self.emit(|| Event::Matched { peer: from, matched });
                    // What is committed already needs no further copy.
                    if matched > self.commit {
                        self.advance_commit();
                    }
                    self.go_on_with_transfer();
                }
            }
            AppendReply::Rejected { hint, round, .. } if follower.denies(hint, round) => {
                let acknowledged = follower.matched;
                if !core::mem::replace(&mut follower.lost_data, true) {
                    self.emit(|| Event::PeerLostData { peer: from, acknowledged, has: hint });
                }
            }
            AppendReply::Rejected { prev, hint, .. } => {
                let by_hints = self.config.settings().go_back_by_hints;
                let agreed = if by_hints { self.log.last_not_above(hint).index } else { prev.prev() };
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
        let unwritten = self.makes(Mistake::AcknowledgeBeforeFsync);
        let any_term = self.makes(Mistake::CommitEarlierTerms);
        let durable = if unwritten { self.log.last().index } else { self.durability.durable() };
        let id = self.id;
        let State::Leader(Leader { followers, scratch, .. }) = &mut self.state else { return };
        let matched = |voter| {
            let position = followers.binary_search_by_key(&voter, |follower| follower.id).ok();
            let follower = position.map_or(LogIndex::ZERO, |position| followers[position].counted());
            if voter == id { durable } else { follower }
        };
        let index = self.memberships.current().committed(matched, scratch);
        if index > self.commit && (any_term || self.log.term_at(index) == Some(self.term)) {
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
        if !heard && !self.makes(Mistake::LeadWithoutQuorum) {
            self.step_down(None, StepDownReason::QuorumLost);
        } else if stalled && dispensable && !self.makes(Mistake::LeadWithStalledDisk) {
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

/// As many of the entries as have `max` bytes together, and at least one; and how many bytes they have.
fn within_bytes(entries: &[Entry], max: u64) -> (&[Entry], u64) {
    let Some(first) = entries.first() else { return (entries, 0) };
    let (mut count, mut bytes) = (1, first.payload.bytes());
    for entry in &entries[1..] {
        let with_it = bytes.saturating_add(entry.payload.bytes());
        if with_it > max {
            break;
        }
        (count, bytes) = (count + 1, with_it);
    }
    (&entries[..count], bytes)
}

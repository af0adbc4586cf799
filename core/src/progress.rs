//! What a leader knows of each follower (Figure 2, "volatile state on leaders").

use alloc::collections::VecDeque;

use crate::log::Log;
use crate::snapshot_request::AskedSnapshot;
use crate::time::Instant;
use crate::types::{EntryId, LogIndex, NodeId};

/// A follower, as its leader sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Progress {
    pub(crate) id: NodeId,
    pub(crate) matched: LogIndex,
    pub(crate) next: LogIndex,
    pub(crate) state: ProgressState,
    /// The last index of each AppendEntries message with entries that is under way.
    pub(crate) in_flight: VecDeque<Flight>,
    /// How many bytes of commands are under way to it.
    in_flight_bytes: u64,
    /// A snapshot that it asked for, which travels beside the entries.
    pub(crate) asked: Option<AskedSnapshot>,
    /// The latest round in which it has answered (§6.4 of the dissertation).
    pub(crate) round: u64,
    pub(crate) heartbeat_due: bool,
    /// Whether it has answered since the leader last looked (§6.2 of the dissertation).
    pub(crate) active: bool,
    /// The round that the leader was in when it last heard of more.
    pub(crate) acknowledged_in: u64,
    /// Whether it denies what it acknowledged.
    pub(crate) lost_data: bool,
    last_contact: Option<Instant>,
    /// How many more heartbeats a part of a snapshot is waited for.
    patience: u8,
}

/// A message with entries that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Flight {
    last: LogIndex,
    bytes: u64,
}

/// How many heartbeats a part of a snapshot is waited for.
pub(crate) const PATIENCE: u8 = 4;

/// How a leader replicates to a follower.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ProgressState {
    /// Looking for the place where the logs agree: one message with entries, then nothing but heartbeats until it is
    /// answered.
    Probe {
        /// Whether that message is sent.
        waiting: bool,
    },
    /// The logs agree: messages are sent one after the other, without waiting for answers.
    Replicate,
    /// The log no longer has what it needs: it gets a snapshot (§7).
    Snapshot {
        /// The last entry that the snapshot covers.
        last: EntryId,
        /// How much of it has arrived there, in bytes.
        acknowledged: u64,
        /// Whether a part is being read or under way.
        waiting: bool,
    },
}

impl Progress {
    /// A follower of which a leader that was just elected knows nothing (§5.3).
    pub(crate) const fn new(id: NodeId, last: LogIndex) -> Self {
        Self {
            id,
            matched: LogIndex::ZERO,
            next: last.next(),
            state: ProgressState::Probe { waiting: false },
            in_flight: VecDeque::new(),
            in_flight_bytes: 0,
            asked: None,
            round: 0,
            heartbeat_due: true,
            active: false,
            acknowledged_in: 0,
            lost_data: false,
            last_contact: None,
            patience: 0,
        }
    }

    /// The follower's name.
    #[must_use]
    pub const fn id(&self) -> NodeId {
        self.id
    }

    /// `matchIndex`: the last index up to which the follower's durable log is known to be the leader's.
    #[must_use]
    pub const fn matched(&self) -> LogIndex {
        self.matched
    }

    /// `nextIndex`: the first index of the next message.
    #[must_use]
    pub const fn next(&self) -> LogIndex {
        self.next
    }

    /// Whether it denies what it acknowledged, so that its disk must have lost it. Until another leader is elected, it
    /// counts for nothing here.
    #[must_use]
    pub const fn has_lost_data(&self) -> bool {
        self.lost_data
    }

    /// How the leader replicates to it.
    #[must_use]
    pub const fn state(&self) -> ProgressState {
        self.state
    }

    /// How many messages with entries are under way to it and not answered.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        match self.state {
            ProgressState::Probe { waiting } => usize::from(waiting),
            ProgressState::Replicate => self.in_flight.len(),
            ProgressState::Snapshot { waiting, .. } => usize::from(waiting),
        }
    }

    /// How many bytes of commands are under way to it and not acknowledged, parts of snapshots not counted.
    #[must_use]
    pub const fn in_flight_bytes(&self) -> u64 {
        self.in_flight_bytes
    }

    /// When the leader last got an answer from it, to entries, to a heartbeat or to a part of a snapshot; nothing if it
    /// has answered nothing in this leader's term.
    #[must_use]
    pub const fn last_contact(&self) -> Option<Instant> {
        self.last_contact
    }

    /// Whether it has answered since the leader last looked whether a majority does; of one that was just added, true
    /// until that look. The leader looks once in each of its shortest election timeouts (§6.2 of the dissertation), and
    /// never if [`check_quorum`](crate::Settings::check_quorum) is off.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        self.active
    }

    /// The last entry of the snapshot that it is being sent, because it is behind or because it asked for one.
    #[must_use]
    pub fn pending_snapshot(&self) -> Option<EntryId> {
        match (self.state, &self.asked) {
            (ProgressState::Snapshot { last, .. }, _) => Some(last),
            (ProgressState::Probe { .. } | ProgressState::Replicate, Some(asked)) => asked.last(),
            (ProgressState::Probe { .. } | ProgressState::Replicate, None) => None,
        }
    }

    /// It has answered.
    pub(crate) const fn heard(&mut self, now: Instant) {
        self.active = !self.lost_data;
        self.last_contact = Some(now);
    }

    /// Whether there is room for a message with entries.
    pub(crate) fn may_send_entries(&self, window: usize, window_bytes: u64) -> bool {
        match self.state {
            ProgressState::Probe { waiting } => !waiting,
            ProgressState::Replicate if self.in_flight.is_empty() => true,
            ProgressState::Replicate => self.in_flight.len() < window && self.in_flight_bytes < window_bytes,
            ProgressState::Snapshot { .. } => false,
        }
    }

    /// Entries up to `last` were sent.
    pub(crate) fn sent(&mut self, last: LogIndex, bytes: u64) {
        match &mut self.state {
            ProgressState::Probe { waiting } => {
                *waiting = true;
                self.in_flight_bytes = bytes;
            }
            ProgressState::Replicate => {
                self.next = last.next();
                self.in_flight.push_back(Flight { last, bytes });
                self.in_flight_bytes += bytes;
            }
            ProgressState::Snapshot { .. } => {}
        }
    }

    /// The follower's log agrees up to `matched`. True if that was not known.
    pub(crate) fn accepted(&mut self, matched: LogIndex) -> bool {
        while let Some(&flight) = self.in_flight.front().filter(|flight| flight.last <= matched) {
            self.in_flight.pop_front();
            self.in_flight_bytes -= flight.bytes;
        }
        let news = matched > self.matched;
        self.matched = self.matched.max(matched);
        let found = match self.state {
            ProgressState::Probe { .. } => matched.next() >= self.next,
            ProgressState::Replicate => false,
            ProgressState::Snapshot { last, .. } => matched >= last.index,
        };
        if found {
            self.state = ProgressState::Replicate;
            self.forget_flights();
        }
        self.next = self.next.max(matched.next());
        news
    }

    /// The follower does not have the entry at `prev`; of its log, nothing after `agreed` can be the leader's. True if
    /// that is news, and not an answer that came late.
    pub(crate) fn rejected(&mut self, prev: LogIndex, agreed: LogIndex) -> bool {
        let late = match self.state {
            ProgressState::Probe { .. } => prev != self.next.prev(),
            ProgressState::Replicate => false,
            // It says again that it lacks what the snapshot brings.
            ProgressState::Snapshot { .. } => true,
        };
        // What was acknowledged is durable there. To believe a follower that denies it would mean to send the same
        // again, as fast as it refuses.
        if late || prev <= self.matched {
            return false;
        }
        self.next = match self.state {
            ProgressState::Probe { .. } => agreed.next().min(prev).max(self.matched.next()),
            ProgressState::Replicate | ProgressState::Snapshot { .. } => self.matched.next(),
        };
        self.state = ProgressState::Probe { waiting: false };
        self.forget_flights();
        true
    }

    /// Whether a follower that refused in `round`, and has nothing after `has` that can be the leader's, denies what it
    /// acknowledged: it was asked after it had done so. What it refused before may only have come late.
    pub(crate) fn denies(&self, has: EntryId, round: u64) -> bool {
        has.index < self.matched && round > self.acknowledged_in
    }

    /// How far its copy of the log counts (§5.3).
    pub(crate) fn counted(&self) -> LogIndex {
        if self.lost_data { LogIndex::ZERO } else { self.matched }
    }

    fn forget_flights(&mut self) {
        self.in_flight.clear();
        self.in_flight_bytes = 0;
    }

    /// A part of the snapshot of `last` is asked for.
    pub(crate) fn start_snapshot(&mut self, last: EntryId, offset: u64) {
        self.state = ProgressState::Snapshot { last, acknowledged: offset, waiting: true };
        self.patience = PATIENCE;
        self.forget_flights();
        // This one may be what it asked for. If not, it asks again.
        self.asked = None;
    }

    /// So much of the snapshot of `last` has arrived. True if the next part can go.
    pub(crate) fn snapshot_received(&mut self, last: EntryId, received: u64) -> bool {
        let ProgressState::Snapshot { last: ours, acknowledged, waiting } = &mut self.state else {
            return self.asked.as_mut().is_some_and(|asked| asked.received(last, received));
        };
        // An answer that came late says less than is known.
        if *ours != last || (received <= *acknowledged && received != 0) {
            return false;
        }
        (*acknowledged, *waiting) = (received, false);
        true
    }

    /// It is time for a heartbeat. A part of a snapshot that was not answered for a few of them is sent again.
    pub(crate) fn heartbeat(&mut self) {
        self.heartbeat_due = true;
        if let ProgressState::Snapshot { waiting: waiting @ true, .. } = &mut self.state {
            self.patience = self.patience.saturating_sub(1);
            *waiting = self.patience > 0;
        }
        self.asked.take_if(AskedSnapshot::heartbeat);
    }

    /// Whether the host was asked for the part of the snapshot of `last` from `offset` on.
    pub(crate) fn waits_for_chunk(&self, last: EntryId, offset: u64) -> bool {
        self.state == ProgressState::Snapshot { last, acknowledged: offset, waiting: true }
            || self.asked.as_ref().is_some_and(|asked| asked.waits_for_chunk(last, offset))
    }

    /// The index before the next entries, if the log still has it.
    pub(crate) fn prev(&self, log: &Log) -> LogIndex {
        self.next.prev().max(log.base().index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replicating(matched: u64, last: u64) -> Progress {
        let mut progress = Progress::new(NodeId(2), LogIndex(last));
        progress.next = LogIndex(matched + 1);
        assert!(progress.accepted(LogIndex(matched)));
        progress
    }

    #[test]
    fn a_probe_waits_for_its_answer() {
        let mut progress = Progress::new(NodeId(2), LogIndex(4));
        assert!(progress.may_send_entries(1, 9));
        progress.sent(LogIndex(5), 1);
        assert!(!progress.may_send_entries(1, 9));
        assert_eq!(progress.next(), LogIndex(5), "until it is answered, the next index stays");
        assert!(progress.accepted(LogIndex(5)));
        assert_eq!((progress.state(), progress.next()), (ProgressState::Replicate, LogIndex(6)));
    }

    #[test]
    fn a_full_window_opens_with_the_answers() {
        let mut progress = replicating(4, 4);
        progress.sent(LogIndex(5), 1);
        progress.sent(LogIndex(6), 1);
        assert!(!progress.may_send_entries(2, 9));
        assert!(progress.accepted(LogIndex(5)));
        assert!(progress.may_send_entries(2, 9));
    }

    #[test]
    fn late_answers_move_nothing_back() {
        let mut progress = replicating(4, 4);
        assert!(!progress.accepted(LogIndex(2)));
        assert_eq!((progress.matched(), progress.next()), (LogIndex(4), LogIndex(5)));
        assert!(!progress.rejected(LogIndex(4), LogIndex(1)));
        assert_eq!(progress.state(), ProgressState::Replicate);
    }

    #[test]
    fn a_lost_message_sends_the_leader_back_to_what_matched() {
        let mut progress = replicating(4, 4);
        progress.sent(LogIndex(7), 1);
        progress.sent(LogIndex(9), 1);
        assert!(progress.rejected(LogIndex(7), LogIndex(4)));
        assert_eq!((progress.state(), progress.next()), (ProgressState::Probe { waiting: false }, LogIndex(5)));
        assert_eq!(progress.in_flight(), 0);
    }

    #[test]
    fn a_rejected_probe_goes_back_at_least_one_and_never_below_what_matched() {
        for (prev, agreed, expected) in [(9, 3, 4), (9, 9, 9), (9, 0, 1)] {
            let mut progress = Progress::new(NodeId(2), LogIndex(9));
            assert!(progress.rejected(LogIndex(prev), LogIndex(agreed)));
            assert_eq!(progress.next(), LogIndex(expected), "prev {prev}, agreed {agreed}");
        }
    }
}

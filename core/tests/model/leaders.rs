//! Imaginary leaders: what is true. Each term has one, each has the log of an earlier one from what is committed on, and
//! each only appends.

use std::collections::BTreeMap;

use raftarium_core::{Change, Entry, EntryId, LogIndex, Membership, Message, NodeId, Payload, Term};

use crate::harness::{entry, id, message, voters};

pub(crate) struct Leaders {
    pub(crate) term: u64,
    /// The log of each term's leader, as far as it got.
    logs: BTreeMap<u64, Vec<Entry>>,
    /// What is committed, from index 1 on.
    pub(crate) committed: Vec<Entry>,
}

/// Who belongs to the cluster at the beginning.
pub(crate) fn first_membership() -> Membership {
    voters(3)
}

/// What holds after these entries: naively, what the last one says that says something, or else what held before.
pub(crate) fn membership_after(before: Membership, log: &[Entry]) -> Membership {
    let carried = |entry: &Entry| match &entry.payload {
        Payload::Membership(membership) => Some(Membership::clone(membership)),
        Payload::NoOp | Payload::Command(_) => None,
    };
    log.iter().rev().find_map(carried).unwrap_or(before)
}

pub(crate) fn last_of(log: &[Entry]) -> EntryId {
    log.last().map_or(EntryId::ZERO, |entry| entry.id)
}

impl Leaders {
    pub(crate) fn new() -> Self {
        Self { term: 1, logs: BTreeMap::from([(1, vec![])]), committed: vec![] }
    }

    pub(crate) fn log(&self) -> &[Entry] {
        &self.logs[&self.term]
    }

    /// The log of a term's leader.
    pub(crate) fn log_of(&self, term: Term) -> &[Entry] {
        self.logs.get(&term.0).map_or(&[], |log| log)
    }

    /// The next leader has what is committed, and as much as it likes of the log of an earlier leader.
    pub(crate) fn elect(&mut self, earlier: usize, kept: usize, skipped: u64) {
        let possible: Vec<_> = self.logs.values().filter(|log| log.starts_with(&self.committed)).collect();
        let mut log = possible[earlier % possible.len()].clone();
        let more = log.len() - self.committed.len();
        log.truncate(self.committed.len() + kept % (more + 1));
        self.term += 1 + skipped;
        self.logs.insert(self.term, log);
    }

    pub(crate) fn append(&mut self, kind: u8) {
        let (term, index) = (self.term, self.log().len() as u64 + 1);
        let mut entry = entry(index, term);
        match kind {
            0 => entry.payload = Payload::NoOp,
            1..=4 => entry.payload = Payload::Membership(Box::new(some_membership(kind))),
            _ => {}
        }
        self.logs.get_mut(&term).expect("the leader").push(entry);
    }

    pub(crate) fn commit(&mut self, more: usize) {
        let through = (self.committed.len() + more).min(self.log().len());
        self.committed = self.log()[..through].to_vec();
    }

    /// An AppendEntries of the leader's, with up to so many of its entries, and its commit index or so much less.
    pub(crate) fn entries(&self, after: usize, count: usize, less: usize) -> Message {
        let log = self.log();
        let after = after % (log.len() + 1);
        let commit = self.committed.len().saturating_sub(less);
        let entries = log[after..(after + count).min(log.len())].to_vec();
        let (prev, commit) = (last_of(&log[..after]), LogIndex(commit as u64));
        let request = raftarium_core::AppendRequest { prev, entries, commit, round: 0 };
        message(self.name(), 1, self.term, raftarium_core::Body::AppendRequest(request))
    }

    /// How much of a log is the leader's.
    pub(crate) fn agree(&self, log: &[Entry]) -> usize {
        self.log().iter().zip(log).take_while(|(theirs, ours)| theirs == ours).count()
    }

    /// A part of a snapshot of what is committed: of eight bytes, the first half, the second, or all.
    pub(crate) fn snapshot(&self, through: usize, part: u8) -> Option<Message> {
        let through = &self.committed[..=through.checked_rem(self.committed.len())?];
        let (offset, data, done) = match part % 3 {
            0 => (0, &b"half"[..], false),
            1 => (4, &b"half"[..], true),
            _ => (0, &b"complete"[..], true),
        };
        let membership = Box::new(membership_after(first_membership(), through));
        let last = last_of(through);
        let chunk = raftarium_core::SnapshotChunk { last, membership, offset, data: data.into(), done };
        Some(message(self.name(), 1, self.term, raftarium_core::Body::SnapshotChunk(chunk)))
    }

    /// The leader of the term is one of S2 to S4.
    fn name(&self) -> u64 {
        2 + self.term % 3
    }
}

fn some_membership(kind: u8) -> Membership {
    let ids = |ids: &[u64]| ids.iter().copied().map(NodeId).collect::<Vec<_>>();
    let joint = voters(3).enter_joint(&[Change::AddVoter(id(4)), Change::AddLearner(id(2))], kind == 2);
    match kind {
        1 => voters(5),
        2 | 3 => joint.expect("voters are left"),
        _ => Membership::with_learners(ids(&[2, 3]), ids(&[1, 6])).expect("none twice"),
    }
}

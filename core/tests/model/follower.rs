//! The model of a follower: a list of entries, from index 1 on as if nothing was ever compacted, and a few numbers.

use raftarium_core::{
    AppendRequest, Body, Entry, EntryId, LogIndex, Membership, Message, Node, Role, SnapshotChunk, Term,
};

use super::leaders::{first_membership, last_of, membership_after};

#[derive(Clone, Debug)]
pub(crate) struct Follower {
    pub(crate) term: u64,
    pub(crate) log: Vec<Entry>,
    /// How much of the log a snapshot has.
    pub(crate) base: usize,
    pub(crate) commit: usize,
    /// Whether it knows who belonged to the cluster at the beginning.
    pub(crate) knows: bool,
    /// What has arrived of a snapshot: its leader's term, its last entry, and how many bytes.
    arriving: Option<(u64, EntryId, u64)>,
}

impl Follower {
    pub(crate) fn new(term: u64, log: Vec<Entry>, base: usize, commit: usize, knows: bool) -> Self {
        Self { term, log, base, commit, knows, arriving: None }
    }

    pub(crate) fn membership_at(&self, index: usize) -> Membership {
        let before = if self.knows { first_membership() } else { Membership::nobody() };
        membership_after(before, &self.log[..index])
    }

    /// Figure 2 and Figure 13, word by word. `committed` is the truth, which a snapshot carries.
    pub(crate) fn receive(&mut self, message: &Message, committed: &[Entry]) {
        if message.term.0 < self.term {
            return;
        }
        self.term = message.term.0;
        match &message.body {
            Body::AppendRequest(request) => self.append(request),
            Body::SnapshotChunk(chunk) => self.take_part(chunk, committed),
            Body::VoteRequest(_)
            | Body::VoteReply(_)
            | Body::AppendReply(_)
            | Body::SnapshotReply(_)
            | Body::ReadRequest(_)
            | Body::ReadReply { .. }
            | Body::ProposalRequest(_)
            | Body::ProposalReply(_)
            | Body::SnapshotRequest { .. }
            | Body::TimeoutNow => unreachable!("leaders do not say this here"),
        }
    }

    fn append(&mut self, request: &AppendRequest) {
        let before = place(request.prev.index);
        if self.log.len() < before || last_of(&self.log[..before]) != request.prev {
            return;
        }
        for entry in &request.entries {
            let place = place(entry.id.index) - 1;
            if self.log.get(place).map(|ours| ours.id) != Some(entry.id) {
                self.log.truncate(place);
                self.log.push(entry.clone());
            }
        }
        self.commit = self.commit.max(place(request.commit).min(before + request.entries.len()));
    }

    fn take_part(&mut self, chunk: &SnapshotChunk, committed: &[Entry]) {
        let through = place(chunk.last.index);
        if through <= self.commit {
            return;
        }
        let has = self.log.get(through - 1).map(|ours| ours.id) == Some(chunk.last);
        if has && !self.membership_at(through).voters().is_empty() {
            self.commit = through;
            return;
        }
        let same = self.arriving.filter(|&(term, last, _)| (term, last) == (self.term, chunk.last));
        let so_far = same.map_or(0, |(_, _, so_far)| so_far);
        if chunk.offset != so_far {
            return;
        }
        if !chunk.done {
            self.arriving = Some((self.term, chunk.last, so_far + chunk.data.len() as u64));
            return;
        }
        self.arriving = None;
        if self.log.get(through - 1).map(|ours| ours.id) != Some(chunk.last) {
            self.log.clear();
        }
        // What it covers is the same in every log that has its last entry.
        let rest = self.log.split_off(through.min(self.log.len()));
        self.log = [&committed[..through], &rest[..]].concat();
        (self.base, self.commit, self.knows) = (through, through, true);
    }

    /// The server is what the model is.
    pub(crate) fn check(&self, node: &Node) {
        let expected = (Role::Follower, Term(self.term), LogIndex(self.commit as u64));
        assert_eq!((node.role(), node.hard_state().term, node.hard_state().commit), expected);
        assert_eq!(node.log().base(), last_of(&self.log[..self.base]), "the base of the log");
        assert_eq!(node.log().entries(), &self.log[self.base..], "the log");
        assert_eq!(node.membership(), &self.membership_at(self.log.len()), "the membership in force");
        let mut then = self.membership_at(self.base);
        for index in self.base..=self.log.len() {
            if index > self.base {
                then = membership_after(then, &self.log[index - 1..index]);
            }
            let known = (!then.voters().is_empty()).then_some(&then);
            assert_eq!(node.membership_at(LogIndex(index as u64)), known, "the membership at {index}");
        }
        let bytes = self.log[self.base..].iter().map(|entry| match &entry.payload {
            raftarium_core::Payload::Command(command) => command.len() as u64,
            raftarium_core::Payload::NoOp | raftarium_core::Payload::Membership(_) => 0,
        });
        assert_eq!(node.log().bytes(), bytes.sum::<u64>(), "the bytes of the log");
    }
}

pub(crate) fn place(index: LogIndex) -> usize {
    usize::try_from(index.0).expect("small")
}

//! A server that follows imaginary leaders, its host, and its disk: each write must leave on the disk what the model was
//! when the write was asked for.

use std::collections::VecDeque;

use proptest::prelude::*;
use raftarium_core::{
    AppendReply, Body, Boot, DurableState, Entry, EntryId, HardState, Instant, LogIndex, Membership, Message, Node,
    Output, PersistId, Send,
};

use super::follower::{Follower, place};
use super::leaders::{Leaders, first_membership, last_of};
use crate::harness::{config, id};

#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Another leader: with a part of the log of an earlier one, so many terms later.
    Elect(usize, usize, u64),
    Append(Vec<u8>),
    Commit(usize),
    SendEntries(usize, usize),
    /// Entries from where the logs agree, or so many before, arrive; the leader knows of so many fewer commits.
    Replicate(usize, usize, usize),
    SendSnapshot(usize, u8),
    /// A whole snapshot arrives, of so much more than is known to be committed.
    Install(usize),
    Deliver(usize),
    /// The message stays on the wire, and may come again.
    DeliverAndKeep(usize),
    Poll(usize),
    Write(usize),
    /// All outputs are taken and all writes are finished.
    Settle,
    /// The state machine may be on the disk, too, and go on where it was.
    Crash(bool),
    Compact(usize),
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let some = 0..100_usize;
    prop_oneof![
        3 => (some.clone(), some.clone(), 0..3_u64).prop_map(|(earlier, kept, skipped)| Step::Elect(earlier, kept, skipped)),
        4 => proptest::collection::vec(0..12_u8, 1..4).prop_map(Step::Append),
        3 => (1..4_usize).prop_map(Step::Commit),
        4 => (some.clone(), 0..4_usize).prop_map(|(after, count)| Step::SendEntries(after, count)),
        8 => (0..3_usize, 0..6_usize, 0..6_usize).prop_map(|(back, count, less)| Step::Replicate(back, count, less)),
        1 => (some.clone(), any::<u8>()).prop_map(|(through, part)| Step::SendSnapshot(through, part)),
        3 => (0..4_usize).prop_map(Step::Install),
        8 => some.clone().prop_map(Step::Deliver),
        4 => some.clone().prop_map(Step::DeliverAndKeep),
        4 => (1..4_usize).prop_map(Step::Poll),
        3 => (1..3_usize).prop_map(Step::Write),
        2 => Just(Step::Settle),
        1 => any::<bool>().prop_map(Step::Crash),
        1 => some.prop_map(Step::Compact),
    ]
}

/// Runs the steps on one of three voters, or on a server that is going to join.
pub(crate) fn run(joins: bool, steps: &[Step]) {
    let (mut leaders, mut wire) = (Leaders::new(), Vec::new());
    let mut host = Host::new(joins);
    for step in steps {
        match step {
            Step::Elect(earlier, kept, skipped) => leaders.elect(*earlier, *kept, *skipped),
            Step::Append(kinds) => kinds.iter().for_each(|&kind| leaders.append(kind)),
            Step::Commit(more) => leaders.commit(*more),
            Step::SendEntries(after, count) => wire.push(leaders.entries(*after, *count, 0)),
            Step::Replicate(back, count, less) => {
                let after = leaders.agree(&host.model.log).saturating_sub(*back);
                host.receive(leaders.entries(after, *count, *less), &leaders);
            }
            Step::Install(more) => {
                if let Some(message) = leaders.snapshot(host.model.commit + more, 2) {
                    host.receive(message, &leaders);
                }
            }
            Step::SendSnapshot(through, part) => wire.extend(leaders.snapshot(*through, *part)),
            Step::Deliver(number) | Step::DeliverAndKeep(number) => {
                let Some(position) = number.checked_rem(wire.len()) else { continue };
                let keep = matches!(step, Step::DeliverAndKeep(_));
                let message = if keep { wire[position].clone() } else { wire.remove(position) };
                host.receive(message, &leaders);
            }
            Step::Poll(count) => (0..*count).for_each(|_| _ = host.poll(&leaders)),
            Step::Write(count) => (0..*count).for_each(|_| _ = host.write(&leaders)),
            Step::Settle => host.settle(&leaders),
            Step::Crash(keeps_state) => host.crash(*keeps_state, &leaders),
            Step::Compact(number) => host.compact(*number),
        }
        host.check(&leaders);
    }
    host.settle(&leaders);
}

struct Write {
    id: PersistId,
    hard_state: Option<HardState>,
    install: Option<(EntryId, Membership, bool)>,
    entries: Vec<Entry>,
    /// What the server was when it asked for the write.
    then: Follower,
}

struct Host {
    node: Node,
    model: Follower,
    disk: DurableState,
    writes: VecDeque<Write>,
    waiting: Vec<Send>,
    /// Whether the disk says who belonged to the cluster at the beginning, by a snapshot or from the start.
    disk_knows: bool,
    /// How far the state machine is.
    applied: usize,
}

const NOW: Instant = Instant::ZERO;

fn start(disk: DurableState, boot: u64) -> Node {
    Node::start(id(1), config(|_| {}), disk, Boot(boot), NOW).expect("its own disk")
}

impl Host {
    fn new(joins: bool) -> Self {
        let disk = DurableState::new(if joins { Membership::nobody() } else { first_membership() });
        let (node, model) = (start(disk.clone(), 1), Follower::new(0, vec![], 0, 0, !joins));
        Self { node, model, disk, writes: VecDeque::new(), waiting: vec![], disk_knows: !joins, applied: 0 }
    }

    fn receive(&mut self, message: Message, leaders: &Leaders) {
        self.model.receive(&message, &leaders.committed);
        self.node.receive(NOW, message).expect("leaders say what can be");
    }

    fn poll(&mut self, leaders: &Leaders) -> bool {
        match self.node.poll() {
            None => return false,
            Some(Output::Persist(write)) => {
                let install = write.snapshot.map(|it| (it.last, it.membership.clone(), it.keep_suffix));
                let (id, hard_state, entries) = (write.id, write.hard_state, write.entries.to_vec());
                self.writes.push_back(Write { id, hard_state, install, entries, then: self.model.clone() });
            }
            Some(Output::Send(send)) if send.after.is_some() => self.waiting.push(send),
            Some(Output::Send(send)) => self.leaves(&send.message, leaders),
            Some(Output::Apply(entries)) => {
                let (before, last) = (self.applied, entries.last().expect("never empty").id.index);
                assert_eq!(entries, &leaders.committed[before..place(last)], "what is committed, in order");
                self.applied = place(last);
                assert!(place(last) <= self.full(leaders).len(), "{last} is applied before it is on the disk");
                self.node.applied(NOW, last).expect("it was handed out");
            }
            Some(Output::KeepChunk(_)) => {}
            Some(other) => panic!("a follower has no use for {other:?}"),
        }
        true
    }

    fn write(&mut self, leaders: &Leaders) -> bool {
        let Some(Write { id, hard_state, install, entries, then }) = self.writes.pop_front() else { return false };
        let disk = &mut self.disk;
        disk.hard_state = hard_state.unwrap_or(disk.hard_state);
        if let Some((last, membership, keeps)) = install {
            disk.entries.retain(|entry| keeps && entry.id.index > last.index);
            (disk.base, disk.membership) = (last, membership);
            self.disk_knows = true;
            self.applied = place(last.index);
        }
        if let Some(first) = entries.first() {
            disk.entries.retain(|entry| entry.id.index < first.id.index);
            disk.entries.extend(entries);
        }
        assert_eq!((self.disk.hard_state.term.0, self.full(leaders)), (then.term, then.log), "on the disk after {id}");
        self.node.persisted(NOW, id).expect("it was under way");
        let (leave, stay) = self.waiting.drain(..).partition(|send| send.after.is_some_and(|after| after <= id));
        self.waiting = stay;
        let leave: Vec<Send> = leave;
        leave.iter().for_each(|send| self.leaves(&send.message, leaders));
        true
    }

    fn settle(&mut self, leaders: &Leaders) {
        while self.poll(leaders) || self.write(leaders) {}
        self.check(leaders);
        assert_eq!(self.node.durable_index(), last_of(&self.model.log).index, "all is durable");
        assert_eq!(self.full(leaders), self.model.log, "all is on the disk");
        assert_eq!(self.applied, self.model.commit, "all that is committed is applied");
        assert!(self.waiting.is_empty(), "nothing waits");
    }

    fn crash(&mut self, keeps_state: bool, leaders: &Leaders) {
        self.writes.clear();
        self.waiting.clear();
        let base = place(self.disk.base.index);
        self.applied = if keeps_state { self.applied.max(base) } else { base };
        self.disk.applied = LogIndex(self.applied as u64);
        let hard_state = self.disk.hard_state;
        assert!(place(hard_state.commit) <= self.model.commit, "{hard_state:?} is ahead");
        let commit = place(hard_state.commit).max(self.applied);
        self.model = Follower::new(hard_state.term.0, self.full(leaders), base, commit, self.disk_knows);
        self.node = start(self.disk.clone(), self.node.boot().0 + 1);
    }

    fn compact(&mut self, number: usize) {
        let (base, applied) = (self.model.base, place(self.node.applied_index()));
        let through = base + 1 + number % (applied - base + 1);
        let possible = through <= applied && !self.model.membership_at(through).voters().is_empty();
        let done = self.node.compact(NOW, LogIndex(through as u64));
        assert_eq!(done.is_ok(), possible, "{done:?}: {base}, {through}, {applied}");
        if possible {
            self.model.base = through;
            self.disk.entries.retain(|entry| place(entry.id.index) > through);
            self.disk.base = last_of(&self.model.log[..through]);
            self.disk.membership = self.model.membership_at(through);
        }
    }

    /// What the disk has, as if nothing had been compacted: a snapshot has what is committed.
    fn full(&self, leaders: &Leaders) -> Vec<Entry> {
        [&leaders.committed[..place(self.disk.base.index)], &self.disk.entries[..]].concat()
    }

    fn check(&self, leaders: &Leaders) {
        self.model.check(&self.node);
        // No crash, after however many of the writes that are under way, takes what the server takes to be durable.
        let durable = place(self.node.durable_index());
        let now = self.full(leaders);
        for after in self.writes.iter().map(|write| &write.then.log).chain([&now]) {
            let kept = after.get(..durable).is_some_and(|kept| self.model.log.starts_with(kept));
            assert!(kept, "{durable} are taken to be durable, and a crash may leave {after:?}");
        }
    }

    /// What a follower acknowledges to the leader of its term is on its disk, as that leader has it.
    fn leaves(&self, message: &Message, leaders: &Leaders) {
        let Body::AppendReply(AppendReply::Accepted { matched, .. }) = &message.body else { return };
        assert!(self.disk.hard_state.term >= message.term, "{message:?} is of a term that is not on the disk");
        if self.disk.hard_state.term == message.term {
            let (ours, theirs) = (self.full(leaders), leaders.log_of(message.term));
            assert_eq!(ours.get(..place(*matched)), theirs.get(..place(*matched)), "{message:?}");
        }
    }
}

//! `race-noraft`: noraft in the race.
//!
//! It replicates positions and knows nothing of payloads, so its host keeps them: a message with entries takes a copy of
//! their payloads along, which the follower adds to its store. All buffers are used again.

use std::ops::Range;
use std::process::ExitCode;

use bytes::Bytes;
use noraft::{Action, LogEntry, LogIndex, Message, Node, NodeId};
use raftarium_bench::{Applied, COMPACT_EVERY, Cell, Cluster};

fn main() -> ExitCode {
    raftarium_bench::main::<Noraft>()
}

struct Noraft {
    servers: Vec<Server>,
    messages: u64,
    mail: Vec<Packet>,
    delivered: Vec<Packet>,
    /// Empty ones, to be used again.
    buffers: Vec<Payloads>,
}

struct Server {
    node: Node,
    /// Those of the entries in the log. An entry of noraft's own has an empty one.
    store: Payloads,
    /// The entry before the first payload in the store.
    compacted: u64,
    applied: Applied,
    applied_index: u64,
}

struct Packet {
    to: NodeId,
    message: Message,
    payloads: Payloads,
}

/// Payloads, one behind the other.
#[derive(Default)]
struct Payloads {
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
}

impl Cluster for Noraft {
    fn start(cell: Cell) -> Self {
        let ids: Vec<_> = (0..cell.nodes).map(NodeId::new).collect();
        let server = |&id| Server {
            node: Node::start(id),
            store: Payloads::default(),
            compacted: 0,
            applied: Applied::default(),
            applied_index: 0,
        };
        let servers = ids.iter().map(server).collect();
        let mut cluster = Self { servers, messages: 0, mail: Vec::new(), delivered: Vec::new(), buffers: Vec::new() };
        // The leader proposes two entries of noraft's own: the members, and its term.
        cluster.servers[0].node.create_cluster(&ids);
        cluster.servers[0].store.push(&[]);
        cluster.servers[0].store.push(&[]);
        cluster.settle();
        assert!(cluster.servers[0].node.role().is_leader(), "all are there, so it is elected");
        cluster
    }

    fn propose(&mut self, payload: &Bytes) {
        let leader = &mut self.servers[0];
        let position = leader.node.propose_command();
        assert!(!position.is_invalid(), "it leads");
        leader.store.push(payload);
    }

    fn settle(&mut self) {
        loop {
            for here in 0..self.servers.len() {
                self.carry_out(here);
            }
            if self.mail.is_empty() {
                return;
            }
            std::mem::swap(&mut self.mail, &mut self.delivered);
            for packet in self.delivered.drain(..) {
                self.messages += 1;
                let Packet { to, message, mut payloads } = packet;
                self.servers[to.get() as usize].receive(&message, &payloads);
                payloads.clear();
                self.buffers.push(payloads);
            }
        }
    }

    fn tick(&mut self) {
        self.servers[0].node.heartbeat();
    }

    fn messages(&self) -> u64 {
        self.messages
    }

    fn applied(&self) -> Vec<Applied> {
        self.servers.iter().map(|server| server.applied).collect()
    }
}

impl Noraft {
    fn carry_out(&mut self, here: usize) {
        while let Some(action) = self.servers[here].node.actions_mut().next() {
            match action {
                Action::BroadcastMessage(message) => {
                    for peer in (0..self.servers.len()).filter(|&peer| peer != here) {
                        self.send(here, NodeId::new(peer as u64), message.clone());
                    }
                }
                Action::SendMessage(to, message) => self.send(here, to, message),
                // Payloads are stored when they are proposed or received; nothing here has a disk or a clock.
                Action::AppendLogEntries(_)
                | Action::SetElectionTimeout
                | Action::SaveCurrentTerm
                | Action::SaveVotedFor => {}
                Action::InstallSnapshot(_) => unreachable!("nobody lags behind"),
            }
        }
        self.servers[here].apply();
    }

    fn send(&mut self, here: usize, to: NodeId, message: Message) {
        let mut payloads = self.buffers.pop().unwrap_or_default();
        if let Message::AppendEntriesCall { entries, .. } = &message {
            let Server { store, compacted, .. } = &self.servers[here];
            payloads.copy_from(
                store,
                *compacted,
                entries.prev_position().index.get()..entries.last_position().index.get(),
            );
        }
        self.mail.push(Packet { to, message, payloads });
    }
}

impl Server {
    fn receive(&mut self, message: &Message, payloads: &Payloads) {
        self.node.handle_message(message);
        if let Message::AppendEntriesCall { entries, .. } = message {
            let (first, have) = (entries.prev_position().index.get(), self.compacted + self.store.ends.len() as u64);
            // What it has taken of the message, which is nothing if something before it is missing.
            let last = self.node.log().last_position().index.get();
            self.store.copy_from(payloads, first, have..last);
        }
    }

    fn apply(&mut self) {
        let commit = self.node.commit_index().get();
        for index in self.applied_index + 1..=commit {
            // Only the first two entries of the race are noraft's own.
            if index > 2 || self.node.log().entries().get_entry(LogIndex::new(index)) == Some(LogEntry::Command) {
                self.applied.apply(self.store.get((index - self.compacted) as usize - 1));
            }
        }
        self.applied_index = commit;
        if commit - self.compacted >= COMPACT_EVERY {
            let found = self.node.log().get_position_and_config(LogIndex::new(commit));
            let (position, config) = found.expect("it is in the log");
            let config = config.clone();
            assert!(self.node.handle_snapshot_installed(position, config), "it is a snapshot of its own log");
            self.store.drop_first((commit - self.compacted) as usize);
            self.compacted = commit;
        }
    }
}

impl Payloads {
    fn push(&mut self, payload: &[u8]) {
        self.bytes.extend_from_slice(payload);
        self.ends.push(self.bytes.len());
    }

    /// Where the payload at `position` starts.
    fn start(&self, position: usize) -> usize {
        position.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    fn get(&self, position: usize) -> &[u8] {
        &self.bytes[self.start(position)..self.ends[position]]
    }

    /// Adds the payloads after `range.start`, up to and with `range.end`, from `other`, whose first is the one after
    /// `before`.
    fn copy_from(&mut self, other: &Self, before: u64, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        let (first, last) = ((range.start - before) as usize, (range.end - before) as usize);
        let (start, here) = (other.start(first), self.bytes.len());
        self.bytes.extend_from_slice(&other.bytes[start..other.ends[last - 1]]);
        self.ends.extend(other.ends[first..last].iter().map(|end| end - start + here));
    }

    /// What is left is at most the window that is under way, so moving it to the front is cheap.
    fn drop_first(&mut self, count: usize) {
        let start = self.start(count);
        self.bytes.drain(..start);
        self.ends.drain(..count);
        self.ends.iter_mut().for_each(|end| *end -= start);
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}

//! `race-raft-rs`: raft-rs in the race: as it comes, or with `best` as the last word, with all that makes it faster.

use std::env;
use std::process::ExitCode;

use bytes::Bytes;
use raft::eraftpb::{ConfState, Entry, EntryType, Message};
use raft::storage::MemStorage;
use raft::{Config, RawNode, StateRole};
use raftarium_bench::{Applied, COMPACT_EVERY, Cell, Cluster};

fn main() -> ExitCode {
    if env::args().next_back().is_some_and(|word| word == "best") {
        raftarium_bench::main::<RaftRs<true>>()
    } else {
        raftarium_bench::main::<RaftRs<false>>()
    }
}

struct RaftRs<const BEST: bool> {
    servers: Vec<Server>,
    messages: u64,
    mail: Vec<Message>,
    delivered: Vec<Message>,
}

struct Server {
    node: RawNode<MemStorage>,
    applied: Applied,
    compacted: u64,
}

impl<const BEST: bool> Cluster for RaftRs<BEST> {
    fn start(cell: Cell) -> Self {
        let ids: Vec<_> = (1..=cell.nodes).collect();
        let logger = slog::Logger::root(slog::Discard, slog::o!());
        let server = |&id| {
            // The sizes are those that its documentation recommends: left alone, a message carries one entry, and a window
            // of 1024 makes it fifty times slower.
            let sizes = Config { id, max_size_per_msg: 1 << 20, max_inflight_msgs: 256, ..Config::default() };
            let config = Config { skip_bcast_commit: BEST, batch_append: BEST, ..sizes };
            let storage = MemStorage::new_with_conf_state(ConfState::from((ids.clone(), vec![])));
            let node = RawNode::new(&config, storage, &logger).expect("valid");
            Server { node, applied: Applied::default(), compacted: 0 }
        };
        let servers = ids.iter().map(server).collect();
        let mut cluster = Self { servers, messages: 0, mail: Vec::new(), delivered: Vec::new() };
        cluster.servers[0].node.campaign().expect("a voter may campaign");
        cluster.settle();
        assert_eq!(cluster.servers[0].node.raft.state, StateRole::Leader, "all are there, so it is elected");
        cluster
    }

    fn propose(&mut self, payload: &Bytes) {
        self.servers[0].node.propose(Vec::new(), payload.to_vec()).expect("it leads");
    }

    fn settle(&mut self) {
        loop {
            for server in &mut self.servers {
                server.carry_out(&mut self.mail);
            }
            if self.mail.is_empty() {
                return;
            }
            std::mem::swap(&mut self.mail, &mut self.delivered);
            for message in self.delivered.drain(..) {
                self.messages += 1;
                let receiver = &mut self.servers[message.to as usize - 1];
                receiver.node.step(message).expect("peers are correct");
            }
        }
    }

    fn tick(&mut self) {
        self.servers[0].node.ping();
    }

    fn messages(&self) -> u64 {
        self.messages
    }

    fn applied(&self) -> Vec<Applied> {
        self.servers.iter().map(|server| server.applied).collect()
    }
}

impl Server {
    fn carry_out(&mut self, mail: &mut Vec<Message>) {
        while self.node.has_ready() {
            let mut ready = self.node.ready();
            mail.append(&mut ready.take_messages());
            self.apply(&ready.take_committed_entries());
            if !ready.entries().is_empty() {
                self.node.mut_store().wl().append(ready.entries()).expect("in memory");
            }
            if let Some(state) = ready.hs() {
                self.node.mut_store().wl().set_hardstate(state.clone());
            }
            mail.append(&mut ready.take_persisted_messages());
            let mut light = self.node.advance(ready);
            if let Some(commit) = light.commit_index() {
                self.node.mut_store().wl().mut_hard_state().set_commit(commit);
            }
            mail.append(&mut light.take_messages());
            self.apply(&light.take_committed_entries());
            self.node.advance_apply();
            let applied = self.node.raft.raft_log.applied;
            if applied - self.compacted >= COMPACT_EVERY {
                // Its storage in memory must keep one entry to know where it is.
                self.node.mut_store().wl().compact(applied).expect("in memory");
                self.compacted = applied;
            }
        }
    }

    fn apply(&mut self, entries: &[Entry]) {
        for entry in entries {
            if entry.get_entry_type() == EntryType::EntryNormal && !entry.data.is_empty() {
                self.applied.apply(&entry.data);
            }
        }
    }
}

//! `raftarium-core` in the race.

use bytes::Bytes;
use raftarium_core::{
    Body, Boot, Config, DurableState, Instant, Membership, Message, Node, NodeId, Output, Payload, Settings,
};

use crate::workload::{Applied, COMPACT_EVERY, Cell, Cluster};

/// A cluster of ours.
#[derive(Debug)]
pub struct Ours {
    servers: Vec<Server>,
    /// Where the leader is among them.
    leader: usize,
    now: Instant,
    messages: u64,
    /// What was sent, until it is delivered.
    mail: Vec<Message>,
    /// Empty between rounds.
    delivered: Vec<Message>,
}

#[derive(Debug)]
struct Server {
    node: Node,
    applied: Applied,
    /// Whether it got something since it was polled.
    touched: bool,
}

impl Cluster for Ours {
    fn start(cell: Cell) -> Self {
        // One message holds a window.
        let max_append_entries = u32::try_from(cell.window).unwrap_or(u32::MAX).max(64);
        let snapshot_after_entries = COMPACT_EVERY.try_into().ok();
        let settings = Settings { max_append_entries, snapshot_after_entries, ..Settings::default() };
        let config = Config::new(settings).expect("valid");
        let ids = (1..=cell.nodes).map(NodeId);
        let membership = Membership::new(ids.clone()).expect("voters");
        let server = |id| {
            let durable = DurableState::new(membership.clone());
            let node = Node::start(id, config.clone(), durable, Boot(1), Instant::ZERO).expect("a new server starts");
            Server { node, applied: Applied::default(), touched: true }
        };
        let servers = ids.map(server).collect();
        let mut cluster =
            Self { servers, leader: 0, now: Instant::ZERO, messages: 0, mail: Vec::new(), delivered: Vec::new() };
        cluster.servers[0].node.campaign(Instant::ZERO).expect("a voter may campaign");
        cluster.settle();
        assert_eq!(cluster.servers[0].node.leader(), Some(NodeId(1)), "all are there, so it is elected");
        cluster
    }

    fn propose(&mut self, payload: &Bytes) {
        let leader = &mut self.servers[self.leader];
        leader.node.propose(self.now, payload.into()).expect("it leads");
        leader.touched = true;
    }

    fn settle(&mut self) {
        loop {
            for server in &mut self.servers {
                if std::mem::take(&mut server.touched) {
                    server.carry_out(self.now, &mut self.mail);
                }
            }
            if self.mail.is_empty() {
                return;
            }
            std::mem::swap(&mut self.mail, &mut self.delivered);
            for message in self.delivered.drain(..) {
                self.messages += 1;
                // The names are 1, 2, 3 …
                let receiver = &mut self.servers[message.to.0 as usize - 1];
                let has_entries = matches!(message.body, Body::AppendRequest(_));
                receiver.node.receive(self.now, message).expect("peers are correct");
                receiver.touched = true;
                if has_entries {
                    // On a network, the sender's buffer stays there and the receiver's here.
                    let buffer = receiver.node.take_buffer();
                    self.servers[self.leader].node.give_buffer(buffer);
                }
            }
        }
    }

    fn tick(&mut self) {
        self.now = self.now + Settings::default().heartbeat_interval;
        let leader = &mut self.servers[self.leader];
        leader.node.wake(self.now);
        leader.touched = true;
    }

    fn messages(&self) -> u64 {
        self.messages
    }

    fn applied(&self) -> Vec<Applied> {
        self.servers.iter().map(|server| server.applied).collect()
    }
}

impl Server {
    fn carry_out(&mut self, now: Instant, mail: &mut Vec<Message>) {
        while let Some(output) = self.node.poll() {
            match output {
                Output::Send(send) => mail.push(send.message),
                Output::Persist(write) => {
                    let id = write.id;
                    self.node.persisted(now, id).expect("it is under way");
                }
                Output::Apply(entries) => {
                    for entry in entries {
                        if let Payload::Command(payload) = &entry.payload {
                            self.applied.apply(payload);
                        }
                    }
                    let last = entries[entries.len() - 1].id.index;
                    self.node.applied(now, last).expect("it is being applied");
                }
                Output::TakeSnapshot(through) => self.node.compact(now, through).expect("it is applied"),
                Output::Proposals(_) | Output::Forwarded { .. } => {}
                Output::ReadSnapshot(_) | Output::KeepChunk(_) | Output::Read { .. } | Output::Event(_) => {
                    unreachable!("nobody lags behind, reads or observes")
                }
            }
        }
    }
}

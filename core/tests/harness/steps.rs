//! What can happen to servers and to the messages between them.

use std::collections::BTreeSet;

use raftarium_core::{Boot, Instant, Message, Node, NodeId, Rejection, Role, StartError};

use super::cluster::Cluster;
use super::id;

/// What happens.
impl Cluster {
    /// Takes what server 1 has said.
    pub(crate) fn take_said(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.wire)
    }

    /// Gives an input to a server, and looks at nothing that it wants.
    pub(crate) fn input<T>(&mut self, number: u64, input: impl FnOnce(&mut Node, Instant) -> T) -> T {
        let now = self.now;
        let result = input(self.server_mut(number).node.as_mut().expect("it runs"), now);
        self.check(number);
        result
    }

    /// Gives an input to a server, and does all that it wants.
    pub(crate) fn step<T>(&mut self, number: u64, input: impl FnOnce(&mut Node, Instant) -> T) -> T {
        let result = self.input(number, input);
        self.run(number);
        result
    }

    pub(crate) fn campaign(&mut self, number: u64) {
        self.step(number, |node, now| node.campaign(now)).expect("a voter that does not lead");
    }

    /// Starts an election and delivers everything: the server leads.
    pub(crate) fn elect(&mut self, number: u64) {
        self.campaign(number);
        self.deliver_all();
        assert_eq!(self.node(number).role(), Role::Leader, "S{number}");
    }

    /// Starts elections until somebody wins one, and says who.
    pub(crate) fn elect_any(&mut self) -> u64 {
        for number in (1..=self.size()).cycle().take(20) {
            if self.node(number).role() != Role::Leader {
                self.campaign(number);
            }
            self.deliver_all();
            if self.node(number).role() == Role::Leader {
                return number;
            }
        }
        panic!("20 elections, and no leader: {:?}", self.roles());
    }

    /// A number that was not given before.
    pub(crate) fn next_command(&mut self) -> u64 {
        self.commands += 1;
        self.commands
    }

    /// Time goes on to the deadline of a server, and it is woken.
    pub(crate) fn time_out(&mut self, number: u64) {
        let deadline = self.node(number).deadline().expect("a voter waits for something");
        self.now = self.now.max(deadline.at);
        self.step(number, Node::wake);
    }

    pub(crate) fn receive(&mut self, message: Message) -> Result<(), Rejection> {
        let number = message.to.0;
        self.step(number, |node, now| node.receive(now, message))
    }

    /// Delivers a message of the wire; it is lost if its receiver is down or cut off.
    pub(crate) fn deliver_nth(&mut self, position: usize) {
        let message = self.wire.remove(position);
        self.arrive(message);
    }

    fn arrive(&mut self, message: Message) {
        let together = |group: &BTreeSet<_>| group.contains(&message.from) && group.contains(&message.to);
        assert!(self.complete, "the test takes what S1 says");
        let connected = self.groups.is_empty() || self.groups.iter().any(together);
        if connected && !self.deaf.contains(&message.to) && self.is_up(message.to.0) {
            let taken = self.receive(message);
            self.safety.watch(|_| assert_eq!(taken, Ok(()), "Refused: servers send what servers take"));
        }
    }

    /// Delivers the messages that are on the wire from one server to another; not those that they cause.
    pub(crate) fn deliver(&mut self, from: u64, to: u64) {
        let (now, later) = self.wire.drain(..).partition(|m: &Message| m.from == id(from) && m.to == id(to));
        self.wire = later;
        let now: Vec<Message> = now;
        now.into_iter().for_each(|message| self.arrive(message));
    }

    /// Time goes on, and whoever waits is woken when its time has come; all messages arrive at once.
    pub(crate) fn pass(&mut self, millis: u64) {
        let end = self.now + core::time::Duration::from_millis(millis);
        for _ in 0..100_000 {
            self.deliver_all();
            let up = (1..=self.size()).filter(|&number| self.is_up(number));
            let next = up.filter_map(|number| Some((self.node(number).deadline()?.at, number))).min();
            let Some((at, number)) = next.filter(|&(at, _)| at <= end) else {
                self.now = end;
                return;
            };
            self.now = self.now.max(at);
            self.step(number, Node::wake);
        }
        panic!("100,000 deadlines, and no end");
    }

    /// Delivers messages, and those that they cause, until there are none.
    pub(crate) fn deliver_all(&mut self) {
        for _ in 0..10_000 {
            if self.wire.is_empty() {
                return;
            }
            self.deliver_nth(0);
        }
        panic!("10,000 messages, and no end: {:?}", self.wire);
    }

    /// Only servers of the same group can talk, from now on.
    pub(crate) fn partition(&mut self, groups: &[&[u64]]) {
        self.groups = groups.iter().map(|group| group.iter().copied().map(NodeId).collect()).collect();
    }

    pub(crate) fn heal(&mut self) {
        self.groups.clear();
    }

    pub(crate) fn hold_disk(&mut self, number: u64) {
        self.server_mut(number).disk.held = true;
    }

    pub(crate) fn release_disk(&mut self, number: u64) {
        self.server_mut(number).disk.held = false;
        self.run(number);
    }

    /// The host takes nothing from the server any more, until it serves it again.
    pub(crate) fn neglect(&mut self, number: u64) {
        self.server_mut(number).neglected = true;
    }

    pub(crate) fn serve(&mut self, number: u64) {
        self.server_mut(number).neglected = false;
        self.run(number);
    }

    /// Does at most `outputs` of the things that a neglected server wants.
    pub(crate) fn serve_some(&mut self, number: u64, outputs: usize) {
        (0..outputs).for_each(|_| _ = self.poll(number));
    }

    /// The server stops; what is not on its disk is gone.
    pub(crate) fn crash(&mut self, number: u64) {
        let server = self.server_mut(number);
        server.node = None;
        server.waiting.clear();
        server.receiving.clear();
        server.disk.crash();
        // Whoever asked has gone with it, or asks again.
        self.asked.retain(|(by, _), _| *by != id(number));
        self.forwarded.retain(|(by, _), _| *by != id(number));
    }

    /// The server starts from its disk, with the state machine of its snapshot.
    pub(crate) fn restart(&mut self, number: u64) {
        self.try_restart(number).expect("its own disk");
    }

    /// The server starts from whatever is on its disk, or stays down.
    pub(crate) fn try_restart(&mut self, number: u64) -> Result<(), StartError> {
        let now = self.now;
        let server = self.server_mut(number);
        assert!(server.node.is_none(), "S{number} runs");
        server.boot = Boot(server.boot.0 + 1);
        let durable = server.disk.durable.clone();
        let mut node = Node::start(server.id, server.config.clone(), durable, server.boot, now)?;
        node.observe(true);
        server.node = Some(node);
        self.load_snapshot(number);
        self.check(number);
        self.run(number);
        Ok(())
    }
}

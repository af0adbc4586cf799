//! What must hold whatever happens, checked after every event: the safety properties of Figure 3, and what they rest on.
//!
//! A checker looks at the servers' state, not at what they say of it, and only at what the event can have changed. What
//! breaks a promise that Raft builds on, as a disk that loses what it had written, is found as well: the finding is
//! about what is left, not about who is to blame.

mod applied;
mod changes;
mod clients;
mod committed;
mod durable;
mod handover;
mod leaders;
mod logs;
mod monotonic;
mod rule;
mod states;
#[cfg(test)]
mod tests;
mod votes;

use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use raftarium_core::sorted::SortedSet;
use raftarium_core::{Entry, EntryId, Instant, LogIndex, Message, Node, NodeId};
use serde::{Deserialize, Serialize};

use crate::address::ClientId;
use crate::client::RequestId;
use crate::footprint::TEXT;
use crate::kv::{Effect, Kv, Op};
use crate::linear::{KeyOutcome, Origin};
use crate::trace::RecordId;

use applied::Applied;
use changes::Changes;
use clients::Clients;
use committed::Committed;
pub(crate) use durable::DiskLook;
use durable::Durable;
use handover::Handovers;
use leaders::Leaders;
use logs::Logs;
use monotonic::Monotonic;
pub use rule::Rule;
use states::States;
use votes::Votes;

/// A rule, and how often it was found to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Check {
    /// The rule.
    pub rule: Rule,
    /// How often it was checked.
    pub count: u64,
    /// How many keys and requests it could not be decided for: of these it is not known that the rule holds.
    pub undecided: u64,
}

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Violation {
    /// Which.
    pub rule: Rule,
    /// When.
    pub at: Instant,
    /// The record after which it was found.
    pub after: RecordId,
    /// The servers that it was found on.
    pub servers: Vec<NodeId>,
    /// What was found, in words.
    pub story: String,
}

/// What a checker found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    pub(crate) servers: Vec<NodeId>,
    pub(crate) story: String,
}

/// All checkers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Checks {
    count: u64,
    leaders: Leaders,
    logs: Logs,
    committed: Committed,
    applied: Applied,
    durable: Durable,
    monotonic: Monotonic,
    votes: Votes,
    changes: Changes,
    handovers: Handovers,
    states: States,
    clients: Clients,
    findings: Vec<Finding>,
    /// What was told already: a broken rule stays broken, and is told once for the same servers.
    told: SortedSet<(Rule, Vec<NodeId>)>,
}

impl Checks {
    pub(crate) fn new(servers: u32, sessions_max: NonZeroU32) -> Self {
        Self {
            count: 0,
            leaders: Leaders::default(),
            logs: Logs::new(servers),
            committed: Committed::default(),
            applied: Applied::default(),
            durable: Durable::default(),
            monotonic: Monotonic::default(),
            votes: Votes::default(),
            changes: Changes::default(),
            handovers: Handovers::default(),
            states: States::new(Kv::new(sessions_max)),
            clients: Clients::default(),
            findings: Vec::new(),
            told: SortedSet::new(),
        }
    }

    /// Of what the servers begin with, `done` was committed before the world began, and `open` was not.
    pub(crate) fn begins_with<'a>(&mut self, done: impl Iterator<Item = &'a Op>, open: impl Iterator<Item = &'a Op>) {
        self.clients.begins_with(done, open);
    }

    /// About how many bytes a copy takes that it does not share.
    pub(crate) fn copy_bytes(&self) -> usize {
        self.logs.copy_bytes()
            + self.committed.copy_bytes()
            + self.applied.copy_bytes()
            + self.states.copy_bytes()
            + self.votes.copy_bytes()
            + self.clients.copy_bytes()
            + self.told.len() * 4 * TEXT
    }

    /// There is one more server.
    pub(crate) fn add_server(&mut self) {
        self.logs.add_server();
    }

    /// `server` is about to apply `entries`.
    pub(crate) fn applied(&mut self, server: NodeId, entries: &[Entry]) {
        for entry in entries {
            self.findings.extend(self.applied.check(server, entry));
            self.states.replay(entry);
        }
    }

    /// `server` has applied everything up to `index`, and its state machine is `kv`.
    pub(crate) fn state(&mut self, server: NodeId, index: LogIndex, kv: &Kv) {
        self.findings.extend(self.states.check(server, index, kv));
    }

    /// `server` has a snapshot: its own, or one that has arrived.
    pub(crate) fn snapshot(&mut self, server: NodeId, last: EntryId, data: &[u8]) {
        self.findings.extend(self.states.check_snapshot(server, last, data, &self.applied));
    }

    /// `message` leaves its sender.
    pub(crate) fn sent(&mut self, message: &Message) {
        self.monotonic.sent(message);
        self.handovers.sent(message);
        self.findings.extend(self.votes.check(message));
    }

    /// `server` has applied an entry, and it had this effect.
    pub(crate) fn took_effect(&mut self, server: NodeId, entry: EntryId, effect: &Effect) {
        self.findings.extend(self.clients.took_effect(server, entry, effect));
    }

    /// A client asks for something.
    pub(crate) fn asked(&mut self, now: Instant, client: ClientId, id: RequestId, op: &Op) {
        self.clients.asked(now, client, id, op);
    }

    /// A client learns what became of its request: of an answer, who gave it and by what.
    pub(crate) fn answered(
        &mut self,
        id: RequestId,
        server: Option<NodeId>,
        outcome: &KeyOutcome,
        origin: Option<Origin>,
    ) {
        self.findings.extend(self.clients.answered(id, server, outcome, origin));
    }

    /// An event is over, and `server` is the one that it can have changed; of `nodes`, all are up.
    pub(crate) fn after_event<'n, 'd>(
        &mut self,
        server: Option<&Node>,
        nodes: impl Iterator<Item = &'n Node> + Clone,
        disks: impl Iterator<Item = DiskLook<'d>> + Clone,
    ) {
        self.count += 1;
        self.handovers.check(nodes.clone(), &mut self.findings);
        if let Some(node) = server {
            self.findings.extend(self.leaders.check(node));
            self.monotonic.check(node, &mut self.findings);
            let fresh = self.logs.check(node, &mut self.findings);
            self.committed.check(node, nodes, &mut self.findings);
            let committed = self.committed.last().index;
            self.durable.committed(committed, node.membership_at(committed));
            self.changes.committed(committed);
            self.findings.extend(self.changes.check(node, fresh, committed));
        }
        let (id, proposed) = (server.map(Node::id), self.changes.proposed());
        self.findings.extend(self.durable.check(id, &self.committed, proposed, disks));
    }

    /// `server` is about to go down, in the middle of an event: what it has committed there may be told already.
    pub(crate) fn stopping(&mut self, server: &Node) {
        self.logs.check(server, &mut self.findings);
        self.committed.check(server, core::iter::once(server), &mut self.findings);
        let last = self.committed.last().index;
        self.durable.committed(last, server.membership_at(last));
    }

    /// `server` is down: what it remembered is gone.
    pub(crate) fn crashed(&mut self, server: NodeId) {
        self.logs.crashed(server);
        self.committed.crashed(server);
    }

    /// The disk of `server` is empty: what it knew is gone.
    pub(crate) fn wiped(&mut self, server: NodeId) {
        self.monotonic.wiped(server);
    }

    /// What was found since the last call, and was not told before.
    pub(crate) fn take_findings(&mut self) -> Vec<Finding> {
        let mut findings = core::mem::take(&mut self.findings);
        findings.retain(|finding| self.told.put((finding.rule, finding.servers.clone())));
        findings
    }

    /// The rules, and how often each was checked: each is checked after every event.
    pub(crate) fn counts(&self) -> Vec<Check> {
        let undecided = |rule| if rule == Rule::Linearizability { self.clients.undecided() } else { 0 };
        Rule::ALL.into_iter().map(|rule| Check { rule, count: self.count, undecided: undecided(rule) }).collect()
    }
}

//! Servers, and the messages between them: how they are made, and what can be seen of them.

use std::collections::{BTreeMap, BTreeSet};

use raftarium_core::{
    Body, Boot, Config, DurableState, Entry, EntryId, Event, ForwardId, Forwarded, Instant, LogIndex, Membership,
    Message, Node, NodeId, ReadFailure, ReadId, Resolution, Role, Send, Settings,
};

use super::disk::Disk;
use super::safety::Safety;
use super::{config, disk_with, id};

#[derive(Clone)]
pub(crate) struct Cluster {
    pub(crate) now: Instant,
    pub(super) servers: Vec<Server>,
    /// Messages that have left and not arrived, oldest first.
    pub(crate) wire: Vec<Message>,
    /// Whoever is named together in a set can talk; if there are no sets, all can.
    pub(super) groups: Vec<BTreeSet<NodeId>>,
    /// Whoever can be heard and hears nothing.
    pub(crate) deaf: BTreeSet<NodeId>,
    pub(super) safety: Safety,
    /// Whether the servers are all there. If not, a test speaks for the others, and only what the ones that are there
    /// send is checked.
    pub(super) complete: bool,
    pub(super) commands: u64,
    /// How many bytes of a snapshot a host sends at once.
    pub(crate) chunk_size: usize,
    /// What was committed when each read was asked for that is not answered yet.
    pub(super) asked: BTreeMap<(NodeId, ReadId), LogIndex>,
    /// The commands that were passed on, and whose fate was not told yet.
    pub(super) forwarded: BTreeMap<(NodeId, ForwardId), String>,
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) id: NodeId,
    pub(super) config: Config,
    pub(super) boot: Boot,
    pub(super) node: Option<Node>,
    pub(crate) disk: Disk,
    /// Messages that wait for a write.
    pub(super) waiting: Vec<Send>,
    /// Whether its host takes nothing from it.
    pub(super) neglected: bool,
    /// Whether its state machine applies nothing any more.
    pub(crate) stands_still: bool,
    /// What has arrived of a snapshot.
    pub(super) receiving: Vec<u8>,
    pub(crate) applied: Vec<Entry>,
    /// The reads that were answered.
    pub(crate) reads: Vec<(ReadId, Result<(), ReadFailure>)>,
    pub(crate) resolved: Vec<Resolution>,
    /// What became of the proposals that it passed on.
    pub(crate) forwarded: Vec<(ForwardId, Forwarded)>,
    pub(crate) events: Vec<Event>,
}

/// Building a cluster.
impl Cluster {
    /// Servers 1 to `size`, which never ran.
    pub(crate) fn of(size: u64) -> Self {
        Self::with(size, |_| {})
    }

    pub(crate) fn with(size: u64, choose: impl Fn(&mut Settings)) -> Self {
        Self::on_disks((0..size).map(|_| disk_with(size, 0, &[])), |_, settings| choose(settings))
    }

    /// As many voters, and as many servers more that belong to no cluster yet.
    pub(crate) fn with_joiners(voters: u64, joiners: u64, choose: impl Fn(u64, &mut Settings)) -> Self {
        let joiner = || DurableState::new(Membership::nobody());
        let disks = (0..voters).map(|_| disk_with(voters, 0, &[]));
        Self::on_disks(disks.chain((0..joiners).map(|_| joiner())), choose)
    }

    /// A server for each log, all of them in `term`, without no-op entries.
    pub(crate) fn with_logs(term: u64, logs: &[&[u64]]) -> Self {
        let size = logs.len() as u64;
        let no_op = |_, settings: &mut Settings| settings.no_op_on_election = false;
        Self::on_disks(logs.iter().map(|log| disk_with(size, term, log)), no_op)
    }

    pub(crate) fn on_disks(disks: impl Iterator<Item = DurableState>, choose: impl Fn(u64, &mut Settings)) -> Self {
        let servers = (1..).zip(disks).map(|(number, durable)| Server {
            id: id(number),
            config: config(|settings| choose(number, settings)),
            boot: Boot(0),
            node: None,
            disk: Disk::new(durable),
            waiting: vec![],
            neglected: false,
            stands_still: false,
            receiving: vec![],
            applied: vec![],
            reads: vec![],
            resolved: vec![],
            forwarded: vec![],
            events: vec![],
        });
        let mut cluster = Self {
            now: Instant::ZERO,
            servers: servers.collect(),
            wire: vec![],
            groups: vec![],
            deaf: BTreeSet::new(),
            safety: Safety::default(),
            complete: true,
            commands: 0,
            chunk_size: 16,
            asked: BTreeMap::new(),
            forwarded: BTreeMap::new(),
        };
        #[cfg(feature = "lab")]
        if cluster.servers.iter().any(|server| !server.config.settings().mistakes.is_empty()) {
            cluster.keep_findings();
        }
        for number in 1..=cluster.size() {
            cluster.restart(number);
        }
        cluster
    }

    /// Server 1 of `size`, in `term` with a log of these terms. The test speaks for the others.
    pub(crate) fn alone(size: u64, term: u64, log: &[u64]) -> Self {
        Self::alone_with(size, term, log, |settings| settings.no_op_on_election = false)
    }

    pub(crate) fn alone_with(size: u64, term: u64, log: &[u64], choose: impl Fn(&mut Settings)) -> Self {
        let disk = std::iter::once(disk_with(size, term, log));
        let mut cluster = Self::on_disks(disk, |_, settings| choose(settings));
        cluster.complete = false;
        cluster
    }
}

/// What is there.
impl Cluster {
    pub(crate) fn size(&self) -> u64 {
        self.servers.len() as u64
    }

    pub(crate) fn server(&self, number: u64) -> &Server {
        self.servers.iter().find(|server| server.id == id(number)).expect("a server of the cluster")
    }

    pub(crate) fn server_mut(&mut self, number: u64) -> &mut Server {
        self.servers.iter_mut().find(|server| server.id == id(number)).expect("a server of the cluster")
    }

    pub(crate) fn is_up(&self, number: u64) -> bool {
        self.server(number).node.is_some()
    }

    pub(crate) fn node(&self, number: u64) -> &Node {
        self.server(number).node.as_ref().expect("it runs")
    }

    pub(crate) fn commit(&self, number: u64) -> u64 {
        self.node(number).hard_state().commit.0
    }

    pub(crate) fn log_terms(&self, number: u64) -> Vec<u64> {
        super::terms(self.node(number).log().entries())
    }

    pub(crate) fn roles(&self) -> Vec<Role> {
        (1..=self.size()).map(|number| self.node(number).role()).collect()
    }

    pub(crate) fn leader(&self) -> Option<u64> {
        let leads = |&number: &u64| self.is_up(number) && self.node(number).role() == Role::Leader;
        (1..=self.size()).filter(leads).max_by_key(|&number| self.term(number))
    }

    pub(crate) fn term(&self, number: u64) -> u64 {
        self.node(number).hard_state().term.0
    }

    pub(crate) fn assert_logs_equal(&self) {
        for number in 2..=self.size() {
            assert_eq!(self.node(number).log().entries(), self.node(1).log().entries(), "S{number} and S1");
        }
    }

    /// The state machines of these servers have applied the same.
    pub(crate) fn assert_states_equal(&self, numbers: &[u64]) {
        for pair in numbers.windows(2) {
            assert_eq!(self.server(pair[0]).applied, self.server(pair[1]).applied, "S{} and S{}", pair[0], pair[1]);
        }
    }

    /// How many events of a kind a server has had.
    pub(crate) fn count_events(&self, number: u64, kind: impl Fn(&Event) -> bool) -> usize {
        self.server(number).events.iter().filter(|event| kind(event)).count()
    }

    /// The messages on the wire from one server to another.
    pub(crate) fn on_wire(&self, from: u64, to: u64) -> Vec<&Body> {
        let between = |message: &&Message| message.from == id(from) && message.to == id(to);
        self.wire.iter().filter(between).map(|message| &message.body).collect()
    }
}

impl Server {
    pub(crate) fn node(&self) -> Option<&Node> {
        self.node.as_ref()
    }

    pub(crate) fn applied_ids(&self) -> Vec<EntryId> {
        self.applied.iter().map(|entry| entry.id).collect()
    }

    pub(crate) fn applied_up_to(&self) -> LogIndex {
        self.applied.last().map_or(LogIndex::ZERO, |entry| entry.id.index)
    }

    pub(crate) fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }
}

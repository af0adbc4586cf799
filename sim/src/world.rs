//! A world: servers, clients and what is between them. It only runs forwards; [`Timeline`](crate::Timeline) goes back.

use alloc::vec::Vec;

use raftarium_core::{Config, Instant, Membership, NodeId, Settings};

use crate::address::{Address, ClientId};
use crate::checks::{Check, Checks, Violation};
use crate::client::{Clients, Request, Retries};
use crate::disk::Disk;
use crate::environment::{Environment, Recorder};
use crate::history::History;
use crate::initial;
use crate::network::Network;
use crate::packet::{Content, Packet, PacketId};
use crate::queue::{Due, Queue};
use crate::server::Server;
use crate::setup::{Setup, SetupError};
use crate::stream::{Concern, Stream, election_seed};
use crate::trace::{Happening, Record, RecordId, TraceHash};
use crate::view::{CutView, LinkView, PacketView};

/// A world at one moment. Cloning it is how its past is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub(crate) setup: Setup,
    /// Whether something has happened at the present moment already, so that a command comes too late for it.
    entered: bool,
    steps: u64,
    last_event_at: Instant,
    /// Who belongs to the cluster at first.
    pub(crate) membership: Membership,
    pub(crate) servers: Vec<Server>,
    pub(crate) clients: Clients,
    pub(crate) checks: Checks,
    violations: Vec<Violation>,
    pub(crate) environment: Environment,
}

impl World {
    /// A world in which all servers have just started.
    ///
    /// # Errors
    ///
    /// If `setup` is not valid.
    pub fn new(setup: Setup) -> Result<Self, SetupError> {
        setup.check()?;
        let names = || (1..=u64::from(setup.servers)).map(NodeId);
        let membership = setup.everyone();
        let servers = names().map(|id| new_server(&setup, id, membership.clone())).collect::<Result<_, _>>()?;
        let (queue, recorder) = (Queue::default(), Recorder::default());
        let network = Network::new(&setup);
        let mut world = Self {
            entered: false,
            steps: 0,
            last_event_at: Instant::ZERO,
            servers,
            membership,
            clients: Clients::new(&setup),
            checks: Checks::new(setup.servers, setup.sessions_max),
            violations: Vec::new(),
            environment: Environment { now: Instant::ZERO, queue, network, recorder },
            setup,
        };
        for initial in &world.setup.initial {
            world.servers[position(initial.server)].disk.begin_with(initial.durable(&world.membership));
        }
        world.checks.begins_with(initial::committed(&world.setup), initial::uncommitted(&world.setup));
        for server in &mut world.servers {
            server.start(&mut world.environment, &mut world.checks, None);
        }
        // What they begin with was committed before the world was, and the rules hold for it as for anything.
        for server in world.setup.initial.iter().map(|initial| initial.server).collect::<Vec<_>>() {
            world.end_step(Some(server));
        }
        Ok(world)
    }

    /// What the world is made of.
    #[must_use]
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The present moment.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.environment.now
    }

    /// How many events and commands there were.
    #[must_use]
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// When the last event or command was.
    #[must_use]
    pub const fn last_event_at(&self) -> Instant {
        self.last_event_at
    }

    /// When the next event will be, if nothing is done.
    #[must_use]
    pub fn next_event_at(&self) -> Option<Instant> {
        self.environment.queue.next_at()
    }

    /// The first moment for which a command does not come too late.
    #[must_use]
    pub fn earliest_command(&self) -> Instant {
        let next = core::time::Duration::from_micros(u64::from(self.entered));
        self.now() + next
    }

    /// How many records the trace has.
    #[must_use]
    pub const fn record_count(&self) -> u64 {
        self.environment.recorder.count
    }

    /// The fingerprint of the trace.
    #[must_use]
    pub const fn hash(&self) -> TraceHash {
        self.environment.recorder.hash
    }

    /// The rules, and how often each was checked.
    #[must_use]
    pub fn checks(&self) -> Vec<Check> {
        self.checks.counts()
    }

    /// The rules that were broken.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// What the clients asked, oldest first.
    #[must_use]
    pub const fn requests(&self) -> &History<Request> {
        &self.clients.requests
    }

    /// How a server is set, from its next start on at the latest; nothing, if there is no such server.
    #[must_use]
    pub fn settings(&self, server: NodeId) -> Option<&Settings> {
        self.servers.iter().find(|known| known.id == server).map(|server| server.config.settings())
    }

    /// What a client does if it gets no answer; nothing, if there is no such client.
    #[must_use]
    pub fn retries(&self, client: ClientId) -> Option<Retries> {
        (1..=self.setup.clients).contains(&client.0).then(|| self.clients.retries(client))
    }

    pub(crate) fn servers(&self) -> &[Server] {
        &self.servers
    }

    pub(crate) fn packets(&self) -> impl Iterator<Item = PacketView> {
        self.environment.network.packets().map(|packet| PacketView {
            id: packet.id,
            from: packet.from,
            to: packet.to,
            sent: packet.sent,
            arrives: packet.arrives,
            lost: packet.lost,
            held: packet.held,
            what: packet.content.glimpse(),
        })
    }

    pub(crate) fn cuts(&self) -> Vec<CutView> {
        self.environment.network.cuts().collect()
    }

    pub(crate) fn unusual_links(&self) -> Vec<LinkView> {
        self.environment.network.unusual(self.setup.link).collect()
    }

    /// The records since the last call.
    pub fn take_records(&mut self) -> Vec<Record> {
        self.environment.recorder.take()
    }

    /// The records since they were last taken away.
    pub(crate) const fn fresh_records(&mut self) -> &mut Vec<Record> {
        self.environment.recorder.fresh()
    }

    /// Shows the records since the last call, without giving them away: their memory is used again.
    pub fn show_records(&mut self, observe: impl FnMut(&Record)) {
        self.environment.recorder.show(observe);
    }

    /// Lets the next event happen. False if there is none.
    pub fn step(&mut self) -> bool {
        let Some((at, due)) = self.environment.queue.pop() else { return false };
        self.begin_step(at);
        let server = self.happens(due);
        self.end_step(server);
        true
    }

    /// Lets something happen that was due. Gives the server that it changed.
    fn happens(&mut self, due: Due) -> Option<NodeId> {
        let server = match due {
            Due::Wake(server) | Due::WriteDone(server) => Some(server),
            Due::Arrival(packet) => self.environment.network.receiver(packet),
            Due::PatienceEnds(_) | Due::NextRequest(_) => None,
        };
        if let Some(server) = server
            && let Some(waiting) = &mut self.servers[position(server)].paused
        {
            waiting.push(due);
            due.packet().into_iter().for_each(|packet| self.environment.network.waits(self.environment.now, packet));
            return None;
        }
        match due {
            Due::Arrival(packet) => {
                self.arrive(packet);
            }
            Due::Wake(server) => self.with_server(server, Server::wake),
            Due::WriteDone(server) => self.with_server(server, Server::write_done),
            Due::PatienceEnds(request) => self.clients.patience_ends(&mut self.environment, &mut self.checks, request),
            Due::NextRequest(client) => self.clients.next_is_due(&mut self.environment, &mut self.checks, client),
        }
        server
    }

    /// A server that did nothing for a while goes on with what has come in meanwhile.
    pub(crate) fn resume(&mut self, id: NodeId, cause: RecordId) {
        let waiting = self.servers[position(id)].paused.take().unwrap_or_default();
        for due in waiting {
            let server = self.happens(due);
            self.end_step(server);
        }
        self.with_server(id, |server, environment, _| server.set_alarm(environment, cause));
    }

    /// Lets time pass until `at`, in which nothing is due.
    pub(crate) fn rest_until(&mut self, at: Instant) {
        self.environment.now = self.environment.now.max(at);
        self.entered = true;
    }

    pub(crate) fn begin_step(&mut self, at: Instant) {
        self.environment.now = at;
        self.entered = true;
        self.steps += 1;
        self.last_event_at = at;
    }

    /// Checks the rules, after an event that can have changed `server`.
    pub(crate) fn end_step(&mut self, server: Option<NodeId>) {
        let changed = server.and_then(|id| self.servers[position(id)].node());
        let disks = self.servers.iter().map(Server::look_at_disk);
        self.checks.after_event(changed, self.servers.iter().filter_map(Server::node), disks);
        for finding in self.checks.take_findings() {
            let after = RecordId(self.record_count().saturating_sub(1));
            let at = self.now();
            let violation = Violation { rule: finding.rule, at, after, servers: finding.servers, story: finding.story };
            self.environment.record(Some(after), Happening::Violated(violation.clone()));
            self.violations.push(violation);
        }
    }

    /// A packet has come to the end of its way.
    fn arrive(&mut self, id: PacketId) {
        if let Some(server) = self.environment.network.receiver(id)
            && self.servers[position(server)].node().is_none()
        {
            return self.environment.receiver_is_down(id);
        }
        let Some(packet) = self.environment.network.take(id).filter(|packet| packet.lost.is_none()) else { return };
        let Packet { from, to, cause, content, .. } = packet;
        let record = self.environment.record(Some(cause), Happening::Delivered { packet: id, to });
        match to {
            Address::Server(server) => self.with_server(server, |server, environment, checks| {
                deliver(server, environment, checks, from, content, record);
            }),
            Address::Client(_) => {
                if let Content::Answer { request, attempt, answer } = content {
                    self.clients.answered(&mut self.environment, &mut self.checks, (request, attempt), answer, record);
                }
            }
        }
    }

    /// A new server starts, which belongs to no cluster yet.
    pub(crate) fn add_server(&mut self, cause: RecordId) -> NodeId {
        let id = NodeId(self.servers.len() as u64 + 1);
        if let Ok(server) = new_server(&self.setup, id, Membership::nobody()) {
            self.servers.push(server);
            self.environment.network.add_server(&self.setup);
            self.checks.add_server();
            self.clients.add_server();
            self.with_server(id, |server, environment, checks| server.start(environment, checks, Some(cause)));
        }
        id
    }

    pub(crate) fn with_server<T>(
        &mut self,
        id: NodeId,
        act: impl FnOnce(&mut Server, &mut Environment, &mut Checks) -> T,
    ) -> T {
        act(&mut self.servers[position(id)], &mut self.environment, &mut self.checks)
    }
}

fn new_server(setup: &Setup, id: NodeId, membership: Membership) -> Result<Server, SetupError> {
    let settings = Settings { seed: election_seed(setup.seed), ..setup.raft.clone() };
    let stream = |concern| Stream::new(setup.seed, concern, [id.0, 0]);
    let disk = Disk::new(id, setup.disk, stream(Concern::Disk), stream(Concern::DiskFaults), membership);
    Ok(Server::new(id, Config::new(settings)?, disk, setup.sessions_max))
}

fn deliver(
    server: &mut Server,
    environment: &mut Environment,
    checks: &mut Checks,
    from: Address,
    content: Content,
    record: RecordId,
) {
    let (id, now) = (server.id, server.clock.read(environment.now));
    match content {
        Content::Raft(message) => {
            let Some(running) = server.running() else { return };
            if let Err(reason) = running.node.receive(now, message) {
                environment.record(Some(record), Happening::Rejected { server: id, reason });
            }
        }
        Content::Request { request, attempt, ask } => {
            if let Address::Client(client) = from {
                server.request(environment, (client, request, attempt), ask, record);
            }
        }
        Content::Answer { .. } => {}
    }
    server.settle(environment, checks, record);
}

/// Where S1, S2, … are in a list. Names are checked where they come in: a command with an unknown one is refused.
pub(crate) fn position(id: NodeId) -> usize {
    usize::try_from(id.0).unwrap_or(0).saturating_sub(1)
}

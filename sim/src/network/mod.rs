//! The network: it carries packets, and looks no further into them than a filter asks.

mod by_hand;
mod link;
mod settings;

use alloc::boxed::Box;
use alloc::vec::Vec;

use raftarium_core::sorted::{Sorted, SortedSet};
use raftarium_core::{Entry, Instant, NodeId};

use crate::address::{Address, ClientId};
use crate::client::RequestId;
use crate::footprint::TEXT;
use crate::packet::{Content, Packet, PacketClass, PacketId};
use crate::queue::{Due, Queue};
use crate::setup::Setup;
use crate::trace::{LossReason, RecordId};
use crate::view::{CutView, LinkView};
use link::Link;

pub use settings::{LinkSettings, Spread};

/// Set in the numbers of servers that came later, so that their links draw from streams of their own.
const ADDED: u64 = 1 << 32;

/// All links, and the packets on them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Network {
    servers: usize,
    /// One for each direction between two addresses, servers first; see [`Self::position`].
    links: Vec<Link>,
    /// Boxed, because they are large, and a map moves what it holds with every change.
    packets: Sorted<PacketId, Box<Packet>>,
    next_id: u64,
    /// The requests that were under way twice.
    doubled: SortedSet<RequestId>,
}

/// What the network did with a packet.
pub(crate) struct Sent {
    pub(crate) lost: Option<LossReason>,
    /// The name of the copy, if it arrives twice.
    pub(crate) copy: Option<PacketId>,
}

impl Network {
    pub(crate) fn new(setup: &Setup) -> Self {
        let (servers, clients) = (u64::from(setup.servers), u64::from(setup.clients));
        let ends = servers + clients;
        let links = (0..ends).flat_map(|from| (0..ends).map(move |to| Link::new(setup, from, to))).collect();
        Self {
            servers: usize::try_from(servers).unwrap_or(0),
            links,
            packets: Sorted::new(),
            next_id: 1,
            doubled: SortedSet::new(),
        }
    }

    /// Whether a request was under way twice at a time.
    pub(crate) fn was_doubled(&self, request: RequestId) -> bool {
        self.doubled.contains(&request)
    }

    fn note_copy(&mut self, content: &Content) {
        if let Content::Request { request, .. } = content {
            self.doubled.put(*request);
        }
    }

    /// One more server can send and receive.
    pub(crate) fn add_server(&mut self, setup: &Setup) {
        let (old, new) = (self.links.len().isqrt(), self.servers);
        let mut links = core::mem::take(&mut self.links).into_iter();
        // Not a number that a client's links have already.
        let name = |end: usize| end as u64 | if end == new { ADDED } else { 0 };
        for from in 0..=old {
            for to in 0..=old {
                let known = from != new && to != new;
                let link = known.then(|| links.next()).flatten();
                self.links.push(link.unwrap_or_else(|| Link::new(setup, name(from), name(to))));
            }
        }
        self.servers += 1;
    }

    /// Takes a packet. One that is lost stays in sight until it would have arrived.
    pub(crate) fn send(
        &mut self,
        queue: &mut Queue,
        now: Instant,
        from: Address,
        to: Address,
        content: Content,
        cause: RecordId,
    ) -> Sent {
        let link = self.link(from, to);
        let (arrives, lost) = link.carry(now, &content);
        let twice = lost.is_none() && link.doubles();
        let again = twice.then(|| link.carry(now, &content).0);
        let half_way = now + arrives.since(now) / 2;
        let copy_of = again.map(|_| content.clone());
        copy_of.iter().for_each(|content| self.note_copy(content));
        let lost_at = lost.is_some().then_some(half_way);
        self.put(queue, Packet::new(from, to, now, arrives, lost_at, cause, content));
        let copy = again
            .zip(copy_of)
            .map(|(arrives, content)| self.put(queue, Packet::new(from, to, now, arrives, None, cause, content)));
        Sent { lost, copy }
    }

    /// Puts a packet on its link.
    fn put(&mut self, queue: &mut Queue, mut packet: Packet) -> PacketId {
        let id = self.next_id();
        self.next_id += 1;
        packet.id = id;
        if self.link(packet.from, packet.to).clogged && packet.lost.is_none() {
            packet.held = Some(packet.sent);
        } else {
            packet.key = Some(queue.push(packet.arrives, Due::Arrival(id)));
        }
        self.packets.insert(id, Box::new(packet));
        id
    }

    /// About how many bytes a copy takes.
    pub(crate) fn copy_bytes(&self) -> usize {
        let entries: usize = self.packets.values().map(|packet| packet.content.entries()).sum();
        self.links.len() * size_of::<Link>()
            + self.packets.len() * (size_of::<Packet>() + 2 * TEXT)
            + entries * size_of::<Entry>()
    }

    /// The name that the next packet will have.
    pub(crate) const fn next_id(&self) -> PacketId {
        PacketId(self.next_id)
    }

    /// The packet has arrived, or would have.
    pub(crate) fn take(&mut self, id: PacketId) -> Option<Packet> {
        self.packets.remove(&id).map(|packet| *packet)
    }

    /// The server that a packet comes to, unless it is lost.
    pub(crate) fn receiver(&self, id: PacketId) -> Option<NodeId> {
        self.packets.get(&id).filter(|packet| packet.lost.is_none())?.to.server()
    }

    /// A packet is there, and nobody takes it.
    pub(crate) fn waits(&mut self, now: Instant, id: PacketId) {
        if let Some(packet) = self.packets.get_mut(&id) {
            packet.held = Some(now);
        }
    }

    pub(crate) fn packets(&self) -> impl Iterator<Item = &Packet> {
        self.packets.values().map(Box::as_ref)
    }

    /// Cuts one direction. Gives the packets that were on it, which are lost.
    pub(crate) fn cut(&mut self, queue: &mut Queue, now: Instant, from: NodeId, to: NodeId) -> Vec<PacketId> {
        let ends = (Address::Server(from), Address::Server(to));
        if core::mem::replace(&mut self.link(ends.0, ends.1).cut, true) {
            return Vec::new();
        }
        let lost = self.on_link(ends);
        lost.iter().for_each(|&id| self.lose(queue, now, id));
        lost
    }

    pub(crate) fn heal(&mut self, from: NodeId, to: NodeId) {
        self.link(Address::Server(from), Address::Server(to)).cut = false;
    }

    pub(crate) fn set(&mut self, from: NodeId, to: NodeId, settings: LinkSettings) {
        self.link(Address::Server(from), Address::Server(to)).settings = settings;
    }

    /// From now on, packets of these classes are lost, and no others.
    pub(crate) fn filter(&mut self, from: NodeId, to: NodeId, classes: &[PacketClass]) {
        self.link(Address::Server(from), Address::Server(to)).forbid(classes);
    }

    /// Nothing moves on the link any more, and nothing is lost.
    pub(crate) fn clog(&mut self, queue: &mut Queue, now: Instant, from: NodeId, to: NodeId) {
        let ends = (Address::Server(from), Address::Server(to));
        if !core::mem::replace(&mut self.link(ends.0, ends.1).clogged, true) {
            self.on_link(ends).into_iter().for_each(|id| self.hold(queue, now, id));
        }
    }

    /// What stood still moves on.
    pub(crate) fn unclog(&mut self, queue: &mut Queue, now: Instant, from: NodeId, to: NodeId) {
        let ends = (Address::Server(from), Address::Server(to));
        if core::mem::take(&mut self.link(ends.0, ends.1).clogged) {
            self.on_link(ends).into_iter().for_each(|id| self.release(queue, now, id));
        }
    }

    pub(crate) fn cuts(&self) -> impl Iterator<Item = CutView> {
        self.between_servers().filter(|(_, link)| link.cut).map(|((from, to), _)| CutView { from, to })
    }

    /// The links between servers that carry packets in another way than at first.
    pub(crate) fn unusual(&self, usual: LinkSettings) -> impl Iterator<Item = LinkView> {
        let unusual = move |link: &Link| link.clogged || !link.filtered.is_empty() || link.settings != usual;
        self.between_servers().filter(move |(_, link)| unusual(link)).map(|((from, to), link)| {
            let Link { settings, clogged, filtered, .. } = link;
            LinkView { from, to, clogged: *clogged, filtered: filtered.iter().collect(), settings: *settings }
        })
    }

    fn between_servers(&self) -> impl Iterator<Item = ((NodeId, NodeId), &Link)> {
        let servers = 1..=self.servers as u64;
        let pairs = servers.clone().flat_map(move |from| servers.clone().map(move |to| (NodeId(from), NodeId(to))));
        pairs.map(|(from, to)| ((from, to), &self.links[self.position(Address::Server(from), Address::Server(to))]))
    }

    /// The packets on a link that are not lost, in the order of their sending.
    fn on_link(&self, ends: (Address, Address)) -> Vec<PacketId> {
        let on_it = |packet: &&Packet| (packet.from, packet.to) == ends && packet.lost.is_none();
        self.packets().filter(on_it).map(|packet| packet.id).collect()
    }

    fn link(&mut self, from: Address, to: Address) -> &mut Link {
        let position = self.position(from, to);
        &mut self.links[position]
    }

    /// Addresses are checked where they come in: a command that names an unknown one is refused.
    fn position(&self, from: Address, to: Address) -> usize {
        let ends = self.links.len().isqrt();
        let end = |address| match address {
            Address::Server(NodeId(id)) => usize::try_from(id).unwrap_or(0).saturating_sub(1),
            Address::Client(ClientId(id)) => self.servers + usize::try_from(id).unwrap_or(0).saturating_sub(1),
        };
        end(from) * ends + end(to)
    }
}

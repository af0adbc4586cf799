//! The network: it carries packets and does not look into them.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::{Instant, NodeId};

use crate::address::{Address, ClientId};
use crate::packet::{Content, Packet, PacketId};
use crate::setup::{LinkSettings, Setup};
use crate::stream::{Concern, Stream};
use crate::trace::{LossReason, RecordId};
use crate::view::CutView;

/// All links, and the packets on them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Network {
    servers: usize,
    /// One for each direction between two addresses, servers first; see [`Self::position`].
    links: Vec<Link>,
    packets: BTreeMap<PacketId, Packet>,
    next_id: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Link {
    settings: LinkSettings,
    cut: bool,
    stream: Stream,
    /// When the last packet arrives: no later one overtakes it.
    last_arrival: Instant,
}

/// What the network did with a packet.
pub(crate) struct Sent {
    pub(crate) arrives: Instant,
    pub(crate) lost: Option<LossReason>,
}

impl Network {
    pub(crate) fn new(setup: &Setup) -> Self {
        let (servers, clients) = (u64::from(setup.servers), u64::from(setup.clients));
        let ends = servers + clients;
        let link = |from, to| Link {
            settings: setup.link,
            cut: false,
            stream: Stream::new(setup.seed, Concern::Link, [from, to]),
            last_arrival: Instant::ZERO,
        };
        let links = (0..ends).flat_map(|from| (0..ends).map(move |to| link(from, to))).collect();
        Self { servers: usize::try_from(servers).unwrap_or(0), links, packets: BTreeMap::new(), next_id: 1 }
    }

    /// Takes a packet. One that is lost stays in sight until it would have arrived.
    pub(crate) fn send(&mut self, now: Instant, from: Address, to: Address, content: Content, cause: RecordId) -> Sent {
        let link = self.link(from, to);
        let LinkSettings { latency_min, latency_max, loss_ppm } = link.settings;
        let latency = link.stream.duration(latency_min, latency_max);
        let chance = link.stream.happens(loss_ppm);
        let in_order = link.last_arrival + Duration::from_micros(1);
        let arrives = (now + latency).max(in_order);
        link.last_arrival = arrives;
        let lost = if link.cut { Some(LossReason::Cut) } else { chance.then_some(LossReason::Chance) };
        let id = self.next_id();
        self.next_id += 1;
        let half_way = now + arrives.since(now) / 2;
        let packet =
            Packet { id, from, to, sent: now, arrives, lost: lost.is_some().then_some(half_way), cause, content };
        self.packets.insert(id, packet);
        Sent { arrives, lost }
    }

    /// The name that the next packet will have.
    pub(crate) const fn next_id(&self) -> PacketId {
        PacketId(self.next_id)
    }

    /// The packet has arrived, or would have.
    pub(crate) fn take(&mut self, id: PacketId) -> Option<Packet> {
        self.packets.remove(&id)
    }

    pub(crate) fn packets(&self) -> impl Iterator<Item = &Packet> {
        self.packets.values()
    }

    /// Cuts one direction. Gives the packets that were on it, which are lost.
    pub(crate) fn cut(&mut self, now: Instant, from: NodeId, to: NodeId) -> Vec<PacketId> {
        let ends = (Address::Server(from), Address::Server(to));
        let link = self.link(ends.0, ends.1);
        if core::mem::replace(&mut link.cut, true) {
            return Vec::new();
        }
        let on_it =
            self.packets.values_mut().filter(|packet| (packet.from, packet.to) == ends && packet.lost.is_none());
        let lose = |packet: &mut Packet| {
            packet.lost = Some(now);
            packet.id
        };
        on_it.map(lose).collect()
    }

    pub(crate) fn heal(&mut self, from: NodeId, to: NodeId) {
        self.link(Address::Server(from), Address::Server(to)).cut = false;
    }

    pub(crate) fn set(&mut self, from: NodeId, to: NodeId, settings: LinkSettings) {
        self.link(Address::Server(from), Address::Server(to)).settings = settings;
    }

    pub(crate) fn cuts(&self) -> impl Iterator<Item = CutView> {
        let servers = 1..=self.servers as u64;
        let pairs = servers.clone().flat_map(move |from| servers.clone().map(move |to| (NodeId(from), NodeId(to))));
        pairs
            .filter(|&(from, to)| self.links[self.position(Address::Server(from), Address::Server(to))].cut)
            .map(|(from, to)| CutView { from, to })
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

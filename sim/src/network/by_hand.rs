//! What a person does to one packet.

use core::time::Duration;

use raftarium_core::Instant;

use super::Network;
use crate::packet::{Packet, PacketId};
use crate::queue::{Due, Queue};

impl Network {
    /// Whether there is such a packet that is not lost.
    pub(crate) fn has(&self, id: PacketId) -> bool {
        self.packets.get(&id).is_some_and(|packet| packet.lost.is_none())
    }

    /// The packet is lost where it is. It stays in sight until it would have arrived.
    pub(crate) fn lose(&mut self, queue: &mut Queue, now: Instant, id: PacketId) {
        let Some(packet) = self.packets.get_mut(&id) else { return };
        packet.moves_on(now);
        packet.lost = Some(now);
        if packet.key.is_none() {
            packet.key = Some(queue.push(packet.arrives, Due::Arrival(id)));
        }
    }

    /// The packet arrives a second time, right behind itself. Gives the name of the copy.
    pub(crate) fn double(&mut self, queue: &mut Queue, id: PacketId) -> Option<PacketId> {
        let packet = self.packets.get(&id)?;
        let arrives = packet.arrives + Duration::from_micros(1);
        let copy = Packet { arrives, key: None, ..Packet::clone(packet) };
        let held = copy.held;
        self.note_copy(&copy.content);
        let name = self.put(queue, copy);
        if let (Some(since), Some(copy)) = (held, self.packets.get_mut(&name)) {
            copy.stands_still(queue, since);
        }
        Some(name)
    }

    /// The packet stands still.
    pub(crate) fn hold(&mut self, queue: &mut Queue, now: Instant, id: PacketId) {
        if let Some(packet) = self.packets.get_mut(&id) {
            packet.stands_still(queue, now);
        }
    }

    /// The packet moves on, and arrives behind what is before it.
    pub(crate) fn release(&mut self, queue: &mut Queue, now: Instant, id: PacketId) {
        let Some(packet) = self.packets.get_mut(&id).filter(|packet| packet.held.is_some()) else { return };
        packet.moves_on(now);
        let (from, to, arrives) = (packet.from, packet.to, packet.arrives);
        let arrives = self.link(from, to).moves_on(arrives);
        self.arrives_at(queue, id, arrives);
    }

    /// The packet arrives so much later; one that stands still moves on.
    pub(crate) fn delay(&mut self, queue: &mut Queue, now: Instant, id: PacketId, by: Duration) {
        let Some(packet) = self.packets.get_mut(&id) else { return };
        packet.moves_on(now);
        let arrives = packet.arrives + by;
        self.arrives_at(queue, id, arrives);
    }

    /// The packet arrives now.
    pub(crate) fn deliver(&mut self, queue: &mut Queue, now: Instant, id: PacketId) {
        self.arrives_at(queue, id, now);
    }

    fn arrives_at(&mut self, queue: &mut Queue, id: PacketId, at: Instant) {
        let Some(packet) = self.packets.get_mut(&id) else { return };
        packet.held = None;
        packet.arrives = at;
        if let Some(key) = packet.key.replace(queue.push(at, Due::Arrival(id))) {
            queue.remove(key);
        }
    }
}

impl Packet {
    fn stands_still(&mut self, queue: &mut Queue, since: Instant) {
        if let Some(key) = self.key.take() {
            queue.remove(key);
        }
        self.held.get_or_insert(since);
    }

    /// If it stood still, its times move on by as long as that was.
    fn moves_on(&mut self, now: Instant) {
        if let Some(since) = self.held.take() {
            let stood = now.since(since);
            self.sent = self.sent + stood;
            self.arrives = self.arrives + stood;
        }
    }
}

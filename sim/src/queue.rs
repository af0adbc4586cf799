//! What is going to happen, in order.

use raftarium_core::sorted::Sorted;
use raftarium_core::{Instant, NodeId};

use crate::address::ClientId;
use crate::client::RequestId;
use crate::packet::PacketId;

/// Something that is going to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Due {
    Arrival(PacketId),
    Wake(NodeId),
    WriteDone(NodeId),
    PatienceEnds(RequestId),
    NextRequest(ClientId),
}

impl Due {
    /// The packet, if one arrives.
    pub(crate) const fn packet(self) -> Option<PacketId> {
        match self {
            Self::Arrival(packet) => Some(packet),
            Self::Wake(_) | Self::WriteDone(_) | Self::PatienceEnds(_) | Self::NextRequest(_) => None,
        }
    }
}

/// The place of something in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) at: Instant,
    sequence: u64,
}

/// Ordered by time; at one time, by when it was put in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Queue {
    due: Sorted<Key, Due>,
    sequence: u64,
}

impl Queue {
    pub(crate) fn push(&mut self, at: Instant, due: Due) -> Key {
        self.sequence += 1;
        let key = Key { at, sequence: self.sequence };
        self.due.insert(key, due);
        key
    }

    /// About how many bytes a copy takes.
    pub(crate) fn copy_bytes(&self) -> usize {
        self.due.len() * 2 * size_of::<(Key, Due)>()
    }

    pub(crate) fn remove(&mut self, key: Key) {
        self.due.remove(&key);
    }

    pub(crate) fn next_at(&self) -> Option<Instant> {
        self.due.first_key_value().map(|(key, _)| key.at)
    }

    pub(crate) fn pop(&mut self) -> Option<(Instant, Due)> {
        self.due.pop_first().map(|(key, due)| (key.at, due))
    }
}

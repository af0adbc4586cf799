//! What is pointed at, or has the focus: it is lit wherever it is drawn.

use raftarium_sim::PacketId;
use raftarium_sim::core::{LogIndex, NodeId};

use super::{Entry, Side};

/// One thing that is drawn in more than one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Pointed {
    #[default]
    Nothing,
    Server(NodeId),
    Packet(PacketId),
    /// A message of the cluster that is compared with: each counts its own.
    OtherPacket(PacketId),
    Entry(Entry),
}

impl Pointed {
    /// What the element with this id draws: `server-1` and `row-1`, `packet-17`, `entry-1-3`. Of two clusters that are
    /// compared, it is the same server or entry in both.
    pub(crate) fn from_id(id: &str) -> Self {
        let within = Side::without(id);
        match Self::parse(within) {
            Some(Self::Packet(packet)) if within != id => Self::OtherPacket(packet),
            found => found.unwrap_or_default(),
        }
    }

    fn parse(id: &str) -> Option<Self> {
        let (kind, number) = id.split_once('-')?;
        match kind {
            "server" | "row" => Some(Self::Server(NodeId(number.parse().ok()?))),
            "packet" => Some(Self::Packet(PacketId(number.parse().ok()?))),
            "entry" => {
                let (server, index) = number.split_once('-')?;
                let (server, index) = (NodeId(server.parse().ok()?), LogIndex(index.parse().ok()?));
                Some(Self::Entry(Entry { server, index }))
            }
            _ => None,
        }
    }

    /// The ids of the elements that draw it.
    pub(crate) fn ids(self) -> Vec<String> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Server(NodeId(id)) => vec![format!("server-{id}"), format!("row-{id}")],
            Self::Packet(PacketId(id)) => vec![format!("packet-{id}")],
            Self::OtherPacket(PacketId(id)) => vec![Side::B.id(&format!("packet-{id}"))],
            Self::Entry(Entry { server, index }) => vec![format!("entry-{}-{index}", server.0)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_by_what_draws_it() {
        let entry = Entry { server: NodeId(2), index: LogIndex(30) };
        let messages = [Pointed::Packet(PacketId(1_234)), Pointed::OtherPacket(PacketId(5))];
        for pointed in [Pointed::Server(NodeId(51)), Pointed::Entry(entry)].into_iter().chain(messages) {
            for id in pointed.ids() {
                assert_eq!(Pointed::from_id(&id), pointed, "{id}");
            }
        }
        for (id, same) in [("b-server-3", Pointed::Server(NodeId(3))), ("b-entry-2-30", Pointed::Entry(entry))] {
            assert_eq!(Pointed::from_id(id), same, "{id}");
        }
        for id in ["", "cluster", "server-", "server-x", "entry-1", "index-3", "ask-key"] {
            assert_eq!(Pointed::from_id(id), Pointed::Nothing, "{id}");
        }
    }
}

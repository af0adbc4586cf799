//! What something can be done to.

use raftarium_sim::core::{LogIndex, NodeId};
use raftarium_sim::{ClientId, PacketId, View};

use crate::show::packet::title;
use crate::state::{Entry, Selection};

/// What a verb is about. Its name stands on the thing in the page, so that a press tells what was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// All of it.
    Cluster,
    Server(NodeId),
    /// The one with the smaller name first.
    Link(NodeId, NodeId),
    Packet(PacketId),
    Entry(Entry),
    Client(ClientId),
}

impl Subject {
    pub(crate) fn link(a: NodeId, b: NodeId) -> Self {
        Self::Link(a.min(b), a.max(b))
    }

    /// What is selected, as something that can be acted on.
    pub(crate) fn of(selection: Selection) -> Self {
        match selection {
            Selection::Nothing => Self::Cluster,
            Selection::Server(id) => Self::Server(id),
            Selection::Link(a, b) => Self::Link(a, b),
            Selection::Packet(packet) => Self::Packet(packet.id),
            Selection::Entry(entry) => Self::Entry(entry),
        }
    }

    /// What stands on the thing: `server-3`, `link-1-2`.
    pub(crate) fn mark(self) -> String {
        match self {
            Self::Cluster => "cluster".to_owned(),
            Self::Server(id) => format!("server-{}", id.0),
            Self::Link(a, b) => format!("link-{}-{}", a.0, b.0),
            Self::Packet(id) => format!("packet-{}", id.0),
            Self::Entry(entry) => format!("entry-{}-{}", entry.server.0, entry.index.0),
            Self::Client(id) => format!("client-{}", id.0),
        }
    }

    /// What [`Self::mark`] means.
    pub(crate) fn from_mark(mark: &str) -> Option<Self> {
        let mut parts = mark.split('-');
        let kind = parts.next()?;
        let numbers: Vec<u64> = parts.map(str::parse).collect::<Result<_, _>>().ok()?;
        match (kind, &numbers[..]) {
            ("cluster", []) => Some(Self::Cluster),
            ("server", [id]) => Some(Self::Server(NodeId(*id))),
            ("link", [a, b]) => Some(Self::link(NodeId(*a), NodeId(*b))),
            ("packet", [id]) => Some(Self::Packet(PacketId(*id))),
            ("entry", [server, index]) => Some(Self::Entry(Entry { server: NodeId(*server), index: LogIndex(*index) })),
            ("client", [id]) => Some(Self::Client(ClientId(u32::try_from(*id).ok()?))),
            _ => None,
        }
    }

    /// What it is called: `S1`, `the link S1–S2`, `AppendEntries from S1 to S2`.
    pub(crate) fn name(self, view: &View) -> String {
        match self {
            Self::Cluster => "the cluster".to_owned(),
            Self::Server(id) => id.to_string(),
            Self::Link(a, b) => format!("the link {a}–{b}"),
            Self::Packet(id) => {
                let packet = view.packets.iter().find(|packet| packet.id == id);
                packet.map_or_else(|| format!("message {}", id.0), title)
            }
            Self::Entry(entry) => format!("entry {} on {}", entry.index, entry.server),
            Self::Client(id) => id.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_means_what_it_was_made_of() {
        let subjects = [
            Subject::Cluster,
            Subject::Server(NodeId(3)),
            Subject::Link(NodeId(1), NodeId(12)),
            Subject::Packet(PacketId(4_711)),
            Subject::Entry(Entry { server: NodeId(2), index: LogIndex(9) }),
            Subject::Client(ClientId(2)),
        ];
        for subject in subjects {
            assert_eq!(Subject::from_mark(&subject.mark()), Some(subject));
        }
        for nonsense in ["", "server", "server-x", "link-1", "heal", "cluster-1", "server-1-2"] {
            assert_eq!(Subject::from_mark(nonsense), None, "{nonsense}");
        }
    }
}

//! What is lit when something is pointed at.

use raftarium_sim::core::{Instant, LogIndex, NodeId};
use raftarium_sim::{Address, Happening, PacketId, Record, View};

use super::space_time::Scene;
use crate::state::{Entry, Pointed};

/// The ids of all elements that are lit: what is pointed at, and what it is about. A message is about the two servers
/// that it is between and the entries that it brought, as far as that is known; an entry is about its copies.
pub(crate) fn lit(pointed: Pointed, view: &View, records: &[Record], flight: u64) -> Vec<String> {
    let mut ids = pointed.ids();
    match pointed {
        Pointed::Nothing | Pointed::Server(_) | Pointed::OtherPacket(_) => {}
        Pointed::Packet(packet) => {
            let Some((sent, ends)) = sent(records, packet) else { return ids };
            ids.extend(ends.into_iter().filter_map(Address::server).map(|NodeId(id)| format!("row-{id}")));
            let until = Instant::from_micros(sent.as_micros().saturating_add(flight));
            let scene = Scene::read(records, view, sent, until, flight);
            for carried in scene.brought(packet) {
                let indexes = carried.first.0..=carried.last.index.0;
                ids.extend(
                    indexes.flat_map(|index| {
                        Pointed::Entry(Entry { server: carried.server, index: LogIndex(index) }).ids()
                    }),
                );
            }
        }
        Pointed::Entry(Entry { server, index }) => {
            let find = |id: NodeId| {
                let log = &view.servers.iter().find(|view| view.id == id)?.log;
                log.iter().find(|entry| entry.id.index == index).map(|entry| entry.id)
            };
            let Some(this) = find(server) else { return ids };
            let copies = view.servers.iter().filter(|view| view.id != server && find(view.id) == Some(this));
            ids.extend(copies.flat_map(|view| Pointed::Entry(Entry { server: view.id, index }).ids()));
            ids.push(format!("row-{}", server.0));
        }
    }
    ids
}

/// When a message was sent, and between whom. Messages are counted as they are sent.
fn sent(records: &[Record], packet: PacketId) -> Option<(Instant, [Address; 2])> {
    let (mut low, mut high) = (0, records.len());
    while low < high {
        let middle = low.midpoint(high);
        let found = records[middle..high].iter().zip(middle..).find_map(|(record, at)| {
            let Happening::Sent { packet, from, to, .. } = &record.what else { return None };
            Some((at, *packet, record.at, [*from, *to]))
        });
        match found {
            None => high = middle,
            Some((_, id, at, ends)) if id == packet => return Some((at, ends)),
            Some((at, id, ..)) if id < packet => low = at + 1,
            Some(_) => high = middle,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use raftarium_sim::{ClientId, Command, Op, PacketKind};

    #[test]
    fn every_message_is_found() {
        let timeline = fixture::settled(5);
        let records = timeline.all_records();
        let mut count = 0;
        for record in records {
            if let Happening::Sent { packet, from, to, .. } = &record.what {
                assert_eq!(sent(records, *packet), Some((record.at, [*from, *to])), "{packet:?}");
                count += 1;
            }
        }
        assert!(count > 100);
        assert_eq!(sent(records, PacketId(1 << 40)), None);
    }

    #[test]
    fn a_message_lights_what_it_brings_and_an_entry_its_copies() {
        let mut timeline = fixture::settled(3);
        let op = Op::Put { key: "x".into(), value: "1".into() };
        timeline.dispatch(Command::Request { client: ClientId(1), server: None, op }).expect("nobody waits");
        timeline.seek(Instant::from_millis(1_300));
        let (view, records) = (timeline.view(), timeline.all_records());
        let last = view.servers[0].log.last().expect("it was appended").id.index;
        let entry = Entry { server: NodeId(1), index: last };
        let copies = lit(Pointed::Entry(entry), &view, records, 200_000);
        assert_eq!(
            copies,
            [1, 2, 3]
                .map(|id| format!("entry-{id}-{last}"))
                .into_iter()
                .chain(["row-1".to_owned()])
                .collect::<Vec<_>>()
        );

        let brings = records.iter().rev().find_map(|record| {
            let Happening::Sent { packet, to, what, .. } = &record.what else { return None };
            matches!(what.kind, PacketKind::Append { .. }).then_some((*packet, *to))
        });
        let (packet, to) = brings.expect("it was sent to the others");
        let to = to.server().expect("a follower").0;
        let ids = lit(Pointed::Packet(packet), &view, records, 200_000);
        assert!(ids.contains(&format!("entry-{to}-{last}")) && ids.contains(&format!("row-{to}")), "{ids:?}");
    }
}

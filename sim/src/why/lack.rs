//! Why a server does not have, or has not acknowledged, what its leader has.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::{Body, EntryId, Event, Instant, NodeId, ProgressState, Term};

use super::look::Look;
use super::words::subject;
use super::{Cause, Thing, link};
use crate::address::Address;
use crate::command::Command;
use crate::packet::{Content, PacketClass, PacketId, PacketKind};
use crate::story::{list, seconds};
use crate::trace::{Happening, Record};
use crate::view::{PacketView, ServerView};

/// What is missing between a leader and a server.
#[derive(Clone, Debug, PartialEq)]
enum Lack {
    Down,
    Paused,
    /// Nothing gets there.
    CutThere,
    /// Everything to it stands still.
    StoppedThere,
    FilteredThere,
    /// It has it, and its answer does not get back.
    CutBack,
    StoppedBack,
    /// It is in a later term, and takes nothing of this leader's.
    Later(Term),
    /// Its disk has lost what it had acknowledged.
    LostData,
    Writing,
    StalledDisk,
    /// Its answer is under way.
    Answering(Instant),
    /// It has it on its disk, and the leader does not know.
    Unheard,
    UnderWay(Instant),
    Held,
    Snapshot,
    Searching,
    /// It was sent, and is neither there nor under way.
    NotArrived,
    NotSent,
}

/// Why each of `servers` has not acknowledged `entry` to `leader`: those for the same reason in one sentence.
pub(super) fn lacks(look: &Look<'_>, leader: &ServerView, servers: &[NodeId], entry: EntryId) -> Vec<Cause> {
    let mut found: Vec<(Lack, Option<Record>, Vec<NodeId>, Thing)> = Vec::new();
    for id in servers {
        let Some((lack, record, about)) = lack(look, leader, *id, entry) else { continue };
        let same = |(other, of, ..): &&mut (Lack, Option<Record>, Vec<NodeId>, Thing)| {
            *other == lack && of.as_ref().map(|of| of.id) == record.as_ref().map(|record| record.id)
        };
        match found.iter_mut().find(same) {
            Some((_, _, ids, _)) => ids.push(*id),
            None => found.push((lack, record, [*id].to_vec(), about)),
        }
    }
    let tell = |(lack, record, ids, about): (Lack, Option<Record>, Vec<NodeId>, Thing)| {
        let cause = Cause::new(words(&lack, leader.id, &ids), about);
        if record.is_some() {
            return cause.when(record.as_ref());
        }
        if let Lack::Answering(at) | Lack::UnderWay(at) = lack { cause.at(at) } else { cause }
    };
    found.into_iter().map(tell).collect()
}

fn lack(look: &Look<'_>, leader: &ServerView, id: NodeId, entry: EntryId) -> Option<(Lack, Option<Record>, Thing)> {
    let (there, back) = ((leader.id, id), (id, leader.id));
    if id == leader.id {
        return Some(on_disk(look, leader));
    }
    let server = look.find(id)?;
    let itself = Thing::Server(id);
    if server.role.is_none() {
        let crashed = look.last(&|record| matches!(&record.what, Happening::Crashed { server, .. } if *server == id));
        return Some((Lack::Down, crashed, itself));
    }
    if server.paused {
        let paused = look.done(&|command| matches!(command, Command::Pause { server } if *server == id));
        return Some((Lack::Paused, paused, itself));
    }
    let has = server.base.index >= entry.index || server.log.iter().any(|own| own.id == entry);
    let durable = server.base.index >= entry.index || server.log.iter().any(|own| own.id == entry && own.durable);
    let way = |(from, to)| Thing::Link { from, to };
    if !has && look.is_cut(there.0, there.1) {
        return Some((Lack::CutThere, look.cut_by(there.0, there.1), way(there)));
    }
    if server.term > leader.term {
        let later = look.last_event(id, &|event| is_later(event, server.term));
        return Some((Lack::Later(server.term), later, itself));
    }
    let known = look.node(leader.id).and_then(|node| node.followers().iter().find(|follower| follower.id() == id));
    if known.is_some_and(raftarium_core::Progress::has_lost_data) {
        let lost =
            look.last_event(leader.id, &|event| matches!(event, Event::PeerLostData { peer, .. } if *peer == id));
        return Some((Lack::LostData, lost, itself));
    }
    if has && !durable {
        return Some(on_disk(look, server));
    }
    if has {
        return Some(unheard(look, back));
    }
    if link::is_clogged(look.view, there.0, there.1) {
        return Some((Lack::StoppedThere, clogging(look, there), way(there)));
    }
    if link::filters(look.view, there.0, there.1, PacketClass::Append) {
        return Some((Lack::FilteredThere, filtering(look, there), way(there)));
    }
    if let Some((packet, arrives, held)) = carrier(look, there, entry) {
        let sent = look.last(&|record| matches!(&record.what, Happening::Sent { packet: of, .. } if *of == packet));
        let lack = if held { Lack::Held } else { Lack::UnderWay(arrives) };
        return Some((lack, sent, Thing::Packet(packet)));
    }
    let follower = leader.followers.iter().find(|follower| follower.id == id)?;
    Some(match follower.state {
        ProgressState::Snapshot { .. } => (Lack::Snapshot, None, itself),
        ProgressState::Probe { .. } => (Lack::Searching, look.election_of(leader.id, leader.term), itself),
        ProgressState::Replicate if follower.next > entry.index => (Lack::NotArrived, lost(look, there), itself),
        ProgressState::Replicate => (Lack::NotSent, None, itself),
    })
}

/// It has it on its disk, and the leader has not heard so.
fn unheard(look: &Look<'_>, (from, to): (NodeId, NodeId)) -> (Lack, Option<Record>, Thing) {
    let way = Thing::Link { from, to };
    if look.is_cut(from, to) {
        return (Lack::CutBack, look.cut_by(from, to), way);
    }
    if link::is_clogged(look.view, from, to) {
        return (Lack::StoppedBack, clogging(look, (from, to)), way);
    }
    let is_answer = |packet: &&PacketView| {
        (packet.from, packet.to) == (Address::Server(from), Address::Server(to))
            && packet.lost.is_none()
            && packet.held.is_none()
            && matches!(packet.what.kind, PacketKind::AppendReply { accepted: true })
    };
    match look.view.packets.iter().rfind(is_answer) {
        Some(packet) => (Lack::Answering(packet.arrives), None, Thing::Packet(packet.id)),
        None => (Lack::Unheard, lost(look, (from, to)), Thing::Server(from)),
    }
}

fn on_disk(look: &Look<'_>, server: &ServerView) -> (Lack, Option<Record>, Thing) {
    let id = server.id;
    if server.disk.stalled {
        let stalled = look.done(
            &|command| matches!(command, Command::SetDisk { server, settings } if *server == id && settings.stalled),
        );
        return (Lack::StalledDisk, stalled, Thing::Server(id));
    }
    let began = look.last(&|record| {
        matches!(&record.what, Happening::WriteBegan { server, entries, .. } if *server == id && *entries > 0)
    });
    (Lack::Writing, began, Thing::Server(id))
}

/// What stopped a link.
pub(super) fn clogging(look: &Look<'_>, (a, b): (NodeId, NodeId)) -> Option<Record> {
    look.done(&|command| {
        matches!(command, Command::Clog { from, to, both } if (*from, *to) == (a, b) || *both && (*to, *from) == (a, b))
    })
}

/// What lets some kinds through a link no more.
pub(super) fn filtering(look: &Look<'_>, (a, b): (NodeId, NodeId)) -> Option<Record> {
    look.done(&|command| {
        matches!(command, Command::Filter { from, to, both, .. } if (*from, *to) == (a, b) || *both && (*to, *from) == (a, b))
    })
}

/// The last packet on a link that was lost.
fn lost(look: &Look<'_>, (a, b): (NodeId, NodeId)) -> Option<Record> {
    let kept = look.timeline.records();
    let is_it = |record: &Record| {
        let Happening::Lost { .. } = record.what else { return false };
        let sent = look.sending_of(record);
        sent.is_some_and(|sent| {
            matches!(sent.what, Happening::Sent { from, to, .. } if (from, to) == (Address::Server(a), Address::Server(b)))
        })
    };
    kept.iter().rev().take(NEAR).find(|record| is_it(record)).cloned()
}

/// How many records before now may have to do with what is under way.
const NEAR: usize = 4_000;

/// A packet that brings `entry`: which, when it arrives, and whether it stands still.
fn carrier(look: &Look<'_>, (from, to): (NodeId, NodeId), entry: EntryId) -> Option<(PacketId, Instant, bool)> {
    let brings = |content: &Content| match content {
        Content::Raft(message) => {
            matches!(&message.body, Body::AppendRequest(request) if request.entries.iter().any(|carried| carried.id == entry))
        }
        Content::Request { .. } | Content::Answer { .. } => false,
    };
    let ends = (Address::Server(from), Address::Server(to));
    let mut packets = look.timeline.world().environment.network.packets();
    let found =
        packets.find(|packet| (packet.from, packet.to) == ends && packet.lost.is_none() && brings(&packet.content))?;
    Some((found.id, found.arrives, found.held.is_some()))
}

fn is_later(event: &Event, now: Term) -> bool {
    matches!(event, Event::TermAdvanced { to: term, .. } | Event::ElectionStarted { term, .. } if term.0 == now.0)
}

fn words(lack: &Lack, leader: NodeId, ids: &[NodeId]) -> String {
    let who = list(ids);
    let s = |one: &str, many: &str| subject(ids, one, many);
    match lack {
        Lack::Down => format!("{} down.", s("is", "are")),
        Lack::Paused => format!("{} paused, and does nothing with what arrives.", s("is", "are")),
        Lack::CutThere => format!("Nothing gets from {leader} to {who}: the network is cut there."),
        Lack::StoppedThere => format!("Everything from {leader} to {who} stands still on its link."),
        Lack::FilteredThere => format!("The link from {leader} to {who} lets no entries through."),
        Lack::CutBack => {
            format!("{} it on disk, and cannot tell {leader}: the way back is cut.", s("has", "have"))
        }
        Lack::StoppedBack => {
            format!("{} it on disk, and the answer stands still on the way back.", s("has", "have"))
        }
        Lack::Later(term) => {
            format!("{} in term {term}, and takes nothing from {leader}, whose term is over (§5.1).", s("is", "are"))
        }
        Lack::LostData => {
            format!("{} what it had acknowledged, and counts for nothing: its disk lost it.", s("denies", "deny"))
        }
        Lack::Writing => format!("{} it, and the disk has not finished writing it.", s("has", "have")),
        Lack::StalledDisk => format!("{} it, and the disk is stalled.", s("has", "have")),
        Lack::Answering(at) => {
            format!("{} it on disk, and the answer arrives at {leader} at {}.", s("has", "have"), seconds(*at))
        }
        Lack::Unheard => {
            format!("{} it on disk, and {leader} has not heard so: it learns with the next answer.", s("has", "have"))
        }
        Lack::UnderWay(at) => format!("It is on its way to {who}, and arrives at {}.", seconds(*at)),
        Lack::Held => format!("The message that brings it to {who} stands still."),
        Lack::Snapshot => {
            format!("{} so far behind that a snapshot has to be sent first (§7).", s("is", "are"))
        }
        Lack::Searching => {
            format!("{leader} does not know yet where its log and that of {who} agree (§5.3).")
        }
        Lack::NotArrived => {
            format!("{leader} has sent it to {who}, where it has not arrived; it sends again when it learns so (§5.3).")
        }
        Lack::NotSent => format!("{leader} has not sent it to {who} yet."),
    }
}

//! Why a client has no answer, or a refusal.

use alloc::format;
use alloc::vec::Vec;

use raftarium_core::{EntryId, Event, LogIndex, NodeId};

use super::look::Look;
use super::{Cause, NotSo, Thing, committed, otherwise, server};
use crate::address::Address;
use crate::client::{Answer, Request, RequestStatus};
use crate::packet::{Content, PacketKind};
use crate::story::seconds;
use crate::trace::{Happening, Record};

pub(super) fn unanswered(look: &Look<'_>, request: &Request) -> Result<Vec<Cause>, NotSo> {
    let about = Thing::Request(request.id);
    let mut causes = Vec::new();
    match &request.status {
        RequestStatus::Answered { .. } => return otherwise(format!("{} has its answer.", request.client)),
        RequestStatus::Waiting => {}
        RequestStatus::Unknown { .. } => {
            let id = request.id;
            let ended =
                look.last(&|record| matches!(&record.what, Happening::TimedOut { request, .. } if *request == id));
            let words = format!(
                "{} has stopped waiting; it may have been done, or may still be, and nobody can tell it (§8).",
                request.client
            );
            causes.push(Cause::new(words, about).when(ended.as_ref()));
        }
    }
    causes.extend(whereabouts(look, request));
    Ok(causes)
}

/// Where a request is, or its answer.
fn whereabouts(look: &Look<'_>, request: &Request) -> Vec<Cause> {
    let (client, id, asked) = (request.client, request.id, request.server);
    let mine = |content: &Content| match content {
        Content::Request { request, .. } | Content::Answer { request, .. } => *request == id,
        Content::Raft(_) => false,
    };
    let mut packets = look.timeline.world().environment.network.packets();
    if let Some(packet) = packets.find(|packet| mine(&packet.content) && packet.lost.is_none()) {
        let what = match packet.content {
            Content::Answer { .. } => "The answer",
            Content::Request { .. } | Content::Raft(_) => "The request",
        };
        let words = match (packet.held, look.find(asked).filter(|server| server.paused)) {
            (None, _) => format!("{what} is under way to {}, and arrives at {}.", packet.to, seconds(packet.arrives)),
            (Some(_), Some(server)) => format!("{what} waits at {}, which is paused.", server.id),
            (Some(_), None) => format!("{what} is under way to {}, and stands still.", packet.to),
        };
        let cause = Cause::new(words, Thing::Packet(packet.id));
        let at = packet.held.unwrap_or(packet.arrives);
        return [cause.at(at)].to_vec();
    }
    let Some(sent) = sent(look, request) else {
        return [Cause::new(format!("{client} has asked {asked}."), Thing::Request(id)).at(request.asked)].to_vec();
    };
    let mut causes = [look.told(&sent.0)].to_vec();
    let Some(arrival) = sent.1 else {
        let fate = look.find(asked);
        if let Some(server) = fate.filter(|server| server.role.is_none()) {
            causes.extend(server::stopped(look, server));
        } else {
            causes.push(Cause::new(format!("It has not arrived at {asked}."), Thing::Server(asked)));
        }
        return causes;
    };
    if let Some(crashed) = look.last(&|record| {
        record.id > arrival.id && matches!(&record.what, Happening::Crashed { server, .. } if *server == asked)
    }) {
        let words =
            format!("{asked} had it, and crashed before it could answer: whom it was to tell was in its memory.");
        causes.push(Cause::new(words, Thing::Server(asked)).when(Some(&crashed)));
    }
    match entry_of(look, &arrival, asked) {
        Some(entry) => causes.extend(of_entry(look, asked, entry)),
        None => {
            let passed = look.last(&|record| {
                record.cause == Some(arrival.id)
                    && matches!(&record.what, Happening::Node { event: Event::ProposalForwarded { .. }, .. })
            });
            causes.extend(passed.map(|passed| look.told(&passed)));
            causes.extend(look.find(asked).and_then(|server| server::paused(look, server)));
            let is_read = matches!(request.op, crate::Op::Read { .. });
            if is_read {
                let words = format!(
                    "{asked} answers a read once it knows that its state is not old (§6.4 of the dissertation)."
                );
                causes.push(Cause::new(words, Thing::Server(asked)).when(Some(&arrival)));
            } else {
                causes.push(look.told(&arrival));
            }
        }
    }
    causes
}

/// The last time that a request was sent, and its arrival.
fn sent(look: &Look<'_>, request: &Request) -> Option<(Record, Option<Record>)> {
    let (client, to) = (Address::Client(request.client), Address::Server(request.server));
    let sent = look.last(&|record| {
        record.at >= request.asked
            && matches!(&record.what, Happening::Sent { from, to: whom, what, .. }
                if *from == client && *whom == to && what.kind == PacketKind::Request)
    })?;
    let arrival =
        look.last(&|record| record.cause == Some(sent.id) && matches!(record.what, Happening::Delivered { .. }));
    Some((sent, arrival))
}

/// The entry that an arrival led to.
fn entry_of(look: &Look<'_>, arrival: &Record, server: NodeId) -> Option<EntryId> {
    let appended = look.last(&|record| {
        record.cause == Some(arrival.id)
            && matches!(&record.what, Happening::Node { server: of, event: Event::Appended { .. } } if *of == server)
    })?;
    if let Happening::Node { event: Event::Appended { last, .. }, .. } = appended.what { Some(last) } else { None }
}

/// What keeps an entry from being answered for.
fn of_entry(look: &Look<'_>, id: NodeId, entry: EntryId) -> Vec<Cause> {
    let Some(server) = look.find(id) else { return Vec::new() };
    let place = Thing::Entry { server: id, index: entry.index };
    let found = server.log.iter().find(|own| own.id == entry);
    match found {
        Some(own) if !own.committed => {
            let words = format!(
                "{id} made it entry {}, and answers when that is committed and applied (§5.3, §8).",
                entry.index
            );
            let mut causes = [Cause::new(words, place)].to_vec();
            causes.extend(committed::is_not(look, server, own).unwrap_or_default());
            causes
        }
        Some(own) if !own.applied => super::entry::not_applied(look, server, own).unwrap_or_default(),
        Some(_) => [Cause::new(format!("{id} has entry {} in its log, committed.", entry.index), place)].to_vec(),
        None => {
            let mut causes =
                [Cause::new(format!("{id} made it entry {}, and has it in its log no more.", entry.index), place)]
                    .to_vec();
            causes.extend(super::entry::gone(look, server, entry.index).unwrap_or_default());
            causes
        }
    }
}

pub(super) fn refused(look: &Look<'_>, request: &Request) -> Result<Vec<Cause>, NotSo> {
    let RequestStatus::Answered { answer, .. } = &request.status else {
        return otherwise(format!("{} has no answer.", request.client));
    };
    let mut causes = Vec::new();
    let id = request.id;
    let told = look.last(&|record| matches!(&record.what, Happening::Answered { request, .. } if *request == id));
    causes.extend(told.map(|told| look.told(&told)));
    match answer {
        Answer::Committed { .. } | Answer::Read { .. } | Answer::Opened { .. } => return otherwise("It was done."),
        Answer::NotLeader { leader, .. } => {
            let known = leader
                .and_then(|leader| look.find(leader))
                .filter(|leader| leader.role == Some(raftarium_core::Role::Leader));
            causes.extend(known.map(|known| super::leader::elected(look, known)));
            let words = "Only the leader takes what clients ask (§5.1, §8).";
            causes.push(Cause::new(words, Thing::Request(id)));
        }
        Answer::Down { server } => {
            let down = look.find(*server).filter(|server| server.role.is_none());
            causes.extend(down.into_iter().flat_map(|down| server::stopped(look, down)));
        }
        Answer::Superseded { entry, .. } => causes.extend(superseded(look, request.server, entry.index)),
        Answer::Busy { .. } | Answer::NoLeases { .. } | Answer::ReadFailed { .. } | Answer::SessionEnded { .. } => {}
    }
    causes.extend(sent(look, request).map(|(sent, _)| look.told(&sent)));
    if causes.is_empty() {
        causes.push(Cause::new("It was refused.", Thing::Request(id)).at(request.asked));
    }
    Ok(causes)
}

fn superseded(look: &Look<'_>, server: NodeId, index: LogIndex) -> Vec<Cause> {
    let erased = look.last_event(
        server,
        &|event| matches!(event, Event::Truncated { first, last, .. } if (*first..=last.index).contains(&index)),
    );
    erased.map(|erased| look.told(&erased)).into_iter().collect()
}

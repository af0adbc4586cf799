//! Why a packet was sent, is lost, or stands still.

use alloc::format;
use alloc::vec::Vec;

use raftarium_core::Event;

use super::look::{Look, commanded};
use super::{Cause, NotSo, Thing, link, otherwise, vote};
use crate::address::Address;
use crate::command::{Command, PacketAct};
use crate::packet::{PacketId, PacketKind};
use crate::trace::{Happening, LossReason, Record};
use crate::view::PacketView;

/// The most steps back that are told.
const BACK: usize = 5;

/// The sending of a packet, and how it was doubled, if it is a copy; perhaps of a copy.
fn sending(look: &Look<'_>, id: PacketId) -> Option<(Record, Option<Record>)> {
    let (mut wanted, mut copied) = (id, None);
    let mut end = crate::trace::RecordId(look.view.records);
    loop {
        let found = look.last_before(end, &|record| {
            matches!(record.what, Happening::Sent { packet: it, .. } | Happening::Doubled { copy: it, .. } if it == wanted)
        })?;
        let Happening::Doubled { packet, .. } = found.what else { return Some((found, copied)) };
        (wanted, end) = (packet, found.id);
        copied = copied.or(Some(found));
    }
}

pub(super) fn sent(look: &Look<'_>, id: PacketId) -> Result<Vec<Cause>, NotSo> {
    let Some((sent, copy)) = sending(look, id) else { return Err(NotSo::Unknown { given: Thing::Packet(id) }) };
    let mut causes: Vec<Cause> = copy.iter().map(|copy| look.told(copy)).collect();
    let Happening::Sent { from, to, what, .. } = &sent.what else { return Ok(causes) };
    causes.push(look.told(&sent));
    if let (
        PacketKind::VoteReply { granted: false } | PacketKind::PreVoteReply { granted: false },
        Address::Server(from),
        Address::Server(to),
    ) = (what.kind, from, to)
    {
        let refused = look.event_before(
            sent.id,
            *from,
            &|event| matches!(event, Event::VoteRefused { to: whom, .. } if whom == to),
        );
        if let Some(refused) = refused {
            causes.extend(vote::refusal(look, *from, &refused));
            return Ok(causes);
        }
    }
    // What was decided on the way is a fruit of the same cause.
    let decided = sent.cause.and_then(|cause| {
        let decided = |record: &Record| {
            record.cause == Some(cause)
                && from
                    .server()
                    .is_some_and(|from| matches!(&record.what, Happening::Node { server, .. } if *server == from))
        };
        look.last_before(sent.id, &|record| record.id == cause || decided(record)).filter(|found| found.id != cause)
    });
    causes.extend(decided.map(|decided| look.told(&decided)));
    causes.extend(look.chain(sent.id).iter().skip(1).take(BACK - 1).map(|record| look.told(record)));
    Ok(causes)
}

pub(super) fn lost(look: &Look<'_>, id: PacketId) -> Result<Vec<Cause>, NotSo> {
    let lost = look.last(&|record| matches!(&record.what, Happening::Lost { packet, .. } if *packet == id));
    let sending = sending(look, id);
    let (Some(lost), Some((sent, _))) = (lost, sending) else {
        return otherwise(format!("Message {} is not known to be lost.", id.0));
    };
    let mut causes = [look.told(&lost)].to_vec();
    let Happening::Sent { from, to, .. } = sent.what else { return Ok(causes) };
    if let (Happening::Lost { reason, .. }, (Address::Server(from), Address::Server(to))) = (&lost.what, (from, to)) {
        let by = match reason {
            LossReason::Cut => look.cut_before(lost.id, from, to),
            LossReason::ReceiverDown => look.crash_before(lost.id, to),
            LossReason::Dropped => look.cause_of(&lost),
            LossReason::Chance => look.last_before(lost.id, &|record| sets(record, from, to)),
            LossReason::Filtered => look.last_before(lost.id, &|record| {
                matches!(&record.what, Happening::Commanded(Command::Filter { from: a, to: b, both, .. }) if (*a, *b) == (from, to) || *both && (*b, *a) == (from, to))
            }),
            LossReason::QueueFull => None,
        };
        causes.extend(by.map(|by| look.told(&by)));
    }
    causes.push(look.told(&sent));
    causes.extend(look.cause_of(&sent).map(|cause| look.told(&cause)));
    Ok(causes)
}

fn sets(record: &Record, from: raftarium_core::NodeId, to: raftarium_core::NodeId) -> bool {
    commanded(record).is_some_and(|command| {
        matches!(command, Command::SetAllLinks { .. })
            || matches!(command, Command::SetLink { from: a, to: b, both, .. }
                if (*a, *b) == (from, to) || *both && (*b, *a) == (from, to))
    })
}

pub(super) fn held(look: &Look<'_>, packet: &PacketView) -> Result<Vec<Cause>, NotSo> {
    let id = packet.id;
    let Some(since) = packet.held else { return otherwise("This message does not stand still.") };
    let by_hand =
        look.done(&|command| matches!(command, Command::Packet { packet, act: PacketAct::Hold } if *packet == id));
    let ends = packet.from.server().zip(packet.to.server());
    let receiver = packet.to.server().and_then(|to| look.find(to)).filter(|server| server.paused);
    let mut causes = Vec::new();
    if let Some(server) = receiver {
        causes.extend(super::server::paused(look, server));
    } else if let Some((from, to)) = ends.filter(|(from, to)| link::is_clogged(look.view, *from, *to)) {
        causes.extend(link::blocked(look, (from, to))?);
    } else if let Some(by_hand) = by_hand {
        causes.push(look.told(&by_hand));
    } else {
        causes.push(Cause::new("It stands still.", Thing::Packet(id)).at(since));
    }
    causes.extend(sending(look, id).map(|(sent, _)| look.told(&sent)));
    Ok(causes)
}

//! Why a leader stepped down (§5.1; §6.2 of the dissertation).

use alloc::format;
use alloc::vec::Vec;

use raftarium_core::{Event, NodeId, Role, StepDownReason, Term, quorum};

use super::look::{Look, is_from};
use super::words::subject;
use super::{Cause, NotSo, Thing, otherwise};
use crate::address::Address;
use crate::command::Command;
use crate::packet::PacketKind;
use crate::trace::{Happening, Record};
use crate::view::ServerView;

/// Why a server gave up leading, the last time.
pub(super) fn last(look: &Look<'_>, server: &ServerView) -> Result<Vec<Cause>, NotSo> {
    let id = server.id;
    let gave_up = |event: &Event| matches!(event, Event::SteppedDown { was: Role::Leader, .. });
    let Some(record) = look.last_event(id, &gave_up) else {
        return otherwise(format!("{id} has not stepped down as a leader, as far as the trace is known."));
    };
    let Happening::Node { event: Event::SteppedDown { term, reason, .. }, .. } = &record.what else {
        return otherwise(format!("{id} has not stepped down as a leader."));
    };
    let first = look.told(&record);
    let words = format!("{} ({}).", first.words.trim_end_matches('.'), rule(*reason));
    let mut causes = [Cause { words, ..first }].to_vec();
    match reason {
        StepDownReason::HigherTerm { from } => causes.extend(later_term(look, &record, *from, *term)),
        StepDownReason::LeaderFound { leader } => {
            causes.extend(look.election_of(*leader, *term).map(|elected| look.told(&elected)));
        }
        StepDownReason::QuorumLost => causes.extend(unheard(look, &record, server)),
        StepDownReason::DiskStalled => {
            let stalled = |record: &Record| matches!(&record.what, Happening::Commanded(Command::SetDisk { server, settings }) if *server == id && settings.stalled);
            let began = |record: &Record| matches!(&record.what, Happening::WriteBegan { server, .. } if *server == id);
            causes.extend(look.last_before(record.id, &began).map(|began| look.told(&began)));
            causes.extend(look.last_before(record.id, &stalled).map(|stalled| look.told(&stalled)));
        }
        StepDownReason::Removed => {
            let changed =
                |event: &Event| matches!(event, Event::MembershipChanged { membership } if !membership.is_voter(id));
            causes.extend(look.event_before(record.id, id, &changed).map(|changed| look.told(&changed)));
            let asked = |record: &Record| matches!(&record.what, Happening::Commanded(Command::ChangeMembership { server, .. }) if *server == id);
            causes.extend(look.last_before(record.id, &asked).map(|asked| look.told(&asked)));
        }
    }
    Ok(causes)
}

const fn rule(reason: StepDownReason) -> &'static str {
    match reason {
        StepDownReason::HigherTerm { .. } => "§5.1",
        StepDownReason::LeaderFound { .. } => "§5.2",
        StepDownReason::QuorumLost => "§6.2 of the dissertation",
        StepDownReason::DiskStalled => "the others are a majority without it",
        StepDownReason::Removed => "§6",
    }
}

/// The message of a later term, and why there was such a term.
fn later_term(look: &Look<'_>, record: &Record, from: NodeId, term: Term) -> Vec<Cause> {
    let mut causes = Vec::new();
    let arrival = look.cause_of(record);
    causes.extend(arrival.as_ref().map(|arrival| look.told(arrival)));
    let stood = |event: &Event| matches!(event, Event::ElectionStarted { term: of, .. } if *of == term);
    let own = look.event_before(record.id, from, &stood);
    // It may have learnt of the term from whoever stood in it.
    let stood = own.or_else(|| {
        look.last_before(record.id, &|record| matches!(&record.what, Happening::Node { event, .. } if stood(event)))
    });
    if let Some(stood) = stood {
        let who = stood.what.server().unwrap_or(from);
        causes.push(look.told(&stood));
        causes.extend(super::candidate::before(look, &stood, who));
    }
    causes
}

/// Which voters were not heard from, and what kept them.
fn unheard(look: &Look<'_>, record: &Record, server: &ServerView) -> Vec<Cause> {
    let id = server.id;
    let Some(node) = look.node(id) else { return Vec::new() };
    let timeout = node.config().settings().election_timeout_min;
    // Who voted when it led: what it knows now may be another membership.
    let changed = |event: &Event| matches!(event, Event::MembershipChanged { .. });
    let voters: Vec<NodeId> = if let Some(Happening::Node { event: Event::MembershipChanged { membership }, .. }) =
        look.event_before(record.id, id, &changed).map(|changed| changed.what)
    {
        membership.voters().to_vec()
    } else {
        look.timeline.setup().everyone().voters().to_vec()
    };
    let begins = record.at.as_micros().saturating_sub(u64::try_from(timeout.as_micros()).unwrap_or(0));
    let (of, needed) = (voters.len(), quorum::majority(voters.len()));
    let mut groups: Vec<(Option<Record>, Why, Vec<NodeId>)> = Vec::new();
    for voter in voters.into_iter().filter(|voter| *voter != id) {
        let heard = look.last_before(record.id, &|record| {
            matches!(&record.what, Happening::Delivered { to: Address::Server(to), .. } if *to == id)
                && look.sending_of(record).is_some_and(|sent| is_from(&sent, voter) && is_sign(&sent))
        });
        if heard.as_ref().is_some_and(|heard| heard.at.as_micros() > begins) {
            continue;
        }
        let (by, why) = if let Some(crashed) = look.crash_before(record.id, voter) {
            (Some(crashed), Why::Down)
        } else if let Some(paused) = look.pause_before(record.id, voter) {
            (Some(paused), Why::Paused)
        } else if let Some(cut) = look.cut_before(record.id, voter, id) {
            let one_way = look.cut_before(record.id, id, voter).is_none();
            (Some(cut), if one_way { Why::CutBackOnly } else { Why::CutBack })
        } else if let Some(cut) = look.cut_before(record.id, id, voter) {
            (Some(cut), Why::CutThere)
        } else {
            (heard, Why::Silent)
        };
        // Those that were kept from it by the same are told together, with the last moment at which that came about.
        match groups.iter_mut().find(|(_, other, _)| *other == why) {
            Some((of, _, ids)) => {
                ids.push(voter);
                if by.as_ref().map(|by| by.id) > of.as_ref().map(|of| of.id) {
                    *of = by;
                }
            }
            None => groups.push((by, why, [voter].to_vec())),
        }
    }
    let tell = |(by, why, ids): (Option<Record>, Why, Vec<NodeId>)| {
        let about = match (why, &ids[..]) {
            (Why::CutBack | Why::CutBackOnly | Why::CutThere, [only]) => Thing::Link { from: *only, to: id },
            (_, ids) => ids.first().map_or(Thing::Cluster, |first| Thing::Server(*first)),
        };
        let words = match why {
            Why::Down => format!("{} down.", subject(&ids, "was", "were")),
            Why::Paused => format!("{} paused.", subject(&ids, "was", "were")),
            Why::CutBack => {
                format!("Nothing got through from {} to {id}: the network was cut.", crate::story::list(&ids))
            }
            Why::CutBackOnly => format!(
                "Nothing got through from {} to {id}: the network was cut that way only. What {id} sent still arrived, so \
                 they went on following it.",
                crate::story::list(&ids)
            ),
            Why::CutThere => {
                format!("Nothing got through from {id} to {}: the network was cut.", crate::story::list(&ids))
            }
            Why::Silent => format!("No answer of {} had come in time.", crate::story::list(&ids)),
        };
        Cause::new(words, about).when(by.as_ref())
    };
    let missing: usize = groups.iter().map(|(.., ids)| ids.len()).sum();
    let words = format!(
        "It looks in each election timeout whether a majority has answered: {} of {of} voters had, itself included, and \
         {needed} are needed.",
        of.saturating_sub(missing)
    );
    let counted = Cause::new(words, Thing::Server(id)).when(Some(record));
    core::iter::once(counted).chain(groups.into_iter().map(tell)).collect()
}

#[derive(Clone, Copy, PartialEq)]
enum Why {
    Down,
    Paused,
    CutBack,
    /// What the leader sent still arrived.
    CutBackOnly,
    CutThere,
    Silent,
}

/// Whether a leader takes what was sent for a sign of its follower.
fn is_sign(sent: &Record) -> bool {
    matches!(sent.what, Happening::Sent { what, .. }
        if matches!(what.kind, PacketKind::AppendReply { .. } | PacketKind::SnapshotReply))
}

//! Why a server stands for election, or does not (§5.2).

use alloc::format;
use alloc::vec::Vec;

use raftarium_core::{CampaignError, Deadline, ElectionReason, Event, NodeId, Role, Timer};

use super::look::{Look, is_from};
use super::{Cause, NotSo, Thing, leader, otherwise, server};
use crate::address::Address;
use crate::command::Command;
use crate::packet::PacketKind;
use crate::story::seconds;
use crate::trace::{Happening, Record};
use crate::view::ServerView;

pub(super) fn is_not(look: &Look<'_>, server: &ServerView) -> Result<Vec<Cause>, NotSo> {
    match server.role {
        None => Ok(server::stopped(look, server)),
        Some(Role::PreCandidate) => {
            let mut causes = super::vote::missing(look, server);
            let words = format!(
                "{} asks first whether it would be elected, and leaves its term as it is until a majority says yes (§9.6 of the dissertation).",
                server.id
            );
            causes.insert(0, Cause::new(words, Thing::Server(server.id)));
            Ok(causes)
        }
        Some(Role::Candidate) => otherwise(format!("{} is a candidate of term {}.", server.id, server.term)),
        Some(Role::Leader) => {
            let mut causes = [leader::elected(look, server)].to_vec();
            let words =
                format!("{} leads already; a leader stands for election only after it has stepped down.", server.id);
            causes.push(Cause::new(words, Thing::Server(server.id)));
            Ok(causes)
        }
        Some(Role::Follower) => {
            let mut causes: Vec<Cause> = server::paused(look, server).into_iter().collect();
            causes.extend(waits(look, server));
            let lost = look.last_event(server.id, &|event| {
                matches!(event, Event::SteppedDown { was: Role::Candidate | Role::PreCandidate, term, .. } if *term == server.term)
            });
            causes.extend(lost.map(|lost| look.told(&lost)));
            let known = server.leader.and_then(|leader| look.find(leader));
            let leads = known.filter(|known| known.role == Some(Role::Leader) && known.term == server.term);
            causes.extend(leads.map(|leads| leader::elected(look, leads)));
            Ok(causes)
        }
    }
}

/// The election timer of a follower, if that is what it waits for next.
pub(super) fn election_timer(server: &ServerView) -> Option<Deadline> {
    let follows = server.role == Some(Role::Follower);
    server.deadline.filter(|deadline| follows && deadline.timer == Timer::Election)
}

/// Why a follower does not stand for election now.
pub(super) fn waits(look: &Look<'_>, server: &ServerView) -> Vec<Cause> {
    let (id, about) = (server.id, Thing::Server(server.id));
    let Some(node) = look.node(id) else { return Vec::new() };
    let mut causes = Vec::new();
    let now = look.machine(id).map_or(look.view.now, |machine| machine.clock.read(look.view.now));
    if node.check_campaign(now) == Err(CampaignError::NotVoter) {
        let changed = look.last_event(
            id,
            &|event| matches!(event, Event::MembershipChanged { membership } if !membership.is_voter(id)),
        );
        let what = if server.membership.is_learner(id) { "a learner" } else { "no member of the cluster" };
        let words = format!("{id} is {what}, and only voters stand for election (§4.2.1 of the dissertation).");
        return [Cause::new(words, about).when(changed.as_ref())].to_vec();
    }
    causes.extend(last_sign(look, server));
    if let Some(deadline) = election_timer(server).filter(|_| !server.paused) {
        let then = if node.config().settings().pre_vote {
            "asks whether it would be elected (§9.6 of the dissertation)"
        } else {
            "becomes a candidate (§5.2)"
        };
        let until = seconds(deadline.at);
        let words = format!("Its election timer runs until {until}; if nothing winds it up before, {id} {then}.");
        causes.push(Cause::new(words, about).at(deadline.at));
    }
    causes
}

/// What wound up the election timer of a follower last.
fn last_sign(look: &Look<'_>, server: &ServerView) -> Option<Cause> {
    let (id, since) = (server.id, election_timer(server)?.since);
    let winds = |record: &Record| winds(look, record, id);
    let record = look.last(&winds)?;
    // A clock that goes wrong tells another moment, and a step or two may lie between.
    let same = record.at.since(since).max(since.since(record.at)).as_millis() < 1;
    if !same {
        return None;
    }
    let words = if let Happening::Delivered { .. } = record.what {
        let from = server.leader?;
        if !look.sending_of(&record).is_some_and(|sent| is_from(&sent, from)) {
            return None;
        }
        format!(
            "{id} has just heard from {from}, which leads term {}, and that wound up its election timer (§5.2).",
            server.term
        )
    } else if let Happening::Node { event: Event::VoteGranted { to, term }, .. } = &record.what {
        format!("{id} has voted for {to} in term {term}, and waits whether it wins (§5.2).")
    } else if let Happening::Started { .. } = record.what {
        format!("{id} has started as a follower, and waits for a leader (§5.2).")
    } else {
        return None;
    };
    Some(Cause::new(words, Thing::Server(id)).when(Some(&record)))
}

/// Whether `record` is something after which a follower waits anew.
fn winds(look: &Look<'_>, record: &Record, id: NodeId) -> bool {
    if let Happening::Delivered { to: Address::Server(to), .. } = &record.what {
        return *to == id
            && look.sending_of(record).is_some_and(|sent| {
                matches!(sent.what, Happening::Sent { what, .. }
                    if matches!(what.kind, PacketKind::Append { .. } | PacketKind::Heartbeat | PacketKind::Snapshot { .. }))
            });
    }
    matches!(&record.what,
        Happening::Node { server, event: Event::VoteGranted { .. } | Event::SteppedDown { was: Role::Leader, .. } }
        | Happening::Started { server, .. } if *server == id)
}

pub(super) fn is(look: &Look<'_>, server: &ServerView) -> Result<Vec<Cause>, NotSo> {
    let id = server.id;
    let stood = match server.role {
        Some(Role::Candidate) => look.last_event(id, &|event| matches!(event, Event::ElectionStarted { .. })),
        Some(Role::PreCandidate) => look.last_event(id, &|event| matches!(event, Event::PreVoteStarted { .. })),
        Some(Role::Follower | Role::Leader) | None => return otherwise(format!("{id} does not stand for election.")),
    };
    let mut causes = Vec::new();
    match &stood {
        Some(stood) => {
            causes.push(look.told(stood));
            causes.extend(before(look, stood, id));
        }
        None => {
            causes.push(Cause::new(format!("{id} stands for election in term {}.", server.term), Thing::Server(id)))
        }
    }
    causes.extend(super::vote::missing(look, server));
    Ok(causes)
}

/// What made a server stand for election at `stood`: its timer, and the last that it had heard; or somebody.
pub(super) fn before(look: &Look<'_>, stood: &Record, id: NodeId) -> Vec<Cause> {
    let mut causes = Vec::new();
    let Happening::Node { event: Event::ElectionStarted { reason, .. } | Event::PreVoteStarted { reason, .. }, .. } =
        &stood.what
    else {
        return causes;
    };
    match reason {
        ElectionReason::Transfer => {
            let chain = look.chain(stood.id);
            let by = chain.iter().find(|record| {
                matches!(&record.what, Happening::Commanded(Command::Transfer { .. }))
                    || matches!(&record.what, Happening::Node { event: Event::TransferStarted { .. }, .. })
            });
            causes.extend(by.or(chain.get(1)).map(|by| look.told(by)));
        }
        ElectionReason::Requested => {
            let chain = look.chain(stood.id);
            let by = chain.iter().find(|record| matches!(record.what, Happening::Commanded(_)));
            causes.extend(by.map(|by| look.told(by)));
        }
        ElectionReason::Timeout => {
            let heard = look.last_before(stood.id, &|record| winds(look, record, id));
            if let Some(heard) = heard {
                causes.push(last_heard(look, &heard, stood, id));
            }
        }
    }
    causes
}

/// The last that a server had heard when its timer ran out, and what has kept it from hearing more.
fn last_heard(look: &Look<'_>, heard: &Record, stood: &Record, id: NodeId) -> Cause {
    let Some(Happening::Sent { from: Address::Server(leader), .. }) = look.sending_of(heard).map(|sent| sent.what)
    else {
        return look.told(heard);
    };
    if let Some(crashed) = look.crash_before(stood.id, leader) {
        let words = format!("It had heard last from {leader}, which has crashed.");
        return Cause::new(words, Thing::Server(leader)).when(Some(&crashed));
    }
    if let Some(cut) = look.cut_before(stood.id, leader, id) {
        let words =
            format!("It had heard last from {leader}, and then nothing got through from there: the network was cut.");
        return Cause::new(words, Thing::Link { from: leader, to: id }).when(Some(&cut));
    }
    if let Some(paused) = look.pause_before(stood.id, leader) {
        let words = format!("It had heard last from {leader}, which was paused.");
        return Cause::new(words, Thing::Server(leader)).when(Some(&paused));
    }
    let words = format!("It had heard last from {leader} then, and nothing came in time after that.");
    Cause::new(words, Thing::Server(id)).when(Some(heard))
}

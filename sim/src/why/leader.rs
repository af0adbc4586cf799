//! Why a server leads, or does not, or nobody does (§5.2).

use alloc::format;
use alloc::vec::Vec;

use raftarium_core::{Event, Role, quorum};

use super::look::Look;
use super::words::subject;
use super::{Cause, NotSo, Thing, candidate, otherwise, server, vote};
use crate::story::{list, seconds};
use crate::trace::Happening;
use crate::view::ServerView;

/// Why nobody leads.
pub(super) fn none(look: &Look<'_>) -> Result<Vec<Cause>, NotSo> {
    if let Some(leader) = look.leader() {
        return otherwise(format!("{} leads term {}.", leader.id, leader.term));
    }
    let mut causes = Vec::new();
    let elected =
        look.last(&|record| matches!(&record.what, Happening::Node { event: Event::BecameLeader { .. }, .. }));
    if let Some(Happening::Node { server: id, event: Event::BecameLeader { term } }) =
        elected.as_ref().map(|elected| &elected.what)
    {
        let ended = look.last(&|record| {
            matches!(&record.what,
                Happening::Crashed { server, .. }
                | Happening::Node { server, event: Event::SteppedDown { was: Role::Leader, .. } } if server == id)
        });
        let words = format!("{id} was the last to lead, in term {term}, and does not any more.");
        causes.push(Cause::new(words, Thing::Server(*id)).when(elected.as_ref()));
        causes.extend(ended.map(|ended| look.told(&ended)));
    } else {
        let words = "Nobody has been elected yet: servers start as followers, and wait for a leader before they stand \
                     for election themselves (§5.2).";
        causes.push(Cause::new(words, Thing::Cluster));
    }
    let candidates = || look.view.servers.iter().filter(|server| is_candidate(server));
    if let Some(foremost) = candidates().max_by_key(|server| server.term) {
        causes.extend(vote::missing(look, foremost));
    } else if let Some((server, deadline)) = next_to_stand(look) {
        let words = format!(
            "No server stands for election; the first timer to run out is that of {}, at {} (§5.2).",
            server.id,
            seconds(deadline)
        );
        causes.push(Cause::new(words, Thing::Server(server.id)).at(deadline));
    }
    let stopped: Vec<_> = look.view.servers.iter().filter(|server| server.role.is_none() || server.paused).collect();
    let voters =
        look.view.servers.iter().map(|server| &server.membership).max_by_key(|membership| membership.voters().len());
    if let Some(membership) = voters {
        let out: Vec<_> =
            stopped.iter().map(|server| server.id).filter(|id| membership.voters().contains(id)).collect();
        let (of, needed) = (membership.voters().len(), quorum::majority(membership.voters().len()));
        if of - out.len() < needed {
            let words = format!(
                "{} out of service, and {} of {of} voters are needed to elect anybody (§5.2).",
                subject(&out, "is", "are"),
                needed
            );
            causes.push(Cause::new(words, Thing::Cluster));
        }
    }
    Ok(causes)
}

const fn is_candidate(server: &ServerView) -> bool {
    matches!(server.role, Some(Role::PreCandidate | Role::Candidate))
}

/// The follower whose election timer runs out first.
fn next_to_stand<'a>(look: &Look<'a>) -> Option<(&'a ServerView, raftarium_core::Instant)> {
    let waits = |server: &'a ServerView| Some((server, candidate::election_timer(server)?.at));
    look.view.servers.iter().filter(|server| !server.paused).filter_map(waits).min_by_key(|(_, at)| *at)
}

pub(super) fn is_not(look: &Look<'_>, server: &ServerView) -> Result<Vec<Cause>, NotSo> {
    match server.role {
        Some(Role::Leader) => otherwise(format!("{} leads term {}.", server.id, server.term)),
        None => Ok(server::stopped(look, server)),
        Some(Role::PreCandidate | Role::Candidate) => Ok(vote::missing(look, server)),
        Some(Role::Follower) => {
            let mut causes: Vec<Cause> = server::paused(look, server).into_iter().collect();
            if let Some(leader) = look.leader().filter(|leader| leader.term >= server.term) {
                causes.push(elected(look, leader));
                let voted = look.last_event(server.id, &|event| {
                    matches!(event, Event::VoteGranted { to, term } if *to == leader.id && *term == leader.term)
                });
                let voted = voted.map(|voted| look.told(&voted));
                causes.extend(voted);
            } else {
                let gave_up = look.last_event(server.id, &|event| {
                    matches!(event, Event::SteppedDown { was: Role::Leader, term, .. } if *term == server.term)
                });
                causes.extend(gave_up.map(|record| look.told(&record)));
            }
            causes.extend(candidate::waits(look, server));
            Ok(causes)
        }
    }
}

/// `S2 was elected leader of term 3.`
pub(super) fn elected(look: &Look<'_>, leader: &ServerView) -> Cause {
    let words = format!("{} was elected leader of term {}, and leads it (§5.2).", leader.id, leader.term);
    Cause::new(words, Thing::Server(leader.id)).when(look.election_of(leader.id, leader.term).as_ref())
}

pub(super) fn is(look: &Look<'_>, server: &ServerView) -> Result<Vec<Cause>, NotSo> {
    let id = server.id;
    if server.role != Some(Role::Leader) {
        return otherwise(format!("{id} does not lead."));
    }
    let term = server.term;
    let elected = look.election_of(id, term);
    let stood = look.last_event(id, &|event| matches!(event, Event::ElectionStarted { term: of, .. } if *of == term));
    let mut voters = [id].to_vec();
    let kept = stood.as_ref().is_some_and(|stood| look.timeline.record(stood.id).is_some());
    if let (true, Some(elected), Some(stood)) = (kept, &elected, &stood) {
        let records = look.timeline.records();
        let between = records.iter().filter(|record| stood.id < record.id && record.id < elected.id);
        for record in between {
            if let Happening::Node { server, event: Event::VoteCounted { from, granted: true, .. } } = &record.what
                && *server == id
                && !voters.contains(from)
            {
                voters.push(*from);
            }
        }
        voters.sort_unstable();
    }
    let words = if voters.len() > 1 {
        format!("{id} was elected leader of term {term} with the votes of {} (§5.2).", list(&voters))
    } else {
        format!("{id} was elected leader of term {term} (§5.2).")
    };
    let mut causes = [Cause::new(words, Thing::Server(id)).when(elected.as_ref())].to_vec();
    if let Some(stood) = stood {
        causes.push(look.told(&stood));
        causes.extend(candidate::before(look, &stood, id));
    }
    causes.push(holds(look, server));
    causes.extend(look.leaders().filter(|other| other.term > term).map(|newer| {
        let words = format!(
            "{} leads the later term {term}, of which {id} has not heard; when it does, it steps down (§5.1).",
            newer.id,
            term = newer.term
        );
        Cause::new(words, Thing::Server(newer.id)).when(look.election_of(newer.id, newer.term).as_ref())
    }));
    Ok(causes)
}

/// What keeps a leader in its place, or does not.
fn holds(look: &Look<'_>, server: &ServerView) -> Cause {
    let (id, about) = (server.id, Thing::Server(server.id));
    let checks = look.node(id).is_some_and(|node| node.config().settings().check_quorum);
    let active: Vec<_> =
        server.followers.iter().filter(|follower| follower.active).map(|follower| follower.id).collect();
    let words = match (checks, &active[..]) {
        (false, _) => {
            format!("{id} does not look whether a majority answers, so only a later term ends its lead (§5.1).")
        }
        (true, []) => format!(
            "{id} has heard from no other server since it last looked; without a majority it steps down (§6.2 of the dissertation)."
        ),
        (true, active) => format!(
            "{id} has heard from {} since it last looked whether a majority answers (§6.2 of the dissertation).",
            list(active)
        ),
    };
    Cause::new(words, about)
}

//! Why an entry is not committed (§5.3, §5.4.2, §6).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::{EntryId, Event, LogIndex, NodeId, Role, Term, quorum};

use super::lack::lacks;
use super::look::Look;
use super::words::{names, subject};
use super::{Cause, NotSo, Thing, otherwise};
use crate::view::{EntryView, ServerView};

pub(super) fn is_not(look: &Look<'_>, server: &ServerView, entry: &EntryView) -> Result<Vec<Cause>, NotSo> {
    let (id, place) = (entry.id, Thing::Entry { server: server.id, index: entry.id.index });
    if entry.committed {
        return otherwise(format!("Entry {} is committed, and {} knows so.", id.index, server.id));
    }
    let knows = |other: &&ServerView| other.id != server.id && other.role.is_some() && other.commit >= id.index;
    if let Some(other) = look.view.servers.iter().find(|other| knows(other) && term_at(other, id.index).is_some()) {
        return Ok(elsewhere(look, server, other, id));
    }
    let has = |leader: &&ServerView| term_at(leader, id.index) == Some(id.term);
    let Some(leader) = look.leaders().filter(has).max_by_key(|leader| leader.term) else {
        let mut causes = no_leader_has_it(look, id, place);
        causes.extend(cut_off(look, server));
        return Ok(causes);
    };
    let mut causes = Vec::new();
    let newer = look.leader().filter(|newest| newest.term > leader.term);
    let own = look.node(leader.id).map_or(LogIndex::ZERO, |node| node.durable_index());
    let counts = |voter: NodeId| {
        if voter == leader.id {
            return own >= id.index;
        }
        let known = look.node(leader.id).and_then(|node| node.followers().iter().find(|other| other.id() == voter));
        known.is_some_and(|known| known.matched() >= id.index && !known.has_lost_data())
    };
    let groups = [leader.membership.voters(), leader.membership.outgoing()];
    let joint = leader.membership.is_joint();
    let mut missing: Vec<NodeId> = Vec::new();
    let mut all_agree = true;
    for (at, voters) in groups.into_iter().enumerate().filter(|(_, voters)| !voters.is_empty()) {
        let (with, without): (Vec<NodeId>, Vec<NodeId>) = voters.iter().partition(|voter| counts(**voter));
        let needed = quorum::majority(voters.len());
        let enough = with.len() >= needed;
        all_agree &= enough;
        if !enough || !joint {
            let words = tally(leader.id, at, joint, voters, &with, needed);
            let began = look.last_event(leader.id, &|event| appended(event, id));
            let about = Thing::Entry { server: leader.id, index: id.index };
            causes.push(Cause::new(words, about).when(began.as_ref()));
        }
        if !enough {
            missing.extend(without);
        }
    }
    missing.sort_unstable();
    missing.dedup();
    if let Some(newer) = newer {
        causes.push(outdated(look, leader, newer, id));
    }
    if id.term < leader.term {
        causes.push(of_earlier_term(look, leader, id, all_agree));
    } else if all_agree {
        let words = format!("{} counts enough copies, and has not moved its commit index yet.", leader.id);
        causes.push(Cause::new(words, Thing::Server(leader.id)));
    }
    causes.extend(lacks(look, leader, &missing, id));
    if id.term < leader.term && all_agree {
        let first = leader.log.iter().find(|own| own.id.term == leader.term).map(|own| own.id);
        let behind = |voter: &NodeId| first.is_some_and(|first| !acknowledges(look, leader, *voter, first.index));
        let voters: Vec<NodeId> = leader.membership.voters().iter().copied().filter(behind).collect();
        causes.extend(first.map(|first| lacks(look, leader, &voters, first)).unwrap_or_default());
    }
    Ok(causes)
}

fn acknowledges(look: &Look<'_>, leader: &ServerView, voter: NodeId, index: LogIndex) -> bool {
    let Some(node) = look.node(leader.id) else { return false };
    if voter == leader.id {
        return node.durable_index() >= index;
    }
    let known = node.followers().iter().find(|other| other.id() == voter);
    known.is_some_and(|known| known.matched() >= index && !known.has_lost_data())
}

/// The term of the entry that a server has at an index; nothing if it has none, or only in its snapshot.
fn term_at(server: &ServerView, index: LogIndex) -> Option<Term> {
    if server.base.index == index {
        return Some(server.base.term);
    }
    server.log.iter().find(|entry| entry.id.index == index).map(|entry| entry.id.term)
}

fn appended(event: &Event, id: EntryId) -> bool {
    matches!(event, Event::Appended { first, last } if (*first..=last.index).contains(&id.index) && last.term >= id.term)
}

/// `S1 knows it to be on the disks of S1 and S2: 2 of 5 voters, and a majority is 3 (§5.3).`
fn tally(leader: NodeId, group: usize, joint: bool, voters: &[NodeId], with: &[NodeId], needed: usize) -> String {
    let whose = match (joint, group) {
        (false, _) => "voters",
        (true, 0) => "new voters",
        (true, _) => "old voters",
    };
    let rule = if joint { "while the membership is joint, it takes a majority of both (§6)" } else { "§5.3" };
    let rule =
        if joint { format!("a majority is {needed}, and {rule}") } else { format!("a majority is {needed} ({rule})") };
    format!(
        "{leader}, which leads, knows it to be on disk at {}: {} of {} {whose}; {rule}.",
        names(with),
        with.len(),
        voters.len(),
    )
}

/// Others know what is committed there.
fn elsewhere(look: &Look<'_>, server: &ServerView, other: &ServerView, id: EntryId) -> Vec<Cause> {
    let same = term_at(other, id.index) == Some(id.term);
    let committed =
        look.last_event(other.id, &|event| matches!(event, Event::Committed { through } if through.index >= id.index));
    let there = Thing::Entry { server: other.id, index: id.index };
    if !same {
        let words = format!(
            "Another entry is committed at {} on {}, and as long as the rules hold, no second one ever is (§5.4.3).",
            id.index, other.id
        );
        let mut causes = [Cause::new(words, there).when(committed.as_ref())].to_vec();
        let has = |other: &&ServerView| other.log.iter().any(|entry| entry.id == id);
        let holders: Vec<NodeId> = look.view.servers.iter().filter(has).map(|other| other.id).collect();
        let mine = Thing::Entry { server: server.id, index: id.index };
        let kept = look.last_event(server.id, &|event| appended(event, id));
        let words = format!("Only {} this one in the log, from term {}.", subject(&holders, "has", "have"), id.term);
        causes.push(Cause::new(words, mine).when(kept.as_ref()));
        causes.extend(
            look.leader().filter(|leader| leader.term > id.term).map(|leader| super::leader::elected(look, leader)),
        );
        causes.extend(cut_off(look, server));
        return causes;
    }
    let words = format!("It is committed, and {} knows so; {} has not heard.", other.id, server.id);
    let mut causes = [Cause::new(words, there).when(committed.as_ref())].to_vec();
    if server.role.is_none() {
        causes.extend(super::server::stopped(look, server));
        return causes;
    }
    let cut = cut_off(look, server);
    if cut.is_empty() && server.role == Some(Role::Follower) {
        let words = "A follower hears with the next message of its leader how far the log is committed (§5.3).";
        causes.push(Cause::new(words, Thing::Server(server.id)));
    }
    causes.extend(cut);
    causes
}

/// What keeps `server` from hearing of the leader of the latest term.
fn cut_off(look: &Look<'_>, server: &ServerView) -> Vec<Cause> {
    let Some(leader) = look.leader().filter(|leader| leader.id != server.id) else { return Vec::new() };
    if server.role.is_none() || !look.is_cut(leader.id, server.id) {
        return Vec::new();
    }
    let words = format!("Nothing gets from {}, the leader, to {}: the network is cut there.", leader.id, server.id);
    let about = Thing::Link { from: leader.id, to: server.id };
    [Cause::new(words, about).when(look.cut_by(leader.id, server.id).as_ref())].to_vec()
}

/// No leader that runs has it.
fn no_leader_has_it(look: &Look<'_>, id: EntryId, place: Thing) -> Vec<Cause> {
    let has = |server: &&ServerView| server.log.iter().any(|entry| entry.id == id);
    let holders: Vec<NodeId> = look.view.servers.iter().filter(has).map(|server| server.id).collect();
    let Some(leader) = look.leader() else {
        let words = format!(
            "Only a leader decides what is committed (§5.3), and nobody leads now; {} it.",
            subject(&holders, "has", "have")
        );
        let mut causes = [Cause::new(words, place)].to_vec();
        causes.extend(super::leader::none(look).unwrap_or_default());
        return causes;
    };
    let words = match leader.log.iter().find(|entry| entry.id.index == id.index) {
        Some(entry) => format!(
            "{} leads term {}, and has an entry of term {} at {}: what is here is erased when that arrives (§5.3).",
            leader.id, leader.term, entry.id.term, id.index
        ),
        None if leader.base.index >= id.index => {
            format!(
                "{} leads term {}, and has what is committed at {} in its snapshot.",
                leader.id, leader.term, id.index
            )
        }
        None => format!(
            "{} leads term {} without it: its log ends before {}, and only what it has can be committed (§5.3).",
            leader.id, leader.term, id.index
        ),
    };
    let elected = look.election_of(leader.id, leader.term);
    let mut causes = [Cause::new(words, Thing::Server(leader.id)).when(elected.as_ref())].to_vec();
    let words = format!("Only {} it in the log.", subject(&holders, "has", "have"));
    causes.push(Cause::new(words, place));
    causes
}

/// A leader of a later term was elected without the one that has it knowing.
fn outdated(look: &Look<'_>, leader: &ServerView, newer: &ServerView, id: EntryId) -> Cause {
    let fate = match term_at(newer, id.index) {
        Some(term) if term == id.term => "and has it too",
        Some(_) => "and has another entry there: this one is erased where that arrives (§5.3)",
        None => "and does not have it",
    };
    let words = format!(
        "{} has been elected leader of term {} since, after {}'s term {}, {fate}.",
        newer.id, newer.term, leader.id, leader.term
    );
    Cause::new(words, Thing::Server(newer.id)).when(look.election_of(newer.id, newer.term).as_ref())
}

/// A leader commits by counting only entries of its own term.
fn of_earlier_term(look: &Look<'_>, leader: &ServerView, id: EntryId, all_agree: bool) -> Cause {
    let elected = look.election_of(leader.id, leader.term);
    let but = if all_agree { "Copies on a majority are not enough: it" } else { "It" };
    let first = leader.log.iter().find(|entry| entry.id.term == leader.term);
    let until = match first {
        Some(first) => {
            format!("it is committed together with entry {}, the first of term {}", first.id.index, leader.term)
        }
        None => {
            format!("it is committed together with the first entry of term {}, which there is not yet", leader.term)
        }
    };
    let words = format!(
        "{but} is of term {}, and {} leads term {}, so it is not counted by itself; {until} (§5.4.2).",
        id.term, leader.id, leader.term
    );
    let about =
        first.map_or(Thing::Server(leader.id), |first| Thing::Entry { server: leader.id, index: first.id.index });
    Cause::new(words, about).when(elected.as_ref())
}

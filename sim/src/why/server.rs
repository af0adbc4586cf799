//! Why a server is down, paused, or behind.

use alloc::format;
use alloc::vec::Vec;

use raftarium_core::{EntryId, LogIndex, Role};

use super::lack::lacks;
use super::look::Look;
use super::{Cause, NotSo, Thing, otherwise};
use crate::command::Command;
use crate::story::count;
use crate::trace::{Happening, Record};
use crate::view::{ServerView, View};

pub(super) fn down(look: &Look<'_>, server: &ServerView) -> Result<Vec<Cause>, NotSo> {
    if server.role.is_some() {
        return otherwise(format!("{} is up.", server.id));
    }
    Ok(stopped(look, server))
}

/// What stopped a server that is down, and what keeps it from starting.
pub(super) fn stopped(look: &Look<'_>, server: &ServerView) -> Vec<Cause> {
    let (id, about) = (server.id, Thing::Server(server.id));
    let ended = |record: &Record| {
        matches!(&record.what,
            Happening::Crashed { server, .. }
            | Happening::StartRefused { server, .. }
            | Happening::StartImpossible { server, .. } if *server == id)
    };
    let Some(last) = look.last(&ended) else {
        return [Cause::new(format!("{id} is down."), about)].to_vec();
    };
    let mut causes = [look.told(&last)].to_vec();
    let mut chain = look.chain(last.id).into_iter().skip(1);
    let by = chain.find(|record| matches!(record.what, Happening::Commanded(_) | Happening::DiskFull { .. }));
    causes.extend(by.as_ref().map(|by| look.told(by)));
    // It is told beforehand to stop in the middle of something, and so what it did then is what stopped it.
    let fused = |record: &Record| matches!(&record.what, Happening::Commanded(Command::CrashAfter { server, .. }) if *server == id);
    if by.is_none() {
        causes.extend(look.last_before(last.id, &fused).map(|fuse| look.told(&fuse)));
    }
    if let Some(corruption) = server.corruption
        && matches!(last.what, Happening::Crashed { .. })
    {
        causes.push(Cause::new(format!("It does not start: {corruption}."), about));
    }
    if server.corruption.is_none() && matches!(last.what, Happening::Crashed { .. }) {
        let words = format!(
            "Nobody has started it since; its disk has {}.",
            count(server.log.len() as u64, "entry", "entries")
        );
        causes.push(Cause::new(words, about));
    }
    causes
}

/// That a server does nothing, if it is paused.
pub(super) fn paused(look: &Look<'_>, server: &ServerView) -> Option<Cause> {
    let id = server.id;
    let by = look.done(&|command| matches!(command, Command::Pause { server } if *server == id));
    let words = format!("{id} is paused: it does nothing, and forgets nothing.");
    server.paused.then(|| Cause::new(words, Thing::Server(id)).when(by.as_ref()))
}

/// The last entry of a log, or of the snapshot that it starts from.
pub(super) fn last_of(server: &ServerView) -> EntryId {
    server.log.last().map_or(server.base, |entry| entry.id)
}

/// Whether it belongs to the cluster of the leader of the latest term, and does not have all that one has.
pub(super) fn is_behind(view: &View, server: &ServerView) -> bool {
    let leads = |other: &&ServerView| other.role == Some(Role::Leader) && other.id != server.id;
    let leader = view.servers.iter().filter(leads).max_by_key(|leader| leader.term);
    leader.is_some_and(|leader| {
        leader.term >= server.term
            && server.role != Some(Role::Leader)
            && leader.membership.has(server.id)
            && first_missing(leader, server).is_some()
    })
}

/// The first entry of the leader's that a server does not have.
fn first_missing(leader: &ServerView, server: &ServerView) -> Option<EntryId> {
    let has = |id: EntryId| id.index <= server.base.index || server.log.iter().any(|own| own.id == id);
    leader.log.iter().map(|entry| entry.id).find(|id| !has(*id))
}

pub(super) fn lags(look: &Look<'_>, server: &ServerView) -> Result<Vec<Cause>, NotSo> {
    if !is_behind(look.view, server) {
        return otherwise(format!("{} has everything that the leader has.", server.id));
    }
    let Some(leader) = look.leader() else { return otherwise("Nobody leads.") };
    let Some(missing) = first_missing(leader, server) else { return otherwise("Nothing is missing.") };
    let (ours, theirs) = (last_of(server), last_of(leader));
    let behind = theirs.index.0.saturating_sub(missing.index.prev().0);
    let words = if ours.index >= missing.index && ours.index > LogIndex::ZERO {
        format!(
            "From {} on, the log of {} is not the one of {}, which leads term {}.",
            missing.index, server.id, leader.id, leader.term
        )
    } else {
        format!(
            "The log of {} ends at {}, and that of {}, which leads term {}, at {}: {} missing.",
            server.id,
            ours.index,
            leader.id,
            leader.term,
            theirs.index,
            count(behind, "entry is", "entries are")
        )
    };
    let about = Thing::Entry { server: leader.id, index: missing.index };
    let appended = look.last_event(leader.id, &|event| {
        matches!(event, raftarium_core::Event::Appended { first, last }
            if (*first..=last.index).contains(&missing.index))
    });
    let mut causes = [Cause::new(words, about).when(appended.as_ref())].to_vec();
    causes.extend(lacks(look, leader, &[server.id], missing));
    if server.role.is_none() {
        causes.extend(stopped(look, server));
    }
    Ok(causes)
}

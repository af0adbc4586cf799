//! Why an entry is not applied, not on disk, or gone.

use alloc::format;
use alloc::vec::Vec;

use raftarium_core::{Event, LogIndex};

use super::look::{Look, commanded};
use super::{Cause, NotSo, Thing, committed, otherwise, server};
use crate::command::Command;
use crate::trace::{Happening, Record};
use crate::view::{EntryView, ServerView};

pub(super) fn not_durable(look: &Look<'_>, server: &ServerView, entry: &EntryView) -> Result<Vec<Cause>, NotSo> {
    let (id, index) = (server.id, entry.id.index);
    let about = Thing::Entry { server: id, index };
    if entry.durable {
        return otherwise(format!("{id} has entry {index} on its disk."));
    }
    let mut causes = Vec::new();
    let words = if server.writes == 0 {
        format!("{id} has entry {index} in its memory, and has not begun to write it.")
    } else {
        format!(
            "{id} has entry {index} in its memory; its disk writes one thing after the other, and has not got so far."
        )
    };
    let appended = look.last_event(id, &|event| holds(event, index));
    causes.push(Cause::new(words, about).when(appended.as_ref()));
    let began = look.last(&|record| {
        matches!(&record.what, Happening::WriteBegan { server, entries, .. } if *server == id && *entries > 0)
    });
    causes.extend(began.filter(|_| server.writes > 0).map(|began| look.told(&began)));
    causes.extend(disk(look, server));
    causes.extend(server::paused(look, server));
    if let Some(chain) = appended.map(|appended| look.chain(appended.id)) {
        causes.extend(chain.get(1).map(|arrived| look.told(arrived)));
    }
    Ok(causes)
}

/// What is wrong with a disk that does not get done.
fn disk(look: &Look<'_>, server: &ServerView) -> Option<Cause> {
    let id = server.id;
    let usual = look.timeline.setup().disk;
    let words = if server.disk.stalled {
        format!("The disk of {id} is stalled: nothing that is written gets done.")
    } else if server.disk.write_max + server.disk.sync_max > usual.write_max + usual.sync_max {
        format!("The disk of {id} is slower than at first.")
    } else {
        return None;
    };
    let set = look.done(&|command| matches!(command, Command::SetDisk { server, .. } if *server == id));
    Some(Cause::new(words, Thing::Server(id)).when(set.as_ref()))
}

fn holds(event: &Event, index: LogIndex) -> bool {
    matches!(event, Event::Appended { first, last } if (*first..=last.index).contains(&index))
}

pub(super) fn not_applied(look: &Look<'_>, server: &ServerView, entry: &EntryView) -> Result<Vec<Cause>, NotSo> {
    let (id, index) = (server.id, entry.id.index);
    let about = Thing::Entry { server: id, index };
    if entry.applied {
        return otherwise(format!("{id} has applied entry {index}."));
    }
    if server.role.is_none() {
        let words = format!(
            "The state machine of {id} is in memory: what it had applied is applied again after a restart (Figure 2)."
        );
        let mut causes = [Cause::new(words, Thing::Server(id))].to_vec();
        causes.extend(server::stopped(look, server));
        return Ok(causes);
    }
    if !entry.committed {
        let words =
            format!("Only committed entries are applied, and {id} does not know this one to be committed (§5.3).");
        let mut causes = [Cause::new(words, about)].to_vec();
        causes.extend(committed::is_not(look, server, entry)?);
        return Ok(causes);
    }
    let committed =
        look.last_event(id, &|event| matches!(event, Event::Committed { through } if through.index >= index));
    let words =
        format!("{id} knows that entry {index} is committed, and has applied its log up to {}.", server.applied);
    let mut causes = [Cause::new(words, about).when(committed.as_ref())].to_vec();
    if !entry.durable {
        let words = format!("{id} applies only what is on its own disk, and this is not yet.");
        causes.push(Cause::new(words, about));
        causes.extend(not_durable(look, server, entry)?);
    } else if let Some(first) = server.log.iter().find(|first| !first.durable) {
        let words = format!("The disk of {id} is still writing from entry {} on.", first.id.index);
        causes.push(Cause::new(words, Thing::Server(id)));
    }
    causes.extend(server::paused(look, server));
    Ok(causes)
}

/// Why an entry is not in a log any more.
pub(super) fn gone(look: &Look<'_>, server: &ServerView, index: LogIndex) -> Result<Vec<Cause>, NotSo> {
    let id = server.id;
    let about = Thing::Entry { server: id, index };
    let erased = |record: &Record| {
        let by_leader = matches!(&record.what, Happening::Node { server, event: Event::Truncated { first, last, .. } }
            if *server == id && (*first..=last.index).contains(&index));
        let by_snapshot = matches!(&record.what,
            Happening::Node { server, event: Event::SnapshotInstalled { last, keep_suffix: false } }
            if *server == id && last.index < index);
        let wiped = matches!(commanded(record), Some(Command::Wipe { server }) if *server == id);
        let crashed = matches!(record.what, Happening::Crashed { server: of, lost_writes } if of == id && lost_writes > 0)
            && !survives(look, record, server, index);
        by_leader || by_snapshot || wiped || crashed
    };
    let found = look.last(&erased);
    let first = found.as_ref().and_then(|found| look.event_before(found.id, id, &|event| holds(event, index)));
    let (Some(found), Some(first)) = (found, first) else {
        return otherwise(format!("No entry at {index} is known to have been lost on {id}."));
    };
    let mut causes = [look.told(&found)].to_vec();
    if let Happening::Node { event: Event::Truncated { by, .. }, .. } = &found.what {
        let words = format!(
            "Where logs conflict, a follower takes the leader's entries: here the leader has one of term {} (§5.3).",
            by.term
        );
        causes.push(Cause::new(words, about));
        let elected = look.last_before(found.id, &|record| {
            matches!(&record.what, Happening::Node { event: Event::BecameLeader { term }, .. } if *term == by.term)
        });
        causes.extend(elected.map(|elected| look.told(&elected)));
        causes.extend(look.cause_of(&found).map(|arrival| look.told(&arrival)));
    } else if let Happening::Crashed { .. } = found.what {
        causes.push(Cause::new("What is not on the disk is lost in a crash.", about));
    }
    let before = look.told(&first);
    causes.push(Cause { words: format!("Before, it was there: {}", before.words), ..before });
    Ok(causes)
}

/// Whether a server still had an entry after a crash: when it started again, or if it has not, on its disk.
fn survives(look: &Look<'_>, crash: &Record, server: &ServerView, index: LogIndex) -> bool {
    let starts = |record: &&Record| {
        record.id > crash.id && matches!(record.what, Happening::Started { server: of, .. } if of == server.id)
    };
    match look.timeline.records().iter().find(starts).map(|record| &record.what) {
        Some(Happening::Started { last, .. }) => *last >= index,
        Some(_) | None => server.log.iter().any(|entry| entry.id.index == index),
    }
}

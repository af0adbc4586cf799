//! Looking at the state, and back along the trace.

use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::{Event, Instant, Node, NodeId, Role, Term};

use super::{Cause, Thing};
use crate::address::Address;
use crate::command::Command;
use crate::story::sentence;
use crate::timeline::Timeline;
use crate::trace::{Happening, Record, RecordId};
use crate::view::{ServerView, View};

/// How many records are worked out again at a time, if what is looked for is not among those that are kept.
const PIECE: u64 = 4_096;
/// How many times at most.
const PIECES: usize = 8;

/// The moment that is looked at, and what led there.
pub(super) struct Look<'a> {
    pub(super) timeline: &'a Timeline,
    pub(super) view: &'a View,
}

/// Whether a record is the one that is looked for.
type Wanted<'a> = &'a dyn Fn(&Record) -> bool;

impl<'a> Look<'a> {
    pub(super) const fn new(timeline: &'a Timeline, view: &'a View) -> Self {
        Self { timeline, view }
    }

    pub(super) fn find(&self, id: NodeId) -> Option<&'a ServerView> {
        self.view.servers.iter().find(|server| server.id == id)
    }

    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.machine(id)?.node()
    }

    /// The one who leads; of several who think so, the one of the latest term.
    pub(super) fn leader(&self) -> Option<&'a ServerView> {
        self.leaders().max_by_key(|server| server.term)
    }

    pub(super) fn leaders(&self) -> impl Iterator<Item = &'a ServerView> {
        self.view.servers.iter().filter(|server| server.role == Some(Role::Leader))
    }

    /// The last record up to now that is `wanted`.
    pub(super) fn last(&self, wanted: Wanted<'_>) -> Option<Record> {
        self.last_before(RecordId(self.view.records), wanted)
    }

    /// The last record before another that is `wanted`.
    pub(super) fn last_before(&self, id: RecordId, wanted: Wanted<'_>) -> Option<Record> {
        let before = |record: &&Record| record.id < id && wanted(record);
        if let Some(found) = self.timeline.records().iter().rev().find(before) {
            return Some(found.clone());
        }
        let mut end = self.timeline.first_record().0.min(id.0);
        for _ in 0..PIECES {
            if end == 0 {
                break;
            }
            let start = end.saturating_sub(PIECE);
            let piece = self.timeline.recall(start..end);
            if let Some(found) = piece.into_iter().rev().find(|record| before(&record)) {
                return Some(found);
            }
            end = start;
        }
        None
    }

    /// What a server did or decided last, of what is `wanted`.
    pub(super) fn last_event(&self, id: NodeId, wanted: &dyn Fn(&Event) -> bool) -> Option<Record> {
        self.last(&|record| matches!(&record.what, Happening::Node { server, event } if *server == id && wanted(event)))
    }

    pub(super) fn event_before(&self, before: RecordId, id: NodeId, wanted: &dyn Fn(&Event) -> bool) -> Option<Record> {
        let is_it = |record: &Record| matches!(&record.what, Happening::Node { server, event } if *server == id && wanted(event));
        self.last_before(before, &is_it)
    }

    /// What made `record` happen.
    pub(super) fn cause_of(&self, record: &Record) -> Option<Record> {
        self.record(record.cause?)
    }

    pub(super) fn record(&self, id: RecordId) -> Option<Record> {
        if let Some(kept) = self.timeline.record(id) {
            return Some(kept.clone());
        }
        self.timeline.recall(id.0..id.0 + 1).into_iter().next()
    }

    /// A record and what caused it, back to the first cause.
    pub(super) fn chain(&self, id: RecordId) -> Vec<Record> {
        self.timeline.all_causes(id)
    }

    /// The sending of the packet whose arrival, or loss, `record` is.
    pub(super) fn sending_of(&self, record: &Record) -> Option<Record> {
        let sent = self.cause_of(record)?;
        matches!(sent.what, Happening::Sent { .. }).then_some(sent)
    }

    /// The election of the leader of a term.
    pub(super) fn election_of(&self, leader: NodeId, of: Term) -> Option<Record> {
        self.last_event(leader, &|event| matches!(event, Event::BecameLeader { term } if *term == of))
    }

    pub(super) fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        self.view.cuts.iter().any(|cut| (cut.from, cut.to) == (from, to))
    }

    /// What cut a link that is cut.
    pub(super) fn cut_by(&self, from: NodeId, to: NodeId) -> Option<Record> {
        if !self.is_cut(from, to) {
            return None;
        }
        self.last(&|record| commanded(record).is_some_and(|command| cuts(command, from, to) == Some(true)))
    }

    /// What had cut a link before `id`, if it was cut then.
    pub(super) fn cut_before(&self, id: RecordId, from: NodeId, to: NodeId) -> Option<Record> {
        let about = |record: &Record| commanded(record).and_then(|command| cuts(command, from, to));
        self.last_before(id, &|record| about(record).is_some()).filter(|record| about(record) == Some(true))
    }

    /// What stopped a server before `id`, if it was down then.
    pub(super) fn crash_before(&self, id: RecordId, server: NodeId) -> Option<Record> {
        let about = |record: &Record| {
            let starts = matches!(record.what, Happening::Started { .. });
            let ends = matches!(record.what, Happening::Crashed { .. });
            (record.what.server() == Some(server) && (starts || ends)).then_some(ends)
        };
        self.last_before(id, &|record| about(record).is_some()).filter(|record| about(record) == Some(true))
    }

    /// What paused a server before `id`, if it did nothing then.
    pub(super) fn pause_before(&self, id: RecordId, server: NodeId) -> Option<Record> {
        let about = |record: &Record| {
            let command = commanded(record);
            let pauses = matches!(command, Some(Command::Pause { server: which }) if *which == server);
            let goes_on = matches!(command, Some(Command::Resume { server: which }) if *which == server);
            let ends = matches!(&record.what, Happening::Crashed { server: which, .. } if *which == server);
            (pauses || goes_on || ends).then_some(pauses)
        };
        self.last_before(id, &|record| about(record).is_some()).filter(|record| about(record) == Some(true))
    }

    /// The last command that was carried out and is `wanted`.
    pub(super) fn done(&self, wanted: &dyn Fn(&Command) -> bool) -> Option<Record> {
        self.last(&|record| commanded(record).is_some_and(wanted))
    }

    /// What `record` says, as a cause.
    pub(super) fn told(&self, record: &Record) -> Cause {
        let words = sentence(record, self.timeline.records());
        Cause::new(words, about(record)).when(Some(record))
    }
}

pub(super) const fn commanded(record: &Record) -> Option<&Command> {
    if let Happening::Commanded(command) = &record.what { Some(command) } else { None }
}

/// Whether a command cuts this direction of a link, or mends it; nothing if it leaves it as it is.
fn cuts(command: &Command, a: NodeId, b: NodeId) -> Option<bool> {
    let hits = |from: NodeId, to: NodeId, both: bool| (from, to) == (a, b) || both && (to, from) == (a, b);
    match command {
        Command::Cut { from, to, both } => hits(*from, *to, *both).then_some(true),
        Command::Heal { from, to, both } => hits(*from, *to, *both).then_some(false),
        Command::HealAll => Some(false),
        Command::Isolate { server } => (*server == a || *server == b).then_some(true),
        Command::Partition { groups } => {
            let together = groups.iter().any(|group| group.contains(&a) && group.contains(&b));
            let grouped = |server| groups.iter().any(|group| group.contains(server));
            Some(!together && (grouped(&a) || grouped(&b)))
        }
        Command::Crash { .. }
        | Command::Restart { .. }
        | Command::TimeOut { .. }
        | Command::Request { .. }
        | Command::SetLink { .. }
        | Command::SetAllLinks { .. }
        | Command::Clog { .. }
        | Command::Unclog { .. }
        | Command::Filter { .. }
        | Command::Kill { .. }
        | Command::CrashAfter { .. }
        | Command::Pause { .. }
        | Command::Resume { .. }
        | Command::Wipe { .. }
        | Command::SetDisk { .. }
        | Command::FlipBit { .. }
        | Command::SetClock { .. }
        | Command::JumpClock { .. }
        | Command::Configure { .. }
        | Command::AddServer
        | Command::ChangeMembership { .. }
        | Command::LeaveJoint { .. }
        | Command::Transfer { .. }
        | Command::ForgetLeader { .. }
        | Command::Compact { .. }
        | Command::RequestSnapshot { .. }
        | Command::Packet { .. }
        | Command::MakeMistakes { .. }
        | Command::Requests { .. }
        | Command::GiveUp { .. }
        | Command::SetRetries { .. } => None,
    }
}

/// What to look at where `record` was left.
fn about(record: &Record) -> Thing {
    match &record.what {
        Happening::Sent { packet, .. } | Happening::Doubled { packet, .. } | Happening::Lost { packet, .. } => {
            Thing::Packet(*packet)
        }
        Happening::Delivered { to, .. } => Thing::of(*to),
        Happening::Commanded(command) => about_command(command),
        Happening::Node { server, event: Event::Appended { last, .. } } => {
            Thing::Entry { server: *server, index: last.index }
        }
        Happening::Node { server, event: Event::Truncated { first, .. } } => {
            Thing::Entry { server: *server, index: *first }
        }
        Happening::Answered { request, .. }
        | Happening::Asked { request, .. }
        | Happening::TimedOut { request, .. }
        | Happening::Retried { request, .. } => Thing::Request(*request),
        Happening::CommandRefused { .. }
        | Happening::Started { .. }
        | Happening::Crashed { .. }
        | Happening::TornWriteDropped { .. }
        | Happening::StartRefused { .. }
        | Happening::StartImpossible { .. }
        | Happening::DiskFull { .. }
        | Happening::Rejected { .. }
        | Happening::TimerFired { .. }
        | Happening::WriteBegan { .. }
        | Happening::WriteDurable { .. }
        | Happening::SnapshotBegan { .. }
        | Happening::SnapshotDurable { .. }
        | Happening::Applied { .. }
        | Happening::Node { .. }
        | Happening::SessionOpened { .. }
        | Happening::Violated(_) => record.what.server().map_or(Thing::Cluster, Thing::Server),
    }
}

fn about_command(command: &Command) -> Thing {
    match command {
        Command::Cut { from, to, .. }
        | Command::Heal { from, to, .. }
        | Command::SetLink { from, to, .. }
        | Command::Clog { from, to, .. }
        | Command::Unclog { from, to, .. }
        | Command::Filter { from, to, .. } => Thing::Link { from: *from, to: *to },
        Command::Packet { packet, .. } => Thing::Packet(*packet),
        Command::Crash { server }
        | Command::Restart { server }
        | Command::TimeOut { server }
        | Command::Isolate { server }
        | Command::Kill { server }
        | Command::CrashAfter { server, .. }
        | Command::Pause { server }
        | Command::Resume { server }
        | Command::Wipe { server }
        | Command::SetDisk { server, .. }
        | Command::FlipBit { server, .. }
        | Command::SetClock { server, .. }
        | Command::JumpClock { server, .. }
        | Command::Configure { server, .. }
        | Command::ChangeMembership { server, .. }
        | Command::LeaveJoint { server }
        | Command::Transfer { server, .. }
        | Command::ForgetLeader { server }
        | Command::Compact { server }
        | Command::RequestSnapshot { server }
        | Command::MakeMistakes { server, .. } => Thing::Server(*server),
        Command::Request { .. }
        | Command::Requests { .. }
        | Command::GiveUp { .. }
        | Command::SetRetries { .. }
        | Command::Partition { .. }
        | Command::HealAll
        | Command::SetAllLinks { .. }
        | Command::AddServer => Thing::Cluster,
    }
}

impl Cause {
    pub(super) fn new(words: impl Into<String>, about: Thing) -> Self {
        Self { words: words.into(), at: None, record: None, about }
    }

    /// It came about with `record`, if that is known.
    pub(super) fn when(self, record: Option<&Record>) -> Self {
        Self { at: record.map(|record| record.at).or(self.at), record: record.map(|record| record.id), ..self }
    }

    /// Its moment, of which there is no record.
    pub(super) fn at(self, at: Instant) -> Self {
        Self { at: Some(at), ..self }
    }
}

/// Whether the server of an arrival got it from `from`.
pub(super) fn is_from(sending: &Record, whom: NodeId) -> bool {
    matches!(&sending.what, Happening::Sent { from: Address::Server(from), .. } if *from == whom)
}

//! What is worth telling of a trace: read once, as it grows.

use raftarium_sim::core::{Event, Instant, LogIndex, NodeId, Role, Term};
use raftarium_sim::story::is_restart;
use raftarium_sim::why::Asks;
use raftarium_sim::{Command, DiskSettings, Happening, LinkSettings, PacketAct, Record, RecordId, Setup};

use super::lives::Lives;

/// The records that a person may want to read, and the marks on the time bar.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Digest {
    /// The records that matter, oldest first.
    pub(crate) notable: Vec<RecordId>,
    /// What is marked on the time bar, oldest first.
    pub(crate) marks: Vec<Mark>,
    /// What each server was when.
    pub(crate) lives: Lives,
    /// What each server has done that can be asked about from then on: the first time of each.
    firsts: Vec<(RecordId, NodeId, Asks)>,
    /// How links carry and disks write at first: what makes them so again mends them.
    usual: (LinkSettings, DiskSettings),
}

/// Something that is marked on the time bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) record: RecordId,
    pub(crate) at: Instant,
    pub(crate) kind: MarkKind,
}

/// What is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkKind {
    /// Somebody started an election.
    Election(Term),
    /// Somebody was elected.
    Leader(Term),
    /// Somebody gave up leading.
    SteppedDown(Term),
    /// An entry was found to be committed for the first time.
    Commit(Term, LogIndex),
    /// Somebody crashed, or could not start.
    Crash,
    /// A link was cut, or something else was made to go wrong.
    Fault,
    /// Somebody started again, or a link was mended.
    Mend,
    /// A rule was broken.
    Violation,
}

impl Digest {
    /// Of a run that begins so; nothing is read yet.
    pub(crate) fn of(setup: &Setup) -> Self {
        Self { usual: (setup.link, setup.disk), ..Self::default() }
    }

    /// Reads `records`, which follow those that it has read.
    pub(crate) fn read(&mut self, records: &[Record]) {
        for record in records {
            self.lives.read(record);
            if let Some((server, asks)) = first(record)
                && !self.has_done(server, asks, record.id.0)
            {
                self.firsts.push((record.id, server, asks));
            }
            if is_notable(record) {
                self.notable.push(record.id);
            }
            if let Some(kind) = self.mark(record) {
                self.marks.push(Mark { record: record.id, at: record.at, kind });
            }
        }
    }

    /// Whether there is anything in `records` that it would keep. Whatever is marked is notable.
    pub(crate) fn cares(records: &[Record]) -> bool {
        records.iter().any(|record| is_notable(record) || Lives::cares(record) || first(record).is_some())
    }

    /// Forgets everything after the first `records` records: the past was changed, and they did not happen.
    pub(crate) fn forget_after(&mut self, records: usize) {
        let limit = RecordId(records as u64);
        self.lives.forget_after(limit);
        self.firsts.truncate(self.firsts.partition_point(|(record, ..)| *record < limit));
        self.notable.truncate(self.notable.partition_point(|id| *id < limit));
        self.marks.truncate(self.marks.partition_point(|mark| mark.record < limit));
    }

    /// Whether a server had done, when there were so many records, what is asked about.
    pub(crate) fn has_done(&self, server: NodeId, asks: Asks, records: u64) -> bool {
        self.firsts.iter().any(|(record, who, what)| record.0 < records && (*who, *what) == (server, asks))
    }

    fn mark(&self, record: &Record) -> Option<MarkKind> {
        match &record.what {
            Happening::Node { event: Event::ElectionStarted { term, .. }, .. } => Some(MarkKind::Election(*term)),
            Happening::Node { event: Event::BecameLeader { term }, .. } => Some(MarkKind::Leader(*term)),
            Happening::Node { event: Event::SteppedDown { was: Role::Leader, term, .. }, .. } => {
                Some(MarkKind::SteppedDown(*term))
            }
            Happening::Node { event: Event::Committed { through }, .. } => {
                (through.index > self.committed()).then_some(MarkKind::Commit(through.term, through.index))
            }
            Happening::Crashed { .. }
            | Happening::StartRefused { .. }
            | Happening::StartImpossible { .. }
            | Happening::DiskFull { .. } => Some(MarkKind::Crash),
            Happening::Started { .. } if is_restart(record) => Some(MarkKind::Mend),
            Happening::Commanded(command) => self.mark_of(command),
            Happening::Violated(_) => Some(MarkKind::Violation),
            Happening::Node { .. }
            | Happening::Started { .. }
            | Happening::CommandRefused { .. }
            | Happening::TornWriteDropped { .. }
            | Happening::Sent { .. }
            | Happening::Delivered { .. }
            | Happening::Lost { .. }
            | Happening::Doubled { .. }
            | Happening::Rejected { .. }
            | Happening::TimerFired { .. }
            | Happening::WriteBegan { .. }
            | Happening::WriteDurable { .. }
            | Happening::SnapshotBegan { .. }
            | Happening::SnapshotDurable { .. }
            | Happening::Applied { .. }
            | Happening::TimedOut { .. }
            | Happening::Retried { .. }
            | Happening::Asked { .. }
            | Happening::SessionOpened { .. }
            | Happening::Answered { .. } => None,
        }
    }

    /// Whether something is made to go wrong, or is mended; what comes of the rest is marked when it comes.
    fn mark_of(&self, command: &Command) -> Option<MarkKind> {
        let (link, disk) = &self.usual;
        let mends = match command {
            Command::Cut { .. }
            | Command::Partition { .. }
            | Command::Isolate { .. }
            | Command::Clog { .. }
            | Command::Pause { .. }
            | Command::Wipe { .. }
            | Command::FlipBit { .. }
            | Command::JumpClock { .. } => false,
            Command::Heal { .. } | Command::HealAll | Command::Unclog { .. } | Command::Resume { .. } => true,
            Command::SetLink { settings, .. } | Command::SetAllLinks { settings } => settings == link,
            Command::Filter { classes, .. } => classes.is_empty(),
            Command::SetDisk { settings, .. } => settings == disk,
            Command::SetClock { drift_ppm, .. } => *drift_ppm == 0,
            Command::MakeMistakes { mistakes, .. } => mistakes.is_empty(),
            Command::Packet {
                act: PacketAct::Drop | PacketAct::Double | PacketAct::Hold | PacketAct::Delay(_),
                ..
            } => false,
            Command::Packet { act: PacketAct::Release | PacketAct::Deliver, .. }
            | Command::Crash { .. }
            | Command::Restart { .. }
            | Command::TimeOut { .. }
            | Command::Request { .. }
            | Command::Requests { .. }
            | Command::GiveUp { .. }
            | Command::Kill { .. }
            | Command::CrashAfter { .. }
            | Command::Configure { .. }
            | Command::SetRetries { .. }
            | Command::AddServer
            | Command::ChangeMembership { .. }
            | Command::LeaveJoint { .. }
            | Command::Transfer { .. }
            | Command::ForgetLeader { .. }
            | Command::Compact { .. }
            | Command::RequestSnapshot { .. } => return None,
        };
        Some(if mends { MarkKind::Mend } else { MarkKind::Fault })
    }

    /// The last index that is marked as committed.
    fn committed(&self) -> LogIndex {
        let index = |mark: &Mark| match mark.kind {
            MarkKind::Commit(_, index) => Some(index),
            MarkKind::Election(_)
            | MarkKind::Leader(_)
            | MarkKind::SteppedDown(_)
            | MarkKind::Crash
            | MarkKind::Fault
            | MarkKind::Mend
            | MarkKind::Violation => None,
        };
        self.marks.iter().rev().find_map(index).unwrap_or(LogIndex::ZERO)
    }
}

/// What a server did that can be asked about for as long as the trace goes on.
const fn first(record: &Record) -> Option<(NodeId, Asks)> {
    let Happening::Node { server, event } = &record.what else { return None };
    if matches!(event, Event::SteppedDown { was: Role::Leader, .. }) {
        Some((*server, Asks::SteppedDown))
    } else if matches!(event, Event::VoteRefused { .. } | Event::VoteIgnored { .. }) {
        Some((*server, Asks::VotedNo))
    } else {
        None
    }
}

/// Whether a person who follows the story wants to know of it; the rest is how it comes about.
fn is_notable(record: &Record) -> bool {
    match &record.what {
        Happening::Commanded(_)
        | Happening::CommandRefused { .. }
        | Happening::Crashed { .. }
        | Happening::TornWriteDropped { .. }
        | Happening::StartRefused { .. }
        | Happening::StartImpossible { .. }
        | Happening::DiskFull { .. }
        | Happening::Rejected { .. }
        | Happening::TimedOut { .. }
        | Happening::Retried { .. }
        | Happening::Asked { .. }
        | Happening::SessionOpened { .. }
        | Happening::Answered { .. }
        | Happening::Violated(_) => true,
        Happening::Started { .. } => is_restart(record),
        Happening::Node { event, .. } => match event {
            Event::PreVoteStarted { .. }
            | Event::ElectionStarted { .. }
            | Event::VoteGranted { .. }
            | Event::VoteIgnored { .. }
            | Event::VoteRefused { .. }
            | Event::BecameLeader { .. }
            | Event::SteppedDown { .. }
            | Event::LeaderFound { .. }
            | Event::Truncated { .. }
            | Event::AppendRefused { .. }
            | Event::Committed { .. }
            | Event::Compacted { .. }
            | Event::SnapshotInstalled { .. }
            | Event::MembershipChanged { .. }
            | Event::TransferStarted { .. }
            | Event::TransferEnded { .. }
            | Event::SnapshotRequested { .. }
            | Event::LeaderForgotten { .. }
            | Event::PeerLostData { .. } => true,
            Event::TermAdvanced { .. }
            | Event::PreVoteGranted { .. }
            | Event::VoteCounted { .. }
            | Event::Appended { .. }
            | Event::Matched { .. }
            | Event::BackedUp { .. }
            | Event::PreVoteCounted { .. }
            | Event::ProposalForwarded { .. }
            | Event::StaleIgnored { .. } => false,
        },
        Happening::Sent { .. }
        | Happening::Delivered { .. }
        | Happening::Lost { .. }
        | Happening::Doubled { .. }
        | Happening::TimerFired { .. }
        | Happening::WriteBegan { .. }
        | Happening::WriteDurable { .. }
        | Happening::SnapshotBegan { .. }
        | Happening::SnapshotDurable { .. }
        | Happening::Applied { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use raftarium_sim::PacketClass;
    use raftarium_sim::core::{Mistake, Mistakes, NodeId};

    #[test]
    fn an_election_is_marked_before_its_leader() {
        let timeline = fixture::settled(5);
        let mut digest = Digest::default();
        digest.read(timeline.all_records());
        let kinds: Vec<MarkKind> = digest.marks.iter().map(|mark| mark.kind).collect();
        assert!(matches!(kinds[..], [MarkKind::Election(_), ..]), "{kinds:?}");
        assert!(kinds.iter().any(|kind| matches!(kind, MarkKind::Leader(_))));
        assert!(kinds.iter().any(|kind| matches!(kind, MarkKind::Commit(_, LogIndex(1)))));
    }

    #[test]
    fn an_index_is_marked_as_committed_once() {
        let timeline = fixture::settled(5);
        let mut digest = Digest::default();
        digest.read(timeline.all_records());
        let commits = digest.marks.iter().filter(|mark| matches!(mark.kind, MarkKind::Commit(_, LogIndex(1))));
        assert_eq!(commits.count(), 1);
    }

    #[test]
    fn whatever_a_person_spoils_is_a_fault_and_mended_when_it_is_as_at_first() {
        let mut timeline = fixture::settled(3);
        let (server, setup) = (NodeId(2), timeline.setup().clone());
        let (from, to, both) = (NodeId(1), NodeId(2), true);
        let disk = |settings| Command::SetDisk { server, settings };
        let link = |settings| Command::SetLink { from, to, both, settings };
        let filter = |classes| Command::Filter { from, to, both, classes };
        let mistakes = |mistakes| Command::MakeMistakes { server, mistakes };
        let pairs = [
            (disk(DiskSettings { lies: true, ..setup.disk }), disk(setup.disk)),
            (link(LinkSettings { loss_ppm: 1, ..setup.link }), link(setup.link)),
            (
                Command::SetAllLinks { settings: LinkSettings { duplicate_ppm: 1, ..setup.link } },
                Command::SetAllLinks { settings: setup.link },
            ),
            (filter(vec![PacketClass::Append]), filter(vec![])),
            (Command::SetClock { server, drift_ppm: 5 }, Command::SetClock { server, drift_ppm: 0 }),
            (mistakes(Mistake::SkipUpToDateCheck.into()), mistakes(Mistakes::NONE)),
            (Command::Pause { server }, Command::Resume { server }),
        ];
        for command in pairs.iter().flat_map(|(spoils, mends)| [spoils, mends]) {
            timeline.dispatch(command.clone()).expect("there are three servers");
        }
        let mut digest = Digest::of(&setup);
        digest.read(timeline.all_records());
        let faults = |mark: &&Mark| matches!(mark.kind, MarkKind::Fault | MarkKind::Mend);
        let kinds: Vec<MarkKind> = digest.marks.iter().filter(faults).map(|mark| mark.kind).collect();
        assert_eq!(kinds, [MarkKind::Fault, MarkKind::Mend].repeat(pairs.len()));
    }

    #[test]
    fn a_leader_that_gives_up_is_marked_and_can_be_asked_about_from_then_on() {
        let mut timeline = fixture::settled(3);
        let leads = crate::show::names::leader(&timeline.view()).expect("a leader after a second").id;
        let other = NodeId(leads.0 % 3 + 1);
        timeline.dispatch(Command::TimeOut { server: other }).expect("it follows");
        let before = timeline.world().record_count();
        timeline.advance(std::time::Duration::from_millis(200));
        let mut digest = Digest::default();
        digest.read(timeline.all_records());
        assert!(digest.marks.iter().any(|mark| matches!(mark.kind, MarkKind::SteppedDown(_))));
        let now = timeline.world().record_count();
        let asked = |server, records| digest.has_done(server, Asks::SteppedDown, records);
        assert_eq!((asked(leads, before), asked(leads, now), asked(other, now)), (false, true, false));
    }

    #[test]
    fn what_did_not_happen_is_forgotten_and_read_anew() {
        let timeline = fixture::settled(5);
        let mut digest = Digest::default();
        digest.read(timeline.all_records());
        let whole = digest.clone();
        digest.forget_after(10);
        assert!(digest.marks.len() < whole.marks.len());
        digest.read(&timeline.all_records()[10..]);
        assert_eq!(digest, whole);
    }
}

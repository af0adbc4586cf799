//! What is seen of a stretch of time: who sent what to whom, what was written when, and what came of it.
//!
//! It is read anew off the trace for every stretch, so that nothing has to be kept of it.

mod words;

use raftarium_sim::core::{EntryId, Event, Instant, LogIndex, NodeId, Term};
use raftarium_sim::{
    Address, Glimpse, Happening, LossReason, PacketId, PacketView, Record, RecordId, RequestId, Rule, View,
};

pub(crate) use words::{line_words, summary};

/// A message, from lane to lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) id: PacketId,
    /// The record of its sending.
    pub(crate) record: RecordId,
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) what: Glimpse,
    pub(crate) sent: Instant,
    pub(crate) end: End,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Arrived(Instant),
    Lost(Instant, LossReason),
    /// It is not known yet; it will arrive then, if nothing comes between.
    UnderWay(Option<Instant>),
}

/// A write to a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Write {
    pub(crate) server: NodeId,
    pub(crate) began: Instant,
    /// None if that is not known yet, or it was lost in a crash.
    pub(crate) durable: Option<Instant>,
}

/// Something that is marked on a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at: Instant,
    pub(crate) server: NodeId,
    pub(crate) kind: MomentKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MomentKind {
    Election(Term),
    Leader(Term),
    Commit(EntryId),
    Crash,
    Start,
}

/// Entries that came into a server's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Carried {
    pub(crate) server: NodeId,
    pub(crate) first: LogIndex,
    pub(crate) last: EntryId,
    /// The record that made them come.
    cause: Option<RecordId>,
}

/// A stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Scene {
    /// In the order of their sending.
    pub(crate) lines: Vec<Line>,
    pub(crate) writes: Vec<Write>,
    pub(crate) moments: Vec<Moment>,
    /// When a rule was broken.
    pub(crate) violations: Vec<(Instant, Rule)>,
    carried: Vec<Carried>,
    /// Which message each arrival was.
    arrivals: Vec<(RecordId, PacketId)>,
}

impl Scene {
    /// What is seen between two moments. No message may have been under way for longer than `flight` microseconds, but
    /// for those that are in `view`.
    pub(crate) fn read(records: &[Record], view: &View, from: Instant, to: Instant, flight: u64) -> Self {
        let early = Instant::from_micros(from.as_micros().saturating_sub(flight));
        let late = Instant::from_micros(to.as_micros().saturating_add(flight));
        let first = records.partition_point(|record| record.at < early);
        let until = records.partition_point(|record| record.at <= late);
        let mut scene = Self::default();
        for record in &records[first..until] {
            scene.take(record, record.at >= from && record.at <= to);
        }
        for packet in &view.packets {
            scene.still(packet, from, to);
        }
        scene.lines.retain(|line| line.sent <= to && line.until().is_none_or(|until| until >= from));
        scene.writes.retain(|write| write.began <= to && write.durable.is_none_or(|durable| durable >= from));
        scene
    }

    fn take(&mut self, record: &Record, seen: bool) {
        let at = record.at;
        match &record.what {
            Happening::Sent { packet, from, to, what } => {
                let (id, from, to, what) = (*packet, *from, *to, *what);
                self.lines.push(Line { id, record: record.id, from, to, what, sent: at, end: End::UnderWay(None) });
            }
            Happening::Doubled { packet, copy } => {
                if let Some(line) = self.line(*packet).copied() {
                    self.lines.push(Line { id: *copy, end: End::UnderWay(None), ..line });
                }
            }
            Happening::Delivered { packet, .. } => {
                self.arrivals.push((record.id, *packet));
                if let Some(line) = self.line_mut(*packet) {
                    line.end = End::Arrived(at);
                }
            }
            Happening::Lost { packet, reason } => {
                if let Some(line) = self.line_mut(*packet) {
                    line.end = End::Lost(at, *reason);
                }
            }
            Happening::WriteBegan { server, .. } | Happening::SnapshotBegan { server, .. } => {
                self.writes.push(Write { server: *server, began: at, durable: None });
            }
            Happening::WriteDurable { server, .. } | Happening::SnapshotDurable { server, .. } => {
                let open = |write: &&mut Write| write.server == *server && write.durable.is_none();
                if let Some(write) = self.writes.iter_mut().find(open) {
                    write.durable = Some(at);
                }
            }
            Happening::Crashed { server, .. } => {
                // What was on its way to the disk is lost.
                for write in self.writes.iter_mut().filter(|write| write.server == *server) {
                    write.durable = write.durable.or(Some(at));
                }
                self.mark(seen, at, *server, MomentKind::Crash);
            }
            Happening::Started { server, .. } if at > Instant::ZERO => self.mark(seen, at, *server, MomentKind::Start),
            Happening::Violated(violation) if seen => self.violations.push((at, violation.rule)),
            Happening::Node { server, event } => match event {
                Event::ElectionStarted { term, .. } => self.mark(seen, at, *server, MomentKind::Election(*term)),
                Event::BecameLeader { term } => self.mark(seen, at, *server, MomentKind::Leader(*term)),
                Event::Committed { through } => self.mark(seen, at, *server, MomentKind::Commit(*through)),
                Event::Appended { first, last } => {
                    self.carried.push(Carried { server: *server, first: *first, last: *last, cause: record.cause });
                }
                Event::TermAdvanced { .. }
                | Event::PreVoteStarted { .. }
                | Event::VoteGranted { .. }
                | Event::PreVoteGranted { .. }
                | Event::VoteIgnored { .. }
                | Event::LeaderForgotten { .. }
                | Event::VoteRefused { .. }
                | Event::VoteCounted { .. }
                | Event::SteppedDown { .. }
                | Event::LeaderFound { .. }
                | Event::Truncated { .. }
                | Event::AppendRefused { .. }
                | Event::Matched { .. }
                | Event::BackedUp { .. }
                | Event::Compacted { .. }
                | Event::SnapshotInstalled { .. }
                | Event::MembershipChanged { .. }
                | Event::TransferStarted { .. }
                | Event::TransferEnded { .. }
                | Event::StaleIgnored { .. }
                | Event::PreVoteCounted { .. }
                | Event::ProposalForwarded { .. }
                | Event::SnapshotRequested { .. }
                | Event::PeerLostData { .. } => {}
            },
            Happening::Commanded(_)
            | Happening::CommandRefused { .. }
            | Happening::Started { .. }
            | Happening::TornWriteDropped { .. }
            | Happening::StartRefused { .. }
            | Happening::StartImpossible { .. }
            | Happening::DiskFull { .. }
            | Happening::Rejected { .. }
            | Happening::TimerFired { .. }
            | Happening::Applied { .. }
            | Happening::TimedOut { .. }
            | Happening::Asked { .. }
            | Happening::Retried { .. }
            | Happening::SessionOpened { .. }
            | Happening::Answered { .. }
            | Happening::Violated(_) => {}
        }
    }

    /// A message that the world still has: when it arrives, and when it was sent if that was long ago.
    fn still(&mut self, packet: &PacketView, from: Instant, to: Instant) {
        let arrives = packet.held.is_none().then_some(packet.arrives);
        if let Some(line) = self.line_mut(packet.id) {
            if matches!(line.end, End::UnderWay(_)) {
                line.end = End::UnderWay(arrives);
            }
            return;
        }
        if packet.sent < from
            && packet.lost.is_none()
            && arrives.is_none_or(|arrives| arrives >= from)
            && packet.sent <= to
        {
            let PacketView { id, from, to, what, sent, .. } = *packet;
            let place = self.lines.partition_point(|line| line.id < id);
            let line = Line { id, record: RecordId(u64::MAX), from, to, what, sent, end: End::UnderWay(arrives) };
            self.lines.insert(place, line);
        }
    }

    fn mark(&mut self, seen: bool, at: Instant, server: NodeId, kind: MomentKind) {
        if seen {
            self.moments.push(Moment { at, server, kind });
        }
    }

    /// A message, if it is seen.
    pub(crate) fn line(&self, id: PacketId) -> Option<&Line> {
        // They are counted as they are sent.
        self.lines.binary_search_by_key(&id, |line| line.id).ok().map(|at| &self.lines[at])
    }

    fn line_mut(&mut self, id: PacketId) -> Option<&mut Line> {
        self.lines.binary_search_by_key(&id, |line| line.id).ok().map(|at| &mut self.lines[at])
    }

    /// The entries that a message brought.
    pub(crate) fn brought(&self, id: PacketId) -> impl Iterator<Item = &Carried> {
        self.carried.iter().filter(move |carried| self.bringer(carried) == Some(id))
    }

    /// The messages that brought an entry at `index` into any log: a client's to a leader, and then its own to the others.
    pub(crate) fn bringers(&self, index: LogIndex) -> impl Iterator<Item = PacketId> {
        let has = move |carried: &&Carried| carried.first <= index && index <= carried.last.index;
        self.carried.iter().filter(has).filter_map(|carried| self.bringer(carried))
    }

    fn bringer(&self, carried: &Carried) -> Option<PacketId> {
        let cause = carried.cause?;
        let found = self.arrivals.binary_search_by_key(&cause, |(record, _)| *record).ok()?;
        let (_, packet) = self.arrivals[found];
        self.line(packet).filter(|line| line.to.server() == Some(carried.server))?;
        Some(packet)
    }
}

impl Line {
    /// When it is seen no more; none if that is not known.
    pub(crate) const fn until(&self) -> Option<Instant> {
        match self.end {
            End::Arrived(at) | End::Lost(at, _) => Some(at),
            End::UnderWay(arrives) => arrives,
        }
    }

    /// The message as the inspector takes it, when it is under way no more.
    pub(crate) fn as_view(&self) -> PacketView {
        let Self { id, from, to, what, sent, .. } = *self;
        let lost = match self.end {
            End::Lost(at, _) => Some(at),
            End::Arrived(_) | End::UnderWay(_) => None,
        };
        let arrives = self.until().unwrap_or(sent);
        PacketView { id, from, to, sent, arrives, lost, held: None, what }
    }
}

/// The request whose answer broke the rule that clients see one copy of the data: the last one that was answered when
/// that was found.
pub(crate) fn first_wrong(view: &View, records: &[Record]) -> Option<RequestId> {
    let found = view.violations.iter().find(|violation| violation.rule == Rule::Linearizability)?;
    let until = records.partition_point(|record| record.id <= found.after);
    records[..until].iter().rev().take_while(|record| record.at == found.at).find_map(|record| {
        let Happening::Answered { request, .. } = record.what else { return None };
        Some(request)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use crate::show::names::leader;
    use raftarium_sim::{ClientId, Command, Op, PacketKind, ReadBy, Timeline};

    fn ms(ms: u64) -> Instant {
        Instant::from_millis(ms)
    }

    fn scene(timeline: &Timeline, from: Instant, to: Instant) -> Scene {
        Scene::read(timeline.all_records(), &timeline.view(), from, to, 200_000)
    }

    #[test]
    fn a_message_is_a_line_from_its_sending_to_its_end() {
        let timeline = fixture::settled(5);
        let all = scene(&timeline, Instant::ZERO, ms(1_000));
        assert!(all.lines.windows(2).all(|pair| pair[0].id < pair[1].id));
        let arrived = all.lines.iter().filter(|line| matches!(line.end, End::Arrived(_))).count();
        let records = timeline.all_records().iter();
        assert_eq!(arrived, records.filter(|record| matches!(record.what, Happening::Delivered { .. })).count());
        for line in all.lines.iter().filter(|line| matches!(line.end, End::UnderWay(_))) {
            let packet = timeline.view().packets.iter().find(|packet| packet.id == line.id).copied();
            assert_eq!(line.end, End::UnderWay(packet.map(|packet| packet.arrives)), "{line:?}");
        }
    }

    #[test]
    fn a_stretch_shows_what_a_longer_one_shows_in_it() {
        let timeline = fixture::settled(5);
        let all = scene(&timeline, Instant::ZERO, ms(1_000));
        for from in (0..1_000).step_by(7) {
            let (from, to) = (ms(from), ms(from + 3));
            let seen: Vec<Line> = scene(&timeline, from, to).lines;
            let overlaps = |line: &&Line| line.sent <= to && line.until().is_none_or(|until| until >= from);
            let expected: Vec<Line> = all.lines.iter().filter(overlaps).copied().collect();
            assert_eq!(seen, expected, "{from:?}");
        }
    }

    #[test]
    fn what_a_cut_link_takes_ends_in_a_loss() {
        let mut timeline = fixture::settled(3);
        let leads = leader(&timeline.view()).expect("a leader after a second").id;
        timeline.dispatch(Command::Isolate { server: leads }).expect("it can be cut off");
        timeline.seek(ms(1_300));
        let cut = scene(&timeline, ms(1_000), ms(1_300));
        let lost = cut.lines.iter().filter(|line| matches!(line.end, End::Lost(_, LossReason::Cut)));
        assert!(lost.clone().count() > 1 && lost.clone().any(|line| line.from.server() == Some(leads)), "{cut:?}");
    }

    #[test]
    fn an_entry_leads_to_the_messages_that_brought_it_and_back() {
        let mut timeline = fixture::settled(3);
        let op = Op::Put { key: "x".into(), value: "1".into() };
        timeline.dispatch(Command::Request { client: ClientId(1), server: None, op }).expect("nobody waits");
        timeline.seek(ms(1_300));
        let scene = scene(&timeline, ms(900), ms(1_300));
        let index = timeline.view().servers[0].log.last().expect("it was appended").id.index;
        let bringers: Vec<PacketId> = scene.bringers(index).collect();
        let to_followers =
            |id: &&PacketId| matches!(scene.line(**id).expect("seen").what.kind, PacketKind::Append { .. });
        assert_eq!(bringers.iter().filter(to_followers).count(), 2, "one for each follower");
        for id in &bringers {
            assert!(scene.brought(*id).any(|carried| carried.first <= index && index <= carried.last.index));
        }
    }

    #[test]
    fn a_stale_answer_is_the_first_that_is_wrong() {
        let mut timeline = fixture::settled(5);
        let old = leader(&timeline.view()).expect("a leader after a second").id;
        let put = |value: &str| Op::Put { key: "x".into(), value: value.into() };
        timeline.dispatch(fixture::request(ClientId(1), put("1"))).expect("nobody waits");
        timeline.seek(ms(1_400));
        timeline.dispatch(Command::Isolate { server: old }).expect("it can be cut off");
        timeline.seek(ms(2_400));
        let new = leader(&timeline.view()).expect("the others elect one").id;
        assert_ne!(new, old);
        timeline.dispatch(fixture::request_to(ClientId(1), new, put("2"))).expect("it was answered");
        timeline.seek(ms(2_900));
        assert_eq!(first_wrong(&timeline.view(), timeline.all_records()), None);
        let stale = Op::Read { key: "x".into(), by: ReadBy::Nothing };
        timeline.dispatch(fixture::request_to(ClientId(2), old, stale)).expect("nobody waits");
        timeline.seek(ms(3_400));
        let last = timeline.view().requests.last().expect("it was asked").id;
        assert_eq!(first_wrong(&timeline.view(), timeline.all_records()), Some(last));
    }

    #[test]
    fn writes_and_elections_are_there() {
        let timeline = fixture::settled(3);
        let all = scene(&timeline, Instant::ZERO, ms(1_000));
        assert!(all.writes.iter().any(|write| write.durable.is_some_and(|durable| durable > write.began)));
        let leads = |moment: &Moment| matches!(moment.kind, MomentKind::Leader(_));
        let leader = leader(&timeline.view()).expect("a leader after a second").id;
        assert!(all.moments.iter().any(|moment| leads(moment) && moment.server == leader));
    }
}

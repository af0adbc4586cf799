//! Sessions, as one would explain them: a list of all requests, in which everything is looked up anew.

use core::num::NonZeroU32;
use core::time::Duration;

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use raftarium_core::sessions::{Envelope, Request, Sequence, SessionError, SessionId, SessionLimits};
use raftarium_core::{Instant, LogIndex};

use crate::replica::{Answer, Replica, incr};

/// One entry of the log, by what is open then.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// Entries of another kind before it.
    skipped: u64,
    seconds: u64,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Open,
    /// Which session, among those that ever were; how far the number is above the lowest that is not answered; how many
    /// more answers have arrived.
    Command(usize, u64, u64),
    KeepAlive(usize),
    Close(usize),
    /// A session that never was.
    Stray(u64),
}

pub(crate) fn limits() -> impl Strategy<Value = SessionLimits> {
    let number = |number| NonZeroU32::new(number).expect("not zero");
    (1..4_u32, 1..4_u32, prop_oneof![Just(None), (0..8_u64).prop_map(Some)]).prop_map(
        move |(sessions, answers, idle)| {
            let idle_max = idle.map(Duration::from_secs);
            SessionLimits { sessions_max: number(sessions), answers_max: number(answers), idle_max }
        },
    )
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![
        2 => Just(Kind::Open),
        12 => (0..6_usize, 0..5_u64, 0..3_u64).prop_map(|(which, ahead, more)| Kind::Command(which, ahead, more)),
        1 => (0..6_usize).prop_map(Kind::KeepAlive),
        1 => (0..6_usize).prop_map(Kind::Close),
        1 => any::<u64>().prop_map(Kind::Stray),
    ];
    (0..3_u64, 0..12_u64, kind).prop_map(|(skipped, seconds, kind)| Step { skipped, seconds, kind })
}

/// Every entry that there was, with its time and what it did to its session.
#[derive(Default)]
struct Model {
    entries: Vec<(LogIndex, Envelope)>,
    /// Commands that were applied: whose, which, and the total then.
    applied: Vec<(SessionId, Sequence, u64)>,
    /// Sessions that ended.
    ended: Vec<SessionId>,
    total: u64,
}

impl Model {
    fn opened(&self) -> Vec<SessionId> {
        let opens = self.entries.iter().filter(|(_, envelope)| envelope.request == Request::Open);
        opens.map(|&(index, _)| SessionId(index)).collect()
    }

    fn open(&self) -> Vec<SessionId> {
        self.opened().into_iter().filter(|session| !self.ended.contains(session)).collect()
    }

    /// The greatest time up to an entry.
    fn time(&self, index: LogIndex) -> Instant {
        let until = self.entries.iter().filter(|&&(at, _)| at <= index);
        until.map(|(_, envelope)| envelope.at).max().unwrap_or(Instant::ZERO)
    }

    /// The last entry that named the session, or opened it.
    fn used(&self, session: SessionId) -> LogIndex {
        let uses = self.entries.iter().filter(|(index, envelope)| match envelope.request {
            Request::Open => *index == session.0,
            Request::Command { session: named, .. }
            | Request::KeepAlive { session: named }
            | Request::Close { session: named } => named == session,
        });
        uses.map(|&(index, _)| index).max().expect("it was opened")
    }

    /// The most that the client said to have, in requests that make sense.
    fn answered_below(&self, session: SessionId) -> Sequence {
        let said = self.entries.iter().filter_map(|(_, envelope)| match envelope.request {
            Request::Command { session: named, sequence, answered_below, .. }
                if named == session && answered_below <= sequence =>
            {
                Some(answered_below)
            }
            Request::Open | Request::Command { .. } | Request::KeepAlive { .. } | Request::Close { .. } => None,
        });
        said.max().unwrap_or_default()
    }

    fn request(
        &mut self,
        limits: &SessionLimits,
        index: LogIndex,
        envelope: &Envelope,
    ) -> Result<Answer, SessionError> {
        let now = self.time(LogIndex(u64::MAX)).max(envelope.at);
        for session in self.open() {
            let idle = now.since(self.time(self.used(session)));
            if limits.idle_max.is_some_and(|max| idle > max) {
                self.ended.push(session);
            }
        }
        let open = self.open();
        let found =
            |session: SessionId| if open.contains(&session) { Ok(()) } else { Err(SessionError::NotOpen { session }) };
        match envelope.request {
            Request::Open => {
                if open.len() == limits.sessions_max.get() as usize {
                    let unused = open.iter().copied().min_by_key(|&session| self.used(session)).expect("one at least");
                    self.ended.push(unused);
                }
                self.entries.push((index, envelope.clone()));
                Ok(Answer::Opened(SessionId(index)))
            }
            Request::KeepAlive { session } => {
                found(session)?;
                self.entries.push((index, envelope.clone()));
                Ok(Answer::KeptAlive)
            }
            Request::Close { session } => {
                found(session)?;
                self.ended.push(session);
                Ok(Answer::Closed)
            }
            Request::Command { session, sequence, answered_below, .. } => {
                found(session)?;
                self.entries.push((index, envelope.clone()));
                if answered_below > sequence {
                    return Err(SessionError::AnsweredAhead { sequence, answered_below });
                }
                let answered_below = self.answered_below(session);
                if sequence < answered_below {
                    return Ok(Answer::Forgotten(answered_below));
                }
                let remembered: Vec<_> =
                    self.applied.iter().filter(|(by, number, _)| *by == session && *number >= answered_below).collect();
                if let Some((_, _, total)) = remembered.iter().find(|(_, number, _)| *number == sequence) {
                    return Ok(Answer::Counted(*total));
                }
                let max = limits.answers_max;
                if remembered.len() == max.get() as usize {
                    return Err(SessionError::TooManyUnanswered { session, sequence, answered_below, max });
                }
                self.total += 1;
                self.applied.push((session, sequence, self.total));
                Ok(Answer::Counted(self.total))
            }
        }
    }
}

pub(crate) fn run(limits: SessionLimits, steps: &[Step]) {
    let mut replica = Replica::new(limits);
    let mut model = Model::default();
    let mut index = LogIndex(0);
    for step in steps {
        index = LogIndex(index.0 + 1 + step.skipped);
        let opened = model.opened();
        let session = |which: usize| opened.get(which % opened.len().max(1)).copied().unwrap_or(SessionId(LogIndex(7)));
        let request = match step.kind {
            Kind::Open => Request::Open,
            Kind::Command(which, ahead, more) => {
                let session = session(which);
                let below = model.answered_below(session).0;
                // Also what is forgotten already, and what contradicts itself.
                incr(session, (below + ahead).saturating_sub(1), below + more)
            }
            Kind::KeepAlive(which) => Request::KeepAlive { session: session(which) },
            Kind::Close(which) => Request::Close { session: session(which) },
            Kind::Stray(name) => incr(SessionId(LogIndex(name)), 1, 1),
        };
        let envelope = Envelope { at: Instant::from_millis(1_000 * step.seconds), request };
        let expected = model.request(&limits, index, &envelope);
        // The time counts also if there is no such session.
        if matches!(expected, Err(SessionError::NotOpen { .. }) | Ok(Answer::Closed)) {
            model.entries.push((
                index,
                Envelope { at: envelope.at, request: Request::KeepAlive { session: SessionId(LogIndex(0)) } },
            ));
        }
        assert_eq!(replica.request(index, &envelope), expected, "entry {index}: {envelope:?}");
        assert_eq!(replica.sessions.iter().collect::<Vec<_>>(), model.open());
        assert_eq!(replica.total, model.total);
        // A replica that starts from a snapshot here is no other.
        let snapshot = postcard::to_allocvec(&replica).expect("memory is enough");
        assert_eq!(postcard::from_bytes::<Replica>(&snapshot).as_ref(), Ok(&replica));
        assert!(replica.request(index, &envelope).is_err(), "an entry is applied once");
    }
}

pub(crate) fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop_oneof![8 => 0x10..0x14_u8, 1 => any::<u8>()];
    let byte = || prop_oneof![3 => 0..4_u8, 1 => 0x7e..0x82_u8, 1 => any::<u8>(), 2 => Just(0xff)];
    prop_oneof![
        1 => vec(any::<u8>(), 0..40),
        4 => (kind, vec(byte(), 0..40)).prop_map(|(kind, rest)| [&[kind][..], &rest].concat()),
    ]
}

pub(crate) fn decodes(bytes: Vec<u8>) {
    let bytes = Bytes::from(bytes);
    if let Ok(envelope) = Envelope::decode(bytes.clone()) {
        assert_eq!(envelope.encode(), bytes, "{envelope:?} has two encodings");
    }
}

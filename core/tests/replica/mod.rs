//! A state machine with sessions: a counter.

#![allow(dead_code, reason = "every test file uses a part of it")]

use bytes::Bytes;
use raftarium_core::sessions::{
    Envelope, Request, Sequence, SessionError, SessionId, SessionLimits, Sessions, Verdict,
};
use raftarium_core::{Entry, Instant, LogIndex, Payload};

/// What a replica holds: all of it is in its snapshots.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Replica {
    pub(crate) sessions: Sessions<u64>,
    pub(crate) total: u64,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Opened(SessionId),
    Counted(u64),
    Forgotten(Sequence),
    KeptAlive,
    Closed,
}

impl Replica {
    pub(crate) fn new(limits: SessionLimits) -> Self {
        Self { sessions: Sessions::new(limits), total: 0 }
    }

    /// One that has applied all of `entries`.
    pub(crate) fn of(limits: SessionLimits, entries: &[Entry]) -> Self {
        let mut replica = Self::new(limits);
        entries.iter().for_each(|entry| _ = replica.apply(entry));
        replica
    }

    pub(crate) fn apply(&mut self, entry: &Entry) -> Option<Result<Answer, SessionError>> {
        let Payload::Command(bytes) = &entry.payload else { return None };
        let envelope = Envelope::decode(bytes.clone()).ok()?;
        Some(self.request(entry.id.index, &envelope))
    }

    pub(crate) fn request(&mut self, index: LogIndex, envelope: &Envelope) -> Result<Answer, SessionError> {
        Ok(match self.sessions.apply(index, envelope)? {
            Verdict::Opened(session) => Answer::Opened(session),
            Verdict::Fresh(unanswered) => {
                assert_eq!(unanswered.command(), "incr");
                self.total += 1;
                Answer::Counted(*unanswered.answer(self.total))
            }
            Verdict::Duplicate(&total) => Answer::Counted(total),
            Verdict::Forgotten { answered_below } => Answer::Forgotten(answered_below),
            Verdict::KeptAlive => Answer::KeptAlive,
            Verdict::Closed => Answer::Closed,
        })
    }
}

pub(crate) fn incr(session: SessionId, sequence: u64, answered_below: u64) -> Request {
    let (sequence, answered_below) = (Sequence(sequence), Sequence(answered_below));
    Request::Command { session, sequence, answered_below, command: "incr".into() }
}

pub(crate) fn bytes(seconds: u64, request: Request) -> Bytes {
    Envelope { at: Instant::from_millis(1_000 * seconds), request }.encode()
}

//! Client sessions: a command that a client sends again is applied once (§8; §6.3 of the dissertation).
//!
//! A client that gets no answer cannot know whether its command was applied, and sends it again. So that a second copy
//! does nothing, each client opens a *session* and numbers its commands, and every replica remembers, as a part of its
//! state machine, what it answered. Since the table is a function of the log and of nothing else, a new leader knows as
//! much as the old one, and sessions end at the same entry everywhere.
//!
//! The host owns a [`Sessions`] beside its state machine, writes it into its snapshots, and passes every command through
//! it:
//!
//! ```
//! use raftarium_core::LogIndex;
//! use raftarium_core::sessions::{Envelope, Request, Sequence, Sessions, Verdict};
//!
//! let mut counter = 0_u64;
//! let mut sessions = Sessions::<u64>::default();
//! // Entry 1 of the log opens a session, entry 2 counts, and entry 3 is the same command, sent again.
//! let session = match sessions.apply(LogIndex(1), &Request::Open.into())? {
//!     Verdict::Opened(session) => session,
//!     other => panic!("{other:?}"),
//! };
//! let incr = Request::Command { session, sequence: Sequence(1), answered_below: Sequence(1), command: "incr".into() };
//! for index in 2..=3 {
//!     // In the log, a request is bytes.
//!     let envelope = Envelope::decode(Envelope::from(incr.clone()).encode())?;
//!     let answer = match sessions.apply(LogIndex(index), &envelope)? {
//!         Verdict::Fresh(unanswered) => {
//!             assert_eq!(unanswered.command(), "incr");
//!             counter += 1;
//!             *unanswered.answer(counter)
//!         }
//!         Verdict::Duplicate(answer) => *answer,
//!         other => panic!("{other:?}"),
//!     };
//!     assert_eq!(answer, 1);
//! }
//! assert_eq!(counter, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod envelope;
mod error;
#[cfg(feature = "serde")]
mod stored;
#[cfg(test)]
mod tests;

use core::fmt;
use core::num::NonZeroU32;
use core::time::Duration;

use bytes::Bytes;

use crate::sorted::{Entry, Sorted, Vacant};
use crate::time::Instant;
use crate::types::LogIndex;

pub use envelope::{Envelope, EnvelopeError, Request};
pub use error::{SessionError, StoredSessionsError};

/// Names a session: by the index of the entry that opened it, so that no two ever have the same name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SessionId(pub LogIndex);

/// The number of a command in its session. The client numbers its commands upwards, and gives a command that it sends
/// again the number that it had.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sequence(pub u64);

/// How much is remembered, and for how long.
///
/// What is remembered is a part of the replicated state: **all servers of a cluster must have the same limits** when they
/// apply the same entry. Snapshots carry them along, so only the first start of a cluster chooses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SessionLimits {
    /// How many sessions there can be. When one more is opened, the one ends that was not used for longest, by the order
    /// of the log.
    pub sessions_max: NonZeroU32,
    /// How many answers are remembered for a session: how many commands a client can have sent without having got an
    /// answer. One more is refused, and never forgets an answer that the client may still ask for.
    pub answers_max: NonZeroU32,
    /// For how long a session may go unused, by the [time of the log](Envelope::at); for ever, if there is nothing here.
    pub idle_max: Option<Duration>,
}

impl Default for SessionLimits {
    /// 1,024 sessions of 64 answers each, however long they are idle.
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).expect("not zero");
        Self { sessions_max: number(1_024), answers_max: number(64), idle_max: None }
    }
}

/// The sessions of a replica's clients, and what their commands were answered; `R` is what the state machine answers.
///
/// Equal logs make equal tables. A [`Sessions`] is a part of the state machine: it belongs into its snapshots.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "stored::Stored<R>"))]
pub struct Sessions<R> {
    limits: SessionLimits,
    /// The last entry that was applied here.
    last: LogIndex,
    /// The time of the log.
    time: Instant,
    open: Sorted<SessionId, Session<R>>,
    /// Each session by the entry that used it last; an entry uses one session at most.
    #[cfg_attr(feature = "serde", serde(skip))]
    by_use: Sorted<LogIndex, SessionId>,
    #[cfg(feature = "lab")]
    #[cfg_attr(feature = "serde", serde(skip))]
    mistakes: crate::Mistakes,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Session<R> {
    used: LogIndex,
    used_at: Instant,
    answered_below: Sequence,
    answers: Sorted<Sequence, R>,
}

/// What is to be done with an entry.
#[derive(Debug)]
#[must_use]
pub enum Verdict<'a, R> {
    /// The session is open, under this name.
    Opened(SessionId),
    /// The command was never applied: apply it, then say what it was [answered](Unanswered::answer).
    Fresh(Unanswered<'a, R>),
    /// The command was applied before: do nothing, and answer this.
    Duplicate(&'a R),
    /// The command was applied before, and the client has said that it has the answers below this: do nothing. This is
    /// an old copy, for which nobody waits.
    Forgotten {
        /// What the client said.
        answered_below: Sequence,
    },
    /// The session was used, and nothing else.
    KeptAlive,
    /// The session is no more.
    Closed,
}

/// A command that is to be applied now, and whose answer is to be remembered.
#[derive(Debug)]
#[must_use = "a command that is applied and not answered is applied again when the client sends it again"]
pub struct Unanswered<'a, R> {
    command: &'a Bytes,
    place: Vacant<'a, Sequence, R>,
}

impl<'a, R> Unanswered<'a, R> {
    /// The command.
    #[must_use]
    pub const fn command(&self) -> &'a Bytes {
        self.command
    }

    /// The command was applied, and this is the answer; it is given back, remembered.
    pub fn answer(self, answer: R) -> &'a R {
        self.place.insert(answer)
    }
}

impl<R> Default for Sessions<R> {
    fn default() -> Self {
        Self::new(SessionLimits::default())
    }
}

impl<R> Sessions<R> {
    /// No sessions yet: the state before the first entry of the log.
    #[must_use]
    pub const fn new(limits: SessionLimits) -> Self {
        Self {
            limits,
            last: LogIndex::ZERO,
            time: Instant::ZERO,
            open: Sorted::new(),
            by_use: Sorted::new(),
            #[cfg(feature = "lab")]
            mistakes: crate::Mistakes::NONE,
        }
    }

    /// Applies the entry at `index`, which carries `envelope`: every replica calls this for the same entries, in the order
    /// of the log, and gets the same verdicts.
    ///
    /// # Errors
    ///
    /// If the session is not open, or the request cannot be: then there is nothing to apply, and the client is told so.
    /// The entry counts all the same: time goes on, and a session that is there was used. Only an entry that
    /// [does not come after](SessionError::NotAfter) the one before it is a mistake of the host's, and changes nothing.
    pub fn apply<'a>(&'a mut self, index: LogIndex, envelope: &'a Envelope) -> Result<Verdict<'a, R>, SessionError> {
        if index <= self.last {
            return Err(SessionError::NotAfter { index, last: self.last });
        }
        self.last = index;
        self.time = self.time.max(envelope.at);
        self.expire_idle();
        match &envelope.request {
            Request::Open => Ok(Verdict::Opened(self.open(index))),
            Request::KeepAlive { session } => self.touch(*session).map(|_| Verdict::KeptAlive),
            Request::Close { session } => {
                self.touch(*session)?;
                self.end(*session);
                Ok(Verdict::Closed)
            }
            Request::Command { session, sequence, answered_below, command } => {
                self.command(*session, *sequence, *answered_below, command)
            }
        }
    }

    /// From now on, makes these mistakes; of all there are, [one](crate::Mistake::RetryWithoutSession) is the table's. They
    /// are no part of a snapshot: who reads one back says it again.
    #[cfg(feature = "lab")]
    pub const fn make_mistakes(&mut self, mistakes: crate::Mistakes) {
        self.mistakes = mistakes;
    }

    fn open(&mut self, index: LogIndex) -> SessionId {
        while self.open.len() >= count(self.limits.sessions_max) {
            let Some((_, &unused)) = self.by_use.first_key_value() else { break };
            self.end(unused);
        }
        let id = SessionId(index);
        let (used_at, answered_below, answers) = (self.time, Sequence(0), Sorted::new());
        self.open.insert(id, Session { used: index, used_at, answered_below, answers });
        self.by_use.insert(index, id);
        id
    }

    fn command<'a>(
        &'a mut self,
        id: SessionId,
        sequence: Sequence,
        answered_below: Sequence,
        command: &'a Bytes,
    ) -> Result<Verdict<'a, R>, SessionError> {
        let max = self.limits.answers_max;
        #[cfg(feature = "lab")]
        let again = self.mistakes.has(crate::Mistake::RetryWithoutSession);
        let session = self.touch(id)?;
        if answered_below > sequence {
            return Err(SessionError::AnsweredAhead { sequence, answered_below });
        }
        if answered_below > session.answered_below {
            session.answered_below = answered_below;
            session.answers = session.answers.split_off(&answered_below);
        }
        let answered_below = session.answered_below;
        if sequence < answered_below {
            return Ok(Verdict::Forgotten { answered_below });
        }
        #[cfg(feature = "lab")]
        if again {
            session.answers.remove(&sequence);
        }
        let full = session.answers.len() >= count(max);
        match session.answers.entry(sequence) {
            Entry::Occupied(answer) => Ok(Verdict::Duplicate(answer)),
            Entry::Vacant(_) if full => {
                Err(SessionError::TooManyUnanswered { session: id, sequence, answered_below, max })
            }
            Entry::Vacant(place) => Ok(Verdict::Fresh(Unanswered { command, place })),
        }
    }

    /// The entry that is being applied uses the session.
    fn touch(&mut self, id: SessionId) -> Result<&mut Session<R>, SessionError> {
        let session = self.open.get_mut(&id).ok_or(SessionError::NotOpen { session: id })?;
        self.by_use.remove(&session.used);
        (session.used, session.used_at) = (self.last, self.time);
        self.by_use.insert(self.last, id);
        Ok(session)
    }

    fn end(&mut self, id: SessionId) {
        if let Some(session) = self.open.remove(&id) {
            self.by_use.remove(&session.used);
        }
    }

    fn expire_idle(&mut self) {
        let Some(idle_max) = self.limits.idle_max else { return };
        // Time does not go back, so the session that was used first is the one that is idle for longest.
        while let Some((_, &id)) = self.by_use.first_key_value() {
            if self.open.get(&id).is_some_and(|session| self.time.since(session.used_at) <= idle_max) {
                return;
            }
            self.by_use.pop_first();
            self.open.remove(&id);
        }
    }
}

/// What is there.
impl<R> Sessions<R> {
    /// The limits.
    #[must_use]
    pub const fn limits(&self) -> &SessionLimits {
        &self.limits
    }

    /// The time of the log: the latest that an entry brought along.
    #[must_use]
    pub const fn time(&self) -> Instant {
        self.time
    }

    /// The last entry that was applied.
    #[must_use]
    pub const fn last(&self) -> LogIndex {
        self.last
    }

    /// Whether the session is open.
    #[must_use]
    pub fn contains(&self, session: SessionId) -> bool {
        self.open.contains_key(&session)
    }

    /// The sessions that are open, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = SessionId> {
        self.open.keys().copied()
    }

    /// How many answers are remembered, those of all sessions together.
    #[must_use]
    pub fn answers(&self) -> usize {
        self.open.values().map(|session| session.answers.len()).sum()
    }

    /// How many sessions are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether no session is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

fn count(number: NonZeroU32) -> usize {
    usize::try_from(number.get()).unwrap_or(usize::MAX)
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session {}", self.0)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

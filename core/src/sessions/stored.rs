//! Sessions as a snapshot holds them. It comes from a disk or from a peer, so it may be anything.

use super::{Session, SessionId, SessionLimits, Sessions, StoredSessionsError, count};
use crate::sorted::Sorted;
use crate::time::Instant;
use crate::types::LogIndex;

#[derive(serde::Deserialize)]
#[serde(rename = "Sessions")]
pub(super) struct Stored<R> {
    limits: SessionLimits,
    last: LogIndex,
    time: Instant,
    open: Sorted<SessionId, Session<R>>,
}

impl<R> TryFrom<Stored<R>> for Sessions<R> {
    type Error = StoredSessionsError;

    fn try_from(stored: Stored<R>) -> Result<Self, StoredSessionsError> {
        let Stored { limits, last, time, open } = stored;
        if open.len() > count(limits.sessions_max) {
            return Err(StoredSessionsError::TooMany { given: open.len(), max: limits.sessions_max });
        }
        let mut by_use = Sorted::new();
        for (&id, session) in &open {
            let lasts = session.used >= id.0 && session.used <= last && session.used_at <= time;
            let fits = session.answers.len() <= count(limits.answers_max);
            let after = session.answers.keys().next().is_none_or(|&first| first >= session.answered_below);
            let alone = by_use.insert(session.used, id).is_none();
            if !lasts || !fits || !after || !alone {
                return Err(StoredSessionsError::Impossible { session: id });
            }
        }
        // The one that was used later was not used at an earlier time.
        for (one, other) in by_use.values().zip(by_use.values().skip(1)) {
            if open[one].used_at > open[other].used_at {
                return Err(StoredSessionsError::Impossible { session: *other });
            }
        }
        Ok(Self {
            limits,
            last,
            time,
            open,
            by_use,
            #[cfg(feature = "lab")]
            mistakes: crate::Mistakes::NONE,
        })
    }
}

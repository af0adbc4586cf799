//! What clients ask and learn, and the checks that look at it.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use raftarium_core::sorted::Sorted;
use raftarium_core::{Instant, LogIndex};
use serde::{Deserialize, Serialize};

use super::log::LogCheck;
use super::model::{KeyOp, KeyOutcome, KeyOutput};
use super::online::KeyCheck;
use super::search::Witness;
use super::verdict::Verdict;
use super::window::Window;
use crate::address::ClientId;
use crate::client::RequestId;
use crate::footprint::TEXT;

/// How many keys are watched; others are not.
pub const KEYS_MAX: usize = 256;
/// How many requests that have not been answered are remembered.
const OPEN_MAX: usize = 4_096;

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// The entry by which it was done.
    Entry(LogIndex),
    /// A read without an entry, from a server that had applied everything up to here.
    Read(LogIndex),
}

/// What is wrong with a history.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Flaw {
    /// An answer does not agree with the log.
    Log {
        /// The request.
        request: RequestId,
        /// What is wrong, in words.
        story: String,
    },
    /// What the clients of a key saw cannot be what one copy of the data would have shown them.
    Key {
        /// The key.
        key: String,
        /// The request whose answer showed it.
        request: RequestId,
        /// The full search's explanation; none if it was too much to search.
        witness: Option<Witness>,
    },
}

/// What is known of a key's history.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyReport {
    /// The key.
    pub key: String,
    /// The verdict.
    pub verdict: Verdict,
    /// In how many ways it can have gone, as far as the verdict tells them apart.
    pub possibilities: u64,
}

/// The client history of a world. It is told what happens, in the order in which it does, and says what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct ClientHistory {
    log: LogCheck,
    keys: Sorted<String, Arc<Watch>>,
    /// What there is of each key before anything is asked.
    before: Sorted<String, Before>,
    open: Sorted<RequestId, Open>,
    place: u64,
    unwatched: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Watch {
    check: KeyCheck,
    window: Window,
}

/// What there is of a key before anything is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct Before {
    value: Option<String>,
    /// What may still take effect.
    open: Vec<(RequestId, KeyOp)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Open {
    client: ClientId,
    key: String,
    asked: Instant,
}

impl ClientHistory {
    /// The check against the log.
    #[must_use]
    pub const fn log(&self) -> &LogCheck {
        &self.log
    }

    /// What is known of each key, in the order of the keys.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyReport> {
        let report = |(key, watch): (&String, &Arc<Watch>)| KeyReport {
            key: key.clone(),
            verdict: watch.check.verdict(),
            possibilities: u64::try_from(watch.check.possibilities()).unwrap_or(u64::MAX),
        };
        self.keys.iter().map(report).collect()
    }

    /// How many requests were about a key that is not watched, because [`KEYS_MAX`] others are.
    #[must_use]
    pub const fn unwatched(&self) -> u64 {
        self.unwatched
    }

    /// The requests that have not been answered, who asked them and when.
    pub fn open(&self) -> impl Iterator<Item = (RequestId, ClientId, Instant)> {
        self.open.iter().map(|(&id, open)| (id, open.client, open.asked))
    }

    /// Before anything is asked, all of `done` has taken effect, one after the other, and of `open` each may still do so,
    /// or never: it is in a log, and not committed.
    pub fn begins_with<'a>(
        &mut self,
        done: impl Iterator<Item = (&'a str, KeyOp)>,
        open: impl Iterator<Item = (&'a str, KeyOp)>,
    ) {
        for (key, op) in done {
            op.apply(&mut self.before.entry(key.to_string()).or_default().value);
        }
        // No request has these numbers: requests are counted from 0.
        for (number, (key, op)) in (0..u32::MAX).rev().zip(open) {
            self.before.entry(key.to_string()).or_default().open.push((RequestId(number), op));
        }
    }

    /// About how many bytes a copy takes.
    pub(crate) fn copy_bytes(&self) -> usize {
        let keys = self.keys.values().map(|watch| watch.check.copy_bytes() + watch.window.copy_bytes());
        let open = self.open.len() * (size_of::<Open>() + 2 * TEXT);
        self.log.copy_bytes() + keys.sum::<usize>() + self.keys.len() * (size_of::<Watch>() + 2 * TEXT) + open
    }

    /// A client asks for something.
    pub fn called(&mut self, now: Instant, client: ClientId, id: RequestId, key: &str, op: &KeyOp) {
        self.place += 1;
        self.log.called(id, key, op);
        if self.keys.len() >= KEYS_MAX && !self.keys.contains_key(key) {
            self.unwatched += 1;
            return;
        }
        if self.open.len() >= OPEN_MAX {
            self.open.pop_first();
        }
        self.open.insert(id, Open { client, key: key.to_string(), asked: now });
        let (before, place) = (self.before.get(key), self.place);
        let watch = self.keys.entry(key.to_string()).or_insert_with(|| Arc::new(Watch::new(before, place)));
        if watch.goes_on() {
            let watch = Arc::make_mut(watch);
            watch.window.called(&watch.check, self.place, id, op);
            watch.check.called(id, op);
        }
    }

    /// A server applied the entry at `index`, which does `op` to a key, or nothing to any.
    pub fn applied(&mut self, index: LogIndex, op: Option<(&str, &KeyOp)>) {
        self.log.applied(index, op);
    }

    /// A client learns what became of its request. Gives what is wrong with that.
    pub fn returned(&mut self, id: RequestId, outcome: &KeyOutcome, origin: Option<Origin>) -> Vec<Flaw> {
        self.place += 1;
        let mut flaws = Vec::new();
        if let KeyOutcome::Returned(output) = outcome {
            let compared = match origin {
                Some(Origin::Entry(index)) => self.log.answered(id, index, output),
                Some(Origin::Read(index)) => self.log.read(id, index, output),
                None => Ok(()),
            };
            flaws.extend(compared.err().map(|story| Flaw::Log { request: id, story }));
        }
        let key = match outcome {
            // It may still be answered.
            KeyOutcome::Unknown => self.open.get(&id).map(|open| open.key.clone()),
            KeyOutcome::Returned(_) | KeyOutcome::Never => self.open.remove(&id).map(|open| open.key),
        };
        let Some((key, watch)) = key.and_then(|key| self.keys.get_mut(&key).map(|watch| (key, watch))) else {
            return flaws;
        };
        if !watch.goes_on() {
            return flaws;
        }
        let watch = Arc::make_mut(watch);
        if watch.tell(self.place, id, outcome) == Verdict::Violated {
            let witness = watch.window.explain(id, self.place);
            watch.window = Window::new(None);
            flaws.push(Flaw::Key { key, request: id, witness });
        }
        flaws
    }
}

impl Watch {
    fn new(before: Option<&Before>, place: u64) -> Self {
        let value = before.and_then(|before| before.value.clone());
        let mut watch = Self { check: KeyCheck::new(value.as_deref()), window: Window::new(value) };
        for (id, op) in before.iter().flat_map(|before| &before.open) {
            watch.window.called(&watch.check, place, *id, op);
            watch.check.called(*id, op);
            watch.check.unknown(*id);
        }
        watch
    }

    const fn goes_on(&self) -> bool {
        !self.check.has_ended()
    }

    fn tell(&mut self, place: u64, id: RequestId, outcome: &KeyOutcome) -> Verdict {
        match outcome {
            KeyOutcome::Returned(output) => self.returned(place, id, output),
            KeyOutcome::Unknown => self.check.unknown(id),
            KeyOutcome::Never => {
                self.window.never(id);
                self.check.never(id);
            }
        }
        self.check.verdict()
    }

    fn returned(&mut self, place: u64, id: RequestId, output: &KeyOutput) {
        // What the check does not listen to, the search need not explain.
        if self.check.listens(id) {
            self.window.returned(place, id, output);
            self.check.returned(id, output);
        }
    }
}

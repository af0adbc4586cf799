//! The cheap check: the log says in which order everything was done, so nothing needs to be searched.
//!
//! Every answer names the entry at which its operation was applied, or, of a read that has no entry, the index up to
//! which the server had applied. If the answers are those of replaying the log, and no answer names an earlier entry
//! than one that was given before its operation was called, then the order of the log is a linearization (Herlihy and
//! Wing, 1990; dissertation §6.3 and §6.4).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use raftarium_core::LogIndex;
use raftarium_core::sorted::Sorted;

use super::model::{KeyOp, KeyOutput};
use crate::client::RequestId;
use crate::footprint::TEXT;

/// How far back answers can be judged, in entries.
const ENTRIES_MAX: usize = 1_024;
/// How many requests are remembered.
const REQUESTS_MAX: usize = 1_024;

/// The check of all answers against the log.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct LogCheck {
    /// The index that was applied last, by the server that is furthest.
    last: LogIndex,
    /// The highest index that any client knows of.
    acknowledged: LogIndex,
    /// Whether the state is not known, because entries were never seen to be applied.
    gap: bool,
    entries: Sorted<LogIndex, Arc<Replayed>>,
    /// Of each key, its values and from which index on it had them.
    values: Sorted<String, Arc<Vec<Version>>>,
    requests: Sorted<RequestId, Arc<Asked>>,
    judged: u64,
    unjudged: u64,
}

/// A value, and from which index on the key had it.
type Version = (LogIndex, Option<Arc<str>>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Replayed {
    key: String,
    op: KeyOp,
    output: KeyOutput,
    answered: Option<RequestId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Asked {
    key: String,
    op: KeyOp,
    /// What was acknowledged before the call.
    floor: LogIndex,
    /// The entry that an answer named.
    entry: Option<LogIndex>,
}

impl LogCheck {
    /// How many answers were compared with the log.
    #[must_use]
    pub const fn judged(&self) -> u64 {
        self.judged
    }

    /// How many answers could not be compared, because their entry or their request is too long ago, or the state is
    /// not known.
    #[must_use]
    pub const fn unjudged(&self) -> u64 {
        self.unjudged
    }

    /// About how many bytes a copy takes.
    pub(super) fn copy_bytes(&self) -> usize {
        let versions: usize = self.values.values().map(|versions| versions.len()).sum();
        self.entries.len() * (size_of::<Replayed>() + 2 * TEXT)
            + self.requests.len() * (size_of::<Asked>() + 2 * TEXT)
            + self.values.len() * 2 * TEXT
            + versions * (size_of::<Version>() + TEXT)
    }

    /// A client asked for something.
    pub fn called(&mut self, id: RequestId, key: &str, op: &KeyOp) {
        if self.requests.len() >= REQUESTS_MAX {
            self.requests.pop_first();
        }
        let asked = Asked { key: key.to_string(), op: op.clone(), floor: self.acknowledged, entry: None };
        self.requests.insert(id, Arc::new(asked));
    }

    /// A server applied the entry at `index`, which does `op` to a key, or nothing to any. Only the first server's
    /// counts: that all others apply the same is another rule.
    pub fn applied(&mut self, index: LogIndex, op: Option<(&str, &KeyOp)>) {
        if index <= self.last {
            return;
        }
        self.gap |= index.0 > self.last.0 + 1;
        self.last = index;
        if let Some((key, op)) = op {
            let output = self.replay(index, key, op);
            let replayed = Replayed { key: key.to_string(), op: op.clone(), output, answered: None };
            self.entries.insert(index, Arc::new(replayed));
        }
        if self.entries.len() > ENTRIES_MAX {
            self.entries.pop_first();
        }
    }

    fn replay(&mut self, index: LogIndex, key: &str, op: &KeyOp) -> KeyOutput {
        if !self.values.contains_key(key) {
            self.values.insert(key.to_string(), Arc::default());
        }
        let versions = self.values.get_mut(key).expect("it was put there just now");
        let mut value = versions.last().and_then(|(_, value)| value.as_deref().map(String::from));
        let before = value.clone();
        let output = op.apply(&mut value);
        if value != before {
            let versions = Arc::make_mut(versions);
            versions.push((index, value.map(Arc::from)));
            if versions.len() > ENTRIES_MAX {
                versions.drain(..ENTRIES_MAX / 2);
            }
        }
        output
    }

    /// An answer says that the request was done by the entry at `index`.
    ///
    /// # Errors
    ///
    /// What is wrong with that, in words.
    pub fn answered(&mut self, id: RequestId, index: LogIndex, output: &KeyOutput) -> Result<(), String> {
        self.acknowledged = self.acknowledged.max(index);
        if index > self.last {
            return Err(format!("R{} was answered with entry {index}, which nobody has applied", id.0));
        }
        let (Some(asked), Some(entry)) = (self.requests.get_mut(&id), self.entries.get_mut(&index)) else {
            self.unjudged += 1;
            return Ok(());
        };
        let (asked, entry) = (Arc::make_mut(asked), Arc::make_mut(entry));
        if let Some(other) = entry.answered.replace(id).filter(|&other| other != id) {
            return Err(format!("R{} and R{} were both answered with entry {index}", other.0, id.0));
        }
        if let Some(other) = asked.entry.replace(index).filter(|&other| other != index) {
            return Err(format!("R{} was done twice, by entry {other} and by entry {index}", id.0));
        }
        if (&entry.key, &entry.op) != (&asked.key, &asked.op) {
            let (theirs, key) = (&entry.op, &entry.key);
            return Err(format!("R{} was answered with entry {index}, which is {theirs} of {key}", id.0));
        }
        if index <= asked.floor {
            let floor = asked.floor;
            return Err(format!(
                "R{} was done by entry {index}, and entry {floor} was acknowledged before it was asked",
                id.0
            ));
        }
        if self.gap {
            self.unjudged += 1;
            return Ok(());
        }
        self.judged += 1;
        if entry.output != *output {
            return Err(format!("R{} was answered {output}, and entry {index} gives {}", id.0, entry.output));
        }
        Ok(())
    }

    /// An answer to a read without an entry: it is `output`, from a server that had applied everything up to `index`.
    ///
    /// # Errors
    ///
    /// What is wrong with that, in words.
    pub fn read(&mut self, id: RequestId, index: LogIndex, output: &KeyOutput) -> Result<(), String> {
        self.acknowledged = self.acknowledged.max(index);
        if index > self.last {
            return Err(format!("R{} read from index {index}, which nobody has applied", id.0));
        }
        let Some(asked) = self.requests.get(&id) else {
            self.unjudged += 1;
            return Ok(());
        };
        if index < asked.floor {
            let floor = asked.floor;
            return Err(format!(
                "R{} read from index {index}, and entry {floor} was acknowledged before it was asked",
                id.0
            ));
        }
        let versions = self.values.get(&asked.key).map_or(&[][..], |versions| versions.as_slice());
        let known = versions.partition_point(|&(from, _)| from <= index);
        let forgotten = known == 0 && versions.len() >= ENTRIES_MAX / 2;
        if self.gap || forgotten {
            self.unjudged += 1;
            return Ok(());
        }
        self.judged += 1;
        let mut value = known.checked_sub(1).and_then(|place| versions[place].1.as_deref().map(String::from));
        let expected = asked.op.apply(&mut value);
        if expected != *output {
            return Err(format!("R{} read {output}, and at index {index} it is {expected}", id.0));
        }
        Ok(())
    }
}

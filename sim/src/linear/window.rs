//! The last part of a key's history, kept so that a violation can be explained.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use super::model::{KeyOp, KeyOutput};
use super::online::KeyCheck;
use super::search::{HistoryOp, Start, Witness, explanation};
use crate::client::RequestId;
use crate::footprint::TEXT;

/// How many operations a part has before the next one begins, at the first moment when nothing is under way.
const PART: usize = 64;
/// How many it can have if there is no such moment. Then it is forgotten.
const PART_MAX: usize = 1_024;

/// Two parts of a history: so what happened just before is always there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Window {
    older: Arc<Part>,
    newer: Part,
    /// Whether too much was under way at once, for too long.
    lost: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Part {
    starts: Vec<Start>,
    /// The operations that ended as unknown in earlier parts and can still take effect, then those of this one.
    ops: Vec<HistoryOp>,
    /// How many are of earlier parts.
    carried: usize,
}

impl Part {
    fn new(starts: Vec<Start>, carried: Vec<HistoryOp>) -> Self {
        Self { starts, carried: carried.len(), ops: carried }
    }
}

impl Window {
    /// The history of a key that has `value` at first.
    pub(super) fn new(value: Option<String>) -> Self {
        let start = Start { value, done: Vec::new() };
        let part = || Part::new(vec![start.clone()], Vec::new());
        Self { older: Arc::new(part()), newer: part(), lost: false }
    }

    /// About how many bytes a copy takes.
    pub(super) fn copy_bytes(&self) -> usize {
        let bytes = |part: &Part| part.ops.len() * (size_of::<HistoryOp>() + TEXT) + part.starts.len() * 2 * TEXT;
        bytes(&self.older) + bytes(&self.newer)
    }

    pub(super) fn called(&mut self, check: &KeyCheck, place: u64, id: RequestId, op: &KeyOp) {
        if check.is_quiet() && (self.lost || self.newer.ops.len() - self.newer.carried >= PART) {
            self.turn(check);
        }
        if self.newer.ops.len() >= PART_MAX {
            self.lost = true;
            self.newer.carried = 0;
            self.newer.ops.retain(|op| op.returned.is_none());
        }
        self.newer.ops.push(HistoryOp { id, op: op.clone(), called: place, returned: None });
    }

    pub(super) fn returned(&mut self, place: u64, id: RequestId, output: &KeyOutput) {
        self.each(id, |op| op.returned = Some((place, output.clone())));
    }

    pub(super) fn never(&mut self, id: RequestId) {
        for part in self.parts_with(id) {
            let carried = part.ops[..part.carried].iter().filter(|op| op.id == id).count();
            part.carried -= carried;
            part.ops.retain(|op| op.id != id);
        }
    }

    /// Explains the violation that showed at `place`, by the outcome of `culprit`. None if there is too much to search, or
    /// this part of the history was not kept.
    pub(super) fn explain(&self, culprit: RequestId, place: u64) -> Option<Witness> {
        if self.lost {
            return None;
        }
        let mut ops = self.older.ops.clone();
        ops.extend_from_slice(&self.newer.ops[self.newer.carried..]);
        explanation(&self.older.starts, &ops, culprit, place)
    }

    /// A new part begins.
    fn turn(&mut self, check: &KeyCheck) {
        let starts = check.starts();
        let open = |op: &&HistoryOp| {
            op.returned.is_none() && op.op != KeyOp::Get && starts.iter().any(|start| !start.done.contains(&op.id))
        };
        let lost = core::mem::take(&mut self.lost);
        let carried: Vec<HistoryOp> = self.newer.ops.iter().filter(open).cloned().collect();
        let newer = Part::new(starts, carried);
        // What is before a part that was not kept cannot be joined to what comes after it.
        let before = core::mem::replace(&mut self.newer, newer);
        let begins_anew = || Part::new(self.newer.starts.clone(), self.newer.ops.clone());
        self.older = Arc::new(if lost { begins_anew() } else { before });
    }

    fn each(&mut self, id: RequestId, change: impl FnMut(&mut HistoryOp)) {
        let all = self.parts_with(id).flat_map(|part| &mut part.ops);
        all.filter(|op| op.id == id).for_each(change);
    }

    /// The older part is shared with copies as long as nothing changes in it.
    fn parts_with(&mut self, id: RequestId) -> impl Iterator<Item = &mut Part> {
        let older = self.older.ops.iter().any(|op| op.id == id).then(|| Arc::make_mut(&mut self.older));
        older.into_iter().chain([&mut self.newer])
    }
}

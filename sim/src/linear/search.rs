//! The full search: which order explains a history, and if none does, where that begins.
//!
//! It tries every order that real time allows, and remembers which sets of operations led to which values, so that none
//! is tried twice (Wing and Gong, 1993, with the memory that Lowe, 2017, and Porcupine give it). It shares nothing with
//! the check that runs along but the meaning of the operations.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::model::{KeyOp, KeyOutput};
use crate::client::RequestId;

/// How many orders are tried before a search gives up.
pub const SEARCH_STEPS_MAX: u32 = 200_000;

/// An operation in a history. Calls and returns have places in it: an operation comes before another one if its return
/// has a lower place than the other one's call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HistoryOp {
    /// Its name.
    pub id: RequestId,
    /// What it is.
    pub op: KeyOp,
    /// The place of its call.
    pub called: u64,
    /// The place of its return and what it returned; none if it has not returned, and perhaps never took effect.
    pub returned: Option<(u64, KeyOutput)>,
}

/// How a history can begin.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Start {
    /// The value of the key.
    pub value: Option<String>,
    /// The operations of the history that had taken effect before.
    pub done: Vec<RequestId>,
}

/// An operation at its moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Placed {
    /// The operation.
    pub id: RequestId,
    /// What it gives back there.
    pub output: KeyOutput,
    /// The value that it leaves.
    pub after: Option<String>,
}

/// Why a history is not linearizable.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Witness {
    /// The first operation that cannot have returned what it did. Up to the place before its return, the history is
    /// linearizable; with it, it is not.
    pub culprit: RequestId,
    /// The place of its return.
    pub place: u64,
    /// The value that the order starts from.
    pub start: Option<String>,
    /// An order that explains all returns before that one: the longest there is. If the culprit is in it, others saw
    /// what it did, and it would have had to return what is said there.
    pub order: Vec<Placed>,
    /// Whether the search has tried all other orders. If not, there were too many, and only the check that runs along
    /// says that none explains the culprit.
    pub complete: bool,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Search {
    /// An order that explains all that was returned.
    Linearizable {
        /// The value that it starts from.
        start: Option<String>,
        /// The order.
        order: Vec<Placed>,
    },
    /// There is none.
    Violated(Witness),
    /// There are too many to try: [`SEARCH_STEPS_MAX`] were.
    GaveUp,
}

struct GaveUp;

type Order = Option<(Option<String>, Vec<Placed>)>;

/// Searches an order for `ops`, which are those of one key, from any of `starts`.
#[must_use]
pub fn search(starts: &[Start], ops: &[HistoryOp]) -> Search {
    find(starts, ops).unwrap_or(Search::GaveUp)
}

fn find(starts: &[Start], ops: &[HistoryOp]) -> Result<Search, GaveUp> {
    if starts.is_empty() {
        return Err(GaveUp);
    }
    let mut ends: Vec<u64> = ops.iter().filter_map(|op| op.returned.as_ref().map(|&(place, _)| place)).collect();
    ends.sort_unstable();
    if let Some((start, order)) = explain(starts, ops, u64::MAX, None)? {
        return Ok(Search::Linearizable { start, order });
    }
    // What is linearizable up to a place is so up to every earlier one.
    let (mut good, mut bad) = (0, ends.len().saturating_sub(1));
    while good < bad {
        let middle = good.midpoint(bad);
        match explain(starts, ops, ends[middle], None)? {
            Some(_) => good = middle + 1,
            None => bad = middle,
        }
    }
    let place = ends.get(bad).copied().ok_or(GaveUp)?;
    let is_culprit = |op: &&HistoryOp| op.returned.as_ref().is_some_and(|&(end, _)| end == place);
    let culprit = ops.iter().find(is_culprit).map_or(RequestId(0), |op| op.id);
    witness(starts, ops, culprit, place, true).map(Search::Violated)
}

/// The explanation that the operation `culprit`, which returned at `place`, is the first that no order explains.
fn witness(
    starts: &[Start],
    ops: &[HistoryOp],
    culprit: RequestId,
    place: u64,
    complete: bool,
) -> Result<Witness, GaveUp> {
    let before = place.saturating_sub(1);
    let others = match explain(starts, ops, before, Some(culprit))? {
        Some(order) => Some(order),
        None => explain(starts, ops, before, None)?,
    };
    let (start, order) = others.unwrap_or_default();
    Ok(Witness { culprit, place, start, order, complete })
}

/// The explanation of a violation that is known to show at `place`, by the outcome of `culprit`. If there is too much to
/// search, it is an order for what came before; none if there is too much even for that.
pub(super) fn explanation(starts: &[Start], ops: &[HistoryOp], culprit: RequestId, place: u64) -> Option<Witness> {
    match search(starts, ops) {
        Search::Violated(witness) => Some(witness),
        Search::Linearizable { .. } => None,
        Search::GaveUp => witness(starts, ops, culprit, place, false).ok(),
    }
}

/// An order for what happened up to the place `until`, without the operation `left_out`.
fn explain(starts: &[Start], ops: &[HistoryOp], until: u64, left_out: Option<RequestId>) -> Result<Order, GaveUp> {
    let mut steps = 0;
    for start in starts {
        let begun = |op: &&HistoryOp| op.called <= until && Some(op.id) != left_out && !start.done.contains(&op.id);
        let mut known: Vec<&HistoryOp> = ops.iter().filter(begun).collect();
        known.sort_by_key(|op| op.called);
        if let Some(order) = Attempt::new(start, &known, until).run(&mut steps)? {
            return Ok(Some((start.value.clone(), order)));
        }
    }
    Ok(None)
}

struct Attempt<'a> {
    /// In the order of their calls.
    ops: &'a [&'a HistoryOp],
    until: u64,
    value: Option<String>,
    placed: Vec<u64>,
    /// What was placed, and the value before.
    stack: Vec<(usize, Option<String>, Placed)>,
    tried: BTreeSet<(Vec<u64>, Option<String>)>,
}

impl<'a> Attempt<'a> {
    fn new(start: &Start, ops: &'a [&'a HistoryOp], until: u64) -> Self {
        let placed = vec![0; ops.len().div_ceil(64)];
        Self { ops, until, value: start.value.clone(), placed, stack: Vec::new(), tried: BTreeSet::new() }
    }

    fn run(mut self, steps: &mut u32) -> Result<Option<Vec<Placed>>, GaveUp> {
        let mut from = 0;
        loop {
            // The first return of what is not placed yet: whatever was called after it must wait.
            let left = (0..self.ops.len()).filter(|&place| !self.is_placed(place));
            let Some(first) = left.filter_map(|place| self.end(place)).min() else {
                return Ok(Some(self.stack.into_iter().map(|(.., placed)| placed).collect()));
            };
            *steps += 1;
            if *steps > SEARCH_STEPS_MAX {
                return Err(GaveUp);
            }
            if self.place_one(from, first) {
                from = 0;
                continue;
            }
            let Some((place, value, _)) = self.stack.pop() else { return Ok(None) };
            self.placed[place / 64] &= !(1 << (place % 64));
            self.value = value;
            from = place + 1;
        }
    }

    /// Places the next operation that can be, from the place `from` on.
    fn place_one(&mut self, from: usize, first: u64) -> bool {
        for place in from..self.ops.len() {
            let op = self.ops[place];
            if op.called > first {
                return false;
            }
            if self.is_placed(place) {
                continue;
            }
            let mut after = self.value.clone();
            let output = op.op.apply(&mut after);
            let fits = match &op.returned {
                Some((end, returned)) if *end <= self.until => *returned == output,
                // It need not have taken effect, and if it changes nothing, it matters to nobody.
                Some(_) | None => after != self.value,
            };
            if !fits {
                continue;
            }
            self.placed[place / 64] |= 1 << (place % 64);
            if self.tried.insert((self.placed.clone(), after.clone())) {
                let before = core::mem::replace(&mut self.value, after.clone());
                self.stack.push((place, before, Placed { id: op.id, output, after }));
                return true;
            }
            self.placed[place / 64] &= !(1 << (place % 64));
        }
        false
    }

    fn is_placed(&self, place: usize) -> bool {
        self.placed[place / 64] & (1 << (place % 64)) != 0
    }

    /// The place of an operation's return, if it has one yet.
    fn end(&self, place: usize) -> Option<u64> {
        self.ops[place].returned.as_ref().map(|&(end, _)| end).filter(|&end| end <= self.until)
    }
}

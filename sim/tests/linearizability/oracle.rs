//! Whether a history is linearizable, found out by trying everything: for histories of a handful of operations.

use raftarium_sim::RequestId;
use raftarium_sim::linear::{HistoryOp, KeyCheck, KeyOp, Search, Start, Verdict, Witness, search};

use crate::generate::Event;

/// The operations of a history up to a place, as a search wants them.
pub(crate) fn operations(events: &[Event]) -> Vec<HistoryOp> {
    let mut ops: Vec<HistoryOp> = Vec::new();
    let mut given_up = Vec::new();
    for (place, event) in (1..).zip(events) {
        match event {
            Event::Call(id, op) => {
                ops.push(HistoryOp { id: RequestId(*id), op: op.clone(), called: place, returned: None })
            }
            Event::Return(id, output) => {
                let op = ops.iter_mut().find(|op| op.id.0 == *id).unwrap();
                if !given_up.contains(id) || matches!(op.op, KeyOp::Put { .. } | KeyOp::Delete) {
                    op.returned = Some((place, output.clone()));
                }
            }
            Event::Unknown(id) => given_up.push(*id),
            Event::Never(id) => ops.retain(|op| op.id.0 != *id),
            Event::Apply(..) => {}
        }
    }
    ops
}

/// Tries every order of every choice of those that have not returned.
pub(crate) fn is_linearizable(ops: &[HistoryOp]) -> bool {
    let (returned, pending): (Vec<_>, Vec<_>) = ops.iter().partition(|op| op.returned.is_some());
    (0..1_u32 << pending.len()).any(|choice| {
        let chosen = pending.iter().enumerate().filter(|(place, _)| choice & (1 << place) != 0).map(|(_, op)| *op);
        let mut all: Vec<&HistoryOp> = returned.iter().copied().chain(chosen).collect();
        permutes(&mut all, 0)
    })
}

fn permutes(order: &mut [&HistoryOp], fixed: usize) -> bool {
    if fixed == order.len() {
        return explains(order);
    }
    (fixed..order.len()).any(|place| {
        order.swap(fixed, place);
        let found = permutes(order, fixed + 1);
        order.swap(fixed, place);
        found
    })
}

fn explains(order: &[&HistoryOp]) -> bool {
    let mut state = None;
    order.iter().enumerate().all(|(place, op)| {
        let overtaken = |later: &&HistoryOp| later.returned.as_ref().is_some_and(|(end, _)| *end < op.called);
        let output = op.op.apply(&mut state);
        op.returned.as_ref().is_none_or(|(_, returned)| *returned == output) && !order[place..].iter().any(overtaken)
    })
}

pub(crate) fn tell(check: &mut KeyCheck, event: &Event) {
    match event {
        Event::Call(id, op) => check.called(RequestId(*id), op),
        Event::Return(id, output) => check.returned(RequestId(*id), output),
        Event::Unknown(id) => check.unknown(RequestId(*id)),
        Event::Never(id) => check.never(RequestId(*id)),
        Event::Apply(..) => {}
    }
}

/// Where the check that runs along finds the violation; places are counted from 1.
pub(crate) fn online(events: &[Event]) -> (Verdict, Option<u64>) {
    let mut check = KeyCheck::default();
    for (place, event) in (1..).zip(events) {
        tell(&mut check, event);
        if check.verdict() == Verdict::Violated {
            return (Verdict::Violated, Some(place));
        }
    }
    (check.verdict(), None)
}

/// What the full search finds; none if it gives up.
pub(crate) fn tried(events: &[Event]) -> Option<Search> {
    Some(search(&[Start::default()], &operations(events))).filter(|found| *found != Search::GaveUp)
}

/// What the full search finds; it must not give up.
pub(crate) fn searched(events: &[Event]) -> Option<Witness> {
    match search(&[Start::default()], &operations(events)) {
        Search::Linearizable { .. } => None,
        Search::Violated(witness) => Some(witness),
        Search::GaveUp => panic!("too much to search: {events:?}"),
    }
}

//! What clients are promised: that what they see is what one copy of the data would show them, and that what they ask
//! in a session is applied once (§8; §6.3 of the dissertation).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use raftarium_core::sessions::{Sequence, SessionId};
use raftarium_core::sorted::Sorted;
use raftarium_core::{EntryId, Instant, NodeId};

use super::{Finding, Rule};
use crate::address::ClientId;
use crate::client::RequestId;
use crate::kv::{Effect, Op};
use crate::linear::{ClientHistory, Flaw, KeyOp, KeyOutcome, Origin, Placed, Verdict, Witness};

/// How many commands of sessions are remembered, those of the oldest sessions not.
const COMMANDS_MAX: usize = 8_192;

/// What clients asked and saw, and which entries did it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Clients {
    history: ClientHistory,
    /// By which entry a command of a session was applied.
    once: Sorted<(SessionId, Sequence), EntryId>,
}

impl Clients {
    pub(super) fn begins_with<'a>(&mut self, done: impl Iterator<Item = &'a Op>, open: impl Iterator<Item = &'a Op>) {
        self.history.begins_with(done.map(KeyOp::of), open.map(KeyOp::of));
    }

    pub(super) fn took_effect(&mut self, server: NodeId, entry: EntryId, effect: &Effect) -> Option<Finding> {
        let op = effect.op.as_ref().map(KeyOp::of);
        self.history.applied(entry.index, op.as_ref().map(|(key, op)| (*key, op)));
        let (session, sequence) = effect.once?;
        let first = *self.once.entry((session, sequence)).or_insert(entry);
        if self.once.len() > COMMANDS_MAX {
            self.once.pop_first();
        }
        (first != entry).then(|| Finding {
            rule: Rule::ExactlyOnce,
            servers: vec![server],
            story: format!(
                "{server} applied command {sequence} of {session} by entry {first}, and again by entry {entry}"
            ),
        })
    }

    pub(super) fn copy_bytes(&self) -> usize {
        let once = size_of::<(SessionId, Sequence, EntryId)>();
        self.history.copy_bytes() + self.once.len() * 2 * once
    }

    pub(super) fn asked(&mut self, now: Instant, client: ClientId, id: RequestId, op: &Op) {
        let (key, op) = KeyOp::of(op);
        self.history.called(now, client, id, key, &op);
    }

    pub(super) fn answered(
        &mut self,
        id: RequestId,
        server: Option<NodeId>,
        outcome: &KeyOutcome,
        origin: Option<Origin>,
    ) -> Vec<Finding> {
        let finding = |flaw| {
            let servers = server.into_iter().collect();
            Finding { rule: Rule::Linearizability, servers, story: story(flaw) }
        };
        self.history.returned(id, outcome, origin).into_iter().map(finding).collect()
    }

    /// How many keys are not decided, and requests about keys that are not watched.
    pub(super) fn undecided(&self) -> u64 {
        let open = |verdict| matches!(verdict, Verdict::Inconclusive(_));
        let keys = self.history.keys().into_iter().filter(|key| open(key.verdict)).count();
        self.history.unwatched() + u64::try_from(keys).unwrap_or(u64::MAX)
    }
}

fn story(flaw: Flaw) -> String {
    match flaw {
        Flaw::Log { request: _, story } => story,
        Flaw::Key { key, request, witness: None } => {
            format!("no order of what was asked of {key} explains what R{} returned", request.0)
        }
        Flaw::Key { key, request: _, witness: Some(witness) } => explained(&key, &witness),
    }
}

/// The longest order that explains everything before the return that nothing explains, in words.
fn explained(key: &str, witness: &Witness) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_string());
    let step =
        |placed: &Placed| format!("R{} gives {} and leaves {}", placed.id.0, placed.output, value(&placed.after));
    let steps: Vec<String> = witness.order.iter().map(step).collect();
    let order = if steps.is_empty() { "nothing is done".to_string() } else { steps.join(", ") };
    let tried = if witness.complete { "" } else { ", as far as orders were tried" };
    let (culprit, start) = (witness.culprit.0, value(&witness.start));
    format!("no order explains what R{culprit} returned of {key}{tried}; without that, {key} is {start}, then {order}")
}

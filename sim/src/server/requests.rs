//! What clients ask of a server, and what they are told.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use raftarium_core::{Entry, EntryId, Instant, LogIndex, NodeId, Outcome, Payload, ProposeError, Resolution, Term};

use super::Running;
use crate::address::{Address, ClientId};
use crate::client::{Answer, RequestId};
use crate::environment::Environment;
use crate::kv::{Kv, Op};
use crate::packet::Content;
use crate::trace::RecordId;

/// Whom to tell what became of which entry.
pub(super) type Waiting = BTreeMap<(LogIndex, Term), (ClientId, RequestId)>;

impl Running {
    /// Proposes what a client asks, or tells it at once that this server cannot.
    pub(crate) fn request(
        &mut self,
        environment: &mut Environment,
        now: Instant,
        from: ClientId,
        request: RequestId,
        op: &Op,
        cause: RecordId,
    ) {
        match self.node.propose(now, op.encode()) {
            Ok(id) => {
                self.waiting.insert((id.index, id.term), (from, request));
            }
            Err(ProposeError::NotLeader { leader }) => {
                let answer = Answer::NotLeader { server: self.node.id(), leader };
                PendingAnswer { to: from, request, answer }.send(self.node.id(), environment, cause);
            }
            Err(ProposeError::Transferring { to }) => {
                let answer = Answer::NotLeader { server: self.node.id(), leader: Some(to) };
                PendingAnswer { to: from, request, answer }.send(self.node.id(), environment, cause);
            }
            Err(_) => {
                let answer = Answer::Busy { server: self.node.id() };
                PendingAnswer { to: from, request, answer }.send(self.node.id(), environment, cause);
            }
        }
    }
}

pub(super) struct PendingAnswer {
    to: ClientId,
    request: RequestId,
    answer: Answer,
}

impl PendingAnswer {
    pub(super) fn send(self, from: NodeId, environment: &mut Environment, cause: RecordId) {
        let content = Content::Answer { request: self.request, answer: self.answer };
        environment.send(Address::Server(from), Address::Client(self.to), content, cause);
    }
}

pub(super) fn apply(kv: &mut Kv, waiting: &mut Waiting, entries: &[Entry]) -> Vec<PendingAnswer> {
    let mut answers = Vec::new();
    for entry in entries {
        let value = match &entry.payload {
            Payload::NoOp | Payload::Membership(_) => None,
            Payload::Command(bytes) => Op::decode(bytes).and_then(|op| kv.apply(&op)),
        };
        if let Some((to, request)) = waiting.remove(&(entry.id.index, entry.id.term)) {
            answers.push(PendingAnswer { to, request, answer: Answer::Committed { entry: entry.id, value } });
        }
    }
    answers
}

pub(super) fn superseded(waiting: &mut Waiting, resolution: Resolution) -> Vec<PendingAnswer> {
    let Resolution { term, first, last, outcome } = resolution;
    let by = match outcome {
        // The client is told when the entry is applied: only then is there a result.
        Outcome::Committed => return Vec::new(),
        Outcome::Superseded { by } => by,
        Outcome::Unknown => {
            // Nobody can tell the client; its patience will end.
            waiting.retain(|&(index, of), _| of != term || index < first || index > last);
            return Vec::new();
        }
    };
    let tell = |index: LogIndex| {
        let (to, request) = waiting.remove(&(index, term))?;
        let entry = EntryId::new(index, term);
        Some(PendingAnswer { to, request, answer: Answer::Superseded { entry, by } })
    };
    (first.0..=last.0).map(LogIndex).filter_map(tell).collect()
}

//! Handover Is Complete (§3.10 of the dissertation).

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use raftarium_core::{Body, Message, Node, NodeId, Term};

use super::{Finding, Rule};

/// Who was told by whom to take over, in the event that is not over yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Handovers {
    told: Vec<(NodeId, NodeId, Term)>,
}

impl Handovers {
    /// `message` leaves its sender.
    pub(super) fn sent(&mut self, message: &Message) {
        if matches!(message.body, Body::TimeoutNow) {
            self.told.push((message.from, message.to, message.term));
        }
    }

    /// The event is over, and of `nodes`, all are up.
    pub(super) fn check<'a>(&mut self, nodes: impl Iterator<Item = &'a Node> + Clone, findings: &mut Vec<Finding>) {
        for (from, to, term) in self.told.drain(..) {
            let node = |id| nodes.clone().find(|node| node.id() == id);
            // Whoever is in a later term puts it aside.
            let Some((leader, heir)) = node(from).zip(node(to)).filter(|(_, heir)| heir.hard_state().term <= term)
            else {
                continue;
            };
            let (committed, has) = (leader.hard_state().commit, heir.log().last().index);
            if has < committed {
                findings.push(Finding {
                    rule: Rule::HandoverIsComplete,
                    servers: vec![from, to],
                    story: format!(
                        "{from} told {to} to take over in term {term}; {committed} is committed, and the log of {to} ends \
                         at {has}"
                    ),
                });
            }
        }
    }
}

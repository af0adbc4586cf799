//! Leader Completeness (§5.4).

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use raftarium_core::sorted::Sorted;
use raftarium_core::{EntryId, LogIndex, Node, NodeId, Role, Term};

use super::{Finding, Rule};
use crate::history::History;

/// What is committed, and how far each server was known to have committed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Committed {
    /// From index 1 on.
    entries: History<Entry>,
    seen: Sorted<NodeId, LogIndex>,
    /// The terms whose leaders were looked at when they were elected.
    led: Sorted<NodeId, Term>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Entry {
    id: EntryId,
    /// The term in which it was committed: that of the first server seen to have committed it.
    in_term: Term,
    by: NodeId,
}

impl Committed {
    pub(super) fn copy_bytes(&self) -> usize {
        self.entries.copy_bytes()
    }

    /// The newest of them; [`EntryId::ZERO`] if there is none.
    pub(super) fn last(&self) -> EntryId {
        self.entries.last().map_or(EntryId::ZERO, |entry| entry.id)
    }

    /// Whether this is what is committed there.
    pub(super) fn is(&self, id: EntryId) -> bool {
        let place = id.index.0.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| self.entries.get(place)).is_some_and(|entry| entry.id == id)
    }

    pub(super) fn crashed(&mut self, server: NodeId) {
        self.seen.remove(&server);
        self.led.remove(&server);
    }

    pub(super) fn check<'a>(
        &mut self,
        node: &Node,
        nodes: impl Iterator<Item = &'a Node> + Clone,
        findings: &mut Vec<Finding>,
    ) {
        let (id, hard_state) = (node.id(), node.hard_state());
        let seen = self.seen.insert(id, hard_state.commit).unwrap_or_default();
        for entry in node.log().between(seen, hard_state.commit) {
            let position = usize::try_from(entry.id.index.0 - 1).unwrap_or(usize::MAX);
            match self.entries.get(position) {
                None if position == self.entries.len() => {
                    let committed = Entry { id: entry.id, in_term: hard_state.term, by: id };
                    self.entries.push(committed);
                    findings.extend(nodes.clone().filter_map(|leader| missing(leader, committed)));
                }
                Some(known) if known.id != entry.id => findings.push(Finding {
                    rule: Rule::StateMachineSafety,
                    servers: vec![known.by, id],
                    story: format!("{} committed entry {}, and {id} committed entry {}", known.by, known.id, entry.id),
                }),
                // Nobody was seen to commit what comes before it, which only a broken rule can bring about.
                Some(_) | None => {}
            }
        }
        if node.role() == Role::Leader && self.led.insert(id, hard_state.term) != Some(hard_state.term) {
            // With Log Matching, whoever has the last one has all of them.
            let earlier = self.entries.iter().rev().find(|entry| entry.in_term < hard_state.term);
            findings.extend(earlier.and_then(|&entry| missing(node, entry)));
        }
    }
}

fn missing(leader: &Node, entry: Entry) -> Option<Finding> {
    let term = leader.hard_state().term;
    let must_have = leader.role() == Role::Leader && term > entry.in_term && leader.log().base().index < entry.id.index;
    (must_have && !leader.log().contains(entry.id)).then(|| Finding {
        rule: Rule::LeaderCompleteness,
        servers: vec![entry.by, leader.id()],
        story: format!(
            "entry {} was committed in term {} by {}, and {}, the leader of term {term}, does not have it",
            entry.id,
            entry.in_term,
            entry.by,
            leader.id()
        ),
    })
}

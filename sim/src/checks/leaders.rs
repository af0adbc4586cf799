//! Election Safety (§5.2).

use alloc::format;
use alloc::vec;

use raftarium_core::sorted::Sorted;
use raftarium_core::{Node, NodeId, Role, Term};

use super::{Finding, Rule};

/// Who led each term.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Leaders {
    by_term: Sorted<Term, NodeId>,
}

impl Leaders {
    pub(super) fn check(&mut self, node: &Node) -> Option<Finding> {
        if node.role() != Role::Leader {
            return None;
        }
        let (term, id) = (node.hard_state().term, node.id());
        let first = *self.by_term.entry(term).or_insert(id);
        (first != id).then(|| Finding {
            rule: Rule::ElectionSafety,
            servers: vec![first, id],
            story: format!("{first} and {id} were both elected in term {term}"),
        })
    }
}

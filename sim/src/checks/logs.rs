//! Log Matching and Leader Append-Only (§5.3).

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use raftarium_core::{Entry, EntryId, LogIndex, Node, NodeId, Payload, Role, Term};

use super::{Finding, Rule};
use crate::history::ByIndex;

/// Every entry that any log ever had, and what each log had last.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Logs {
    known: ByIndex<Vec<(Term, Known)>>,
    /// S1 first.
    seen: Vec<Seen>,
}

/// An entry: what it carries, and the term of the one before it. If all entries with the same index and term agree in
/// this, then by induction so do the logs before them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Known {
    before: Term,
    payload: Payload,
    first: NodeId,
}

/// A server's log when it was last looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct Seen {
    base: LogIndex,
    /// From the base on.
    terms: Vec<Term>,
    leads: Option<Term>,
}

impl Logs {
    pub(super) fn new(servers: u32) -> Self {
        Self { known: ByIndex::default(), seen: (0..servers).map(|_| Seen::default()).collect() }
    }

    pub(super) fn copy_bytes(&self) -> usize {
        let terms: usize = self.seen.iter().map(|seen| seen.terms.len()).sum();
        self.known.copy_bytes() + terms * size_of::<Term>() + self.seen.len() * size_of::<Seen>()
    }

    pub(super) fn add_server(&mut self) {
        self.seen.push(Seen::default());
    }

    pub(super) fn crashed(&mut self, server: NodeId) {
        if let Some(seen) = seen(&mut self.seen, server) {
            seen.leads = None;
        }
    }

    /// Gives the entries that the log did not have when it was last looked at.
    pub(super) fn check<'a>(&mut self, node: &'a Node, findings: &mut Vec<Finding>) -> &'a [Entry] {
        let Some(seen) = seen(&mut self.seen, node.id()) else { return &[] };
        seen.start_after(node.log().base().index);
        let entries = node.log().entries();
        let mut same = seen.terms.len().min(entries.len());
        while same > 0 && seen.terms[same - 1] != entries[same - 1].id.term {
            same -= 1;
        }
        let term = node.hard_state().term;
        if seen.leads == Some(term) && node.role() == Role::Leader && same < seen.terms.len() {
            findings.push(Finding {
                rule: Rule::LeaderAppendOnly,
                servers: vec![node.id()],
                story: format!(
                    "{} leads term {term} and dropped its own entry {}",
                    node.id(),
                    seen.base.0 + same as u64 + 1
                ),
            });
        }
        seen.leads = (node.role() == Role::Leader).then_some(term);
        seen.terms.truncate(same);
        seen.terms.extend(entries[same..].iter().map(|entry| entry.id.term));
        let mut before = same.checked_sub(1).map_or(node.log().base().term, |last| entries[last].id.term);
        for entry in &entries[same..] {
            findings.extend(matches(&mut self.known, node.id(), before, entry));
            before = entry.id.term;
        }
        &entries[same..]
    }
}

impl Seen {
    /// The log starts after `base` now; what was before it is in a snapshot.
    fn start_after(&mut self, base: LogIndex) {
        let gone = usize::try_from(base.0.saturating_sub(self.base.0)).unwrap_or(usize::MAX).min(self.terms.len());
        self.terms.drain(..gone);
        self.base = base;
    }
}

fn matches(all: &mut ByIndex<Vec<(Term, Known)>>, server: NodeId, before: Term, entry: &Entry) -> Option<Finding> {
    let EntryId { index, term } = entry.id;
    let same_index = all.get(index).map_or(&[][..], Vec::as_slice);
    let Some((_, known)) = same_index.iter().find(|(of, _)| *of == term) else {
        let known = Known { before, payload: entry.payload.clone(), first: server };
        let more = same_index.iter().cloned().chain([(term, known)]).collect();
        all.insert(index, more);
        return None;
    };
    let agrees = known.before == before && known.payload == entry.payload;
    (!agrees).then(|| Finding {
        rule: Rule::LogMatching,
        servers: vec![known.first, server],
        story: format!(
            "{} and {server} both have entry {}, and their logs differ there or before",
            known.first, entry.id
        ),
    })
}

fn seen(all: &mut [Seen], server: NodeId) -> Option<&mut Seen> {
    all.get_mut(usize::try_from(server.0.checked_sub(1)?).ok()?)
}

//! What is so at a moment, as a scenario expects it.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::Role;

use super::super::condition::{Condition, Number};
use super::super::judge::{fate, output};
use super::super::name::Name;
use crate::timeline::Timeline;
use crate::view::ServerView;

/// The values of so many keys are expected, and so many requests to have come out as they did: the last ones.
const MOST: usize = 12;

/// Who leads and who is down, terms, what is committed, who belongs to the cluster if that has changed, what the state
/// machines have, and what became of what clients asked.
pub(super) fn seen(timeline: &Timeline) -> Vec<Condition> {
    let view = timeline.view();
    let all: Vec<&ServerView> = view.servers.iter().collect();
    let (up, down): (Vec<&ServerView>, Vec<&ServerView>) = all.iter().partition(|server| server.role.is_some());
    let leaders = all.iter().filter(|server| server.role == Some(Role::Leader));
    let mut seen: Vec<Condition> = leaders.map(|server| Condition::Leads(Name(server.id))).collect();
    if seen.is_empty() {
        seen.push(Condition::Leaders(Number::Exactly(0)));
    }
    let whole = all.len();
    seen.extend(down.iter().map(|server| Condition::Not(Box::new(Condition::Up(Name(server.id))))));
    let terms = by(&all, whole, |server| server.term.0);
    seen.extend(terms.map(|(term, of)| Condition::Term { of, is: Number::Exactly(term) }));
    let commits = by(&up, whole, |server| server.commit.0);
    seen.extend(commits.map(|(commit, of)| Condition::Commit { of, is: Number::Exactly(commit) }));
    let everyone = timeline.setup().everyone();
    let members = |server: &ServerView| {
        let is = &server.membership;
        [is.voters(), is.outgoing(), is.learners()].map(|ids| ids.iter().copied().map(Name).collect::<Vec<_>>())
    };
    if up.iter().any(|server| server.membership != everyone) {
        seen.extend(by(&up, whole, members).map(|([voters, outgoing, learners], of)| Condition::Members {
            of,
            voters,
            outgoing,
            learners,
        }));
    }
    let keys: BTreeSet<&String> = up.iter().flat_map(|server| &server.state).map(|pair| &pair.key).collect();
    for key in keys.into_iter().take(MOST) {
        let value =
            |server: &ServerView| server.state.iter().find(|pair| pair.key == *key).map(|pair| pair.value.clone());
        let values = by(&up, whole, value);
        seen.extend(values.map(|(is, of)| Condition::Value { of, key: key.clone(), is }));
    }
    let requests = (1..).zip(&view.requests).skip(view.requests.len().saturating_sub(MOST));
    seen.extend(requests.map(|(number, request)| {
        let (is, result) = (fate(&request.status), output(&request.status));
        Condition::Request { number, is, result, tries: None, server: None }
    }));
    seen
}

/// Those that have the same, together; if that is the whole cluster, nobody is named.
fn by<T: Ord>(
    servers: &[&ServerView],
    whole: usize,
    what: impl Fn(&ServerView) -> T,
) -> impl Iterator<Item = (T, Vec<Name>)> {
    let mut found: BTreeMap<T, Vec<Name>> = BTreeMap::new();
    for server in servers {
        found.entry(what(server)).or_default().push(Name(server.id));
    }
    found.into_iter().map(move |(what, of)| (what, if of.len() == whole { Vec::new() } else { of }))
}

//! A log entry: what it carries, and who has it.

use raftarium_sim::core::NodeId;
use raftarium_sim::{EntryView, ServerView, View};
use yew::prelude::*;

use super::super::Dispatch;
use super::super::doing::buttons;
use super::fact;
use crate::show::verbs::Subject;
use crate::show::{list, names, term};
use crate::state::{Entry, State};

/// Everything that there is to say of an entry.
pub(super) fn entry_facts(dispatch: &Dispatch, state: &State, entry: Entry) -> Html {
    let (view, subject) = (&*state.view, Subject::Entry(entry));
    let Entry { server, index } = entry;
    let found = view.servers.iter().find(|view| view.id == server);
    let entry = found.and_then(|server| server.log.iter().find(|entry| entry.id.index == index));
    let Some(entry) = entry else {
        return html! {
            <>
                <div class="head"><h2>{ format!("Index {index} on {server}") }</h2></div>
                <p class="why">
                    if found.is_some_and(|server| server.base.index >= index) {
                        { format!("{server} has what it did in its snapshot, and the entry itself no more.") }
                    } else {
                        { format!("{server} has no entry at {index} now.") }
                    }
                </p>
            </>
        };
    };
    let committed =
        view.servers.iter().flat_map(|server| &server.log).any(|copy| copy.id == entry.id && copy.committed);
    let copies: Vec<NodeId> = holders(view, entry, committed, |_| true);
    let durable = holders(view, entry, committed, |copy| copy.durable);
    let majority = view.servers.len() / 2 + 1;
    let words = names::carried(entry);
    let yes_no = |yes: bool| if yes { "yes" } else { "not yet" };
    html! {
        <>
            <div class="head">
                <h2>{ format!("Index {index} on {server}") }</h2>
                <span class={classes!("tag", term::class(entry.id.term))}>{ format!("term {}", entry.id.term) }</span>
            </div>
            { buttons(dispatch, state, subject, &subject.name(view)) }
            <dl class="facts">
                { fact("Carries", words) }
                { fact("On disk here", yes_no(entry.durable)) }
                { fact("Committed here", yes_no(entry.committed)) }
                { fact("Applied here", yes_no(entry.applied)) }
                { fact("Copies", list(&copies)) }
                { fact("On disk at", if durable.is_empty() { "nobody".to_owned() } else { list(&durable) }) }
            </dl>
            <p class="why">
                if committed {
                    { "It is committed: every later leader has it, and no server will ever apply another one here." }
                } else if entry.op.is_none() && entry.membership.is_none() {
                    { format!("A new leader begins with an entry that does nothing. It needs {majority} copies on disk, and has {}.", durable.len()) }
                } else {
                    { format!("It needs {majority} copies on disk while its leader leads, and has {}. Until then another leader may overwrite it.", durable.len()) }
                }
            </p>
        </>
    }
}

/// The servers that have this very entry, in their log or, once it is committed, in their snapshot.
fn holders(view: &View, entry: &EntryView, committed: bool, counts: impl Fn(&EntryView) -> bool) -> Vec<NodeId> {
    let has = |server: &&ServerView| {
        committed && entry.id.index <= server.base.index
            || server.log.iter().any(|copy| copy.id == entry.id && counts(copy))
    };
    view.servers.iter().filter(has).map(|server| server.id).collect()
}

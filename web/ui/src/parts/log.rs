//! The logs, side by side: what it leads to.

use std::rc::Rc;

use raftarium_sim::core::LogIndex;
use raftarium_sim::{EntryView, ServerView, View};
use web_sys::Element;
use yew::prelude::*;

use super::{Dispatch, use_dispatch};
use crate::browser::focus;
use crate::show::names;
use crate::show::term;
use crate::show::verbs::Subject;
use crate::show::window::{JUMP, columns, last_index};
use crate::state::{Action, Entry, Selection};

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) view: Rc<View>,
    pub(crate) selection: Selection,
}

/// A row for each server, a column for each index.
#[component]
pub(crate) fn Log(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let node = use_node_ref();
    let back = use_state_eq(|| 0_u64);
    let current = use_state_eq(|| Entry { server: raftarium_sim::core::NodeId(1), index: LogIndex(1) });
    let last = last_index(&props.view);
    let shown = columns(last, *back);
    let (first, end) = (*shown.start(), *shown.end());

    // The newest entries stay in sight, unless a person looks at earlier ones.
    use_effect_with((node.clone(), last, *back), |(node, last, back)| {
        let head = crate::browser::element(&format!("index-{last}"));
        if let (Some(scroll), Some(head), 0) = (node.cast::<Element>(), head, *back) {
            let (frame, newest) = (scroll.get_bounding_client_rect(), head.get_bounding_client_rect());
            let hidden = newest.right() - frame.right() + newest.width() / 2.0;
            if hidden > 0.0 {
                scroll.set_scroll_left(scroll.scroll_left() + hidden as i32);
            }
        }
    });

    let heads =
        (first..=end).map(|index| html! { <th key={index} id={format!("index-{index}")} scope="col">{ index }</th> });
    // Exactly one cell can be reached by Tab.
    let exists = |entry: &Entry| {
        let server = props.view.servers.iter().find(|server| server.id == entry.server);
        server.is_some_and(|server| entry_at(server, entry.index.0).is_some()) && (first..=end).contains(&entry.index.0)
    };
    let any = || {
        let server =
            props.view.servers.iter().find(|server| server.log.last().is_some_and(|last| last.id.index.0 >= first))?;
        Some(Entry { server: server.id, index: LogIndex(first.max(server.log.first()?.id.index.0)) })
    };
    let reachable = Some(*current).filter(exists).or_else(any);
    let rows = props.view.servers.iter().map(|server| {
        // What a snapshot has is one block, where the entries were.
        let compacted = (first..=end).take_while(|&index| index <= server.base.index.0).count();
        let cells = (first..=end).skip(compacted).map(|index| {
            let entry = entry_at(server, index);
            let flag = (server.commit.0 == index && entry.is_some()).then_some("commit");
            let content = entry.map(|entry| {
                let this = Entry { server: server.id, index: entry.id.index };
                let selected = props.selection == Selection::Entry(this);
                cell(&dispatch, &current.setter(), server, entry, selected, reachable == Some(this))
            });
            html! { <td key={index} class={flag}>{ content }</td> }
        });
        html! {
            <tr key={server.id.0}>
                <th scope="row">
                    <span class="name">{ server.id.to_string() }</span>
                    <span class="role">{ names::role(server) }</span>
                </th>
                if compacted > 0 {
                    { snapshot(server, compacted, end) }
                }
                { for cells }
            </tr>
        }
    });
    let step = |by: i64| {
        let (back, most) = (back.clone(), end_of_back(last));
        Callback::from(move |_: MouseEvent| back.set(back.saturating_add_signed(by).min(most)))
    };
    html! {
        <section class="panel log" aria-labelledby="log-title">
            <div class="head">
                <h2 id="log-title">{ "Log" }</h2>
                if first > 1 {
                    <button type="button" class="button small" onclick={step(JUMP as i64)}>{ format!("earlier than {first}") }</button>
                }
                if *back > 0 {
                    <button type="button" class="button small" onclick={step(-(last as i64))}>{ "newest" }</button>
                }
                <p class="legend" aria-hidden="true">
                    <span class="swatch committed" />{ "committed" }
                    <span class="swatch" />{ "not yet" }
                    <span class="swatch volatile" />{ "not on disk" }
                </p>
            </div>
            <div class="scroll" ref={node} tabindex="0" role="region" aria-label="Log entries">
                <table class={(props.view.servers.len() > 6).then_some("dense")}>
                    <caption class="unseen">{ "The log of each server: a column for each index" }</caption>
                    <thead><tr><th scope="col"><span class="unseen">{ "Server" }</span></th>{ for heads }</tr></thead>
                    <tbody>{ for rows }</tbody>
                </table>
            </div>
        </section>
    }
}

/// The block for what a snapshot has: `…8`.
fn snapshot(server: &ServerView, columns: usize, end: u64) -> Html {
    let base = server.base;
    let flag = (server.commit == base.index && base.index.0 <= end).then_some("commit");
    let name = format!("{} snapshot up to index {}, term {}", server.id, base.index, base.term);
    html! {
        <td colspan={columns.to_string()} class={flag}>
            <div class={classes!("snapshot", term::class(base.term))} title={name.clone()}>
                <span aria-hidden="true">{ format!("…{}", base.index) }</span>
                <span class="unseen">{ name }</span>
            </div>
        </td>
    }
}

/// The entry at an index: a log has no gaps.
fn entry_at(server: &ServerView, index: u64) -> Option<&EntryView> {
    let offset = index.checked_sub(server.log.first()?.id.index.0)?;
    server.log.get(usize::try_from(offset).ok()?)
}

fn end_of_back(last: u64) -> u64 {
    last.saturating_sub(crate::show::window::COLUMNS)
}

fn cell(
    dispatch: &Dispatch,
    current: &UseStateSetter<Entry>,
    server: &ServerView,
    entry: &EntryView,
    selected: bool,
    reachable: bool,
) -> Html {
    let this = Entry { server: server.id, index: entry.id.index };
    let onclick = {
        let (dispatch, current) = (dispatch.clone(), current.clone());
        Callback::from(move |_: MouseEvent| {
            current.set(this);
            dispatch.emit(Action::Select(Selection::Entry(this)));
        })
    };
    let onkeydown = {
        let current = current.clone();
        Callback::from(move |event: KeyboardEvent| {
            let (server, index) = (this.server.0, this.index.0);
            let (server, index) = match event.key().as_str() {
                "ArrowRight" => (server, index + 1),
                "ArrowLeft" => (server, index.saturating_sub(1)),
                "ArrowDown" => (server + 1, index),
                "ArrowUp" => (server.saturating_sub(1), index),
                _ => return,
            };
            event.prevent_default();
            let id = format!("entry-{server}-{index}");
            if crate::browser::element(&id).is_some() {
                current.set(Entry { server: raftarium_sim::core::NodeId(server), index: LogIndex(index) });
                focus(&id);
            }
        })
    };
    let words = names::carried(entry);
    let class = classes!(
        "cell",
        term::class(entry.id.term),
        entry.committed.then_some("committed"),
        (!entry.durable).then_some("volatile"),
        selected.then_some("selected"),
    );
    html! {
        <button
            type="button"
            id={Subject::Entry(this).mark()}
            data-subject={Subject::Entry(this).mark()}
            {class}
            data-term={entry.id.term.to_string()}
            tabindex={if reachable { "0" } else { "-1" }}
            title={words.clone()}
            aria-label={name(server, entry, &words)}
            {onclick}
            {onkeydown}
        >
            <span class="words">{ words }</span>
        </button>
    }
}

/// `S1 index 3, x=1, term 2, committed`.
fn name(server: &ServerView, entry: &EntryView, words: &str) -> String {
    let committed = if entry.committed { "committed" } else { "not committed" };
    let durable = if entry.durable { "" } else { ", not on disk yet" };
    format!("{} index {}, {words}, term {}, {committed}{durable}", server.id, entry.id.index, entry.id.term)
}

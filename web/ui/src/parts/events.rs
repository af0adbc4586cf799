//! What happened, as a list of sentences.

use raftarium_sim::{Record, RecordId};
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

use super::icon::{Picture, icon};
use super::{Dispatch, on, use_dispatch};
use crate::show::seconds;
use crate::show::why::of_record;
use crate::state::{Action, State};
use raftarium_sim::story::sentence;

/// The most sentences that are listed.
const MOST: usize = 200;

#[derive(Properties)]
pub(crate) struct Props {
    pub(crate) state: State,
}

impl PartialEq for Props {
    /// The list changes only when something happens, not whenever time goes on.
    fn eq(&self, other: &Self) -> bool {
        self.state.view.hash == other.state.view.hash && self.state.view.step == other.state.view.step
    }
}

/// The latest sentences up to now, newest last; each goes to its moment.
#[component]
pub(crate) fn Events(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let node = use_node_ref();
    let all = use_state_eq(|| false);
    let state = &props.state;
    let count = state.record_count();
    let ids: Vec<usize> = if *all {
        (count.saturating_sub(MOST)..count).collect()
    } else {
        let until = state.digest.notable.partition_point(|id| (id.0 as usize) < count);
        let notable: &[RecordId] = &state.digest.notable[until.saturating_sub(MOST)..until];
        notable.iter().map(|id| id.0 as usize).collect()
    };
    use_effect_with((node.clone(), ids.last().copied()), |(node, _)| {
        if let Some(list) = node.cast::<Element>() {
            list.set_scroll_top(list.scroll_height());
        }
    });
    let records = state.all_records();
    let rows: Html = ids
        .iter()
        .filter_map(|&at| records.get(at.checked_sub(records.first()?.id.0 as usize)?))
        .map(|record| row(&dispatch, record, sentence(record, &records)))
        .collect();
    let onchange = {
        let all = all.clone();
        Callback::from(move |event: Event| all.set(event.target_unchecked_into::<HtmlInputElement>().checked()))
    };
    html! {
        <aside class="panel inspector events open" id="events" aria-label="Events">
            <button type="button" class="inside close" aria-label="Close events" title="Close (e)" onclick={on(&dispatch, Action::ShowEvents(false))}>
                { icon(Picture::Close) }
            </button>
            <div class="head"><h2>{ "Events" }</h2></div>
            <label class="check"><input type="checkbox" checked={*all} {onchange} />{ "every message and write" }</label>
            if ids.is_empty() {
                <p class="empty">{ "Nothing has happened yet." }</p>
            } else {
                <ol ref={node} aria-label="Events" tabindex="0">{ rows }</ol>
            }
        </aside>
    }
}

fn row(dispatch: &Dispatch, record: &Record, words: String) -> Html {
    html! {
        <li key={record.id.0}>
            <button type="button" class="event" onclick={on(dispatch, Action::Seek(record.at))}>
                <span class="time-link">{ seconds(record.at) }</span><span class="words">{ &words }</span>
            </button>
            if let Some(question) = of_record(record) {
                <button type="button" class="time-link" aria-label={format!("Why? {words}")} onclick={on(dispatch, Action::WhyOf(record.id, record.at, question))}>{ "why?" }</button>
            }
        </li>
    }
}

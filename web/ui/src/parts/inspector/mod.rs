//! The inspector: what is selected, why it is as it is, and what can be done to it.

mod cluster;
mod entry;
mod isolate;
mod link;
mod packet;
mod server;
mod why;

use std::rc::Rc;

use yew::prelude::*;

use self::cluster::cluster_facts;
use self::entry::entry_facts;
use self::link::link_facts;
use self::packet::packet_facts;
use self::server::server_facts;
use self::why::Answer;
use super::doing::SheetForm;
use super::icon::{Picture, icon};
use super::{on, use_dispatch};
use crate::state::{Action, Selection, State};

#[derive(Properties)]
pub(crate) struct Props {
    pub(crate) state: State,
}

impl PartialEq for Props {
    /// It changes only when something happens, not whenever time goes on.
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (&self.state, &other.state);
        Rc::ptr_eq(&one.view, &other.view)
            && (one.selection, &one.sheet, one.unrest) == (other.selection, &other.sheet, other.unrest)
            && one.why == other.why
            && one.offer.is_some() == other.offer.is_some()
    }
}

/// Facts and actions of whatever is selected; of the whole cluster if nothing is.
#[component]
pub(crate) fn Inspector(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let state = &props.state;
    if let Some(sheet) = &state.sheet {
        return html! {
            <aside class="panel inspector open filled" aria-label="Inspector">
                <button type="button" class="inside close" aria-label="Close form" title="Change nothing (Esc)" onclick={on(&dispatch, Action::CloseForm)}>
                    { icon(Picture::Close) }
                </button>
                <SheetForm sheet={Rc::clone(sheet)} />
            </aside>
        };
    }
    let selected = state.selection != Selection::Nothing;
    let content = match state.selection {
        Selection::Nothing => cluster_facts(&dispatch, state),
        Selection::Server(id) => server_facts(&dispatch, state, id),
        Selection::Link(a, b) => link_facts(&dispatch, state, a, b),
        Selection::Packet(packet) => packet_facts(&dispatch, state, packet),
        Selection::Entry(entry) => entry_facts(&dispatch, state, entry),
    };
    let open = selected || state.why.is_some();
    html! {
        <aside class={classes!("panel", "inspector", open.then_some("open"))} aria-label="Inspector" tabindex="0">
            if let Some(told) = &state.why {
                <Answer told={Rc::clone(told)} />
            }
            // One thing after the other is closed.
            if selected && state.why.is_none() {
                <button type="button" class="inside close" aria-label="Close inspector" title="Select nothing (Esc)" onclick={on(&dispatch, Action::Select(Selection::Nothing))}>
                    { icon(Picture::Close) }
                </button>
            }
            { content }
        </aside>
    }
}

/// A fact: what, and what it is.
pub(super) fn fact(name: &'static str, value: impl Into<Html>) -> Html {
    html! { <><dt>{ name }</dt><dd>{ value.into() }</dd></> }
}

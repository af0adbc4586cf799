//! The inspector: what is selected, why it is as it is, and what can be done to it.

mod cluster;
mod entry;
mod isolate;
mod link;
mod packet;
mod server;

use std::rc::Rc;

use raftarium_sim::View;
use yew::prelude::*;

use self::cluster::cluster_facts;
use self::entry::entry_facts;
use self::link::link_facts;
use self::packet::packet_facts;
use self::server::server_facts;
use super::icon::{Picture, icon};
use super::{on, use_dispatch};
use crate::state::{Action, Selection};

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) view: Rc<View>,
    pub(crate) selection: Selection,
}

/// Facts and actions of whatever is selected; of the whole cluster if nothing is.
#[component]
pub(crate) fn Inspector(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let view = &props.view;
    let selected = props.selection != Selection::Nothing;
    let content = match props.selection {
        Selection::Nothing => cluster_facts(&dispatch, view),
        Selection::Server(id) => server_facts(&dispatch, view, id),
        Selection::Link(a, b) => link_facts(&dispatch, view, a, b),
        Selection::Packet(packet) => packet_facts(&dispatch, view, packet),
        Selection::Entry(entry) => entry_facts(view, entry),
    };
    html! {
        <aside class={classes!("panel", "inspector", selected.then_some("open"))} aria-label="Inspector" tabindex="0">
            if selected {
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

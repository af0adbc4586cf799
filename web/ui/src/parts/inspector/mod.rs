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

use self::cluster::ClusterFacts;
use self::entry::EntryFacts;
use self::link::LinkFacts;
use self::packet::PacketFacts;
use self::server::ServerFacts;
use super::icon::{Icon, Picture};
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
    let view = Rc::clone(&props.view);
    let selected = props.selection != Selection::Nothing;
    let content = match props.selection {
        Selection::Nothing => html! { <ClusterFacts {view} /> },
        Selection::Server(id) => html! { <ServerFacts {view} {id} /> },
        Selection::Link(a, b) => html! { <LinkFacts {view} {a} {b} /> },
        Selection::Packet(packet) => html! { <PacketFacts {view} {packet} /> },
        Selection::Entry(entry) => html! { <EntryFacts {view} {entry} /> },
    };
    html! {
        <aside class={classes!("panel", "inspector", selected.then_some("open"))} aria-label="Inspector">
            if selected {
                <button type="button" class="inside close" aria-label="Close inspector" title="Select nothing (Esc)" onclick={on(&dispatch, Action::Select(Selection::Nothing))}>
                    <Icon picture={Picture::Close} />
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

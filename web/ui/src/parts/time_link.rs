//! A moment that can be gone to.

use raftarium_sim::core::Instant;
use yew::prelude::*;

use super::{on, use_dispatch};
use crate::show::seconds;
use crate::state::Action;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) at: Instant,
}

/// The moment as text; pressing it goes there.
#[component]
pub(crate) fn TimeLink(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let at = seconds(props.at);
    let name = format!("Go to {at}");
    html! {
        <button type="button" class="time-link" onclick={on(&dispatch, Action::Seek(props.at))} aria-label={name}>{ at }</button>
    }
}

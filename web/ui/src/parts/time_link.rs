//! A moment that can be gone to.

use raftarium_sim::core::Instant;
use yew::prelude::*;

use super::{Dispatch, on};
use crate::show::seconds;
use crate::state::Action;

/// The moment as text; pressing it goes there.
pub(crate) fn time_link(dispatch: &Dispatch, at: Instant) -> Html {
    let words = seconds(at);
    let name = format!("Go to {words}");
    html! {
        <button type="button" class="time-link" onclick={on(dispatch, Action::Seek(at))} aria-label={name}>{ words }</button>
    }
}

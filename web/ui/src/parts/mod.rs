//! The components: one for each thing on the screen.

pub(crate) mod app;
mod banner;
mod choice;
mod clients;
mod cluster;
mod compare;
mod dialog;
mod doing;
mod events;
mod finder;
mod help;
mod icon;
mod inspector;
mod library;
mod light;
mod log;
mod machines;
mod news;
mod remember;
mod rules;
mod saving;
mod share;
mod space_time;
mod story;
mod time_bar;
mod time_link;
mod top_bar;
mod tour;
mod turns;

use yew::prelude::*;

use crate::state::{Action, Side};

/// What a component calls to change something.
pub(crate) type Dispatch = Callback<Action>;

/// The way from any component to the state.
#[hook]
pub(crate) fn use_dispatch() -> Dispatch {
    use_context::<Dispatch>().expect("App provides it to all components")
}

/// A listener that dispatches `action`, whatever happened.
pub(crate) fn on<E: 'static>(dispatch: &Dispatch, action: Action) -> Callback<E> {
    let dispatch = dispatch.clone();
    Callback::from(move |_| dispatch.emit(action.clone()))
}

/// Which of two clusters a component belongs to.
#[hook]
pub(crate) fn use_side() -> Side {
    use_context::<Side>().unwrap_or_default()
}

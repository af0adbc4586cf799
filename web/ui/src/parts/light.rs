//! What is pointed at, lit wherever it is drawn.

use std::rc::Rc;

use yew::prelude::*;

use super::use_dispatch;
use crate::browser::pointing;
use crate::state::{Action, Pointed, State};

#[derive(Properties)]
pub(crate) struct Props {
    pub(crate) state: State,
}

impl PartialEq for Props {
    /// The light stays as long as nothing happens.
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (&self.state, &other.state);
        let beside = |state: &State| state.other.as_ref().map(|other| Rc::clone(&other.state.view));
        a.pointed == b.pointed && (a.pointed == Pointed::Nothing || a.view == b.view && beside(a) == beside(b))
    }
}

/// Hears what is pointed at, and lights it with a rule of style: nothing has to be drawn anew for that.
#[component]
pub(crate) fn Light(props: &Props) -> Html {
    let dispatch = use_dispatch();
    use_effect_with((), move |()| {
        let listeners = pointing::listen(move |pointed| dispatch.emit(Action::Point(pointed)));
        move || drop(listeners)
    });
    let ids: Vec<String> = props.state.lit().iter().map(|id| format!("#{id}")).collect();
    html! { <style>{ if ids.is_empty() { String::new() } else { format!("{}{{--lit:var(--accent)}}", ids.join(",")) } }</style> }
}

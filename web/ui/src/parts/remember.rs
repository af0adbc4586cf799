//! What this machine remembers: how a person looks at runs, and which run they looked at last.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use crate::browser::{Listener, location, storage, window};
use crate::state::{Offer, Settings, State};

const SETTINGS: &str = "raftarium-settings";
const LAST: &str = "raftarium-last-run";

/// `state` as a person looked at runs the last time. Where they were is offered, unless the address says what to show.
pub(super) fn last_visit(mut state: State) -> State {
    if location::text().len() <= 1 && state.wanted.is_none() {
        state.offer = storage::get(LAST).as_deref().and_then(Offer::read).map(Rc::new);
    }
    match storage::get(SETTINGS) {
        Some(text) => state.with(Settings::read(&text)),
        None => state,
    }
}

/// Remembers the settings when they change, and the run when the page is left.
#[hook]
pub(super) fn use_remember(state: &State) {
    let latest = use_mut_ref(|| state.clone());
    *latest.borrow_mut() = state.clone();
    use_effect_with(state.settings(), |settings| {
        let same = storage::get(SETTINGS).is_some_and(|text| Settings::read(&text) == *settings);
        if !same {
            storage::set(SETTINGS, Some(&settings.to_text()));
        }
    });
    use_effect_with((), move |()| {
        // A phone may end a page that is out of sight, and say nothing.
        let leaving = Listener::new(window(), "pagehide", keep(&latest));
        let hidden = Listener::new(window(), "visibilitychange", keep(&latest));
        move || drop((leaving, hidden))
    });
}

fn keep(latest: &Rc<RefCell<State>>) -> impl FnMut(Event) + 'static {
    let latest = Rc::clone(latest);
    move |_| {
        // While the program is changing it, there is nothing whole to keep.
        if let Ok(state) = latest.try_borrow()
            && let Some(link) = state.link_to_keep()
        {
            storage::set(LAST, Some(&link));
        }
    }
}

//! What a person chose for themselves, remembered on this machine.

use super::{Listener, REDUCED_MOTION, document, prefers_reduced_motion, storage, window};
use crate::show::news::Voice;
use crate::state::Ease;

const VOICE: &str = "raftarium-voice";
const TOUR: &str = "raftarium-tour";
const TYPE: &str = "raftarium-type";

/// How much is read out.
pub(crate) fn voice() -> Voice {
    storage::get(VOICE).and_then(|name| Voice::of(&name)).unwrap_or_default()
}

/// Remembers how much is to be read out.
pub(crate) fn set_voice(voice: Voice) {
    storage::set(VOICE, Some(voice.name()));
}

/// Whether somebody is to be shown around: at the first visit, unless a link brought them, or they are a program. What is
/// kept as `show` wins over that.
pub(crate) fn wants_tour(by_link: bool) -> bool {
    match storage::get(TOUR).as_deref() {
        Some("show") => true,
        Some(_) => false,
        None => !by_link && !is_driven(),
    }
}

/// Somebody was shown around, or did not want to be.
pub(crate) fn end_tour() {
    storage::set(TOUR, Some("seen"));
}

/// Whether a program drives the browser.
fn is_driven() -> bool {
    let driven = js_sys::Reflect::get(&window().navigator(), &"webdriver".into());
    driven.is_ok_and(|driven| driven.is_truthy())
}

/// What makes it easier, now.
pub(crate) fn ease() -> Ease {
    Ease { still: prefers_reduced_motion(), large: is_large() }
}

/// Calls `hear` when a person asks their system for less motion, or no longer does.
pub(crate) fn listen(hear: impl Fn() + 'static) -> Option<Listener> {
    let query = window().match_media(REDUCED_MOTION).ok().flatten()?;
    Some(Listener::new(query, "change", move |_| hear()))
}

/// Whether letters are large, for those who sit far away.
pub(crate) fn is_large() -> bool {
    document().document_element().is_some_and(|root| root.has_attribute("data-large"))
}

/// Makes letters large, or as large as usual. `index.html` does so before the first paint.
pub(crate) fn set_large(large: bool) {
    if let Some(root) = document().document_element() {
        let _ = if large { root.set_attribute("data-large", "") } else { root.remove_attribute("data-large") };
    }
    storage::set(TYPE, large.then_some("large"));
}

//! Light or dark: as the system says, until a person says otherwise. `index.html` applies it before the first paint.

use std::rc::Rc;

use web_sys::Event;

use super::{Listener, document, window};

const KEY: &str = "raftarium-theme";
/// The event by which a person's choice is told to whoever draws by themselves.
const CHOSEN: &str = "raftarium-theme-chosen";
const DARK: &str = "(prefers-color-scheme: dark)";

/// Whether the page is dark now.
pub(crate) fn is_dark() -> bool {
    match chosen().as_deref() {
        Some("dark") => true,
        Some(_) => false,
        None => {
            let query = window().match_media(DARK);
            query.ok().flatten().is_some_and(|query| query.matches())
        }
    }
}

/// Changes it, and remembers that on this machine.
pub(crate) fn set_dark(dark: bool) {
    let name = if dark { "dark" } else { "light" };
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", name);
    }
    // A browser that keeps nothing is no reason to fail.
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(KEY, name);
    }
    if let Ok(event) = Event::new(CHOSEN) {
        let _ = window().dispatch_event(&event);
    }
}

/// Calls `hear` when the page becomes light or dark, whoever wanted that.
pub(crate) fn listen(hear: impl Fn() + 'static) -> Vec<Listener> {
    let hear = Rc::new(hear);
    let system = window().match_media(DARK).ok().flatten();
    let system = system.map(|query| {
        let hear = Rc::clone(&hear);
        Listener::new(query, "change", move |_| hear())
    });
    system.into_iter().chain([Listener::new(window(), CHOSEN, move |_| hear())]).collect()
}

fn chosen() -> Option<String> {
    document().document_element()?.get_attribute("data-theme")
}

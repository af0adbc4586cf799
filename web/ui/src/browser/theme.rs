//! Light or dark: as the system says, until a person says otherwise. `index.html` applies it before the first paint.

use super::{document, window};

const KEY: &str = "raftarium-theme";

/// Whether the page is dark now.
pub(crate) fn is_dark() -> bool {
    match chosen().as_deref() {
        Some("dark") => true,
        Some(_) => false,
        None => {
            let query = window().match_media("(prefers-color-scheme: dark)");
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
}

fn chosen() -> Option<String> {
    document().document_element()?.get_attribute("data-theme")
}

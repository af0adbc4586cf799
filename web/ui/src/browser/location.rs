//! The address bar.

use wasm_bindgen::JsValue;

use super::window;
use crate::state::address::{self, AddressError, Asked};

/// What the address bar says.
///
/// # Errors
///
/// If it cannot be understood.
pub(crate) fn read() -> Result<Asked, AddressError> {
    address::parse(&text())
}

/// What the address bar says, from `#` on.
pub(crate) fn text() -> String {
    window().location().hash().unwrap_or_default()
}

/// Lets the address bar say `link`, without a new entry in the history.
pub(crate) fn write(link: &str) {
    if text() == link {
        return;
    }
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(link));
    }
}

/// The page without what it shows.
pub(crate) fn page() -> String {
    let href = window().location().href().unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

//! The address bar.

use wasm_bindgen::JsValue;

use super::window;
use crate::state::address::{Address, AddressError};

/// What the address bar says.
///
/// # Errors
///
/// If it cannot be understood.
pub(crate) fn read() -> Result<Address, AddressError> {
    Address::parse(&window().location().hash().unwrap_or_default())
}

/// Lets the address bar say `address`, without a new entry in the history.
pub(crate) fn write(address: Address) {
    let text = address.to_string();
    if window().location().hash().is_ok_and(|hash| hash == text) {
        return;
    }
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&text));
    }
}

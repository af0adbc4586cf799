//! The half of the program that it does not take to make the page stand: it makes the page move, and is loaded then.
//!
//! `raftarium-split` takes it out of what is built; what fills the gap is `static/later.js`.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use super::{Listener, window};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fillLater)]
    fn fill(first: &JsValue);
}

/// Called by what is left of a function that is not there yet.
#[expect(unreachable_pub, reason = "it is called from outside of the program")]
#[wasm_bindgen]
pub fn fill_later() {
    fill(&wasm_bindgen::exports());
}

/// Whether the second half is on its way. A program in one piece waits for nothing.
pub(crate) fn is_awaited() -> bool {
    Reflect::get(&window(), &"awaitsLater".into()).is_ok_and(|awaited| awaited.is_truthy())
}

/// Calls `hear` when it has come.
pub(crate) fn listen(hear: impl Fn() + 'static) -> Listener {
    Listener::new(window(), "whole", move |_| hear())
}

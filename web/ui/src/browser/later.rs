//! The half of the program that a first visit does not need, loaded when the page stands, or when it is called.
//!
//! `raftarium-split` takes it out of what is built; what fills the gap is `static/later.js`.

use wasm_bindgen::prelude::*;

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

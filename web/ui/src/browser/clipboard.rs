//! What a person takes along to paste it elsewhere.

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::window;

/// Puts `text` on the clipboard, and tells whether it is there.
pub(crate) fn copy(text: &str, told: impl Fn(bool) + Clone + 'static) {
    let navigator = window().navigator();
    // Without https there is no clipboard.
    let has_clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|found| found.is_object());
    if !has_clipboard {
        told(false);
        return;
    }
    let fine = told.clone();
    let done = Closure::once(move |_: JsValue| fine(true));
    let failed = Closure::once(move |_: JsValue| told(false));
    let _ = navigator.clipboard().write_text(text).then2(&done, &failed);
    // Whichever is called frees itself with the promise that holds it; the other one is a few bytes.
    done.forget();
    failed.forget();
}

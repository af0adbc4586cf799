//! Files that lie beside the page.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Response;

use super::window;

/// Fetches the file at `path`, relative to the page, and hands on its text; without one, there is no such file, or no way
/// to it.
pub(crate) fn text(path: &str, hear: impl Fn(Option<String>) + Clone + 'static) {
    let (heard, missed) = (hear.clone(), hear.clone());
    let arrived = Closure::once(move |response: JsValue| {
        let response: Response = response.unchecked_into();
        let text = if response.ok() { response.text().ok() } else { None };
        let Some(text) = text else { return missed(None) };
        let read = Closure::once(move |text: JsValue| heard(text.as_string()));
        let broken = Closure::once(move |_: JsValue| missed(None));
        let _ = text.then2(&read, &broken);
        read.forget();
        broken.forget();
    });
    let failed = Closure::once(move |_: JsValue| hear(None));
    let _ = window().fetch_with_str(path).then2(&arrived, &failed);
    arrived.forget();
    failed.forget();
}

//! Files that a person saves, opens, or drops on the page.

use js_sys::Array;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, DragEvent, Event, File, HtmlAnchorElement, HtmlInputElement, Url};

use super::document;

/// The longest file that is read, in bytes: far more than any run.
const SIZE_MAX: f64 = 16e6;

/// Lets the browser save a text in `pieces` as a file.
pub(crate) fn save(name: &str, kind: &str, pieces: &Array) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    save_blob(name, &Blob::new_with_str_sequence_and_options(pieces, &options)?)
}

/// Lets the browser save `blob` as a file.
pub(crate) fn save_blob(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url)
}

/// The file that was chosen in an input, which can then be chosen again.
pub(crate) fn chosen(input: &HtmlInputElement) -> Option<File> {
    let file = input.files()?.get(0);
    // Reading it goes on: the file does not belong to the input.
    input.set_value("");
    file
}

/// The file that was dropped, if it was one.
pub(crate) fn dropped(event: &Event) -> Option<File> {
    let transfer = event.dyn_ref::<DragEvent>()?.data_transfer()?;
    transfer.files()?.get(0)
}

/// Reads a file, and hands on its text, or why it cannot be read.
pub(crate) fn read(file: &File, hear: impl Fn(Result<String, String>) + Clone + 'static) {
    if file.size() > SIZE_MAX {
        hear(Err(format!("“{}” has {} bytes; allowed are up to {SIZE_MAX}.", file.name(), file.size())));
        return;
    }
    let (name, heard) = (file.name(), hear.clone());
    let read = Closure::once(move |text: JsValue| heard(Ok(text.as_string().unwrap_or_default())));
    let failed = Closure::once(move |_: JsValue| hear(Err(format!("“{name}” cannot be read."))));
    let _ = file.text().then2(&read, &failed);
    read.forget();
    failed.forget();
}

//! Everything that only a browser has.

pub(crate) mod black_box;
pub(crate) mod clipboard;
pub(crate) mod fetch;
pub(crate) mod files;
pub(crate) mod frames;
pub(crate) mod keys;
pub(crate) mod later;
pub(crate) mod location;
pub(crate) mod picture;
pub(crate) mod pointing;
pub(crate) mod press;
pub(crate) mod random;
pub(crate) mod size;
pub(crate) mod storage;
pub(crate) mod theme;
pub(crate) mod wishes;

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Document, Element, Event, EventTarget, HtmlElement, Window};

use crate::geometry::trig;

/// The page's window.
///
/// # Panics
///
/// Outside of a page; the program runs only in one.
pub(crate) fn window() -> Window {
    web_sys::window().expect("the program runs in a page")
}

/// The page's document.
///
/// # Panics
///
/// Outside of a page; the program runs only in one.
pub(crate) fn document() -> Document {
    window().document().expect("a page has a document")
}

/// The element with the id `id`.
pub(crate) fn element(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

/// Moves the focus to the element with the id `id`, if there is one. SVG elements take the focus as others do.
pub(crate) fn focus(id: &str) {
    if let Some(found) = element(id) {
        // Every element in a page has the method; the bindings give it to HTML elements only.
        let _ = found.unchecked_into::<HtmlElement>().focus();
    }
}

/// Whether a person asked their system for less motion.
pub(crate) fn prefers_reduced_motion() -> bool {
    matches(REDUCED_MOTION)
}

/// Whether what is read from afar gets more room: the window is tall, perhaps on a projector, or letters are large.
pub(crate) fn is_tall() -> bool {
    is_high() || wishes::is_large()
}

/// Whether the window is tall.
pub(crate) fn is_high() -> bool {
    matches("(min-width: 1100px) and (min-height: 1000px)")
}

/// Whether everything stands below each other, as on a phone.
pub(crate) fn is_narrow() -> bool {
    matches("(max-width: 759px)")
}

/// How large letters are: 1 as on a laptop, more on a wide screen and where a person wants them large.
pub(crate) fn type_scale() -> f64 {
    const USUAL_PX: f64 = 14.0;
    let root = document().document_element();
    let style = root.and_then(|root| window().get_computed_style(&root).ok().flatten());
    let size = style.and_then(|style| style.get_property_value("font-size").ok());
    size.map_or(1.0, |size| trig::within(js_sys::parse_float(&size) / USUAL_PX, 0.5, 4.0))
}

const REDUCED_MOTION: &str = "(prefers-reduced-motion: reduce)";

fn matches(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|query| query.matches())
}

/// A listener that is removed when this is dropped.
pub(crate) struct Listener {
    target: EventTarget,
    kind: &'static str,
    capturing: bool,
    closure: Closure<dyn FnMut(Event)>,
}

impl Listener {
    pub(crate) fn new(target: impl Into<EventTarget>, kind: &'static str, hear: impl FnMut(Event) + 'static) -> Self {
        Self::start(target.into(), kind, false, Closure::new(hear))
    }

    /// One that hears before everything inside of `target`.
    pub(crate) fn capturing(
        target: impl Into<EventTarget>,
        kind: &'static str,
        hear: impl FnMut(Event) + 'static,
    ) -> Self {
        Self::start(target.into(), kind, true, Closure::new(hear))
    }

    fn start(target: EventTarget, kind: &'static str, capturing: bool, closure: Closure<dyn FnMut(Event)>) -> Self {
        let function = closure.as_ref().unchecked_ref();
        let added = target.add_event_listener_with_callback_and_bool(kind, function, capturing);
        debug_assert!(added.is_ok(), "a function is a listener");
        Self { target, kind, capturing, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let function = self.closure.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback_and_bool(self.kind, function, self.capturing);
    }
}

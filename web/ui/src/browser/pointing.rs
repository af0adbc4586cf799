//! What the pointer or the focus is on, wherever that is in the page.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, PointerEvent};

use super::{Listener, document};
use crate::state::Pointed;

/// What draws on a canvas says by itself what is pointed at in it.
pub(crate) const SPEAKS_FOR_ITSELF: &str = "space-time";

/// Calls `hear` with whatever is pointed at next, as long as what it gives lives.
pub(crate) fn listen(hear: impl Fn(Pointed) + 'static) -> [Listener; 4] {
    let hear = Rc::new(hear);
    let on = |kind: &'static str, meaning: fn(&Event) -> Option<Pointed>| {
        let hear = Rc::clone(&hear);
        Listener::new(document(), kind, move |event| {
            if let Some(pointed) = meaning(&event) {
                hear(pointed);
            }
        })
    };
    [
        on("pointerover", target),
        on("focusin", target),
        on("focusout", |_| Some(Pointed::Nothing)),
        on("pointerout", left),
    ]
}

fn target(event: &Event) -> Option<Pointed> {
    let element = event.target()?.dyn_into::<Element>().ok()?;
    let named = element.closest("[id]").ok().flatten();
    let id = named.map(|named| named.id()).unwrap_or_default();
    (id != SPEAKS_FOR_ITSELF).then(|| Pointed::from_id(&id))
}

/// Nothing is pointed at if the pointer leaves the page, as a finger does.
fn left(event: &Event) -> Option<Pointed> {
    let pointer = event.dyn_ref::<PointerEvent>()?;
    pointer.related_target().is_none().then_some(Pointed::Nothing)
}

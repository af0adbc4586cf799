//! How large an element is.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

use crate::geometry::Size;

/// The size of the element that `node` refers to, measured before it is first seen, and whenever it changes.
#[hook]
pub(crate) fn use_size(node: NodeRef) -> Option<Size> {
    let size = use_state_eq(|| None::<Size>);
    let set = size.setter();
    use_effect_with(node, move |node| {
        let observer = node.cast::<Element>().map(|element| Observer::start(element, move |size| set.set(Some(size))));
        move || drop(observer)
    });
    *size
}

struct Observer {
    observer: Option<ResizeObserver>,
    _closure: Closure<dyn FnMut()>,
}

impl Observer {
    fn start(element: Element, hear: impl Fn(Size) + 'static) -> Self {
        let observed = element.clone();
        let measure = move || {
            let rect = observed.get_bounding_client_rect();
            // Whole pixels: a fraction more or less is no reason to draw anew.
            let size = Size { width: rect.width().floor(), height: rect.height().floor() };
            if size.width > 0.0 && size.height > 0.0 {
                hear(size);
            }
        };
        measure();
        let closure = Closure::<dyn FnMut()>::new(measure);
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(&element);
        }
        Self { observer, _closure: closure }
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

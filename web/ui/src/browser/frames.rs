//! One loop of animation frames, which runs only while something moves.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::window;
use crate::geometry::trig::within;

/// The longest that one frame may stand for, in microseconds: after a pause of the page, time goes on from where it
/// was.
const LONGEST: f64 = 100_000.0;

type Callback = RefCell<Option<Closure<dyn FnMut(f64)>>>;

/// A running loop; it ends when this is dropped.
pub(crate) struct Frames {
    handle: Rc<Cell<i32>>,
    callback: Rc<Callback>,
}

impl Frames {
    /// Calls `each` before every frame, with the microseconds since the one before.
    pub(crate) fn start(each: impl Fn(u64) + 'static) -> Self {
        let handle = Rc::new(Cell::new(0));
        let callback: Rc<Callback> = Rc::default();
        let last = Cell::new(None);
        let (next, again) = (Rc::clone(&handle), Rc::clone(&callback));
        *callback.borrow_mut() = Some(Closure::new(move |ms: f64| {
            if let Some(before) = last.replace(Some(ms)) {
                let elapsed: f64 = (ms - before) * 1_000.0;
                each(within(elapsed, 0.0, LONGEST) as u64);
            }
            request(&next, &again);
        }));
        request(&handle, &callback);
        Self { handle, callback }
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        let _ = window().cancel_animation_frame(self.handle.get());
        // The loop may be dropped from within its own callback, which must outlive that call: it is taken out of the
        // circle that keeps it alive, and dropped afterwards.
        if let Some(closure) = self.callback.borrow_mut().take() {
            gloo_timers::callback::Timeout::new(0, move || drop(closure)).forget();
        }
    }
}

fn request(handle: &Cell<i32>, callback: &Callback) {
    if let Some(closure) = callback.borrow().as_ref()
        && let Ok(number) = window().request_animation_frame(closure.as_ref().unchecked_ref())
    {
        handle.set(number);
    }
}

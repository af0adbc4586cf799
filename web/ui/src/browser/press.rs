//! Presses that ask what can be done: the right button, the menu key, and a finger that stays.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, EventTarget, MouseEvent, PointerEvent};

use super::{Listener, black_box, document, element};
use crate::show::verbs::Subject;
use crate::state::{Menu, Side};

/// How long a finger stays, in milliseconds.
const STAYS_MS: u32 = 500;
/// How far it may move meanwhile, in pixels.
const NEAR: i32 = 10;
/// The attribute that says what a thing stands for, if its id does not.
const MARK: &str = "data-subject";

/// What was pressed, and the middle of it.
pub(crate) fn subject_of(target: EventTarget) -> Option<Menu> {
    let (subject, element) = marked(target)?;
    Some(Menu { subject, at: middle(&element) })
}

/// Where `subject` is on the screen; the corner, if it is nowhere.
pub(crate) fn place_of(subject: Subject) -> (i32, i32) {
    element(&subject.mark()).map_or((0, 0), |element| middle(&element))
}

/// The middle of what was pressed.
pub(crate) fn middle_of(target: EventTarget) -> Option<(i32, i32)> {
    target.dyn_into::<Element>().ok().as_ref().map(middle)
}

fn marked(target: EventTarget) -> Option<(Subject, Element)> {
    let pressed = target.dyn_into::<Element>().ok()?;
    std::iter::successors(Some(pressed), |element: &Element| element.parent_element()).find_map(|element| {
        let mark = element.get_attribute(MARK).unwrap_or_else(|| element.id());
        Subject::from_mark(Side::without(&mark)).map(|subject| (subject, element))
    })
}

fn middle(element: &Element) -> (i32, i32) {
    let rect = element.get_bounding_client_rect();
    ((rect.x() + rect.width() / 2.0) as i32, (rect.y() + rect.height() / 2.0) as i32)
}

/// Where a finger came down, and what happens when it has stayed there.
type Stay = ((i32, i32), Timeout);

/// Hears such presses for as long as it lives.
pub(crate) struct Presses {
    _listeners: [Listener; 6],
}

impl Presses {
    pub(crate) fn start(hear: impl Fn(Menu) + 'static) -> Self {
        let hear = Rc::new(hear);
        let waits: Rc<RefCell<Option<Stay>>> = Rc::default();
        // The click that comes when the finger is lifted again is not meant.
        let swallow = Rc::new(Cell::new(false));
        let forget = |waits: &Rc<RefCell<Option<Stay>>>| {
            let waits = Rc::clone(waits);
            move |_: Event| drop(waits.borrow_mut().take())
        };
        let menu = {
            let hear = Rc::clone(&hear);
            move |event: Event| {
                let Some((subject, element)) = event.target().and_then(marked) else { return };
                if black_box::has_failed() {
                    return;
                }
                event.prevent_default();
                let event = event.unchecked_ref::<MouseEvent>();
                let at = (event.client_x(), event.client_y());
                // The menu key presses nowhere in particular.
                let at = if event.button() == 2 && at != (0, 0) { at } else { middle(&element) };
                hear(Menu { subject, at });
            }
        };
        let down = {
            let (hear, waits, swallow) = (Rc::clone(&hear), Rc::clone(&waits), Rc::clone(&swallow));
            move |event: Event| {
                swallow.set(false);
                let Some((subject, _)) = event.target().and_then(marked) else { return };
                let event = event.unchecked_ref::<PointerEvent>();
                if event.pointer_type() != "touch" || subject == Subject::Cluster || black_box::has_failed() {
                    return;
                }
                let at = (event.client_x(), event.client_y());
                let (hear, swallow) = (Rc::clone(&hear), Rc::clone(&swallow));
                let timeout = Timeout::new(STAYS_MS, move || {
                    swallow.set(true);
                    hear(Menu { subject, at });
                });
                *waits.borrow_mut() = Some((at, timeout));
            }
        };
        let moved = {
            let waits = Rc::clone(&waits);
            move |event: Event| {
                let event = event.unchecked_ref::<PointerEvent>();
                let (x, y) = (event.client_x(), event.client_y());
                let far = |((from_x, from_y), _): &Stay| (x - from_x).abs().max((y - from_y).abs()) > NEAR;
                if waits.borrow().as_ref().is_some_and(far) {
                    waits.borrow_mut().take();
                }
            }
        };
        let click = move |event: Event| {
            if swallow.replace(false) {
                event.prevent_default();
                event.stop_propagation();
            }
        };
        let listeners = [
            Listener::new(document(), "contextmenu", menu),
            Listener::capturing(document(), "pointerdown", down),
            Listener::capturing(document(), "pointermove", moved),
            Listener::capturing(document(), "pointerup", forget(&waits)),
            Listener::capturing(document(), "pointercancel", forget(&waits)),
            Listener::capturing(document(), "click", click),
        ];
        Self { _listeners: listeners }
    }
}

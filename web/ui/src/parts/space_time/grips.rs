//! The diagram under a mouse or fingers: pointing, pressing, dragging, pinching, and the wheel.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, WheelEvent};
use yew::prelude::*;

use super::{Change, Seen, go};
use crate::browser::Listener;
use crate::geometry::Point;
use crate::geometry::chart::Stretch;
use crate::state::{Action, Pointed, Selection, State};

/// A shorter way of the pointer is a press.
const DRAGGED: f64 = 5.0;
/// How much the wheel zooms for each pixel that it would scroll.
const WHEEL: f64 = 0.002;

pub(super) struct Grips {
    pub(super) down: Callback<PointerEvent>,
    pub(super) moved: Callback<PointerEvent>,
    pub(super) up: Callback<PointerEvent>,
    pub(super) cancel: Callback<PointerEvent>,
    pub(super) leave: Callback<PointerEvent>,
}

/// What is held: by one finger it is dragged, by two it is pinched.
#[derive(Default)]
struct Held {
    fingers: Vec<(i32, Point)>,
    /// What was seen when it was taken.
    start: Option<(Stretch, Point)>,
    dragged: bool,
}

/// What the listeners see: always the latest.
struct Latest {
    seen: Seen,
    state: State,
}

#[hook]
pub(super) fn use_grips(node: &NodeRef, seen: &Seen, state: &State, change: &Callback<Change>) -> Grips {
    let held = use_mut_ref(Held::default);
    let latest = use_mut_ref(|| Latest { seen: seen.clone(), state: state.clone() });
    *latest.borrow_mut() = Latest { seen: seen.clone(), state: state.clone() };
    {
        let (latest, change) = (Rc::clone(&latest), change.clone());
        use_effect_with(node.clone(), move |node| {
            // Not through Yew, whose listeners cannot keep the page from scrolling.
            let listener = node.cast::<Element>().map(|element| {
                Listener::new(element, "wheel", move |event| {
                    let Ok(event) = event.dyn_into::<WheelEvent>() else { return };
                    event.prevent_default();
                    let next = wheel(&latest.borrow(), &event);
                    change.emit(Change::Stretch(next));
                })
            });
            move || drop(listener)
        });
    }
    let down = {
        let (held, latest, node) = (Rc::clone(&held), Rc::clone(&latest), node.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            let (mut held, at) = (held.borrow_mut(), place(&node, &event, latest.borrow().seen.unit));
            held.fingers.push((event.pointer_id(), at));
            held.start = Some((latest.borrow().seen.chart.stretch, at));
            held.dragged = held.fingers.len() > 1;
            if let Some(element) = node.cast::<Element>() {
                let _ = element.set_pointer_capture(event.pointer_id());
            }
        })
    };
    let moved = {
        let (held, latest, change, node) = (Rc::clone(&held), Rc::clone(&latest), change.clone(), node.clone());
        Callback::from(move |event: PointerEvent| {
            let at = place(&node, &event, latest.borrow().seen.unit);
            let latest = latest.borrow();
            let next = drag(&mut held.borrow_mut(), &latest, event.pointer_id(), at);
            let pointed = latest.seen.at(at);
            drop(latest);
            match next {
                Moved::Along(stretch) => change.emit(Change::Stretch(stretch)),
                Moved::Over => change.emit(Change::Do(Action::Point(pointed))),
                Moved::Nowhere => {}
            }
        })
    };
    let up = {
        let (held, latest, change, node) = (Rc::clone(&held), Rc::clone(&latest), change.clone(), node.clone());
        Callback::from(move |event: PointerEvent| {
            let pressed = {
                let mut held = held.borrow_mut();
                held.fingers.retain(|(id, _)| *id != event.pointer_id());
                held.start.take().is_some() && !held.dragged
            };
            if pressed {
                let latest = latest.borrow();
                let actions = press(&latest, place(&node, &event, latest.seen.unit));
                drop(latest);
                match actions {
                    Pressed::Select(selection) => change.emit(Change::Do(Action::Select(selection))),
                    Pressed::Go(at) => go(&change, at),
                    Pressed::Nothing => {}
                }
            }
        })
    };
    let cancel = {
        let held = Rc::clone(&held);
        Callback::from(move |_: PointerEvent| *held.borrow_mut() = Held::default())
    };
    let leave = {
        let change = change.clone();
        Callback::from(move |_: PointerEvent| change.emit(Change::Do(Action::Point(Pointed::Nothing))))
    };
    Grips { down, moved, up, cancel, leave }
}

enum Moved {
    /// Nothing is held: the pointer is over something.
    Over,
    Along(Stretch),
    Nowhere,
}

fn drag(held: &mut Held, latest: &Latest, pointer: i32, at: Point) -> Moved {
    let chart = &latest.seen.chart;
    let Some(finger) = held.fingers.iter_mut().find(|(id, _)| *id == pointer) else { return Moved::Over };
    let before = core::mem::replace(&mut finger.1, at);
    let other = held.fingers.iter().find(|(id, _)| *id != pointer).map(|(_, place)| *place);
    if let Some(other) = other {
        // Two fingers: what is between them stays there.
        let (was, is) = ((before.x - other.x).abs().max(12.0), (at.x - other.x).abs().max(12.0));
        let part = chart.part((at.x + other.x) / 2.0);
        return Moved::Along(chart.stretch.zoomed(was / is, part, chart.servers));
    }
    let Some((stretch, start)) = held.start else { return Moved::Nowhere };
    if !held.dragged && start.distance(at) < DRAGGED {
        return Moved::Nowhere;
    }
    held.dragged = true;
    Moved::Along(stretch.panned((start.x - at.x) / chart.width(), latest.state.end))
}

enum Pressed {
    Select(Selection),
    Go(raftarium_sim::core::Instant),
    Nothing,
}

/// A message is selected; on the name of a lane, its server; anywhere else, that moment is gone to.
fn press(latest: &Latest, at: Point) -> Pressed {
    let Latest { seen, state } = latest;
    if seen.chart.part(at.x) < 0.0 {
        return match seen.chart.lane(at.y).and_then(raftarium_sim::Address::server) {
            Some(id) => Pressed::Select(Selection::Server(id)),
            None => Pressed::Nothing,
        };
    }
    match seen.at(at) {
        Pointed::Packet(id) => {
            let line = seen.scene.line(id);
            line.map_or(Pressed::Nothing, |line| Pressed::Select(Selection::Packet(line.as_view())))
        }
        Pointed::Nothing | Pointed::Server(_) | Pointed::OtherPacket(_) | Pointed::Entry(_) => {
            Pressed::Go(seen.chart.at(at.x).min(state.end))
        }
    }
}

/// The wheel zooms; sideways, or with the shift key, it pans.
fn wheel(latest: &Latest, event: &WheelEvent) -> Stretch {
    const LINE: f64 = 16.0;
    let (chart, end) = (&latest.seen.chart, latest.state.end);
    let unit = if event.delta_mode() == WheelEvent::DOM_DELTA_PIXEL { 1.0 } else { LINE };
    let (dx, dy) = (event.delta_x() * unit, event.delta_y() * unit);
    if event.shift_key() || dx.abs() > dy.abs() {
        let along = if dx == 0.0 { dy } else { dx };
        return chart.stretch.panned(along / chart.width(), end);
    }
    let x = event
        .current_target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .map_or(0.0, |element| f64::from(event.client_x()) - element.get_bounding_client_rect().x());
    let part = if chart.stretch.follows { 0.82 } else { chart.part(x / latest.seen.unit) };
    let by = 1.0 + (dy.abs() * WHEEL).min(1.0);
    chart.stretch.zoomed(if dy > 0.0 { by } else { 1.0 / by }, part, chart.servers)
}

/// Where in the diagram a pointer is.
fn place(node: &NodeRef, event: &PointerEvent, unit: f64) -> Point {
    node.cast::<Element>().map_or_else(Point::default, |element| {
        let rect = element.get_bounding_client_rect();
        let (x, y) = (f64::from(event.client_x()) - rect.x(), f64::from(event.client_y()) - rect.y());
        Point::new(x / unit, y / unit)
    })
}

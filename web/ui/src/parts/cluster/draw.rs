//! Drawing a line across the ring, to split the network along it.

use std::rc::Rc;

use raftarium_sim::core::NodeId;
use raftarium_sim::{Command, View};
use web_sys::Element;
use yew::prelude::*;

use super::super::use_dispatch;
use crate::geometry::partition::sides;
use crate::geometry::ring::Ring;
use crate::geometry::{Point, px};
use crate::state::{About, Action};

/// A shorter line is a press of the background.
const SHORTEST: f64 = 24.0;

/// A line that is being drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drawn {
    pub(crate) start: Point,
    pub(crate) end: Point,
    /// Whom it would part, in words; nothing as long as it parts nobody.
    pub(crate) parts: Option<String>,
}

#[derive(Properties, PartialEq)]
pub(crate) struct GroundProps {
    pub(crate) ring: Rc<Ring>,
    pub(crate) view: Rc<View>,
    pub(crate) drawn: UseStateHandle<Option<Drawn>>,
    /// Called with the place of a press that draws no line.
    pub(crate) onpress: Callback<Point>,
}

/// The background, on which a line can be drawn.
#[component]
pub(crate) fn Ground(props: &GroundProps) -> Html {
    let dispatch = use_dispatch();
    // The latest line: what the listeners see of the state may be older than the last movement.
    let latest = use_mut_ref(|| None::<Drawn>);
    let set = {
        let (latest, state) = (Rc::clone(&latest), props.drawn.setter());
        move |drawn: Option<Drawn>| {
            *latest.borrow_mut() = drawn.clone();
            state.set(drawn);
        }
    };
    let onpointerdown = {
        let set = set.clone();
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            let ground = event.target_unchecked_into::<Element>();
            let _ = ground.set_pointer_capture(event.pointer_id());
            let start = place(&event);
            set(Some(Drawn { start, end: start, parts: None }));
        })
    };
    let onpointermove = {
        let (set, latest) = (set.clone(), Rc::clone(&latest));
        let (ring, view) = (Rc::clone(&props.ring), Rc::clone(&props.view));
        Callback::from(move |event: PointerEvent| {
            let start = latest.borrow().as_ref().map(|drawn| drawn.start);
            if let Some(start) = start {
                let end = place(&event);
                let parts = parted(&ring, &view, start, end).map(|groups| {
                    let [one, other] = groups.map(|group| crate::show::list(&group));
                    format!("{one} | {other}")
                });
                set(Some(Drawn { start, end, parts }));
            }
        })
    };
    let onpointerup = {
        let (set, latest) = (set.clone(), Rc::clone(&latest));
        let (ring, view, onpress) = (Rc::clone(&props.ring), Rc::clone(&props.view), props.onpress.clone());
        Callback::from(move |event: PointerEvent| {
            let start = latest.borrow().as_ref().map(|drawn| drawn.start);
            set(None);
            let Some(start) = start else { return };
            let end = place(&event);
            if start.distance(end) < SHORTEST {
                return onpress.emit(end);
            }
            dispatch.emit(if let Some(groups) = parted(&ring, &view, start, end) {
                Action::Do(Command::Partition { groups: groups.into() })
            } else {
                let words = "The line leaves all servers on one side; draw it between them.".to_owned();
                Action::Complain(About::Command, words)
            });
        })
    };
    let onpointercancel = Callback::from(move |_: PointerEvent| set(None));
    html! {
        <rect class="sheet" width="100%" height="100%" {onpointerdown} {onpointermove} {onpointerup} {onpointercancel} />
    }
}

/// The servers on either side of a line, by name.
fn parted(ring: &Ring, view: &View, start: Point, end: Point) -> Option<[Vec<NodeId>; 2]> {
    if start.distance(end) < SHORTEST {
        return None;
    }
    let names = |group: Vec<usize>| group.into_iter().filter_map(|at| Some(view.servers.get(at)?.id)).collect();
    sides(ring, start, end).map(|groups| groups.map(names))
}

/// Where in the picture a pointer is.
fn place(event: &PointerEvent) -> Point {
    let rect = event.target_unchecked_into::<Element>().get_bounding_client_rect();
    Point::new(f64::from(event.client_x()) - rect.x(), f64::from(event.client_y()) - rect.y())
}

/// The line as it is drawn, and whom it parts.
pub(super) fn line(drawn: &Drawn) -> Html {
    let Drawn { start, end, parts } = drawn;
    html! {
        <g class="drawn" aria-hidden="true">
            <line x1={px(start.x)} y1={px(start.y)} x2={px(end.x)} y2={px(end.y)} />
            if let Some(parts) = parts {
                <text x={px((start.x + end.x) / 2.0)} y={px((start.y + end.y) / 2.0 - 12.0)}>{ parts }</text>
            }
        </g>
    }
}

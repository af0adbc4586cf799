//! The bar that is dragged back and forth.

use std::rc::Rc;

use raftarium_sim::core::Instant;
use web_sys::Element;
use yew::prelude::*;

use super::super::{on, use_dispatch};
use crate::browser::focus;
use crate::show::axis::{Axis, tick_label};
use crate::show::digest::{Digest, Mark, MarkKind};
use crate::show::{seconds, term};
use crate::state::Action;

/// How far an arrow key goes, in microseconds.
const SMALL: u64 = 10_000;
/// How far a page key goes, in microseconds.
const LARGE: u64 = 250_000;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) now: Instant,
    pub(crate) end: Instant,
    pub(crate) digest: Rc<Digest>,
}

/// The axis with its marks, and the moment that is looked at.
#[component]
pub(crate) fn Slider(props: &Props) -> Html {
    let dispatch = use_dispatch();
    // While it is dragged, the axis stays as it is. What the listeners see of the state may be older than the last
    // movement, so whether it is dragged is kept beside it.
    let held = use_state_eq(|| None::<Axis>);
    let track = use_node_ref();
    let dragged = use_mut_ref(|| None::<Axis>);
    let axis = held.unwrap_or_else(|| Axis::covering(props.end));
    let (now, end) = (props.now, props.end);
    let hold = {
        let (dragged, held) = (Rc::clone(&dragged), held.setter());
        move |axis: Option<Axis>| {
            *dragged.borrow_mut() = axis;
            held.set(axis);
        }
    };
    let seek = {
        let (dispatch, dragged, track) = (dispatch.clone(), Rc::clone(&dragged), track.clone());
        move |event: &PointerEvent| {
            if let (Some(axis), Some(part)) = (*dragged.borrow(), part(&track, event)) {
                dispatch.emit(Action::Seek(axis.at(part).min(end)));
            }
        }
    };
    let onpointerdown = {
        let (hold, seek, dispatch, track) = (hold.clone(), seek.clone(), dispatch.clone(), track.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            if let Some(track) = track.cast::<Element>() {
                let _ = track.set_pointer_capture(event.pointer_id());
            }
            focus("time-slider");
            hold(Some(axis));
            dispatch.emit(Action::Pause);
            seek(&event);
        })
    };
    let onpointermove = Callback::from(move |event: PointerEvent| seek(&event));
    let release = Callback::from(move |_: PointerEvent| hold(None));
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let (now_us, end_us) = (now.as_micros(), end.as_micros());
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => now_us.saturating_sub(SMALL),
            "ArrowRight" | "ArrowUp" => now_us.saturating_add(SMALL),
            "PageDown" => now_us.saturating_sub(LARGE),
            "PageUp" => now_us.saturating_add(LARGE),
            "Home" => 0,
            "End" => end_us,
            _ => return,
        };
        event.prevent_default();
        dispatch.emit(Action::Seek(Instant::from_micros(to.min(end_us))));
    });
    let percent = px_percent(axis.percent(now));
    html! {
        <div class="timeline">
            <Marks {axis} digest={Rc::clone(&props.digest)} />
            <div class="track" ref={track} {onpointerdown} {onpointermove} onpointerup={release.clone()} onpointercancel={release}>
                <div class="known" style={format!("width:{}%", px_percent(axis.percent(end)))} />
                <div class="past" style={format!("width:{percent}%")} />
                <div
                    class="thumb"
                    id="time-slider"
                    style={format!("translate:{percent}cqi")}
                    role="slider"
                    tabindex="0"
                    aria-label="Moment"
                    aria-orientation="horizontal"
                    aria-valuemin="0"
                    aria-valuemax={(end.as_micros() / 1_000).to_string()}
                    aria-valuenow={(now.as_micros() / 1_000).to_string()}
                    aria-valuetext={format!("{} of {}", seconds(now), seconds(end))}
                    {onkeydown}
                />
            </div>
            { ticks(axis) }
        </div>
    }
}

/// Which part of the track the pointer is at.
fn part(track: &NodeRef, event: &PointerEvent) -> Option<f64> {
    let rect = track.cast::<Element>()?.get_bounding_client_rect();
    (rect.width() > 0.0).then(|| (f64::from(event.client_x()) - rect.x()) / rect.width())
}

/// A percentage to three decimals, without the machinery that prints every float exactly.
fn px_percent(percent: f64) -> String {
    let thousandths = (percent * 1_000.0).round() as u64;
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

#[derive(Properties, PartialEq)]
struct MarksProps {
    axis: Axis,
    digest: Rc<Digest>,
}

/// What happened when, as glyphs. The list of events says the same in words, so Tab passes them over.
#[component]
fn Marks(props: &MarksProps) -> Html {
    let dispatch = use_dispatch();
    let axis = props.axis;
    let marks = thinned(&props.digest.marks, axis).into_iter().map(|mark| {
        let (class, shape, words) = look(mark.kind);
        let style = format!("left:{}%", px_percent(axis.percent(mark.at)));
        let words = format!("{words}, {}", seconds(mark.at));
        html! {
            <button key={mark.record.0} type="button" class={classes!("mark", class)} {style} tabindex="-1" title={words.clone()} aria-label={words} onclick={on(&dispatch, Action::Seek(mark.at))}>
                <svg viewBox="-8 -8 16 16" width="16" height="16" aria-hidden="true">{ shape }</svg>
            </button>
        }
    });
    html! { <div class="marks">{ for marks }</div> }
}

/// At most one mark of a kind in so many parts of the axis.
fn thinned(marks: &[Mark], axis: Axis) -> Vec<Mark> {
    const PARTS: u64 = 250;
    let mut kept: Vec<Mark> = Vec::new();
    let mut last = [None; 7];
    for mark in marks {
        let kind = match mark.kind {
            MarkKind::Election(_) => 0,
            MarkKind::Leader(_) => 1,
            MarkKind::Commit(..) => 2,
            MarkKind::Fault => 3,
            MarkKind::Mend => 4,
            MarkKind::Violation => 5,
            MarkKind::Crash => 6,
        };
        let part = Some(mark.at.as_micros() * PARTS / axis.length);
        if last[kind] != part {
            last[kind] = part;
            kept.push(*mark);
        }
    }
    kept
}

fn look(kind: MarkKind) -> (&'static str, Html, String) {
    match kind {
        MarkKind::Election(of) => (
            term::class(of),
            html! { <path class="glyph hollow" d="M0 -5L5 0L0 5L-5 0Z" /> },
            format!("election for term {of}"),
        ),
        MarkKind::Leader(of) => {
            (term::class(of), html! { <path class="glyph" d="M0 -7L7 0L0 7L-7 0Z" /> }, format!("leader of term {of}"))
        }
        MarkKind::Commit(of, index) => {
            (term::class(of), html! { <circle class="glyph" r="4" /> }, format!("index {index} committed"))
        }
        MarkKind::Crash => (
            "crash",
            html! { <path d="M-3.6 3.6A5 5 0 1 1 3.6 -3.6A5 5 0 1 1 -3.6 3.6L3.6 -3.6" /> },
            "crash".to_owned(),
        ),
        MarkKind::Fault => ("fault", html! { <path d="M-5 -5L5 5M5 -5L-5 5" /> }, "cut or another fault".to_owned()),
        MarkKind::Mend => ("mend", html! { <path d="M-5 0H5M0 -5V5" /> }, "restart or heal".to_owned()),
        MarkKind::Violation => ("broken", html! { <path d="M0 -7L7 6H-7Z" /> }, "a rule is broken".to_owned()),
    }
}

fn ticks(axis: Axis) -> Html {
    let ticks = axis.ticks().map(|at| {
        let style = format!("left:{}%", px_percent(axis.percent(at)));
        html! { <span key={at.as_micros()} class="tick" {style}>{ tick_label(at) }</span> }
    });
    html! { <div class="ticks" aria-hidden="true">{ for ticks }</div> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raftarium_sim::RecordId;
    use raftarium_sim::core::{LogIndex, Term};

    #[test]
    fn marks_that_would_lie_on_each_other_are_thinned() {
        let mark = |number: u64| Mark {
            record: RecordId(number),
            at: Instant::from_micros(number * 100),
            kind: MarkKind::Commit(Term(1), LogIndex(number)),
        };
        let marks: Vec<Mark> = (0..10_000).map(mark).collect();
        let axis = Axis::covering(Instant::from_millis(1_000));
        assert!(thinned(&marks, axis).len() <= 126);
    }
}

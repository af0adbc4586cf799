//! The bar that is dragged back and forth.

use std::rc::Rc;

use raftarium_sim::core::Instant;
use web_sys::Element;
use yew::prelude::*;

use super::super::{on, use_dispatch};
use super::glyph::{look, thinned};
use super::lanes::Lanes;
use crate::browser::focus;
use crate::show::axis::{Axis, tick_label};
use crate::show::branches::Branches;
use crate::show::digest::Digest;
use crate::show::seconds;
use crate::state::Action;

/// How far an arrow key goes, in microseconds.
const SMALL: i64 = 10_000;
/// How far a page key goes, in microseconds.
const LARGE: i64 = 250_000;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) now: Instant,
    pub(crate) end: Instant,
    pub(crate) digest: Rc<Digest>,
    pub(crate) branches: Rc<Branches>,
    /// Where the cluster beside this one parts from it, if it does.
    pub(crate) parting: Option<Instant>,
    /// What happened in that one.
    pub(crate) beside: Html,
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
    let axis = held.unwrap_or_else(|| Axis::covering(props.branches.end(props.end)));
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
        // From where the run is by then: keys can come faster than pictures.
        let by = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => -SMALL,
            "ArrowRight" | "ArrowUp" => SMALL,
            "PageDown" => -LARGE,
            "PageUp" => LARGE,
            "Home" => i64::MIN,
            "End" => i64::MAX,
            _ => return,
        };
        event.prevent_default();
        dispatch.emit(Action::SeekBy(by));
    });
    let percent = px_percent(axis.percent(now));
    html! {
        <div class="timeline">
            <Marks {axis} digest={Rc::clone(&props.digest)} parting={props.parting} />
            <div class="track" ref={track} {onpointerdown} {onpointermove} onpointerup={release.clone()} onpointercancel={release}>
                <div class="known" style={up_to(axis.percent(end))} />
                <div class="past" style={up_to(axis.percent(now))} />
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
            { props.beside.clone() }
            if !props.branches.lanes.is_empty() {
                <Lanes {axis} branches={Rc::clone(&props.branches)} />
            }
        </div>
    }
}

/// Which part of the track the pointer is at.
fn part(track: &NodeRef, event: &PointerEvent) -> Option<f64> {
    let rect = track.cast::<Element>()?.get_bounding_client_rect();
    (rect.width() > 0.0).then(|| (f64::from(event.client_x()) - rect.x()) / rect.width())
}

/// Shows so much of what is as long as the track: it is cut, not made shorter, so nothing has to be laid out anew.
fn up_to(percent: f64) -> String {
    format!("clip-path:inset(0 {}% 0 0 round 4px)", px_percent(100.0 - percent))
}

/// A percentage to three decimals, without the machinery that prints every float exactly.
pub(super) fn px_percent(percent: f64) -> String {
    let thousandths = (percent * 1_000.0).round() as u64;
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

#[derive(Properties, PartialEq)]
struct MarksProps {
    axis: Axis,
    digest: Rc<Digest>,
    parting: Option<Instant>,
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
    let parting = props.parting.map(|at| {
        let style = format!("left:{}%", px_percent(axis.percent(at)));
        let words = format!("A and B part, {}", seconds(at));
        html! {
            <button type="button" class="mark parting" {style} tabindex="-1" title={words.clone()} aria-label={words} onclick={on(&dispatch, Action::Seek(at))}>{ "≠" }</button>
        }
    });
    html! { <div class="marks">{ for marks }{ parting }</div> }
}

fn ticks(axis: Axis) -> Html {
    let ticks = axis.ticks().map(|at| {
        let style = format!("left:{}%", px_percent(axis.percent(at)));
        html! { <span key={at.as_micros()} class="tick" {style}>{ tick_label(at) }</span> }
    });
    html! { <div class="ticks" aria-hidden="true">{ for ticks }</div> }
}

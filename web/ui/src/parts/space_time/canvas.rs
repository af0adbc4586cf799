//! The picture itself.

use raftarium_sim::{Address, PacketId};
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

use super::super::cluster::canvas::fit;
use super::super::cluster::paint::Palette;
use super::Seen;
use super::paint::{Colours, Picture, paint};
use crate::browser::{theme, window};
use crate::geometry::{Size, px};
use crate::state::State;

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) seen: Seen,
    pub(super) state: State,
    pub(super) lit: Vec<PacketId>,
    pub(super) lane: Option<Address>,
    pub(super) wrong: Option<u32>,
}

/// Drawn anew with every change; what can be pressed in it is found by its place.
#[component]
pub(super) fn Canvas(props: &Props) -> Html {
    let node = use_node_ref();
    let colours = use_mut_ref(|| None::<(Palette, String)>);
    let again = use_force_update();
    use_effect_with((), {
        let colours = colours.clone();
        move |()| {
            let listeners = theme::listen(move || {
                *colours.borrow_mut() = None;
                again.force_update();
            });
            move || drop(listeners)
        }
    });
    let Size { width, height } = props.seen.chart.size;
    let size = Size { width: width * props.seen.unit, height: height * props.seen.unit };
    let Size { width, height } = size;
    use_effect({
        let (node, seen, state) = (node.clone(), props.seen.clone(), props.state.clone());
        let (lit, lane, wrong) = (props.lit.clone(), props.lane, props.wrong);
        move || {
            let Some(canvas) = node.cast::<HtmlCanvasElement>() else { return };
            let Some(context) = fit(&canvas, size) else { return };
            let mut colours = colours.borrow_mut();
            let (palette, ink) = colours.get_or_insert_with(|| (Palette::read(&canvas), ink(&canvas)));
            let picture = Picture {
                chart: seen.chart,
                scene: &seen.scene,
                lives: &state.digest.lives,
                requests: &state.view.requests,
                wrong,
                now: state.now,
                end: state.end,
                lit: &lit,
                lane,
            };
            context.save();
            let _ = context.scale(seen.unit, seen.unit);
            paint(&context, &Colours { palette, ink }, &picture);
            context.restore();
        }
    });
    let style = format!("width:{}px;height:{}px", px(width), px(height));
    html! {
        <canvas class="pulses lanes-canvas" ref={node} {style} aria-hidden="true">
            { for Palette::CLASSES.map(|class| html! { <i {class} /> }) }
        </canvas>
    }
}

/// The colour of words.
fn ink(canvas: &HtmlCanvasElement) -> String {
    let style = window().get_computed_style(canvas).ok().flatten();
    style.and_then(|style| style.get_property_value("color").ok()).unwrap_or_default()
}

//! What moves, where much does: messages, arcs and writes on a canvas, drawn anew with every frame.

use std::rc::Rc;
use std::time::Duration;

use raftarium_sim::View;
use raftarium_sim::core::Instant;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};
use yew::prelude::*;

use super::paint::{Palette, paint};
use crate::browser::{theme, window};
use crate::geometry::ring::Ring;
use crate::geometry::trig::within;
use crate::geometry::{Size, px};
use crate::state::Selection;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) ring: Rc<Ring>,
    pub(crate) view: Rc<View>,
    pub(crate) now: Instant,
    pub(crate) selection: Selection,
    /// As long as a lease can be.
    pub(crate) longest: Duration,
}

/// A picture without anything to reach in it: what can be pressed is found by its place.
#[component]
pub(crate) fn Canvas(props: &Props) -> Html {
    let node = use_node_ref();
    let palette = use_mut_ref(|| None::<Palette>);
    let again = use_force_update();
    use_effect_with((), {
        let palette = Rc::clone(&palette);
        move |()| {
            let listeners = theme::listen(move || {
                *palette.borrow_mut() = None;
                again.force_update();
            });
            move || drop(listeners)
        }
    });
    use_effect({
        let (node, palette) = (node.clone(), Rc::clone(&palette));
        let Props { ring, view, now, selection, longest } = props;
        let (ring, view, now, selection, longest) = (Rc::clone(ring), Rc::clone(view), *now, *selection, *longest);
        move || {
            let Some(canvas) = node.cast::<HtmlCanvasElement>() else { return };
            let Some(context) = fit(&canvas, ring.size) else { return };
            let mut palette = palette.borrow_mut();
            let palette = palette.get_or_insert_with(|| Palette::read(&canvas));
            paint(&context, palette, &ring, &view, now, selection, longest);
        }
    });
    let Size { width, height } = props.ring.size;
    let style = format!("width:{}px;height:{}px", px(width), px(height));
    // The colours are the style sheet's: each is the colour of an element in here, which is never seen.
    html! {
        <canvas class="pulses" ref={node} {style} aria-hidden="true">
            { for Palette::CLASSES.map(|class| html! { <i {class} /> }) }
        </canvas>
    }
}

/// The context of `canvas`, emptied, with a unit to a pixel of the page, and as sharp as the screen.
pub(in crate::parts) fn fit(canvas: &HtmlCanvasElement, size: Size) -> Option<CanvasRenderingContext2d> {
    let sharp = within(window().device_pixel_ratio(), 1.0, 3.0);
    let (width, height) = ((size.width * sharp) as u32, (size.height * sharp) as u32);
    let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    if (canvas.width(), canvas.height()) == (width, height) {
        context.clear_rect(0.0, 0.0, size.width, size.height);
    } else {
        // Also empties it.
        canvas.set_width(width);
        canvas.set_height(height);
        context.scale(sharp, sharp).ok()?;
        context.set_line_cap("round");
    }
    Some(context)
}

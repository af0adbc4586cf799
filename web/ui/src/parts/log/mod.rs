//! The logs, side by side: what it leads to.

mod cell;
mod rows;

use std::rc::Rc;

use raftarium_sim::View;
use raftarium_sim::core::{LogIndex, NodeId};
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use self::rows::Rows;
use super::machines::switch;
use super::{use_dispatch, use_side};
use crate::browser::size::use_size;
use crate::browser::{element, focus, is_high, is_tall, wishes};
use crate::geometry::Size;
use crate::show::grid::{Grid, Metrics, Overwritten, Window, last_index};
use crate::state::{Action, Entry, Selection, Side};

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) view: Rc<View>,
    pub(crate) selection: Selection,
    /// What has just been erased.
    pub(crate) gone: Rc<Vec<Overwritten>>,
    /// Whether there is much besides, so that rows are low.
    pub(crate) low: bool,
}

/// How far the logs are scrolled, in steps.
#[derive(Clone, Copy, PartialEq)]
struct Scrolled {
    left: f64,
    top: f64,
    /// Whether the newest entries stay in sight.
    follows: bool,
}

/// A row for each server, a column for each index.
#[component]
pub(crate) fn Log(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let side = use_side();
    let node = use_node_ref();
    let frame = use_size(node.clone()).unwrap_or(Size { width: 540.0, height: 260.0 });
    let scrolled = use_state_eq(|| Scrolled { left: 0.0, top: 0.0, follows: true });
    let current = use_state_eq(|| Entry { server: NodeId(1), index: LogIndex(1) });
    // The place that the keys went to; it takes the focus once it is drawn.
    let wanted = use_mut_ref(|| None::<Entry>);

    let (count, last) = (props.view.servers.len(), last_index(&props.view));
    let metrics = Metrics::of(&props.view, is_tall(), props.low || wishes::is_large() && !is_high());
    let left = (!scrolled.follows).then_some(scrolled.left);
    // As many rows as there are stay in sight: the frame is no higher than they are.
    let window = Window::new(metrics, frame, (left, scrolled.top), count, last);
    let grid = Grid::new(&props.view, metrics, window, &props.gone);
    let reachable = Some(*current)
        .filter(|entry| grid.has(entry.server, entry.index))
        .or_else(|| grid.first().map(|(server, index)| Entry { server, index }));

    use_effect_with(
        (node.clone(), last, metrics, frame.width, scrolled.follows),
        |(node, last, metrics, width, follows)| {
            if let (Some(scroll), true) = (node.cast::<Element>(), follows) {
                scroll.set_scroll_left(metrics.newest(*width, *last).ceil() as i32);
            }
        },
    );
    use_effect({
        let wanted = Rc::clone(&wanted);
        move || {
            let place = *wanted.borrow();
            if let Some(id) = place.map(|place| side.id(&cell::id(place))).filter(|id| element(id).is_some()) {
                focus(&id);
                *wanted.borrow_mut() = None;
            }
        }
    });

    let onscroll = {
        let (node, scrolled) = (node.clone(), scrolled.setter());
        Callback::from(move |_: Event| {
            if let Some(scroll) = node.cast::<HtmlElement>() {
                let (left, top) = (f64::from(scroll.scroll_left()), f64::from(scroll.scroll_top()));
                let follows = left >= metrics.newest(f64::from(scroll.client_width()), last) - metrics.column;
                // A step is a cell: what is drawn changes no more often.
                let step = |at: f64, size: f64| (at / size).floor() * size;
                scrolled.set(Scrolled { left: step(left, metrics.column), top: step(top, metrics.row), follows });
            }
        })
    };
    let onclick = {
        let (dispatch, current) = (dispatch.clone(), current.setter());
        Callback::from(move |event: MouseEvent| {
            if let Some(entry) = pressed(&event) {
                current.set(entry);
                dispatch.emit(Action::Select(Selection::Entry(entry)));
            }
        })
    };
    let onkeydown = {
        let (node, view, current, scrolled) =
            (node.clone(), Rc::clone(&props.view), current.setter(), scrolled.setter());
        Callback::from(move |event: KeyboardEvent| {
            let Some(from) = pressed(&event) else { return };
            let Some(to) = step(&view, from, &event.key()) else { return };
            event.prevent_default();
            current.set(to);
            *wanted.borrow_mut() = Some(to);
            if let Some(scroll) = node.cast::<HtmlElement>() {
                let (left, top) = uncover(&scroll, metrics, to);
                scroll.set_scroll_left(left as i32);
                scroll.set_scroll_top(top as i32);
                scrolled.set(Scrolled { left, top, follows: false });
            }
        })
    };
    let newest = {
        let scrolled = scrolled.clone();
        Callback::from(move |_: MouseEvent| scrolled.set(Scrolled { follows: true, ..*scrolled }))
    };
    let selected = match props.selection {
        Selection::Entry(entry) => Some(entry),
        Selection::Nothing | Selection::Server(_) | Selection::Link(..) | Selection::Packet(_) => None,
    };
    html! {
        <section class={classes!("panel", "log", side.class())} aria-labelledby={side.id("log-title")}>
            <div class="head">
                <h2 id={side.id("log-title")}>{ side.title("Log") }</h2>
                if side == Side::Only {
                    { switch(&dispatch, false) }
                }
                if !scrolled.follows {
                    <button type="button" class="button small" onclick={newest}>{ format!("to the newest, {last}") }</button>
                }
                { legend() }
            </div>
            <div class="scroll" ref={node} tabindex="0" role="region" aria-label={side.name("Log entries")} {onscroll} {onclick} {onkeydown}>
                <Rows {grid} {selected} {reachable} />
            </div>
        </section>
    }
}

fn legend() -> Html {
    const KEYS: [(&str, &str); 6] = [
        ("committed", "committed"),
        ("", "not yet"),
        ("volatile", "not on disk"),
        ("dot", "applied"),
        ("match", "match"),
        ("next", "next"),
    ];
    let keys = KEYS.map(|(class, words)| html! { <span><span class={classes!("swatch", class)} />{ words }</span> });
    html! { <p class="legend" aria-hidden="true">{ for keys }</p> }
}

/// The entry whose cell an event is about.
fn pressed(event: &Event) -> Option<Entry> {
    let button = event.target_dyn_into::<Element>()?.closest("button").ok()??;
    cell::entry(Side::without(&button.id()))
}

/// Where a key leads from an entry: to one that exists.
fn step(view: &View, from: Entry, key: &str) -> Option<Entry> {
    let at = usize::try_from(from.server.0).ok()?.checked_sub(1)?;
    let (row, index) = match key {
        "ArrowRight" => (at, from.index.0 + 1),
        "ArrowLeft" => (at, from.index.0.saturating_sub(1)),
        "ArrowDown" => (at + 1, from.index.0),
        "ArrowUp" => (at.checked_sub(1)?, from.index.0),
        "Home" => (at, 0),
        "End" => (at, u64::MAX),
        _ => return None,
    };
    let server = view.servers.get(row)?;
    let (first, last) = (server.log.first()?.id.index.0, server.log.last()?.id.index.0);
    let index = if matches!(key, "Home" | "End") { index.clamp(first, last) } else { index };
    (first..=last).contains(&index).then_some(Entry { server: server.id, index: LogIndex(index) })
}

/// How far to scroll so that the cell of `entry` is seen.
fn uncover(scroll: &HtmlElement, metrics: Metrics, entry: Entry) -> (f64, f64) {
    let Metrics { density: _, column, row, head, side } = metrics;
    let along = |at: f64, shown: f64, start: f64, size: f64| {
        if start < at { start } else { at.max(start + size - shown) }
    };
    let (width, height) = (f64::from(scroll.client_width()) - side, f64::from(scroll.client_height()) - head);
    let (x, y) = ((entry.index.0.saturating_sub(1)) as f64 * column, (entry.server.0.saturating_sub(1)) as f64 * row);
    let (left, top) = (f64::from(scroll.scroll_left()), f64::from(scroll.scroll_top()));
    (along(left, width, x, column), along(top, height, y, row))
}

//! The links between servers.

use std::rc::Rc;

use raftarium_sim::core::NodeId;
use yew::prelude::*;

use super::super::{use_dispatch, use_side};
use crate::browser::focus;
use crate::geometry::ring::Ring;
use crate::geometry::{Point, between_rims, px};
use crate::show::carries::{Oddity, Odds, Way};
use crate::show::names::{self, LinkState};
use crate::show::reach::Reach;
use crate::state::{Action, Selection};

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) ring: Rc<Ring>,
    pub(crate) reach: Rc<Reach>,
    /// How they carry, where that is not as at first.
    pub(crate) odds: Rc<Odds>,
    pub(crate) selection: Selection,
    /// Whose links are shown, where there are too many to show them all.
    pub(crate) of: Option<NodeId>,
    /// Whether a line shows what is cut, so that the links need not.
    pub(crate) parted: bool,
}

/// All links. One of them can be reached by Tab, the others from there with the arrow keys.
#[component]
pub(crate) fn Links(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let side = use_side();
    let current = use_state_eq(|| 0_usize);
    let servers: Vec<(NodeId, Point)> = (1..).map(NodeId).zip(props.ring.servers.iter().copied()).collect();
    let pairs: Vec<_> = servers
        .iter()
        .enumerate()
        .flat_map(|(at, &one)| servers.iter().skip(at + 1).map(move |&other| (one, other)))
        .filter(|((a, _), (b, _))| {
            // What is cut is never left out, unless a line shows it.
            let cut = || !props.parted && LinkState::in_reach(&props.reach, *a, *b) != LinkState::Connected;
            props.of.is_none_or(|of| of == *a || of == *b) || cut()
        })
        .collect();
    let ids: Rc<[String]> = pairs.iter().map(|((a, _), (b, _))| side.id(&format!("link-{}-{}", a.0, b.0))).collect();
    let reachable = (*current).min(pairs.len().saturating_sub(1));
    let links = pairs.iter().enumerate().map(|(at, &((a, from), (b, to)))| {
        let state = LinkState::in_reach(&props.reach, a, b);
        let toggle = {
            let (dispatch, current) = (dispatch.clone(), current.setter());
            move || {
                current.set(at);
                dispatch.emit(Action::CutOrHeal(a, b));
            }
        };
        let onclick = {
            let toggle = toggle.clone();
            Callback::from(move |_: MouseEvent| toggle())
        };
        let onkeydown = {
            let (current, ids) = (current.setter(), Rc::clone(&ids));
            Callback::from(move |event: KeyboardEvent| {
                let next = match event.key().as_str() {
                    "Enter" | " " => {
                        event.prevent_default();
                        return toggle();
                    }
                    "ArrowRight" | "ArrowDown" => (at + 1) % ids.len(),
                    "ArrowLeft" | "ArrowUp" => (at + ids.len() - 1) % ids.len(),
                    _ => return,
                };
                event.prevent_default();
                current.set(next);
                ids.get(next).into_iter().for_each(|id| focus(id));
            })
        };
        let reach = props.ring.radius + props.ring.arc();
        let (start, end) = between_rims(from, reach, to, reach);
        let (x1, y1, x2, y2) = (px(start.x), px(start.y), px(end.x), px(end.y));
        let line = |class: &'static str| {
            html! { <line {class} x1={x1.clone()} y1={y1.clone()} x2={x2.clone()} y2={y2.clone()} /> }
        };
        let cut = state != LinkState::Connected;
        let selected = props.selection == Selection::link(a, b);
        html! {
            <g
                key={ids[at].clone()}
                id={ids[at].clone()}
                class={classes!("link", cut.then_some("cut"), props.parted.then_some("parted"), selected.then_some("selected"))}
                role="button"
                tabindex={if at == reachable { "0" } else { "-1" }}
                aria-label={format!("{}{}", names::link(state, a, b), props.odds.words(a, b))}
                {onclick}
                {onkeydown}
            >
                { line("hit") }
                { line("glow") }
                { line("line") }
                { mark(state, start, end) }
                if !props.ring.many {
                    { odd(props.odds.of(a, b), cut, start, end) }
                }
            </g>
        }
    });
    html! { <g>{ for links }</g> }
}

/// A cross in the middle of a cut link; near one end of a link that is cut one way, where nothing arrives any more.
fn mark(state: LinkState, start: Point, end: Point) -> Html {
    let part = match state {
        LinkState::Connected => return Html::default(),
        LinkState::CutThere => 0.75,
        LinkState::CutBack => 0.25,
        LinkState::Cut => 0.5,
    };
    let Point { x, y } = start.toward(end, part);
    let d = format!("M{} {}l9 9m0 -9l-9 9", px(x - 4.5), px(y - 4.5));
    html! { <path class="cross" {d} /> }
}

/// What the link does to messages, beside its middle; near the end where they arrive, if it does so one way.
fn odd(odd: &[(Oddity, Way)], cut: bool, start: Point, end: Point) -> Html {
    /// From one to the next, in pixels.
    const STEP: f64 = 17.0;
    let along = start.direction(end);
    let mut counts = [usize::from(cut); 3];
    let marks = odd.iter().map(|(oddity, way)| {
        // Not in the very middle, where links cross each other.
        let (part, count) = match way {
            Way::There => (0.7, &mut counts[0]),
            Way::Back => (0.3, &mut counts[1]),
            Way::Both => (0.43, &mut counts[2]),
        };
        // Two by two to both sides, so that they stay together.
        let side = if *count % 2 == 0 { 1.0 } else { -1.0 };
        let Point { x, y } = start.toward(end, part).along(along, side * STEP * count.div_ceil(2) as f64);
        *count += 1;
        let class = if oddity.is_bad() { "badge bad" } else { "badge" };
        html! {
            <g {class} transform={format!("translate({} {})", px(x), px(y))}>
                <circle r="7.5" />
                <path d={oddity.path()} />
            </g>
        }
    });
    html! { <>{ for marks }</> }
}

//! The servers: role is shape, colour is term.

use std::rc::Rc;

use raftarium_sim::core::NodeId;
use yew::prelude::*;

use super::super::{use_dispatch, use_side};
use crate::browser::focus;
use crate::geometry::ring::Ring;
use crate::geometry::trig::within;
use crate::geometry::{Point, px, px_hundredths};
use crate::show::disc::{Badge, Disc};
use crate::show::term;
use crate::state::{Action, Selection};

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) ring: Rc<Ring>,
    pub(crate) discs: Vec<Disc>,
    pub(crate) selected: Option<NodeId>,
}

/// All servers. One of them can be reached by Tab, the others from there with the arrow keys.
#[component]
pub(crate) fn Servers(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let side = use_side();
    let current = use_state_eq(|| 0_usize);
    let count = props.discs.len();
    let reachable = props.selected.map_or(*current, |id| id.0 as usize - 1).min(count.saturating_sub(1));
    let servers = props.discs.iter().zip(&props.ring.servers).enumerate().map(|(at, (server, &place))| {
        let id = server.id;
        let select = {
            let (dispatch, current) = (dispatch.clone(), current.setter());
            move || {
                current.set(at);
                dispatch.emit(Action::Select(Selection::Server(id)));
            }
        };
        let onclick = {
            let select = select.clone();
            Callback::from(move |_: MouseEvent| select())
        };
        let current = current.setter();
        let onkeydown = Callback::from(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "Enter" | " " => {
                    event.prevent_default();
                    return select();
                }
                "ArrowRight" | "ArrowDown" => (at + 1) % count,
                "ArrowLeft" | "ArrowUp" => (at + count - 1) % count,
                _ => return,
            };
            event.prevent_default();
            current.set(next);
            focus(&side.id(&format!("server-{}", next + 1)));
        });
        let selected = props.selected == Some(id);
        let tabindex = if at == reachable { "0" } else { "-1" };
        html! {
            <g
                key={id.0}
                id={side.id(&format!("server-{}", id.0))}
                class={classes!("server", server.role, server.standing.class(), term::class(server.term), selected.then_some("selected"))}
                role="button"
                {tabindex}
                aria-label={server.name.clone()}
                aria-pressed={selected.to_string()}
                {onclick}
                {onkeydown}
            >
                { disc(server, place, &props.ring) }
            </g>
        }
    });
    // The words are beside the buttons, not in them: a button has a name that says more than they do.
    let words = props.discs.iter().zip(&props.ring.servers).map(|(server, &place)| {
        html! {
            <g key={server.id.0} class={classes!("words", server.role, server.standing.class())}>
                { words(server, place, &props.ring) }
                { label(server, place, &props.ring) }
            </g>
        }
    });
    html! { <><g>{ for servers }</g><g aria-hidden="true">{ for words }</g></> }
}

fn disc(server: &Disc, place: Point, ring: &Ring) -> Html {
    let radius = ring.radius * server.standing.scale();
    let (x, y) = (px(place.x), px(place.y));
    let circle = |class: &'static str, r: f64| html! { <circle {class} cx={x.clone()} cy={y.clone()} r={px(r)} /> };
    let heart = match (server.leads, ring.many) {
        (true, true) => (radius - 4.0).max(radius / 2.0),
        (true, false) => radius - 8.0,
        (false, _) => radius,
    };
    let (reach, halo) = if ring.many { (5.0, 5.0) } else { (16.0, 12.0) };
    html! {
        <>
            <title>{ server.name.clone() }</title>
            { circle("reach", ring.radius + reach) }
            { circle("halo", ring.radius + halo) }
            { circle("ground", radius) }
            { circle("heart", heart) }
            if term::is_hatched(server.term) {
                { circle("hatch", heart) }
            }
            { circle("rim", radius) }
            if server.candidate && !ring.many {
                { votes(server, place, radius) }
            }
            if server.candidate && ring.many {
                { share(server, place, ring) }
            }
            { badges(&server.badges, place, ring) }
        </>
    }
}

/// Name and term, inside of the ring.
fn words(server: &Disc, place: Point, ring: &Ring) -> Html {
    let radius = ring.radius;
    let text = |class: &'static str, dy: f64, words: String| {
        html! { <text {class} x={px(place.x)} y={px(place.y + dy)}>{ words }</text> }
    };
    if ring.many {
        // Where there is no room for a term, its colour is left; the name says it in full.
        let room = radius >= 13.0;
        return html! {
            <>
                { text("name", if room { 0.0 } else { radius * 0.25 }, server.id.to_string()) }
                if room {
                    { text("term", radius * 0.55, format!("t{}", server.term)) }
                }
            </>
        };
    }
    // On a small disc the term is only a number: the colour says what it is, and the name says it in full.
    let term = if radius < 28.0 { format!("t{}", server.term) } else { format!("term {}", server.term) };
    // Where there is no room for it outside, the vote is inside.
    let vote = server.vote.filter(|_| ring.crowded && radius >= 28.0 && !server.leads && !server.candidate);
    let up = if server.candidate || vote.is_some() { radius * 0.17 } else { 0.0 };
    html! {
        <>
            { text("name", radius * -0.02 - up, server.id.to_string()) }
            { text("term", radius * 0.4 - up, term) }
            if let Some(vote) = vote {
                { text("term", radius * 0.6, format!("vote {vote}")) }
            }
        </>
    }
}

/// A dot for each voter that has answered a candidate: filled if it granted its vote.
fn votes(server: &Disc, place: Point, radius: f64) -> Html {
    let step = (radius * 1.3 / server.votes.len().max(3) as f64).min(11.0);
    let width = step * server.votes.len().saturating_sub(1) as f64;
    let dots = server.votes.iter().enumerate().map(|(at, granted)| {
        let (x, y) = (place.x - width / 2.0 + step * at as f64, place.y + radius * 0.56);
        let class = if *granted { "vote granted" } else { "vote" };
        html! { <circle {class} cx={px(x)} cy={px(y)} r={px((step * 0.36).min(4.0))} /> }
    });
    html! { <>{ for dots }</> }
}

/// The part of all servers that has granted its vote, as an arc: dots would be too many.
fn share(server: &Disc, place: Point, ring: &Ring) -> Html {
    let granted = server.votes.iter().filter(|granted| **granted).count();
    let (x, y) = (px(place.x), px(place.y));
    html! {
        <circle
            class="share"
            cx={x.clone()}
            cy={y.clone()}
            r={px((ring.radius - 3.0).max(1.0))}
            pathLength={ring.servers.len().to_string()}
            stroke-dasharray={format!("{granted} {}", ring.servers.len())}
            transform={format!("rotate(-90 {x} {y})")}
        />
    }
}

/// What is unusual, around the rim from the upper right downwards.
fn badges(badges: &[Badge], place: Point, ring: &Ring) -> Html {
    const STEP: f64 = 0.55;
    let (size, most) = if ring.many {
        (ring.radius / 30.0, 2)
    } else if ring.crowded {
        (0.85, 4)
    } else {
        (1.0, 4)
    };
    let badges = badges.iter().take(most).enumerate().map(|(at, badge)| {
        let spot = place.on_ellipse(ring.radius, ring.radius, -0.78 + STEP * at as f64);
        let class = if badge.is_bad() { "badge bad" } else { "badge" };
        html! {
            <g {class} transform={format!("translate({} {}) scale({})", px(spot.x), px(spot.y), px_hundredths(size))}>
                <circle r="9" />
                <path d={badge.path()} />
            </g>
        }
    });
    html! { <>{ for badges }</> }
}

/// Role and vote, outside of the ring.
fn label(server: &Disc, place: Point, ring: &Ring) -> Html {
    let words = server.standing.words();
    if ring.many || ring.crowded && server.role == "follower" && words.is_none() {
        return Html::default();
    }
    let role = words.filter(|_| server.role == "follower").unwrap_or(server.role);
    let mut lines = vec![role.to_owned()];
    if let Some(vote) = server.vote.filter(|_| !(ring.crowded || ring.low && ring.large)) {
        let vote = format!("voted {vote}");
        if ring.tight { lines.push(vote) } else { lines[0] = format!("{} · {vote}", lines[0]) }
    }
    // A lone line stands right over its disc.
    let skipped = if ring.tight && ring.is_upper(place) { 2 - lines.len() } else { 0 };
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let lines = lines.into_iter().enumerate().map(|(at, line)| {
        let (x, y) = label_side(place, ring, at + skipped, longest);
        html! { <text class="label" x={px(x)} y={px(y)}>{ line }</text> }
    });
    html! { <>{ for lines }</> }
}

/// Where the line `at` of what is written beside a server goes: over it in the upper half, under it in the lower. A line of
/// `characters` stays in the picture.
pub(super) fn label_side(place: Point, ring: &Ring, at: usize, characters: usize) -> (f64, f64) {
    let scale = ring.label_scale();
    let height = 13.5 * scale;
    let lines = if ring.low || ring.crowded && !ring.tight { 1.0 } else { 2.0 };
    let top = if ring.is_upper(place) {
        place.y - ring.radius - 18.0 - height * (lines - 1.0)
    } else {
        place.y + ring.radius + 16.0 + 11.0 * scale
    };
    let half = characters as f64 * 3.4 * scale + 4.0;
    let x = within(place.x, half.min(ring.size.width / 2.0), (ring.size.width - half).max(ring.size.width / 2.0));
    (x, top + height * at as f64)
}

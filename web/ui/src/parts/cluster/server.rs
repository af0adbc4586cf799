//! The servers: role is shape, colour is term.

use std::rc::Rc;

use raftarium_sim::core::{NodeId, Role};
use raftarium_sim::{ServerView, View};
use yew::prelude::*;

use super::super::use_dispatch;
use crate::browser::focus;
use crate::geometry::ring::Ring;
use crate::geometry::{Point, px};
use crate::show::verbs::Subject;
use crate::show::{names, term};
use crate::state::{Action, Selection};

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) ring: Rc<Ring>,
    pub(crate) view: Rc<View>,
    pub(crate) selected: Option<NodeId>,
}

/// All servers. One of them can be reached by Tab, the others from there with the arrow keys.
#[component]
pub(crate) fn Servers(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let current = use_state_eq(|| 0_usize);
    let count = props.view.servers.len();
    let reachable = props.selected.map_or(*current, |id| id.0 as usize - 1).min(count.saturating_sub(1));
    let servers = props.view.servers.iter().zip(&props.ring.servers).enumerate().map(|(at, (server, &place))| {
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
            focus(&format!("server-{}", next + 1));
        });
        let selected = props.selected == Some(id);
        let tabindex = if at == reachable { "0" } else { "-1" };
        html! {
            <g
                key={id.0}
                id={format!("server-{id_number}", id_number = id.0)}
                class={classes!("server", names::role(server), term::class(server.term), selected.then_some("selected"))}
                data-subject={Subject::Server(id).mark()}
                role="button"
                {tabindex}
                aria-label={names::server(&props.view, server)}
                aria-pressed={selected.to_string()}
                {onclick}
                {onkeydown}
            >
                { disc(server, place, &props.ring) }
            </g>
        }
    });
    // The words are beside the buttons, not in them: a button has a name that says more than they do.
    let words = props.view.servers.iter().zip(&props.ring.servers).map(|(server, &place)| {
        html! {
            <g key={server.id.0} class={classes!("words", names::role(server))}>
                { words(server, place, &props.ring) }
                { label(server, place, &props.ring) }
            </g>
        }
    });
    html! { <><g>{ for servers }</g><g aria-hidden="true">{ for words }</g></> }
}

fn disc(server: &ServerView, place: Point, ring: &Ring) -> Html {
    let radius = ring.radius;
    let (x, y) = (px(place.x), px(place.y));
    let circle = |class: &'static str, r: f64| html! { <circle {class} cx={x.clone()} cy={y.clone()} r={px(r)} /> };
    let leads = server.role == Some(Role::Leader);
    html! {
        <>
            { circle("reach", radius + 16.0) }
            { circle("halo", radius + 12.0) }
            { circle("ground", radius) }
            { circle("heart", if leads { radius - 8.0 } else { radius }) }
            if term::is_hatched(server.term) {
                { circle("hatch", if leads { radius - 8.0 } else { radius }) }
            }
            { circle("rim", radius) }
            if names::is_candidate(server) {
                { votes(server, place, radius) }
            }
        </>
    }
}

/// Name and term, inside of the ring.
fn words(server: &ServerView, place: Point, ring: &Ring) -> Html {
    let radius = ring.radius;
    let text = |class: &'static str, dy: f64, words: String| {
        html! { <text {class} x={px(place.x)} y={px(place.y + dy)}>{ words }</text> }
    };
    // On a small disc the term is only a number: the colour says what it is, and the name says it in full.
    let term = if radius < 28.0 { format!("t{}", server.term) } else { format!("term {}", server.term) };
    let candidate = names::is_candidate(server);
    // Where there is no room for it outside, the vote is inside.
    let vote =
        server.vote.filter(|_| ring.crowded && radius >= 28.0 && server.role != Some(Role::Leader) && !candidate);
    let up = if candidate || vote.is_some() { radius * 0.17 } else { 0.0 };
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
fn votes(server: &ServerView, place: Point, radius: f64) -> Html {
    let step = (radius * 1.3 / server.votes.len().max(3) as f64).min(11.0);
    let width = step * server.votes.len().saturating_sub(1) as f64;
    let dots = server.votes.iter().enumerate().map(|(at, vote)| {
        let (x, y) = (place.x - width / 2.0 + step * at as f64, place.y + radius * 0.56);
        let class = if vote.granted { "vote granted" } else { "vote" };
        html! { <circle {class} cx={px(x)} cy={px(y)} r={px((step * 0.36).min(4.0))} /> }
    });
    html! { <>{ for dots }</> }
}

/// Role and vote, outside of the ring.
fn label(server: &ServerView, place: Point, ring: &Ring) -> Html {
    if ring.crowded && server.role == Some(Role::Follower) {
        return Html::default();
    }
    let mut lines = vec![names::role(server).to_owned()];
    if let Some(vote) = server.vote.filter(|_| !ring.crowded) {
        let vote = format!("voted {vote}");
        if ring.tight { lines.push(vote) } else { lines[0] = format!("{} · {vote}", lines[0]) }
    }
    let scale = ring.type_scale();
    let height = 13.0 * scale;
    let top = if ring.is_upper(place) {
        place.y - ring.radius - 19.0 - height * (lines.len() - 1) as f64
    } else {
        place.y + ring.radius + 17.0 + 11.0 * scale
    };
    // A label stays in the picture, however wide it is.
    let half = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0) as f64 * 3.4 * scale + 4.0;
    let x = place.x.clamp(half.min(ring.size.width / 2.0), (ring.size.width - half).max(ring.size.width / 2.0));
    let lines = lines.into_iter().enumerate().map(|(at, line)| {
        html! { <text class="label" x={px(x)} y={px(top + height * at as f64)}>{ line }</text> }
    });
    html! { <>{ for lines }</> }
}

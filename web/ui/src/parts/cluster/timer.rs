//! What runs down beside the servers, and what their disks do: drawn with every frame.

use std::time::Duration;

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::{ServerView, View};
use yew::prelude::*;

use super::server::label_side;
use crate::geometry::ring::Ring;
use crate::geometry::{Point, px};
use crate::show::term;
use crate::show::wait::{WHOLE, class, lease, wait};

/// All arcs, and the writes that are under way. `longest` is as long as a lease can be.
pub(super) fn timers(ring: &Ring, view: &View, now: Instant, longest: Duration) -> Html {
    let arcs = view.servers.iter().zip(&ring.servers).map(|(server, &place)| {
        let wait = wait(server, now);
        html! {
            <g key={server.id.0} class={term::class(server.term)}>
                { wait.as_ref().map(|wait| arc(class(wait.timer), place, ring.radius + ring.arc(), ring.steady(wait.left))) }
                { lease(server, now, longest).map(|left| arc("lease", place, ring.radius - 5.5, ring.steady(left))) }
                { disk(server, place, ring.radius) }
                if let Some(wait) = wait.filter(|_| ring.has_room_for_waits()) {
                    { words(server.id, wait.words, place, ring) }
                }
            </g>
        }
    });
    html! { <g class="timers" aria-hidden="true">{ for arcs }</g> }
}

/// An arc from the top, clockwise.
fn arc(class: &'static str, place: Point, radius: f64, left: u64) -> Html {
    let (x, y) = (px(place.x), px(place.y));
    html! {
        <circle
            {class}
            cx={x.clone()}
            cy={y.clone()}
            r={px(radius)}
            pathLength={WHOLE.to_string()}
            stroke-dasharray={format!("{left} {WHOLE}")}
            transform={format!("rotate(-90 {x} {y})")}
        />
    }
}

/// What is waited for, under the role or over it.
fn words(id: NodeId, words: String, place: Point, ring: &Ring) -> Html {
    let (x, y) = label_side(place, ring, 1, words.chars().count());
    html! { <text key={id.0} class="wait" x={px(x)} y={px(y)}>{ words }</text> }
}

/// A small disk at the rim as long as something is written, with the number of writes.
fn disk(server: &ServerView, place: Point, radius: f64) -> Html {
    if server.writes == 0 {
        return Html::default();
    }
    let (x, y) = (place.x - radius * 0.78, place.y + radius * 0.78);
    html! {
        <g class="disk" transform={format!("translate({} {})", px(x), px(y))}>
            <path d="M-6 -4.5V4.5C-6 7.5 6 7.5 6 4.5V-4.5C6 -7.5 -6 -7.5 -6 -4.5C-6 -1.5 6 -1.5 6 -4.5" />
            if server.writes > 1 {
                <text y="4.6">{ server.writes }</text>
            }
        </g>
    }
}

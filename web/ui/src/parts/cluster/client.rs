//! The clients, outside of the ring, with what they asked last.

use raftarium_sim::{ClientId, Request, View};
use yew::prelude::*;

use crate::geometry::ring::{CLIENT_HALF, Ring};
use crate::geometry::{between_rims, px};
use crate::show::request::{Standing, asked, standing};
use crate::show::verbs::Subject;

/// All clients. What they asked is in the list of requests too, so a screen reader need not hear of it here.
pub(super) fn clients(ring: &Ring, view: &View) -> Html {
    let clients = ring.clients.iter().zip(1..).map(|(&place, number)| {
        let client = ClientId(number);
        let last = view.requests.iter().rev().find(|request| request.client == client);
        let (half_width, half_height) = CLIENT_HALF;
        let (x, y) = (place.x - half_width, place.y - half_height);
        // Where there is no room for more, only what became of it.
        let short = ring.many && ring.tight || ring.clients.len() > 4;
        let words = last.map(|request| {
            let standing = standing(request);
            (
                standing,
                if short { standing.mark().to_owned() } else { caption(request, if ring.tight { 10 } else { 16 }) },
            )
        });
        let left = place.x < ring.centre.x;
        let upper = ring.is_upper(place);
        let caption = words.map(|(standing, words)| {
            // Beside the box at the top, where the way to a server leaves downwards; above it at the bottom.
            let outer = if left { x } else { place.x + half_width };
            let inner = if left { place.x + half_width + 7.0 } else { x - 7.0 };
            let (x, y) = if upper { (inner, place.y + 4.0) } else { (outer, y - 7.0) };
            let class = classes!("caption", standing.class(), (!left).then_some("end"));
            html! { <text {class} x={px(x)} y={px(y)}>{ words }</text> }
        });
        html! {
            <g key={number} class="client" data-subject={Subject::Client(client).mark()}>
                { last.map(|request| way(ring, request, place)) }
                <rect x={px(x)} y={px(y)} width={px(half_width * 2.0)} height={px(half_height * 2.0)} rx="7" />
                <text class="name" x={px(place.x)} y={px(place.y + 4.5)}>{ client.to_string() }</text>
                { caption }
            </g>
        }
    });
    html! { <g class="clients" aria-hidden="true">{ for clients }</g> }
}

/// `put y=7 …`, in not many more than `most` characters.
fn caption(request: &Request, most: usize) -> String {
    let asked = asked(&request.op);
    let asked =
        if asked.chars().count() > most { asked.chars().take(most - 1).chain(['…']).collect() } else { asked };
    format!("{asked} {}", standing(request).mark())
}

/// A dotted line to the server that is asked, as long as no answer has come.
fn way(ring: &Ring, request: &Request, client: crate::geometry::Point) -> Html {
    if standing(request) != Standing::Waiting {
        return Html::default();
    }
    let at = (request.server.0 as usize).checked_sub(1);
    let Some(&server) = at.and_then(|at| ring.servers.get(at)) else { return Html::default() };
    let (start, end) = between_rims(client, CLIENT_HALF.1 + 4.0, server, ring.radius + 14.0);
    html! { <line class="way" x1={px(start.x)} y1={px(start.y)} x2={px(end.x)} y2={px(end.y)} /> }
}

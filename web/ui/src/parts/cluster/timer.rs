//! The arcs that run down until a server acts by itself.

use raftarium_sim::View;
use raftarium_sim::core::{Instant, Timer};
use yew::prelude::*;

use crate::geometry::px;
use crate::geometry::ring::Ring;

/// How an arc is measured: a whole one has this length.
const WHOLE: u64 = 1_000;

/// All arcs.
pub(super) fn timers(ring: &Ring, view: &View, now: Instant) -> Html {
    let arcs = view.servers.iter().zip(&ring.servers).filter_map(|(server, place)| {
        let deadline = server.deadline?;
        let whole = deadline.at.since(deadline.since).as_micros().max(1);
        let left = deadline.at.since(now).as_micros().min(whole) * u128::from(WHOLE) / whole;
        let class = match deadline.timer {
            Timer::Election => "timer election",
            Timer::Heartbeat | Timer::CheckQuorum | Timer::Read | Timer::Transfer | Timer::Forward => "timer heartbeat",
        };
        let (x, y) = (px(place.x), px(place.y));
        Some(html! {
            <circle
                key={server.id.0}
                {class}
                cx={x.clone()}
                cy={y.clone()}
                r={px(ring.radius + 7.0)}
                pathLength={WHOLE.to_string()}
                stroke-dasharray={format!("{left} {WHOLE}")}
                transform={format!("rotate(-90 {x} {y})")}
            />
        })
    });
    html! { <g class="timers" aria-hidden="true">{ for arcs }</g> }
}

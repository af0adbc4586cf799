//! The clients' history: a lane for each, a bar from each call to its answer.

use raftarium_sim::core::Instant;
use raftarium_sim::{ClientId, RequestId, View};
use yew::prelude::*;

use crate::browser::is_narrow;
use crate::geometry::px;
use crate::show::lanes::{Room, bars};
use crate::show::term;

/// The lanes of all clients. The list of requests says the same in words.
pub(super) fn lanes(view: &View, now: Instant, clients: u32, wrong: Option<RequestId>) -> Html {
    let narrow = is_narrow();
    let lanes = (1..=clients).map(|number| {
        let client = ClientId(number);
        let bars = bars(&view.requests, client, now, narrow).into_iter().map(|bar| {
            let style = format!("left:{}%;width:{}%", px(bar.from), px(bar.width));
            let wrong = (wrong == Some(bar.id)).then_some("wrong");
            let beside = match bar.room {
                Room::Beside => Some("beside"),
                Room::Before => Some("before"),
                Room::Inside | Room::Nowhere => None,
            };
            html! {
                <div key={bar.id.0} class={classes!("call", bar.standing.class(), bar.term.map(term::class), beside, wrong)} {style} title={bar.label.clone()}>
                    if bar.room != Room::Nowhere {
                        <span>{ &bar.label }</span>
                    }
                </div>
            }
        });
        html! {
            <div key={number} class="lane">
                <span class="name">{ client.to_string() }</span>
                <div class="track">{ for bars }</div>
            </div>
        }
    });
    html! { <div class="lanes" aria-hidden="true">{ for lanes }</div> }
}

//! The cluster: what happens.

mod client;
mod cut;
mod draw;
mod link;
mod packet;
mod server;
mod timer;

use std::rc::Rc;

use raftarium_sim::core::Instant;
use raftarium_sim::{Command, View};
use yew::prelude::*;

use self::client::clients;
use self::cut::hulls;
use self::draw::{Drawn, Ground};
use self::link::Links;
use self::packet::packets;
use self::server::Servers;
use self::timer::timers;
use super::{Dispatch, on, use_dispatch};
use crate::browser::size::use_size;
use crate::geometry::partition::{borders, cut_line, groups};
use crate::geometry::ring::Ring;
use crate::geometry::{Point, px, px_hundredths};
use crate::state::{Action, Selection};

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) view: Rc<View>,
    pub(crate) now: Instant,
    /// How many clients there are.
    pub(crate) clients: u32,
    pub(crate) selection: Selection,
}

/// The ring of servers, with everything that goes on between them.
#[component]
pub(crate) fn Cluster(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let node = use_node_ref();
    let size = use_size(node.clone());
    let drawn = use_state_eq(|| None::<Drawn>);
    let servers = props.view.servers.len();
    let ring = use_memo((size, servers, props.clients), |&(size, servers, clients)| {
        size.map(|size| Rc::new(Ring::new(size, servers, clients as usize)))
    });
    let picture = ring.as_ref().as_ref().map(|ring| {
        let (view, selection) = (&props.view, props.selection);
        let groups = groups(view);
        let borders = borders(&groups, servers);
        let line = borders.as_ref().and_then(|borders| cut_line(ring, borders));
        let parted = line.is_some();
        let handle = line.as_ref().map_or(Point::new(ring.size.width - 44.0, ring.size.height - 24.0), |line| line.handle);
        html! {
            <>
                <svg
                    class={classes!("ring", ring.tight.then_some("tight"))}
                    viewBox={format!("0 0 {} {}", px(ring.size.width), px(ring.size.height))}
                    style={format!("--scale:{}", px_hundredths(ring.type_scale()))}
                    role="group"
                    aria-label="Servers and links"
                >
                    <defs>
                        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                            <rect class="stripe" width="2" height="6" />
                        </pattern>
                    </defs>
                    <Ground ring={Rc::clone(ring)} view={Rc::clone(view)} drawn={drawn.clone()} />
                    if parted {
                        { hulls(ring, view, &groups) }
                    }
                    { cut::cut_line(line.as_ref()) }
                    <Servers ring={Rc::clone(ring)} view={Rc::clone(view)} selected={selection.server()} />
                    <Links ring={Rc::clone(ring)} view={Rc::clone(view)} {selection} {parted} />
                    { timers(ring, view, props.now) }
                    { clients(ring, view) }
                    { packets(&dispatch, ring, view, props.now, selection) }
                    if let Some(drawn) = &*drawn {
                        { draw::line(drawn) }
                    }
                </svg>
                if !view.cuts.is_empty() {
                    { heal_button(&dispatch, handle, ring.size.width) }
                }
            </>
        }
    });
    html! {
        <section class="panel cluster" id="cluster" data-subject="cluster" tabindex="-1" aria-labelledby="cluster-title">
            <div class="head">
                <h2 id="cluster-title">{ "Cluster" }</h2>
                <p class="hint">{ "draw a line to partition · press a server, a link or a message" }</p>
            </div>
            <div class="stage" ref={node}>{ picture }</div>
        </section>
    }
}

/// Mends all links; it stays at the end of the cut as long as there is one.
fn heal_button(dispatch: &Dispatch, at: Point, width: f64) -> Html {
    // A window may be narrower than the button.
    let x = at.x.min(width - 34.0).max(34.0);
    let style = format!("left:{}px;top:{}px", px(x), px(at.y.max(16.0)));
    html! {
        <button type="button" class="heal" {style} aria-label="Heal all links" aria-keyshortcuts="h" onclick={on(dispatch, Action::Do(Command::HealAll))}>
            { "heal" }
        </button>
    }
}

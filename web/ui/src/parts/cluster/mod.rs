//! The cluster: what happens.

pub(super) mod canvas;
mod client;
mod cut;
mod draw;
mod link;
mod mesh;
mod packet;
pub(super) mod paint;
mod server;
mod timer;

use std::rc::Rc;

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::{Command, Setup, View};
use yew::prelude::*;

use self::canvas::Canvas;
use self::client::clients;
use self::cut::hulls;
use self::draw::{Drawn, Ground};
use self::link::Links;
use self::mesh::Mesh;
use self::packet::packets;
use self::server::Servers;
use self::timer::timers;
use super::{Dispatch, on, use_dispatch, use_side};
use crate::browser::size::use_size;
use crate::geometry::mark::{marks, nearest};
use crate::geometry::partition::{CutLine, Group, borders, cut_line};
use crate::geometry::ring::Ring;
use crate::geometry::{Point, px, px_hundredths};
use crate::show::carries::Odds;
use crate::show::disc::{Besides, discs};
use crate::show::names;
use crate::show::reach::Reach;
use crate::state::{Action, Ease, Selection, Side};

/// How near to a message that is drawn on the canvas a press has to be, in pixels.
const PRESSED_WITHIN: f64 = 12.0;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) view: Rc<View>,
    pub(crate) now: Instant,
    pub(crate) setup: Rc<Setup>,
    pub(crate) selection: Selection,
    pub(crate) ease: Ease,
    /// Who breaks a rule on purpose.
    pub(crate) mistaken: Rc<Vec<NodeId>>,
}

/// The ring of servers, with everything that goes on between them.
#[component]
pub(crate) fn Cluster(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let side = use_side();
    let node = use_node_ref();
    let size = use_size(node.clone());
    let drawn = use_state_eq(|| None::<Drawn>);
    let servers = props.view.servers.len();
    let ring = use_memo((size, servers, props.setup.clients, props.ease), |&(size, servers, clients, ease)| {
        size.map(|size| Rc::new(Ring::new(size, servers, clients as usize).for_whom(ease.still, ease.large)))
    });
    let cuts = use_memo((props.view.cuts.clone(), servers, Rc::clone(&ring)), |(cuts, servers, ring)| {
        Rc::new(Cuts::new(Reach::new(*servers, cuts), ring.as_ref().as_ref().map(|ring| &**ring)))
    });
    let odds = use_memo((props.view.links.clone(), props.setup.link, servers), |(links, usual, servers)| {
        Odds::new(links, usual, *servers)
    });
    let subject = use_mut_ref(|| NodeId(1));
    let onpress = use_press(props, &ring, &dispatch);
    let picture = ring.as_ref().as_ref().map(|ring| {
        let (view, selection, now) = (&props.view, props.selection, props.now);
        let Cuts { reach, groups, line } = &**cuts;
        let parted = line.is_some();
        let handle = line.as_ref().map_or(Point::new(ring.size.width - 44.0, ring.size.height - 24.0), |line| line.handle);
        let longest = props.setup.raft.election_timeout_min;
        let of = ring.many.then(|| links_of(selection, names::leader(view).map(|leader| leader.id), &mut subject.borrow_mut()));
        let besides = Besides { usual: &props.setup.disk, mistaken: &props.mistaken };
        let view_box = format!("0 0 {} {}", px(ring.size.width), px(ring.size.height));
        let links = html! { <Links ring={Rc::clone(ring)} reach={Rc::clone(reach)} odds={Rc::clone(&odds)} {selection} {parted} {of} /> };
        html! {
            <>
                if ring.many {
                    if parted {
                        <svg class="mesh" viewBox={view_box.clone()} aria-hidden="true">{ hulls(ring, view, groups) }</svg>
                    }
                    <Mesh ring={Rc::clone(ring)} reach={Rc::clone(reach)} {parted} />
                    <Canvas ring={Rc::clone(ring)} view={Rc::clone(view)} {now} {selection} {longest} />
                }
                <svg
                    class={classes!("ring", ring.tight.then_some("tight"), ring.crowded.then_some("crowded"), ring.many.then_some("many"))}
                    viewBox={view_box}
                    style={format!("--scale:{};--label:{}", px_hundredths(ring.type_scale()), px_hundredths(ring.label_scale()))}
                    role="group"
                    aria-label={side.name("Servers and links")}
                >
                    <defs>
                        <pattern id={side.id("hatch")} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                            <rect class="stripe" width="2" height="6" />
                        </pattern>
                    </defs>
                    <Ground ring={Rc::clone(ring)} view={Rc::clone(view)} drawn={drawn.clone()} {onpress} />
                    if parted && !ring.many {
                        { hulls(ring, view, groups) }
                    }
                    { cut::cut_line(line.as_ref()) }
                    // What is written beside servers lies over the ways of clients.
                    { clients(ring, view) }
                    // Where there are many, links cross discs, and lie under them.
                    if ring.many {
                        { links.clone() }
                    }
                    <Servers ring={Rc::clone(ring)} discs={discs(view, reach, &besides)} selected={selection.server()} />
                    if !ring.many {
                        { links.clone() }
                    }
                    if !ring.many {
                        { timers(ring, view, now, longest) }
                    }
                    if !ring.many {
                        { packets(&dispatch, side, ring, view, now, selection) }
                    }
                    if let Some(drawn) = &*drawn {
                        { draw::line(drawn) }
                    }
                </svg>
                if !view.cuts.is_empty() && side != Side::B {
                    { heal_button(&dispatch, handle, ring.size.width) }
                }
            </>
        }
    });
    html! {
        <section class={classes!("panel", "cluster", side.class())} id={side.id("cluster")} tabindex="-1" aria-labelledby={side.id("cluster-title")}>
            <div class="head">
                <h2 id={side.id("cluster-title")}>{ side.title("Cluster") }</h2>
                if odds.everywhere.is_empty() {
                    <p class="hint">{ "draw a line to partition · press a server, a link or a message" }</p>
                } else {
                    <p class="everywhere">{ odds.said_of_all() }</p>
                }
            </div>
            <div class="stage" ref={node}>{ picture }</div>
        </section>
    }
}

/// What is cut, and what that looks like: worked out only when a link is cut or mended.
struct Cuts {
    reach: Rc<Reach>,
    groups: Vec<Group>,
    line: Option<CutLine>,
}

impl Cuts {
    fn new(reach: Reach, ring: Option<&Ring>) -> Self {
        let groups = reach.groups();
        let line = ring.and_then(|ring| cut_line(ring, &borders(&groups, ring.servers.len())?));
        Self { reach: Rc::new(reach), groups, line }
    }
}

/// Whose links are shown: those of the selected server or of one that has the selected link, or else of who leads. Whoever
/// it was `before` stays, if the selected link is one of theirs.
fn links_of(selection: Selection, leader: Option<NodeId>, before: &mut NodeId) -> NodeId {
    *before = match selection {
        Selection::Server(id) => id,
        Selection::Link(a, b) => {
            if b == *before {
                b
            } else {
                a
            }
        }
        Selection::Nothing | Selection::Packet(_) | Selection::Entry(_) => leader.unwrap_or(*before),
    };
    *before
}

/// What a press of the background means: the message that is near, where messages are drawn on a canvas, or nothing.
#[hook]
fn use_press(props: &Props, ring: &Rc<Option<Rc<Ring>>>, dispatch: &Dispatch) -> Callback<Point> {
    let latest = use_mut_ref(|| None);
    *latest.borrow_mut() = ring.as_ref().clone().map(|ring| (Rc::clone(&props.view), ring, props.now));
    use_callback(dispatch.clone(), move |point, dispatch: &Dispatch| {
        let packet = latest
            .borrow()
            .as_ref()
            .filter(|(_, ring, _)| ring.many)
            .and_then(|(view, ring, now)| nearest(marks(view, ring, *now), point, PRESSED_WITHIN).copied());
        dispatch.emit(Action::Select(packet.map_or(Selection::Nothing, Selection::Packet)));
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Entry;
    use raftarium_sim::core::LogIndex;

    #[test]
    fn the_links_of_a_server_stay_while_one_of_them_is_selected() {
        let (leader, mut before) = (Some(NodeId(9)), NodeId(1));
        let entry = Selection::Entry(Entry { server: NodeId(3), index: LogIndex(1) });
        let cases = [
            (Selection::Nothing, 9),
            (Selection::Server(NodeId(30)), 30),
            (Selection::link(NodeId(30), NodeId(2)), 30),
            (Selection::link(NodeId(4), NodeId(7)), 4),
            (entry, 9),
        ];
        for (selection, expected) in cases {
            assert_eq!(links_of(selection, leader, &mut before), NodeId(expected), "{selection:?}");
        }
        assert_eq!(links_of(Selection::Nothing, None, &mut before), NodeId(9));
    }
}

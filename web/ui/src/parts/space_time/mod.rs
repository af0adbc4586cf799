//! The space-time diagram: who told whom what when, and what they were meanwhile.

mod canvas;
mod grips;
mod keys;
mod paint;

use std::rc::Rc;

use raftarium_sim::core::Instant;
use raftarium_sim::{Address, PacketId};
use yew::prelude::*;

use self::canvas::Canvas;
use self::grips::use_grips;
use super::icon::{Picture, icon};
use super::use_dispatch;
use crate::browser::pointing::SPEAKS_FOR_ITSELF;
use crate::browser::size::use_size;
use crate::browser::{is_high, type_scale, wishes};
use crate::geometry::chart::{Chart, Stretch};
use crate::geometry::{Point, Size, px};
use crate::show::space_time::{Scene, line_words, summary};
use crate::state::{Action, Pointed, Selection, State};

/// How near to a message a pointer has to be, in pixels.
const REACH: f64 = 7.0;
/// How much one press of a button or a key zooms, and how far one pans, as a part of what is seen.
const ZOOM: f64 = 0.7;
const PAN: f64 = 0.15;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) state: State,
}

/// A diagram that is seen.
#[derive(Clone, PartialEq)]
struct Seen {
    /// Its sizes are in units that grow with letters.
    chart: Chart,
    /// How many pixels a unit is.
    unit: f64,
    scene: Rc<Scene>,
}

impl Seen {
    /// What is at a place: a message if one is near, or else a server's lane.
    fn at(&self, point: Point) -> Pointed {
        if let Some(line) = self.chart.nearest(&self.scene, point, REACH) {
            return Pointed::Packet(line.id);
        }
        self.chart.lane(point.y).and_then(Address::server).map_or(Pointed::Nothing, Pointed::Server)
    }
}

/// The lanes, what is told of what is pointed at, and buttons for the stretch that is seen.
#[component]
pub(crate) fn SpaceTime(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let node = use_node_ref();
    let stretch = use_state_eq(Stretch::default);
    let state = &props.state;
    let (servers, clients) = (state.view.servers.len(), state.setup.clients as usize);
    let unit = type_scale();
    let height = Chart::height(servers, clients, is_high() && !wishes::is_large());
    let width = use_size(node.clone()).map_or(0.0, |size| size.width / unit);
    let chart = Chart { size: Size { width, height }, stretch: stretch.at(state.now), servers, clients };
    let (from, to) = chart.stretch.bounds();
    let scene = use_memo((from, to, state.view.hash, state.view.step, state.end), |_| {
        Rc::new(Scene::read(&state.all_records(), &state.view, from, to, state.longest_flight))
    });
    let scene = Rc::clone(&scene);
    let seen = Seen { chart, unit, scene: Rc::clone(&scene) };

    let set = stretch.setter();
    let change = use_callback(dispatch.clone(), move |change: Change, dispatch| match change {
        Change::Stretch(stretch) => set.set(stretch),
        Change::Do(action) => dispatch.emit(action),
    });
    let grips = use_grips(&node, &seen, state, &change);
    let onkeydown = {
        let (seen, state, change) = (seen.clone(), state.clone(), change.clone());
        Callback::from(move |event: KeyboardEvent| keys::press(&event, &seen, &state, &change))
    };
    let wrong = state.first_wrong();
    let lit = lit(state, &scene);
    let lane = match state.pointed {
        Pointed::Server(id) => Some(Address::Server(id)),
        Pointed::Entry(entry) => Some(Address::Server(entry.server)),
        Pointed::Nothing | Pointed::Packet(_) | Pointed::OtherPacket(_) => None,
    };
    let caption = match state.pointed {
        Pointed::Packet(id) => scene.line(id).map(line_words),
        Pointed::Nothing | Pointed::Server(_) | Pointed::OtherPacket(_) | Pointed::Entry(_) => None,
    };
    let tools = tools(&seen, &change);
    html! {
        <div class="space-time">
            <div class="tools">
                <output class="caption" aria-label="Pointed at" aria-live="polite">{ caption }</output>
                { tools }
            </div>
            <div
                class="diagram"
                id={SPEAKS_FOR_ITSELF}
                ref={node}
                style={format!("height:{}px", px(height * unit))}
                role="application"
                aria-label="Space-time diagram"
                aria-describedby="space-time-summary"
                aria-keyshortcuts="ArrowLeft ArrowRight ArrowUp ArrowDown + - 0 Enter"
                tabindex="0"
                onpointerdown={grips.down}
                onpointermove={grips.moved}
                onpointerup={grips.up}
                onpointercancel={grips.cancel}
                onpointerleave={grips.leave}
                {onkeydown}
            >
                if width > 0.0 {
                    <Canvas {seen} state={state.clone()} {lit} {lane} wrong={wrong.map(|id| id.0)} />
                }
            </div>
            <p class="unseen" id="space-time-summary">
                { "Arrows left and right pan, plus and minus zoom, 0 goes back to now; up and down go from message to message, and Enter selects one. " }
                if !state.playing {
                    { summary(&scene, from, to) }
                }
            </p>
        </div>
    }
}

/// What a person does in the diagram.
enum Change {
    Stretch(Stretch),
    Do(Action),
}

/// The messages that are lit: the one that is pointed at or selected, or those that brought the entry that is.
fn lit(state: &State, scene: &Scene) -> Vec<PacketId> {
    match (state.pointed, state.selection) {
        (Pointed::Packet(id), _) => vec![id],
        (Pointed::Entry(entry), _) | (Pointed::Nothing, Selection::Entry(entry)) => {
            scene.bringers(entry.index).collect()
        }
        (Pointed::Nothing, Selection::Packet(packet)) => vec![packet.id],
        (Pointed::Server(_) | Pointed::OtherPacket(_), _)
        | (Pointed::Nothing, Selection::Nothing | Selection::Server(_) | Selection::Link(..)) => Vec::new(),
    }
}

fn tools(seen: &Seen, change: &Callback<Change>) -> Html {
    let stretch = seen.chart.stretch;
    let button = |name: &'static str, key: &'static str, face: Html, disabled: bool, next: Stretch| {
        let change = change.clone();
        let onclick = Callback::from(move |_: MouseEvent| change.emit(Change::Stretch(next)));
        html! {
            <button type="button" class="button small" aria-label={name} title={format!("{name} ({key})")} {disabled} {onclick}>{ face }</button>
        }
    };
    let zoomed = |factor: f64| {
        let middle = if stretch.follows { 0.8 } else { 0.5 };
        stretch.zoomed(factor, middle, seen.chart.servers)
    };
    html! {
        <div class="row">
            { button("Zoom in", "+", html! { "+" }, false, zoomed(ZOOM)) }
            { button("Zoom out", "−", html! { "−" }, false, zoomed(1.0 / ZOOM)) }
            { button("Follow now", "0", html! { <>{ icon(Picture::Forward) }{ "now" }</> }, stretch.follows, stretch.following()) }
        </div>
    }
}

/// Goes to a moment, and stops there.
fn go(change: &Callback<Change>, at: Instant) {
    change.emit(Change::Do(Action::Pause));
    change.emit(Change::Do(Action::Seek(at)));
}

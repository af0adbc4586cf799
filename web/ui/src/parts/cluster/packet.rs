//! The messages under way: kind is glyph, colour is term.

use raftarium_sim::core::Instant;
use raftarium_sim::{PacketKind, PacketView, View};
use yew::prelude::*;

use super::super::{Dispatch, on};
use crate::geometry::flight::Flight;
use crate::geometry::mark::{Mark, marks};
use crate::geometry::ring::Ring;
use crate::geometry::trig::angle;
use crate::geometry::{Point, px, px_hundredths, xy};
use crate::show::packet::{Shape, glyph, title};
use crate::show::term;
use crate::state::{Action, Selection, Side};

/// All messages, where they are now.
pub(super) fn packets(
    dispatch: &Dispatch,
    side: Side,
    ring: &Ring,
    view: &View,
    now: Instant,
    selection: Selection,
) -> Html {
    let packets = marks(view, ring, now).map(|Mark { packet, flight }| {
        let Flight { place, heading, lost, strength, way } = flight;
        let selected = matches!(selection, Selection::Packet(chosen) if chosen.id == packet.id);
        let class = classes!(
            "packet",
            packet.what.term.map_or("client", term::class),
            lost.then_some("lost"),
            selected.then_some("selected"),
        );
        html! {
            <g
                key={packet.id.0}
                id={side.id(&format!("packet-{}", packet.id.0))}
                {class}
                transform={format!("translate({} {})", px(place.x), px(place.y))}
                opacity={(strength < 1.0).then(|| px_hundredths(strength))}
                onclick={on(dispatch, Action::Select(Selection::Packet(*packet)))}
            >
                <title>{ title(packet) }</title>
                if ring.still {
                    <path class="way" d={format!("M{}L{}", xy(way.0.from(place)), xy(way.1.from(place)))} />
                }
                <circle class="hit" r="14" />
                { shape(packet, heading, lost) }
            </g>
        }
    });
    html! { <g class="packets" aria-hidden="true">{ for packets }</g> }
}

fn shape(packet: &PacketView, heading: Point, lost: bool) -> Html {
    let glyph = glyph(packet.what.kind);
    let class = if glyph.hollow { "glyph hollow" } else { "glyph" };
    let block = |width: f64, height: f64, round: &'static str| {
        html! {
            <rect {class} x={px(-width / 2.0)} y={px(-height / 2.0)} width={px(width)} height={px(height)} rx={round} />
        }
    };
    let body = match glyph.shape {
        Shape::Block => block(19.0, 14.0, "3"),
        Shape::ThinBlock => block(16.0, 6.0, "3"),
        Shape::Pill => block(16.0, 10.0, "5"),
        Shape::Diamond => html! { <path {class} d="M0 -8L8 0L0 8L-8 0Z" /> },
        Shape::DottedDiamond => html! { <path class={classes!(class, "dotted")} d="M0 -8L8 0L0 8L-8 0Z" /> },
        Shape::Stack => {
            html! { <><path {class} d="M-5 2H9V8H-5Z" /><path {class} d="M-7 -3H7V3H-7Z" /><path {class} d="M-9 -8H5V-2H-9Z" /></> }
        }
        Shape::Dot => html! { <circle {class} r="4" /> },
        Shape::Wedge => html! { <path {class} d="M0 -8L7 6H-7Z" /> },
        Shape::Disc => html! { <circle {class} r="5.5" /> },
    };
    // A thin block lies across its way, so that it looks like a pulse that runs along the link; a wedge points where it
    // goes.
    let turn = if matches!(glyph.shape, Shape::ThinBlock | Shape::Wedge) { quarter_turn(heading) } else { None };
    let count = match packet.what.kind {
        PacketKind::Append { entries } if entries > 1 => Some(entries),
        PacketKind::Append { .. }
        | PacketKind::Heartbeat
        | PacketKind::VoteRequest
        | PacketKind::VoteReply { .. }
        | PacketKind::PreVoteRequest
        | PacketKind::PreVoteReply { .. }
        | PacketKind::Snapshot { .. }
        | PacketKind::SnapshotReply
        | PacketKind::ReadRequest
        | PacketKind::ReadReply
        | PacketKind::TimeoutNow
        | PacketKind::AppendReply { .. }
        | PacketKind::Request
        | PacketKind::Answer { .. }
        | PacketKind::ProposalRequest
        | PacketKind::ProposalReply { .. }
        | PacketKind::SnapshotRequest => None,
    };
    html! {
        <>
            <g transform={turn}>{ body }</g>
            if let Some(count) = count {
                <text class="count" y="3.6">{ count }</text>
            }
            if glyph.crossed {
                <path class="refusal" d="M-3 -3L3 3M3 -3L-3 3" />
            }
            if lost {
                <path class="loss" d="M-7 -7L7 7M7 -7L-7 7" />
            }
        </>
    }
}

fn quarter_turn(heading: Point) -> Option<String> {
    let degrees = angle(heading.x, heading.y).to_degrees() + 90.0;
    (degrees.abs() > 0.5).then(|| format!("rotate({})", px(degrees)))
}

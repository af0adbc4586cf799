//! The strokes of the canvas: the same glyphs as where few servers are, but smaller, and heartbeats as pulses.

use std::f64::consts::{FRAC_PI_2, PI};
use std::time::Duration;

use raftarium_sim::core::{Instant, Term};
use raftarium_sim::{PacketKind, View};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::browser::window;
use crate::geometry::Point;
use crate::geometry::mark::{Mark, marks};
use crate::geometry::ring::Ring;
use crate::show::packet::{Shape, glyph};
use crate::show::term;
use crate::show::wait::{WHOLE, lease, wait};
use crate::state::Selection;

/// How long a pulse is, in pixels.
const PULSE: f64 = 13.0;

/// The colours in this theme.
pub(in crate::parts) struct Palette {
    colours: Vec<String>,
}

impl Palette {
    /// The classes whose colours these are: the terms' first, then what else is drawn.
    pub(in crate::parts) const CLASSES: [&'static str; 12] =
        ["t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "panel-colour", "line-colour", "bad-colour", "accent-colour"];

    /// Reads them from the elements in `canvas`, one for each of [`Self::CLASSES`].
    pub(in crate::parts) fn read(canvas: &HtmlCanvasElement) -> Self {
        let children = canvas.children();
        let colour = |at: usize| {
            let element = children.item(u32::try_from(at).ok()?)?;
            window().get_computed_style(&element).ok()??.get_property_value("color").ok()
        };
        Self { colours: (0..Self::CLASSES.len()).map(|at| colour(at).unwrap_or_default()).collect() }
    }

    /// The place of the colour of what a person does.
    pub(in crate::parts) const ACCENT: usize = 11;

    /// The colour at a place in [`Self::CLASSES`].
    pub(in crate::parts) fn colour(&self, at: usize) -> &str {
        &self.colours[at]
    }

    pub(in crate::parts) fn term(&self, term: Option<Term>) -> &str {
        term.map_or_else(|| self.accent(), |term| &self.colours[term::colour(term)])
    }

    pub(in crate::parts) fn panel(&self) -> &str {
        &self.colours[8]
    }

    pub(in crate::parts) fn line(&self) -> &str {
        &self.colours[9]
    }

    pub(in crate::parts) fn bad(&self) -> &str {
        &self.colours[10]
    }

    pub(in crate::parts) fn accent(&self) -> &str {
        &self.colours[11]
    }
}

/// Draws a moment.
pub(super) fn paint(
    context: &CanvasRenderingContext2d,
    palette: &Palette,
    ring: &Ring,
    view: &View,
    now: Instant,
    selection: Selection,
    longest: Duration,
) {
    arcs(context, palette, ring, view, now, longest);
    let selected = match selection {
        Selection::Packet(packet) => Some(packet.id),
        Selection::Nothing | Selection::Server(_) | Selection::Link(..) | Selection::Entry(_) => None,
    };
    for mark in marks(view, ring, now) {
        if ring.still {
            let (from, to) = mark.flight.way;
            context.set_global_alpha(0.4);
            context.begin_path();
            context.move_to(from.x, from.y);
            context.line_to(to.x, to.y);
            context.set_stroke_style_str(palette.term(mark.packet.what.term));
            context.set_line_width(1.5);
            context.stroke();
        }
        context.set_global_alpha(mark.flight.strength);
        message(context, palette, &mark);
        if selected == Some(mark.packet.id) {
            context.set_stroke_style_str(palette.accent());
            context.set_line_width(2.0);
            circle(context, mark.flight.place, 10.0);
            context.stroke();
        }
    }
    context.set_global_alpha(1.0);
}

/// What runs down around the servers, and a dot for a disk that writes.
fn arcs(
    context: &CanvasRenderingContext2d,
    palette: &Palette,
    ring: &Ring,
    view: &View,
    now: Instant,
    longest: Duration,
) {
    let arc = |place: &Point, radius: f64, left: u64| {
        let angle = 2.0 * PI * left as f64 / WHOLE as f64;
        context.move_to(place.x, place.y - radius);
        let _ = context.arc(place.x, place.y, radius, -FRAC_PI_2, angle - FRAC_PI_2);
    };
    context.set_stroke_style_str(palette.line());
    context.set_line_width(1.8);
    context.begin_path();
    for (server, place) in view.servers.iter().zip(&ring.servers) {
        if let Some(wait) = wait(server, now) {
            arc(place, ring.radius + ring.arc(), ring.steady(wait.left));
        }
    }
    context.stroke();
    for (server, place) in view.servers.iter().zip(&ring.servers) {
        context.set_fill_style_str(palette.term(Some(server.term)));
        if server.writes > 0 {
            let spot = Point::new(place.x - ring.radius * 0.8, place.y + ring.radius * 0.8);
            circle(context, spot, 3.2);
            context.fill();
        }
        if let Some(left) = lease(server, now, longest) {
            context.set_stroke_style_str(palette.term(Some(server.term)));
            context.begin_path();
            arc(place, ring.radius + ring.arc() + 3.0, ring.steady(left));
            context.stroke();
        }
    }
}

fn message(context: &CanvasRenderingContext2d, palette: &Palette, mark: &Mark<'_>) {
    let Mark { packet, flight } = mark;
    let (at, glyph) = (flight.place, glyph(packet.what.kind));
    let colour = palette.term(packet.what.term);
    let size = match packet.what.kind {
        PacketKind::Append { .. } | PacketKind::Snapshot { .. } | PacketKind::Request | PacketKind::Answer { .. } => {
            5.0
        }
        PacketKind::Heartbeat
        | PacketKind::VoteRequest
        | PacketKind::VoteReply { .. }
        | PacketKind::PreVoteRequest
        | PacketKind::PreVoteReply { .. }
        | PacketKind::SnapshotReply
        | PacketKind::ReadRequest
        | PacketKind::ReadReply
        | PacketKind::TimeoutNow
        | PacketKind::AppendReply { .. }
        | PacketKind::ProposalRequest
        | PacketKind::ProposalReply { .. }
        | PacketKind::SnapshotRequest => 4.0,
    };
    context.begin_path();
    match glyph.shape {
        Shape::ThinBlock => {
            let tail = at.along(flight.heading, -PULSE);
            context.move_to(tail.x, tail.y);
            context.line_to(at.x, at.y);
            context.set_stroke_style_str(colour);
            context.set_line_width(3.0);
            context.stroke();
        }
        Shape::Block | Shape::Pill | Shape::Stack => {
            context.rect(at.x - size, at.y - size * 0.75, size * 2.0, size * 1.5);
            fill(context, palette, colour, glyph.hollow);
        }
        Shape::Diamond | Shape::DottedDiamond | Shape::Wedge => {
            context.move_to(at.x, at.y - size - 1.0);
            context.line_to(at.x + size + 1.0, at.y);
            context.line_to(at.x, at.y + size + 1.0);
            context.line_to(at.x - size - 1.0, at.y);
            context.close_path();
            fill(context, palette, colour, glyph.hollow || glyph.shape == Shape::DottedDiamond);
        }
        Shape::Dot | Shape::Disc => {
            let _ = context.arc(at.x, at.y, size - 1.0, 0.0, 2.0 * PI);
            fill(context, palette, colour, glyph.hollow);
        }
    }
    if glyph.crossed {
        cross(context, at, 2.5, colour, 1.5);
    }
    if flight.lost {
        cross(context, at, 5.0, palette.bad(), 2.5);
    }
}

fn fill(context: &CanvasRenderingContext2d, palette: &Palette, colour: &str, hollow: bool) {
    context.set_fill_style_str(if hollow { palette.panel() } else { colour });
    context.fill();
    if hollow {
        context.set_stroke_style_str(colour);
        context.set_line_width(1.8);
        context.stroke();
    }
}

fn circle(context: &CanvasRenderingContext2d, at: Point, radius: f64) {
    context.begin_path();
    let _ = context.arc(at.x, at.y, radius, 0.0, 2.0 * PI);
}

fn cross(context: &CanvasRenderingContext2d, at: Point, size: f64, colour: &str, width: f64) {
    context.set_stroke_style_str(colour);
    context.set_line_width(width);
    context.begin_path();
    for side in [1.0, -1.0] {
        context.move_to(at.x - size, at.y - size * side);
        context.line_to(at.x + size, at.y + size * side);
    }
    context.stroke();
}

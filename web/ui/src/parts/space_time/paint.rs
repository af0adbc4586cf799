//! The strokes of the space-time diagram.

use std::f64::consts::PI;

use raftarium_sim::core::{Instant, NodeId, Role, Term};
use raftarium_sim::{Address, ClientId, PacketId, PacketKind, Request, RequestStatus};
use web_sys::CanvasRenderingContext2d;

use super::super::cluster::paint::Palette;
use crate::geometry::Point;
use crate::geometry::chart::{Chart, SIDE, usual};
use crate::show::lives::{Lives, Phase};
use crate::show::packet::{Shape, glyph};
use crate::show::request::{Standing, heard, standing};
use crate::show::space_time::{End, MomentKind, Scene};
use crate::show::term;

/// With more messages than that in sight, they have no heads.
const HEADS_MOST: usize = 500;

/// What is drawn.
pub(super) struct Picture<'a> {
    pub(super) chart: Chart,
    pub(super) scene: &'a Scene,
    pub(super) lives: &'a Lives,
    pub(super) requests: &'a [Request],
    pub(super) wrong: Option<u32>,
    pub(super) now: Instant,
    pub(super) end: Instant,
    /// The messages that are lit; the others stand back.
    pub(super) lit: &'a [PacketId],
    pub(super) lane: Option<Address>,
}

pub(super) struct Colours<'a> {
    pub(super) palette: &'a Palette,
    pub(super) ink: &'a str,
}

/// Draws a stretch of time.
pub(super) fn paint(context: &CanvasRenderingContext2d, colours: &Colours<'_>, picture: &Picture<'_>) {
    let chart = &picture.chart;
    axis(context, colours, chart);
    context.save();
    context.begin_path();
    context.rect(SIDE, 0.0, chart.width(), chart.size.height);
    context.clip();
    if let Some(lane) = picture.lane {
        context.set_global_alpha(0.12);
        context.set_fill_style_str(colours.palette.accent());
        context.fill_rect(SIDE, chart.y(lane) - chart.pitch() / 2.0, chart.width(), chart.pitch());
        context.set_global_alpha(1.0);
    }
    for client in 1..=chart.clients {
        calls(context, colours, picture, ClientId(client as u32));
    }
    for server in 1..=chart.servers {
        life(context, colours, picture, NodeId(server as u64));
    }
    writes(context, colours, picture);
    messages(context, colours, picture);
    moments(context, colours, picture);
    veil(context, colours, picture);
    context.restore();
    names(context, colours, picture);
}

/// The times below, and fine lines up from them.
fn axis(context: &CanvasRenderingContext2d, colours: &Colours<'_>, chart: &Chart) {
    let (ticks, decimals) = chart.ticks();
    context.set_font("11px ui-monospace, Menlo, Consolas, monospace");
    context.set_text_align("center");
    context.set_text_baseline("alphabetic");
    context.set_fill_style_str(colours.ink);
    context.set_stroke_style_str(colours.palette.line());
    context.set_line_width(1.0);
    context.set_global_alpha(0.28);
    context.begin_path();
    for at in &ticks {
        let x = chart.x(*at).round() + 0.5;
        context.move_to(x, 4.0);
        context.line_to(x, chart.bottom() + 4.0);
    }
    context.stroke();
    context.set_global_alpha(1.0);
    for at in &ticks {
        let x = chart.x(*at);
        // A number stays in the picture.
        if x > SIDE - 4.0 && x < chart.size.width - 18.0 {
            let ms = at.as_micros() / 1_000;
            let text = match decimals {
                0 => format!("{} s", ms / 1_000),
                1 => format!("{}.{} s", ms / 1_000, ms / 100 % 10),
                2 => format!("{}.{:02} s", ms / 1_000, ms / 10 % 100),
                _ => format!("{}.{:03} s", ms / 1_000, ms % 1_000),
            };
            let _ = context.fill_text(&text, x, chart.size.height - 4.0);
        }
    }
}

/// A server's lane: thick while it leads, dashed while it asks for votes, and not there while it is down.
fn life(context: &CanvasRenderingContext2d, colours: &Colours<'_>, picture: &Picture<'_>, server: NodeId) {
    let chart = &picture.chart;
    let (from, to) = chart.stretch.bounds();
    let until = picture.end.min(to);
    let phases = picture.lives.between(server, from, until);
    let y = chart.y(Address::Server(server));
    let thin = chart.pitch() < 12.0;
    for (at, phase) in phases.iter().enumerate() {
        let start = chart.x(phase.at.max(from));
        let end = chart.x(phases.get(at + 1).map_or(until, |next| next.at));
        if end - start < 0.3 {
            continue;
        }
        stroke_of(context, colours, phase, thin);
        context.begin_path();
        context.move_to(start, y);
        context.line_to(end, y);
        context.stroke();
        dashes(context, &[]);
        context.set_global_alpha(1.0);
        let before = at.checked_sub(1).and_then(|at| phases.get(at));
        let new = before.is_some_and(|before| before.term != phase.term);
        if !thin
            && end - start > 34.0
            && phase.role == Some(Role::Follower)
            && (new || phase.at >= from && before.is_none())
        {
            context.set_font("10px ui-monospace, Menlo, Consolas, monospace");
            context.set_text_align("left");
            context.set_fill_style_str(colours.ink);
            let _ = context.fill_text(&format!("t{}", phase.term), start + 8.0, y - 5.0);
        }
        if !thin && phase.paused && end - start > 20.0 {
            words(context, colours, "paused", (start + end) / 2.0, y + 4.0, end - start);
        }
        if !thin && phase.role.is_none() {
            words(context, colours, "down", (start + end) / 2.0, y + 4.0, end - start);
        }
    }
}

/// Words in the middle of a gap, if there is room.
fn words(context: &CanvasRenderingContext2d, colours: &Colours<'_>, text: &str, x: f64, y: f64, room: f64) {
    if room > 44.0 {
        context.set_font("11px system-ui, sans-serif");
        context.set_text_align("center");
        context.set_fill_style_str(colours.ink);
        let _ = context.fill_text(text, x, y);
    }
}

fn stroke_of(context: &CanvasRenderingContext2d, colours: &Colours<'_>, phase: &Phase, thin: bool) {
    context.set_line_cap("butt");
    context.set_stroke_style_str(colours.palette.term(Some(phase.term)));
    let scale = if thin { 0.5 } else { 1.0 };
    let (width, dash): (f64, &[f64]) = match phase.role {
        None => (1.0, &[1.0, 7.0]),
        Some(_) if phase.paused => (1.0, &[2.0, 6.0]),
        Some(Role::Follower) => (2.4, &[]),
        Some(Role::PreCandidate) => (3.0, &[2.0, 4.0]),
        Some(Role::Candidate) => (4.0, &[7.0, 4.0]),
        Some(Role::Leader) => (8.0, &[]),
    };
    if phase.role.is_none() {
        context.set_stroke_style_str(colours.palette.line());
    }
    if phase.role.is_none() || phase.paused {
        context.set_global_alpha(0.7);
    }
    context.set_line_width((width * scale).max(1.0));
    dashes(context, dash);
}

fn dashes(context: &CanvasRenderingContext2d, dash: &[f64]) {
    let list: js_sys::Array = dash.iter().map(|part| wasm_bindgen::JsValue::from_f64(*part)).collect();
    let _ = context.set_line_dash(&list);
}

/// Writes are small bars under the lane: from when one begins until it is durable.
fn writes(context: &CanvasRenderingContext2d, colours: &Colours<'_>, picture: &Picture<'_>) {
    let chart = &picture.chart;
    let drop = (chart.pitch() * 0.28).clamp(2.0, 8.0);
    context.set_fill_style_str(colours.palette.line());
    for write in &picture.scene.writes {
        let (start, end) = (chart.x(write.began), chart.x(write.durable.unwrap_or(picture.end)));
        let y = chart.y(Address::Server(write.server)) + drop;
        context.fill_rect(start, y, (end - start).max(1.5), 3.0);
    }
}

/// How a message's line is stroked. Lines that are stroked alike are stroked together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Stroke {
    back: bool,
    colour: usize,
    style: Style,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Style {
    Thin,
    Solid,
    Dashed,
    Dotted,
    Broad,
}

impl Style {
    const fn of(kind: PacketKind) -> Self {
        match glyph(kind).shape {
            Shape::Block | Shape::Pill => Self::Solid,
            Shape::ThinBlock | Shape::Disc => Self::Thin,
            Shape::Diamond | Shape::Wedge => Self::Dashed,
            Shape::DottedDiamond | Shape::Dot => Self::Dotted,
            Shape::Stack => Self::Broad,
        }
    }
}

struct Drawn {
    stroke: Stroke,
    start: Point,
    end: Point,
    hollow: bool,
    crossed: bool,
    lost: bool,
    lit: bool,
}

/// The colour of what is no term's: a client's.
const CLIENT: usize = 8;

fn messages(context: &CanvasRenderingContext2d, colours: &Colours<'_>, picture: &Picture<'_>) {
    let (chart, scene) = (&picture.chart, picture.scene);
    let usual = usual(scene);
    let touches = |of: Address| picture.lane.is_none_or(|lane| lane == of);
    let mut drawn: Vec<Drawn> = Vec::with_capacity(scene.lines.len());
    for line in &scene.lines {
        let (start, end) = chart.segment(line, usual);
        let glyph = glyph(line.what.kind);
        let lit = picture.lit.contains(&line.id);
        let back = if picture.lit.is_empty() { !touches(line.from) && !touches(line.to) } else { !lit };
        let colour = line.what.term.map_or(CLIENT, term::colour);
        let lost = matches!(line.end, End::Lost(..));
        let stroke = Stroke { back, colour, style: Style::of(line.what.kind) };
        drawn.push(Drawn { stroke, start, end, hollow: glyph.hollow, crossed: glyph.crossed, lost, lit });
    }
    drawn.sort_by_key(|line| line.stroke);
    let heads = drawn.len() <= HEADS_MOST;
    for group in drawn.chunk_by(|one, other| one.stroke == other.stroke) {
        let Some(Stroke { back, colour, style }) = group.first().map(|line| line.stroke) else { continue };
        let colour = colours.palette.colour(if colour == CLIENT { Palette::ACCENT } else { colour });
        context.set_global_alpha(if back { 0.22 } else { 1.0 });
        let (width, dash): (f64, &[f64]) = match style {
            Style::Thin => (1.0, &[]),
            Style::Solid => (2.0, &[]),
            Style::Dashed => (1.7, &[6.0, 4.0]),
            Style::Dotted => (1.4, &[1.5, 3.5]),
            Style::Broad => (4.0, &[]),
        };
        context.set_stroke_style_str(colour);
        context.set_line_width(width);
        dashes(context, dash);
        context.begin_path();
        for line in group {
            context.move_to(line.start.x, line.start.y);
            context.line_to(line.end.x, line.end.y);
        }
        context.stroke();
        dashes(context, &[]);
        if heads {
            group.iter().filter(|line| !line.lost).for_each(|line| head(context, colours, line, colour));
        }
        for line in group.iter().filter(|line| line.lost) {
            cross(context, line.end, 4.0, colours.palette.bad(), 2.2);
        }
        for line in group.iter().filter(|line| line.crossed && heads && !line.lost) {
            cross(context, line.start.toward(line.end, 0.55), 3.2, colour, 1.8);
        }
    }
    context.set_global_alpha(1.0);
    for line in drawn.iter().filter(|line| line.lit) {
        context.set_stroke_style_str(colours.palette.accent());
        context.set_global_alpha(0.35);
        context.set_line_width(8.0);
        context.begin_path();
        context.move_to(line.start.x, line.start.y);
        context.line_to(line.end.x, line.end.y);
        context.stroke();
        context.set_global_alpha(1.0);
    }
}

/// The head of an arrow; hollow for replies.
fn head(context: &CanvasRenderingContext2d, colours: &Colours<'_>, line: &Drawn, colour: &str) {
    const LONG: f64 = 7.0;
    const HALF: f64 = 3.2;
    let heading = line.start.direction(line.end);
    let aside = Point::new(-heading.y, heading.x);
    let base = line.end.along(heading, -LONG);
    let (left, right) = (base.along(aside, HALF), base.along(aside, -HALF));
    context.begin_path();
    context.move_to(line.end.x, line.end.y);
    context.line_to(left.x, left.y);
    context.line_to(right.x, right.y);
    context.close_path();
    context.set_fill_style_str(if line.hollow { colours.palette.panel() } else { colour });
    context.fill();
    if line.hollow {
        context.set_line_width(1.2);
        context.stroke();
    }
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

/// Elections, leaders, commits, crashes and starts on the lanes; where a rule was broken, a line through all of them.
fn moments(context: &CanvasRenderingContext2d, colours: &Colours<'_>, picture: &Picture<'_>) {
    let chart = &picture.chart;
    let size = (chart.pitch() * 0.24).clamp(2.5, 7.0);
    for moment in &picture.scene.moments {
        let at = Point::new(chart.x(moment.at), chart.y(Address::Server(moment.server)));
        match moment.kind {
            MomentKind::Election(of) => {
                diamond(context, colours, at, size * 0.8, of, true);
                label(context, colours, picture, at, size, of);
            }
            MomentKind::Leader(of) => {
                diamond(context, colours, at, size, of, false);
                label(context, colours, picture, at, size, of);
            }
            MomentKind::Commit(through) => {
                context.begin_path();
                let _ = context.arc(at.x, at.y, size * 0.55, 0.0, 2.0 * PI);
                context.set_fill_style_str(colours.palette.term(Some(through.term)));
                context.fill();
                context.set_stroke_style_str(colours.palette.panel());
                context.set_line_width(1.2);
                context.stroke();
            }
            MomentKind::Crash => cross(context, at, size * 0.8, colours.ink, 2.0),
            MomentKind::Start => {
                context.set_stroke_style_str(colours.ink);
                context.set_line_width(2.0);
                context.begin_path();
                context.move_to(at.x, at.y - size);
                context.line_to(at.x, at.y + size);
                context.stroke();
            }
        }
    }
    for (at, _) in &picture.scene.violations {
        let x = chart.x(*at);
        context.set_stroke_style_str(colours.palette.bad());
        context.set_fill_style_str(colours.palette.bad());
        context.set_line_width(1.8);
        context.begin_path();
        context.move_to(x, 12.0);
        context.line_to(x, chart.bottom());
        context.stroke();
        context.begin_path();
        context.move_to(x, 1.0);
        context.line_to(x + 7.0, 13.0);
        context.line_to(x - 7.0, 13.0);
        context.close_path();
        context.fill();
    }
}

fn diamond(context: &CanvasRenderingContext2d, colours: &Colours<'_>, at: Point, size: f64, of: Term, hollow: bool) {
    let colour = colours.palette.term(Some(of));
    context.begin_path();
    context.move_to(at.x, at.y - size);
    context.line_to(at.x + size, at.y);
    context.line_to(at.x, at.y + size);
    context.line_to(at.x - size, at.y);
    context.close_path();
    context.set_fill_style_str(if hollow { colours.palette.panel() } else { colour });
    context.fill();
    context.set_stroke_style_str(if hollow { colour } else { colours.palette.panel() });
    context.set_line_width(1.8);
    context.stroke();
}

/// The term of an election, above its mark.
fn label(
    context: &CanvasRenderingContext2d,
    colours: &Colours<'_>,
    picture: &Picture<'_>,
    at: Point,
    size: f64,
    of: Term,
) {
    if picture.chart.pitch() >= 16.0 && picture.scene.moments.len() < 200 {
        context.set_font("600 11px system-ui, sans-serif");
        context.set_text_align("center");
        let text = format!("term {of}");
        context.set_line_width(3.0);
        context.set_stroke_style_str(colours.palette.panel());
        let _ = context.stroke_text(&text, at.x, at.y - size - 2.0);
        context.set_fill_style_str(colours.ink);
        let _ = context.fill_text(&text, at.x, at.y - size - 2.0);
    }
}

/// What a client asked: from the call to its return.
fn calls(context: &CanvasRenderingContext2d, colours: &Colours<'_>, picture: &Picture<'_>, client: ClientId) {
    let chart = &picture.chart;
    let (from, to) = chart.stretch.bounds();
    let (y, half) = (chart.y(Address::Client(client)), (chart.pitch() * 0.3).clamp(2.0, 9.0));
    context.set_stroke_style_str(colours.palette.line());
    context.set_line_width(1.0);
    context.set_global_alpha(0.5);
    context.begin_path();
    context.move_to(SIDE, y);
    context.line_to(chart.x(picture.end.min(to)), y);
    context.stroke();
    context.set_global_alpha(1.0);
    for request in picture.requests.iter().filter(|request| request.client == client && request.asked <= to) {
        let until = match request.status {
            RequestStatus::Waiting => picture.now,
            RequestStatus::Unknown { at } | RequestStatus::Answered { at, .. } => at,
        };
        if until < from {
            continue;
        }
        let (start, end) = (chart.x(request.asked), chart.x(until));
        let standing = standing(request);
        let wrong = picture.wrong == Some(request.id.0);
        let colour = match standing {
            Standing::Waiting | Standing::Done => colours.palette.accent(),
            Standing::Refused | Standing::Unknown => colours.palette.bad(),
        };
        let colour = if wrong { colours.palette.bad() } else { colour };
        context.set_fill_style_str(colours.palette.panel());
        context.fill_rect(start, y - half, (end - start).max(2.0), half * 2.0);
        context.set_stroke_style_str(colour);
        context.set_line_width(if wrong { 2.6 } else { 1.3 });
        dashes(context, if standing == Standing::Done { &[] } else { &[3.0, 3.0] });
        context.stroke_rect(start, y - half, (end - start).max(2.0), half * 2.0);
        dashes(context, &[]);
        let text = format!("{}{}", if wrong { "not linearizable: " } else { "" }, heard(request));
        if chart.pitch() >= 16.0 && end - start.max(SIDE) > text.len() as f64 * 5.8 + 8.0 {
            context.set_font("11px system-ui, sans-serif");
            context.set_text_align("left");
            context.set_fill_style_str(colours.ink);
            let _ = context.fill_text(&text, start.max(SIDE) + 5.0, y + 4.0);
        }
    }
}

/// What comes after now stands back; and the line of now itself.
fn veil(context: &CanvasRenderingContext2d, colours: &Colours<'_>, picture: &Picture<'_>) {
    let chart = &picture.chart;
    let x = chart.x(picture.now);
    context.set_global_alpha(0.6);
    context.set_fill_style_str(colours.palette.panel());
    context.fill_rect(x, 0.0, (chart.size.width - x).max(0.0), chart.bottom());
    context.set_global_alpha(1.0);
    context.set_stroke_style_str(colours.palette.accent());
    context.set_line_width(2.0);
    context.begin_path();
    context.move_to(x, 2.0);
    context.line_to(x, chart.bottom() + 4.0);
    context.stroke();
}

/// What the lanes are called.
fn names(context: &CanvasRenderingContext2d, colours: &Colours<'_>, picture: &Picture<'_>) {
    let chart = &picture.chart;
    let pitch = chart.pitch();
    // Where they would lie on each other, only some are told.
    let every = (11.0 / pitch).ceil().max(1.0) as usize;
    context.set_text_align("left");
    context.set_text_baseline("middle");
    let servers = (1..=chart.servers as u64).map(|id| Address::Server(NodeId(id)));
    let clients = (1..=chart.clients as u32).map(|id| Address::Client(ClientId(id)));
    for (at, lane) in servers.chain(clients).enumerate() {
        let lit = picture.lane == Some(lane);
        if at.is_multiple_of(every) || lit {
            context.set_font(if lit { "700 12px system-ui, sans-serif" } else { "600 12px system-ui, sans-serif" });
            context.set_fill_style_str(if lit { colours.palette.accent() } else { colours.ink });
            let _ = context.fill_text(&lane.to_string(), 2.0, chart.y(lane));
        }
    }
    context.set_text_baseline("alphabetic");
}

//! The keys of the diagram.

use yew::prelude::*;

use super::{Change, PAN, Seen, ZOOM};
use crate::show::space_time::Line;
use crate::state::{Action, Pointed, Selection, State};

/// Does what a key means; others are left to the page.
pub(super) fn press(event: &KeyboardEvent, seen: &Seen, state: &State, change: &Callback<Change>) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let stretch = seen.chart.stretch;
    let middle = if stretch.follows { 0.8 } else { 0.5 };
    let next = match event.key().as_str() {
        "ArrowLeft" => stretch.panned(-PAN, state.end),
        "ArrowRight" => stretch.panned(PAN, state.end),
        "+" | "=" => stretch.zoomed(ZOOM, middle, seen.chart.servers),
        "-" => stretch.zoomed(1.0 / ZOOM, middle, seen.chart.servers),
        "0" => stretch.following(),
        "ArrowUp" | "ArrowDown" => {
            event.prevent_default();
            if let Some(line) = neighbour(seen, state.pointed, event.key() == "ArrowDown") {
                change.emit(Change::Do(Action::Point(Pointed::Packet(line.id))));
                change.emit(Change::Stretch(stretch.showing(line.sent)));
            }
            return;
        }
        "Enter" => {
            if let Pointed::Packet(id) = state.pointed
                && let Some(line) = seen.scene.line(id)
            {
                event.prevent_default();
                change.emit(Change::Do(Action::Select(Selection::Packet(line.as_view()))));
            }
            return;
        }
        _ => return,
    };
    event.prevent_default();
    change.emit(Change::Stretch(next));
}

/// The message that was sent next, or before; the first or last one that is seen, if none is pointed at.
fn neighbour(seen: &Seen, pointed: Pointed, later: bool) -> Option<&Line> {
    let lines = &seen.scene.lines;
    let Pointed::Packet(id) = pointed else {
        let mut inside = lines.iter().filter(|line| line.sent >= seen.chart.stretch.bounds().0);
        return if later { inside.next() } else { inside.next_back() };
    };
    let at = lines.partition_point(|line| line.id < id);
    if later { lines.get(at..)?.iter().find(|line| line.id > id) } else { lines.get(at.checked_sub(1)?) }
}

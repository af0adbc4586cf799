//! The table of the logs. Each row is drawn and laid out by itself, and only when something in it changes: as a table of the
//! browser's, all of it would be laid out anew for each new entry.

use std::rc::Rc;

use raftarium_sim::core::LogIndex;
use yew::prelude::*;

use super::super::use_side;
use super::cell::cell;
use crate::geometry::px;
use crate::show::grid::{Density, Grid, Metrics, Row, Snapshot};
use crate::show::term;
use crate::state::Entry;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) grid: Grid,
    pub(crate) selected: Option<Entry>,
    /// The one cell that Tab reaches.
    pub(crate) reachable: Option<Entry>,
}

/// The part of the table that is seen; what is before and after it is room.
#[component]
pub(crate) fn Rows(props: &Props) -> Html {
    let Grid { metrics, window, count, rows } = &props.grid;
    let width = metrics.left(window.last + 1);
    let Metrics { row, column, side, .. } = *metrics;
    let style = format!("width:{}px;--row:{}px;--column:{}px;--side:{}px", px(width), px(row), px(column), px(side));
    let gap = |rows: usize| {
        let style = format!("height:{}px", px(rows as f64 * row));
        html! { if rows > 0 { <div class="gap" {style} /> } }
    };
    let density = match metrics.density {
        Density::Comfortable => None,
        Density::Dense => Some("dense"),
        Density::Lowest => Some("dense lowest"),
    };
    let index = |index: u64| {
        html! { <span key={index} role="columnheader" aria-colindex={(index + 1).to_string()} style={left(metrics, index)}>{ index }</span> }
    };
    let of = |entry: Option<Entry>, row: &Row| entry.filter(|entry| entry.server == row.id).map(|entry| entry.index);
    let lines = rows.iter().map(|row| {
        let (selected, reachable) = (of(props.selected, row), of(props.reachable, row));
        html! { <Line key={row.id.0} row={Rc::clone(row)} metrics={*metrics} first={*window.columns.start()} {selected} {reachable} /> }
    });
    html! {
        <div
            class={classes!("table", density)}
            role="table"
            aria-label="The log of each server: a column for each index"
            aria-rowcount={(count + 1).to_string()}
            aria-colcount={(window.last + 1).to_string()}
            {style}
        >
            <div class="indexes" role="row" aria-rowindex="1">
                <span class="servers" role="columnheader" aria-colindex="1"><span class="unseen">{ "Server" }</span></span>
                { for window.columns.clone().map(index) }
            </div>
            { gap(window.rows.start) }
            { for lines }
            { gap(count - window.rows.end) }
        </div>
    }
}

/// Where the column of an index is.
fn left(metrics: &Metrics, index: u64) -> String {
    format!("left:{}px", px(metrics.left(index)))
}

#[derive(Properties, PartialEq)]
struct LineProps {
    row: Rc<Row>,
    metrics: Metrics,
    /// The first index that is drawn.
    first: u64,
    selected: Option<LogIndex>,
    reachable: Option<LogIndex>,
}

/// A server's log.
#[component]
fn Line(props: &LineProps) -> Html {
    let side = use_side();
    let LineProps { row, metrics, first, selected, reachable } = props;
    let cells = row.cells.iter().filter(|cell| !cell.is_empty()).map(|one| {
        let this = Entry { server: row.id, index: LogIndex(one.index) };
        let (selected, reachable) = (*selected == Some(this.index), *reachable == Some(this.index));
        cell(side, this, one, left(metrics, one.index), selected, reachable)
    });
    let progress = row.progress.map(|(matched, next)| format!("match {matched}, next {next}"));
    html! {
        <div class="row" role="row" aria-rowindex={(row.id.0 + 1).to_string()}>
            <div class="whose" role="rowheader" aria-colindex="1" id={side.id(&format!("row-{}", row.id.0))} title={progress.clone()}>
                <span class="name">{ row.id.to_string() }</span>{ " " }
                <span class="role">{ row.role }</span>
                if let Some(progress) = progress {
                    <span class="unseen">{ progress }</span>
                }
            </div>
            if let Some(snapshot) = &row.snapshot {
                { block(row, snapshot, metrics, *first) }
            }
            { for cells }
        </div>
    }
}

/// The block for what a snapshot has: `snapshot …8`, as far as there is room.
fn block(row: &Row, snapshot: &Snapshot, metrics: &Metrics, first: u64) -> Html {
    let name = format!("{} snapshot up to index {}, term {}", row.id, snapshot.index, snapshot.term);
    let columns = snapshot.columns;
    let style = format!("{};width:{}px", left(metrics, first), px(columns as f64 * metrics.column));
    html! {
        <div class={classes!("place", snapshot.commit.then_some("commit"))} role="cell" aria-colindex={(first + 1).to_string()} aria-colspan={columns.to_string()} {style}>
            <div class={classes!("snapshot", term::class(snapshot.term))} title={name.clone()}>
                <span aria-hidden="true">
                    if snapshot.columns > 1 {
                        { "snapshot " }
                    }
                    { format!("…{}", snapshot.index) }
                </span>
                <span class="unseen">{ name }</span>
            </div>
        </div>
    }
}

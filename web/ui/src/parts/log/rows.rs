//! The table of the logs: drawn anew only when something in it changes.

use yew::prelude::*;

use super::super::use_side;
use super::cell::cell;
use crate::geometry::px;
use crate::show::grid::{Density, Grid, Row, Snapshot};
use crate::show::term;
use crate::state::{Entry, Side};

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
    let side = use_side();
    let Grid { metrics, window, count, rows } = &props.grid;
    let (first, end) = (*window.columns.start(), *window.columns.end());
    let before = (first - 1) as f64 * metrics.column;
    let after = (window.last - end) as f64 * metrics.column;
    let width = metrics.side + window.last as f64 * metrics.column;
    let style = format!("width:{}px;--row:{}px", px(width), px(metrics.row));
    let column = |width: f64| html! { <col style={format!("width:{}px", px(width))} /> };
    let gap = |rows: usize| {
        let height = rows as f64 * metrics.row;
        html! { if rows > 0 { <tr class="gap" aria-hidden="true"><td style={format!("height:{}px", px(height))}></td></tr> } }
    };
    let density = match metrics.density {
        Density::Comfortable => None,
        Density::Dense => Some("dense"),
        Density::Lowest => Some("dense lowest"),
    };
    html! {
        <table class={density} {style} aria-rowcount={(count + 1).to_string()} aria-colcount={(window.last + 1).to_string()}>
            <caption class="unseen">{ "The log of each server: a column for each index" }</caption>
            <colgroup>
                { column(metrics.side) }
                { column(before) }
                { for window.columns.clone().map(|_| column(metrics.column)) }
                { column(after) }
            </colgroup>
            <thead>
                <tr aria-rowindex="1">
                    <th scope="col"><span class="unseen">{ "Server" }</span></th>
                    <td aria-hidden="true"></td>
                    { for window.columns.clone().map(|index| html! { <th key={index} scope="col" aria-colindex={(index + 1).to_string()}>{ index }</th> }) }
                </tr>
            </thead>
            <tbody>
                { gap(window.rows.start) }
                { for rows.iter().map(|row| line(row, props, side)) }
                { gap(count - window.rows.end) }
            </tbody>
        </table>
    }
}

fn line(row: &Row, props: &Props, side: Side) -> Html {
    let cells = row.cells.iter().map(|one| {
        let this = Entry { server: row.id, index: raftarium_sim::core::LogIndex(one.index) };
        cell(side, this, one, props.selected == Some(this), props.reachable == Some(this))
    });
    let progress = row.progress.map(|(matched, next)| format!("match {matched}, next {next}"));
    html! {
        <tr key={row.id.0} aria-rowindex={(row.id.0 + 1).to_string()}>
            <th scope="row" id={side.id(&format!("row-{}", row.id.0))} title={progress.clone()}>
                <span class="name">{ row.id.to_string() }</span>
                <span class="role">{ row.role }</span>
                if let Some(progress) = progress {
                    <span class="unseen">{ progress }</span>
                }
            </th>
            <td aria-hidden="true"></td>
            if let Some(snapshot) = &row.snapshot {
                { block(row, snapshot) }
            }
            { for cells }
        </tr>
    }
}

/// The block for what a snapshot has: `snapshot …8`, as far as there is room.
fn block(row: &Row, snapshot: &Snapshot) -> Html {
    let name = format!("{} snapshot up to index {}, term {}", row.id, snapshot.index, snapshot.term);
    html! {
        <td colspan={snapshot.columns.to_string()} class={snapshot.commit.then_some("commit")}>
            <div class={classes!("snapshot", term::class(snapshot.term))} title={name.clone()}>
                <span aria-hidden="true">
                    if snapshot.columns > 1 {
                        { "snapshot " }
                    }
                    { format!("…{}", snapshot.index) }
                </span>
                <span class="unseen">{ name }</span>
            </div>
        </td>
    }
}

//! The state machines: what the logs make.

use std::rc::Rc;

use raftarium_sim::View;
use yew::prelude::*;

use super::{Dispatch, on, use_dispatch};
use crate::browser::is_tall;
use crate::geometry::px;
use crate::show::grid::Metrics;
use crate::show::machine::{Machine, Machines as Shown};
use crate::state::Action;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) view: Rc<View>,
    /// Whether there is much besides, so that rows are low.
    pub(crate) low: bool,
}

/// A row for each server, a column for each key: where the logs are otherwise.
#[component]
pub(crate) fn Machines(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let Shown { keys, rows } = Shown::of(&props.view);
    let metrics = Metrics::of(&props.view, is_tall(), props.low);
    let style = format!("--row:{}px", px(metrics.row));
    let heads = keys.iter().map(|key| html! { <th key={key.clone()} scope="col">{ key }</th> });
    html! {
        <section class="panel log machines" aria-labelledby="machines-title">
            <div class="head">
                <h2 id="machines-title">{ "State machines" }</h2>
                { switch(&dispatch, true) }
                <p class="legend" aria-hidden="true"><span class="swatch differs" />{ "not as where most is applied" }</p>
            </div>
            <div class="scroll" tabindex="0" role="region" aria-label="Keys and values">
                <table style={style}>
                    <caption class="unseen">{ "The state of each server: a column for each key" }</caption>
                    <thead>
                        <tr>
                            <th scope="col"><span class="unseen">{ "Server" }</span></th>
                            <th scope="col">{ "applied" }</th>
                            <th scope="col">{ "fingerprint" }</th>
                            { for heads }
                        </tr>
                    </thead>
                    <tbody>{ for rows.iter().map(row) }</tbody>
                </table>
                if keys.is_empty() {
                    <p class="empty">{ "No key has a value yet." }</p>
                }
            </div>
        </section>
    }
}

fn row(machine: &Machine) -> Html {
    let cells = machine.state.as_ref().map(|state| {
        let values = state.values.iter().map(|(value, differs)| {
            let words = value.clone().unwrap_or_else(|| "–".to_owned());
            html! {
                <td class={differs.then_some("differs")}>
                    { words }
                    if *differs {
                        <span class="unseen">{ ", not as on the server that has applied most" }</span>
                    }
                </td>
            }
        });
        html! {
            <>
                <td>{ state.applied.to_string() }</td>
                <td class={state.diverged.then_some("diverged")}>
                    { &state.hash }
                    if state.diverged {
                        <span class="why-not">{ " diverged" }</span>
                    }
                </td>
                { for values }
            </>
        }
    });
    html! {
        <tr key={machine.id.0}>
            <th scope="row" id={format!("row-{}", machine.id.0)}>
                <span class="name">{ machine.id.to_string() }</span>
                <span class="role">{ machine.role }</span>
            </th>
            if let Some(cells) = cells {
                { cells }
            } else {
                <td colspan="3" class="muted">{ "none while it is down" }</td>
            }
        </tr>
    }
}

/// Goes from the logs to the state machines, or back.
pub(super) fn switch(dispatch: &Dispatch, open: bool) -> Html {
    let (name, title) = if open { ("Logs", "The logs (m)") } else { ("State machines", "What the logs make (m)") };
    html! {
        <button type="button" class="button small" {title} aria-keyshortcuts="m" onclick={on(dispatch, Action::ShowMachines(!open))}>
            { name }
        </button>
    }
}

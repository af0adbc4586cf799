//! What the two differ in, and what came of it.

use yew::prelude::*;

use super::super::time_link::time_link;
use super::super::{Dispatch, on};
use crate::show::compare::{parting, verdict, words};
use crate::state::{Action, Side, State};

/// The difference, the rules of both, and where they part.
pub(crate) fn versus(dispatch: &Dispatch, state: &State) -> Html {
    let Some(other) = &state.other else { return Html::default() };
    let said = words(other.difference(), &state.setup.raft);
    let card = |side: Side, letter: &'static str, words: &str, of: &State| {
        let (holds, rules) = verdict(&of.view);
        let shown = state.side == side;
        html! {
            <div class={classes!("card", (!holds).then_some("broken"))} role="group" aria-label={letter}>
                <button type="button" class="letter" aria-pressed={shown.to_string()} aria-label={format!("Inspect {letter}")} title={format!("Let the inspector be about {letter}")} onclick={on(dispatch, Action::LookInto(side))}>{ letter }</button>
                <p class="is">{ words }</p>
                <p class="rules" role={(!holds).then_some("alert")}>
                    <span aria-hidden="true">{ if holds { "✓ " } else { "✗ " } }</span>{ rules }
                    if let Some(first) = of.view.violations.first() {
                        { " " }{ time_link(dispatch, first.at) }
                    }
                </p>
                <button type="button" class="button small" title={format!("Show {letter} alone")} onclick={on(dispatch, Action::Keep(side))}>{ format!("Keep {letter}") }</button>
            </div>
        }
    };
    let where_ = match other.parting() {
        Some(found) => {
            let [a, b] = parting(found, [&state.all_records(), &other.state.all_records()]);
            html! {
                <p class="parting">
                    { "They part at " }{ time_link(dispatch, found.at) }{ ". " }
                    <span><b>{ "A: " }</b>{ a }</span>{ " " }<span><b>{ "B: " }</b>{ b }</span>
                </p>
            }
        }
        None => html! {
            <p class="parting">
                { "The same so far. " }
                <button type="button" class="button small" onclick={on(dispatch, Action::ToParting)}>{ "Go to where they part" }</button>
            </p>
        },
    };
    html! {
        <section class="panel versus" aria-label="Comparison">
            { card(Side::A, "A", &said.a, state) }
            { card(Side::B, "B", &said.b, &other.state) }
            { where_ }
        </section>
    }
}

//! The first minute, step by step, beside the ring and never over it.

use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

use super::icon::{Picture, icon};
use super::{on, use_dispatch};
use crate::browser::{element, focus, wishes};
use crate::show::tour::Step;
use crate::state::Action;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) step: Step,
    /// What came of the step, once it was done.
    pub(crate) done: Option<String>,
    pub(crate) playing: bool,
}

/// What to do, and what came of it.
#[component]
pub(crate) fn Tour(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let Props { step, done, playing } = props;
    use_effect_with(*step, |step| {
        if let Some(place) = element(step.place()) {
            let options = ScrollIntoViewOptions::new();
            options.set_block(ScrollLogicalPosition::Nearest);
            place.scroll_into_view_with_scroll_into_view_options(&options);
        }
        focus("tour-title");
    });
    // However it ends, it is not shown again by itself, and the focus goes where it began.
    use_effect_with((), |()| {
        || {
            wishes::end_tour();
            focus("cluster");
        }
    });
    let next = step.next();
    // What was done is seen to work only while time goes on.
    let still = !playing
        && (*step == Step::Watch && done.is_none()
            || matches!(step, Step::Crash | Step::Put | Step::Cut) && done.is_some());
    html! {
        <section class="tour" role="dialog" aria-labelledby="tour-title" aria-describedby="tour-text">
            <button type="button" class="inside close" aria-label="Skip the tour" title="Skip the tour (Esc)" onclick={on(&dispatch, Action::Tour(None))}>
                { icon(Picture::Close) }
            </button>
            <p class="muted">{ format!("Step {} of {}", step.number(), Step::ALL.len()) }</p>
            <h2 id="tour-title" tabindex="-1">{ step.title() }</h2>
            <p id="tour-text">
                if still && done.is_none() {
                    { "Time stands still: press Play. " }
                }
                { step.says() }
            </p>
            <p class="outcome" aria-live="polite">
                { done.as_deref() }
                if still && done.is_some() {
                    { " Press Play to see it." }
                }
            </p>
            <div class="actions">
                if next.is_some() {
                    <button type="button" class="button" onclick={on(&dispatch, Action::Tour(None))}>{ "Skip the tour" }</button>
                } else {
                    <button type="button" class="button" onclick={on(&dispatch, Action::ShowHelp(true))}>{ "Open the help" }</button>
                }
                <button type="button" class={classes!("button", (done.is_some() || next.is_none()).then_some("primary"))} onclick={on(&dispatch, Action::Tour(next))}>
                    { if next.is_some() { "Next" } else { "Done" } }
                </button>
            </div>
        </section>
    }
}

//! What can be saved of a run: all of it, a scenario of it, everything that happened, and a picture.

use js_sys::Array;
use yew::prelude::*;

use super::dialog::use_modal;
use super::share::{JSON, save_run, save_text, tell};
use super::{Dispatch, on, use_dispatch};
use crate::browser::{document, files, picture};
use crate::state::{About, Action, State};

/// What can be saved.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Run,
    Scenario,
    Trace,
    Svg,
    Png,
}

/// What each is called, and what it is for.
const ALL: [(What, &str, &str); 5] = [
    (What::Run, "Run (JSON)", "What was done, and when. Small; opens here, in the terminal and in a test."),
    (
        What::Scenario,
        "Scenario (JSON)",
        "What was done up to now, step by step, and what came of it: to be told, changed and tested. Opens here, too.",
    ),
    (
        What::Trace,
        "Trace (JSON)",
        "Everything that happened up to now, each with its cause, for programs. Opens here, too.",
    ),
    (What::Svg, "Picture (SVG)", "The cluster as it is drawn now, for a page or a paper."),
    (What::Png, "Picture (PNG)", "The same in dots, for slides."),
];

#[derive(Properties)]
pub(crate) struct Props {
    pub(crate) state: State,
}

impl PartialEq for Props {
    /// Time stands still under it.
    fn eq(&self, other: &Self) -> bool {
        self.state.view == other.state.view
    }
}

/// A dialog that is open from the start, with a button for each.
#[component]
pub(crate) fn Saving(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let modal = use_modal();
    let choices = ALL.map(|(what, name, says)| {
        let (dispatch, state, modal) = (dispatch.clone(), props.state.clone(), modal.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            modal.close();
            save(what, &dispatch, &state);
        });
        html! {
            <li key={name}>
                <button type="button" class="option" autofocus={what == ALL[0].0} {onclick}><span class="name">{ name }</span><span class="says">{ says }</span></button>
            </li>
        }
    });
    html! {
        <dialog ref={modal.node.clone()} class="palette saving" aria-labelledby="saving-title" onclose={on(&dispatch, Action::ShowSaving(false))} onclick={modal.beside()}>
            <div class="shelves">
                <h2 id="saving-title">{ "Save as" }</h2>
                { modal.close_button() }
            </div>
            <ul>{ for choices }</ul>
        </dialog>
    }
}

fn save(what: What, dispatch: &Dispatch, state: &State) {
    let seed = state.setup.seed;
    match what {
        What::Run => save_run(dispatch, state),
        What::Scenario => match state.scenario() {
            Ok(scenario) => save_text(dispatch, "The scenario", &format!("raftarium-{seed}-scenario.json"), &scenario),
            Err(error) => dispatch.emit(Action::Complain(About::Command, format!("No scenario: {error}."))),
        },
        What::Trace => {
            let pieces = Array::new();
            let written = state.write_trace(|piece| _ = pieces.push(&piece.into()));
            let name = format!("raftarium-{seed}-trace.json");
            let done = written.is_ok() && files::save(&name, JSON, &pieces).is_ok();
            tell(dispatch, "The trace", &name, done);
        }
        What::Svg => {
            let name = format!("raftarium-{seed}.svg");
            let done = drawn().is_some_and(|svg| files::save(&name, "image/svg+xml", &Array::of1(&svg.into())).is_ok());
            tell(dispatch, "The picture", &name, done);
        }
        What::Png => {
            let name = format!("raftarium-{seed}.png");
            let Some(svg) = drawn() else { return tell(dispatch, "The picture", &name, false) };
            let dispatch = dispatch.clone();
            picture::png(&svg, move |blob| {
                let done = blob.is_some_and(|blob| files::save_blob(&name, &blob).is_ok());
                tell(&dispatch, "The picture", &name, done);
            });
        }
    }
}

/// The cluster as it is drawn now.
fn drawn() -> Option<String> {
    let stage = document().query_selector("#cluster .stage").ok()??;
    picture::svg(&stage).ok()
}

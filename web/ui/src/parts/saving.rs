//! What can be saved of a run: all of it, everything that happened, and a picture.

use js_sys::Array;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::icon::{Picture, icon};
use super::share::{JSON, save_run, tell};
use super::{Dispatch, on, use_dispatch};
use crate::browser::{document, files, picture};
use crate::state::{Action, State};

/// What can be saved.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Run,
    Trace,
    Svg,
    Png,
}

/// What each is called, and what it is for.
const ALL: [(What, &str, &str); 4] = [
    (What::Run, "Run (JSON)", "What was done, and when. Small; opens here, in the terminal and in a test."),
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
    let node = use_node_ref();
    use_effect_with(node.clone(), |node| {
        if let Some(dialog) = node.cast::<HtmlDialogElement>() {
            let _ = dialog.show_modal();
        }
    });
    let close = {
        let node = node.clone();
        move || {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                dialog.close();
            }
        }
    };
    let choices = ALL.map(|(what, name, says)| {
        let (dispatch, state, close) = (dispatch.clone(), props.state.clone(), close.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            close();
            save(what, &dispatch, &state);
        });
        html! {
            <li key={name}>
                <button type="button" class="option" {onclick}><span class="name">{ name }</span><span class="says">{ says }</span></button>
            </li>
        }
    });
    html! {
        <dialog ref={node} class="palette saving" aria-labelledby="saving-title" onclose={on(&dispatch, Action::ShowSaving(false))}>
            <div class="shelves">
                <h2 id="saving-title">{ "Save as" }</h2>
                <button type="button" class="inside" aria-label="Close" title="Close (Esc)" onclick={Callback::from(move |_: MouseEvent| close())}>
                    { icon(Picture::Close) }
                </button>
            </div>
            <ul>{ for choices }</ul>
        </dialog>
    }
}

fn save(what: What, dispatch: &Dispatch, state: &State) {
    let seed = state.setup.seed;
    match what {
        What::Run => save_run(dispatch, state),
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

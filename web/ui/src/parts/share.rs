//! Handing a run on, and taking one: as a link, and as a file.

use js_sys::Array;
use raftarium_sim::core::Instant;
use raftarium_sim::lesson::LessonKind;
use web_sys::{File, HtmlInputElement};
use yew::prelude::*;

use super::{Dispatch, on};
use crate::browser::{Listener, clipboard, document, element, files, location, prefers_reduced_motion};
use crate::state::address::parse_file;
use crate::state::{About, Action, Opened, State};

/// What the browser calls JSON.
pub(super) const JSON: &str = "application/json";

/// The buttons.
pub(crate) fn share(dispatch: &Dispatch, state: &State) -> Html {
    let open = Callback::from(|_: MouseEvent| {
        if let Some(input) = element("run-file") {
            wasm_bindgen::JsCast::unchecked_into::<HtmlInputElement>(input).click();
        }
    });
    let onchange = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: Event| {
            if let Some(file) = files::chosen(&event.target_unchecked_into()) {
                take(&dispatch, &file);
            }
        })
    };
    html! {
        <div class="share" role="group" aria-label="This run">
            <button type="button" class="button" title="Copy a link to this moment of this run" onclick={copy_link(dispatch, state, state.now)}>
                { "Copy link" }
            </button>
            <button type="button" class="button" aria-haspopup="dialog" aria-keyshortcuts="s" title="Save the run, a scenario of it, its trace or a picture (s)" onclick={on(dispatch, Action::ShowSaving(true))}>
                { "Save…" }
            </button>
            <button type="button" class="button" title="Open a run, a scenario or a trace from a file; dropping it on the page does the same" onclick={open}>
                { "Open" }
            </button>
            <input id="run-file" type="file" accept=".json,application/json" aria-label="File of a run" hidden=true {onchange} />
        </div>
    }
}

/// Copies the link to the run that is shown, at the moment `at`, and says so.
pub(crate) fn copy_link(dispatch: &Dispatch, state: &State, at: Instant) -> Callback<MouseEvent> {
    let (dispatch, state) = (dispatch.clone(), state.clone());
    Callback::from(move |_| {
        let at = (at > Instant::ZERO).then_some(at);
        let dispatch = dispatch.clone();
        match state.link(at) {
            Ok(link) => clipboard::copy(&format!("{}{link}", location::page()), move |copied| {
                dispatch.emit(if copied {
                    Action::Tell("The link is copied.".to_owned())
                } else {
                    let text = "The link could not be copied; the address of the page is a link to this run as well.";
                    Action::Complain(About::Command, text.to_owned())
                });
            }),
            Err(error) => {
                dispatch.emit(Action::Complain(About::Command, format!("No link: {error}. Save it as a file.")))
            }
        }
    })
}

pub(super) fn save_run(dispatch: &Dispatch, state: &State) {
    let shared = state.shared((state.now > Instant::ZERO).then_some(state.now));
    let name = format!("raftarium-{}.json", shared.run.setup.seed);
    save_text(dispatch, "The run", &name, &shared.to_json());
}

/// Saves a text as the file `name`, and says so.
pub(super) fn save_text(dispatch: &Dispatch, what: &str, name: &str, text: &str) {
    let done = files::save(name, JSON, &Array::of1(&text.into()));
    tell(dispatch, what, name, done.is_ok());
}

/// Says whether something was saved.
pub(super) fn tell(dispatch: &Dispatch, what: &str, name: &str, done: bool) {
    dispatch.emit(if done {
        Action::Tell(format!("{what} is saved as {name}."))
    } else {
        Action::Complain(About::Command, format!("{what} could not be saved as {name}."))
    });
}

/// Shows the run in `file`.
fn take(dispatch: &Dispatch, file: &File) {
    let (dispatch, name) = (dispatch.clone(), file.name());
    files::read(file, move |text| match text.map(|text| parse_file(&text)) {
        Ok(Ok(lesson)) => {
            let opened = Opened { lesson, place: None, at: None, play: !prefers_reduced_motion() };
            let what = match opened.lesson.kind {
                LessonKind::Scenario => "scenario",
                LessonKind::Mistake => "mistake",
                LessonKind::Run => "run",
            };
            dispatch.emit(Action::OpenLesson(Box::new(opened)));
            dispatch.emit(Action::Tell(format!("The {what} in {name} is shown.")));
        }
        Ok(Err(error)) => dispatch.emit(Action::Complain(About::Address, format!("{name}: {error}"))),
        Err(reason) => dispatch.emit(Action::Complain(About::Address, reason)),
    });
}

/// Takes files that are dropped anywhere on the page.
#[hook]
pub(crate) fn use_drop(dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    use_effect_with((), move |()| {
        // Without this, a browser would leave the page and show the file.
        let over = Listener::new(document(), "dragover", |event| event.prevent_default());
        let drop_ = Listener::new(document(), "drop", move |event| {
            event.prevent_default();
            if let Some(file) = files::dropped(&event) {
                take(&dispatch, &file);
            }
        });
        move || {
            drop(over);
            drop(drop_);
        }
    });
}

//! The palette: everything that can be done, found by typing.

use yew::prelude::*;

use super::super::dialog::use_modal;
use super::super::finder::{Words, use_finder};
use super::super::{on, use_dispatch};
use crate::show::verbs::{Subject, find};
use crate::state::{Action, State};

const WORDS: Words =
    Words { name: "What to do", placeholder: "crash s1, cut s1 s2, latency, break a rule …", list: "verbs" };

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

/// A field, and what fits to what is in it.
#[component]
pub(crate) fn Palette(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let modal = use_modal();
    let finder = use_finder("verb");
    let selected = Subject::of(props.state.selection);
    let found = props.state.with_scene(|scene| find(scene, finder.text(), selected));
    let count = found.len();
    let at = finder.at(count);
    let perform = {
        let (dispatch, modal) = (dispatch.clone(), modal.clone());
        move |action: Action| {
            // First, so that the focus is back where it was before anything takes it.
            modal.close();
            dispatch.emit(action);
        }
    };
    let take = {
        let perform = perform.clone();
        let actions: Vec<Action> = found.iter().map(|item| Action::Perform(item.verb.kind, item.subject)).collect();
        Callback::from(move |at: usize| actions.get(at).cloned().into_iter().for_each(&perform))
    };
    let options = found.iter().enumerate().map(|(number, item)| {
        let (perform, action) = (perform.clone(), Action::Perform(item.verb.kind, item.subject));
        let onclick = Callback::from(move |_: MouseEvent| perform(action.clone()));
        let chosen = number == at;
        html! {
            <li
                key={format!("{} {number}", item.name)}
                id={finder.id(number)}
                class="option"
                role="option"
                aria-selected={chosen.to_string()}
                aria-disabled={item.refusal.as_ref().map(|_| "true")}
                {onclick}
            >
                <span class="name">{ &item.name }</span>
                if let Some(key) = item.verb.key {
                    <kbd aria-hidden="true">{ key }</kbd>
                }
                <span class="says">{ item.refusal.clone().unwrap_or_else(|| item.verb.says.to_owned()) }</span>
            </li>
        }
    });
    html! {
        <dialog ref={modal.node.clone()} class="palette" aria-label="Do something" onclose={on(&dispatch, Action::ShowPalette(false))} onclick={modal.beside()}>
            { finder.field(&WORDS, count, take) }
            <ul id="verbs" role="listbox" aria-label="What can be done" tabindex="-1">{ for options }</ul>
            if count == 0 {
                <p class="empty">{ format!("Nothing that can be done is called “{}”.", finder.text()) }</p>
            }
        </dialog>
    }
}

//! The palette: everything that can be done, found by typing.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlInputElement};
use yew::prelude::*;

use super::super::{on, use_dispatch};
use crate::browser::element;
use crate::show::verbs::{Subject, find};
use crate::state::{Action, State};

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
    let node = use_node_ref();
    let text = use_state_eq(String::new);
    let chosen = use_state_eq(|| 0_usize);
    use_effect_with(node.clone(), |node| {
        if let Some(dialog) = node.cast::<HtmlDialogElement>() {
            let _ = dialog.show_modal();
        }
    });
    use_effect_with((*chosen, (*text).clone()), |(chosen, _)| {
        if let Some(option) = element(&format!("verb-{chosen}")) {
            let nearest = web_sys::ScrollIntoViewOptions::new();
            nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
            option.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
    });
    let selected = Subject::of(props.state.selection);
    let found = props.state.with_scene(|scene| find(scene, &text, selected));
    let count = found.len();
    let at = (*chosen).min(count.saturating_sub(1));
    let perform = {
        let (dispatch, node) = (dispatch.clone(), node.clone());
        move |action: Action| {
            // First, so that the focus is back where it was before anything takes it.
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                dialog.close();
            }
            dispatch.emit(action);
        }
    };
    let oninput = {
        let (text, chosen) = (text.setter(), chosen.setter());
        Callback::from(move |event: InputEvent| {
            text.set(event.target_unchecked_into::<HtmlInputElement>().value());
            chosen.set(0);
        })
    };
    let onkeydown = {
        let (chosen, perform) = (chosen.setter(), perform.clone());
        let action = found.get(at).map(|item| Action::Perform(item.verb.kind, item.subject));
        Callback::from(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowDown" => (at + 1) % count.max(1),
                "ArrowUp" => (at + count.max(1) - 1) % count.max(1),
                "Enter" => {
                    event.prevent_default();
                    return action.clone().into_iter().for_each(&perform);
                }
                _ => return,
            };
            event.prevent_default();
            chosen.set(next);
        })
    };
    let onclick = {
        let node = node.clone();
        Callback::from(move |event: MouseEvent| {
            let beside = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if let (true, Some(dialog)) =
                (beside.is_some_and(|element| element.has_attribute("open")), node.cast::<HtmlDialogElement>())
            {
                dialog.close();
            }
        })
    };
    let options = found.iter().enumerate().map(|(number, item)| {
        let (perform, action) = (perform.clone(), Action::Perform(item.verb.kind, item.subject));
        let onclick = Callback::from(move |_: MouseEvent| perform(action.clone()));
        let chosen = number == at;
        html! {
            <li
                key={format!("{} {number}", item.name)}
                id={format!("verb-{number}")}
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
        <dialog ref={node} class="palette" aria-label="Do something" onclose={on(&dispatch, Action::ShowPalette(false))} {onclick}>
            <input
                type="text"
                role="combobox"
                aria-label="What to do"
                aria-expanded="true"
                aria-controls="verbs"
                aria-autocomplete="list"
                aria-activedescendant={(count > 0).then(|| format!("verb-{at}"))}
                placeholder="crash s1, cut s1 s2, latency, break a rule …"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                value={(*text).clone()}
                {oninput}
                {onkeydown}
            />
            <ul id="verbs" role="listbox" aria-label="What can be done" tabindex="-1">{ for options }</ul>
            if count == 0 {
                <p class="empty">{ format!("Nothing that can be done is called “{}”.", *text) }</p>
            }
        </dialog>
    }
}

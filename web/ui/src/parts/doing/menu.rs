//! The menu of a server, a link, a message: what is done most is seen at once, the rest unfolds.

use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};
use yew::prelude::*;

use super::super::dialog::use_modal;
use super::super::{on, use_dispatch};
use crate::browser::document;
use crate::show::verbs::{Group, Item, menu, sentence};
use crate::state::{Action, Menu, State};

#[derive(Properties)]
pub(crate) struct Props {
    pub(crate) state: State,
    pub(crate) menu: Menu,
}

impl PartialEq for Props {
    /// Time stands still under a menu.
    fn eq(&self, other: &Self) -> bool {
        self.menu == other.menu && self.state.view == other.state.view
    }
}

/// What can be done to one thing, where it was pressed.
#[component]
pub(crate) fn VerbMenu(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let modal = use_modal();
    let node = modal.node.clone();
    let open = use_state_eq(|| None::<Group>);
    let hint = use_state_eq(String::new);
    use_effect_with(node.clone(), |node| {
        if let Some(dialog) = node.cast::<HtmlDialogElement>() {
            focus(&items(&dialog), 0);
        }
    });
    {
        // It stays on the screen, however much of it is unfolded.
        let node = node.clone();
        use_effect(move || {
            if let Some(dialog) = node.cast::<HtmlElement>() {
                let _ = dialog.style().set_property("--h", &format!("{}px", dialog.offset_height()));
            }
        });
    }
    let oncontextmenu = Callback::from(|event: MouseEvent| event.prevent_default());
    let onkeydown = {
        let (node, open) = (node.clone(), open.clone());
        Callback::from(move |event: KeyboardEvent| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                move_on(&event, &dialog, &open);
            }
        })
    };
    let groups = props.state.with_scene(|scene| menu(scene, props.menu.subject));
    let hear = |words: String| {
        let hint = hint.setter();
        let set = Callback::from(move |()| hint.set(words.clone()));
        (set.reform(|_: FocusEvent| ()), set.reform(|_: MouseEvent| ()))
    };
    let item = |item: &Item| {
        let (onfocus, onmouseenter) = hear(item.refusal.clone().unwrap_or_else(|| item.verb.says.to_owned()));
        let action = Action::Perform(item.verb.kind, item.subject);
        let (dispatch, modal) = (dispatch.clone(), modal.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            // First, so that the focus is back where it was before anything takes it.
            modal.close();
            dispatch.emit(action.clone());
        });
        html! {
            <button key={item.name.clone()} type="button" role="menuitem" tabindex="-1" class="item" aria-disabled={item.refusal.as_ref().map(|_| "true")} aria-describedby="menu-hint" {onclick} {onfocus} {onmouseenter}>
                <span>{ &item.name }</span>
                if let Some(key) = item.verb.key {
                    <kbd aria-hidden="true">{ key }</kbd>
                }
            </button>
        }
    };
    let groups = groups.iter().enumerate().map(|(at, (group, items))| {
        if at == 0 {
            return html! { <div role="group" aria-label="Do" key="first">{ for items.iter().map(item) }</div> };
        }
        let (group, is_open) = (*group, *open == Some(*group));
        let onclick = {
            let open = open.clone();
            Callback::from(move |_: MouseEvent| open.set((!is_open).then_some(group)))
        };
        let (onfocus, onmouseenter) = hear(String::new());
        html! {
            <div role="group" aria-label={group.name()} key={group.name()}>
                <button type="button" role="menuitem" tabindex="-1" class="item fold" aria-expanded={is_open.to_string()} {onclick} {onfocus} {onmouseenter}>
                    <span>{ group.name() }</span>
                </button>
                if is_open {
                    { for items.iter().map(item) }
                }
            </div>
        }
    });
    let name = props.menu.subject.name(&props.state.view);
    let (x, y) = props.menu.at;
    html! {
        <dialog
            ref={node}
            class="menu"
            style={format!("--x:{x}px;--y:{y}px")}
            aria-label={format!("Do to {name}")}
            onclose={on(&dispatch, Action::ShowMenu(None))}
            onclick={modal.beside()}
            {oncontextmenu}
            {onkeydown}
        >
            <h2>{ sentence(&name).trim_end_matches('.') }</h2>
            <div role="menu" aria-label={format!("Do to {name}")}>{ for groups }</div>
            <p class="says" id="menu-hint">{ (*hint).clone() }</p>
        </dialog>
    }
}

/// What can be reached by the arrow keys, from above.
fn items(dialog: &HtmlDialogElement) -> Vec<HtmlElement> {
    let Ok(found) = dialog.query_selector_all("[role=menuitem]") else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
}

fn focus(items: &[HtmlElement], at: usize) {
    if let Some(item) = items.get(at) {
        let _ = item.focus();
    }
}

/// Arrows go from one to the next, and unfold; a letter goes to the next that begins with it.
fn move_on(event: &KeyboardEvent, dialog: &HtmlDialogElement, open: &UseStateHandle<Option<Group>>) {
    let items = items(dialog);
    let active = document().active_element();
    let is_active = |item: &HtmlElement| active.as_ref().is_some_and(|active| item.is_same_node(Some(active)));
    let at = items.iter().position(is_active).unwrap_or(0);
    let count = items.len().max(1);
    let fold = || items.get(at).filter(|item| item.has_attribute("aria-expanded"));
    let expanded = || fold().and_then(|item| item.get_attribute("aria-expanded"));
    let key = event.key();
    match key.as_str() {
        "ArrowDown" => focus(&items, (at + 1) % count),
        "ArrowUp" => focus(&items, (at + count - 1) % count),
        "Home" => focus(&items, 0),
        "End" => focus(&items, count - 1),
        "ArrowRight" if expanded().as_deref() == Some("false") => fold().into_iter().for_each(HtmlElement::click),
        "ArrowLeft" => {
            // From within, back to what unfolded it.
            let above = (0..=at).rev().find(|&above| items[above].has_attribute("aria-expanded"));
            if let (Some(above), Some(_)) = (above, **open) {
                focus(&items, above);
                open.set(None);
            }
        }
        letter if letter.chars().count() == 1 && letter != " " && !event.ctrl_key() && !event.meta_key() => {
            let begins = |item: &HtmlElement| {
                item.text_content()
                    .is_some_and(|text| text.to_ascii_lowercase().starts_with(&letter.to_ascii_lowercase()))
            };
            if let Some(next) = (1..=count).map(|step| (at + step) % count).find(|&next| begins(&items[next])) {
                focus(&items, next);
            }
        }
        _ => return,
    }
    event.prevent_default();
}

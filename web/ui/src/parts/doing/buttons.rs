//! The first verbs for what is selected, as buttons, and what can be asked about it; the others are in its menu.

use yew::prelude::*;

use super::super::{Dispatch, on};
use crate::browser::press;
use crate::show::verbs::{Group, Item, Subject, menu};
use crate::state::{Action, Menu, State};

/// What can be done to `subject`, which is called `name`.
pub(crate) fn buttons(dispatch: &Dispatch, state: &State, subject: Subject, name: &str) -> Html {
    let groups = state.with_scene(|scene| menu(scene, subject));
    let buttons = groups.iter().take(1).flat_map(|(_, items)| items).map(|item| button(dispatch, item));
    let more = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: MouseEvent| {
            let at = event.target().and_then(press::middle_of).unwrap_or_default();
            dispatch.emit(Action::ShowMenu(Some(Menu { subject, at })));
        })
    };
    let asks = groups.iter().filter(|(group, _)| *group == Group::Why).flat_map(|(_, items)| items);
    let asks: Vec<Html> = asks.map(|item| question(dispatch, item)).collect();
    html! {
        <>
        <div class="actions" role="group" aria-label={format!("Do to {name}")}>
            { for buttons }
            if groups.len() > 1 {
                <button type="button" class="button" aria-haspopup="dialog" aria-keyshortcuts="a" title={format!("Everything that can be done to {name} (a)")} onclick={more}>{ "More…" }</button>
            }
        </div>
        if !asks.is_empty() {
            <ul class="asks" aria-label="Questions">{ for asks }</ul>
        }
        </>
    }
}

fn question(dispatch: &Dispatch, item: &Item) -> Html {
    html! {
        <li key={item.verb.name}>
            <button type="button" class="ask-why" title={item.verb.says} aria-keyshortcuts={item.verb.key} onclick={on(dispatch, Action::Perform(item.verb.kind, item.subject))}>{ item.verb.name }</button>
        </li>
    }
}

/// One that cannot be done now can still be pressed: it says why.
fn button(dispatch: &Dispatch, item: &Item) -> Html {
    let title = item.refusal.clone().unwrap_or_else(|| item.verb.says.to_owned());
    html! {
        <button
            key={item.name.clone()}
            type="button"
            class="button"
            aria-disabled={item.refusal.as_ref().map(|_| "true")}
            aria-keyshortcuts={item.verb.key}
            {title}
            onclick={on(dispatch, Action::Perform(item.verb.kind, item.subject))}
        >
            { &item.name }
        </button>
    }
}

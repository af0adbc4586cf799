//! Splitting the network without drawing a line.

use std::rc::Rc;

use raftarium_sim::core::NodeId;
use raftarium_sim::{Command, View};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::super::{on, use_dispatch};
use crate::state::Action;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) view: Rc<View>,
    pub(crate) id: NodeId,
}

/// Cuts a server off from the others, alone or together with some of them.
#[component]
pub(crate) fn Isolate(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let chosen = use_state_eq(Vec::<NodeId>::new);
    {
        let chosen = chosen.setter();
        use_effect_with(props.id, move |_| chosen.set(Vec::new()));
    }
    let all = props.view.servers.len();
    if all < 2 {
        return Html::default();
    }
    let others = props.view.servers.iter().map(|server| server.id).filter(|id| *id != props.id);
    let boxes = others.map(|id| {
        let onchange = {
            let chosen = chosen.clone();
            Callback::from(move |event: Event| {
                let mut next: Vec<NodeId> = chosen.iter().copied().filter(|other| *other != id).collect();
                if event.target_unchecked_into::<HtmlInputElement>().checked() {
                    next.push(id);
                }
                next.sort();
                chosen.set(next);
            })
        };
        html! {
            <label key={id.0} class="check"><input type="checkbox" checked={chosen.contains(&id)} {onchange} />{ id.to_string() }</label>
        }
    });
    let group: Vec<NodeId> = std::iter::once(props.id).chain(chosen.iter().copied()).collect();
    let everybody = group.len() == all;
    let name = if group.len() == 1 {
        format!("Isolate {}", props.id)
    } else {
        format!("Cut off {}", crate::show::list(&group))
    };
    html! {
        <fieldset class="isolate">
            <legend>{ format!("Cut {} off, together with", props.id) }</legend>
            <div class="checks">{ for boxes }</div>
            <div class="row">
                <button type="button" class="button" disabled={everybody} onclick={on(&dispatch, Action::Do(Command::Partition { groups: vec![group] }))}>{ name }</button>
                if !props.view.cuts.is_empty() {
                    <button type="button" class="button" aria-keyshortcuts="h" onclick={on(&dispatch, Action::Do(Command::HealAll))}>{ "Heal all" }</button>
                }
            </div>
        </fieldset>
    }
}

//! Asking something.

use std::rc::Rc;

use raftarium_sim::core::NodeId;
use raftarium_sim::{ClientId, Command, Op, RequestStatus, TEXT_MAX, View};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::super::use_dispatch;
use crate::browser::focus;
use crate::state::Action;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) view: Rc<View>,
    pub(crate) clients: u32,
    pub(crate) propose_to: (Option<NodeId>, u32),
}

/// What is filled in; nothing for a choice that is left to the page.
#[derive(Clone, PartialEq)]
struct Filled {
    client: Option<ClientId>,
    server: Option<NodeId>,
    get: bool,
    key: String,
    value: String,
}

impl Default for Filled {
    fn default() -> Self {
        Self { client: None, server: None, get: false, key: "x".to_owned(), value: "1".to_owned() }
    }
}

/// Who asks whom for what.
#[component]
pub(crate) fn AskForm(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let filled = use_state_eq(Filled::default);
    {
        let filled = filled.clone();
        use_effect_with(props.propose_to, move |&(server, times)| {
            if times > 0 {
                filled.set(Filled { server, get: false, ..(*filled).clone() });
                focus("ask-key");
            }
        });
    }
    let client = filled.client.unwrap_or_else(|| first_free(&props.view, props.clients));
    let server = filled.server.filter(|id| id.0 <= props.view.servers.len() as u64);
    let op = if filled.get {
        Op::Get { key: filled.key.clone() }
    } else {
        Op::Put { key: filled.key.clone(), value: filled.value.clone() }
    };
    let onsubmit = {
        let filled = filled.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            dispatch.emit(Action::Do(Command::Request { client, server, op: op.clone() }));
            // The next put writes something else, so that the two can be told apart.
            if let (false, Ok(number)) = (filled.get, filled.value.parse::<u32>()) {
                filled.set(Filled { value: number.wrapping_add(1).to_string(), ..(*filled).clone() });
            }
        })
    };
    let change = |apply: fn(&mut Filled, String)| {
        let filled = filled.clone();
        move |text: String| {
            let mut next = (*filled).clone();
            apply(&mut next, text);
            filled.set(next);
        }
    };
    let on_select = |apply: fn(&mut Filled, String)| {
        let change = change(apply);
        Callback::from(move |event: Event| change(event.target_unchecked_into::<HtmlSelectElement>().value()))
    };
    let on_input = |apply: fn(&mut Filled, String)| {
        let change = change(apply);
        Callback::from(move |event: InputEvent| change(event.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let most = TEXT_MAX.to_string();
    html! {
        <form class="ask" aria-label="Ask" {onsubmit}>
            <select aria-label="Client" onchange={on_select(|filled, text| filled.client = text.parse().ok().map(ClientId))}>
                <option value="" selected={filled.client.is_none()}>{ "any client" }</option>
                { for (1..=props.clients).map(|number| option(number.into(), 'C', filled.client == Some(ClientId(number)))) }
            </select>
            <select aria-label="Server" onchange={on_select(|filled, text| filled.server = text.parse().ok().map(NodeId))}>
                <option value="" selected={server.is_none()}>{ "asks the leader" }</option>
                { for props.view.servers.iter().map(|view| option(view.id.0, 'S', server == Some(view.id))) }
            </select>
            <select aria-label="Operation" onchange={on_select(|filled, text| filled.get = text == "get")}>
                <option value="put" selected={!filled.get}>{ "put" }</option>
                <option value="get" selected={filled.get}>{ "get" }</option>
            </select>
            <input id="ask-key" type="text" aria-label="Key" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength={most.clone()} value={filled.key.clone()} oninput={on_input(|filled, text| filled.key = text)} />
            if !filled.get {
                <span aria-hidden="true">{ "=" }</span>
                <input type="text" aria-label="Value" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength={most} value={filled.value.clone()} oninput={on_input(|filled, text| filled.value = text)} />
            }
            <button type="submit" class="button primary">{ "Send" }</button>
        </form>
    }
}

fn option(number: u64, letter: char, selected: bool) -> Html {
    let name = if letter == 'S' { format!("asks S{number}") } else { format!("C{number}") };
    html! { <option value={number.to_string()} {selected}>{ name }</option> }
}

/// The first client that does not wait for an answer; the first of all if all of them wait.
fn first_free(view: &View, clients: u32) -> ClientId {
    let waits = |client: ClientId| {
        view.requests.iter().any(|request| request.client == client && request.status == RequestStatus::Waiting)
    };
    (1..=clients).map(ClientId).find(|client| !waits(*client)).unwrap_or(ClientId(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;

    #[test]
    fn a_client_that_waits_is_passed_over() {
        let mut timeline = fixture::timeline(3);
        assert_eq!(first_free(&timeline.view(), 3), ClientId(1));
        let op = Op::Get { key: "x".into() };
        timeline.dispatch(Command::Request { client: ClientId(1), server: None, op }).expect("nobody waits");
        assert_eq!(first_free(&timeline.view(), 3), ClientId(2));
    }
}

//! Asking something.

use std::rc::Rc;

use raftarium_sim::core::NodeId;
use raftarium_sim::{ClientId, RequestStatus, Retries, TEXT_MAX, View};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::super::choice::Choice;
use super::super::use_dispatch;
use crate::browser::focus;
use crate::show::ask::{Asked, RETRIES};
use crate::state::{About, Action};

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) view: Rc<View>,
    pub(crate) clients: u32,
    pub(crate) propose_to: (Option<NodeId>, u32),
    /// The client that is to ask, if a person said which.
    pub(crate) ask_as: Option<ClientId>,
}

/// What is filled in; nothing for a choice that is left to the page.
#[derive(Clone, PartialEq)]
struct Filled {
    client: Option<ClientId>,
    server: Option<NodeId>,
    asked: Asked,
    key: String,
    /// Of a compare and set; empty expects that there is no value.
    expected: String,
    value: String,
    /// What the client does without an answer; nothing leaves it as it is.
    retries: Option<Retries>,
}

impl Default for Filled {
    fn default() -> Self {
        let (key, expected, value) = ("x".to_owned(), String::new(), "1".to_owned());
        Self { client: None, server: None, asked: Asked::Put, key, expected, value, retries: None }
    }
}

/// Who asks whom for what.
#[component]
pub(crate) fn AskForm(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let filled = use_state_eq(Filled::default);
    {
        let filled = filled.clone();
        use_effect_with((props.propose_to, props.ask_as), move |&((server, times), client)| {
            if times > 0 {
                let client = client.or(filled.client);
                filled.set(Filled { client, server, asked: Asked::Put, ..(*filled).clone() });
                focus("ask-key");
            }
        });
    }
    let client = filled.client.unwrap_or_else(|| first_free(&props.view, props.clients));
    let server = filled.server.filter(|id| id.0 <= props.view.servers.len() as u64);
    let op = filled.asked.op(&filled.key, &filled.expected, &filled.value);
    let taken = op.as_ref().is_ok_and(|op| op.check().is_ok()) && !waits(&props.view, client);
    let onsubmit = {
        let filled = filled.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            dispatch.emit(match op.clone() {
                Ok(op) => Action::Ask { client, server, op, retries: filled.retries },
                Err(why) => Action::Complain(About::Command, why),
            });
            // The next put writes something else, so that the two can be told apart. One that is refused stays.
            if let (true, Asked::Put, Ok(number)) = (taken, filled.asked, filled.value.parse::<u32>()) {
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
    let on_choose = |apply: fn(&mut Filled, String)| Callback::from(change(apply));
    let on_input = |apply: fn(&mut Filled, String)| {
        let change = change(apply);
        Callback::from(move |event: InputEvent| change(event.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let most = TEXT_MAX.to_string();
    let retries = RETRIES.into_iter().find(|(retries, ..)| Some(*retries) == filled.retries);
    html! {
        <form class="ask" aria-label="Ask" {onsubmit}>
            <div class="retries">
                <label for="retries">{ "without an answer" }</label>
                <Choice
                    id="retries"
                    title={retries.map_or("What the client does if it gets no answer.", |(_, _, says)| says)}
                    value={retries.map_or("", |(_, name, _)| name)}
                    options={std::iter::once(("".into(), "as before".into())).chain(RETRIES.map(|(_, name, _)| (name.into(), name.into()))).collect::<Vec<_>>()}
                    onchoose={on_choose(|filled, text| filled.retries = RETRIES.iter().find(|(_, name, _)| *name == text).map(|(retries, ..)| *retries))}
                />
            </div>
            <Choice
                label="Client"
                value={filled.client.map_or_else(AttrValue::default, |client| client.0.to_string().into())}
                options={choices("any client", (1..=props.clients).map(|number| (number.into(), format!("C{number}"))))}
                onchoose={on_choose(|filled, text| filled.client = text.parse().ok().map(ClientId))}
            />
            <Choice
                label="Server"
                value={server.map_or_else(AttrValue::default, |server| server.0.to_string().into())}
                options={choices("asks the leader", props.view.servers.iter().map(|server| (server.id.0, format!("asks {}", server.id))))}
                onchoose={on_choose(|filled, text| filled.server = text.parse().ok().map(NodeId))}
            />
            <Choice
                label="Operation"
                title={filled.asked.says()}
                value={filled.asked.name()}
                options={Asked::ALL.map(|asked| (asked.name().into(), asked.name().into())).to_vec()}
                onchoose={on_choose(|filled, text| filled.asked = Asked::from_name(&text).unwrap_or_default())}
            />
            <input id="ask-key" type="text" aria-label="Key" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength={most.clone()} value={filled.key.clone()} oninput={on_input(|filled, text| filled.key = text)} />
            if filled.asked == Asked::CompareAndSet {
                <input type="text" aria-label="Expected" placeholder="none" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength={most.clone()} value={filled.expected.clone()} oninput={on_input(|filled, text| filled.expected = text)} />
            }
            if filled.asked.has_value() {
                <span aria-hidden="true">{ match filled.asked { Asked::CompareAndSet => "→", Asked::Increment => "+", Asked::Put | Asked::Get | Asked::Delete | Asked::ReadIndex | Asked::ReadLease | Asked::ReadNothing => "=" } }</span>
                <input type="text" aria-label="Value" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength={most} value={filled.value.clone()} oninput={on_input(|filled, text| filled.value = text)} />
            }
            <button type="submit" class="button primary">{ "Send" }</button>
        </form>
    }
}

/// What can be chosen, after leaving it to the page, which is called `none`.
fn choices(none: &'static str, all: impl Iterator<Item = (u64, String)>) -> Vec<(AttrValue, AttrValue)> {
    let all = all.map(|(number, name)| (number.to_string().into(), name.into()));
    core::iter::once((AttrValue::default(), none.into())).chain(all).collect()
}

/// The first client that does not wait for an answer; the first of all if all of them wait.
fn first_free(view: &View, clients: u32) -> ClientId {
    (1..=clients).map(ClientId).find(|client| !waits(view, *client)).unwrap_or(ClientId(1))
}

fn waits(view: &View, client: ClientId) -> bool {
    view.requests.iter().any(|request| request.client == client && request.status == RequestStatus::Waiting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use raftarium_sim::{Command, Op};

    #[test]
    fn a_client_that_waits_is_passed_over() {
        let mut timeline = fixture::timeline(3);
        assert_eq!(first_free(&timeline.view(), 3), ClientId(1));
        let op = Op::Get { key: "x".into() };
        timeline.dispatch(Command::Request { client: ClientId(1), server: None, op }).expect("nobody waits");
        assert_eq!(first_free(&timeline.view(), 3), ClientId(2));
    }
}

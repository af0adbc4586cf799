//! The clients: ask something, and see what becomes of it.

mod form;
mod lanes;
mod requests;

use std::rc::Rc;

use yew::prelude::*;

use self::form::AskForm;
use self::lanes::lanes;
use self::requests::Requests;
use crate::state::State;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) state: State,
}

/// What clients ask, as a form, as lanes and as a list.
#[component]
pub(crate) fn Clients(props: &Props) -> Html {
    let state = &props.state;
    let (view, clients) = (&state.view, state.setup.clients);
    let wrong = state.first_wrong();
    html! {
        <section class="panel clients" id="clients" aria-labelledby="clients-title">
            <div class="head"><h2 id="clients-title">{ "Clients" }</h2></div>
            <AskForm view={Rc::clone(view)} {clients} propose_to={state.propose_to} ask_as={state.ask_as} />
            { lanes(view, state.now, clients, wrong) }
            <Requests view={Rc::clone(view)} {wrong} />
        </section>
    }
}

//! The clients: ask something, and see what becomes of it.

mod form;
mod lanes;
mod requests;

use std::rc::Rc;

use yew::prelude::*;

use self::form::AskForm;
use self::lanes::lanes;
use self::requests::Requests;
use crate::browser::size::use_size;
use crate::browser::type_scale;
use crate::state::State;

/// How wide a character of a label is on a laptop, what is beside a lane, and how wide all of it is before it is measured.
const CHARACTER: f64 = 6.8;
const AROUND: f64 = 66.0;
const LANE: f64 = 600.0;

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
    let node = use_node_ref();
    let width = use_size(node.clone()).map_or(LANE, |size| size.width);
    let character = CHARACTER * type_scale() / (width - AROUND).max(CHARACTER) * 100.0;
    html! {
        <section class="panel clients" ref={node} id="clients" aria-labelledby="clients-title">
            <div class="head"><h2 id="clients-title">{ "Clients" }</h2></div>
            <AskForm view={Rc::clone(view)} {clients} propose_to={state.propose_to} ask_as={state.ask_as} />
            { lanes(view, state.now, clients, wrong, character) }
            <Requests view={Rc::clone(view)} {wrong} />
        </section>
    }
}

//! The clients: ask something, and see what becomes of it.

mod form;
mod lanes;
mod requests;

use std::rc::Rc;

use raftarium_sim::View;
use raftarium_sim::core::{Instant, NodeId};
use yew::prelude::*;

use self::form::AskForm;
use self::lanes::Lanes;
use self::requests::Requests;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) view: Rc<View>,
    pub(crate) now: Instant,
    /// How many clients there are.
    pub(crate) clients: u32,
    /// The server that a person wants to propose to, and how often they wanted that.
    pub(crate) propose_to: (Option<NodeId>, u32),
}

/// What clients ask, as a form, as lanes and as a list.
#[component]
pub(crate) fn Clients(props: &Props) -> Html {
    let (view, clients) = (&props.view, props.clients);
    html! {
        <section class="panel clients" aria-labelledby="clients-title">
            <div class="head"><h2 id="clients-title">{ "Clients" }</h2></div>
            <AskForm view={Rc::clone(view)} {clients} propose_to={props.propose_to} />
            <Lanes view={Rc::clone(view)} now={props.now} {clients} />
            <Requests view={Rc::clone(view)} />
        </section>
    }
}

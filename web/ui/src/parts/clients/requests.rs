//! What was asked, and what became of it, in words.

use std::rc::Rc;

use raftarium_sim::{Request, RequestId, View};
use yew::prelude::*;

use super::super::time_link::time_link;
use super::super::{Dispatch, on, use_dispatch};
use crate::show::request::{asked, standing, status};
use crate::show::why::of_request;
use crate::state::Action;

/// The most requests that are listed.
const MOST: usize = 50;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) view: Rc<View>,
    /// The first one that one copy of the data could not have answered so.
    pub(crate) wrong: Option<RequestId>,
}

/// The latest requests, newest first.
#[component]
pub(crate) fn Requests(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let requests = &props.view.requests;
    if requests.is_empty() {
        return html! { <p class="empty">{ "Nothing was asked yet. Send a put, and watch it commit." }</p> };
    }
    html! {
        <ul class="requests" aria-label="Requests" tabindex="0">{ for requests.iter().rev().take(MOST).map(|request| row(&dispatch, &props.view, request, props.wrong == Some(request.id))) }</ul>
    }
}

fn row(dispatch: &Dispatch, view: &View, request: &Request, wrong: bool) -> Html {
    let standing = standing(request);
    let question = of_request(view, request.id);
    html! {
        <li key={request.id.0} class={classes!(standing.class(), wrong.then_some("wrong"))}>
            <span class="mark" aria-hidden="true">{ standing.mark() }</span>
            <span class="who">{ request.client.to_string() }</span>
            <span class="what">{ asked(&request.op) }</span>
            <span class="outcome">{ status(request) }{ if wrong { "; the first answer that is not linearizable" } else { "" } }</span>
            { time_link(dispatch, request.asked) }
            if let Some(question) = question {
                <button type="button" class="time-link" aria-label={format!("Why {} of {}: {}?", asked(&request.op), request.client, status(request))} onclick={on(dispatch, Action::Why(question))}>{ "why?" }</button>
            }
        </li>
    }
}

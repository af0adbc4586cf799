//! What was asked, and what became of it, in words.

use std::rc::Rc;

use raftarium_sim::{Request, View};
use yew::prelude::*;

use super::super::time_link::time_link;
use super::super::{Dispatch, use_dispatch};
use crate::show::request::{asked, standing, status};

/// The most requests that are listed.
const MOST: usize = 50;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) view: Rc<View>,
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
        <ul class="requests" aria-label="Requests" tabindex="0">{ for requests.iter().rev().take(MOST).map(|request| row(&dispatch, request)) }</ul>
    }
}

fn row(dispatch: &Dispatch, request: &Request) -> Html {
    let standing = standing(request);
    html! {
        <li key={request.id.0} class={standing.class()}>
            <span class="mark" aria-hidden="true">{ standing.mark() }</span>
            <span class="who">{ request.client.to_string() }</span>
            <span class="what">{ asked(&request.op) }</span>
            <span class="outcome">{ status(request) }</span>
            { time_link(dispatch, request.asked) }
        </li>
    }
}

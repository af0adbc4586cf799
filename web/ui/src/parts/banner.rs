//! A rule was broken: impossible to overlook.

use raftarium_sim::story::with_requests;
use raftarium_sim::why::{Asks, Question, Thing};
use yew::prelude::*;

use super::share::copy_link;
use super::time_link::time_link;
use super::{Dispatch, on};
use crate::show::list;
use crate::state::{Action, State};

/// The rule that was broken first, and what was found; nothing as long as all hold.
pub(crate) fn banner(dispatch: &Dispatch, state: &State) -> Html {
    let violations = &state.view.violations;
    let Some(first) = violations.first() else { return Html::default() };
    let more = match violations.len() {
        1 => String::new(),
        count => format!(" And {} more.", count - 1),
    };
    html! {
        <div class="violation" role="alert">
            <strong>{ format!("{} is broken on {}.", first.rule.name(), list(&first.servers)) }</strong>
            { " " }{ first.rule.statement() }{ " Found: " }{ with_requests(&first.story, &state.view.requests) }{ "." }{ more }{ " " }
            { time_link(dispatch, first.at) }{ " " }
            <button type="button" class="time-link" onclick={on(dispatch, Action::Why(Question { asks: Asks::Broken, about: Thing::Violation(0) }))}>{ "Why?" }</button>{ " " }
            <button type="button" class="time-link" onclick={copy_link(dispatch, state, first.at)}>{ "Copy a link to it" }</button>
        </div>
    }
}

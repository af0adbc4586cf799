//! A rule was broken: impossible to overlook.

use raftarium_sim::Violation;
use yew::prelude::*;

use super::Dispatch;
use super::time_link::time_link;
use crate::show::list;

/// The rule that was broken first, and what was found; nothing as long as all hold.
pub(crate) fn banner(dispatch: &Dispatch, violations: &[Violation]) -> Html {
    let Some(first) = violations.first() else { return Html::default() };
    let more = match violations.len() {
        1 => String::new(),
        count => format!(" And {} more.", count - 1),
    };
    html! {
        <div class="violation" role="alert">
            <strong>{ format!("{} is broken on {}.", first.rule.name(), list(&first.servers)) }</strong>
            { " " }{ first.rule.statement() }{ " Found: " }{ &first.story }{ "." }{ more }{ " " }
            { time_link(dispatch, first.at) }
        </div>
    }
}

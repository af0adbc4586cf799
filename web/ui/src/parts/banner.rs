//! A rule was broken: impossible to overlook.

use raftarium_sim::Violation;
use yew::prelude::*;

use super::time_link::TimeLink;
use crate::show::list;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) violations: Vec<Violation>,
}

/// The rule that was broken first, and what was found; nothing as long as all hold.
#[component]
pub(crate) fn Banner(props: &Props) -> Html {
    let Some(first) = props.violations.first() else { return Html::default() };
    let more = match props.violations.len() {
        1 => String::new(),
        count => format!(" And {} more.", count - 1),
    };
    html! {
        <div class="violation" role="alert">
            <strong>{ format!("{} is broken on {}.", first.rule.name(), list(&first.servers)) }</strong>
            { " " }{ first.rule.statement() }{ " Found: " }{ &first.story }{ more }{ " " }
            <TimeLink at={first.at} />
        </div>
    }
}

//! The rules of Raft: held, and how often that was checked.

use raftarium_sim::{Check, Violation};
use yew::prelude::*;

use crate::show::thousands;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) checks: Vec<Check>,
    pub(crate) violations: Vec<Violation>,
}

/// One chip for each rule; its statement is shown when it is pointed at or has the focus.
#[component]
pub(crate) fn Rules(props: &Props) -> Html {
    let chips = props.checks.iter().map(|check| {
        let broken = props.violations.iter().any(|violation| violation.rule == check.rule);
        let id = format!("rule-{:?}", check.rule);
        let name = check.rule.name();
        let (class, state) = if broken { ("chip rule broken", "broken") } else { ("chip rule", "it holds") };
        html! {
            <li key={name}>
                <button type="button" {class} aria-describedby={id.clone()}>
                    <span>{ name }</span>{ " " }
                    <span class="number">{ thousands(check.count) }</span>
                    <span class="unseen">{ format!(" checks, {state}") }</span>
                </button>
                <div class="statement" role="tooltip" id={id}>
                    { check.rule.statement() }<span class="muted">{ format!(" {}.", check.rule.source()) }</span>
                </div>
            </li>
        }
    });
    html! {
        <section class="panel rules" aria-labelledby="rules-title">
            <div class="head"><h2 id="rules-title">{ "Rules checked after every event" }</h2></div>
            <ul class="chips">{ for chips }</ul>
        </section>
    }
}

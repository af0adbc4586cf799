//! The rules of Raft: held, and how often that was checked.

use raftarium_sim::{Check, Violation};
use yew::prelude::*;

use crate::show::{count, thousands};

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
        let (class, state) = match (broken, check.undecided) {
            (true, _) => ("chip rule broken", "broken".to_owned()),
            (false, 0) => ("chip rule", "it holds".to_owned()),
            (false, open) => ("chip rule undecided", format!("not decided for {}", count(open, "key", "keys"))),
        };
        html! {
            <li key={name}>
                <button type="button" {class} aria-describedby={id.clone()}>
                    <span>{ name }</span>{ " " }
                    <span class="number">{ thousands(check.count) }</span>
                    if !broken && check.undecided > 0 {
                        <span class="number">{ format!(" · {} ?", check.undecided) }</span>
                    }
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

//! The rules of Raft: held, and how often that was checked.

use std::rc::Rc;

use raftarium_sim::{Rule, View};
use yew::prelude::*;

use super::{on, use_dispatch};
use crate::show::{brief, count, thousands};
use crate::state::Action;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) view: Rc<View>,
}

/// How many are seen where there is little room: the five of the paper's Figure 3.
const FIRST: usize = 5;

/// One chip for each rule; its statement is shown when it is pointed at or has the focus. Where there is little room, most
/// of those that hold are folded away.
#[component]
pub(crate) fn Rules(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let all = use_state_eq(|| false);
    let toggle = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(!*all))
    };
    let (mut folded, wanted) = (0, *all);
    let chips: Vec<Html> = props
        .view
        .checks
        .iter()
        .enumerate()
        .map(|(at, check)| {
            let found = props.view.violations.iter().find(|violation| violation.rule == check.rule);
            let broken = found.is_some();
            // One that was broken leads to the moment.
            let onclick = found.map(|found| on(&dispatch, Action::Seek(found.at)));
            let id = format!("rule-{:?}", check.rule);
            let name = check.rule.name();
            let (class, state) = match (broken, check.undecided) {
                (true, _) => ("chip rule broken", "broken".to_owned()),
                (false, 0) => ("chip rule", "it holds".to_owned()),
                (false, open) => ("chip rule undecided", format!("not decided for {}", count(open, "key", "keys"))),
            };
            let folds = at >= FIRST && check.rule != Rule::Linearizability && !broken && check.undecided == 0;
            folded += usize::from(folds);
            html! {
                <li key={name} class={(folds && !wanted).then_some("folded")}>
                    <button type="button" {class} aria-describedby={id.clone()} {onclick}>
                        <span>{ name }</span>{ " " }
                        <span class="number room" title={thousands(check.count)}>{ brief(check.count) }</span>
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
        })
        .collect();
    html! {
        <section class="panel rules" aria-labelledby="rules-title">
            <div class="head"><h2 id="rules-title">{ "Rules checked after every event" }</h2></div>
            <ul class="chips">
                { for chips }
                <li class="fold-rules">
                    <button type="button" class="chip" aria-expanded={wanted.to_string()} onclick={toggle}>{ if wanted { "fewer".to_owned() } else { format!("+ {folded}") } }<span class="unseen">{ if wanted { " rules" } else { " more rules" } }</span></button>
                </li>
            </ul>
        </section>
    }
}

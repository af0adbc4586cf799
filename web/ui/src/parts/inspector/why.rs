//! Why something is as it is: the answer to the last question.

use std::rc::Rc;

use raftarium_sim::why::{Cause, Thing};
use web_sys::HtmlElement;
use yew::prelude::*;

use super::super::icon::{Picture, icon};
use super::super::{Dispatch, on, use_dispatch};
use crate::show::seconds;
use crate::state::{Action, Explained};

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) told: Rc<Explained>,
}

/// The causes of what was asked about, each of which leads to its moment. They stay while one looks at them.
#[component]
pub(super) fn Answer(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let node = use_node_ref();
    use_effect_with((node.clone(), props.told.number), |(node, _)| {
        if let Some(section) = node.cast::<HtmlElement>() {
            let _ = section.focus();
        }
    });
    let explanation = &props.told.explanation;
    let question = explanation.question.to_string();
    let at = seconds(explanation.at);
    let causes = explanation.causes.iter().enumerate().map(|(number, cause)| row(&dispatch, number, cause));
    html! {
        <section ref={node} class="answer" aria-labelledby="why-question" tabindex="-1">
            <button type="button" class="inside close" aria-label="Close answer" onclick={on(&dispatch, Action::CloseWhy)}>
                { icon(Picture::Close) }
            </button>
            <h2 id="why-question">{ question }</h2>
            <ol aria-label="Causes">{ for causes }</ol>
            <p class="asked">
                { "Asked at " }
                <button type="button" class="time-link" aria-label={format!("Back to {at}, where it was asked")} onclick={on(&dispatch, Action::WhyAgain)}>{ at.clone() }</button>
            </p>
        </section>
    }
}

/// A cause that has a moment, or a place, leads there.
fn row(dispatch: &Dispatch, number: usize, cause: &Cause) -> Html {
    let leads = cause.at.is_some() || cause.about != Thing::Cluster;
    let when = cause.at.map(|at| html! { <span class="time-link">{ seconds(at) }</span> });
    html! {
        <li key={number}>
            if leads {
                <button type="button" class="event" onclick={on(dispatch, Action::Follow(Box::new(cause.clone())))}>
                    <span class="words">{ cause.words.clone() }{ when.is_some().then_some(" ") }{ when }</span>
                </button>
            } else {
                <span class="words">{ cause.words.clone() }</span>
            }
        </li>
    }
}

//! The story of the run that is shown: what to look for, step by step, and what came of it.

use std::rc::Rc;

use raftarium_sim::lesson::{LessonKind, LessonStep, Outcome};
use web_sys::Element;
use yew::prelude::*;

use super::icon::{Picture, icon};
use super::library::list;
use super::time_link::time_link;
use super::{Dispatch, on, use_dispatch};
use crate::state::{Action, Shelf, State, Told, Wanted};

#[derive(Properties)]
pub(crate) struct Props {
    pub(crate) state: State,
}

impl Props {
    /// What is seen of it.
    fn seen(&self) -> (Option<&Rc<Told>>, Option<usize>, bool) {
        let state = &self.state;
        let told = state.told.as_ref();
        (told, told.and_then(|told| told.step(state.now)), state.departs())
    }
}

impl PartialEq for Props {
    /// It changes from step to step, not whenever time goes on.
    fn eq(&self, other: &Self) -> bool {
        self.seen() == other.seen()
    }
}

/// In the place of the overview, for as long as nothing is selected.
#[component]
pub(crate) fn Story(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let (place, current) = (use_node_ref(), use_node_ref());
    let (told, step, departs) = props.seen();
    use_effect_with((place.clone(), current.clone(), step), |(place, current, _)| {
        if let (Some(place), Some(current)) = (place.cast::<Element>(), current.cast::<Element>()) {
            show_in(&place, &current);
        }
    });
    let Some(told) = told else { return Html::default() };
    let lesson = &told.lesson;
    let last = lesson.steps.len().saturating_sub(1);
    // Of a run in which the rules are kept, what is found at the end is not there.
    let told_of = |number: &usize| !(told.kept && *number == last);
    let steps = lesson.steps.iter().enumerate().filter(|(number, _)| told_of(number)).map(|(number, told)| {
        let here = Some(number) == step;
        html! {
            <li key={number} ref={if here { current.clone() } else { NodeRef::default() }} aria-current={here.then_some("step")}>
                { one_step(&dispatch, told) }
            </li>
        }
    });
    let outcome = if told.kept { &lesson.kept } else { &lesson.outcome };
    let mistake = lesson.kind == LessonKind::Mistake;
    html! {
        <aside class="panel inspector story" aria-label="Story">
            <button type="button" class="inside close" aria-label="Close story" title="Show the overview" onclick={on(&dispatch, Action::CloseLesson)}>
                { icon(Picture::Close) }
            </button>
            <div class="head"><h2>{ &lesson.title }</h2></div>
            if mistake {
                { rules_switch(&dispatch, told.kept) }
            }
            <div ref={place} class="told" tabindex="0" role="group" aria-label="What is told">
            <p class="muted source">{ &lesson.source }</p>
            if departs {
                <div class="why">
                    <p>{ "You did something in this run. From there on it is yours, and goes its own way." }</p>
                    <button type="button" class="button small" onclick={on(&dispatch, Action::TellAgain(told.kept))}>{ "Back to the story" }</button>
                </div>
            }
            <p class="look">{ &lesson.look }</p>
            if let Some(outcome) = outcome.as_ref() {
                { outcome_line(&dispatch, outcome, mistake && !told.kept) }
            }
            <ol class="steps" aria-label="Steps">{ for steps }</ol>
            </div>
            { neighbours(&dispatch, told) }
        </aside>
    }
}

/// Scrolls `place` so that `current` is seen in it, and nothing else: the page stays where it is.
fn show_in(place: &Element, current: &Element) {
    let (outer, inner) = (place.get_bounding_client_rect(), current.get_bounding_client_rect());
    let below = (inner.bottom() - outer.bottom()).max(0.0).min(inner.top() - outer.top());
    let above = (inner.top() - outer.top()).min(0.0);
    place.set_scroll_top(place.scroll_top() + (below + above) as i32);
}

fn one_step(dispatch: &Dispatch, step: &LessonStep) -> Html {
    let at = match step.at {
        Some(at) => time_link(dispatch, at),
        None => html! { <span class="muted">{ "did not come" }</span> },
    };
    let did = step.did.iter().map(|words| html! { <li>{ words }</li> });
    let expected = step.expected.iter().map(|(words, holds)| {
        let (class, says) = match holds {
            Some(true) => ("holds", "so"),
            Some(false) => ("fails", "not so"),
            None => ("undone", "not looked at"),
        };
        html! { <li {class}>{ words }<span class="unseen">{ format!(": {says}") }</span></li> }
    });
    html! {
        <>
            { at }
            if !step.says.is_empty() {
                <p>{ &step.says }</p>
            }
            if !step.waited.is_empty() {
                <p class="waited">{ format!("When {}.", step.waited) }</p>
            }
            if !step.did.is_empty() {
                <ul class="did" aria-label="What is done">{ for did }</ul>
            }
            if !step.expected.is_empty() {
                <ul class="expected" aria-label="What is expected">{ for expected }</ul>
            }
        </>
    }
}

/// What came of it. A rule that is broken on purpose is what should come, and no less bad.
fn outcome_line(dispatch: &Dispatch, outcome: &Outcome, harm: bool) -> Html {
    let class = if outcome.expected && !harm { "comes good" } else { "comes harm" };
    html! { <p {class} role="note" aria-label="What comes of it">{ &outcome.words }{ " " }{ time_link(dispatch, outcome.at) }</p> }
}

/// The same run with and without the mistake.
fn rules_switch(dispatch: &Dispatch, kept: bool) -> Html {
    let choice = |name: &'static str, this: bool| {
        html! {
            <button type="button" class="button small" aria-pressed={(this == kept).to_string()} onclick={on(dispatch, Action::TellAgain(this))}>
                { name }
            </button>
        }
    };
    html! {
        <div class="switch" role="group" aria-label="The same run">
            { choice("Break the rule", false) }{ choice("Keep to the rules", true) }
        </div>
    }
}

/// The story before, and the one after.
fn neighbours(dispatch: &Dispatch, told: &Told) -> Html {
    let Some((shelf, name)) = &told.place else { return Html::default() };
    let go = |after: bool| {
        let (dispatch, shelf, name) = (dispatch.clone(), *shelf, name.clone());
        Callback::from(move |_: MouseEvent| {
            let (dispatch, name) = (dispatch.clone(), name.clone());
            list(shelf, move |cards| {
                dispatch.emit(match cards {
                    Ok(cards) => match cards.beside(&name, after) {
                        Some(name) => Action::Want(Wanted { shelf, name: name.to_owned(), at: None }),
                        None => Action::ShowLibrary(Some(shelf)),
                    },
                    Err(why) => Action::CannotFetch(why),
                });
            });
        })
    };
    let all = if *shelf == Shelf::Scenarios { "All scenarios" } else { "All broken rules" };
    html! {
        <nav class="neighbours" aria-label="Other stories">
            <button type="button" class="button small" aria-label={format!("Previous {}", shelf.one())} onclick={go(false)}>{ "‹ Previous" }</button>
            <button type="button" class="button small" onclick={on(dispatch, Action::ShowLibrary(Some(*shelf)))}>{ all }</button>
            <button type="button" class="button small" aria-label={format!("Next {}", shelf.one())} onclick={go(true)}>{ "Next ›" }</button>
        </nav>
    }
}

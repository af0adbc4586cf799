//! The futures that are not looked at, as lanes below the bar.

use std::rc::Rc;

use raftarium_sim::BranchId;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::super::icon::{Picture, icon};
use super::super::use_dispatch;
use super::glyph::{look, thinned};
use super::slider::px_percent;
use crate::browser::focus;
use crate::geometry::lanes::{ROW, WIDE, fork};
use crate::geometry::px;
use crate::show::axis::Axis;
use crate::show::branches::{Branches, Lane};
use crate::state::Action;

/// The longest name that can be typed; what is too long as bytes is refused.
const NAME_MAX: &str = "64";

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) axis: Axis,
    pub(super) branches: Rc<Branches>,
}

/// What a person is about to do with a branch.
#[derive(Clone, Copy, PartialEq)]
enum About {
    Renaming(BranchId),
    Deleting(BranchId),
}

/// A lane for each, which leaves the bar or another lane where they part. Pressing one goes to it.
#[component]
pub(super) fn Lanes(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let about = use_state_eq(|| None::<About>);
    // What takes the focus once it is drawn: what had it may be gone by then.
    let wanted = use_mut_ref(|| None::<String>);
    use_effect({
        let wanted = Rc::clone(&wanted);
        move || wanted.borrow_mut().take().into_iter().for_each(|id| focus(&id))
    });
    let Props { axis, branches } = props;
    let act = {
        let (dispatch, about) = (dispatch.clone(), about.setter());
        move |action: Option<Action>, next: Option<About>, then: String| {
            *wanted.borrow_mut() = Some(then);
            about.set(next);
            action.into_iter().for_each(|action| dispatch.emit(action));
        }
    };
    let button =
        |class: &'static str, name: String, words: Html, action: Option<Action>, next: Option<About>, then: String| {
            let act = act.clone();
            let onclick = Callback::from(move |_: MouseEvent| act(action.clone(), next, then.clone()));
            html! { <button type="button" {class} aria-label={name.clone()} title={name} {onclick}>{ words }</button> }
        };
    let rename = |id: BranchId, name: &str| {
        let next = Some(About::Renaming(id));
        button("inside", format!("Rename {name}"), icon(Picture::Pencil), None, next, "branch-name".to_owned())
    };
    let named = |id: BranchId, name: &str, given: bool| {
        let act = act.clone();
        let done = move |action: Option<Action>| act(action, None, mark(id));
        naming(id, if given { name } else { "" }, name, done)
    };
    let lane = |(at, lane): (usize, &Lane)| {
        let id = lane.id;
        let top = at as f64 * ROW;
        let left = px_percent(axis.percent(lane.from));
        let style = format!("--top:{}px;--left:{left}%", px(top));
        let onkeydown = {
            let act = act.clone();
            Callback::from(move |event: KeyboardEvent| {
                let (next, then) = match event.key().as_str() {
                    "F2" => (About::Renaming(id), "branch-name"),
                    "Delete" => (About::Deleting(id), "branch-keep"),
                    _ => return,
                };
                event.prevent_default();
                act(None, Some(next), then.to_owned());
            })
        };
        let words = match *about {
            Some(About::Renaming(other)) if other == id => named(id, &lane.name, lane.named),
            Some(About::Deleting(other)) if other == id => html! {
                <span class="sure" role="group" aria-label={format!("Delete {}?", lane.name)}>
                    <span>{ format!("Delete {} and what happened in it?", lane.name) }</span>
                    { asked("Delete", "branch-delete", act.clone(), Some(Action::DeleteBranch(id)), branches.id.map_or_else(String::new, mark)) }
                    { asked("Keep", "branch-keep", act.clone(), None, mark(id)) }
                </span>
            },
            Some(_) | None => {
                let act = act.clone();
                let onclick = Callback::from(move |_: MouseEvent| act(Some(Action::SwitchBranch(id)), None, mark(id)));
                html! {
                    <>
                        <button id={mark(id)} type="button" class="go" title="Go to this branch (F2 renames it, Delete deletes it)" {onclick} {onkeydown}>
                            <span class="name">{ &lane.name }</span>{ " " }<span class="what">{ &lane.what }</span>{ " " }<span class="times">{ lane.times() }</span>
                        </button>
                        { rename(id, &lane.name) }
                        { button("inside", format!("Delete {}", lane.name), icon(Picture::Close), None, Some(About::Deleting(id)), "branch-keep".to_owned()) }
                    </>
                }
            }
        };
        let marks = thinned(&lane.marks, *axis).into_iter().map(|mark| {
            let (class, shape, _) = look(mark.kind);
            let style = format!("left:{}%", px_percent(axis.percent(mark.at)));
            html! { <svg key={mark.record.0} class={classes!("mark", class)} {style} viewBox="-8 -8 16 16" width="12" height="12" aria-hidden="true">{ shape }</svg> }
        });
        html! {
            <li key={id.0} class="branch" {style}>
                <div class="words">{ words }</div>
                <div class="glyphs" aria-hidden="true">{ for marks }</div>
            </li>
        }
    };
    let wide = f64::from(WIDE) / 100.0;
    let forks = branches.lanes.iter().enumerate().map(|(at, lane)| {
        let (from, end) = (axis.percent(lane.from) * wide, axis.percent(lane.end) * wide);
        html! { <path key={lane.id.0} d={fork(lane.leaves, at + 1, from, end)} vector-effect="non-scaling-stroke" /> }
    });
    let height = px(branches.lanes.len() as f64 * ROW + 4.0);
    let here = match (*about, branches.id) {
        (Some(About::Renaming(other)), Some(id)) if other == id => named(id, &branches.name, branches.named),
        (_, Some(id)) => html! {
            <>
                <span id={mark(id)} class="name" tabindex="-1" aria-current="true">{ &branches.name }</span>
                { rename(id, &branches.name) }
            </>
        },
        (_, None) => Html::default(),
    };
    html! {
        <section class="branches" aria-label="Branches">
            <div class="here words">
                <span class="muted">{ "Branch:" }</span>
                { here }
                <span class="muted wide-only">{ "The others begin where something else was done; press one to go there." }</span>
            </div>
            <div class="scroll">
                <div class="all" style={format!("--height:{height}px")}>
                    <svg class="forks" viewBox={format!("0 0 {WIDE} {height}")} preserveAspectRatio="none" aria-hidden="true">{ for forks }</svg>
                    <ul aria-label="Other branches">{ for branches.lanes.iter().enumerate().map(lane) }</ul>
                </div>
            </div>
        </section>
    }
}

/// The id of what a branch is called.
fn mark(id: BranchId) -> String {
    format!("branch-{}", id.0)
}

fn asked(
    words: &'static str,
    id: &'static str,
    act: impl Fn(Option<Action>, Option<About>, String) + 'static,
    action: Option<Action>,
    then: String,
) -> Html {
    let onclick = Callback::from(move |_: MouseEvent| act(action.clone(), None, then.clone()));
    html! { <button type="button" {id} class="button small" {onclick}>{ words }</button> }
}

/// A field for a name; Enter takes it over, Escape leaves it as it was.
fn naming(id: BranchId, value: &str, name: &str, done: impl Fn(Option<Action>) + Clone + 'static) -> Html {
    let take = {
        let done = done.clone();
        move |input: HtmlInputElement| done(Some(Action::RenameBranch(id, input.value())))
    };
    let onkeydown = {
        let take = take.clone();
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            // Or what has the focus next would be pressed.
            "Enter" => {
                event.prevent_default();
                take(event.target_unchecked_into());
            }
            "Escape" => {
                event.prevent_default();
                done(None);
            }
            _ => {}
        })
    };
    html! {
        <input id="branch-name" type="text" class="rename" maxlength={NAME_MAX} size="18" autocomplete="off" spellcheck="false" aria-label={format!("Name of {name}")} placeholder={name.to_owned()} value={value.to_owned()} {onkeydown} />
    }
}

//! The library: all scenarios, and all mistakes that are shown, to choose from.

use std::rc::Rc;

use raftarium_sim::lesson::Lesson;
use yew::prelude::*;

use super::dialog::use_modal;
use super::finder::{Finder, Words, use_finder};
use super::{Dispatch, on, use_dispatch};
use crate::browser::{fetch, prefers_reduced_motion};
use crate::show::shelf::{Card, Cards};
use crate::state::{Action, Opened, Shelf, State, Wanted};

/// The shelves and what their tabs say.
const SHELVES: [(Shelf, &str); 2] = [(Shelf::Scenarios, "Scenarios"), (Shelf::Mistakes, "Broken rules")];

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) shelf: Shelf,
}

/// A dialog that is open from the start: two tabs, a field, and what fits to what is in it.
#[component]
pub(crate) fn Library(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let modal = use_modal();
    let finder = use_finder("story");
    let cards = use_state_eq(|| None::<Result<Rc<Cards>, String>>);
    {
        let (cards, finder) = (cards.setter(), finder.clone());
        use_effect_with(props.shelf, move |&shelf| {
            cards.set(None);
            finder.choose_first();
            list(shelf, move |found| cards.set(Some(found.map(Rc::new))));
        });
    }
    let known = cards.as_ref().and_then(|cards| cards.as_ref().ok());
    let found: Vec<&Card> = known.map_or_else(Vec::new, |cards| cards.found(finder.text()));
    let count = found.len();
    let choose = {
        let (dispatch, modal, shelf) = (dispatch.clone(), modal.clone(), props.shelf);
        move |name: String| {
            modal.close();
            dispatch.emit(Action::Want(Wanted { shelf, name, at: None }));
        }
    };
    let take = {
        let choose = choose.clone();
        let names: Vec<String> = found.iter().map(|card| card.name.clone()).collect();
        Callback::from(move |at: usize| names.get(at).cloned().into_iter().for_each(&choose))
    };
    let groups = known.map_or_else(Vec::new, |cards| groups(cards, &found, &finder, &choose));
    let empty = match cards.as_ref() {
        None => Some("Loading the list …".to_owned()),
        Some(Err(why)) => Some(why.clone()),
        Some(Ok(_)) if count == 0 => Some(format!("None of them speaks of “{}”.", finder.text())),
        Some(Ok(_)) => None,
    };
    html! {
        <dialog ref={modal.node.clone()} class="palette library" aria-label="Scenarios and broken rules" onclose={on(&dispatch, Action::ShowLibrary(None))} onclick={modal.beside()}>
            <div class="shelves">
                { tabs(&dispatch, props.shelf) }
                { modal.close_button() }
            </div>
            { finder.field(&words(props.shelf), count, take) }
            <div id="stories" class="stories" role="listbox" aria-label="Stories" tabindex="-1">{ for groups }</div>
            if let Some(words) = empty {
                <p class="empty" role="status">{ words }</p>
            }
        </dialog>
    }
}

const fn words(shelf: Shelf) -> Words {
    let placeholder = match shelf {
        Shelf::Scenarios => "figure 8, snapshot, pre-vote, lease …",
        Shelf::Mistakes => "vote, fsync, snapshot, liveness …",
    };
    Words { name: "Find a story", placeholder, list: "stories" }
}

fn tabs(dispatch: &Dispatch, shown: Shelf) -> Html {
    let onkeydown = {
        let dispatch = dispatch.clone();
        let other = if shown == Shelf::Scenarios { Shelf::Mistakes } else { Shelf::Scenarios };
        Callback::from(move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "ArrowLeft" | "ArrowRight") {
                event.prevent_default();
                dispatch.emit(Action::ShowLibrary(Some(other)));
                crate::browser::focus(other.folder());
            }
        })
    };
    let tab = |(shelf, name): (Shelf, &'static str)| {
        let selected = shelf == shown;
        let show = on(dispatch, Action::ShowLibrary(Some(shelf)));
        html! {
            <button type="button" role="tab" id={shelf.folder()} class="tab" aria-selected={selected.to_string()} aria-controls="stories" tabindex={if selected { "0" } else { "-1" }} onclick={show}>
                { name }
            </button>
        }
    };
    html! { <div role="tablist" aria-label="What to choose from" {onkeydown}>{ for SHELVES.map(tab) }</div> }
}

/// What was found, under the names of its groups.
fn groups(cards: &Cards, found: &[&Card], finder: &Finder, choose: &(impl Fn(String) + Clone + 'static)) -> Vec<Html> {
    let at = finder.at(found.len());
    let of = |(group, name): (usize, &String)| {
        let numbered = found.iter().enumerate().filter(|(_, card)| card.group == group);
        let options: Html =
            numbered.map(|(number, card)| option(card, finder.id(number), number == at, choose)).collect();
        let id = format!("shelf-{group}");
        found.iter().any(|card| card.group == group).then(|| {
            html! {
                <div role="group" aria-labelledby={id.clone()} key={id.clone()}>
                    <h3 {id} role="presentation">{ name }</h3>
                    { options }
                </div>
            }
        })
    };
    cards.groups.iter().enumerate().filter_map(of).collect()
}

fn option(card: &Card, id: String, chosen: bool, choose: &(impl Fn(String) + Clone + 'static)) -> Html {
    let (choose, name) = (choose.clone(), card.name.clone());
    let onclick = Callback::from(move |_: MouseEvent| choose(name.clone()));
    let more = card.more.iter().map(|line| html! { <span class="says">{ line }</span> });
    html! {
        <div key={card.name.clone()} {id} class="option" role="option" aria-selected={chosen.to_string()} {onclick}>
            <span class="name">{ &card.title }</span>
            <span class="source">{ &card.source }</span>
            <span class="says">{ &card.look }</span>
            { for more }
        </div>
    }
}

/// Fetches the list of a shelf.
pub(super) fn list(shelf: Shelf, hear: impl Fn(Result<Cards, String>) + Clone + 'static) {
    fetch::text(&format!("{}/index.json", shelf.folder()), move |text| {
        hear(match text {
            Some(text) => Cards::read(shelf, &text).map_err(|error| error.to_string()),
            None => Err("The list cannot be loaded: there is no way to it.".to_owned()),
        });
    });
}

/// Fetches the story that is wanted, and shows it.
#[hook]
pub(crate) fn use_wanted(state: &State, dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    use_effect_with(state.wanted.clone(), move |wanted| {
        let Some(wanted) = wanted.clone() else { return };
        list(wanted.shelf, move |cards| {
            let file = cards.and_then(|cards| match cards.named(&wanted.name) {
                Some(name) => Ok(name.to_owned()),
                None => Err(format!(
                    "No {} is called “{}”; allowed are those in the list.",
                    wanted.shelf.one(),
                    wanted.name
                )),
            });
            match file {
                Ok(name) => open(&wanted, name, &dispatch),
                Err(why) => dispatch.emit(Action::CannotFetch(why)),
            }
        });
    });
}

fn open(wanted: &Rc<Wanted>, name: String, dispatch: &Dispatch) {
    let (wanted, dispatch) = (Rc::clone(wanted), dispatch.clone());
    fetch::text(&format!("{}/{name}.json", wanted.shelf.folder()), move |text| {
        let shelf = wanted.shelf;
        dispatch.emit(match text.map(|text| Lesson::read(&text)) {
            Some(Ok(lesson)) => {
                let place = Some((shelf, name.clone()));
                Action::OpenLesson(Box::new(Opened { lesson, place, at: wanted.at, play: !prefers_reduced_motion() }))
            }
            Some(Err(error)) => Action::CannotFetch(format!("The {} “{name}” cannot be shown: {error}.", shelf.one())),
            None => {
                Action::CannotFetch(format!("The {} “{name}” cannot be loaded: there is no way to it.", shelf.one()))
            }
        });
    });
}

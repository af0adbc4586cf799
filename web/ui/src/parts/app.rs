//! The whole page.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use raftarium_sim::core::Instant;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::banner::banner;
use super::clients::Clients;
use super::cluster::Cluster;
use super::compare::{ChooseForm, halves, versus};
use super::doing::{Palette, VerbMenu};
use super::events::Events;
use super::help::Help;
use super::inspector::Inspector;
use super::library::{Library, use_wanted};
use super::light::Light;
use super::log::Log;
use super::machines::Machines;
use super::news::Announcer;
use super::remember::{last_visit, use_remember};
use super::rules::Rules;
use super::saving::Saving;
use super::share::{share, use_drop};
use super::story::Story;
use super::time_bar::time_bar;
use super::top_bar::TopBar;
use super::tour::Tour;
use super::turns::use_turns;
use super::{Dispatch, on, use_dispatch};
use crate::browser::frames::Frames;
use crate::browser::press::Presses;
use crate::browser::{Listener, black_box, document, keys, later, location, prefers_reduced_motion, window, wishes};
use crate::show::tour::{Seen, Step};
use crate::state::address::{Address, Asked};
use crate::state::{About, Action, State};

/// The page: five places, and what connects them.
#[component]
pub(crate) fn App() -> Html {
    let state = use_reducer_eq(|| last_visit(first_state()));
    let dispatcher = state.dispatcher();
    let dispatch: Dispatch = use_callback((), move |action, ()| dispatcher.dispatch(action));
    let state: &State = &state;

    let [logs, asked, told] = use_turns(state);
    let share = use_memo((dispatch.clone(), Rc::clone(&asked)), |(dispatch, state)| share(dispatch, state));
    let gone = use_memo(Rc::clone(&logs), |logs| logs.overwritten());
    let mistaken = use_memo(Rc::clone(&state.view), |_| state.mistaken());
    let whole = use_whole();
    use_frames(whole && state.playing, &dispatch);

    html! {
        <ContextProvider<Dispatch> context={dispatch.clone()}><ContextProvider<Instant> context={state.now}>
            <a class="skip" href="#cluster" onclick={skip()}>{ "Skip to the cluster" }</a>
            <TopBar setup={Rc::clone(&state.setup)} notice={state.notice.clone()} unrest={state.unrest} share={Html::clone(&share)} />
            if state.other.is_none() {
                { banner(&dispatch, state) }
            }
            <main
                class={classes!("places", state.space_time_open.then_some("with-space-time"), state.other.as_ref().map(|_| "comparing"))}
                data-tour={state.tour.map(Step::mark)}
            >
                if let Some(step) = state.tour {
                    <Tour {step} done={step.done(&Seen { view: &state.view, past: state.is_past() })} playing={state.playing} />
                }
                if state.other.is_some() {
                    { versus(&dispatch, state) }
                    { halves(state) }
                } else {
                    <Cluster
                        view={Rc::clone(&state.view)}
                        now={state.now}
                        setup={Rc::clone(&state.setup)}
                        selection={state.selection}
                        ease={state.ease}
                        {mistaken}
                    />
                }
                { time_bar(state, &told) }
                if state.other.is_none() {
                    if state.machines_open {
                        <Machines view={Rc::clone(&logs.view)} low={logs.space_time_open} />
                    } else {
                        <Log view={Rc::clone(&logs.view)} selection={logs.selection} {gone} low={logs.space_time_open} />
                    }
                    <Rules view={Rc::clone(&asked.view)} />
                }
                <Clients state={asked.shown()} />
                if state.choosing {
                    <ChooseForm setup={Rc::clone(&state.setup)} />
                } else if state.events_open {
                    <Events state={told.shown()} />
                } else if state.tells() {
                    <Story state={State::clone(&told)} />
                } else {
                    <Inspector state={told.shown()} />
                }
            </main>
            if whole {
                <Unseen state={state.clone()} />
            }
            if let Some(menu) = state.menu {
                <VerbMenu key={menu.subject.mark()} state={state.clone()} {menu} />
            }
            if state.palette_open {
                <Palette state={state.clone()} />
            }
            if let Some(shelf) = state.library_open {
                <Library {shelf} />
            }
            if state.saving {
                <Saving state={state.clone()} />
            }
            if state.help_open {
                <Help voice={state.voice} ease={state.ease} onclose={on(&dispatch, Action::ShowHelp(false))} />
            }
        </ContextProvider<Instant>></ContextProvider<Dispatch>>
    }
}

#[derive(Properties, PartialEq)]
struct UnseenProps {
    state: State,
}

/// What is not seen by itself, and of no use before time begins: what hears keys and presses, what keeps the address, what
/// remembers, what lights, what reads out.
#[component]
fn Unseen(props: &UnseenProps) -> Html {
    let dispatch = use_dispatch();
    let state = &props.state;
    use_keys(state, &dispatch);
    use_presses(&dispatch);
    use_address(state, &dispatch);
    use_drop(&dispatch);
    use_wanted(state, &dispatch);
    use_remember(state);
    use_ease(&dispatch);
    html! {
        <>
            <Light state={state.clone()} />
            <Announcer news={Rc::clone(&state.news)} />
        </>
    }
}

/// The run in the address bar, or the default one and what is wrong with the address; and what a person wished before.
fn first_state() -> State {
    let by_link = location::text().len() > 1;
    let mut state = first_run();
    state.voice = wishes::voice();
    state.ease = wishes::ease();
    state.tour = wishes::wants_tour(by_link).then_some(Step::Watch);
    state
}

fn first_run() -> State {
    let playing = !prefers_reduced_motion();
    let default = || State::new(Address::default().setup(), playing);
    match location::read() {
        Ok(Asked::Lesson(wanted)) => {
            // It stands still until the story comes.
            let mut state = State::new(Address::default().setup(), false);
            state.wanted = Some(Rc::new(wanted));
            state
        }
        Ok(Asked::Run(shared)) => State::open(*shared, playing).unwrap_or_else(|error| {
            let mut state = default();
            state.complain(About::Address, format!("The run cannot be shown: {error}."));
            state
        }),
        Err(error) => {
            let mut state = default();
            state.complain(about(&error), error.to_string());
            state
        }
    }
}

pub(crate) fn about(error: &crate::state::address::AddressError) -> About {
    use crate::state::address::AddressError;
    match error {
        AddressError::Seed { .. } => About::Seed,
        AddressError::Servers { .. } => About::Servers,
        AddressError::Link(_) | AddressError::Lesson { .. } => About::Address,
    }
}

/// Goes to the cluster without touching the address, which belongs to the run.
fn skip() -> Callback<MouseEvent> {
    Callback::from(|event: MouseEvent| {
        event.prevent_default();
        crate::browser::focus("cluster");
    })
}

/// Whether all of the program is there.
#[hook]
fn use_whole() -> bool {
    let whole = use_state_eq(|| !later::is_awaited());
    let set = whole.setter();
    use_effect_with((), move |()| {
        let listener = later::listen(move || set.set(true));
        move || drop(listener)
    });
    *whole
}

/// Lets time go on while it plays.
#[hook]
fn use_frames(playing: bool, dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    use_effect_with(playing, move |&playing| {
        let frames = playing.then(|| Frames::start(move |elapsed| dispatch.emit(Action::Frame(elapsed))));
        move || drop(frames)
    });
}

/// Hears the keys that work wherever the focus is.
#[hook]
fn use_keys(state: &State, dispatch: &Dispatch) {
    let latest = use_mut_ref(|| state.clone());
    *latest.borrow_mut() = state.clone();
    let dispatch = dispatch.clone();
    use_effect_with((), move |()| {
        let listener = Listener::new(document(), "keydown", move |event| {
            let Ok(event) = event.dyn_into::<KeyboardEvent>() else { return };
            if black_box::has_failed() {
                return;
            }
            let meaning = keys::meaning(&event, &latest.borrow());
            if let Some(action) = meaning {
                event.prevent_default();
                dispatch.emit(action);
            }
        });
        move || drop(listener)
    });
}

/// Hears that a person wants less motion, or no longer does.
#[hook]
fn use_ease(dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    use_effect_with((), move |()| {
        let listener = wishes::listen(move || dispatch.emit(Action::SetEase(wishes::ease())));
        move || drop(listener)
    });
}

/// Hears presses that ask what can be done.
#[hook]
fn use_presses(dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    use_effect_with((), move |()| {
        let presses = Presses::start(move |menu| dispatch.emit(Action::ShowMenu(Some(menu))));
        move || drop(presses)
    });
}

/// Keeps the address bar and the run the same: at once when a run begins, and a moment after something was done in it,
/// as a run in which much was done takes a while to be put into a link.
#[hook]
fn use_address(state: &State, dispatch: &Dispatch) {
    const GATHER_MS: u32 = 300;
    let latest = use_mut_ref(|| state.clone());
    *latest.borrow_mut() = state.clone();
    let shown = use_mut_ref(String::new);
    let (to_write, to_dispatch) = (Rc::clone(&latest), dispatch.clone());
    let to_show = Rc::clone(&shown);
    use_effect_with((state.run_version, state.wanted.is_some()), move |&(_, waits)| {
        let write = move || {
            let link = to_write.borrow().link(None);
            match link {
                Ok(link) => {
                    location::write(&link);
                    *to_show.borrow_mut() = link;
                }
                Err(error) => to_dispatch.emit(Action::Complain(About::Address, format!("The address: {error}."))),
            }
        };
        let begins = latest.borrow().begins();
        let timeout = if waits {
            None
        } else if begins {
            write();
            None
        } else {
            Some(Timeout::new(GATHER_MS, write))
        };
        move || drop(timeout)
    });
    let dispatch = dispatch.clone();
    use_effect_with((), move |()| {
        let listener = Listener::new(window(), "hashchange", move |_| {
            if location::text() == *shown.borrow() {
                return;
            }
            match location::read() {
                Ok(Asked::Run(shared)) => dispatch.emit(Action::Open(shared)),
                Ok(Asked::Lesson(wanted)) => dispatch.emit(Action::Want(wanted)),
                Err(error) => {
                    location::write(&shown.borrow());
                    dispatch.emit(Action::Complain(about(&error), error.to_string()));
                }
            }
        });
        move || drop(listener)
    });
}

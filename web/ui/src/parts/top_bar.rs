//! The bar at the top: which run it is.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use raftarium_sim::Setup;
use raftarium_sim::swarm::Unrest;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::choice::Choice;
use super::icon::{Picture, icon};
use super::{Dispatch, on, use_dispatch};
use crate::browser::{random, theme};
use crate::show::verbs::{Kind, OnCluster, Subject};
use crate::state::address::{Address, SERVERS, parse_seed, parse_servers};
use crate::state::{About, Action, Notice, Shelf};

/// How long a refused command is told of, in milliseconds.
const NOTICE_MS: u32 = 9_000;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) setup: Rc<Setup>,
    pub(crate) notice: Option<Rc<Notice>>,
    pub(crate) unrest: Option<Unrest>,
    /// What hands the run on.
    pub(crate) share: Html,
}

/// Name, seed, number of servers; and what could not be done, beside what it is about.
#[component]
pub(crate) fn TopBar(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let address = Address::of(&props.setup);
    html! {
        <header class="bar">
            <h1>
                <svg class="logo" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
                    <circle class="lead" cx="12" cy="4.6" r="3.4" />
                    <circle cx="20" cy="10.4" r="2.3" /><circle cx="17" cy="19.4" r="2.3" />
                    <circle cx="7" cy="19.4" r="2.3" /><circle cx="4" cy="10.4" r="2.3" />
                </svg>
                { "Raftarium" }
            </h1>
            <SeedField address={address} notice={props.notice.clone()} />
            { servers_field(&dispatch, address, error(&props.notice, About::Servers)) }
            { unrest_field(&dispatch, props.unrest) }
            <NoticeLine notice={props.notice.clone()} />
            <button type="button" class="button to-library" aria-haspopup="dialog" aria-keyshortcuts="o" title="Scenarios, and rules that are broken (o)" onclick={on(&dispatch, Action::ShowLibrary(Some(Shelf::Scenarios)))}>
                { "Scenarios" }
            </button>
            { do_buttons(&dispatch) }
            { props.share.clone() }
            <ThemeButton />
            <button type="button" class="button square" aria-label="Help" aria-keyshortcuts="?" title="Help (?)" onclick={on(&dispatch, Action::ShowHelp(true))}>
                { "?" }
            </button>
        </header>
    }
}

#[derive(Properties, PartialEq)]
struct FieldProps {
    address: Address,
    notice: Option<Rc<Notice>>,
}

/// The element that says what is wrong, if that is about this field.
fn error(notice: &Option<Rc<Notice>>, about: About) -> Option<&'static str> {
    notice.as_ref().filter(|notice| notice.about == about).map(|_| "notice")
}

/// The seed: typed, or drawn anew.
#[component]
fn SeedField(props: &FieldProps) -> Html {
    let dispatch = use_dispatch();
    let text = use_state_eq(|| props.address.seed.to_string());
    {
        let text = text.setter();
        // What is wrong stays, to be mended, until it is dismissed.
        let wrong = error(&props.notice, About::Seed).is_some();
        use_effect_with((props.address, wrong), move |&(address, wrong)| {
            if !wrong {
                text.set(address.seed.to_string());
            }
        });
    }
    let oninput = {
        let text = text.setter();
        Callback::from(move |event: InputEvent| text.set(event.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let onchange = {
        let (dispatch, address) = (dispatch.clone(), props.address);
        Callback::from(move |event: Event| {
            let given = event.target_unchecked_into::<HtmlInputElement>().value();
            begin_with_seed(&dispatch, address, &given);
        })
    };
    let onsubmit = {
        let (dispatch, text) = (dispatch.clone(), text.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            // A seed that is right was taken when it changed; one that is wrong is told again.
            if let Err(error) = parse_seed(&text) {
                dispatch.emit(Action::Complain(About::Seed, error.to_string()));
            }
        })
    };
    let draw = {
        let (dispatch, address) = (dispatch.clone(), props.address);
        Callback::from(move |_: MouseEvent| dispatch.emit(Action::Begin(Address { seed: random::seed(), ..address })))
    };
    let error = error(&props.notice, About::Seed);
    html! {
        <form class="field" {onsubmit}>
            <label for="seed">{ "Seed" }</label>
            <input
                id="seed"
                class="seed"
                type="text"
                inputmode="numeric"
                autocomplete="off"
                spellcheck="false"
                size="10"
                value={(*text).clone()}
                aria-invalid={error.map(|_| "true")}
                aria-describedby={error}
                {oninput}
                {onchange}
            />
            <button type="button" class="inside" aria-label="New seed" title="New seed" onclick={draw}>{ icon(Picture::Dice) }</button>
        </form>
    }
}

fn begin_with_seed(dispatch: &Dispatch, address: Address, given: &str) {
    dispatch.emit(match parse_seed(given) {
        Ok(seed) if seed == address.seed => Action::DismissNotice,
        Ok(seed) => Action::Begin(Address { seed, ..address }),
        Err(error) => Action::Complain(About::Seed, error.to_string()),
    });
}

/// How many servers there are.
fn servers_field(dispatch: &Dispatch, address: Address, error: Option<&'static str>) -> Html {
    let onchoose = {
        let dispatch = dispatch.clone();
        Callback::from(move |given: String| {
            dispatch.emit(match parse_servers(&given) {
                Ok(servers) => Action::Begin(Address { servers, ..address }),
                Err(error) => Action::Complain(About::Servers, error.to_string()),
            });
        })
    };
    let text = |count: u32| AttrValue::from(count.to_string());
    let options = SERVERS.map(|count| (text(count), text(count))).collect::<Vec<_>>();
    html! {
        <div class="field">
            <label for="servers">{ "Servers" }</label>
            <Choice id="servers" value={text(address.servers)} {options} {error} {onchoose} />
        </div>
    }
}

/// What goes wrong by chance while time goes on.
fn unrest_field(dispatch: &Dispatch, unrest: Option<Unrest>) -> Html {
    let onchoose = {
        let dispatch = dispatch.clone();
        Callback::from(move |given: String| {
            let unrest = Unrest::ALL.into_iter().find(|unrest| unrest.name() == given);
            dispatch.emit(Action::SetUnrest(unrest));
        })
    };
    let names = Unrest::ALL.map(|unrest| (unrest.name().into(), unrest.name().into()));
    let options: Vec<(AttrValue, AttrValue)> = std::iter::once(("off".into(), "off".into())).chain(names).collect();
    html! {
        <div class={classes!("field", "unrest", unrest.map(|_| "on"))}>
            <label for="unrest">{ "Chaos" }</label>
            <Choice id="unrest" value={unrest.map_or("off", Unrest::name)} {options} {onchoose} />
        </div>
    }
}

/// Everything that can be done; undo and redo.
fn do_buttons(dispatch: &Dispatch) -> Html {
    let cluster = |kind| on(dispatch, Action::Perform(kind, Subject::Cluster));
    html! {
        <>
            <button type="button" class="button square" aria-label="Undo" aria-keyshortcuts="z Control+Z" title="Undo: back to just before what was done last (z)" onclick={cluster(Kind::Cluster(OnCluster::Undo))}>{ icon(Picture::Undo) }</button>
            <button type="button" class="button square" aria-label="Redo" aria-keyshortcuts="y Control+Y" title="Redo: forward to just after what was done next (y)" onclick={cluster(Kind::Cluster(OnCluster::Redo))}>{ icon(Picture::Redo) }</button>
            <button type="button" class="button" aria-haspopup="dialog" aria-keyshortcuts="/ Control+K" title="Find anything that can be done (/)" onclick={on(dispatch, Action::ShowPalette(true))}>
                { "Do…" }<kbd class="wide-only" aria-hidden="true">{ "/" }</kbd>
            </button>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct NoticeProps {
    notice: Option<Rc<Notice>>,
}

/// What could not be done, in words. Its place is always there, so that nothing moves when it fills.
#[component]
fn NoticeLine(props: &NoticeProps) -> Html {
    let dispatch = use_dispatch();
    {
        let dispatch = dispatch.clone();
        use_effect_with(props.notice.clone(), move |notice| {
            let passing = notice.as_ref().is_some_and(|notice| notice.about == About::Command);
            let timeout = passing.then(|| Timeout::new(NOTICE_MS, move || dispatch.emit(Action::DismissNotice)));
            move || drop(timeout)
        });
    }
    let notice = props.notice.as_ref().map(|notice| {
        html! {
            <div class="notice" key={notice.number}>
                <span id="notice">{ &notice.text }</span>
                <button type="button" class="inside" aria-label="Dismiss" onclick={on(&dispatch, Action::DismissNotice)}>
                    { icon(Picture::Close) }
                </button>
            </div>
        }
    });
    html! { <div class="notice-place" role="alert">{ notice }</div> }
}

/// Light or dark.
#[component]
fn ThemeButton() -> Html {
    let dark = use_state_eq(theme::is_dark);
    let toggle = {
        let dark = dark.clone();
        Callback::from(move |_: MouseEvent| {
            theme::set_dark(!*dark);
            dark.set(!*dark);
        })
    };
    let (picture, name) = if *dark { (Picture::Sun, "Light theme") } else { (Picture::Moon, "Dark theme") };
    html! {
        <button type="button" class="button square" aria-label={name} title={name} onclick={toggle}>{ icon(picture) }</button>
    }
}

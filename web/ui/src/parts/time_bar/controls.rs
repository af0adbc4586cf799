//! Play, pause, step, speed.

use raftarium_sim::core::Instant;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::super::icon::{Icon, Picture};
use super::super::{on, use_dispatch};
use crate::show::seconds;
use crate::state::{Action, Speed};

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) playing: bool,
    pub(crate) speed: Speed,
    pub(crate) now: Instant,
    /// How far the run is known, if we look at what was before.
    pub(crate) known: Option<Instant>,
    pub(crate) events_open: bool,
    /// What happened last, and when.
    pub(crate) latest: Option<(Instant, String)>,
}

/// The buttons of the time bar.
#[component]
pub(crate) fn Controls(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let (picture, play) = if props.playing { (Picture::Pause, "Pause") } else { (Picture::Play, "Play") };
    let onspeed = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: Event| {
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            if let Some(speed) = value.parse().ok().and_then(Speed::of) {
                dispatch.emit(Action::SetSpeed(speed));
            }
        })
    };
    let speeds = Speed::all().map(|speed| {
        html! {
            <option value={speed.one_in().to_string()} selected={speed == props.speed}>{ format!("{}×", speed.label()) }</option>
        }
    });
    html! {
        <div class="controls">
            <button type="button" class="button square" aria-label="Jump to start" aria-keyshortcuts="Home" title="Jump to start (Home)" onclick={on(&dispatch, Action::Seek(Instant::ZERO))}>
                <Icon picture={Picture::Start} />
            </button>
            <button type="button" class="button" aria-label="One event back" aria-keyshortcuts="ArrowLeft" title="One event back (←)" onclick={on(&dispatch, Action::StepBack)}>
                <Icon picture={Picture::Back} /><span class="wide-only">{ "event" }</span>
            </button>
            <button type="button" class="button primary play" aria-keyshortcuts="Space" title={format!("{play} (space)")} onclick={on(&dispatch, Action::PlayOrPause)}>
                <Icon {picture} />{ play }
            </button>
            <button type="button" class="button" aria-label="One event forward" aria-keyshortcuts="ArrowRight" title="One event forward (→)" onclick={on(&dispatch, Action::StepForward)}>
                <span class="wide-only">{ "event" }</span><Icon picture={Picture::Forward} />
            </button>
            <select class="speed" aria-label="Speed" title="Speed ([ slower, ] faster)" onchange={onspeed}>{ for speeds }</select>
            <output class="now" aria-label="Time">{ seconds(props.now) }</output>
            <span class="of">
                if let Some(known) = props.known {
                    <span title="You look at the past. If you act here, what came after happens anew.">{ format!("of {}", seconds(known)) }</span>
                }
            </span>
            <p class="latest">{ props.latest.as_ref().map(|(_, words)| words.clone()) }</p>
            <button
                type="button"
                class="button"
                aria-expanded={props.events_open.to_string()}
                aria-keyshortcuts="e"
                title="What happened, in sentences (e)"
                onclick={on(&dispatch, Action::ShowEvents(!props.events_open))}
            >
                { "Events" }
            </button>
        </div>
    }
}

//! Play, pause, step, speed.

use raftarium_sim::core::Instant;
use raftarium_sim::story::sentence;
use yew::prelude::*;

use super::super::choice::Choice;
use super::super::icon::{Picture, icon};
use super::super::{Dispatch, on, use_dispatch};
use crate::show::jump::Jump;
use crate::show::seconds;
use crate::state::{Action, Speed, State};

#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) state: State,
}

/// The buttons of the time bar, and what happened last.
#[component]
pub(super) fn Controls(props: &Props) -> Html {
    let (dispatch, state) = (&use_dispatch(), &props.state);
    let (picture, play) = if state.playing { (Picture::Pause, "Pause") } else { (Picture::Play, "Play") };
    let onchoose = {
        let dispatch = dispatch.clone();
        Callback::from(move |value: String| {
            if let Some(speed) = value.parse().ok().and_then(Speed::of) {
                dispatch.emit(Action::SetSpeed(speed));
            }
        })
    };
    let value = |speed: Speed| AttrValue::from(speed.one_in().to_string());
    let speeds = Speed::all().map(|speed| (value(speed), format!("{}×", speed.label()).into()));
    let told = latest(state);
    html! {
        <div class="controls">
            <button type="button" class="button square" aria-label="Jump to start" aria-keyshortcuts="Home" title="Jump to start (Home)" onclick={on(dispatch, Action::Seek(Instant::ZERO))}>
                { icon(Picture::Start) }
            </button>
            <button type="button" class="button" aria-label="One event back" aria-keyshortcuts="ArrowLeft" title="One event back (←)" onclick={on(dispatch, Action::StepBack)}>
                { icon(Picture::Back) }<span class="wide-only">{ "event" }</span>
            </button>
            <button type="button" class="button primary play" aria-keyshortcuts="Space" title={format!("{play} (space)")} onclick={on(dispatch, Action::PlayOrPause)}>
                { icon(picture) }{ play }
            </button>
            <button type="button" class="button" aria-label="One event forward" aria-keyshortcuts="ArrowRight" title="One event forward (→)" onclick={on(dispatch, Action::StepForward)}>
                <span class="wide-only">{ "event" }</span>{ icon(Picture::Forward) }
            </button>
            <Choice
                class="speed"
                label="Speed"
                title="Speed ([ slower, ] faster)"
                value={value(state.speed)}
                options={speeds.into_iter().collect::<Vec<_>>()}
                {onchoose}
            />
            <Now />
            <span class="of">
                if state.is_past() {
                    <span title="You look at the past. If you act here, what came after happens anew.">{ format!("of {}", seconds(state.end)) }</span>
                }
            </span>
            { jumps(dispatch, state) }
            // Each sentence is an element of its own: it comes and goes, and none moves from one line to two.
            <p class="latest">{ told.map(|told| html! { <span key={told.clone()} title={told.clone()}>{ told }</span> }) }</p>
            <button
                type="button"
                class="button"
                aria-expanded={state.space_time_open.to_string()}
                aria-keyshortcuts="d"
                title="Servers as lanes, messages as lines (d)"
                onclick={on(dispatch, Action::ShowSpaceTime(!state.space_time_open))}
            >
                { "Space–time" }
            </button>
            <button
                type="button"
                class="button"
                aria-expanded={state.events_open.to_string()}
                aria-keyshortcuts="e"
                title="What happened, in sentences (e)"
                onclick={on(dispatch, Action::ShowEvents(!state.events_open))}
            >
                { "Events" }
            </button>
        </div>
    }
}

/// The moment that is looked at. It changes with every frame, and nothing beside it has to be drawn or moved for that.
#[component]
fn Now() -> Html {
    let time = seconds(use_context::<Instant>().unwrap_or_default());
    let room = format!("width:{}ch", time.chars().count().max(9));
    // Whoever listens asks for it.
    html! { <output class="now" style={room} aria-label="Time" aria-live="off">{ time }</output> }
}

/// What happened last: of everything while it stands still, of what matters while it plays.
fn latest(state: &State) -> Option<String> {
    let records = state.all_records();
    let count = state.record_count();
    let at = if state.playing {
        let until = state.digest.notable.partition_point(|id| (id.0 as usize) < count);
        state.digest.notable.get(until.checked_sub(1)?)?.0 as usize
    } else {
        count.checked_sub(1)?
    };
    let place = at.checked_sub(records.first()?.id.0 as usize)?;
    Some(sentence(records.get(place)?, &records))
}

/// To the mark before or after this moment, of the kind that is chosen.
fn jumps(dispatch: &Dispatch, state: &State) -> Html {
    let (jump, marks, now) = (state.jump, &state.digest.marks, state.now);
    let onchoose = {
        let dispatch = dispatch.clone();
        Callback::from(move |name: String| {
            if let Some(jump) = Jump::of(&name) {
                dispatch.emit(Action::SetJump(jump));
            }
        })
    };
    let options: Vec<(AttrValue, AttrValue)> =
        Jump::ALL.map(|jump| (jump.name().into(), jump.plural().into())).into_iter().collect();
    // One that leads nowhere keeps the focus.
    let button = |which: &str, key: &'static str, text: &'static str, leads: bool, action: Action| {
        let name = format!("{which} {}", jump.name());
        html! {
            <button type="button" class="button square" aria-label={name.clone()} aria-keyshortcuts={key} aria-disabled={(!leads).to_string()} title={format!("{name} ({key})")} onclick={on(dispatch, action)}>
                { text }
            </button>
        }
    };
    html! {
        <div class="jumps" role="group" aria-label="Jump">
            { button("Previous", ",", "⇤", jump.previous(marks, now).is_some(), Action::JumpBack) }
            <Choice label="Kind of mark" title="What the arrows beside it go to" value={jump.name()} {options} {onchoose} />
            { button("Next", ".", "⇥", jump.next(marks, now).is_some(), Action::JumpForward) }
        </div>
    }
}

//! The time bar: when.

mod beside;
mod controls;
mod glyph;
mod lanes;
mod slider;

use std::rc::Rc;

use yew::prelude::*;

use self::controls::controls;
use self::slider::Slider;
use super::Dispatch;
use super::space_time::SpaceTime;
use crate::show::axis::Axis;
use crate::state::State;
use raftarium_sim::story::sentence;

/// Where in the run we look, and how to go elsewhere.
pub(crate) fn time_bar(dispatch: &Dispatch, state: &State) -> Html {
    html! {
        <section class="panel time" id="time" aria-label="Time">
            { controls(dispatch, state, latest(state)) }
            if state.space_time_open {
                <SpaceTime state={state.clone()} />
            }
            <Slider parting={state.other.as_ref().and_then(|other| other.parting()).map(|parting| parting.at)} beside={beside::beside(state, axis_of(state))} now={state.now} end={state.end} digest={Rc::clone(&state.digest)} branches={Rc::clone(&state.branches)} />
        </section>
    }
}

/// The axis, as long as nobody drags it.
fn axis_of(state: &State) -> Axis {
    Axis::covering(state.branches.end(state.end))
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

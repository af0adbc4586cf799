//! The time bar: when.

mod beside;
mod controls;
mod glyph;
mod lanes;
mod slider;

use std::rc::Rc;

use yew::prelude::*;

use self::controls::Controls;
use self::slider::Slider;
use super::space_time::SpaceTime;
use crate::show::axis::Axis;
use crate::state::State;

/// Where in the run we look, and how to go elsewhere. `calm` may be some frames old.
pub(crate) fn time_bar(state: &State, calm: &State) -> Html {
    html! {
        <section class="panel time" id="time" aria-label="Time">
            <Controls state={calm.clone()} />
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

//! The time bar: when.

mod controls;
mod slider;

use raftarium_sim::core::Instant;
use yew::prelude::*;

use self::controls::Controls;
use self::slider::Slider;
use crate::show::sentence::sentence;
use crate::state::State;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) state: State,
}

/// Where in the run we look, and how to go elsewhere.
#[component]
pub(crate) fn TimeBar(props: &Props) -> Html {
    let state = &props.state;
    html! {
        <section class="panel time" aria-label="Time">
            <Controls playing={state.playing} speed={state.speed} now={state.now} known={state.is_past().then_some(state.end)} events_open={state.events_open} latest={latest(state)} />
            <Slider now={state.now} end={state.end} digest={std::rc::Rc::clone(&state.digest)} />
        </section>
    }
}

/// What happened last: of everything while it stands still, of what matters while it plays.
fn latest(state: &State) -> Option<(Instant, String)> {
    let records = state.all_records();
    let count = state.record_count();
    let at = if state.playing {
        let until = state.digest.notable.partition_point(|id| (id.0 as usize) < count);
        state.digest.notable.get(until.checked_sub(1)?)?.0 as usize
    } else {
        count.checked_sub(1)?
    };
    let record = records.get(at)?;
    Some((record.at, sentence(record, &records)))
}

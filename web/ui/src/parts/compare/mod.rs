//! Two clusters side by side, in lockstep.

mod choose;
mod versus;

use std::rc::Rc;

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::{Setup, View};
use yew::prelude::*;

pub(super) use self::choose::ChooseForm;
pub(super) use self::versus::versus;
use super::cluster::Cluster;
use super::log::Log;
use super::{Dispatch, use_dispatch};
use crate::show::grid::Overwritten;
use crate::state::{Action, Ease, Selection, Side, State};

/// Ring and logs of both.
pub(super) fn halves(state: &State) -> Html {
    let Some(other) = &state.other else { return Html::default() };
    let half = |side: Side, of: &State| {
        html! {
            <Half
                {side}
                view={Rc::clone(&of.view)}
                now={of.now}
                setup={Rc::clone(&of.setup)}
                selection={state.selection}
                ease={state.ease}
                gone={Rc::new(of.overwritten())}
                mistaken={Rc::new(of.mistaken())}
            />
        }
    };
    html! { <>{ half(Side::A, state) }{ half(Side::B, &other.state) }</> }
}

#[derive(Properties, PartialEq)]
struct Props {
    side: Side,
    view: Rc<View>,
    now: Instant,
    setup: Rc<Setup>,
    selection: Selection,
    ease: Ease,
    gone: Rc<Vec<Overwritten>>,
    mistaken: Rc<Vec<NodeId>>,
}

/// One of the two. Whoever selects something in it wants to see it as it is there.
#[component]
fn Half(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let side = props.side;
    let within: Dispatch = use_callback((dispatch, side), |action: Action, (dispatch, side)| {
        if let Action::Select(_) = action {
            dispatch.emit(Action::LookInto(*side));
        }
        dispatch.emit(action);
    });
    html! {
        <ContextProvider<Side> context={side}>
            <ContextProvider<Dispatch> context={within}>
                <Cluster view={Rc::clone(&props.view)} now={props.now} setup={Rc::clone(&props.setup)} selection={props.selection} ease={props.ease} mistaken={Rc::clone(&props.mistaken)} />
                <Log view={Rc::clone(&props.view)} selection={props.selection} gone={Rc::clone(&props.gone)} low=true />
            </ContextProvider<Dispatch>>
        </ContextProvider<Side>>
    }
}

//! The cluster as a whole, when nothing is selected.

use raftarium_sim::core::LogIndex;
use yew::prelude::*;

use super::super::doing::buttons;
use super::super::{Dispatch, on};
use super::fact;
use crate::show::verbs::Subject;
use crate::show::{count, names, thousands};
use crate::state::{Action, State};

/// Where a person was the last time, to go on there.
fn offer(dispatch: &Dispatch, state: &State) -> Html {
    let Some(offer) = &state.offer else { return Html::default() };
    html! {
        <div class="offer" role="group" aria-label="Last time">
            <p>{ format!("You were here before: {}.", offer.words) }</p>
            <div class="row">
                <button type="button" class="button small" onclick={on(dispatch, Action::TakeOffer(true))}>{ "Go on where you were" }</button>
                <button type="button" class="button small" onclick={on(dispatch, Action::TakeOffer(false))}>{ "No, thanks" }</button>
            </div>
        </div>
    }
}

/// Who leads, how far it got, and where to begin.
pub(super) fn cluster_facts(dispatch: &Dispatch, state: &State) -> Html {
    let view = &state.view;
    let leader = names::leader(view);
    let up = view.servers.iter().filter(|server| server.role.is_some()).count();
    let committed = view.servers.iter().map(|server| server.commit).max().unwrap_or(LogIndex::ZERO);
    let majority = view.servers.len() / 2 + 1;
    html! {
        <>
            <div class="head"><h2>{ "Overview" }</h2></div>
            { offer(dispatch, state) }
            <dl class="facts">
                { fact("Leader", leader.map_or_else(|| "none yet".to_owned(), |leader| format!("{}, term {}", leader.id, leader.term))) }
                { fact("Running", format!("{up} of {}", view.servers.len())) }
                { fact("Majority", majority.to_string()) }
                { fact("Committed up to", committed.to_string()) }
                { fact("Under way", count(view.packets.len() as u64, "message", "messages")) }
                { fact("Events so far", thousands(view.records)) }
            </dl>
            <p class="why">
                { "Servers elect a leader; it copies every change to the others, and what a majority has on disk is committed for good." }
            </p>
            <h3>{ "Try" }</h3>
            <ul class="try">
                <li>{ "Send a put, and watch it commit." }</li>
                <li>{ "Press the leader, and crash it." }</li>
                <li>{ "Draw a line across the ring, and put on both sides." }</li>
                <li>{ "Drag the time back, and do something else." }</li>
            </ul>
            { buttons(dispatch, state, Subject::Cluster, "the cluster") }
        </>
    }
}

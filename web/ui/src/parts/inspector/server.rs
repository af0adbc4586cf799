//! A server: what it knows, what it waits for, what can be done to it.

use std::rc::Rc;

use raftarium_sim::ServerView;
use raftarium_sim::core::{EntryId, NodeId, ProgressState, Role, Timer};
use yew::prelude::*;

use super::super::Dispatch;
use super::super::doing::buttons;
use super::super::time_link::time_link;
use super::fact;
use super::isolate::Isolate;
use crate::show::disc::Standing;
use crate::show::verbs::Subject;
use crate::show::{machinery, names, term};
use crate::state::State;

/// Everything that there is to say of a server.
pub(super) fn server_facts(dispatch: &Dispatch, state: &State, id: NodeId) -> Html {
    let view = &state.view;
    let Some(server) = view.servers.iter().find(|server| server.id == id) else { return Html::default() };
    let cut_off = if names::is_cut_off(view, server.id) { ", cut off" } else { "" };
    let paused = if server.paused { ", paused" } else { "" };
    let known = names::leader(view).map_or(&server.membership, |leader| &leader.membership);
    let standing = Standing::of(known, id).words();
    let settings = state.with_scene(|scene| scene.world.settings(id).cloned()).unwrap_or_default();
    let now = state.now;
    html! {
        <>
            <div class="head">
                <h2>{ server.id.to_string() }</h2>
                <span class={classes!("tag", term::class(server.term))}>{ format!("{}{cut_off}{paused}", names::role(server)) }</span>
            </div>
            { buttons(dispatch, state, Subject::Server(id), &id.to_string()) }
            <dl class="facts">
                { fact("Term", server.term.to_string()) }
                { fact("Voted for", server.vote.map_or_else(|| "nobody".to_owned(), |vote| vote.to_string())) }
                { fact("Leader it knows", server.leader.map_or_else(|| "none".to_owned(), |leader| leader.to_string())) }
                { fact("Committed / applied", format!("{} / {}", server.commit, server.applied)) }
                { fact("Last entry", server.log.last().map_or_else(|| "none in the log".to_owned(), |last| last.id.to_string())) }
                if server.base != EntryId::ZERO {
                    { fact("Snapshot", format!("up to {}", server.base)) }
                }
                { maybe("Lease", machinery::lease(server, &settings, now)) }
                { fact("Disk", machinery::disk(server, &state.setup.disk)) }
                { maybe("Clock", machinery::clock(server, view.now)) }
                { maybe("Belongs", standing.map(str::to_owned)) }
                { fact("Runs", machinery::runs_with(&settings)) }
                { maybe("Breaks", machinery::breaks(&settings)) }
                { fact("Starts", server.boots.to_string()) }
                { fact("State", values(server)) }
            </dl>
            { waits_for(dispatch, server) }
            { followers(server) }
            { votes(server) }
            <Isolate view={Rc::clone(view)} id={server.id} />
        </>
    }
}

/// A fact, if it is one.
fn maybe(name: &'static str, words: Option<String>) -> Html {
    words.map_or_else(Html::default, |words| fact(name, words))
}

fn values(server: &ServerView) -> String {
    match (&server.state[..], server.role) {
        (_, None) => "lost until it restarts".to_owned(),
        ([], Some(_)) => "empty".to_owned(),
        (pairs, Some(_)) => {
            let pairs: Vec<String> = pairs.iter().map(|pair| format!("{}={}", pair.key, pair.value)).collect();
            pairs.join(", ")
        }
    }
}

/// What it does next by itself, and when.
fn waits_for(dispatch: &Dispatch, server: &ServerView) -> Html {
    let Some(deadline) = server.deadline else {
        return html! { <p class="why">{ "It is down. What was not on its disk is lost; a restart reads the rest." }</p> };
    };
    let at = time_link(dispatch, deadline.at);
    match (deadline.timer, server.role, server.leader) {
        (Timer::Heartbeat, ..) => {
            html! { <p class="why">{ "It shows its followers that it leads; next at " }{ at }{ "." }</p> }
        }
        (Timer::CheckQuorum, ..) => html! {
            <p class="why">{ "It looks at " }{ at }{ " whether it has heard from a majority. If not, it steps down." }</p>
        },
        (Timer::Transfer, ..) => html! {
            <p class="why">{ "It hands over. If nobody has taken over by " }{ at }{ ", it leads on." }</p>
        },
        (Timer::Read, ..) => html! {
            <p class="why">{ "It waits until " }{ at }{ " for the answer to a read." }</p>
        },
        (Timer::Forward, ..) => html! {
            <p class="why">{ "It waits until " }{ at }{ " to be told where a proposal is that it passed on." }</p>
        },
        (Timer::Election, Some(Role::PreCandidate), _) => html! {
            <p class="why">{ "It asks the others whether they would vote for it. If no majority would by " }{ at }{ ", it asks again. Its term stays as it is." }</p>
        },
        (Timer::Election, Some(Role::Candidate), _) => html! {
            <p class="why">{ "It asks the others for their votes. If it has no majority by " }{ at }{ ", it tries again in a new term." }</p>
        },
        (Timer::Election, _, Some(leader)) => html! {
            <p class="why">{ format!("It waits for a sign of {leader} until ") }{ at }{ ". Without one, it becomes a candidate." }</p>
        },
        (Timer::Election, ..) => html! {
            <p class="why">{ "It knows of no leader, and waits for one until " }{ at }{ ". Then it becomes a candidate." }</p>
        },
    }
}

fn followers(server: &ServerView) -> Html {
    if server.followers.is_empty() {
        return Html::default();
    }
    let rows = server.followers.iter().map(|follower| {
        let in_flight = match follower.state {
            ProgressState::Probe { .. } => format!("{} ?", follower.in_flight),
            ProgressState::Replicate => follower.in_flight.to_string(),
            ProgressState::Snapshot { acknowledged, .. } => format!("snapshot, {acknowledged} B"),
        };
        html! {
            <tr key={follower.id.0}>
                <th scope="row">{ follower.id.to_string() }</th>
                <td>{ follower.matched.0 }</td><td>{ follower.next.0 }</td><td title={names::replication(follower)}>{ in_flight }</td>
            </tr>
        }
    });
    html! {
        <>
            <h3 id="followers-title">{ "Followers" }</h3>
            <table class="followers" aria-labelledby="followers-title">
                <thead><tr><th scope="col">{ "server" }</th><th scope="col">{ "match" }</th><th scope="col">{ "next" }</th><th scope="col">{ "in flight" }</th></tr></thead>
                <tbody>{ for rows }</tbody>
            </table>
        </>
    }
}

fn votes(server: &ServerView) -> Html {
    if !names::is_candidate(server) {
        return Html::default();
    }
    let votes = server.votes.iter().map(|vote| {
        let words = if vote.granted { "yes" } else { "no" };
        html! { <li key={vote.from.0}>{ format!("{}: {words}", vote.from) }</li> }
    });
    html! { <><h3>{ if server.role == Some(Role::Candidate) { "Votes" } else { "Would vote for it" } }</h3><ul class="votes">{ for votes }</ul></> }
}

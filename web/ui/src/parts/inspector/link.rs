//! A link: what works, what is on it, cutting and mending it.

use raftarium_sim::Address;
use raftarium_sim::core::NodeId;
use yew::prelude::*;

use super::super::doing::buttons;
use super::super::{Dispatch, on};
use crate::show::carries::carries;
use crate::show::names::LinkState;
use crate::show::packet::title;
use crate::show::verbs::Subject;
use crate::state::{Action, Selection, State};

/// Everything that there is to say of a link.
pub(super) fn link_facts(dispatch: &Dispatch, state: &State, a: NodeId, b: NodeId) -> Html {
    let view = &state.view;
    let works = LinkState::of(view, a, b);
    let ends = [Address::Server(a), Address::Server(b)];
    let packets = view.packets.iter().filter(|packet| ends.contains(&packet.from) && ends.contains(&packet.to));
    let packets: Vec<Html> = packets
        .map(|packet| {
            let selection = Selection::Packet(*packet);
            let lost = if packet.lost.is_some() { ", lost" } else { "" };
            html! {
                <li key={packet.id.0}>
                    <button type="button" class="event" data-subject={Subject::Packet(packet.id).mark()} onclick={on(dispatch, Action::Select(selection))}>{ format!("{}{lost}", title(packet)) }</button>
                </li>
            }
        })
        .collect();
    let usual = &state.setup.link;
    let ways = [(a, b), (b, a)].map(|(from, to)| (from, to, carries(&view.links, usual, from, to)));
    let carries = if ways[0].2 == ways[1].2 {
        html! { <><dt>{ "Both ways" }</dt><dd>{ &ways[0].2 }</dd></> }
    } else {
        let one = |(from, to, words): &(NodeId, NodeId, String)| html! { <><dt>{ format!("{from} → {to}") }</dt><dd>{ words }</dd></> };
        html! { <>{ for ways.iter().map(one) }</> }
    };
    html! {
        <>
            <div class="head">
                <h2>{ format!("Link {a}–{b}") }</h2>
                <span class={classes!("tag", (works != LinkState::Connected).then_some("bad"))}>{ works.words(a, b) }</span>
            </div>
            { buttons(dispatch, state, Subject::link(a, b), &format!("the link {a}–{b}")) }
            <dl class="facts">{ carries }</dl>
            <p class="why">{ "What is on a link when it is cut is lost, and so is what is sent on it until it heals." }</p>
            <h3>{ "On the way" }</h3>
            if packets.is_empty() {
                <p class="empty">{ "Nothing at the moment." }</p>
            } else {
                <ul class="way-list">{ packets }</ul>
            }
        </>
    }
}

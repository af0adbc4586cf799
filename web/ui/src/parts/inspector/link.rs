//! A link: what works, what is on it, cutting and mending it.

use raftarium_sim::core::NodeId;
use raftarium_sim::{Address, Command, View};
use yew::prelude::*;

use super::super::{Dispatch, on};
use crate::geometry::partition::is_cut;
use crate::show::names::LinkState;
use crate::show::packet::title;
use crate::state::{Action, Selection};

/// Everything that there is to say of a link.
pub(super) fn link_facts(dispatch: &Dispatch, view: &View, a: NodeId, b: NodeId) -> Html {
    let state = LinkState::of(view, a, b);
    let one_way = |from: NodeId, to: NodeId| {
        let both = false;
        let (verb, command) = if is_cut(&view.cuts, from, to) {
            ("Heal", Command::Heal { from, to, both })
        } else {
            ("Cut", Command::Cut { from, to, both })
        };
        html! { <button type="button" class="button" onclick={on(dispatch, Action::Do(command))}>{ format!("{verb} {from} → {to}") }</button> }
    };
    let toggle = if state == LinkState::Connected { "Cut both ways" } else { "Heal both ways" };
    let ends = [Address::Server(a), Address::Server(b)];
    let packets = view.packets.iter().filter(|packet| ends.contains(&packet.from) && ends.contains(&packet.to));
    let packets: Vec<Html> = packets
        .map(|packet| {
            let selection = Selection::Packet(*packet);
            let lost = if packet.lost.is_some() { ", lost" } else { "" };
            html! {
                <li key={packet.id.0}>
                    <button type="button" class="event" onclick={on(dispatch, Action::Select(selection))}>{ format!("{}{lost}", title(packet)) }</button>
                </li>
            }
        })
        .collect();
    html! {
        <>
            <div class="head">
                <h2>{ format!("Link {a}–{b}") }</h2>
                <span class={classes!("tag", (state != LinkState::Connected).then_some("bad"))}>{ state.words(a, b) }</span>
            </div>
            <div class="actions" role="group" aria-label={format!("Do to the link {a}–{b}")}>
                <button type="button" class="button" onclick={on(dispatch, Action::CutOrHeal(a, b))}>{ toggle }</button>
                { one_way(a, b) }
                { one_way(b, a) }
            </div>
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

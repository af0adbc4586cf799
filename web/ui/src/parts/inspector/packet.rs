//! A message: what it is, where it comes from and when it arrives.

use raftarium_sim::PacketView;
use yew::prelude::*;

use super::super::Dispatch;
use super::super::doing::buttons;
use super::super::time_link::time_link;
use super::fact;
use crate::show::packet::name;
use crate::show::term;
use crate::show::verbs::Subject;
use crate::state::State;

/// Everything that there is to say of a message.
pub(super) fn packet_facts(dispatch: &Dispatch, state: &State, selected: PacketView) -> Html {
    let view = &state.view;
    let now = view.packets.iter().find(|packet| packet.id == selected.id);
    let packet = now.copied().unwrap_or(selected);
    let standing = match (now, packet.lost) {
        (_, Some(_)) => "lost",
        (Some(_), None) if packet.held.is_some() => "held",
        (Some(_), None) => "under way",
        (None, None) => "not under way now",
    };
    let class = packet.what.term.map_or("", term::class);
    html! {
        <>
            <div class="head"><h2>{ "Message" }</h2><span class={classes!("tag", class)}>{ name(packet.what) }</span></div>
            <dl class="facts">
                { fact("From", packet.from.to_string()) }
                { fact("To", packet.to.to_string()) }
                if let Some(term) = packet.what.term {
                    { fact("Term", term.to_string()) }
                }
                { fact("Sent", time_link(dispatch, packet.sent)) }
                if let Some(lost) = packet.lost {
                    { fact("Lost", time_link(dispatch, lost)) }
                } else {
                    { fact("Arrives", time_link(dispatch, packet.arrives)) }
                }
                { fact("State", standing) }
            </dl>
            { buttons(dispatch, state, Subject::Packet(packet.id), "this message") }
        </>
    }
}

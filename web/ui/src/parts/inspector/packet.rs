//! A message: what it is, where it comes from and when it arrives.

use std::rc::Rc;

use raftarium_sim::{PacketView, View};
use yew::prelude::*;

use super::super::time_link::TimeLink;
use super::fact;
use crate::show::packet::name;
use crate::show::term;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) view: Rc<View>,
    /// As it was when it was selected.
    pub(crate) packet: PacketView,
}

/// Everything that there is to say of a message.
#[component]
pub(crate) fn PacketFacts(props: &Props) -> Html {
    let now = props.view.packets.iter().find(|packet| packet.id == props.packet.id);
    let packet = now.unwrap_or(&props.packet);
    let state = match (now, packet.lost) {
        (_, Some(_)) => "lost",
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
                { fact("Sent", html! { <TimeLink at={packet.sent} /> }) }
                if let Some(lost) = packet.lost {
                    { fact("Lost", html! { <TimeLink at={lost} /> }) }
                } else {
                    { fact("Arrives", html! { <TimeLink at={packet.arrives} /> }) }
                }
                { fact("State", state) }
            </dl>
        </>
    }
}

//! What can be done, and the keys for it.

use yew::prelude::*;

use super::choice::Choice;
use super::dialog::use_modal;
use super::{Dispatch, on, use_dispatch};
use crate::browser::keys::KEYS;
use crate::browser::wishes;
use crate::show::news::Voice;
use crate::show::tour::Step;
use crate::show::verbs::{On, VERBS};
use crate::state::{Action, Ease};

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// How much is read out.
    pub(crate) voice: Voice,
    pub(crate) ease: Ease,
    /// Called when the dialog was closed, however that was done.
    pub(crate) onclose: Callback<Event>,
}

/// The help, as a dialog that is open from the start.
#[component]
pub(crate) fn Help(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let modal = use_modal();
    let keys = KEYS.iter().map(|(key, what)| {
        html! { <><dt><kbd>{ key }</kbd></dt><dd>{ what }</dd></> }
    });
    // Those that undo each other have one key.
    let mut own: Vec<(&str, On, String)> = Vec::new();
    for verb in VERBS.iter() {
        let Some(key) = verb.key.filter(|key| key.len() == 1 && KEYS.iter().all(|(other, _)| other != key)) else {
            continue;
        };
        let name = verb.name.trim_end_matches('…').to_ascii_lowercase();
        match own.last_mut().filter(|(last, ..)| *last == key) {
            Some((_, _, names)) => *names += &format!(" or {name}"),
            None => own.push((key, verb.on, name)),
        }
    }
    let own = own.iter().map(|(key, on, names)| {
        let whom = if *on == On::Cluster { String::new() } else { format!(", {} that is selected", on.name()) };
        html! { <><dt><kbd>{ *key }</kbd></dt><dd>{ format!("{names}{whom}") }</dd></> }
    });
    let all = [On::Server, On::Link, On::Packet, On::Entry, On::Client, On::Cluster].map(|on| {
        let verbs = VERBS.iter().filter(|verb| verb.on == on);
        let verbs = verbs.map(|verb| html! { <><dt>{ verb.name }</dt><dd>{ verb.says }</dd></> });
        html! {
            <details key={on.name()}>
                <summary>{ format!("To {}", on.name()) }</summary>
                <dl class="verbs">{ for verbs }</dl>
            </details>
        }
    });
    html! {
        <dialog ref={modal.node.clone()} class="help" aria-labelledby="help-title" onclose={props.onclose.clone()} onclick={modal.beside()}>
            <div class="head">
                <h2 id="help-title">{ "Help" }</h2>
                { modal.close_button() }
            </div>
            <div class="wishes">
                <button type="button" class="button" onclick={on(&dispatch, Action::Tour(Some(Step::Watch)))}>{ "Show me around" }</button>
                { voices(&dispatch, props.voice) }
                { large_type(&dispatch, props.ease) }
            </div>
            <div class="columns">
                <section>
                    <h3>{ "Keys" }</h3>
                    <dl class="keys">{ for keys }{ for own }</dl>
                </section>
                <section>
                    <h3>{ "With the mouse or a finger" }</h3>
                    <ul>
                        <li>{ "Press a server, a link, a message or an entry with the right button, or keep a finger on it, for all that can be done to it." }</li>
                        <li>{ "Press a server to see what it knows, and to crash it or let it time out." }</li>
                        <li>{ "Press a link to cut it; press it again to heal it." }</li>
                        <li>{ "Draw a line across the ring to split the network." }</li>
                        <li>{ "Press a message or a log entry to see what is in it." }</li>
                        <li>{ "Drag the time back and forth. If you act in the past, what came after happens anew." }</li>
                    </ul>
                    <h3>{ "All that can be done" }</h3>
                    { for all }
                    <h3>{ "How to read it" }</h3>
                    <ul>
                        <li>{ "A colour is a term; its number is always beside it." }</li>
                        <li>{ "A thick ring is a leader, a thin one a follower, a dashed one a candidate, a dotted one asks whether it could win, a grey one is down." }</li>
                        <li>{ "The arc round a server is the time until it acts by itself, and the words beside it say what it does then. The thin arc inside a leader is its lease, and a small drum a write on its way to the disk." }</li>
                        <li>{ "A smaller disc is a learner, which gets the log and does not vote. Small signs at the rim and on links are what is unusual: cut off, paused, a slow disk, a wrong clock, a link that loses messages. Point at them, or press them, for the words." }</li>
                        <li>{ "Blocks carry log entries, thin ones are heartbeats, diamonds are about votes, dotted ones only ask how a vote would go, stacks are snapshots. Answers are hollow, refusals crossed; what is lost ends in a red cross." }</li>
                        <li>{ "In the log, solid is committed, dashed is not yet, and hollow is not on disk yet. A block such as …8 is what a snapshot has. The dot is applied; the flag is how far a server knows of commits; the small marks below are what the leader knows to match, and sends next." }</li>
                    </ul>
                </section>
            </div>
        </dialog>
    }
}

/// How much of what happens a screen reader reads out.
fn voices(dispatch: &Dispatch, voice: Voice) -> Html {
    let onchoose = {
        let dispatch = dispatch.clone();
        Callback::from(move |name: String| {
            if let Some(voice) = Voice::of(&name) {
                wishes::set_voice(voice);
                dispatch.emit(Action::SetVoice(voice));
            }
        })
    };
    let options: Vec<(AttrValue, AttrValue)> =
        Voice::ALL.map(|voice| (voice.name().into(), voice.name().into())).into();
    html! {
        <div class="field">
            <label for="voice">{ "Screen readers say" }</label>
            <Choice id="voice" value={voice.name()} {options} {onchoose} />
        </div>
    }
}

/// Large letters and thick lines, for a projector.
fn large_type(dispatch: &Dispatch, ease: Ease) -> Html {
    let dispatch = dispatch.clone();
    let onchange = Callback::from(move |_: Event| {
        wishes::set_large(!ease.large);
        dispatch.emit(Action::SetEase(wishes::ease()));
    });
    html! { <label class="check"><input type="checkbox" checked={ease.large} {onchange} />{ "Large type, for a projector" }</label> }
}

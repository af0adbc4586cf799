//! What happens, for a person who cannot see the picture.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use crate::show::news::{Waiting, pause_ms};
use crate::state::News;

/// How long sentences are gathered before the first of them are read out, in milliseconds.
const GATHER_MS: u32 = 800;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) news: Rc<News>,
}

#[derive(Default)]
struct Voice {
    waiting: Waiting,
    timeout: Option<Timeout>,
    /// How often something was said.
    times: u32,
}

type Said = UseStateSetter<(u32, String)>;

/// A polite live region, at a bearable rate.
#[component]
pub(crate) fn Announcer(props: &Props) -> Html {
    let said = use_state(<(u32, String)>::default);
    let voice = use_mut_ref(Voice::default);
    let set = said.setter();
    use_effect_with(Rc::clone(&props.news), move |news| {
        voice.borrow_mut().waiting.hear(&news.told);
        if voice.borrow().timeout.is_none() && !news.told.is_empty() {
            say_in(GATHER_MS, voice, set);
        }
    });
    let (times, words) = &*said;
    // Each is another element, so that the same words are read out again.
    html! {
        <div class="unseen" role="status" aria-live="polite" aria-label="What happens"><p key={*times}>{ words }</p></div>
    }
}

/// Says what waits after so long, and again when that has been read out.
fn say_in(ms: u32, voice: Rc<RefCell<Voice>>, set: Said) {
    let later = Rc::clone(&voice);
    let timeout = Timeout::new(ms, move || {
        let mut voice = later.borrow_mut();
        voice.timeout = None;
        if voice.waiting.is_empty() {
            return;
        }
        let words = voice.waiting.say();
        voice.times += 1;
        let pause = pause_ms(&words);
        set.set((voice.times, words));
        drop(voice);
        say_in(pause, later, set);
    });
    voice.borrow_mut().timeout = Some(timeout);
}

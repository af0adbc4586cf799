//! What happens, for a person who cannot see the picture.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use crate::state::News;

/// How long sentences are gathered before they are read out together, in milliseconds.
const GATHER_MS: u32 = 1_500;
/// How many sentences are read out at once.
const AT_ONCE: usize = 4;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) news: Rc<News>,
}

#[derive(Default)]
struct Gathered {
    sentences: Vec<String>,
    timeout: Option<Timeout>,
}

/// A polite live region, at a bearable rate.
#[component]
pub(crate) fn Announcer(props: &Props) -> Html {
    let said = use_state(String::new);
    let gathered = use_mut_ref(Gathered::default);
    let set = said.setter();
    use_effect_with(Rc::clone(&props.news), move |news| {
        let mut waiting = gathered.borrow_mut();
        waiting.sentences.extend(news.sentences.iter().cloned());
        if waiting.timeout.is_none() && !waiting.sentences.is_empty() {
            let gathered = Rc::clone(&gathered);
            waiting.timeout = Some(Timeout::new(GATHER_MS, move || {
                let mut waiting = gathered.borrow_mut();
                set.set(together(&waiting.sentences));
                waiting.sentences.clear();
                waiting.timeout = None;
            }));
        }
    });
    html! { <div class="unseen" role="status" aria-live="polite" aria-label="What happens">{ (*said).clone() }</div> }
}

/// The last few sentences; the others only counted.
fn together(sentences: &[String]) -> String {
    let skipped = sentences.len().saturating_sub(AT_ONCE);
    let last = sentences.get(skipped..).unwrap_or_default().join(" ");
    if skipped == 0 { last } else { format!("{skipped} more. {last}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_sentences_are_counted_and_the_last_are_read() {
        let sentences: Vec<String> = (1..=6).map(|at| format!("{at}.")).collect();
        assert_eq!(together(&sentences), "2 more. 3. 4. 5. 6.");
        assert_eq!(together(&sentences[..2]), "1. 2.");
    }
}

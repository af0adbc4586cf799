//! A field to type in, and a list of what was found, of which one is chosen: by the arrow keys while the field has the
//! focus, and taken with Enter.

use web_sys::{HtmlInputElement, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

use crate::browser::element;

/// What is typed, and which of those that were found is chosen.
#[derive(Clone)]
pub(super) struct Finder {
    text: UseStateHandle<String>,
    chosen: UseStateHandle<usize>,
    /// What the ids of the options begin with.
    option: &'static str,
}

/// What is said of the field.
pub(super) struct Words {
    pub(super) name: &'static str,
    pub(super) placeholder: &'static str,
    /// The id of the list.
    pub(super) list: &'static str,
}

/// Nothing typed yet, and the first one chosen. The chosen option is always seen.
#[hook]
pub(super) fn use_finder(option: &'static str) -> Finder {
    let text = use_state_eq(String::new);
    let chosen = use_state_eq(|| 0_usize);
    use_effect_with((*chosen, (*text).clone()), move |(chosen, _)| {
        if let Some(found) = element(&format!("{option}-{chosen}")) {
            let nearest = ScrollIntoViewOptions::new();
            nearest.set_block(ScrollLogicalPosition::Nearest);
            found.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
    });
    Finder { text, chosen, option }
}

impl Finder {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn choose_first(&self) {
        self.chosen.set(0);
    }

    /// Which of `count` is chosen.
    pub(super) fn at(&self, count: usize) -> usize {
        (*self.chosen).min(count.saturating_sub(1))
    }

    pub(super) fn id(&self, number: usize) -> String {
        format!("{}-{number}", self.option)
    }

    /// The field, above `count` that were found; `take` is called with the one that is chosen.
    pub(super) fn field(&self, words: &Words, count: usize, take: Callback<usize>) -> Html {
        let at = self.at(count);
        let oninput = {
            let (text, chosen) = (self.text.setter(), self.chosen.setter());
            Callback::from(move |event: InputEvent| {
                text.set(event.target_unchecked_into::<HtmlInputElement>().value());
                chosen.set(0);
            })
        };
        let onkeydown = {
            let chosen = self.chosen.setter();
            Callback::from(move |event: KeyboardEvent| {
                let next = match event.key().as_str() {
                    "ArrowDown" => (at + 1) % count.max(1),
                    "ArrowUp" => (at + count.max(1) - 1) % count.max(1),
                    "Enter" => {
                        event.prevent_default();
                        if at < count {
                            take.emit(at);
                        }
                        return;
                    }
                    _ => return,
                };
                event.prevent_default();
                chosen.set(next);
            })
        };
        html! {
            <input
                type="text"
                role="combobox"
                autofocus=true
                aria-label={words.name}
                aria-expanded="true"
                aria-controls={words.list}
                aria-autocomplete="list"
                aria-activedescendant={(count > 0).then(|| self.id(at))}
                placeholder={words.placeholder}
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                value={(*self.text).clone()}
                {oninput}
                {onkeydown}
            />
        }
    }
}

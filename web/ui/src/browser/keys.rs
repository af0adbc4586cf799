//! Keys that work wherever the focus is.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use raftarium_sim::Command;
use raftarium_sim::core::{Instant, NodeId};

use crate::state::{Action, Selection, State};

/// What each key does, for the help.
pub(crate) const KEYS: [(&str, &str); 16] = [
    ("Space", "play or pause"),
    ("← →", "one event back or forward"),
    ("Home", "back to the start"),
    ("[ ]", "slower or faster"),
    ("1 … 9", "select a server"),
    ("c", "crash or restart the selected server"),
    ("t", "let its election timer run out now"),
    ("p", "propose a value to it"),
    ("h", "heal all links"),
    ("e", "show or hide the list of events"),
    ("d", "show or hide the space-time diagram"),
    ("m", "state machines in the place of the logs"),
    (", .", "to the mark before or after, of the chosen kind"),
    ("Esc", "select nothing"),
    ("Tab, then arrows", "go to the servers or links, and from one to the next"),
    ("?", "this help"),
];

/// What pressing a key means in `state`; nothing if it means nothing, or belongs to what has the focus.
pub(crate) fn meaning(event: &KeyboardEvent, state: &State) -> Option<Action> {
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    let focus = Focus::of(event);
    if focus == Focus::Text || state.help_open {
        return None;
    }
    action(&event.key(), focus, state)
}

fn action(key: &str, focus: Focus, state: &State) -> Option<Action> {
    let selected = state.selected_server();
    match key {
        " " if focus == Focus::Nothing => Some(Action::PlayOrPause),
        "ArrowLeft" if focus != Focus::Choice => Some(Action::StepBack),
        "ArrowRight" if focus != Focus::Choice => Some(Action::StepForward),
        "Home" if focus != Focus::Choice => Some(Action::Seek(Instant::ZERO)),
        "[" => Some(Action::Slower),
        "]" => Some(Action::Faster),
        "?" => Some(Action::ShowHelp(true)),
        "Escape" => Some(Action::Select(Selection::Nothing)),
        "c" => selected.map(Action::CrashOrRestart),
        "t" => selected.map(|server| Action::Do(Command::TimeOut { server })),
        "p" => selected.map(Action::Propose),
        "," if focus != Focus::Choice => Some(Action::JumpBack),
        "." if focus != Focus::Choice => Some(Action::JumpForward),
        "m" => Some(Action::ShowMachines(!state.machines_open)),
        "d" => Some(Action::ShowSpaceTime(!state.space_time_open)),
        "e" => Some(Action::ShowEvents(!state.events_open)),
        "h" => Some(Action::Do(Command::HealAll)),
        _ => {
            let digit = key.parse().ok().filter(|digit| (1..=u64::from(state.setup.servers)).contains(digit))?;
            (focus != Focus::Choice).then_some(Action::Select(Selection::Server(NodeId(digit))))
        }
    }
}

/// What has the focus, as far as keys are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    Nothing,
    /// It takes the space bar.
    Button,
    /// It takes letters and arrows.
    Choice,
    /// It takes everything.
    Text,
}

impl Focus {
    fn of(event: &KeyboardEvent) -> Self {
        let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
            return Self::Nothing;
        };
        let role = element.get_attribute("role").unwrap_or_default();
        let kind = element.get_attribute("type").unwrap_or_default();
        match (element.tag_name().to_ascii_uppercase().as_str(), role.as_str(), kind.as_str()) {
            ("INPUT", _, "checkbox") => Self::Button,
            ("INPUT" | "TEXTAREA", _, _) => Self::Text,
            ("SELECT", _, _) => Self::Choice,
            ("BUTTON" | "SUMMARY" | "A", _, _) | (_, "button" | "tab", _) => Self::Button,
            _ => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::address::Address;

    #[test]
    fn keys_act_on_what_is_selected() {
        let mut state = State::new(Address::default().setup(), false);
        assert_eq!(action("c", Focus::Nothing, &state), None);
        state.selection = Selection::Server(NodeId(2));
        assert_eq!(action("c", Focus::Button, &state), Some(Action::CrashOrRestart(NodeId(2))));
        assert_eq!(action("5", Focus::Nothing, &state), Some(Action::Select(Selection::Server(NodeId(5)))));
        assert_eq!(action("6", Focus::Nothing, &state), None);
    }

    #[test]
    fn a_button_keeps_its_space_bar_and_a_choice_its_arrows() {
        let state = State::new(Address::default().setup(), false);
        assert_eq!(action(" ", Focus::Nothing, &state), Some(Action::PlayOrPause));
        assert_eq!(action(" ", Focus::Button, &state), None);
        assert_eq!(action("ArrowLeft", Focus::Button, &state), Some(Action::StepBack));
        assert_eq!(action("ArrowLeft", Focus::Choice, &state), None);
    }
}

//! Keys that work wherever the focus is.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::why::Asks;

use crate::browser::press;
use crate::show::verbs::{Kind, OnCluster, Subject, by_key};
use crate::state::{Action, Menu, Selection, State};

/// What each key does, for the help; the keys of the verbs are said by themselves.
pub(crate) const KEYS: [(&str, &str); 15] = [
    ("/ or Ctrl K", "find anything that can be done"),
    ("a", "all that can be done to what has the focus, or is selected"),
    ("Space", "play or pause"),
    ("← →", "one event back or forward"),
    ("Home", "back to the start"),
    ("[ ]", "slower or faster"),
    ("1 … 9", "select a server"),
    ("n N", "select the next message under way, or the one before"),
    ("w", "why what is selected is as it is"),
    ("d", "show or hide the space-time diagram"),
    ("m", "state machines in the place of the logs"),
    (", .", "to the mark before or after, of the chosen kind"),
    ("Esc", "select nothing"),
    ("Tab, then arrows", "go to the servers or links, and from one to the next"),
    ("?", "this help"),
];

/// What pressing a key means in `state`; nothing if it means nothing, or belongs to what has the focus.
pub(crate) fn meaning(event: &KeyboardEvent, state: &State) -> Option<Action> {
    if event.default_prevented() || event.alt_key() || state.help_open || state.is_covered() {
        return None;
    }
    let focus = Focus::of(event);
    if event.ctrl_key() || event.meta_key() {
        return with_control(&event.key(), event.shift_key(), focus);
    }
    if focus == Focus::Text {
        return if event.key() == "Escape" && state.sheet.is_some() { Some(Action::CloseForm) } else { None };
    }
    if event.key() == "a" {
        return Some(menu(event, state));
    }
    action(&event.key(), focus, state)
}

fn with_control(key: &str, shift: bool, focus: Focus) -> Option<Action> {
    let cluster = |kind| Some(Action::Perform(kind, Subject::Cluster));
    match key {
        "k" => Some(Action::ShowPalette(true)),
        "z" if focus != Focus::Text && !shift => cluster(Kind::Cluster(OnCluster::Undo)),
        "z" | "Z" | "y" if focus != Focus::Text => cluster(Kind::Cluster(OnCluster::Redo)),
        _ => None,
    }
}

/// The menu of what has the focus; without one, of what is selected.
fn menu(event: &KeyboardEvent, state: &State) -> Action {
    let focused = event.target().and_then(press::subject_of);
    let selected = || {
        let subject = Subject::of(state.selection);
        Menu { subject, at: press::place_of(subject) }
    };
    Action::ShowMenu(Some(focused.unwrap_or_else(selected)))
}

fn action(key: &str, focus: Focus, state: &State) -> Option<Action> {
    match key {
        " " if focus == Focus::Nothing => Some(Action::PlayOrPause),
        "ArrowLeft" if focus != Focus::Choice => Some(Action::StepBack),
        "ArrowRight" if focus != Focus::Choice => Some(Action::StepForward),
        "Home" if focus != Focus::Choice => Some(Action::Seek(Instant::ZERO)),
        "[" => Some(Action::Slower),
        "]" => Some(Action::Faster),
        "/" => Some(Action::ShowPalette(true)),
        "n" => Some(Action::NextMessage(true)),
        "N" => Some(Action::NextMessage(false)),
        "Escape" if state.sheet.is_some() => Some(Action::CloseForm),
        "Escape" if state.tour.is_some() => Some(Action::Tour(None)),
        "Escape" => Some(Action::Select(Selection::Nothing)),
        "," if focus != Focus::Choice => Some(Action::JumpBack),
        "." if focus != Focus::Choice => Some(Action::JumpForward),
        "m" => Some(Action::ShowMachines(!state.machines_open)),
        "d" => Some(Action::ShowSpaceTime(!state.space_time_open)),
        _ => {
            let digit = key.parse().ok().filter(|digit| (1..=state.view.servers.len() as u64).contains(digit));
            if let Some(digit) = digit {
                return (focus != Focus::Choice).then_some(Action::Select(Selection::Server(NodeId(digit))));
            }
            let subject = Subject::of(state.selection);
            let found = state.with_scene(|scene| by_key(scene, subject, key));
            // A question that does not fit is answered, too: by how it is instead.
            let found = found.or_else(|| (key == "w").then_some((Kind::Why(Asks::NoLeader), Subject::Cluster)));
            found.map(|(kind, subject)| Action::Perform(kind, subject))
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
    use crate::show::verbs::OnServer;
    use crate::state::address::Address;

    #[test]
    fn keys_act_on_what_is_selected() {
        let mut state = State::new(Address::default().setup(), false);
        assert_eq!(action("c", Focus::Nothing, &state), None);
        state.selection = Selection::Server(NodeId(2));
        assert_eq!(
            action("c", Focus::Button, &state),
            Some(Action::Perform(Kind::Server(OnServer::Crash), Subject::Server(NodeId(2))))
        );
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

//! What is kept on this machine from one visit to the next: how a person looks at runs, and where they were.

use std::fmt::Write;
use std::rc::Rc;

use raftarium_sim::Shared;

use super::address::{self, Asked};
use super::{Selection, Speed, State};
use crate::show::jump::Jump;
use crate::show::{count, seconds};

/// How a person looks at runs, as far as that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) speed: Speed,
    pub(crate) jump: Jump,
    pub(crate) events_open: bool,
    pub(crate) space_time_open: bool,
    pub(crate) machines_open: bool,
}

/// A run that a person was looking at when they left.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Offer {
    /// Which run it is, in words.
    pub(crate) words: String,
    pub(crate) asked: Asked,
}

impl Settings {
    /// As it is kept: words with a space between, in any order.
    pub(crate) fn to_text(self) -> String {
        let mut text = format!("speed={} jump={}", self.speed.one_in(), self.jump.name());
        let flags =
            [("events", self.events_open), ("space-time", self.space_time_open), ("machines", self.machines_open)];
        for (name, _) in flags.into_iter().filter(|(_, on)| *on) {
            let _ = write!(text, " {name}");
        }
        text
    }

    /// Reads what was kept. A word that is not known, of another version perhaps, is passed over.
    pub(crate) fn read(text: &str) -> Self {
        let has = |word: &str| text.split(' ').any(|other| other == word);
        let value = |name: &str| text.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        let speed = value("speed").and_then(|speed| speed.parse().ok()).and_then(Speed::of);
        let jump = value("jump").and_then(Jump::of);
        Self {
            speed: speed.unwrap_or_default(),
            jump: jump.unwrap_or(Jump::Any),
            events_open: has("events"),
            space_time_open: has("space-time"),
            machines_open: has("machines"),
        }
    }
}

impl Offer {
    /// What was kept as a link, if it still leads somewhere.
    pub(crate) fn read(link: &str) -> Option<Self> {
        let asked = address::parse(link).ok()?;
        let words = match &asked {
            Asked::Lesson(wanted) => format!("the {} {}", wanted.shelf.one(), wanted.name),
            Asked::Run(shared) => {
                let Shared { run, at, .. } = &**shared;
                let done = count(run.commands.len() as u64, "thing was done", "things were done");
                let at = at.map_or_else(String::new, |at| format!(", at {}", seconds(at)));
                format!("seed {}, {}, {done}{at}", run.setup.seed, count(run.setup.servers.into(), "server", "servers"))
            }
        };
        Some(Self { words, asked })
    }
}

impl State {
    /// How a person looks at this run.
    pub(crate) fn settings(&self) -> Settings {
        let (speed, jump, events_open) = (self.speed, self.jump, self.events_open);
        let (space_time_open, machines_open) = (self.space_time_open, self.machines_open);
        Settings { speed, jump, events_open, space_time_open, machines_open }
    }

    /// The same run, looked at like that.
    pub(crate) fn with(self, settings: Settings) -> Self {
        let Settings { speed, jump, events_open, space_time_open, machines_open } = settings;
        Self { speed, jump, events_open, space_time_open, machines_open, ..self }
    }

    /// The link that is kept for the next visit; nothing, if nobody has done anything here.
    pub(crate) fn link_to_keep(&self) -> Option<String> {
        let begun = self.told.is_some() || !self.timeline.borrow().commands().is_empty();
        if begun && self.wanted.is_none() { self.link(Some(self.now)).ok() } else { None }
    }

    /// Goes on where a person was.
    pub(super) fn take_offer(&mut self) {
        let Some(offer) = self.offer.take() else { return };
        match offer.asked.clone() {
            Asked::Lesson(wanted) => self.wanted = Some(Rc::new(wanted)),
            Asked::Run(shared) => match Self::open(*shared, self.playing) {
                Ok(fresh) => self.replace_by(fresh),
                Err(error) => self.complain(super::About::Address, format!("The run cannot be shown: {error}.")),
            },
        }
        self.selection = Selection::Nothing;
    }
}

#[cfg(test)]
mod tests {
    use raftarium_sim::Command;
    use raftarium_sim::core::{Instant, NodeId};
    use yew::Reducible;

    use super::*;
    use crate::state::Action;
    use crate::state::address::Address;

    fn start() -> Rc<State> {
        Rc::new(State::new(Address::default().setup(), false))
    }

    #[test]
    fn settings_are_kept_and_read_again() {
        let changed = [Action::Faster, Action::ShowMachines(true), Action::SetJump(Jump::Violation)];
        let state = changed.into_iter().fold(start(), State::reduce);
        let text = state.settings().to_text();
        assert_eq!(Settings::read(&text), state.settings());
        assert_eq!(State::clone(&start()).with(Settings::read(&text)).settings(), state.settings());
        assert_ne!(state.settings(), start().settings());
    }

    #[test]
    fn what_cannot_be_understood_of_settings_is_as_at_first() {
        for text in ["", "speed=3 jump=nowhere", "speed= =", "loud"] {
            assert_eq!(Settings::read(text), start().settings(), "{text}");
        }
    }

    #[test]
    fn a_run_in_which_something_was_done_is_offered_and_taken() {
        assert_eq!(start().link_to_keep(), None);
        let crash = Action::Do(Command::Crash { server: NodeId(2) });
        let state = start().reduce(crash).reduce(Action::Seek(Instant::from_millis(1_500)));
        let link = state.link_to_keep().expect("something was done");
        let offer = Offer::read(&link).expect("just written");
        assert_eq!(offer.words, "seed 42, 5 servers, 1 thing was done, at 1.500 s");
        let mut next = State::clone(&start());
        next.offer = Some(Rc::new(offer));
        let taken = Rc::new(next).reduce(Action::TakeOffer(true));
        assert_eq!((&taken.view, taken.now, taken.offer.is_none()), (&state.view, state.now, true));
    }

    #[test]
    fn what_was_kept_and_leads_nowhere_is_not_offered() {
        assert_eq!(Offer::read("#run=1.abc"), None);
        let offer = Offer::read("#scenario=07-fast-backup&at=12").expect("a scenario");
        assert_eq!(offer.words, "the scenario 07-fast-backup");
    }
}

//! Stories that are told beside the run: scenarios, and mistakes that are shown.

use std::rc::Rc;

use raftarium_sim::core::Instant;
use raftarium_sim::lesson::{Lesson, LessonKind};
use raftarium_sim::scenario::{Scenario, Untold};
use raftarium_sim::{RunError, ShareError, Shared, Trial};

use super::{About, State};

/// Where the stories are that come with the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shelf {
    Scenarios,
    Mistakes,
}

impl Shelf {
    /// Its folder, beside the page.
    pub(crate) const fn folder(self) -> &'static str {
        match self {
            Self::Scenarios => "scenarios",
            Self::Mistakes => "mistakes",
        }
    }

    /// What one of it is called, in the address and in words.
    pub(crate) const fn one(self) -> &'static str {
        match self {
            Self::Scenarios => "scenario",
            Self::Mistakes => "mistake",
        }
    }
}

/// A story that comes with the page, and that somebody wants to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) shelf: Shelf,
    /// The name of its file without `.json`, or only its number, or the name without the number.
    pub(crate) name: String,
    /// The moment to look at; without one, the story says it.
    pub(crate) at: Option<Instant>,
}

/// A story that was read, about to be shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Opened {
    pub(crate) lesson: Lesson,
    /// Which one of those that come with the page it is, by the name of its file.
    pub(crate) place: Option<(Shelf, String)>,
    pub(crate) at: Option<Instant>,
    /// Whether time goes on at once, if the story begins at the beginning.
    pub(crate) play: bool,
}

/// The story of the run that is shown.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ToldLesson {
    pub(crate) lesson: Rc<Lesson>,
    pub(crate) place: Option<(Shelf, String)>,
    /// Whether the run that is shown is the one in which servers keep to the rules.
    pub(crate) kept: bool,
    /// The version of the run that it is told of.
    run_version: u64,
}

impl ToldLesson {
    /// The step that was reached last by `now`.
    pub(crate) fn step(&self, now: Instant) -> Option<usize> {
        self.lesson.steps.iter().rposition(|step| step.at.is_some_and(|at| at <= now))
    }
}

impl State {
    /// Shows a story from its beginning, or from the moment that is worth a look.
    pub(super) fn open_lesson(&mut self, opened: Opened) {
        let Opened { lesson, place, at, play } = opened;
        let at = at.unwrap_or(lesson.at);
        self.show_lesson(&Rc::new(lesson), place, at, play, false);
    }

    fn show_lesson(
        &mut self,
        lesson: &Rc<Lesson>,
        place: Option<(Shelf, String)>,
        at: Instant,
        play: bool,
        kept: bool,
    ) {
        let run = if kept { without_mistakes(lesson) } else { lesson.run.clone() };
        match Self::open(Shared { at: (at > Instant::ZERO).then_some(at), ..run.into() }, play) {
            Ok(fresh) => {
                self.replace_by(fresh);
                self.wanted = None;
                if lesson.kind != LessonKind::Run {
                    let lesson = Rc::clone(lesson);
                    self.told = Some(Rc::new(ToldLesson { lesson, place, kept, run_version: self.run_version }));
                    (self.events_open, self.selection) = (false, super::Selection::Nothing);
                }
            }
            Err(error) => self.refuse_lesson(&error),
        }
    }

    fn refuse_lesson(&mut self, error: &RunError) {
        self.complain(About::Address, format!("The run cannot be shown: {error}."));
    }

    /// The same story from its beginning, or with servers that keep to the rules, at the moment that is looked at.
    pub(super) fn tell_again(&mut self, kept: bool) {
        let Some(told) = self.told.clone() else { return };
        let at = if kept == told.kept { told.lesson.at } else { self.now.min(told.lesson.at) };
        self.show_lesson(&told.lesson, told.place.clone(), at, self.playing, kept);
    }

    /// Whether something was done in the run that its story does not tell.
    pub(crate) fn departs(&self) -> bool {
        self.told.as_ref().is_some_and(|told| told.run_version != self.run_version)
    }

    /// The link to the run that is shown, at the moment `at`: short, as long as it is a story that comes with the page.
    pub(crate) fn link(&self, at: Option<Instant>) -> Result<String, ShareError> {
        if let Some(told) = self.told.as_ref().filter(|told| !told.kept && !self.departs() && self.other.is_none())
            && let Some((shelf, name)) = &told.place
        {
            let plain = Shared { at, ..raftarium_sim::Run { setup: Default::default(), commands: Vec::new() }.into() };
            let moment = plain.to_link()?;
            let moment = moment.split_once("&at=").map_or_else(String::new, |(_, at)| format!("&at={at}"));
            return Ok(format!("#{}={name}{moment}", shelf.one()));
        }
        self.shared(at).to_link()
    }
}

impl State {
    /// The run that is shown, up to now, as the text of a scenario. One that is a story keeps its name.
    pub(crate) fn scenario(&self) -> Result<String, Untold> {
        let mut scenario = Scenario::of_run(&self.timeline.borrow().run(), self.now)?;
        if let Some(told) = &self.told {
            scenario.title.clone_from(&told.lesson.title);
            scenario.chapter.clone_from(&told.lesson.source);
        }
        Ok(scenario.to_json())
    }
}

fn without_mistakes(lesson: &Lesson) -> raftarium_sim::Run {
    Trial { run: lesson.run.clone(), until: lesson.at, ending: None }.without_mistakes().run
}

#[cfg(test)]
mod tests {
    use yew::Reducible;

    use super::*;
    use crate::state::address::{Address, Asked, parse};
    use crate::state::{Action, Selection};

    const FAST_BACKUP: &str = include_str!("../../../../static/scenarios/07-fast-backup.json");
    const FIGURE_8: &str = include_str!("../../../../static/mistakes/01-commit-earlier-terms.json");

    fn opened(shelf: Shelf, name: &str, text: &str) -> Rc<State> {
        let state = Rc::new(State::new(Address::default().setup(), false));
        let lesson = Lesson::read(text).expect("one of ours");
        let opened = Opened { lesson, place: Some((shelf, name.into())), at: None, play: true };
        state.reduce(Action::OpenLesson(Box::new(opened)))
    }

    #[test]
    fn a_scenario_begins_at_the_beginning_and_plays() {
        let state = opened(Shelf::Scenarios, "07-fast-backup", FAST_BACKUP);
        let told = state.told.as_ref().expect("it is told");
        assert_eq!((state.now, state.playing, state.view.servers.len()), (Instant::ZERO, true, 7));
        assert_eq!(told.step(Instant::ZERO), None);
        assert_eq!(told.step(Instant::from_millis(60)), Some(0));
        assert_eq!(state.link(None).as_deref(), Ok("#scenario=07-fast-backup"));
        let link = state.link(Some(Instant::from_micros(60_500))).expect("a link");
        assert_eq!(link, "#scenario=07-fast-backup&at=60.5");
        let wanted =
            Wanted { shelf: Shelf::Scenarios, name: "07-fast-backup".into(), at: Some(Instant::from_micros(60_500)) };
        assert_eq!(parse(&link), Ok(Asked::Lesson(wanted)));
    }

    #[test]
    fn what_a_person_does_in_a_story_makes_it_a_run_of_their_own() {
        let state = opened(Shelf::Scenarios, "07-fast-backup", FAST_BACKUP);
        let server = raftarium_sim::core::NodeId(3);
        let state = state.reduce(Action::Do(raftarium_sim::Command::Crash { server }));
        assert!(state.departs() && state.link(None).is_ok_and(|link| link.starts_with("#run=")));
        let again = state.reduce(Action::TellAgain(false));
        assert!(!again.departs());
        assert_eq!(again.link(None).as_deref(), Ok("#scenario=07-fast-backup"));
    }

    #[test]
    fn a_mistake_stands_still_a_little_before_its_harm_and_none_comes_if_the_rules_are_kept() {
        let state = opened(Shelf::Mistakes, "01-commit-earlier-terms", FIGURE_8);
        let found = state.told.as_ref().and_then(|told| told.lesson.outcome.clone()).expect("it is found");
        assert!(!state.playing && state.now < found.at && state.view.violations.is_empty());
        let broken = Rc::clone(&state).reduce(Action::Seek(found.at));
        assert_eq!(broken.view.violations.len(), 1);
        let kept = state.reduce(Action::TellAgain(true)).reduce(Action::Seek(found.at));
        assert!(kept.view.violations.is_empty() && !kept.departs());
        assert!(kept.link(None).is_ok_and(|link| link.starts_with("#run=")));
        let again = kept.reduce(Action::TellAgain(false)).reduce(Action::Seek(found.at));
        assert_eq!(again.view.violations, broken.view.violations);
    }

    #[test]
    fn what_was_done_up_to_now_is_told_as_a_scenario_and_opened_as_the_same_run() {
        let state = opened(Shelf::Scenarios, "07-fast-backup", FAST_BACKUP);
        let server = raftarium_sim::core::NodeId(3);
        let state = state.reduce(Action::Seek(Instant::from_millis(400)));
        let state = state.reduce(Action::Do(raftarium_sim::Command::Crash { server }));
        let state = state.reduce(Action::Seek(Instant::from_millis(700)));
        let lesson = Lesson::read(&state.scenario().expect("it is short")).expect("just written");
        let told = state.told.as_ref().expect("it is told");
        assert_eq!((&lesson.title, &lesson.source), (&told.lesson.title, &told.lesson.source));
        assert!(lesson.outcome.as_ref().is_some_and(|outcome| outcome.expected));
        let end = lesson.steps.last().and_then(|step| step.at).expect("it came");
        let opened = Opened { lesson, place: None, at: Some(end), play: true };
        let again = Rc::clone(&state).reduce(Action::Begin(Address::default()));
        let again = again.reduce(Action::OpenLesson(Box::new(opened)));
        assert_eq!((again.now, again.view.step, again.view.hash), (state.now, state.view.step, state.view.hash));
    }

    #[test]
    fn another_run_has_no_story() {
        let state = opened(Shelf::Scenarios, "07-fast-backup", FAST_BACKUP);
        let state = state.reduce(Action::Begin(Address::default()));
        assert!(state.told.is_none() && state.selection == Selection::Nothing);
    }
}

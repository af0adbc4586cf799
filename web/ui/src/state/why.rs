//! Asking why, and following the answer.

use std::rc::Rc;

use raftarium_sim::RecordId;
use raftarium_sim::core::Instant;
use raftarium_sim::why::{Cause, Explanation, Question, Thing, why};

use super::{About, News, Side, State};
use crate::show::news::{Sentence, Weight};
use crate::show::why::selection;

/// A question, and its answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Explained {
    pub(crate) explanation: Explanation,
    /// Tells an answer from an equal one that comes after it.
    pub(crate) number: u64,
}

impl State {
    pub(super) fn ask_why(&mut self, question: Question) {
        let timeline = self.inspected();
        let found = why(&timeline.borrow(), question);
        match found {
            Ok(explanation) => {
                self.playing = false;
                self.notice = None;
                self.select(question.about);
                let all = explanation.causes.iter().map(|cause| cause.words.clone());
                let sentences = std::iter::once(question.to_string()).chain(all);
                // A person asked for it.
                let told = sentences.map(|text| Sentence { weight: Weight::First, text }).collect();
                self.news = Rc::new(News { number: self.news.number + 1, told });
                self.why = Some(Rc::new(Explained { explanation, number: self.news.number }));
            }
            Err(not_so) => self.complain(About::Command, not_so.to_string()),
        }
    }

    /// Goes to the moment of a cause.
    pub(super) fn follow(&mut self, cause: &Cause) {
        self.go_to_record(cause.record, cause.at);
        self.select(cause.about);
    }

    /// Goes to just after something that happened, or will.
    pub(super) fn go_to_record(&mut self, record: Option<RecordId>, at: Option<Instant>) {
        self.playing = false;
        // Both clusters go to one moment, and records are those of one of them.
        let record = record.filter(|_| self.side != Side::B);
        self.go(|timeline| match (record, at) {
            // It is known, unless something else was done since; then there is still its moment.
            (Some(id), at) => {
                if let (Err(_), Some(at)) = (timeline.seek_record(id), at) {
                    timeline.seek(at);
                }
            }
            (None, Some(at)) => timeline.seek(at),
            (None, None) => {}
        });
    }

    /// Goes back to where the last question was asked.
    pub(super) fn why_again(&mut self) {
        if let Some(told) = self.why.clone() {
            let Explanation { at, question, .. } = told.explanation;
            self.playing = false;
            self.go(|timeline| timeline.seek(at));
            self.select(question.about);
        }
    }

    fn select(&mut self, about: Thing) {
        (self.sheet, self.events_open) = (None, false);
        // What has no place on the page leaves what is selected as it is.
        self.selection = selection(&self.view, about).unwrap_or(self.selection);
    }
}

#[cfg(test)]
mod tests {
    use raftarium_sim::Command;
    use raftarium_sim::core::NodeId;
    use raftarium_sim::why::{Asks, Thing};
    use yew::Reducible;

    use super::*;
    use crate::state::address::Address;
    use crate::state::{Action, Selection};

    fn after(state: Rc<State>, actions: impl IntoIterator<Item = Action>) -> Rc<State> {
        actions.into_iter().fold(state, State::reduce)
    }

    fn at(millis: u64) -> Action {
        Action::Seek(Instant::from_millis(millis))
    }

    /// Two seconds of a run, in which S2 has crashed after one.
    fn crashed() -> Rc<State> {
        let start = Rc::new(State::new(Address::default().setup(), true));
        after(start, [at(1_000), Action::Do(Command::Crash { server: NodeId(2) }), at(2_000)])
    }

    fn why_down(server: u64) -> Action {
        Action::Why(Question { asks: Asks::Down, about: Thing::Server(NodeId(server)) })
    }

    #[test]
    fn an_answer_stands_still_and_a_cause_leads_to_its_moment_and_back() {
        let state = after(crashed(), [why_down(2)]);
        assert!(!state.playing && state.selection == Selection::Server(NodeId(2)));
        let told = state.why.clone().expect("it is answered");
        assert_eq!(told.explanation.at, Instant::from_millis(2_000));
        let cause = told.explanation.causes.iter().find(|cause| cause.record.is_some()).expect("a moment");
        let there = after(Rc::clone(&state), [Action::Follow(Box::new(cause.clone()))]);
        assert_eq!(Some(there.now), cause.at);
        assert_eq!(there.why, state.why, "it stays while one looks at its causes");
        let back = after(there, [Action::WhyAgain]);
        assert_eq!(back.view, state.view);
        assert_eq!(after(back, [Action::CloseWhy]).why, None);
    }

    #[test]
    fn what_is_not_so_is_said_and_nothing_else_changes() {
        let state = crashed();
        let asked = after(Rc::clone(&state), [why_down(1)]);
        assert!(asked.notice.as_ref().is_some_and(|notice| notice.text == "S1 is up."), "{:?}", asked.notice);
        assert!(asked.why.is_none() && asked.playing == state.playing && asked.selection == state.selection);
    }

    #[test]
    fn another_past_takes_the_answer_away() {
        let state = after(crashed(), [why_down(2), at(1_500)]);
        assert!(state.why.is_some());
        assert!(after(Rc::clone(&state), [Action::Do(Command::AddServer)]).why.is_none());
        let later = after(state, [at(2_500), Action::Do(Command::AddServer)]);
        assert!(later.why.is_some(), "what is done later changes no cause");
    }

    #[test]
    fn a_cause_that_is_not_known_any_more_still_has_a_moment() {
        let state = after(crashed(), [why_down(2)]);
        let told = state.why.clone().expect("it is answered");
        let lost = Cause { record: Some(RecordId(u64::MAX)), ..told.explanation.causes[0].clone() };
        assert_eq!(Some(after(state, [Action::Follow(Box::new(lost.clone()))]).now), lost.at);
    }
}

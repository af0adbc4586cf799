//! Another cluster beside the one that is shown: the same run but for one difference.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use raftarium_sim::{Difference, DifferenceError, Happening, Lockstep, Parting, RUN_END, RecordId, Timeline};

use super::{About, News, Side, State, last_run};
use crate::show::news::{Sentence, Weight};
use crate::show::seconds;
use crate::show::verbs::sentence;

/// How far is looked for the place where two runs part: so many times this long.
const STEPS: u32 = 300;
const STEP: Duration = Duration::from_millis(100);

/// The other cluster.
#[derive(Clone)]
pub(crate) struct Other {
    /// It, as if it were alone.
    pub(crate) state: State,
    lockstep: Lockstep,
}

impl Other {
    pub(crate) const fn difference(&self) -> &Difference {
        self.lockstep.difference()
    }

    pub(crate) const fn parting(&self) -> Option<&Parting> {
        self.lockstep.parting()
    }

    /// Does what was done in `first`, and looks at the same moment. Gives what could not be done here.
    fn follow(&mut self, first: &State) -> Option<String> {
        let before = self.state.record_count();
        let (first, other) = (first.timeline.borrow(), Rc::clone(&self.state.timeline));
        let followed = self.lockstep.follow(&first, &mut other.borrow_mut());
        let refusal = match followed {
            Ok(false) => None,
            Ok(true) => {
                self.state.digest = Rc::default();
                self.state.read = 0;
                self.refused(before)
            }
            Err(error) => Some(error.to_string()),
        };
        self.state.look(before);
        refusal
    }

    /// What was refused after the first `before` records.
    fn refused(&self, before: usize) -> Option<String> {
        let timeline = self.state.timeline.borrow();
        let count = timeline.world().record_count();
        let new = timeline.records_from(RecordId(before as u64)).iter().take_while(|record| record.id.0 < count);
        new.filter_map(|record| {
            if let Happening::CommandRefused { error, .. } = &record.what { Some(error.to_string()) } else { None }
        })
        .last()
    }
}

impl State {
    /// Puts a cluster beside this one that differs in one thing.
    ///
    /// # Errors
    ///
    /// If it cannot differ so; then nothing has changed.
    pub(super) fn compare(&mut self, difference: Difference) -> Result<(), DifferenceError> {
        let (lockstep, timeline) = Lockstep::begin(&self.timeline.borrow(), difference)?;
        let mut state = Self::of(timeline, false);
        last_run::begin(self.timeline.borrow().run());
        state.speed = self.speed;
        self.other = Some(Rc::new(Other { state, lockstep }));
        (self.side, self.choosing, self.sheet, self.why) = (Side::A, false, None, None);
        self.run_version += 1;
        Ok(())
    }

    pub(super) fn begin_comparing(&mut self, difference: Difference) {
        match self.compare(difference) {
            Ok(()) => {
                self.notice = None;
                let text = "Two clusters stand side by side; what is done is done in both.".to_owned();
                self.news = Rc::new(News {
                    number: self.news.number + 1,
                    told: vec![Sentence { weight: Weight::First, text }],
                });
            }
            Err(error) => self.complain(About::Command, sentence(&error.to_string())),
        }
    }

    /// Shows one of the two alone.
    pub(super) fn keep(&mut self, side: Side) {
        let Some(other) = self.other.take() else { return };
        match side {
            Side::Only | Side::A => {}
            Side::B => {
                let playing = self.playing;
                self.replace_by(other.state.clone());
                self.playing = playing;
                last_run::begin(self.timeline.borrow().run());
            }
        }
        (self.side, self.sheet, self.why) = (Side::Only, None, None);
        self.run_version += 1;
    }

    /// The other cluster does what was done here, and is looked at at the same moment.
    pub(super) fn lead_on(&mut self) {
        let Some(other) = self.other.take() else { return };
        let mut other = Rc::unwrap_or_clone(other);
        if let Some(refusal) = other.follow(self) {
            self.complain(About::Command, format!("In B it could not be done: {refusal}."));
        }
        self.other = Some(Rc::new(other));
    }

    /// Goes to where the two part, however far that is, within reason.
    pub(super) fn go_to_parting(&mut self) {
        let parting = |state: &Self| state.other.as_ref().and_then(|other| other.parting()).map(|parting| parting.at);
        let here = self.now;
        self.playing = false;
        for _ in 0..STEPS {
            if parting(self).is_some() || self.now >= RUN_END {
                break;
            }
            let next = self.now + STEP;
            self.go(|timeline| timeline.seek(next));
        }
        let Some(at) = parting(self) else {
            let text = format!("Both are the same up to {}.", seconds(self.now));
            self.go(|timeline| timeline.seek(here));
            return self.complain(About::Command, text);
        };
        self.go(|timeline| timeline.seek(at));
    }

    /// The timeline of what the inspector is about.
    pub(super) fn inspected(&self) -> Rc<RefCell<Timeline>> {
        match (&self.other, self.side) {
            (Some(other), Side::B) => Rc::clone(&other.state.timeline),
            (Some(_) | None, _) => Rc::clone(&self.timeline),
        }
    }

    /// What the inspector is about: this cluster, or the other one.
    pub(crate) fn shown(&self) -> Self {
        match (&self.other, self.side) {
            (Some(other), Side::B) => Self {
                version: self.version,
                selection: self.selection,
                sheet: self.sheet.clone(),
                why: self.why.clone(),
                unrest: self.unrest,
                playing: self.playing,
                propose_to: self.propose_to,
                ask_as: self.ask_as,
                events_open: self.events_open,
                ..other.state.clone()
            },
            (Some(_) | None, _) => self.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use raftarium_sim::Command;
    use raftarium_sim::core::{Instant, NodeId};
    use yew::Reducible;

    use super::*;
    use crate::state::Action;
    use crate::state::address::{self, Address, Asked};

    fn after(state: Rc<State>, actions: impl IntoIterator<Item = Action>) -> Rc<State> {
        actions.into_iter().fold(state, State::reduce)
    }

    fn at(millis: u64) -> Action {
        Action::Seek(Instant::from_millis(millis))
    }

    fn compared() -> Rc<State> {
        let difference: Difference = "pre_vote:true".parse().expect("it is one");
        after(Rc::new(State::new(Address::default().setup(), false)), [at(1_000), Action::Compare(difference)])
    }

    fn other(state: &State) -> &Other {
        state.other.as_ref().expect("two are compared")
    }

    #[test]
    fn both_are_at_one_moment_and_what_is_done_is_done_in_both() {
        let state = compared();
        assert_eq!(other(&state).state.now, state.now);
        let state = after(state, [Action::Do(Command::Crash { server: NodeId(2) }), at(1_500)]);
        for view in [&state.view, &other(&state).state.view] {
            assert!(view.servers[1].role.is_none());
        }
        let state = after(state, [Action::StepBack, Action::PlayOrPause, Action::Frame(20_000)]);
        assert_eq!(other(&state).state.now, state.now);
        assert!(!other(&state).state.digest.marks.is_empty());
        let state = after(state, [Action::Undo]);
        assert!(other(&state).state.view.servers[1].role.is_some());
    }

    #[test]
    fn a_link_holds_the_comparison() {
        let state = after(compared(), [Action::Do(Command::Crash { server: NodeId(2) }), at(2_000)]);
        let link = state.shared(Some(state.now)).to_link().expect("it is short");
        assert!(link.contains("&with=pre_vote:true"), "{link}");
        let Ok(Asked::Run(shared)) = address::parse(&link) else { panic!("just written") };
        let opened = after(Rc::new(State::new(Address::default().setup(), false)), [Action::Open(shared)]);
        assert_eq!(opened.view, state.view);
        assert_eq!(other(&opened).state.view, other(&state).state.view);
        assert_eq!(other(&opened).parting(), other(&state).parting());
    }

    #[test]
    fn what_cannot_be_done_in_the_other_one_is_told() {
        let difference: Difference = "check_quorum:true".parse().expect("it is one");
        let state =
            after(Rc::new(State::new(Address::default().setup(), false)), [at(1_000), Action::Compare(difference)]);
        let leader = crate::show::names::leader(&state.view).expect("somebody leads").id;
        // Cut off, it steps down in B only; so in B it has nothing to hand over.
        let to = NodeId(leader.0 % 5 + 1);
        let acts = [Action::Do(Command::Isolate { server: leader }), at(2_000)];
        let state = after(state, acts.into_iter().chain([Action::Do(Command::Transfer { server: leader, to })]));
        let notice = state.notice.as_ref().expect("it does not lead in B");
        assert!(notice.text.starts_with("In B it could not be done: "), "{}", notice.text);
        assert_eq!(state.shared(None).run.commands.len(), 2, "in A it could");
    }

    #[test]
    fn one_goes_to_where_they_part_and_keeps_the_one_that_one_likes() {
        let state = after(compared(), [at(0)]);
        let state = after(state, [Action::ToParting]);
        let parting = other(&state).parting().expect("they do").clone();
        assert_eq!(state.now, parting.at);
        let a = after(Rc::clone(&state), [at(2_000), Action::Keep(Side::A)]);
        assert!(a.other.is_none() && !a.setup.raft.pre_vote);
        let b = after(state, [at(2_000), Action::Keep(Side::B)]);
        assert!(b.other.is_none() && b.setup.raft.pre_vote);
        assert_eq!(b.now, Instant::from_millis(2_000));
        assert_eq!(b.shared(None).with, None);
    }

    #[test]
    fn what_is_no_difference_is_told_and_changes_nothing() {
        let same: Difference = "pre_vote:false".parse().expect("it is one");
        let state = after(Rc::new(State::new(Address::default().setup(), false)), [Action::Compare(same)]);
        assert!(state.other.is_none());
        assert_eq!(
            state.notice.as_ref().expect("told").text,
            "`pre_vote:false` is so already; allowed is what is otherwise."
        );
    }
}

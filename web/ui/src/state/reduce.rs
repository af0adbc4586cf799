//! What each action changes.

use std::rc::Rc;
use std::time::Duration;

use raftarium_sim::core::Instant;
use raftarium_sim::{Command, CommandError, Happening, RUN_END, Record, RecordId, Timed, Timeline};
use yew::Reducible;

use super::{About, Action, News, Notice, Selection, State, last_run};
use crate::show::digest::Digest;
use crate::show::names::LinkState;
use crate::show::news::{Sentence, Weight, weight};
use crate::show::verbs::sentence as sentence_of;
use raftarium_sim::story::sentence;

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        // The pointer moves over the same thing for long.
        if action == Action::Point(self.pointed) {
            return self;
        }
        let mut state = Self::clone(&self);
        state.version += 1;
        state.frame = None;
        match action {
            Action::Frame(_) if state.is_covered() => return self,
            // One that was under way when time was stopped comes too late.
            Action::Frame(_) if !state.playing => {}
            Action::Frame(real) => {
                let simulated = Duration::from_micros(state.speed.simulated(real));
                state.go_on(simulated);
                if state.now >= RUN_END {
                    state.playing = false;
                }
                state.frame = state.playing.then(|| self.frame.map_or(0, |frame| frame.wrapping_add(1)));
            }

            Action::Pause => state.playing = false,
            Action::PlayOrPause => state.playing = !state.playing,
            Action::StepForward => {
                state.playing = false;
                state.go(|timeline| {
                    timeline.step_forward();
                });
            }
            Action::StepBack => {
                state.playing = false;
                state.go(|timeline| {
                    timeline.step_back();
                });
            }
            Action::Seek(at) => state.go(|timeline| timeline.seek(at)),
            Action::SeekBy(by) => state.go(|timeline| {
                let to = timeline.now().as_micros().saturating_add_signed(by);
                timeline.seek(Instant::from_micros(to).min(timeline.end()));
            }),
            Action::SetSpeed(speed) => state.speed = speed,
            Action::Faster => state.speed = state.speed.faster(),
            Action::Slower => state.speed = state.speed.slower(),
            Action::Select(selection) => {
                state.selection = selection;
                (state.sheet, state.choosing) = (None, false);
                if selection == Selection::Nothing {
                    state.why = None;
                }
                // What was selected is to be seen, where the events were.
                state.events_open &= selection == Selection::Nothing;
            }
            Action::Ask { client, server, op, retries } => state.ask(client, server, op, retries),
            Action::Point(pointed) => state.pointed = pointed,
            Action::Do(command) => state.dispatch(command),
            Action::Perform(kind, subject) => {
                (state.menu, state.palette_open) = (None, false);
                if let Some(action) = state.perform(kind, subject) {
                    return Rc::new(state).reduce(action);
                }
            }
            Action::Why(question) => state.ask_why(question),
            Action::Follow(cause) => state.follow(&cause),
            Action::WhyAgain => state.why_again(),
            Action::CloseWhy => state.why = None,
            Action::Fill(form) => state.fill(form),
            Action::Submit(fields) => state.submit(&fields),
            Action::CloseForm => state.sheet = None,
            Action::ShowMenu(menu) => state.menu = menu,
            Action::ShowPalette(open) => state.palette_open = open,
            Action::SetUnrest(unrest) => state.set_unrest(unrest),
            Action::SwitchBranch(id) => state.switch_branch(id),
            Action::RenameBranch(id, name) => state.rename_branch(id, &name),
            Action::DeleteBranch(id) => state.delete_branch(id),
            Action::Choose(open) => state.choosing = open,
            Action::Compare(difference) => state.begin_comparing(difference),
            Action::LookInto(side) => state.side = side,
            Action::ToParting => state.go_to_parting(),
            Action::Keep(side) => state.keep(side),
            Action::Undo => state.undo(),
            Action::Redo => state.redo(),
            Action::NextMessage(forward) => state.select_next_message(forward),
            Action::CutOrHeal(from, to) => {
                let both = true;
                state.selection = Selection::link(from, to);
                state.dispatch(match LinkState::of(&state.view, from, to) {
                    LinkState::Connected => Command::Cut { from, to, both },
                    LinkState::CutThere | LinkState::CutBack | LinkState::Cut => Command::Heal { from, to, both },
                });
            }
            Action::Propose(server) => {
                (state.propose_to, state.ask_as) = ((Some(server), state.propose_to.1 + 1), None);
            }
            Action::AskAs(client) => {
                (state.propose_to, state.ask_as) = ((None, state.propose_to.1 + 1), Some(client));
            }
            Action::Begin(address) => {
                let fresh = Self::new(address.setup(), state.playing);
                let compared = state.other.as_ref().map(|other| other.difference().clone());
                state.replace_by(fresh);
                // Another seed is compared as this one was.
                if let Some(difference) = compared {
                    state.begin_comparing(difference);
                }
            }
            Action::Open(shared) => match Self::open(*shared, state.playing) {
                Ok(fresh) => state.replace_by(fresh),
                Err(error) => state.complain(About::Address, format!("The run cannot be shown: {error}.")),
            },
            Action::Want(wanted) => state.wanted = Some(Rc::new(wanted)),
            Action::CannotFetch(why) => {
                state.wanted = None;
                state.complain(About::Address, why);
            }
            Action::OpenLesson(opened) => state.open_lesson(*opened),
            Action::TellAgain(kept) => state.tell_again(kept),
            Action::CloseLesson => state.told = None,
            Action::TakeOffer(true) => state.take_offer(),
            Action::TakeOffer(false) => state.offer = None,
            Action::ShowSaving(open) => state.saving = open,
            Action::ShowLibrary(shelf) => state.library_open = shelf,
            Action::Tell(text) => {
                state.news = Rc::new(News {
                    number: state.news.number + 1,
                    told: vec![Sentence { weight: Weight::First, text }],
                });
            }
            Action::Complain(about, text) => state.complain(about, text),
            Action::DismissNotice => state.notice = None,
            Action::ShowEvents(open) => state.events_open = open,
            Action::ShowSpaceTime(open) => state.space_time_open = open,
            Action::ShowMachines(open) => state.machines_open = open,
            Action::SetJump(jump) => state.jump = jump,
            Action::JumpForward => state.jump_to(state.jump.next(&state.digest.marks, state.now), "later"),
            Action::JumpBack => state.jump_to(state.jump.previous(&state.digest.marks, state.now), "earlier"),
            Action::ShowHelp(open) => state.help_open = open,
            Action::SetVoice(voice) => state.voice = voice,
            Action::SetEase(ease) => state.ease = ease,
            Action::Tour(step) => {
                state.help_open = false;
                state.tour = step;
            }
        }
        Rc::new(state)
    }
}

impl State {
    /// Lets the timeline go somewhere, and looks at what is there.
    pub(super) fn go(&mut self, go: impl FnOnce(&mut Timeline)) {
        let before = self.record_count();
        go(&mut self.timeline.borrow_mut());
        self.look(before);
    }

    /// Shows another run in the same page.
    pub(super) fn replace_by(&mut self, fresh: Self) {
        let selection = if self.selection.exists(fresh.setup.servers) { self.selection } else { Selection::Nothing };
        *self = Self {
            version: self.version,
            run_version: self.run_version + 1,
            speed: self.speed,
            events_open: self.events_open,
            space_time_open: self.space_time_open,
            machines_open: self.machines_open,
            jump: self.jump,
            news: Rc::clone(&self.news),
            voice: self.voice,
            ease: self.ease,
            tour: self.tour,
            propose_to: (None, self.propose_to.1),
            selection,
            ..fresh
        };
    }

    /// Goes to a mark, and stops there.
    fn jump_to(&mut self, at: Option<Instant>, which: &str) {
        self.playing = false;
        match at {
            Some(at) => self.go(|timeline| timeline.seek(at)),
            None => self.complain(About::Command, format!("No {which} {} is known.", self.jump.name())),
        }
    }

    pub(super) fn dispatch(&mut self, command: Command) {
        if let Err(error) = self.try_dispatch(command) {
            self.complain(About::Command, sentence_of(&error.to_string()));
        }
    }

    /// # Errors
    ///
    /// If the command cannot be carried out; then nothing has changed.
    pub(super) fn try_dispatch(&mut self, command: Command) -> Result<(), CommandError> {
        let before = self.record_count();
        let (run, at) = {
            let timeline = self.timeline.borrow();
            (timeline.run(), timeline.world().earliest_command())
        };
        last_run::about_to(run, Timed { at, command: command.clone() });
        let here = self.kept_here();
        self.timeline.borrow_mut().dispatch(command)?;
        let branched = self.keep_if_left(here);
        // What was explained is no more, or has another past.
        self.why = self.why.take().filter(|told| told.explanation.at < at);
        if before < self.read {
            Rc::make_mut(&mut self.digest).forget_after(before);
            self.read = before;
        }
        self.run_version += 1;
        self.notice = None;
        self.look(before);
        if branched {
            self.look_at_branches();
        }
        Ok(())
    }

    /// Takes over what the timeline shows now; `before` records were known to have happened.
    pub(super) fn look(&mut self, before: usize) {
        let timeline = self.timeline.borrow();
        self.now = timeline.now();
        self.end = timeline.end();
        let world = timeline.world();
        if (world.steps(), world.hash()) != (self.view.step, self.view.hash) {
            self.view = Rc::new(timeline.view());
        }
        let records = timeline.all_records();
        let from = |place: usize| RecordId(place as u64);
        let unread = timeline.records_from(from(self.read));
        if Digest::cares(unread) {
            Rc::make_mut(&mut self.digest).read(unread);
        }
        self.longest_flight = self.longest_flight.max(longest_flight(unread, records));
        self.read = unread.last().map_or(self.read, |last| last.id.0 as usize + 1);
        let happened = from(self.record_count());
        let new: Vec<Sentence> = timeline
            .records_from(from(before))
            .iter()
            .take_while(|record| record.id < happened)
            .filter_map(|record| {
                let weight = weight(record, &self.digest.marks).filter(|weight| self.voice.says(*weight))?;
                Some(Sentence { weight, text: sentence(record, records) })
            })
            .collect();
        drop(timeline);
        if !new.is_empty() {
            self.news = Rc::new(News { number: self.news.number + 1, told: new });
        }
        self.lead_on();
    }

    pub(crate) fn complain(&mut self, about: About, text: String) {
        self.notice = Some(Rc::new(Notice { about, text, number: self.version }));
    }
}

/// The longest time between the sending of a message and its end among `unread`, in microseconds.
fn longest_flight(unread: &[Record], records: &[Record]) -> u64 {
    let first = records.first().map_or(RecordId(0), |record| record.id);
    let flight = |record: &Record| {
        let (Happening::Delivered { .. } | Happening::Lost { .. }) = record.what else { return None };
        let sent = records.get(usize::try_from(record.cause?.0.checked_sub(first.0)?).ok()?)?;
        u64::try_from(record.at.since(sent.at).as_micros()).ok()
    };
    unread.iter().filter_map(flight).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::jump::Jump;
    use crate::show::names::leader;
    use crate::show::verbs::{Kind, OnServer, Subject};
    use crate::state::Pointed;
    use crate::state::address::{Address, Asked};
    use raftarium_sim::core::NodeId;
    use raftarium_sim::{ClientId, Op};

    fn after(state: Rc<State>, actions: impl IntoIterator<Item = Action>) -> Rc<State> {
        actions.into_iter().fold(state, State::reduce)
    }

    fn crash(server: NodeId) -> Action {
        Action::Perform(Kind::Server(OnServer::Crash), Subject::Server(server))
    }

    fn start() -> Rc<State> {
        Rc::new(State::new(Address::default().setup(), false))
    }

    fn seconds(number: u64) -> Action {
        Action::Seek(Instant::from_millis(number * 1_000))
    }

    /// The listener that hears a key knows only what was drawn last.
    #[test]
    fn as_many_steps_are_made_as_keys_are_pressed_however_seldom_it_is_drawn() {
        let millis = |state: &State| state.now.as_micros() / 1_000;
        let state = after(start(), [seconds(2), Action::Seek(Instant::ZERO)]);
        let state = after(state, vec![Action::SeekBy(10_000); 17]);
        assert_eq!(millis(&state), 170);
        let state = after(state, vec![Action::SeekBy(-10_000); 5]);
        assert_eq!(millis(&state), 120);
        for (by, at) in [(i64::MAX, 2_000), (250_000, 2_000), (-250_000, 1_750), (i64::MIN, 0), (-10_000, 1_990)] {
            let there = after(Rc::clone(&state), [Action::SeekBy(i64::MAX), Action::SeekBy(by)]);
            assert_eq!(millis(&there), at, "{by}");
        }
    }

    #[test]
    fn frames_advance_time_by_the_speed() {
        let state = after(start(), [Action::PlayOrPause, Action::Frame(20_000), Action::Faster, Action::Frame(20_000)]);
        assert_eq!(state.now, Instant::from_micros(1_000 + 2_000));
        assert_eq!(state.end, state.now);
    }

    #[test]
    fn a_view_is_read_anew_only_when_something_happened() {
        let before = start();
        let still = after(Rc::clone(&before), [Action::PlayOrPause, Action::Frame(20)]);
        assert!(Rc::ptr_eq(&before.view, &still.view));
        let moved = after(still, [seconds(1)]);
        assert!(!Rc::ptr_eq(&before.view, &moved.view));
    }

    #[test]
    fn what_happens_is_told_and_marked() {
        let state = after(start(), [seconds(1)]);
        assert!(state.news.told.iter().any(|told| told.text.contains("is elected leader")), "{:?}", state.news);
        assert!(!state.digest.marks.is_empty());
    }

    #[test]
    fn going_back_shows_the_same_and_tells_nothing() {
        let then = after(start(), [seconds(1)]);
        let back = after(Rc::clone(&then), [seconds(3), Action::Seek(then.now)]);
        assert_eq!(back.view, then.view);
        assert!(back.is_past());
        let again = after(Rc::clone(&back), [seconds(0)]);
        assert_eq!(again.news, back.news);
    }

    #[test]
    fn a_run_that_is_shared_is_shown_as_it_was_at_its_moment() {
        let state = after(start(), [seconds(1), crash(NodeId(2)), seconds(2)]);
        let link = state.shared(Some(state.now)).to_link().expect("it is short");
        let Ok(Asked::Run(shared)) = crate::state::address::parse(&link) else { panic!("just written") };
        let opened = after(start(), [Action::PlayOrPause, Action::Open(shared)]);
        assert_eq!((opened.now, opened.playing), (state.now, false));
        assert_eq!(opened.view, state.view);
        assert_eq!(opened.digest, state.digest);
        assert_ne!(opened.run_version, start().run_version);
        assert_eq!(opened.shared(None), state.shared(None));
    }

    #[test]
    fn a_run_with_a_command_that_cannot_be_is_a_notice_and_changes_nothing() {
        let before = after(start(), [seconds(1)]);
        let mut shared = before.shared(None);
        let command = Command::Crash { server: NodeId(99) };
        shared.run.commands.push(Timed { at: Instant::from_millis(5), command });
        let state = after(Rc::clone(&before), [Action::Open(Box::new(shared))]);
        let notice = state.notice.as_ref().expect("a notice");
        assert!(notice.text.starts_with("The run cannot be shown: command 0: "), "{}", notice.text);
        assert_eq!((&state.view, state.run_version), (&before.view, before.run_version));
    }

    #[test]
    fn acting_in_the_past_gives_up_the_future() {
        let state = after(start(), [seconds(2), seconds(1)]);
        let leads = leader(&state.view).expect("a leader after a second").id;
        let state = after(state, [crash(leads)]);
        assert!(!state.is_past());
        assert!(state.digest.marks.iter().all(|mark| mark.at <= state.now));
        let restart = Action::Perform(Kind::Server(OnServer::Restart), Subject::Server(leads));
        let state = after(state, [seconds(2), restart]);
        assert!(state.view.servers[leads.0 as usize - 1].role.is_some());
    }

    #[test]
    fn a_command_that_cannot_be_done_is_a_notice_and_changes_nothing() {
        let down = after(start(), [Action::Perform(Kind::Server(OnServer::Crash), Subject::Server(NodeId(1)))]);
        let state = after(Rc::clone(&down), [Action::Do(Command::TimeOut { server: NodeId(1) })]);
        let notice = state.notice.as_ref().expect("a notice");
        assert_eq!((notice.about, notice.text.as_str()), (About::Command, "S1 is down; restart it first."));
        assert_eq!((state.view.hash, state.now), (down.view.hash, down.now));
    }

    #[test]
    fn a_link_is_cut_and_mended() {
        let cut = after(start(), [Action::CutOrHeal(NodeId(2), NodeId(1))]);
        assert_eq!(cut.view.cuts.len(), 2);
        assert_eq!(cut.selection, Selection::Link(NodeId(1), NodeId(2)));
        let mended = after(cut, [Action::CutOrHeal(NodeId(1), NodeId(2))]);
        assert!(mended.view.cuts.is_empty());
    }

    #[test]
    fn steps_are_undone_one_by_one() {
        let state = after(start(), [seconds(1), Action::StepForward]);
        let hash = state.view.hash;
        let there_and_back = after(state, [Action::StepForward, Action::StepBack]);
        assert_eq!(there_and_back.view.hash, hash);
    }

    #[test]
    fn what_is_pointed_at_changes_nothing_twice() {
        let state = after(start(), [Action::Point(Pointed::Server(NodeId(2)))]);
        let again = after(Rc::clone(&state), [Action::Point(Pointed::Server(NodeId(2)))]);
        assert!(Rc::ptr_eq(&state, &again));
        assert_eq!(state.lit(), ["server-2", "row-2"]);
    }

    #[test]
    fn the_longest_flight_is_known() {
        let state = after(start(), [seconds(1)]);
        let records = state.all_records();
        let seen = records.iter().filter(|record| matches!(record.what, Happening::Delivered { .. }));
        let flights = seen.map(|end| {
            let sent = end.cause.expect("it was sent");
            end.at.since(records[sent.0 as usize].at).as_micros() as u64
        });
        assert_eq!(Some(state.longest_flight), flights.max());
    }

    #[test]
    fn jumping_goes_from_mark_to_mark_and_says_when_there_is_none() {
        let state = after(start(), [seconds(2), Action::SetJump(Jump::Election), Action::JumpBack]);
        assert!(!state.playing && state.now < state.end);
        assert!(state.digest.marks.iter().any(|mark| mark.at == state.now));
        let none = after(state, [Action::SetJump(Jump::Violation), Action::JumpForward]);
        assert_eq!(none.notice.as_ref().map(|notice| notice.text.as_str()), Some("No later violation is known."));
    }

    #[test]
    fn a_new_run_begins_at_zero_and_keeps_how_we_look() {
        let state = after(start(), [seconds(1), Action::Faster, Action::Select(Selection::Server(NodeId(5)))]);
        let speed = state.speed;
        let fresh = after(state, [Action::Begin(Address { seed: 1, servers: 3 })]);
        assert_eq!((fresh.now, fresh.speed, fresh.selection), (Instant::ZERO, speed, Selection::Nothing));
        assert_eq!(fresh.view.servers.len(), 3);
    }

    #[test]
    fn the_run_that_is_told_after_a_panic_can_be_replayed() {
        let op = Op::Put { key: "x".into(), value: "1".into() };
        let ask = Action::Do(Command::Request { client: ClientId(1), server: None, op });
        let state = after(start(), [seconds(1), ask, seconds(2)]);
        let mut replayed = Timeline::replay(last_run::recall().expect("a run began")).expect("a run of our own");
        replayed.seek(state.now);
        assert_eq!(replayed.hash(), state.view.hash);
    }
}

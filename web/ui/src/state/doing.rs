//! Doing what verbs and forms say; undoing it; and what goes wrong by chance.

use std::rc::Rc;
use std::time::Duration;

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::swarm::Unrest;
use raftarium_sim::{ClientId, Command, Op, Retries};

use super::{About, Action, Selection, State};
use crate::show::forms::{Field, Form, Sheet};
use crate::show::seconds;
use crate::show::verbs::{Doing, Kind, OnCluster, Subject, sentence};

impl State {
    /// Does what a verb says; what is about the page is left to whoever called.
    pub(super) fn perform(&mut self, kind: Kind, subject: Subject) -> Option<Action> {
        match self.with_scene(|scene| scene.doing(kind, subject)) {
            Doing::Commands(commands) => _ = self.dispatch_all(commands),
            Doing::Fill(form) => self.fill(form),
            Doing::Page(action) => return Some(action),
            Doing::Cannot(why) => self.complain(About::Command, why),
        }
        None
    }

    pub(super) fn fill(&mut self, form: Form) {
        let sheet = self.with_scene(|scene| Sheet::new(form, scene.view, scene.world));
        self.sheet = Some(Rc::new(sheet));
        self.events_open = false;
    }

    pub(super) fn submit(&mut self, fields: &[Field]) {
        let Some(sheet) = self.sheet.clone() else { return };
        match self.with_scene(|scene| Sheet::commands(sheet.form, fields, scene.view, scene.world)) {
            Ok(commands) => {
                if self.dispatch_all(commands) {
                    self.sheet = None;
                }
            }
            Err(why) => self.complain(About::Command, why),
        }
    }

    pub(super) fn ask(&mut self, client: ClientId, server: Option<NodeId>, op: Op, retries: Option<Retries>) {
        let before = self.timeline.borrow().world().retries(client);
        let changed = retries.filter(|retries| before.is_some_and(|before| before != *retries));
        let changed = changed.map(|retries| Command::SetRetries { client, retries });
        self.dispatch_all(changed.into_iter().chain([Command::Request { client, server, op }]).collect());
    }

    /// All of them, one after the other, or none.
    fn dispatch_all(&mut self, commands: Vec<Command>) -> bool {
        let before = (commands.len() > 1).then(|| (self.clone(), self.timeline.borrow().clone()));
        let several = before.is_some();
        let first = self.timeline.borrow().world().earliest_command();
        for command in commands {
            let Err(error) = self.try_dispatch(command) else { continue };
            if let Some((state, timeline)) = before {
                let version = self.version;
                *self = Self { version, ..state };
                *self.timeline.borrow_mut() = timeline;
                // The other cluster has done what was not to be.
                if let Some(other) = self.other.take() {
                    let _as_before = self.compare(other.difference().clone());
                }
            }
            self.complain(About::Command, sentence(&error.to_string()));
            return false;
        }
        // What was done from here on before is no more.
        let together = Rc::make_mut(&mut self.together);
        together.retain(|(_, last)| *last < first);
        if several {
            together.push((first, self.now));
        }
        true
    }

    /// Lets time go on, and things go wrong if they are to. What has happened already happens as it did.
    pub(super) fn go_on(&mut self, by: Duration) {
        let until = self.now + by;
        if let Some(unrest) = self.unrest {
            let mut at = unrest.next_after(self.now.max(self.end));
            while at <= until {
                self.go(|timeline| timeline.seek(at));
                let drawn = self.with_scene(|scene| unrest.draw(scene.world));
                // Only what can be done is drawn.
                let done = drawn.map(|command| self.try_dispatch(command));
                debug_assert!(!matches!(done, Some(Err(_))), "{done:?}");
                at = unrest.next_after(at);
            }
        }
        self.go(|timeline| timeline.seek(until));
    }

    pub(super) fn set_unrest(&mut self, unrest: Option<Unrest>) {
        let before = std::mem::replace(&mut self.unrest, unrest);
        match (before, unrest) {
            (_, Some(_)) => self.playing = true,
            (Some(_), None) => _ = self.perform(Kind::Cluster(OnCluster::MendAll), Subject::Cluster),
            (None, None) => {}
        }
    }

    /// Back to just before what was done last.
    pub(super) fn undo(&mut self) {
        let now = self.now;
        let last = self.timeline.borrow().commands().iter().map(|timed| timed.at).take_while(|at| *at <= now).last();
        let Some(last) = last else {
            return self
                .complain(About::Command, "Nothing was done before this moment; there is nothing to undo.".into());
        };
        let (first, _) = self.press_at(last);
        let before = Instant::from_micros(first.as_micros().saturating_sub(1));
        self.playing = false;
        self.notice = None;
        self.go(|timeline| timeline.seek(before));
    }

    /// Forward to just after what was done next.
    pub(super) fn redo(&mut self) {
        let now = self.now;
        let next = {
            let timeline = self.timeline.borrow();
            let known = |at: &Instant| *at > now && *at <= timeline.end();
            timeline.commands().iter().map(|timed| timed.at).find(known)
        };
        let Some(next) = next else {
            let why = format!("Nothing is known to be done after {}; there is nothing to redo.", seconds(now));
            return self.complain(About::Command, why);
        };
        let (_, last) = self.press_at(next);
        self.playing = false;
        self.notice = None;
        self.go(|timeline| timeline.seek(last));
    }

    /// The first and the last moment of what was done by the press that did something at `at`.
    fn press_at(&self, at: Instant) -> (Instant, Instant) {
        let here = |(first, last): &&(Instant, Instant)| (*first..=*last).contains(&at);
        self.together.iter().find(here).copied().unwrap_or((at, at))
    }

    /// Selects the next message under way, or the one before; after the last, the first.
    pub(super) fn select_next_message(&mut self, forward: bool) {
        let packets = &self.view.packets;
        let current = match self.selection {
            Selection::Packet(packet) => packets.iter().position(|other| other.id == packet.id),
            Selection::Nothing | Selection::Server(_) | Selection::Link(..) | Selection::Entry(_) => None,
        };
        let count = packets.len();
        let next = match (current, forward) {
            (None, _) => 0,
            (Some(at), true) => at + 1,
            (Some(at), false) => at + count - 1,
        };
        match packets.get(next % count.max(1)).copied() {
            Some(packet) => (self.selection, self.sheet, self.events_open) = (Selection::Packet(packet), None, false),
            None => self.complain(About::Command, "No message is under way at this moment.".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use yew::Reducible;

    use super::*;
    use crate::show::forms::Value;
    use crate::show::names::leader;
    use crate::show::verbs::OnServer;
    use crate::state::address::Address;

    fn after(state: Rc<State>, actions: impl IntoIterator<Item = Action>) -> Rc<State> {
        actions.into_iter().fold(state, State::reduce)
    }

    fn at(millis: u64) -> Action {
        Action::Seek(Instant::from_millis(millis))
    }

    fn settled() -> Rc<State> {
        after(Rc::new(State::new(Address::default().setup(), false)), [at(1_000)])
    }

    fn to_server(kind: Kind, id: u64) -> Action {
        Action::Perform(kind, Subject::Server(NodeId(id)))
    }

    fn commands(state: &State) -> usize {
        state.timeline.borrow().commands().len()
    }

    #[test]
    fn undo_goes_back_in_time_and_redo_forward_and_neither_forgets() {
        let start = settled();
        let crashed = after(
            Rc::clone(&start),
            [
                to_server(Kind::Server(OnServer::Crash), 2),
                at(1_500),
                to_server(Kind::Server(OnServer::Pause), 3),
                at(2_000),
            ],
        );
        let once = after(Rc::clone(&crashed), [Action::Undo]);
        assert!(!once.view.servers[2].paused && once.view.servers[1].role.is_none());
        let twice = after(once, [Action::Undo]);
        assert!(twice.view.servers[1].role.is_some());
        assert_eq!(twice.now, Instant::from_millis(1_000));
        let none = after(Rc::clone(&twice), [Action::Undo]);
        assert!(none.notice.as_ref().is_some_and(|notice| notice.text.contains("nothing to undo")));
        assert_eq!(none.now, twice.now);
        let again = after(twice, [Action::Redo, Action::Redo]);
        assert!(again.view.servers[2].paused && again.view.servers[1].role.is_none());
        assert_eq!(commands(&again), 2);
        let end = after(again, [Action::Redo]);
        assert!(end.notice.as_ref().is_some_and(|notice| notice.text.contains("nothing to redo")));
        assert_eq!(after(end, [at(2_000)]).view, crashed.view);
    }

    #[test]
    fn what_was_done_at_one_moment_by_two_presses_is_undone_one_by_one() {
        let both = [to_server(Kind::Server(OnServer::Crash), 2), to_server(Kind::Server(OnServer::Pause), 3)];
        let once = after(after(settled(), both), [Action::Undo]);
        assert!(once.view.servers[1].role.is_none() && !once.view.servers[2].paused);
        let again = after(once, [Action::Redo]);
        assert!(again.view.servers[2].paused);
    }

    #[test]
    fn what_one_press_does_is_undone_together() {
        let state = settled();
        let leads = leader(&state.view).expect("a leader after a second").id;
        let replaced = after(Rc::clone(&state), [to_server(Kind::Server(OnServer::Replace), leads.0 % 5 + 1)]);
        assert_eq!((replaced.view.servers.len(), commands(&replaced)), (6, 2));
        let undone = after(replaced, [Action::Undo]);
        assert_eq!(undone.view, state.view);
    }

    #[test]
    fn several_commands_are_all_carried_out_or_none() {
        let mut state = State::clone(&settled());
        let hash = state.view.hash;
        let server = NodeId(1);
        assert!(!state.dispatch_all(vec![Command::Crash { server }, Command::AddServer, Command::Pause { server }]));
        assert_eq!((state.view.hash, state.view.servers.len(), commands(&state)), (hash, 5, 0));
        assert!(state.notice.as_ref().is_some_and(|notice| notice.text == "S1 is down; restart it first."));
        assert!(state.dispatch_all(vec![Command::Crash { server }, Command::AddServer]));
        assert_eq!(state.view.servers.len(), 6);
    }

    #[test]
    fn what_a_client_does_without_an_answer_is_told_once() {
        let op = Op::Get { key: "x".into() };
        let ask = |client| Action::Ask { client, server: None, op: op.clone(), retries: Some(Retries::Session) };
        let state = after(settled(), [ask(ClientId(1)), at(2_000), ask(ClientId(1)), ask(ClientId(2))]);
        assert_eq!(commands(&state), 5);
        assert_eq!(state.timeline.borrow().world().retries(ClientId(3)), Some(Retries::Never));
        let busy = after(Rc::clone(&state), [ask(ClientId(2))]);
        assert!(busy.notice.is_some() && commands(&busy) == 5);
    }

    #[test]
    fn a_form_is_filled_in_with_how_things_are_and_says_what_is_wrong_with_it() {
        let state = after(settled(), [to_server(Kind::Server(OnServer::Disk), 2)]);
        let mut fields = state.sheet.as_ref().expect("it is open").fields.clone();
        let set = |fields: &mut Vec<Field>, text: &str| {
            fields[1].value = Value::Text { text: text.to_owned(), unit: "ms" };
        };
        set(&mut fields, "much");
        let wrong = after(Rc::clone(&state), [Action::Submit(fields.clone())]);
        assert!(wrong.sheet.is_some() && wrong.notice.as_ref().is_some_and(|notice| notice.text.contains("“much”")));
        set(&mut fields, "0.5");
        let refused = after(wrong, [Action::Submit(fields.clone())]);
        assert!(refused.sheet.is_some() && refused.notice.is_some() && commands(&refused) == 0);
        set(&mut fields, "40");
        let done = after(refused, [Action::Submit(fields)]);
        assert!(done.sheet.is_none() && done.notice.is_none());
        assert_eq!(done.view.servers[1].disk.write_max, Duration::from_millis(40));
    }

    #[test]
    fn chaos_does_what_the_seed_says_however_fast_one_looks_and_ends_with_everything_mended() {
        let wild = || after(settled(), [Action::SetUnrest(Some(Unrest::Wild))]);
        let frames =
            |state: Rc<State>, micros: u64, count: usize| after(state, (0..count).map(|_| Action::Frame(micros)));
        let (slow, fast) = (frames(wild(), 20_000, 3_000), frames(wild(), 600_000, 100));
        assert_eq!(slow.now, fast.now);
        assert_eq!(slow.timeline.borrow().run(), fast.timeline.borrow().run());
        assert!(commands(&slow) > 5);
        let calm = after(slow, [Action::SetUnrest(None)]);
        let calm = after(calm, [Action::Perform(Kind::Cluster(OnCluster::MendAll), Subject::Cluster)]);
        assert!(calm.view.cuts.is_empty() && calm.view.servers.iter().all(|server| server.role.is_some()));
    }

    #[test]
    fn chaos_leaves_what_has_happened_alone() {
        let state = after(settled(), [Action::SetUnrest(Some(Unrest::Wild)), Action::Frame(60_000_000)]);
        let (end, done) = (state.end, commands(&state));
        let back = after(Rc::clone(&state), [at(1_100), Action::Frame(20_000_000)]);
        assert_eq!((back.end, commands(&back)), (end, done));
    }

    #[test]
    fn time_stands_still_under_a_menu() {
        let state = after(settled(), [Action::PlayOrPause, Action::ShowPalette(true), Action::Frame(1_000_000)]);
        assert_eq!(state.now, Instant::from_millis(1_000));
        let state = after(state, [Action::ShowPalette(false), Action::Frame(1_000_000)]);
        assert!(state.now > Instant::from_millis(1_000));
    }
}

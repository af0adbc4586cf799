//! The other futures that were begun: what is known of them, and going to them.

use std::rc::Rc;

use raftarium_sim::core::Instant;
use raftarium_sim::{BranchError, BranchId};

use super::{About, News, State, last_run};
use crate::show::branches::Branches;
use crate::show::digest::{Digest, Mark};
use crate::show::news::{Sentence, Weight};
use crate::show::verbs::sentence;

/// What is known of a branch while another one is looked at.
#[derive(Clone)]
pub(super) struct Kept {
    id: BranchId,
    digest: Rc<Digest>,
    read: usize,
    together: Rc<Vec<(Instant, Instant)>>,
}

impl State {
    /// What is known of the branch that is looked at.
    pub(super) fn kept_here(&self) -> Kept {
        let Self { digest, read, together, .. } = self;
        let id = self.timeline.borrow().branch();
        Kept { id, digest: Rc::clone(digest), read: *read, together: Rc::clone(together) }
    }

    /// Keeps what is known of `left`, if another branch is looked at now.
    pub(super) fn keep_if_left(&mut self, left: Kept) -> bool {
        let has_left = left.id != self.timeline.borrow().branch();
        if has_left {
            Rc::make_mut(&mut self.kept).push(left);
        }
        has_left
    }

    /// Takes over what the timeline says of its branches.
    pub(super) fn look_at_branches(&mut self) {
        const NONE: &[Mark] = &[];
        let marks =
            |id: BranchId| self.kept.iter().find(|kept| kept.id == id).map_or(NONE, |kept| &kept.digest.marks[..]);
        self.branches = Rc::new(Branches::of(&self.timeline.borrow(), marks));
    }

    pub(super) fn switch_branch(&mut self, to: BranchId) {
        let left = self.kept_here();
        let switched = self.timeline.borrow_mut().switch(to);
        if let Err(error) = switched {
            return self.refuse_branch(&error);
        }
        if left.id == to {
            return;
        }
        let kept = Rc::make_mut(&mut self.kept);
        let found = kept.iter().position(|kept| kept.id == to).map(|at| kept.swap_remove(at));
        let found = found.unwrap_or(Kept { id: to, digest: Rc::default(), read: 0, together: Rc::default() });
        (self.digest, self.read, self.together) = (found.digest, found.read, found.together);
        (self.sheet, self.why) = (None, None);
        self.notice = None;
        self.run_version += 1;
        last_run::begin(self.timeline.borrow().run());
        self.keep_if_left(left);
        let before = self.record_count();
        self.look(before);
        self.look_at_branches();
        let text = format!("{} is looked at.", self.branches.name);
        self.news =
            Rc::new(News { number: self.news.number + 1, told: vec![Sentence { weight: Weight::First, text }] });
    }

    pub(super) fn rename_branch(&mut self, id: BranchId, name: &str) {
        let name = Some(name.trim()).filter(|name| !name.is_empty());
        let renamed = self.timeline.borrow_mut().rename(id, name);
        match renamed {
            Ok(()) => self.look_at_branches(),
            Err(error) => self.refuse_branch(&error),
        }
    }

    pub(super) fn delete_branch(&mut self, id: BranchId) {
        let deleted = self.timeline.borrow_mut().delete(id);
        if let Err(error) = deleted {
            return self.refuse_branch(&error);
        }
        Rc::make_mut(&mut self.kept).retain(|kept| kept.id != id);
        self.look_at_branches();
    }

    fn refuse_branch(&mut self, error: &BranchError) {
        self.complain(About::Command, sentence(&error.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use raftarium_sim::core::NodeId;
    use yew::Reducible;

    use super::*;
    use crate::show::verbs::{Kind, OnServer, Subject};
    use crate::state::Action;
    use crate::state::address::Address;

    fn after(state: Rc<State>, actions: impl IntoIterator<Item = Action>) -> Rc<State> {
        actions.into_iter().fold(state, State::reduce)
    }

    fn at(millis: u64) -> Action {
        Action::Seek(Instant::from_millis(millis))
    }

    fn crash(id: u64) -> Action {
        Action::Perform(Kind::Server(OnServer::Crash), Subject::Server(NodeId(id)))
    }

    /// S1 crashes at a second, or S2 does; the second is looked at.
    fn forked() -> (Rc<State>, Rc<State>) {
        let start = Rc::new(State::new(Address::default().setup(), false));
        let first = after(start, [at(1_000), crash(1), at(2_000)]);
        let second = after(Rc::clone(&first), [Action::Undo, crash(2), at(2_500)]);
        (first, second)
    }

    #[test]
    fn undoing_and_doing_otherwise_keeps_both_futures() {
        let (first, second) = forked();
        assert!(first.branches.lanes.is_empty());
        let [lane] = &second.branches.lanes[..] else { panic!("{:?}", second.branches) };
        assert_eq!(lane.what, "The power of S1 fails.");
        assert_eq!(lane.end, Instant::from_millis(2_000));
        assert!(!lane.marks.is_empty() && lane.marks.iter().all(|mark| mark.at >= lane.from));
    }

    #[test]
    fn a_branch_is_shown_again_as_it_was_left() {
        let (first, second) = forked();
        let (digest, run) = (second.digest.clone(), second.shared(None));
        let version = second.run_version;
        let back = after(second, [Action::SwitchBranch(BranchId(0)), at(2_000)]);
        assert_ne!(back.run_version, version, "the address is another one");
        assert_eq!((&back.view, &back.digest, back.shared(None)), (&first.view, &first.digest, first.shared(None)));
        assert_eq!(back.branches.lanes[0].what, "The power of S2 fails.");
        let there = after(back, [Action::SwitchBranch(BranchId(1)), at(2_500)]);
        assert_eq!((&there.digest, there.shared(None)), (&digest, run));
    }

    #[test]
    fn undo_and_redo_stay_in_the_branch_that_is_looked_at() {
        let (_, second) = forked();
        let is_up = |state: &State, id: usize| state.view.servers[id - 1].role.is_some();
        let undone = after(Rc::clone(&second), [Action::Undo]);
        assert!(is_up(&undone, 1) && is_up(&undone, 2));
        let redone = after(Rc::clone(&undone), [Action::Redo]);
        assert!(is_up(&redone, 1) && !is_up(&redone, 2));
        let other = after(undone, [Action::SwitchBranch(BranchId(0)), Action::Redo]);
        assert!(!is_up(&other, 1) && is_up(&other, 2));
        assert_eq!(other.branches.lanes.len(), 1, "nobody did anything new");
    }

    /// Slowing all links is one press and many commands; in another branch it is none of that.
    #[test]
    fn what_one_press_did_belongs_to_its_branch() {
        let start = Rc::new(State::new(Address::default().setup(), false));
        let split = |state: Rc<State>| {
            let sheet = after(state, [Action::Fill(crate::show::forms::Form::Settings(None))]);
            let fields = sheet.sheet.as_ref().expect("it is open").fields.clone();
            after(sheet, [Action::Submit(fields)])
        };
        let first = split(after(start, [at(1_000)]));
        let done = first.now;
        let second = after(Rc::clone(&first), [at(2_000), at(999), crash(2), at(2_000)]);
        let back = after(second, [Action::SwitchBranch(BranchId(0)), at(2_000), Action::Undo]);
        assert!(back.now < Instant::from_millis(1_001), "all of it is undone at once: {:?}", back.now);
        assert_eq!(after(back, [Action::Redo]).now, done);
    }

    #[test]
    fn a_branch_is_renamed_and_deleted_and_what_cannot_be_is_told() {
        let (_, second) = forked();
        let named = after(second, [Action::RenameBranch(BranchId(0), " before ".into())]);
        assert_eq!((named.branches.lanes[0].name.as_str(), named.branches.lanes[0].named), ("before", true));
        let refused = after(Rc::clone(&named), [Action::RenameBranch(BranchId(0), "x".repeat(65))]);
        let text = |state: &State| state.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default();
        assert_eq!(text(&refused), "The name of the branch has 65 bytes; allowed are 1 to 64.");
        let refused = after(Rc::clone(&named), [Action::DeleteBranch(BranchId(1))]);
        assert!(text(&refused).contains("is the one that is looked at"), "{}", text(&refused));
        let gone = after(named, [Action::DeleteBranch(BranchId(0))]);
        assert!(gone.branches.lanes.is_empty() && gone.kept.is_empty());
        let refused = after(gone, [Action::SwitchBranch(BranchId(0))]);
        assert_eq!(text(&refused), "There is no branch 0; there are 1.");
    }
}

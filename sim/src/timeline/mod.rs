//! A clock that runs both ways.
//!
//! A world only runs forwards, but the same world with the same commands always runs the same way. So going back is
//! going forward again from a copy that was kept on the way.
//!
//! # Branches
//!
//! Whoever acts in the past makes another future ([`Timeline::dispatch`], [`Timeline::schedule`]). The old one is not
//! lost: both are [branches](Timeline::branches) of a tree, and one can [switch](Timeline::switch) between them. What
//! two branches have in common, they share: commands, copies of worlds and records of before the place where they part
//! are there once. To undo something is to go back before it; to do it again, to switch.
//!
//! # What it takes
//!
//! Besides the present world and the commands, which are what a run is, a timeline keeps what it could work out again.
//! That takes no more than its [budget](Timeline::set_budget), [`BUDGET`] at first, however long the run is and however many
//! branches it has:
//!
//! - Half of it is for copies of worlds. When they take more, those are dropped without which a gap opens that matters
//!   least. A gap may be long where it is far from the moment that is looked at, and nowhere so long that it would be a
//!   large part of the whole run; so the copies are the closer together the nearer they are, and close again wherever
//!   somebody goes. With *k* copies, a leap to anywhere goes on from a copy for about 5/*k* of the run at most, and
//!   a leap back over *d* steps for no more than about 40 *d*/*k*, or one interval if that is more. An interval is 256
//!   steps, or as many as take some times as long as a copy does, if a world is so large that those are more.
//! - A quarter is for the records of the trace around the moment that is looked at, in one piece
//!   ([`Timeline::all_records`]). Older ones are forgotten, and worked out again when they are asked for
//!   ([`Timeline::recall`]) or when somebody goes there.
//! - A quarter is for the records of the other branches.
//!
//! Worlds share what they only ever add to, such as the clients' requests and what the checks remember, so a copy takes
//! little more than the servers, their logs and the packets. Where logs are never compacted, they grow, and with them
//! the copies: then there are fewer. [`Timeline::memory`] tells what is there.

mod branch;
mod checkpoints;
mod search;
#[cfg(test)]
mod tests;
mod window;

use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::Instant;

use crate::command::{Command, Timed};
use crate::command_error::CommandError;
use crate::driver::check;
use crate::run::{Run, RunError};
use crate::setup::{Setup, SetupError};
use crate::trace::{Record, RecordId, TraceHash};
use crate::view::View;
use crate::world::World;
pub use branch::{BRANCH_NAME_MAX, BranchError, BranchId, BranchInfo};
use branch::{Fork, Tree};
use checkpoints::{Checkpoint, Checkpoints};
pub use search::UnknownRecord;
use window::Window;

/// The last moment of a run: one day.
pub const RUN_END: Instant = Instant::from_millis(24 * 60 * 60 * 1_000);

/// How many bytes of the past are kept, if nothing else is said: 64 MiB.
pub const BUDGET: usize = 64 << 20;

/// The smallest budget, in bytes: 1 MiB.
pub const BUDGET_MIN: usize = 1 << 20;

/// How many bytes may be kept.
#[derive(Clone, Copy, Debug)]
struct Budget(usize);

impl Budget {
    const fn checkpoints(self) -> usize {
        self.0 / 2
    }

    const fn records(self) -> usize {
        self.0 / 4 / size_of::<Record>()
    }

    const fn tails(self) -> usize {
        self.0 / 4
    }
}

/// What a timeline keeps of the past, by its own account; see [its page](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Memory {
    /// How many copies of worlds there are.
    pub copies: usize,
    /// How many bytes they take, without what they share with the present world.
    pub copies_bytes: usize,
    /// How many bytes the records of the traces take.
    pub records_bytes: usize,
}

/// A run: its world at the moment that is looked at, everything that was done, and what is kept of what happened. See
/// [its page](self) for how it branches and what it takes.
#[derive(Clone, Debug)]
pub struct Timeline {
    world: World,
    /// Those of the active branch, in the order of time; those of one moment in the order in which they were given.
    commands: Vec<Timed>,
    /// How many of them the world has carried out.
    carried_out: usize,
    /// What happened before the first step.
    beginning: Vec<Record>,
    /// A piece of the active branch's trace. It reaches the moment that is looked at.
    trace: Window,
    tree: Tree,
    checkpoints: Checkpoints,
    budget: Budget,
}

impl Timeline {
    /// A run that begins, with nothing done yet.
    ///
    /// # Errors
    ///
    /// If `setup` is not valid.
    pub fn new(setup: Setup) -> Result<Self, SetupError> {
        // Made twice and not copied: on a page, what copies worlds can come after the first picture.
        let (mut world, mut first) = (World::new(setup.clone())?, World::new(setup)?);
        let (beginning, records) = (first.take_records(), world.take_records());
        let tree = Tree::new(world.record_count());
        let checkpoints = Checkpoints::new(tree.active_id(), first);
        let trace = Window::new(0, records);
        let (commands, budget) = (Vec::new(), Budget(BUDGET));
        Ok(Self { world, commands, carried_out: 0, beginning, trace, tree, checkpoints, budget })
    }

    /// The beginning of a run that somebody shared, its commands still to come.
    ///
    /// # Errors
    ///
    /// If the setup or a command is not valid.
    pub fn replay(run: Run) -> Result<Self, RunError> {
        let mut timeline = Self::new(run.setup)?;
        // Of the others, only these say which names there are; to look through all for each would take its time.
        let mut adding: Vec<Timed> = Vec::new();
        for (position, Timed { at, command }) in run.commands.into_iter().enumerate() {
            check(&timeline.world, &adding, at, &command).map_err(|error| RunError::Command { position, error })?;
            if command == Command::AddServer {
                adding.push(Timed { at, command: command.clone() });
            }
            timeline.insert(at, command);
        }
        Ok(timeline)
    }

    /// How many bytes of the past may be kept from now on; less than [`BUDGET_MIN`] counts as that. The beginning is
    /// always kept.
    pub fn set_budget(&mut self, bytes: usize) {
        self.budget = Budget(bytes.max(BUDGET_MIN));
        self.checkpoints.thin(self.tree.path(), self.world.steps(), self.budget.checkpoints());
        self.checkpoints.expect_next(self.tree.path(), self.world.steps());
        self.trace.shrink(self.world.record_count(), self.budget.records());
        self.tree.drop_tails(self.budget.tails());
    }

    /// What is kept of the past.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let records_bytes = self.trace.bytes() + self.tree.tail_bytes();
        Memory { copies: self.checkpoints.count(), copies_bytes: self.checkpoints.bytes(), records_bytes }
    }

    /// What the world is made of.
    #[must_use]
    pub const fn setup(&self) -> &Setup {
        self.world.setup()
    }

    /// The world at the moment that is looked at.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// The moment that is looked at.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.world.now()
    }

    /// The furthest moment that is known of the branch that is looked at.
    #[must_use]
    pub fn end(&self) -> Instant {
        self.tree.active().end
    }

    /// The world at the moment that is looked at, as plain data.
    #[must_use]
    pub fn view(&self) -> View {
        self.world.view()
    }

    /// The trace up to the moment that is looked at, as far as it is kept. The place of the first record is
    /// [`Self::first_record`].
    #[must_use]
    pub fn records(&self) -> &[Record] {
        self.trace.until(self.world.record_count())
    }

    /// The trace as far as it is known and kept. The place of the first record is [`Self::first_record`].
    #[must_use]
    pub fn all_records(&self) -> &[Record] {
        self.trace.all()
    }

    /// What is known and kept of the trace from a place on.
    #[must_use]
    pub fn records_from(&self, first: RecordId) -> &[Record] {
        self.trace.from(first.0)
    }

    /// The place of the first record that is kept: 0, unless the trace is longer than the [budget](Self::set_budget).
    #[must_use]
    pub const fn first_record(&self) -> RecordId {
        RecordId(self.trace.first())
    }

    /// A record, if it is kept.
    #[must_use]
    pub fn record(&self, id: RecordId) -> Option<&Record> {
        self.trace.get(id)
    }

    /// A record and what caused it, back to the first cause, or to the last one that is kept;
    /// [`Self::all_causes`] goes on from there.
    #[must_use]
    pub fn causes(&self, id: RecordId) -> Vec<&Record> {
        let record = |id: RecordId| self.record(id);
        core::iter::successors(record(id), |found| found.cause.and_then(record)).collect()
    }

    /// What was done in the branch that is looked at, and what is going to be done.
    #[must_use]
    pub fn commands(&self) -> &[Timed] {
        &self.commands
    }

    /// The branch that is looked at, as data. See [`Self::run_of`] for others.
    #[must_use]
    pub fn run(&self) -> Run {
        Run { setup: self.setup().clone(), commands: self.commands.clone() }
    }

    /// The fingerprint of the trace up to the moment that is looked at.
    #[must_use]
    pub const fn hash(&self) -> TraceHash {
        self.world.hash()
    }

    /// Goes to a moment, forwards or backwards; everything that happens up to and with that moment has happened. Goes
    /// no further than [`RUN_END`].
    pub fn seek(&mut self, at: Instant) {
        let at = at.min(RUN_END);
        if at < self.now() {
            self.go_back(|kept| kept.world.now() <= at);
        }
        while self.step_until(at) {}
        self.world.rest_until(at);
        self.arrive();
    }

    /// Goes on by `duration`.
    pub fn advance(&mut self, duration: Duration) {
        self.seek(self.now() + duration);
    }

    /// Lets one event or command happen, and goes to its moment. False if nothing is going to happen.
    pub fn step_forward(&mut self) -> bool {
        let stepped = self.step_until(RUN_END);
        self.arrive();
        stepped
    }

    /// Goes back to the moment of the last event; from there, to the state before it. False at the beginning.
    pub fn step_back(&mut self) -> bool {
        let (now, last) = (self.now(), self.world.last_event_at());
        if now > last {
            self.seek(last);
            return true;
        }
        let Some(target) = self.world.steps().checked_sub(1) else { return false };
        self.seek_step(target);
        true
    }

    /// Carries out a command now, and tells when that is: at the first moment that has not begun yet, at most a
    /// microsecond away. In the past, that begins a new [branch](Self::branches), in which what had happened after has
    /// not, and the commands given for then are not given; what was given for later than is known still is.
    ///
    /// # Errors
    ///
    /// If the command cannot be carried out; then nothing has changed.
    pub fn dispatch(&mut self, command: Command) -> Result<Instant, CommandError> {
        let at = self.world.earliest_command();
        if at > RUN_END {
            return Err(CommandError::TooFar { given: at, latest: RUN_END });
        }
        self.world.check(&command)?;
        let (now, end) = (self.now(), self.end());
        if self.is_known(at) {
            self.branch_off(at, now);
            let first = self.commands.partition_point(|timed| timed.at <= now).max(self.carried_out);
            let later = self.commands.partition_point(|timed| timed.at <= end).max(first);
            self.commands.drain(first..later);
        }
        self.insert(at, command);
        self.seek(at);
        Ok(at)
    }

    /// Gives a command for a later moment. If it is known already what happens then, that begins a new
    /// [branch](Self::branches), in which it happens anew, with the commands that were given for then.
    ///
    /// # Errors
    ///
    /// If the moment is over or too far away, or the command can never be carried out; then nothing has changed.
    pub fn schedule(&mut self, at: Instant, command: Command) -> Result<(), CommandError> {
        check(&self.world, &self.commands[self.carried_out..], at, &command)?;
        if at == self.world.earliest_command() && self.is_known(at) {
            self.branch_off(at, self.now());
        } else if self.is_known(at) {
            let (world, carried_out) = (self.world.clone(), self.carried_out);
            let before = Instant::from_micros(at.as_micros() - 1);
            self.seek(before);
            self.branch_off(at, before);
            (self.world, self.carried_out) = (world, carried_out);
            self.arrive();
        }
        self.insert(at, command);
        Ok(())
    }

    /// Whether it has been seen what happens at `at`.
    fn is_known(&self, at: Instant) -> bool {
        at < self.tree.active().open
    }

    fn insert(&mut self, at: Instant, command: Command) {
        let position = self.commands.partition_point(|timed| timed.at <= at);
        self.commands.insert(position, Timed { at, command });
    }

    /// From `at` on, it is another branch; it is known until `end`.
    fn branch_off(&mut self, at: Instant, end: Instant) {
        let (steps, records) = (self.world.steps(), self.world.record_count());
        let fork = Fork { at, steps, records, commands: self.carried_out };
        self.tree.grow(fork, end, &self.commands, &mut self.trace);
        self.tree.drop_tails(self.budget.tails());
        self.checkpoints.expect_next(self.tree.path(), steps);
    }

    /// Goes to the latest copy that is `wanted`.
    fn go_back(&mut self, wanted: impl Fn(&Checkpoint) -> bool) {
        let path = self.tree.path();
        let kept = self.checkpoints.latest(path, wanted);
        (self.world, self.carried_out) = (kept.world.clone(), kept.carried_out);
        self.checkpoints.expect_next(path, self.world.steps());
    }

    fn step_until(&mut self, limit: Instant) -> bool {
        self.watch_step_until(limit, |_| {})
    }

    fn watch_step_until(&mut self, limit: Instant, watch: impl FnOnce(&[Record])) -> bool {
        if !self.world.step_with(&self.commands, &mut self.carried_out, limit) {
            return false;
        }
        let count = self.world.record_count();
        watch(self.world.fresh_records());
        self.trace.take(self.world.fresh_records(), count, self.budget.records());
        if self.checkpoints.is_due(self.world.steps()) {
            self.checkpoints.keep(self.tree.path(), &self.world, self.carried_out, self.budget.checkpoints());
        }
        true
    }

    /// Takes over what was learnt on the way, and what is kept of the trace around here.
    fn arrive(&mut self) {
        let (now, open, count) = (self.world.now(), self.world.earliest_command(), self.world.record_count());
        let branch = self.tree.active_mut();
        branch.end = branch.end.max(now);
        branch.open = branch.open.max(open);
        branch.records = branch.records.max(count);
        if !self.trace.reaches(count) {
            self.recall_around(count);
        }
    }
}

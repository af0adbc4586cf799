//! A clock that runs both ways.
//!
//! A world only runs forwards, but the same world with the same commands always runs the same way. So going back is
//! going forward again from a copy that was kept on the way.

use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::Instant;

use crate::checkpoints::Checkpoints;
use crate::command::{Command, Timed};
use crate::command_error::CommandError;
use crate::run::{Run, RunError};
use crate::setup::{Setup, SetupError};
use crate::trace::{Record, RecordId, TraceHash};
use crate::view::View;
use crate::world::World;

/// The last moment of a run: one day.
pub const RUN_END: Instant = Instant::from_millis(24 * 60 * 60 * 1_000);

/// A run: its world at the moment that is looked at, everything that was done, and everything that happened.
#[derive(Clone, Debug)]
pub struct Timeline {
    world: World,
    /// In the order of time; those of one moment in the order in which they were given.
    commands: Vec<Timed>,
    /// How many of them the world has carried out.
    carried_out: usize,
    /// All that is known to happen, also after the moment that is looked at.
    trace: Vec<Record>,
    checkpoints: Checkpoints,
    end: Instant,
}

impl Timeline {
    /// A run that begins, with nothing done yet.
    ///
    /// # Errors
    ///
    /// If `setup` is not valid.
    pub fn new(setup: Setup) -> Result<Self, SetupError> {
        let mut world = World::new(setup)?;
        let trace = world.take_records();
        let checkpoints = Checkpoints::new(world.clone());
        Ok(Self { world, commands: Vec::new(), carried_out: 0, trace, checkpoints, end: Instant::ZERO })
    }

    /// The beginning of a run that somebody shared, its commands still to come.
    ///
    /// # Errors
    ///
    /// If the setup or a command is not valid.
    pub fn replay(run: Run) -> Result<Self, RunError> {
        let mut timeline = Self::new(run.setup)?;
        for (position, Timed { at, command }) in run.commands.into_iter().enumerate() {
            timeline.schedule(at, command).map_err(|error| RunError::Command { position, error })?;
        }
        Ok(timeline)
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

    /// The furthest moment that is known.
    #[must_use]
    pub const fn end(&self) -> Instant {
        self.end
    }

    /// The world at the moment that is looked at, as plain data.
    #[must_use]
    pub fn view(&self) -> View {
        self.world.view()
    }

    /// The trace up to the moment that is looked at.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        let count = usize::try_from(self.world.record_count()).unwrap_or(usize::MAX);
        &self.trace[..count.min(self.trace.len())]
    }

    /// The trace as far as it is known.
    #[must_use]
    pub fn all_records(&self) -> &[Record] {
        &self.trace
    }

    /// A record and what caused it, back to the first cause.
    #[must_use]
    pub fn causes(&self, id: RecordId) -> Vec<&Record> {
        let record = |id: RecordId| self.trace.get(usize::try_from(id.0).ok()?);
        core::iter::successors(record(id), |found| found.cause.and_then(record)).collect()
    }

    /// What was done, and what is going to be done.
    #[must_use]
    pub fn commands(&self) -> &[Timed] {
        &self.commands
    }

    /// The run as data.
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
            self.restore(|world| world.now() <= at);
        }
        while self.step_until(at) {}
        self.world.rest_until(at);
        self.end = self.end.max(at);
    }

    /// Goes on by `duration`.
    pub fn advance(&mut self, duration: Duration) {
        self.seek(self.now() + duration);
    }

    /// Lets one event or command happen, and goes to its moment. False if nothing is going to happen.
    pub fn step_forward(&mut self) -> bool {
        let stepped = self.step_until(RUN_END);
        self.end = self.end.max(self.now());
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
        self.restore(|world| world.steps() <= target);
        while self.world.steps() < target && self.step_until(RUN_END) {}
        true
    }

    /// Carries out a command now, and tells when that is: at the first moment that has not begun yet, at most a
    /// microsecond away. In the past, what had happened after is given up, and so are the commands given for then.
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
        let (now, end) = (self.now(), self.end);
        self.forget_future();
        let happened = |timed: &&Timed| timed.at > now && timed.at <= end;
        let overtaken = self.commands[self.carried_out..].iter().take_while(happened).count();
        self.commands.drain(self.carried_out..self.carried_out + overtaken);
        self.insert(at, command);
        self.seek(at);
        Ok(at)
    }

    /// Gives a command for a later moment. If what happens then is known already, it is given up, and happens anew.
    ///
    /// # Errors
    ///
    /// If the moment is over or too far away, or the command can never be carried out; then nothing has changed.
    pub fn schedule(&mut self, at: Instant, command: Command) -> Result<(), CommandError> {
        let earliest = self.world.earliest_command();
        if at < earliest {
            return Err(CommandError::InThePast { given: at, earliest });
        }
        if at > RUN_END {
            return Err(CommandError::TooFar { given: at, latest: RUN_END });
        }
        self.world.names().after(&self.commands[self.carried_out..], at).check(&command)?;
        self.forget_future();
        self.insert(at, command);
        Ok(())
    }

    fn insert(&mut self, at: Instant, command: Command) {
        let position = self.commands.partition_point(|timed| timed.at <= at);
        self.commands.insert(position, Timed { at, command });
    }

    /// What is known of the time after now no longer holds.
    fn forget_future(&mut self) {
        let known = self.records().len();
        self.trace.truncate(known);
        self.checkpoints.forget_after(self.world.steps());
        self.end = self.now();
    }

    fn restore(&mut self, wanted: impl Fn(&World) -> bool) {
        let (world, carried_out) = self.checkpoints.latest(wanted);
        self.world = world;
        self.carried_out = carried_out;
    }

    fn step_until(&mut self, limit: Instant) -> bool {
        if !self.world.step_with(&self.commands, &mut self.carried_out, limit) {
            return false;
        }
        let known = u64::try_from(self.trace.len()).unwrap_or(u64::MAX);
        let records = self.world.take_records();
        if self.world.record_count() > known {
            self.trace.extend(records);
        }
        self.checkpoints.offer(&self.world, self.carried_out);
        true
    }
}

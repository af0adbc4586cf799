//! Running a scenario.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use raftarium_core::Instant;

use super::condition::Condition;
use super::judge::Witness;
use super::{Act, LENGTH_MAX, Scenario, Step, WITHIN};
use crate::checks::{Rule, Violation};
use crate::command::Command;
use crate::command_error::CommandError;
use crate::run::Run;
use crate::setup::SetupError;
use crate::timeline::Timeline;
use crate::trace::{Happening, RecordId};

/// A scenario that came out as it should.
#[derive(Clone, Debug)]
pub struct Played {
    /// Its run, at the end of the scenario.
    pub timeline: Timeline,
    /// When its steps came, and what was done in them.
    pub reached: Vec<Reached>,
}

/// A step that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// When.
    pub at: Instant,
    /// What was done then: what its acts are as commands.
    pub commands: Vec<Command>,
}

impl Played {
    /// The same story as a setup and commands at their times.
    #[must_use]
    pub fn run(&self) -> Run {
        self.timeline.run()
    }
}

/// Where in a scenario something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In its world.
    World,
    /// In the step of this number, from 1.
    Step(usize),
    /// In what holds at the end.
    End,
}

/// A scenario did not come out as it should.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Where.
    pub place: Place,
    /// When.
    pub at: Instant,
    /// What is wrong.
    pub problem: Problem,
    /// The run up to there; nothing, if it did not begin.
    pub timeline: Option<Box<Timeline>>,
    /// The steps that came, the one that went wrong included if its moment did.
    pub reached: Vec<Reached>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// Such a world cannot be.
    Setup(SetupError),
    /// A step has more than one of `at`, `after` and `when`.
    TwoMoments,
    /// A step has `first`, and neither `at` nor `after` says when that is.
    FirstOfNothing,
    /// A condition counts from a step that did not come before.
    UnknownStep(String),
    /// The moment of a step is over already.
    Past {
        /// The moment.
        at: Instant,
    },
    /// The scenario takes longer than [`LENGTH_MAX`].
    TooLong,
    /// What a step waits for did not come.
    NeverCame {
        /// What.
        condition: Box<Condition>,
        /// Until when it waited.
        until: Instant,
    },
    /// What never should hold does.
    Happened(Box<Condition>),
    /// Of what should hold, this does not.
    NotSo(Vec<Condition>),
    /// Other rules are broken at the end than should be.
    Rules {
        /// Those that should be, and no others.
        expected: Vec<Rule>,
        /// What was found.
        found: Vec<Violation>,
    },
    /// There is no such packet.
    NoPacket(Box<Act>),
    /// What a step does cannot be done.
    Refused {
        /// What.
        act: Box<Act>,
        /// Why.
        error: CommandError,
    },
}

impl Scenario {
    /// Runs the scenario, the same way every time.
    ///
    /// # Errors
    ///
    /// At the first step that cannot be done, or does not come out as it should.
    pub fn play(&self) -> Result<Played, Failure> {
        self.check()?;
        let broken = |place, at, problem| Failure { place, at, problem, timeline: None, reached: Vec::new() };
        let setup = self.world.setup();
        let setup = setup.map_err(|error| broken(Place::World, Instant::ZERO, Problem::Setup(error)))?;
        let timeline = Timeline::new(setup);
        let timeline = timeline.map_err(|error| broken(Place::World, Instant::ZERO, Problem::Setup(error)))?;
        let mut player = Player { timeline, marks: BTreeMap::new(), began: Instant::ZERO, reached: Vec::new() };
        for (number, step) in (1..).zip(&self.steps) {
            player.step(step).map_err(|problem| player.failure(Place::Step(number), problem))?;
        }
        player.expect(&self.end).map_err(|problem| player.failure(Place::End, problem))?;
        player.rules(&self.broken).map_err(|problem| player.failure(Place::End, problem))?;
        Ok(Played { timeline: player.timeline, reached: player.reached })
    }

    /// Finds what is wrong with it before it runs.
    fn check(&self) -> Result<(), Failure> {
        self.checked().map_err(|(place, problem)| {
            let (at, reached) = (Instant::ZERO, Vec::new());
            Failure { place, at, problem, timeline: None, reached }
        })
    }

    pub(super) fn checked(&self) -> Result<(), (Place, Problem)> {
        self.world.setup().map_err(|error| (Place::World, Problem::Setup(error)))?;
        let mut names = Vec::new();
        let known = |place, names: &[&String], condition: &Condition| match condition.unknown_step(names) {
            Some(name) => Err((place, Problem::UnknownStep(name.into()))),
            None => Ok(()),
        };
        for (number, step) in (1..).zip(&self.steps) {
            let place = Place::Step(number);
            let moments = [step.at.is_some(), step.after.is_some(), step.when.is_some()];
            if moments.into_iter().filter(|&given| given).count() > 1 {
                return Err((place, Problem::TwoMoments));
            }
            if step.first && step.at.is_none() && step.after.is_none() {
                return Err((place, Problem::FirstOfNothing));
            }
            let conditions = step.when.iter().chain(&step.never).chain(&step.expect);
            for condition in conditions {
                known(place, &names, condition)?;
            }
            names.extend(&step.name);
        }
        self.end.iter().try_for_each(|condition| known(Place::End, &names, condition))
    }
}

/// A scenario that is being played.
struct Player {
    timeline: Timeline,
    /// How many records there were when the named steps came.
    marks: BTreeMap<String, usize>,
    /// When the last step came.
    began: Instant,
    reached: Vec<Reached>,
}

impl Player {
    fn failure(&self, place: Place, problem: Problem) -> Failure {
        let timeline = Box::new(self.timeline.clone());
        Failure { place, at: timeline.now(), problem, timeline: Some(timeline), reached: self.reached.clone() }
    }

    fn holds(&self, condition: &Condition) -> bool {
        Witness { timeline: &self.timeline, marks: &self.marks }.holds(condition)
    }

    fn step(&mut self, step: &Step) -> Result<(), Problem> {
        self.began = self.wait(step)?;
        self.reached.push(Reached { at: self.began, commands: Vec::new() });
        if let Some(name) = &step.name {
            self.marks.insert(name.clone(), self.timeline.records().len());
        }
        self.expect(&step.expect)?;
        if step.first {
            return self.act_first(&step.acts);
        }
        step.acts.iter().try_for_each(|act| self.act(act))
    }

    /// Waits for the moment of a step, and gives it. If the step comes first in it, it has not begun then.
    fn wait(&mut self, step: &Step) -> Result<Instant, Problem> {
        let now = self.timeline.now();
        if let Some(condition) = &step.when {
            let until = self.began + step.within.map_or(WITHIN, |within| within.0);
            self.bounded(until)?;
            self.never(step)?;
            while !self.holds(condition) {
                let next = self.timeline.world().next_event_at();
                if next.is_none_or(|next| next > until) {
                    return Err(Problem::NeverCame { condition: Box::new(condition.clone()), until });
                }
                self.timeline.step_forward();
                self.never(step)?;
            }
            return Ok(self.timeline.now());
        }
        let at = match (step.at, step.after) {
            (Some(at), _) => Instant::ZERO + at.0,
            (None, Some(after)) => self.began + after.0,
            (None, None) => now,
        };
        let earliest = if step.first { self.timeline.world().earliest_command() } else { now };
        if at < earliest {
            return Err(Problem::Past { at });
        }
        self.bounded(at)?;
        self.never(step)?;
        // Nothing comes before the very beginning.
        let last = if step.first { at.as_micros().checked_sub(1).map(Instant::from_micros) } else { Some(at) };
        if let Some(last) = last {
            while self.timeline.world().next_event_at().is_some_and(|next| next <= last) {
                self.timeline.step_forward();
                self.never(step)?;
            }
            self.timeline.seek(last);
        }
        Ok(at)
    }

    fn bounded(&self, at: Instant) -> Result<(), Problem> {
        if at > Instant::ZERO + LENGTH_MAX { Err(Problem::TooLong) } else { Ok(()) }
    }

    fn never(&self, step: &Step) -> Result<(), Problem> {
        match step.never.iter().find(|condition| self.holds(condition)) {
            Some(condition) => Err(Problem::Happened(Box::new(condition.clone()))),
            None => Ok(()),
        }
    }

    fn expect(&self, conditions: &[Condition]) -> Result<(), Problem> {
        let not_so: Vec<_> = conditions.iter().filter(|condition| !self.holds(condition)).cloned().collect();
        if not_so.is_empty() { Ok(()) } else { Err(Problem::NotSo(not_so)) }
    }

    /// Whether the broken rules are exactly these.
    fn rules(&self, expected: &[Rule]) -> Result<(), Problem> {
        if self.holds(&Condition::Broken(expected.to_vec())) {
            return Ok(());
        }
        Err(Problem::Rules { expected: expected.to_vec(), found: self.timeline.world().violations().to_vec() })
    }

    fn act(&mut self, act: &Act) -> Result<(), Problem> {
        if let Act::Try(_) = act {
            let at = self.timeline.world().earliest_command();
            let command = self.give(act, at)?;
            let place = RecordId(self.timeline.world().record_count());
            self.timeline.seek(at);
            return self.carried_out(act, command, place);
        }
        let command = self.command(act)?;
        let done = self.timeline.dispatch(command.clone());
        done.map_err(|error| Problem::Refused { act: Box::new(act.clone()), error })?;
        self.did(command);
        Ok(())
    }

    /// Does all of this at the moment of the step, which has not begun, and lets the moment pass.
    fn act_first(&mut self, acts: &[Act]) -> Result<(), Problem> {
        let at = self.began;
        let commands = acts.iter().map(|act| self.give(act, at)).collect::<Result<Vec<_>, _>>()?;
        for (act, command) in acts.iter().zip(commands) {
            let place = RecordId(self.timeline.world().record_count());
            self.timeline.step_forward();
            self.carried_out(act, command, place)?;
        }
        if !acts.is_empty() {
            self.timeline.seek(at);
        }
        Ok(())
    }

    fn command(&self, act: &Act) -> Result<Command, Problem> {
        act.command(self.timeline.world()).ok_or_else(|| Problem::NoPacket(Box::new(act.clone())))
    }

    /// Gives the command of `act` for `at`.
    fn give(&mut self, act: &Act, at: Instant) -> Result<Command, Problem> {
        let command = self.command(act)?;
        let given = self.timeline.schedule(at, command.clone());
        given.map_err(|error| Problem::Refused { act: Box::new(act.clone()), error })?;
        Ok(command)
    }

    /// What became of a command that was given, by the records from `place` on.
    fn carried_out(&mut self, act: &Act, command: Command, place: RecordId) -> Result<(), Problem> {
        let refused = self.timeline.records_from(place).iter().find_map(|record| {
            let Happening::CommandRefused { command: refused, error } = &record.what else { return None };
            (*refused == command).then(|| error.clone())
        });
        match (act, refused) {
            (Act::Try(_), Some(_)) => {}
            (_, Some(error)) => return Err(Problem::Refused { act: Box::new(act.clone()), error }),
            (_, None) => self.did(command),
        }
        Ok(())
    }

    fn did(&mut self, command: Command) {
        if let Some(step) = self.reached.last_mut() {
            step.commands.push(command);
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::World => write!(f, "the world"),
            Self::Step(number) => write!(f, "step {number}"),
            Self::End => write!(f, "the end"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at {}: {}", self.place, self.at, self.problem)
    }
}

impl core::error::Error for Failure {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setup(error) => write!(f, "{error}"),
            Self::TwoMoments => write!(f, "more than one of `at`, `after` and `when`; allowed is one"),
            Self::FirstOfNothing => write!(f, "`first` without a moment; allowed is `at` or `after` beside it"),
            Self::UnknownStep(name) => write!(f, "no step before is named {name:?}"),
            Self::Past { at } => write!(f, "{at} is over already"),
            Self::TooLong => write!(f, "more than {} s; allowed is that much for all steps", LENGTH_MAX.as_secs()),
            Self::NeverCame { condition, until } => write!(f, "until {until} this did not come: {condition}"),
            Self::Happened(condition) => write!(f, "this never should be, and is: {condition}"),
            Self::NotSo(conditions) => {
                f.write_str("this should be, and is not: ")?;
                conditions.iter().enumerate().try_for_each(|(place, condition)| {
                    let between = if place == 0 { "" } else { "; " };
                    write!(f, "{between}{condition}")
                })
            }
            Self::Rules { expected, found } => {
                let names: Vec<&str> = expected.iter().map(|rule| rule.name()).collect();
                let names = if names.is_empty() { "none".into() } else { names.join(", ") };
                write!(f, "the rules that are broken should be {names}; found was ")?;
                if found.is_empty() {
                    return f.write_str("nothing");
                }
                found.iter().enumerate().try_for_each(|(place, Violation { rule, at, story, .. })| {
                    let between = if place == 0 { "" } else { "; " };
                    write!(f, "{between}{} at {at}: {story}", rule.name())
                })
            }
            Self::NoPacket(act) => write!(f, "no such packet is under way: {act}"),
            Self::Refused { act, error } => write!(f, "{act} cannot be done: {error}"),
        }
    }
}

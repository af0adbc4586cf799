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
        self.wait(step)?;
        self.began = self.timeline.now();
        self.reached.push(Reached { at: self.began, commands: Vec::new() });
        if let Some(name) = &step.name {
            self.marks.insert(name.clone(), self.timeline.records().len());
        }
        self.expect(&step.expect)?;
        step.acts.iter().try_for_each(|act| self.act(act))
    }

    fn wait(&mut self, step: &Step) -> Result<(), Problem> {
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
            return Ok(());
        }
        let at = match (step.at, step.after) {
            (Some(at), _) => Instant::ZERO + at.0,
            (None, Some(after)) => self.began + after.0,
            (None, None) => now,
        };
        if at < now {
            return Err(Problem::Past { at });
        }
        self.bounded(at)?;
        self.never(step)?;
        while self.timeline.world().next_event_at().is_some_and(|next| next <= at) {
            self.timeline.step_forward();
            self.never(step)?;
        }
        self.timeline.seek(at);
        Ok(())
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
        let command = act.command(self.timeline.world()).ok_or_else(|| Problem::NoPacket(Box::new(act.clone())))?;
        let done = self.timeline.dispatch(command.clone());
        done.map_err(|error| Problem::Refused { act: Box::new(act.clone()), error })?;
        if let Some(step) = self.reached.last_mut() {
            step.commands.push(command);
        }
        Ok(())
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

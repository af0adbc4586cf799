//! A run as a scenario: what was done, step by step, and what was seen of it.

mod acts;
mod seen;
mod world;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use raftarium_core::{Event, Instant, NodeId, Role, Term};

use super::condition::Condition;
use super::name::{Ms, Name};
use super::{Act, Group, LENGTH_MAX, Scenario, Step, VERSION, World};
use crate::checks::Rule;
use crate::command::Timed;
use crate::run::{Run, RunError};
use crate::story::count;
use crate::timeline::Timeline;
use crate::trace::{Happening, RecordId};

/// Of what is seen at the end, so much is said in what to look for.
const LOOKED_AT: usize = 3;

/// Why a run cannot be told as a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Untold {
    /// It is longer than a scenario may be.
    TooLong {
        /// The moment to which it was to be told.
        given: Instant,
    },
    /// It cannot be replayed.
    Run(RunError),
}

impl fmt::Display for Untold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { given } => {
                write!(f, "the run is told up to {given}; a scenario takes {} s at most", LENGTH_MAX.as_secs())
            }
            Self::Run(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for Untold {}

impl From<RunError> for Untold {
    fn from(error: RunError) -> Self {
        Self::Run(error)
    }
}

impl Scenario {
    /// What happens in `run` up to and with the moment `until`, as a scenario: its commands as steps at their times, the
    /// elections that were won on the way, and at the end what was seen there. It [plays](Self::play) to the same trace.
    ///
    /// What no run knows is there to be written anew: `title`, `chapter`, `look`, and what a teacher would say. What
    /// was to be done after `until` is left out.
    ///
    /// # Errors
    ///
    /// If `until` is later than [`LENGTH_MAX`], or the run cannot be replayed.
    pub fn of_run(run: &Run, until: Instant) -> Result<Self, Untold> {
        if until > Instant::ZERO + LENGTH_MAX {
            return Err(Untold::TooLong { given: until });
        }
        let commands = run.commands.iter().filter(|timed| timed.at <= until).cloned().collect();
        let timeline = Timeline::replay(Run { setup: run.setup.clone(), commands })?;
        let mut teller = Teller { timeline, steps: Vec::new(), elected: Vec::new(), open: None };
        let commands = teller.timeline.commands().to_vec();
        for together in commands.chunk_by(|one, next| one.at == next.at) {
            teller.act(together);
        }
        let Teller { timeline, steps, .. } = teller.end(until);
        let end = seen::seen(&timeline);
        let Run { setup, .. } = run;
        let mut broken: Vec<Rule> = Vec::new();
        for violation in timeline.world().violations() {
            if !broken.contains(&violation.rule) {
                broken.push(violation.rule);
            }
        }
        Ok(Self {
            version: VERSION,
            number: 0,
            title: format!("{}, seed {}", count(setup.servers.into(), "server", "servers"), setup.seed),
            group: Group::of(commands.iter().map(|timed| &timed.command)),
            chapter: String::from("a run that was saved"),
            look: look(&end, &broken),
            world: World::of(setup),
            steps,
            end,
            broken,
        })
    }
}

/// What to look for, as far as a run says it: how it ends.
fn look(end: &[Condition], broken: &[Rule]) -> String {
    let rules = (!broken.is_empty()).then(|| Condition::Broken(broken.to_vec()).words());
    let words: Vec<String> = rules.into_iter().chain(end.iter().take(LOOKED_AT).map(Condition::words)).collect();
    format!("At the end: {}.", words.join("; "))
}

/// A run that is told while it goes on.
struct Teller {
    timeline: Timeline,
    steps: Vec<Step>,
    /// Who has won an election and is not told of.
    elected: Vec<(NodeId, Term)>,
    /// The moment of the last act, if another one can follow it in the same step, a microsecond later.
    open: Option<Instant>,
}

impl Teller {
    /// Tells of commands of one moment, the next ones.
    fn act(&mut self, together: &[Timed]) {
        let Some(at) = together.first().map(|timed| timed.at) else { return };
        let before = at.as_micros().checked_sub(1).map(Instant::from_micros);
        if let Some(before) = before {
            self.pass(before);
        }
        // One command comes after a moment that is over, as if a person had stopped there and done it.
        let after = before.filter(|_| together.len() == 1);
        let acts: Vec<Act> = together.iter().map(|timed| self.carry_out(timed, after.is_some())).collect();
        match (after, self.steps.last_mut()) {
            (Some(after), Some(step)) if self.open == Some(after) => step.acts.extend(acts),
            (Some(after), _) => self.steps.push(Step { at: Some(ms(after)), acts, ..Step::default() }),
            (None, _) => self.steps.push(Step { at: Some(ms(at)), first: true, acts, ..Step::default() }),
        }
        self.open = after.map(|_| at);
    }

    /// Lets the next thing happen, which is this command, and says it as an act.
    fn carry_out(&mut self, Timed { command, .. }: &Timed, asked_before: bool) -> Act {
        let act = Act::of(command);
        let possible = !asked_before || self.timeline.world().check(command).is_ok();
        let place = self.step();
        let refused = |what: &Happening| matches!(what, Happening::CommandRefused { .. });
        let refused = self.timeline.record(place).is_some_and(|record| refused(&record.what));
        if possible && !refused { act } else { Act::Try(Box::new(act)) }
    }

    /// Lets everything happen up to and with `until`, in which nothing is done, and tells who wins elections.
    fn pass(&mut self, until: Instant) {
        self.tell_elections();
        while self.timeline.world().next_event_at().is_some_and(|next| next <= until) {
            self.step();
            self.tell_elections();
        }
        self.timeline.seek(until);
    }

    /// Lets one thing happen, and gives the place of its first record.
    fn step(&mut self) -> RecordId {
        let place = RecordId(self.timeline.world().record_count());
        self.timeline.step_forward();
        let elected = self.timeline.records_from(place).iter().filter_map(|record| {
            let Happening::Node { server, event: Event::BecameLeader { term } } = record.what else { return None };
            Some((server, term))
        });
        self.elected.extend(elected);
        place
    }

    fn tell_elections(&mut self) {
        if self.elected.is_empty() {
            return;
        }
        // What else happens at this moment may undo it.
        self.timeline.seek(self.timeline.now());
        let at = self.timeline.now();
        for (server, term) in core::mem::take(&mut self.elected) {
            let mut servers = self.timeline.world().servers().iter();
            let node = servers.find(|known| known.id == server).and_then(|known| known.node());
            if node.is_some_and(|node| node.role() == Role::Leader) {
                let say = Some(format!("{server} leads in term {}.", term.0));
                let expect = [Condition::Leads(Name(server))].into();
                self.steps.push(Step { at: Some(ms(at)), say, expect, ..Step::default() });
                self.open = None;
            }
        }
    }

    fn end(mut self, until: Instant) -> Self {
        self.pass(until);
        self.steps.push(Step { at: Some(ms(until)), ..Step::default() });
        self
    }
}

fn ms(at: Instant) -> Ms {
    Ms(at.since(Instant::ZERO))
}

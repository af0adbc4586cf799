//! Making a run that breaks a rule small: few commands, little time, few servers, plain settings, round times.
//!
//! Every step is tried by running it; what no longer breaks the same rule is not kept. Nothing is drawn, so the same run
//! always shrinks to the same one.

mod command;
mod simpler;

use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::Instant;

use crate::command::Timed;
use crate::ending::Ending;
use crate::run::Run;
use crate::setup::Setup;
use crate::trial::{Broken, Trial};
use command::{only_clients, only_servers};
use simpler::SIMPLER;

/// What became of a trial that was shrunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shrunk<V> {
    /// The smallest trial that still shows it.
    pub trial: Trial,
    /// What it shows.
    pub broken: V,
    /// When it shows.
    pub at: Instant,
    /// How many smaller ones were tried.
    pub tries: u32,
}

/// Shrinks a trial in which something is found wrong, such that the same is still found; nothing if there is nothing.
/// At most `tries_max` smaller ones are tried. After each, `go_on` is asked with the smallest so far.
#[must_use]
pub fn shrink(trial: &Trial, tries_max: u32, go_on: impl FnMut(&Shrunk<Broken>) -> bool) -> Option<Shrunk<Broken>> {
    let found = |trial: &Trial| trial.judge().ok()?.finding.map(|finding| (finding.broken, finding.at));
    shrink_by(trial, tries_max, found, go_on)
}

/// The same, for whatever `find` finds in a trial, and when.
#[must_use]
pub fn shrink_by<V: PartialEq>(
    trial: &Trial,
    tries_max: u32,
    mut find: impl FnMut(&Trial) -> Option<(V, Instant)>,
    go_on: impl FnMut(&Shrunk<V>) -> bool,
) -> Option<Shrunk<V>> {
    let (broken, at) = find(trial)?;
    let best = Shrunk { trial: trial.clone(), broken, at, tries: 0 };
    let mut search = Search { parts: Parts::of(trial), best, tries_max, find, go_on, stopped: false };
    search.run();
    Some(search.best)
}

/// A trial, taken apart: the commands of the ending follow from the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    setup: Setup,
    commands: Vec<Timed>,
    ending: Option<Ending>,
    until: Instant,
}

impl Parts {
    fn of(Trial { run, until, ending }: &Trial) -> Self {
        let mut commands = run.commands.clone();
        if let Some(ending) = ending {
            commands.retain(|timed| timed.at < ending.at);
        }
        Self { setup: run.setup.clone(), commands, ending: ending.clone(), until: *until }
    }

    fn trial(&self) -> Trial {
        let run = Run { setup: self.setup.clone(), commands: self.commands.clone() };
        match &self.ending {
            Some(ending) => Trial::ending_with(run, ending.clone()),
            None => Trial { run, until: self.until, ending: None },
        }
    }
}

struct Search<V, F, G> {
    parts: Parts,
    best: Shrunk<V>,
    tries_max: u32,
    find: F,
    go_on: G,
    stopped: bool,
}

impl<V, F, G> Search<V, F, G>
where
    V: PartialEq,
    F: FnMut(&Trial) -> Option<(V, Instant)>,
    G: FnMut(&Shrunk<V>) -> bool,
{
    /// The steps that make most smaller come first, and all come again until none helps.
    fn run(&mut self) {
        self.without_ending();
        loop {
            let before = self.parts.clone();
            self.fewer_commands();
            self.less_time();
            self.fewer_servers();
            self.plainer_ending();
            self.fewer_clients();
            self.plainer_settings();
            self.rounder_times();
            if self.stopped || self.parts == before {
                return;
            }
        }
    }

    /// Whether a smaller one shows the same; then it is kept.
    fn holds(&mut self, change: impl FnOnce(&mut Parts)) -> bool {
        let mut parts = self.parts.clone();
        change(&mut parts);
        if self.stopped || parts == self.parts {
            return false;
        }
        let trial = parts.trial();
        let found = (self.find)(&trial).filter(|(broken, _)| *broken == self.best.broken);
        self.best.tries += 1;
        let holds = found.is_some();
        if let Some((broken, at)) = found {
            self.parts = parts;
            (self.best.trial, self.best.broken, self.best.at) = (trial, broken, at);
        }
        self.stopped = !(self.go_on)(&self.best) || self.best.tries >= self.tries_max;
        holds
    }

    /// What breaks before the faults end needs no ending.
    fn without_ending(&mut self) {
        let at = self.best.at;
        self.holds(|parts| {
            // What the ending does belongs to the story if it comes before what is found.
            let trial = parts.trial();
            parts.commands = trial.run.commands.into_iter().filter(|timed| timed.at <= at).collect();
            (parts.ending, parts.until) = (None, at);
        });
    }

    /// Whole halves first, then quarters, and at last single ones.
    fn fewer_commands(&mut self) {
        let mut size = self.parts.commands.len().div_ceil(2).max(1);
        loop {
            let (mut start, mut dropped) = (0, false);
            while start < self.parts.commands.len() && !self.stopped {
                let end = start.saturating_add(size).min(self.parts.commands.len());
                let holds = self.holds(|parts| {
                    parts.commands.drain(start..end);
                });
                dropped |= holds;
                if !holds {
                    start = end;
                }
            }
            if self.stopped || (size == 1 && !dropped) {
                return;
            }
            size = size.div_ceil(2).max(1);
        }
    }

    /// Nothing after what is found; and the ending as early as it can be.
    fn less_time(&mut self) {
        let at = self.best.at;
        if self.parts.ending.is_none() {
            self.holds(|parts| {
                parts.until = at;
                parts.commands.retain(|timed| timed.at <= at);
            });
        }
        while let Some(ending) = &self.parts.ending {
            let last = self.parts.commands.last().map_or(Instant::ZERO, |timed| timed.at);
            let soon = last + Duration::from_millis(1);
            let middle = soon + ending.at.since(soon) / 2;
            let ends = |at: Instant| {
                move |parts: &mut Parts| {
                    if let Some(ending) = &mut parts.ending {
                        ending.at = ending.at.min(at);
                    }
                }
            };
            if !self.holds(ends(soon)) && !self.holds(ends(middle)) {
                return;
            }
        }
    }

    fn fewer_servers(&mut self) {
        while self.parts.setup.servers > 1 {
            let servers = self.parts.setup.servers - 1;
            let holds = self.holds(|parts| {
                parts.setup.servers = servers;
                parts.commands = only_servers(&parts.commands, servers);
                if let Some(ending) = &mut parts.ending {
                    ending.only_servers(servers);
                }
            });
            if !holds {
                return;
            }
        }
    }

    /// One nuisance after the other, and then who is out of the way in an easier manner.
    fn plainer_ending(&mut self) {
        let ending = |change: fn(&mut Ending)| {
            move |parts: &mut Parts| {
                parts.ending.as_mut().into_iter().for_each(change);
            }
        };
        self.holds(ending(|ending| (ending.attached, ending.stalled) = (Vec::new(), Vec::new())));
        self.holds(ending(|ending| ending.stalled.clear()));
        let mut left = self.parts.ending.as_ref().map_or(0, |ending| ending.attached.len());
        while left > 0 {
            left -= 1;
            self.holds(|parts| {
                parts.ending.as_mut().map(|ending| ending.attached.remove(left));
            });
        }
    }

    fn fewer_clients(&mut self) {
        while self.parts.setup.clients > 1 {
            let clients = self.parts.setup.clients - 1;
            let holds = self.holds(|parts| {
                parts.setup.clients = clients;
                parts.commands = only_clients(&parts.commands, clients);
            });
            if !holds {
                return;
            }
        }
    }

    /// All of them at once, or one after the other.
    fn plainer_settings(&mut self) {
        let all = |parts: &mut Parts| SIMPLER.iter().for_each(|simpler| simpler(&mut parts.setup));
        if !self.holds(all) {
            for simpler in SIMPLER {
                self.holds(|parts| simpler(&mut parts.setup));
            }
        }
    }

    /// To seconds, or tenths, or hundredths, or milliseconds: all of them at once, or one after the other. Their order
    /// stays.
    fn rounder_times(&mut self) {
        let units = [1_000_000, 100_000, 10_000, 1_000].map(Duration::from_micros);
        for unit in units {
            if self.holds(|parts| parts.commands.iter_mut().for_each(|timed| timed.at = rounded(timed.at, unit))) {
                return;
            }
        }
        for position in 0..self.parts.commands.len() {
            for unit in units {
                let earliest = position.checked_sub(1).map_or(Instant::ZERO, |before| self.parts.commands[before].at);
                let at = self.parts.commands[position].at;
                let [down, up] = [rounded(at, unit), rounded(at, unit) + unit];
                let latest = self.parts.commands.get(position + 1).map_or(self.parts.until, |after| after.at);
                let fits = |at: Instant| at >= earliest && at <= latest;
                let round = rounded(at, unit) == at;
                let to = |at: Instant| move |parts: &mut Parts| parts.commands[position].at = at;
                if round || (fits(down) && self.holds(to(down))) || (fits(up) && self.holds(to(up))) {
                    break;
                }
            }
        }
    }
}

/// The last multiple of `unit` that is not after `at`.
fn rounded(at: Instant, unit: Duration) -> Instant {
    let unit = crate::setup::micros(unit).max(1);
    Instant::from_micros(at.as_micros() / unit * unit)
}

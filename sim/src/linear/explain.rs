//! How the configurations of a key move on when one of its operations returns.

use alloc::vec::Vec;

use super::configuration::{Configuration, LIVE, add, members};
use super::online::KeyCheck;
use super::symbols::{Action, Seen, Symbol};
use super::verdict::{Doubt, ORDERS_MAX};

/// A configuration on the way to one in which an operation has returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Step {
    configuration: Configuration,
    /// The last change was a write that nothing has made use of yet.
    unused: bool,
}

/// The operation that returns.
#[derive(Clone, Copy)]
struct Returning {
    slot: usize,
    action: Action,
    output: Seen,
    write: bool,
}

impl KeyCheck {
    /// Keeps what explains that the operation in `slot` returns `output`.
    pub(super) fn explain(&mut self, slot: usize, output: Seen) -> Result<(), Doubt> {
        let Some(action) = self.slots[slot].map(|pending| pending.action) else { return Ok(()) };
        let returning = Returning { slot, action, output, write: matches!(action, Action::Write(_)) };
        let mut before = core::mem::take(&mut self.configurations);
        let mut next = core::mem::take(&mut self.spare);
        let mut work = core::mem::take(&mut self.work);
        for configuration in before.drain(..) {
            if !configuration.has(slot) {
                work.push(Step { configuration, unused: false });
            } else if self.table.gives(action, configuration.seen(slot), output) {
                add(&mut next, configuration.without(slot), self.writes);
            }
        }
        let mut done = 0;
        while let Some(&step) = work.get(done) {
            done += 1;
            if self.finish(returning, step, &mut next)? {
                self.go_on(returning, step, &mut work)?;
            }
            if work.len() > ORDERS_MAX || next.len() > ORDERS_MAX {
                return Err(Doubt::ManyOrders { max: ORDERS_MAX as u32 });
            }
        }
        work.clear();
        (self.configurations, self.spare, self.work) = (next, before, work);
        Ok(())
    }

    /// Lets the operation return here, in all ways that give its output. False if nothing is gained by letting others
    /// go before it: it has observed what it must, and they can still go later.
    fn finish(&mut self, of: Returning, step: Step, next: &mut Vec<Configuration>) -> Result<bool, Doubt> {
        let Returning { slot, action, output, write } = of;
        let configuration = step.configuration;
        let observed = if write {
            output == Seen::Done && configuration.is_idle(slot)
        } else {
            self.table.observes_any(action, configuration.seen(slot), output)
        };
        if observed {
            add(next, configuration.without(slot), self.writes);
            if only_observes(action, output) {
                return Ok(false);
            }
        }
        if !(write && step.unused)
            && let Some(after) = self.table.change(action, configuration.value)?
            && self.table.gives(action, after.bit(), output)
        {
            add(next, self.take(configuration, Some(slot), after, write).without(slot), self.writes);
        }
        if !write && configuration.is_idle(slot) {
            let live = self.pending & LIVE;
            for other in members(self.writes & configuration.idle & !configuration.taken) {
                if let Some(value) = self.written(other).filter(|&value| self.table.observes(action, value, output)) {
                    add(next, configuration.hide(Some(other), value, live).without(slot), self.writes);
                }
            }
            for &value in self.loose.iter().filter(|&&value| self.table.observes(action, value, output)) {
                add(next, configuration.hide(None, value, live).without(slot), self.writes);
            }
        }
        Ok(true)
    }

    /// Lets one more of the other operations go first, in all ways that can matter. A write that is overwritten at once
    /// does not: it is idle then.
    fn go_on(&mut self, of: Returning, step: Step, work: &mut Vec<Step>) -> Result<(), Doubt> {
        let Step { configuration, unused } = step;
        for other in members(self.pending & !configuration.taken & !(1 << of.slot)) {
            match self.written(other) {
                Some(value) => self.write_first(of, step, Some(other), value, work)?,
                None => {
                    let Some(action) = self.slots[other].map(|pending| pending.action) else { continue };
                    if let Some(after) = self.table.change(action, configuration.value)? {
                        self.push(
                            work,
                            Step { configuration: self.take(configuration, Some(other), after, false), unused: false },
                        );
                    }
                }
            }
        }
        for place in 0..if unused { 0 } else { self.loose.len() } {
            self.write_first(of, step, None, self.loose[place], work)?;
        }
        Ok(())
    }

    fn write_first(
        &mut self,
        of: Returning,
        step: Step,
        slot: Option<usize>,
        value: Symbol,
        work: &mut Vec<Step>,
    ) -> Result<(), Doubt> {
        let configuration = step.configuration;
        if step.unused || value == configuration.value || !self.is_of_use(of, configuration, value)? {
            return Ok(());
        }
        self.push(work, Step { configuration: self.take(configuration, slot, value, true), unused: true });
        Ok(())
    }

    /// Whether any operation but a write does something where it finds `value`.
    fn is_of_use(&mut self, of: Returning, configuration: Configuration, value: Symbol) -> Result<bool, Doubt> {
        if !of.write && self.table.observes(of.action, value, of.output) {
            return Ok(true);
        }
        for other in members(self.pending & !self.writes & !configuration.taken) {
            let Some(action) = self.slots[other].map(|pending| pending.action) else { continue };
            if self.table.change(action, value)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn push(&self, work: &mut Vec<Step>, new: Step) {
        let covers =
            |known: &Step| (new.unused || !known.unused) && known.configuration.covers(&new.configuration, self.writes);
        if !work.iter().any(covers) {
            work.push(new);
        }
    }

    fn take(&self, configuration: Configuration, slot: Option<usize>, after: Symbol, write: bool) -> Configuration {
        let same = |&other: &usize| self.written(other) == Some(after);
        let written = members(self.writes & !configuration.taken).filter(same).fold(0, |all, other| all | 1 << other);
        let all = if write { self.pending & (LIVE | self.writes) } else { 0 };
        configuration.take(slot, after, all, written, self.pending & LIVE)
    }

    fn written(&self, slot: usize) -> Option<Symbol> {
        match self.slots[slot]?.action {
            Action::Write(value) => Some(value),
            Action::Get | Action::Swap { .. } | Action::Add(_) => None,
        }
    }
}

/// Whether an operation that gives `output` back cannot have changed anything.
fn only_observes(action: Action, output: Seen) -> bool {
    match action {
        Action::Get => true,
        Action::Write(_) => false,
        Action::Swap { expected, value } => output == Seen::Swapped(false) || expected == value,
        Action::Add(_) => output == Seen::NotANumber,
    }
}

//! How the configurations of a key move on when one of its operations returns.

use alloc::vec::Vec;

use super::configuration::{Configuration, LIVE, LIVE_MAX, Marks, Slots, add, members};
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
    /// The value cannot have been more than this number before, because it only grows.
    most: Option<i64>,
}

impl KeyCheck {
    /// Keeps what explains that the operation in `slot` returns `output`.
    pub(super) fn explain(&mut self, slot: usize, output: Seen) -> Result<(), Doubt> {
        let Some(action) = self.slots[slot].map(|pending| pending.action) else { return Ok(()) };
        let most = self.most(action, output);
        let returning = Returning { slot, action, output, write: matches!(action, Action::Write(_)), most };
        let mut before = core::mem::take(&mut self.configurations);
        let mut next = core::mem::take(&mut self.spare);
        let mut work = core::mem::take(&mut self.work);
        let told = core::mem::take(&mut self.alike);
        let renamed = before.iter().flat_map(|configuration| configuration.renamed(slot, &told));
        for configuration in renamed {
            if !configuration.has(slot) {
                work.push(Step { configuration, unused: false });
            } else if self.table.gives(action, configuration.seen(slot), output) {
                add(&mut next, configuration.without(slot), self.writes);
            }
        }
        before.clear();
        // From here on this one is told apart from the others that mean the same.
        self.alike = told.into_iter().map(|group| group & !(1 << slot)).collect();
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
        let Returning { slot, action, output, write, most: _ } = of;
        let configuration = step.configuration;
        let observed = if write {
            output == Seen::Done && configuration.is_idle(slot)
        } else {
            self.table.observed(action, configuration.seen(slot), output)
        };
        if observed {
            // Where a write is put in unseen, it is seen by those who looked at that moment.
            let marks = self.written(slot).map_or([0; LIVE_MAX], |value| self.marks(value));
            add(next, configuration.without(slot).hidden(&marks), self.writes);
            if only_observes(action, output) {
                return Ok(false);
            }
        }
        let after = match self.written(slot) {
            // Even if it is there already: what was there before is overwritten.
            Some(value) => Some(value).filter(|_| !step.unused),
            None => self.table.change(action, configuration.value)?,
        };
        if let Some(after) = after.filter(|after| self.table.gives(action, after.bit(), output)) {
            add(next, self.take(configuration, Some(slot), action, after).without(slot), self.writes);
        }
        if !write && configuration.is_idle(slot) {
            for other in members(self.writes & configuration.idle & !configuration.taken) {
                if let Some(value) = self.written(other).filter(|&value| self.table.observes(action, value, output)) {
                    let hidden = configuration.with(other, 0).hidden(&self.marks(value));
                    add(next, hidden.without(slot), self.writes);
                }
            }
            for &value in self.loose.iter().filter(|&&value| self.table.observes(action, value, output)) {
                add(next, configuration.hidden(&self.marks(value)).without(slot), self.writes);
            }
        }
        Ok(true)
    }

    /// Lets one more of the other operations go first, in all ways that can matter. A write that is overwritten at once
    /// does not: it is idle then.
    fn go_on(&mut self, of: Returning, step: Step, work: &mut Vec<Step>) -> Result<(), Doubt> {
        let Step { configuration, unused } = step;
        // Only what depends on the value makes it matter what was there.
        let dependent = self.pending & LIVE & !self.writes & !configuration.taken & !(1 << of.slot);
        if of.write && dependent == 0 {
            return Ok(());
        }
        for other in members(self.pending & !configuration.taken & !(1 << of.slot)) {
            match self.written(other) {
                Some(value) => self.write_first(of, step, Some(other), value, work)?,
                None => {
                    let Some(action) = self.slots[other].map(|pending| pending.action) else { continue };
                    let after = self.table.change(action, configuration.value)?;
                    let can_be = |after: &Symbol| {
                        of.most.is_none_or(|most| self.table.number(*after).is_none_or(|now| now <= most))
                    };
                    if let Some(after) = after.filter(can_be) {
                        self.push(
                            work,
                            Step { configuration: self.take(configuration, Some(other), action, after), unused: false },
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
        let from = step.configuration;
        if step.unused || !self.is_of_use(of, from, value)? {
            return Ok(());
        }
        let to = self.take(from, slot, Action::Write(value), value);
        // Where its value is there already, all that it can do is to overwrite others.
        if value != from.value || to.idle & !from.idle != 0 {
            self.push(work, Step { configuration: to, unused: true });
        }
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
        let new = Step { configuration: new.configuration.normal(&self.alike), ..new };
        let covers =
            |known: &Step| (new.unused || !known.unused) && known.configuration.covers(&new.configuration, self.writes);
        if !work.iter().any(covers) {
            work.push(new);
        }
    }

    /// The configuration after `action`, that of `slot` or a loose one, has made the value `after`.
    fn take(&self, from: Configuration, slot: Option<usize>, action: Action, after: Symbol) -> Configuration {
        let mark = if matches!(action, Action::Add(_)) { after.bit() } else { 0 };
        let to = slot.map_or(from, |slot| from.with(slot, mark));
        let left = self.writes & !to.taken;
        let same = |&other: &usize| self.written(other) == Some(after);
        let same = members(left).filter(same).fold(0, |all, other| all | 1 << other);
        let idle = if matches!(action, Action::Write(_)) { left | self.curious(to) } else { same };
        to.changed(after, &self.marks(after), idle)
    }

    /// If all that is pending only adds to a number, what it was at most before `action` gave `output` back.
    fn most(&self, action: Action, output: Seen) -> Option<i64> {
        let grows = |slot: usize| {
            self.slots[slot].is_some_and(|pending| match pending.action {
                Action::Get => true,
                Action::Add(by) => by >= 0,
                Action::Write(_) | Action::Swap { .. } => false,
            })
        };
        if !self.loose.is_empty() || !members(self.pending).all(grows) {
            return None;
        }
        match (action, output) {
            (Action::Add(by), Seen::Number(sum)) => sum.checked_sub(by),
            (Action::Get, Seen::Value(value)) => self.table.number(value),
            (Action::Get | Action::Write(_) | Action::Swap { .. } | Action::Add(_), _) => None,
        }
    }

    /// The operations under way, but writes, that could have observed something at the moment of a pending write that is
    /// overwritten at once.
    fn curious(&self, configuration: Configuration) -> Slots {
        let left = self.writes & !configuration.taken;
        let is_curious = |&slot: &usize| {
            let hidden = members(left).filter_map(|write| self.written(write)).chain(self.loose.iter().copied());
            self.slots[slot].is_some_and(|pending| {
                hidden
                    .map(|value| self.table.mark(pending.action, value))
                    .any(|mark| mark & !configuration.seen(slot) != 0)
            })
        };
        let open = self.pending & LIVE & !self.writes & !configuration.taken & !configuration.idle;
        members(open).filter(is_curious).fold(0, |all, slot| all | 1 << slot)
    }

    /// What the operations under way remember of a value.
    fn marks(&self, value: Symbol) -> Marks {
        let mut marks = [0; LIVE_MAX];
        for slot in members(self.pending & LIVE & !self.writes) {
            marks[slot] = self.slots[slot].map_or(0, |pending| self.table.mark(pending.action, value));
        }
        marks
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

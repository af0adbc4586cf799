//! The check of one key from outside: it knows what was called and what came back, and when, and nothing of the log.
//!
//! The operations on a key are linearizable if each can be given one moment between its call and its return, at which
//! it does all that it does (Herlihy and Wing, 1990). The check keeps every way in which that can have gone so far: a
//! set of configurations (Wing and Gong, 1993), moved on only when an operation returns, and no further than that
//! needs (just-in-time linearization: Lowe, 2017). What is still pending can have any result, or none. So a history is
//! refused at the first return that no order explains, and never before.
//!
//! Two things keep the set small. A write that is overwritten unseen need not be given a moment until somebody asks
//! for it: the last moment at which anything was overwritten is as good for it as any earlier one. And a configuration
//! is dropped if another one can do whatever it can.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use super::configuration::{Configuration, LIVE, LIVE_MAX, Slots, UNKNOWN_MAX, add, members};
use super::explain::Step;
use super::model::{KeyOp, KeyOutput};
use super::search::Start;
use super::symbols::{Action, SYMBOLS_MAX, Symbol, Table};
use super::verdict::{Doubt, LOOSE_MAX, Verdict};
use crate::client::RequestId;

/// An operation that was called and has not returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pending {
    id: RequestId,
    pub(super) action: Action,
}

/// The check of one key. Each event takes bounded time, and so does the memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyCheck {
    verdict: Verdict,
    /// Whether the check goes on.
    ended: bool,
    pub(super) table: Table,
    /// By slot: first those under way, then those that ended as unknown.
    pub(super) slots: Vec<Option<Pending>>,
    /// The slots in use.
    pub(super) pending: Slots,
    /// Of these, the ones that write one value whatever was there.
    pub(super) writes: Slots,
    /// Groups of those that ended as unknown and mean the same. Which of them has taken effect is not told apart.
    pub(super) alike: Vec<Slots>,
    /// What is written by the writes that are let happen any number of times.
    pub(super) loose: Vec<Symbol>,
    pub(super) configurations: Vec<Configuration>,
    /// Both are empty between two events, and only keep their memory.
    pub(super) spare: Vec<Configuration>,
    pub(super) work: Vec<Step>,
}

impl Default for KeyCheck {
    fn default() -> Self {
        Self::new(None)
    }
}

impl KeyCheck {
    /// About how many bytes a copy takes.
    pub(super) fn copy_bytes(&self) -> usize {
        self.configurations.len() * size_of::<Configuration>()
            + self.slots.len() * size_of::<Option<Pending>>()
            + self.table.copy_bytes()
    }

    /// A key that has `value` at first.
    #[must_use]
    pub fn new(value: Option<&str>) -> Self {
        let mut table = Table::new();
        let value = table.name(value).expect("an empty table has room");
        Self {
            verdict: Verdict::Linearizable,
            ended: false,
            table,
            slots: vec![None; LIVE_MAX + UNKNOWN_MAX],
            pending: 0,
            writes: 0,
            alike: Vec::new(),
            loose: Vec::new(),
            configurations: vec![Configuration::new(value)],
            spare: Vec::new(),
            work: Vec::new(),
        }
    }

    /// What is known.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// How many configurations there are: 1 if it is certain what happened.
    #[must_use]
    pub fn possibilities(&self) -> usize {
        self.configurations.len()
    }

    /// An operation was called; `id` names it, and no other that is pending.
    pub fn called(&mut self, id: RequestId, op: &KeyOp) {
        if self.ended {
            return;
        }
        self.tidy();
        let free = (!self.pending & LIVE).trailing_zeros() as usize;
        if free >= LIVE_MAX {
            return self.end(Doubt::ManyLive { max: LIVE_MAX as u32 });
        }
        let action = match self.table.action(op) {
            Ok(action) => action,
            Err(doubt) => return self.end(doubt),
        };
        self.occupy(free, Pending { id, action });
        for configuration in &mut self.configurations {
            let mark = self.table.mark(action, configuration.value);
            configuration.call(free, mark, action == Action::Write(configuration.value));
        }
    }

    /// An operation has returned. An answer that comes after the operation ended as unknown counts if it is a write's;
    /// others are not listened to.
    pub fn returned(&mut self, id: RequestId, output: &KeyOutput) {
        let Some(slot) = self.slot(id).filter(|_| self.listens(id)) else { return };
        let output = self.table.seen(output);
        if let Err(doubt) = output.and_then(|output| self.explain(slot, output)) {
            return self.end(doubt);
        }
        self.vacate(slot);
        if slot >= LIVE_MAX {
            self.group();
            self.replace(|configuration| configuration);
        }
        self.judge();
    }

    /// An operation was refused: it has not taken effect, and never will.
    pub fn never(&mut self, id: RequestId) {
        let Some(slot) = self.slot(id) else { return };
        let before = core::mem::take(&mut self.configurations);
        let renamed = before.iter().flat_map(|configuration| configuration.renamed(slot, &self.alike));
        let left = renamed.filter(|configuration| !configuration.has(slot)).collect();
        self.configurations = left;
        self.drop_slot(slot);
        self.judge();
    }

    /// A client's patience has ended.
    pub fn unknown(&mut self, id: RequestId) {
        let Some(slot) = self.slot(id).filter(|&slot| slot < LIVE_MAX) else { return };
        let Some(pending) = self.slots[slot].filter(|pending| pending.action != Action::Get) else {
            return self.drop_slot(slot);
        };
        if !self.make_room() {
            return;
        }
        let free = (!self.pending & !LIVE).trailing_zeros() as usize;
        self.vacate(slot);
        self.occupy(free, pending);
        self.group();
        self.replace(|configuration| configuration.moved(slot, free, matches!(pending.action, Action::Write(_))));
    }

    /// Whether the check has ended, with a violation or in doubt.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether a return of `id` says anything that the check can use.
    pub(super) fn listens(&self, id: RequestId) -> bool {
        self.slot(id).is_some_and(|slot| slot < LIVE_MAX || self.writes & (1 << slot) != 0)
    }

    /// Whether nothing is under way, apart from what ended as unknown.
    pub(super) const fn is_quiet(&self) -> bool {
        self.pending & LIVE == 0
    }

    /// How a history that goes on from here can begin.
    pub(super) fn starts(&self) -> Vec<Start> {
        let names =
            |slots: Slots| members(slots).filter_map(|slot| self.slots[slot].map(|pending| pending.id)).collect();
        let start = |configuration: &Configuration| Start {
            value: self.table.text(configuration.value).map(ToString::to_string),
            done: names(configuration.taken),
        };
        self.configurations.iter().map(start).collect()
    }

    fn slot(&self, id: RequestId) -> Option<usize> {
        members(self.pending).find(|&slot| self.slots[slot].is_some_and(|pending| pending.id == id))
    }

    fn occupy(&mut self, slot: usize, pending: Pending) {
        self.slots[slot] = Some(pending);
        self.pending |= 1 << slot;
        if matches!(pending.action, Action::Write(_)) {
            self.writes |= 1 << slot;
        }
    }

    fn vacate(&mut self, slot: usize) {
        self.pending &= !(1 << slot);
        self.writes &= !(1 << slot);
        self.slots[slot] = None;
    }

    /// Nobody asks for the operation in `slot` any more.
    fn drop_slot(&mut self, slot: usize) {
        self.vacate(slot);
        self.group();
        self.replace(|configuration| configuration.without(slot));
    }

    fn group(&mut self) {
        self.alike.clear();
        let mut left = self.pending & !LIVE;
        while left != 0 {
            let first = self.slots[left.trailing_zeros() as usize];
            let same =
                |&slot: &usize| self.slots[slot].map(|pending| pending.action) == first.map(|pending| pending.action);
            let group: Slots = members(left).filter(same).fold(0, |all, slot| all | 1 << slot);
            if group.count_ones() > 1 {
                self.alike.push(group);
            }
            left &= !group;
        }
    }

    fn replace(&mut self, change: impl Fn(Configuration) -> Configuration) {
        let before = core::mem::take(&mut self.configurations);
        before.into_iter().for_each(|configuration| {
            add(&mut self.configurations, change(configuration).normal(&self.alike), self.writes)
        });
    }

    /// Makes sure that one more can end as unknown. False if the check has ended over it.
    fn make_room(&mut self) -> bool {
        let full = |check: &Self| check.pending & !LIVE == !LIVE;
        if full(self) {
            let everywhere = self.configurations.iter().fold(!LIVE, |taken, configuration| taken & configuration.taken);
            members(everywhere).for_each(|slot| self.drop_slot(slot));
        }
        if !full(self) {
            return true;
        }
        let write = |slot: usize| match self.slots[slot] {
            Some(Pending { id, action: Action::Write(value) }) => Some((id, slot, value)),
            Some(_) | None => None,
        };
        let oldest = members(self.writes & !LIVE).filter_map(write).min_by_key(|&(id, ..)| id);
        match oldest {
            Some((_, slot, value)) if self.loose.len() < LOOSE_MAX || self.loose.contains(&value) => {
                if !self.loose.contains(&value) {
                    self.loose.push(value);
                }
                self.drop_slot(slot);
                self.verdict = Verdict::Inconclusive(Doubt::LooseWrites { max: UNKNOWN_MAX as u32 });
                true
            }
            Some(_) | None => {
                self.end(Doubt::ManyUnknown { max: (UNKNOWN_MAX + LOOSE_MAX) as u32 });
                false
            }
        }
    }

    /// Forgets the values that are no longer in play.
    fn tidy(&mut self) {
        if self.table.count() <= SYMBOLS_MAX / 2 {
            return;
        }
        let used = self.configurations.iter().fold(0, |used, configuration| used | configuration.used());
        let pending = self.slots.iter().flatten().fold(used, |used, pending| used | pending.action.used());
        self.table.keep(self.loose.iter().fold(pending, |used, value| used | value.bit()));
    }

    fn judge(&mut self) {
        if self.configurations.is_empty() && !self.ended {
            self.stop(Verdict::Violated);
        }
    }

    fn end(&mut self, doubt: Doubt) {
        self.stop(Verdict::Inconclusive(doubt));
    }

    fn stop(&mut self, verdict: Verdict) {
        *self = Self { verdict, ended: true, ..Self::new(None) };
    }
}

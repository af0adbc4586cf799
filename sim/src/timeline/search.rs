//! Going to what happened, and reading what is kept no more.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use raftarium_core::Instant;

use super::checkpoints::Checkpoint;
use super::window::Window;
use super::{RUN_END, Timeline};
use crate::trace::{Record, RecordId};
use crate::world::World;

/// How many records before the present one are worked out again, if none are kept.
const AROUND: u64 = 1_000;

/// There is no such record in what is known of the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnknownRecord {
    /// What was given.
    pub given: RecordId,
    /// How many there are, from 0.
    pub known: u64,
}

impl fmt::Display for UnknownRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.known.saturating_sub(1);
        write!(f, "there is no record {}; known are 0 to {last}", self.given.0)
    }
}

impl core::error::Error for UnknownRecord {}

/// Going to records.
impl Timeline {
    /// How many records the trace is known to have, kept or not.
    #[must_use]
    pub fn known_records(&self) -> u64 {
        self.tree.active().records
    }

    /// Goes to the state right after the event or command that left a record: [`Self::step_back`] undoes just that.
    ///
    /// # Errors
    ///
    /// If the record is not known.
    pub fn seek_record(&mut self, id: RecordId) -> Result<(), UnknownRecord> {
        let known = self.known_records();
        if id.0 >= known {
            return Err(UnknownRecord { given: id, known });
        }
        if self.world.record_count() > id.0 {
            self.go_back(|kept| kept.world.record_count() <= id.0 || kept.world.steps() == 0);
        }
        while self.world.record_count() <= id.0 && self.step_until(RUN_END) {}
        self.arrive();
        Ok(())
    }

    /// Goes on to the next event or command that leaves a `wanted` record, and tells which record that is. If none comes
    /// up to and with `limit`, nothing has changed, but for what is known.
    pub fn seek_next(&mut self, limit: Instant, wanted: impl Fn(&Record) -> bool) -> Option<RecordId> {
        let limit = limit.min(RUN_END);
        let (world, carried_out) = (self.world.clone(), self.carried_out);
        let mut found = None;
        let look = |records: &[Record]| records.iter().find(|record| wanted(record)).map(|record| record.id);
        while found.is_none() && self.watch_step_until(limit, |records| found = look(records)) {}
        if found.is_some() {
            self.arrive();
            return found;
        }
        self.world.rest_until(limit);
        self.arrive();
        (self.world, self.carried_out) = (world, carried_out);
        self.checkpoints.expect_next(self.tree.path(), self.world.steps());
        self.arrive();
        None
    }

    /// Goes back to the last event or command before the present one that left a `wanted` record, and tells which record
    /// that is. If there is none, nothing has changed.
    pub fn seek_previous(&mut self, wanted: impl Fn(&Record) -> bool) -> Option<RecordId> {
        let mut last = self.world.steps();
        // After the last event it is later than at it: then that one is before the present moment.
        last += u64::from(self.now() > self.world.last_event_at());
        while let Some(before) = last.checked_sub(1) {
            let kept = self.checkpoints.latest(self.tree.path(), |kept| kept.world.steps() < before.max(1));
            let begins = kept.world.steps();
            let mut found = None;
            self.go_on(kept, |world, fresh| {
                if world.steps() < last {
                    found = fresh.iter().rfind(|record| wanted(record)).map(|record| record.id).or(found);
                }
                world.steps() + 1 < last
            });
            if begins == 0 {
                found = found.or_else(|| self.beginning.iter().rfind(|record| wanted(record)).map(|record| record.id));
            }
            if let Some(id) = found {
                return self.seek_record(id).ok().map(|()| id);
            }
            // The step that the copy comes after is not looked at yet.
            last = if begins == 0 { 0 } else { begins + 1 };
        }
        None
    }

    /// Records of the branch that is looked at, whether they are kept or not: those that are not are worked out again.
    /// Gives only those that are known.
    #[must_use]
    pub fn recall(&self, places: Range<u64>) -> Vec<Record> {
        let places = places.start..places.end.min(self.known_records());
        if places.is_empty() {
            return Vec::new();
        }
        if let Some(records) = self.kept(&places) {
            return records.to_vec();
        }
        let wanted = |record: &&Record| places.contains(&record.id.0);
        let mut found: Vec<Record> = self.beginning.iter().filter(wanted).cloned().collect();
        let kept = self.checkpoints.latest(self.tree.path(), |kept| kept.world.record_count() <= places.start);
        self.go_on(kept, |world, fresh| {
            found.extend(fresh.iter().filter(wanted).cloned());
            world.record_count() < places.end
        });
        found
    }

    /// A record and what caused it, back to the first cause, whether they are kept or not; nothing if it is not known.
    #[must_use]
    pub fn all_causes(&self, id: RecordId) -> Vec<Record> {
        let mut causes: Vec<Record> = self.causes(id).into_iter().cloned().collect();
        while let Some(next) = causes.last().map_or(Some(id), |last| last.cause) {
            // All that is worked out at once is looked through.
            let kept = self.checkpoints.latest(self.tree.path(), |kept| kept.world.record_count() <= next.0);
            let first = if next.0 < self.beginning.len() as u64 { 0 } else { kept.world.record_count() };
            let piece = self.recall(first..next.0 + 1);
            let record = |id: RecordId| piece.get(usize::try_from(id.0.checked_sub(first)?).ok()?).cloned();
            let before = causes.len();
            causes.extend(core::iter::successors(record(next), |found| found.cause.and_then(record)));
            if causes.len() == before {
                break;
            }
        }
        causes
    }

    /// Goes to the state after so many steps, which are known.
    pub(super) fn seek_step(&mut self, steps: u64) {
        self.go_back(|kept| kept.world.steps() <= steps);
        while self.world.steps() < steps && self.step_until(RUN_END) {}
        self.arrive();
    }

    /// Keeps the last records before `count` instead of others.
    pub(super) fn recall_around(&mut self, count: u64) {
        let wanted = count.saturating_sub(AROUND.min(self.budget.records() as u64));
        self.trace = Window::new(wanted, self.recall_known(wanted..count));
    }

    fn recall_known(&self, places: Range<u64>) -> Vec<Record> {
        let records = self.recall(places);
        debug_assert!(records.windows(2).all(|pair| pair[0].id.0 + 1 == pair[1].id.0), "in one piece");
        records
    }

    fn kept(&self, places: &Range<u64>) -> Option<&[Record]> {
        let all_there = self.trace.reaches(places.start) && self.trace.reaches(places.end);
        all_there.then(|| &self.trace.from(places.start)[..usize::try_from(places.end - places.start).unwrap_or(0)])
    }

    /// Lets a copy go on as long as `observe` says so, to which each step is shown, with its records.
    fn go_on(&self, kept: &Checkpoint, mut observe: impl FnMut(&World, &[Record]) -> bool) {
        let (mut world, mut carried_out) = (kept.world.clone(), kept.carried_out);
        while world.step_with(&self.commands, &mut carried_out, RUN_END) {
            let fresh = core::mem::take(world.fresh_records());
            if !observe(&world, &fresh) {
                return;
            }
        }
    }
}

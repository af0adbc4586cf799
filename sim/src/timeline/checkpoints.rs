//! Copies of worlds that were kept on the way, so that going back is quick.

use alloc::vec;
use alloc::vec::Vec;

use super::branch::{BranchId, Stretch};
use crate::world::World;

/// The fewest steps between two copies.
const INTERVAL: u64 = 256;
/// For each so many bytes that a copy takes there is one step more between two copies: so the time that goes into copies
/// is never more than a part of the time that goes into steps, however large a world grows.
const BYTES_PER_STEP: usize = 512;
/// What it counts that no place of a run is far from a copy, against that the places near the present one are close.
const EVENNESS: u64 = 8;
/// One, in the fractions below.
const ONE: u64 = 1 << 20;

/// All copies, of all branches: one of a past that branches have in common is kept once.
#[derive(Clone, Debug)]
pub(super) struct Checkpoints {
    /// In the order of branches, and of steps; the first is the beginning, which is always kept.
    kept: Vec<Checkpoint>,
    /// How many bytes they take together.
    bytes: usize,
    /// From how many steps on the next copy is due.
    due: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Checkpoint {
    /// The branch in which it was made.
    branch: BranchId,
    pub(super) world: World,
    /// How many commands the world had carried out.
    pub(super) carried_out: usize,
    /// How many bytes the copy takes that it shares with no other.
    bytes: usize,
}

impl Checkpoints {
    pub(super) fn new(branch: BranchId, world: World) -> Self {
        let bytes = world.copy_bytes();
        Self { kept: vec![Checkpoint { branch, world, carried_out: 0, bytes }], bytes, due: INTERVAL }
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> impl Iterator<Item = &Checkpoint> {
        self.kept.iter()
    }

    pub(super) fn count(&self) -> usize {
        self.kept.len()
    }

    /// Whether it is time for a copy of a world after so many steps.
    pub(super) const fn is_due(&self, steps: u64) -> bool {
        steps >= self.due
    }

    /// Keeps a copy, of which `path` is the past, and drops others if they take more than `max` bytes together.
    pub(super) fn keep(&mut self, path: &[Stretch], world: &World, carried_out: usize, max: usize) {
        let Some(&Stretch { branch, .. }) = path.iter().find(|stretch| world.steps() <= stretch.last_step) else {
            return;
        };
        let place = self.kept.partition_point(|kept| (kept.branch, kept.world.steps()) < (branch, world.steps()));
        let known = self.kept.get(place);
        if known.is_none_or(|kept| (kept.branch, kept.world.steps()) != (branch, world.steps())) {
            let bytes = world.copy_bytes();
            self.kept.insert(place, Checkpoint { branch, world: world.clone(), carried_out, bytes });
            self.bytes += bytes;
            self.thin(path, world.steps(), max);
        }
        self.expect_next(path, world.steps());
    }

    /// The world has made so many steps on `path`; says when the next copy is due.
    pub(super) fn expect_next(&mut self, path: &[Stretch], steps: u64) {
        let last = self.latest(path, |kept| kept.world.steps() <= steps);
        self.due = last.world.steps() + INTERVAL.max((last.bytes / BYTES_PER_STEP) as u64);
    }

    /// The latest copy on `path` that is `wanted`; the beginning if none is.
    pub(super) fn latest(&self, path: &[Stretch], wanted: impl Fn(&Checkpoint) -> bool) -> &Checkpoint {
        let mut found = &self.kept[0];
        for stretch in path {
            let from = self.kept.partition_point(|kept| kept.branch < stretch.branch);
            let own = self.kept[from..].iter().take_while(|kept| {
                kept.branch == stretch.branch && kept.world.steps() <= stretch.last_step && wanted(kept)
            });
            found = own.last().unwrap_or(found);
        }
        found
    }

    /// Drops those of `branch` after `steps`; the beginning stays.
    pub(super) fn forget(&mut self, branch: BranchId, after: Option<u64>) {
        let mut first = true;
        self.kept.retain(|kept| {
            let is_first = core::mem::take(&mut first);
            is_first || kept.branch != branch || after.is_some_and(|after| kept.world.steps() <= after)
        });
        self.bytes = self.kept.iter().map(|kept| kept.bytes).sum();
    }

    /// Drops copies until the others take no more than `max` bytes: those first without which a gap opens that matters
    /// least. Half of what counts is how long the gap is compared to the whole run; the other half, how long it is
    /// compared to how far away it is from the present place.
    pub(super) fn thin(&mut self, path: &[Stretch], steps: u64, max: usize) {
        while self.bytes > max && self.kept.len() > 1 {
            let longest = self.kept.iter().map(|kept| kept.world.steps()).max().unwrap_or(0).max(1);
            let harm = |place: usize| {
                let (kept, at) = (&self.kept[place], self.kept[place].world.steps());
                let on_path = path.iter().any(|stretch| stretch.branch == kept.branch && at <= stretch.last_step);
                let near = if on_path { at.abs_diff(steps) } else { longest };
                let earlier = self.kept.iter().map(|other| other.world.steps()).filter(|&other| other < at);
                let before = self.kept.get(place - 1).filter(|before| before.branch == kept.branch);
                let after = self.kept.get(place + 1).filter(|after| after.branch == kept.branch);
                let begins = before.map_or_else(|| earlier.max().unwrap_or(0), |before| before.world.steps());
                let gap = after.map_or(at, |after| after.world.steps()) - begins;
                gap.saturating_mul(ONE) / (near + INTERVAL) + gap.saturating_mul(EVENNESS * ONE) / longest
            };
            let Some(place) = (1..self.kept.len()).min_by_key(|&place| harm(place)) else { return };
            self.bytes -= self.kept.remove(place).bytes;
        }
    }
}

//! Copies of a world that were kept on the way, so that going back is quick.

use alloc::vec;
use alloc::vec::Vec;

use crate::world::World;

/// The most copies that are kept. With more, every second one is dropped, and new ones are kept half as often: the
/// memory is bounded, and going back takes at most one interval of steps.
const KEPT_MAX: usize = 128;
/// How many steps are between two copies at first.
const INTERVAL: u64 = 256;

#[derive(Clone, Debug)]
pub(crate) struct Checkpoints {
    /// In the order of steps; the first is the beginning.
    kept: Vec<Checkpoint>,
    interval: u64,
}

#[derive(Clone, Debug)]
struct Checkpoint {
    world: World,
    /// How many commands the world had carried out.
    carried_out: usize,
}

impl Checkpoints {
    pub(crate) fn new(world: World) -> Self {
        Self { kept: vec![Checkpoint { world, carried_out: 0 }], interval: INTERVAL }
    }

    /// Keeps a copy if it is time for one.
    pub(crate) fn offer(&mut self, world: &World, carried_out: usize) {
        let last = self.kept.last().map_or(0, |checkpoint| checkpoint.world.steps());
        if world.steps() < last + self.interval {
            return;
        }
        self.kept.push(Checkpoint { world: world.clone(), carried_out });
        if self.kept.len() > KEPT_MAX {
            let mut position = 0;
            self.kept.retain(|_| {
                position += 1;
                position % 2 == 1
            });
            self.interval *= 2;
        }
    }

    /// The latest copy that is `wanted`, and how many commands it had carried out; the beginning if none is.
    pub(crate) fn latest(&self, wanted: impl Fn(&World) -> bool) -> (World, usize) {
        let count = self.kept.partition_point(|checkpoint| wanted(&checkpoint.world));
        let found = &self.kept[count.saturating_sub(1)];
        (found.world.clone(), found.carried_out)
    }

    pub(crate) fn forget_after(&mut self, steps: u64) {
        let count = self.kept.partition_point(|checkpoint| checkpoint.world.steps() <= steps);
        self.kept.truncate(count.max(1));
    }
}

//! How much memory a copy of a world takes.

use crate::world::World;

impl World {
    /// About how many bytes a copy takes that it does not share with the world.
    pub(crate) fn copy_bytes(&self) -> usize {
        100_000
    }
}

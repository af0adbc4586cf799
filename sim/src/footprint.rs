//! How much memory a copy of a world takes.
//!
//! It is what a budget is kept by, so it errs on the side of too much. It is worked out from lengths, and so the same on
//! every machine with pointers of one size; that it is near the truth, `tests/memory.rs` sees with a real allocator.

use crate::world::World;

/// About how many bytes a short text takes, or the place of something in a map, with what an allocator adds.
pub(crate) const TEXT: usize = 32;

impl World {
    /// About how many bytes a copy takes that it does not share with the world.
    pub(crate) fn copy_bytes(&self) -> usize {
        let environment = self.environment.queue.copy_bytes() + self.environment.network.copy_bytes();
        let servers: usize = self.servers.iter().map(|server| server.copy_bytes()).sum();
        size_of::<Self>() + environment + servers + self.checks.copy_bytes() + self.clients.copy_bytes()
    }
}

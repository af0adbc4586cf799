//! Buffers that are used again, so that a node whose cluster runs steadily allocates nothing.

use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use crate::log::Entry;
use crate::node::Node;

/// How many are kept. More are of use only while many messages are under way.
const SPARE_MAX: usize = 32;

/// Empty buffers. They are no part of the state: with and without them a node does the same.
#[derive(Debug, Default)]
pub(crate) struct Spare(Vec<Vec<Entry>>);

impl Spare {
    pub(crate) fn take(&mut self) -> Vec<Entry> {
        self.0.pop().unwrap_or_default()
    }

    pub(crate) fn keep(&mut self, mut buffer: Vec<Entry>) {
        buffer.clear();
        if buffer.capacity() > 0 && self.0.len() < SPARE_MAX {
            self.0.push(buffer);
        }
    }
}

impl Clone for Spare {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Spare {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Spare {}

impl Hash for Spare {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// Buffers.
impl Node {
    /// An empty buffer, for the entries of an [`AppendRequest`](crate::AppendRequest) that is about to be read from the
    /// network; with the capacity of an earlier message's, if there was one.
    ///
    /// A host that takes buffers from here, and [gives](Self::give_buffer) those of messages that are sent, spares the
    /// node one allocation a message. Nothing else depends on it.
    #[must_use]
    pub fn take_buffer(&mut self) -> Vec<Entry> {
        self.spare.take()
    }

    /// Gives the buffer of a message that has been written to the network, to be used for another one. What is in it is
    /// dropped.
    pub fn give_buffer(&mut self, buffer: Vec<Entry>) {
        self.spare.keep(buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_taken_again_and_empty() {
        let mut spare = Spare::default();
        spare.keep(Vec::new());
        assert_eq!(spare.take().capacity(), 0, "one without capacity is not worth keeping");
        spare.keep(Vec::with_capacity(7));
        assert!(spare.clone().0.is_empty(), "a clone has its own");
        assert_eq!((spare.take().capacity(), spare.take().capacity()), (7, 0));
    }

    #[test]
    fn no_more_than_a_few_are_kept() {
        let mut spare = Spare::default();
        (0..2 * SPARE_MAX).for_each(|_| spare.keep(Vec::with_capacity(1)));
        assert_eq!(spare.0.len(), SPARE_MAX);
    }
}

//! What is proposed, and what must have been applied.

use bytes::Bytes;

/// After so many applied entries a server compacts its log.
pub const COMPACT_EVERY: u64 = 16_384;

/// How many different payloads there are. They are made before the race: where a payload's memory comes from is the
/// business of whoever receives it from a client, and the same for all.
const PAYLOADS: u64 = 4096;

/// One shape of the workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// How many servers, all voters.
    pub nodes: u64,
    /// How long a payload is, in bytes; a multiple of 8.
    pub bytes: usize,
    /// How many proposals are in flight at once.
    pub window: u64,
}

/// What a server has applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Applied {
    /// How many commands.
    pub commands: u64,
    /// A checksum of them in their order.
    pub checksum: u64,
}

/// A cluster of some Raft, with its host.
pub trait Cluster {
    /// A cluster that has a leader, and nothing under way.
    fn start(cell: Cell) -> Self;

    /// Proposes `payload` on the leader. Nothing needs to be sent yet.
    fn propose(&mut self, payload: &Bytes);

    /// Carries everything out until nothing is under way. The leader has applied all then.
    fn settle(&mut self);

    /// As much time passes as the leader needs to show itself, so that all others learn what is committed.
    fn tick(&mut self);

    /// How many messages went from one server to another so far.
    fn messages(&self) -> u64;

    /// What each server has applied.
    fn applied(&self) -> Vec<Applied>;
}

impl Applied {
    /// One more command is applied.
    #[inline]
    pub fn apply(&mut self, payload: &[u8]) {
        let words = payload.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().expect("8 bytes")));
        // Sums within a payload, so that the checksum is a small part of what is measured.
        let sum = words.fold(0_u64, u64::wrapping_add);
        self.commands += 1;
        self.checksum = (self.checksum ^ sum).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
    }
}

/// The payload number `number` of the race, as it is made anew.
pub fn payload(number: u64, bytes: usize) -> Bytes {
    let mut state = number % PAYLOADS;
    let words = (0..bytes / 8).flat_map(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state ^ (state >> 29)).to_le_bytes()
    });
    words.collect()
}

/// All payloads that there are.
pub(crate) fn payloads(bytes: usize) -> Vec<Bytes> {
    (0..PAYLOADS).map(|number| payload(number, bytes)).collect()
}

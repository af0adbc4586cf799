//! The host's snapshots. A state machine that remembers all that it applied is the strictest: so its snapshot is the
//! list of what was applied, sixteen bytes for each entry.

use bytes::Bytes;
use raftarium_core::{ChunkRequest, CompactError, Entry, EntryId, LogIndex, ReceivedChunk, Term};

use super::cluster::Cluster;
use super::entry;

impl Cluster {
    /// The host makes a snapshot of all that it applied up to `through`, and drops the log up to there.
    pub(crate) fn compact(&mut self, number: u64, through: u64) -> Result<(), CompactError> {
        let through = LogIndex(through);
        self.input(number, |node, now| node.compact(now, through))?;
        let server = self.server_mut(number);
        let node = server.node.as_ref().expect("it runs");
        let membership = node.membership_at(through).expect("the base of the log").clone();
        let covered = server.applied.iter().take_while(|entry| entry.id.index <= through);
        server.disk.compact(node.log().base(), membership, encode(covered.map(|entry| entry.id)));
        self.check(number);
        self.run(number);
        Ok(())
    }

    /// Reads a part of a server's snapshot, for another.
    pub(super) fn read_chunk(&mut self, number: u64, request: ChunkRequest) {
        let (now, size) = (self.now, self.chunk_size);
        let server = self.server_mut(number);
        let base = server.disk.durable.base;
        let node = server.node.as_mut().expect("it runs");
        if request.last != base {
            return;
        }
        let all = &server.disk.snapshot;
        let start = usize::try_from(request.offset).expect("small").min(all.len());
        let end = start.saturating_add(size).min(all.len());
        let data = all.slice(start..end);
        // It may not be needed any more; then it is refused, and that is as good.
        let _ = node.snapshot_chunk(now, request, data, end == all.len());
    }

    pub(super) fn keep_chunk(&mut self, number: u64, chunk: &ReceivedChunk) {
        let server = self.server_mut(number);
        if chunk.offset == 0 {
            server.receiving.clear();
        }
        assert_eq!(chunk.offset, server.receiving.len() as u64, "{}: parts come in order", server.id);
        server.receiving.extend_from_slice(&chunk.data);
    }

    /// The state machine becomes the one of the snapshot on the disk.
    pub(super) fn load_snapshot(&mut self, number: u64) {
        let ids = decode(&self.server(number).disk.snapshot);
        let known = |id: EntryId| self.safety.entry(id).unwrap_or_else(|| entry(id.index.0, id.term.0));
        let applied: Vec<Entry> = ids.into_iter().map(known).collect();
        self.server_mut(number).applied = applied;
    }
}

pub(super) fn encode(ids: impl Iterator<Item = EntryId>) -> Bytes {
    ids.flat_map(|id| [id.index.0.to_be_bytes(), id.term.0.to_be_bytes()].concat()).collect::<Vec<u8>>().into()
}

fn decode(data: &[u8]) -> Vec<EntryId> {
    let number = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().expect("eight bytes"));
    let pairs = data.chunks_exact(16);
    pairs.map(|pair| EntryId::new(LogIndex(number(&pair[..8])), Term(number(&pair[8..])))).collect()
}

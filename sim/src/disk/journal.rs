//! The bytes on a disk: records, one after the other, each with its length and a checksum.

use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;
use raftarium_core::{DurableState, Entry, EntryId, HardState, LogIndex, Membership};
use serde::{Deserialize, Serialize};

use crate::history::History;

/// The records of a disk.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Journal {
    /// Who belonged to the cluster before there was any record.
    first: Membership,
    records: History<Bytes>,
    /// How many of them a power failure leaves alone.
    safe: usize,
}

/// What is written at once: all of it counts, or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) hard_state: Option<HardState>,
    pub(super) snapshot: Option<Snapshot>,
    pub(super) entries: Vec<Entry>,
}

/// A state machine as of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    pub(crate) last: EntryId,
    pub(crate) membership: Membership,
    pub(crate) data: Bytes,
    /// Whether the entries after it stay.
    pub(crate) keep_suffix: bool,
}

/// What the records make.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Image {
    pub(crate) durable: DurableState,
    /// The state machine as of the base of the log; nothing before the first snapshot.
    pub(crate) snapshot: Option<Bytes>,
}

/// A record that is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Corruption {
    /// Its place, from 0.
    pub record: u64,
    /// How many there are.
    pub of: u64,
}

/// The length and the checksum of a record.
const HEAD: usize = 12;

impl Journal {
    pub(super) fn new(first: Membership) -> Self {
        Self { first, records: History::default(), safe: 0 }
    }

    pub(super) fn copy_bytes(&self) -> usize {
        self.records.copy_bytes()
    }

    /// Adds a record, which is in the disk's cache.
    pub(super) fn write(&mut self, record: &Record) {
        self.records.push(frame(record));
    }

    /// Adds the first half of a record: the power failed in the middle.
    pub(super) fn tear(&mut self, record: &Record) {
        let whole = frame(record);
        self.records.push(whole.slice(..whole.len() / 2));
    }

    /// What is in the cache is durable.
    pub(super) fn sync(&mut self) {
        self.safe = self.records.len();
    }

    /// The power fails: what is not durable is gone.
    pub(super) fn lose_cache(&mut self) -> usize {
        let lost = self.records.len() - self.safe;
        self.records.truncate(self.safe);
        lost
    }

    /// One record takes the place of all, as if a new file were given the name of the old one.
    pub(super) fn rewrite(&mut self, image: &Image) {
        let durable = &image.durable;
        let snapshot = image.snapshot.clone().map(|data| Snapshot {
            last: durable.base,
            membership: durable.membership.clone(),
            data,
            keep_suffix: false,
        });
        let record = Record { hard_state: Some(durable.hard_state), snapshot, entries: durable.entries.clone() };
        let all_safe = self.safe == self.records.len();
        self.records = History::default();
        self.records.push(frame(&record));
        self.safe = usize::from(all_safe);
    }

    /// Flips a bit of the last record that holds the entry at `index`, or of the last of all. False if there is none.
    pub(super) fn flip(&mut self, index: Option<LogIndex>, bit: u64) -> bool {
        let holds = |bytes: &Bytes| {
            index.is_none_or(|index| {
                parse(bytes).is_ok_and(|record| record.entries.iter().any(|entry| entry.id.index == index))
            })
        };
        let found = self.records.iter().rev().position(holds);
        let place = found.map(|after| self.records.len() - 1 - after);
        let Some(bytes) = place.and_then(|place| self.records.get_mut(place)) else { return false };
        let mut copy = bytes.to_vec();
        let bits = u64::try_from(copy.len().saturating_sub(HEAD)).unwrap_or(0) * 8;
        let Some(bit) = bit.checked_rem(bits) else { return false };
        let place = HEAD + usize::try_from(bit / 8).unwrap_or(0);
        if let Some(byte) = copy.get_mut(place) {
            *byte ^= 1 << (bit % 8);
        }
        *bytes = copy.into();
        true
    }

    /// Drops the last record, if that is the one that is not as it was written.
    pub(super) fn drop_corrupt_tail(&mut self, found: Corruption) -> bool {
        let last = found.record + 1 == found.of;
        if last {
            self.records.pop();
            self.safe = self.safe.min(self.records.len());
        }
        last
    }

    /// Reads everything. A last record that is not whole was never durable, and is dropped; whether there was one is
    /// told.
    pub(super) fn read(&mut self) -> Result<(Image, bool), Corruption> {
        let mut image = Image { durable: DurableState::new(self.first.clone()), snapshot: None };
        let of = self.records.len();
        let torn = self.records.last().is_some_and(|last| is_torn(last));
        if torn {
            self.records.pop();
            self.safe = self.safe.min(self.records.len());
        }
        for (place, bytes) in self.records.iter().enumerate() {
            let number = |n| u64::try_from(n).unwrap_or(u64::MAX);
            let record = parse(bytes).map_err(|Bad| Corruption { record: number(place), of: number(of) })?;
            image.apply(&record);
        }
        Ok((image, torn))
    }
}

/// Not what was written.
struct Bad;

fn frame(record: &Record) -> Bytes {
    let mut bytes = alloc::vec![0; HEAD];
    bytes = postcard::to_extend(record, bytes).expect("a vector takes any record");
    let length = u32::try_from(bytes.len() - HEAD).unwrap_or(u32::MAX);
    let sum = xxhash_rust::xxh3::xxh3_64(&bytes[HEAD..]);
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    bytes[4..HEAD].copy_from_slice(&sum.to_le_bytes());
    bytes.into()
}

fn length(bytes: &[u8]) -> Option<usize> {
    let length = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?);
    usize::try_from(length).ok()
}

fn is_torn(bytes: &[u8]) -> bool {
    length(bytes).is_none_or(|length| bytes.len() < HEAD + length)
}

fn parse(bytes: &[u8]) -> Result<Record, Bad> {
    let (head, body) = bytes.split_at_checked(HEAD).ok_or(Bad)?;
    let sum = head.get(4..).and_then(|sum| sum.try_into().ok()).map(u64::from_le_bytes);
    if length(bytes) != Some(body.len()) || sum != Some(xxhash_rust::xxh3::xxh3_64(body)) {
        return Err(Bad);
    }
    postcard::from_bytes(body).map_err(|_| Bad)
}

impl Image {
    pub(super) fn apply(&mut self, record: &Record) {
        let durable = &mut self.durable;
        durable.hard_state = record.hard_state.unwrap_or(durable.hard_state);
        // Of two, the newer stays: one of the leader's may have arrived while the server's own was written.
        if let Some(Snapshot { last, membership, data, keep_suffix }) =
            record.snapshot.as_ref().filter(|snapshot| snapshot.last.index >= durable.base.index)
        {
            durable.entries.retain(|entry| *keep_suffix && entry.id.index > last.index);
            (durable.base, durable.applied, durable.membership) = (*last, last.index, membership.clone());
            self.snapshot = Some(data.clone());
        }
        if let Some(first) = record.entries.first() {
            // Indexes have no gaps, so places are counted; to search a long log for each record takes its time.
            let kept = first.id.index.0.saturating_sub(durable.base.index.0).saturating_sub(1);
            durable.entries.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
            durable.entries.extend_from_slice(&record.entries);
        }
    }
}

impl fmt::Display for Corruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} of {} on the disk is not as it was written", self.record + 1, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raftarium_core::{NodeId, Payload, Term};

    fn record(term: u64, entries: &[u64]) -> Record {
        let entry = |&index: &u64| Entry { id: EntryId::new(LogIndex(index), Term(term)), payload: Payload::NoOp };
        let hard_state = HardState { term: Term(term), vote: None, commit: LogIndex(0) };
        Record { hard_state: Some(hard_state), snapshot: None, entries: entries.iter().map(entry).collect() }
    }

    fn journal(records: &[Record]) -> Journal {
        let mut journal = Journal::new(Membership::new([NodeId(1)]).expect("one voter"));
        records.iter().for_each(|record| journal.write(record));
        journal.sync();
        journal
    }

    fn terms(journal: &mut Journal) -> Vec<u64> {
        let (image, _) = journal.read().expect("nothing is corrupt");
        image.durable.entries.iter().map(|entry| entry.id.term.0).collect()
    }

    #[test]
    fn later_records_overwrite_what_earlier_ones_wrote() {
        let mut journal = journal(&[record(1, &[1, 2, 3]), record(2, &[2])]);
        assert_eq!(terms(&mut journal), [1, 2]);
        assert_eq!(journal.read().expect("whole").0.durable.hard_state.term, Term(2));
    }

    #[test]
    fn a_record_that_is_not_whole_is_dropped_if_it_is_the_last() {
        let mut torn = journal(&[record(1, &[1])]);
        torn.tear(&record(2, &[2]));
        assert!(torn.read().expect("whole, but for the last").1);
        assert_eq!(terms(&mut torn), [1]);
        torn.write(&record(2, &[2]));
        assert_eq!(terms(&mut torn), [1, 2], "and what is written then comes in its place");

        let mut broken = journal(&[]);
        broken.tear(&record(1, &[1]));
        broken.write(&record(1, &[2]));
        assert_eq!(broken.read(), Err(Corruption { record: 0, of: 2 }));
    }

    #[test]
    fn every_bit_that_flips_is_noticed() {
        let whole = journal(&[record(1, &[1, 2]), record(1, &[3])]);
        for bit in 0..400 {
            let mut journal = whole.clone();
            assert!(journal.flip(Some(LogIndex(2)), bit));
            assert_eq!(journal.read(), Err(Corruption { record: 0, of: 2 }), "bit {bit}");
        }
        assert!(!whole.clone().flip(Some(LogIndex(4)), 1), "nothing holds entry 4");
    }

    #[test]
    fn a_power_failure_loses_what_was_only_cached() {
        let mut journal = journal(&[record(1, &[1])]);
        journal.write(&record(1, &[2]));
        assert_eq!(terms(&mut journal.clone()), [1, 1]);
        assert_eq!(journal.lose_cache(), 1);
        assert_eq!(terms(&mut journal), [1]);
    }
}

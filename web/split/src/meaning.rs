//! What an address means: the linker's own notes, which come with the program.
//!
//! An address need not be in what it means. A table that is gone through from its end is named by its end, and one whose first
//! entry has the number 1 by what would be entry 0; so objects that lie side by side are mistaken for each other by all who
//! only look where an address is.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::{Linking, LinkingSectionReader, RelocSectionReader, RelocationType, SymbolInfo};

use crate::Failure;
use crate::data::Segment;

/// How far outside of an object an address is taken to mean it that the linker has not noted, because something made it from
/// another one since; and never farther than a quarter of the object's length.
const OUTSIDE: u32 = 64;

/// What the linker noted.
#[derive(Default)]
pub(crate) struct Meanings {
    /// Where each symbol that is data is: in which segment, and how far from its beginning.
    symbols: Vec<Option<(usize, u32)>>,
    /// The segments that are meant by an address.
    noted: BTreeMap<u32, BTreeSet<usize>>,
}

impl Meanings {
    /// Reads what is where.
    pub(crate) fn read_symbols(&mut self, section: &LinkingSectionReader<'_>) -> Result<(), Failure> {
        for part in section.subsections() {
            if let Linking::SymbolTable(symbols) = part? {
                for symbol in symbols {
                    self.symbols.push(match symbol? {
                        SymbolInfo::Data { symbol: Some(place), .. } => Some((place.index as usize, place.offset)),
                        _ => None,
                    });
                }
            }
        }
        Ok(())
    }

    /// Reads what is named where.
    pub(crate) fn read_uses(
        &mut self,
        section: &RelocSectionReader<'_>,
        segments: &[Segment<'_>],
    ) -> Result<(), Failure> {
        for entry in section.entries() {
            let entry = entry?;
            match entry.ty {
                RelocationType::MemoryAddrLeb | RelocationType::MemoryAddrSleb | RelocationType::MemoryAddrI32 => {}
                _ => continue,
            }
            if let Some(&Some((place, offset))) = self.symbols.get(entry.index as usize)
                && let Some(segment) = segments.get(place)
            {
                let address = i64::from(segment.at) + i64::from(offset) + entry.addend;
                let address = u32::try_from(address).map_err(|_| Failure::Unknown(format!("the address {address}")))?;
                self.noted.entry(address).or_default().insert(place);
            }
        }
        Ok(())
    }

    /// The segments that `address` may mean, if it is one: what the linker noted, or else all that are near.
    pub(crate) fn of(&self, address: u32, segments: &[Segment<'_>], order: &[usize]) -> Vec<usize> {
        if let Some(meant) = self.noted.get(&address) {
            return meant.iter().copied().collect();
        }
        let first = order.partition_point(|&place| segments[place].end().saturating_add(OUTSIDE) < address);
        let near = order[first..].iter().copied();
        let near = near.take_while(|&place| segments[place].at <= address.saturating_add(OUTSIDE));
        near.filter(|&place| may_mean(&segments[place], address)).collect()
    }

    /// The segments that a word in a segment means. The linker notes all of them, so what it has not noted is something else.
    pub(crate) fn of_word(&self, word: u32, segments: &[Segment<'_>], order: &[usize]) -> Vec<usize> {
        if self.noted.is_empty() || self.noted.contains_key(&word) {
            self.of(word, segments, order)
        } else {
            Vec::new()
        }
    }
}

fn may_mean(segment: &Segment<'_>, address: u32) -> bool {
    let outside = ((segment.end() - segment.at) / 4).min(OUTSIDE);
    (segment.at.saturating_sub(outside)..=segment.end().saturating_add(outside)).contains(&address)
}

//! Lists that mostly grow, and of which copies share what they have in common.
//!
//! A world is copied time and again, and much of it is history: what clients asked, what was committed, what is on the
//! disks. A copy of a [`History`] takes a pointer for each [`CHUNK`] elements. (Of the libraries, those without `std`
//! put each element into memory of its own, which costs more than it saves for elements as small as these.)

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Index;

use raftarium_core::LogIndex;
use raftarium_core::sorted::Sorted;

/// How many elements are shared as one.
const CHUNK: usize = 128;

/// A list that is cheap to copy, and to add to at the end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct History<T> {
    /// Each has [`CHUNK`] elements.
    full: Arc<Vec<Arc<Vec<T>>>>,
    /// Fewer than [`CHUNK`].
    rest: Vec<T>,
}

impl<T> Default for History<T> {
    fn default() -> Self {
        Self { full: Arc::default(), rest: Vec::new() }
    }
}

impl<T> History<T> {
    /// How many elements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.full.len() * CHUNK + self.rest.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.full.is_empty() && self.rest.is_empty()
    }

    /// The element at a place, from 0.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&T> {
        match self.full.get(place / CHUNK) {
            Some(chunk) => chunk.get(place % CHUNK),
            None => self.rest.get(place - self.full.len() * CHUNK),
        }
    }

    /// The last element.
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.get(self.len().checked_sub(1)?)
    }

    /// All elements, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.full.iter().flat_map(|chunk| chunk.iter()).chain(&self.rest)
    }

    /// About how many bytes a copy takes that it does not share.
    pub(crate) fn copy_bytes(&self) -> usize {
        self.full.len() * size_of::<Arc<Vec<T>>>() + CHUNK * size_of::<T>()
    }
}

impl<T: Clone> History<T> {
    pub(crate) fn push(&mut self, element: T) {
        if self.rest.capacity() == 0 {
            self.rest.reserve_exact(4);
        }
        self.rest.push(element);
        if self.rest.len() == CHUNK {
            let chunk = core::mem::take(&mut self.rest);
            Arc::make_mut(&mut self.full).push(Arc::new(chunk));
        }
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        if self.rest.is_empty() {
            let chunk = Arc::make_mut(&mut self.full).pop()?;
            self.rest = Arc::unwrap_or_clone(chunk);
        }
        self.rest.pop()
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        while self.len() > length {
            if self.rest.is_empty() || length < self.full.len() * CHUNK {
                self.rest.clear();
                let Some(chunk) = Arc::make_mut(&mut self.full).pop() else { return };
                self.rest = Arc::unwrap_or_clone(chunk);
            }
            self.rest.truncate(length.saturating_sub(self.full.len() * CHUNK));
        }
    }

    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        let full = self.full.len();
        if place / CHUNK < full {
            let chunk = Arc::make_mut(&mut self.full).get_mut(place / CHUNK)?;
            return Arc::make_mut(chunk).get_mut(place % CHUNK);
        }
        self.rest.get_mut(place - full * CHUNK)
    }

    pub(crate) fn to_vec(&self) -> Vec<T> {
        self.iter().cloned().collect()
    }
}

impl<T> Index<usize> for History<T> {
    type Output = T;

    fn index(&self, place: usize) -> &T {
        self.get(place).expect("the place is in the history")
    }
}

/// What is known of each entry, from index 1 on. What comes out of order waits until there is what is before it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ByIndex<T> {
    dense: History<T>,
    ahead: Sorted<LogIndex, T>,
}

impl<T> Default for ByIndex<T> {
    fn default() -> Self {
        Self { dense: History::default(), ahead: Sorted::new() }
    }
}

impl<T: Clone> ByIndex<T> {
    pub(crate) fn get(&self, index: LogIndex) -> Option<&T> {
        place(index).and_then(|place| self.dense.get(place)).or_else(|| self.ahead.get(&index))
    }

    pub(crate) fn insert(&mut self, index: LogIndex, known: T) {
        if let Some(old) = place(index).filter(|&place| place < self.dense.len()).and_then(|at| self.dense.get_mut(at))
        {
            *old = known;
            return;
        }
        self.ahead.insert(index, known);
        while let Some(next) = self.ahead.remove(&LogIndex(self.dense.len() as u64 + 1)) {
            self.dense.push(next);
        }
    }

    pub(crate) fn copy_bytes(&self) -> usize {
        self.dense.copy_bytes() + self.ahead.len() * (size_of::<T>() + size_of::<LogIndex>())
    }
}

fn place(index: LogIndex) -> Option<usize> {
    usize::try_from(index.0.checked_sub(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_list_that_it_would_be_without_sharing() {
        let (mut history, mut list) = (History::default(), Vec::new());
        let mut copies: Vec<(History<usize>, Vec<usize>)> = Vec::new();
        for round in 0..2_000_usize {
            match round * 7_919 % 11 {
                0 if round % 5 == 0 => {
                    let length = round * 31 % (list.len() + 1);
                    history.truncate(length);
                    list.truncate(length);
                }
                1 => assert_eq!(history.pop(), list.pop()),
                2 if !list.is_empty() => {
                    let place = round * 17 % list.len();
                    *history.get_mut(place).expect("it is there") = round;
                    list[place] = round;
                }
                _ => (0..9).for_each(|more| {
                    history.push(round + more);
                    list.push(round + more);
                }),
            }
            if round % 100 == 0 {
                copies.push((history.clone(), list.clone()));
            }
            assert_eq!((history.len(), history.last()), (list.len(), list.last()));
            assert_eq!(history.get(list.len()), None);
        }
        copies.push((history, list));
        for (history, list) in copies {
            assert_eq!(history.to_vec(), list, "nothing that is done to one is done to a copy");
            assert!(history.iter().rev().eq(list.iter().rev()));
            let mut again = History::default();
            list.iter().for_each(|&element| again.push(element));
            assert_eq!(history, again, "however it came to be");
        }
    }

    #[test]
    fn what_comes_out_of_order_is_found_all_the_same() {
        let mut known = ByIndex::default();
        for index in [1, 2, 7, 5, 3, 4, u64::MAX, 6, 0, 2] {
            known.insert(LogIndex(index), index + u64::from(index == 0));
        }
        for (index, expected) in [(0, Some(1)), (2, Some(2)), (7, Some(7)), (8, None), (u64::MAX, Some(u64::MAX))] {
            assert_eq!(known.get(LogIndex(index)).copied(), expected, "{index}");
        }
        assert_eq!(known.dense.len(), 7, "in one piece");
    }
}

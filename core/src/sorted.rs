//! A map in order of its keys, in one piece of memory.
//!
//! Most of a server's maps have few keys, or get new ones at the end and lose old ones at the front: that is quick here, a
//! copy is one allocation, and the code is a tenth of a B-tree's, which counts for pages that download it. A new key in the
//! midst of very many moves half of them.

use alloc::collections::VecDeque;
use core::fmt;
use core::ops::{Index, RangeBounds};

/// A map in order of its keys. What is not said of a method is as in [`BTreeMap`](alloc::collections::BTreeMap).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sorted<K, V> {
    pairs: VecDeque<(K, V)>,
}

/// A set in order.
pub type SortedSet<K> = Sorted<K, ()>;

/// The place of a key.
#[derive(Debug)]
pub enum Entry<'a, K, V> {
    /// The key is there.
    Occupied(&'a mut V),
    /// It is not.
    Vacant(Vacant<'a, K, V>),
}

/// Where a key would be.
#[derive(Debug)]
pub struct Vacant<'a, K, V> {
    pairs: &'a mut VecDeque<(K, V)>,
    place: usize,
    key: K,
}

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Sorted<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K, V> Sorted<K, V> {
    /// Without any key.
    #[must_use]
    pub const fn new() -> Self {
        Self { pairs: VecDeque::new() }
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Takes all away.
    pub fn clear(&mut self) {
        self.pairs.clear();
    }

    /// All keys with their values, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> + ExactSizeIterator + Clone {
        self.pairs.iter().map(pair)
    }

    /// All keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.pairs.iter().map(|(key, _)| key)
    }

    /// All values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.pairs.iter().map(|(_, value)| value)
    }

    /// The first key, with its value.
    #[must_use]
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.pairs.front().map(pair)
    }

    /// The last key, with its value.
    #[must_use]
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.pairs.back().map(pair)
    }

    /// Takes the first key away.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        self.pairs.pop_front()
    }

    /// Keeps what `keep` says.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.pairs.retain_mut(|(key, value)| keep(key, value));
    }
}

impl<K: Ord, V> Sorted<K, V> {
    /// Where `key` is, or where it would be.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: core::borrow::Borrow<Q>,
    {
        // New keys mostly come at the end.
        if self.pairs.back().is_none_or(|(last, _)| last.borrow() < key) {
            return Err(self.pairs.len());
        }
        self.pairs.binary_search_by(|(other, _)| other.borrow().cmp(key))
    }

    /// The value of `key`.
    #[must_use]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: core::borrow::Borrow<Q>,
    {
        self.find(key).ok().map(|place| &self.pairs[place].1)
    }

    /// The value of `key`, to be changed.
    #[must_use]
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: core::borrow::Borrow<Q>,
    {
        self.find(key).ok().map(|place| &mut self.pairs[place].1)
    }

    /// Whether `key` is there.
    #[must_use]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: core::borrow::Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// The place of `key`.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        match self.find(&key) {
            Ok(place) => Entry::Occupied(&mut self.pairs[place].1),
            Err(place) => Entry::Vacant(Vacant { pairs: &mut self.pairs, place, key }),
        }
    }

    /// Gives `key` a value, and hands out the one that it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.entry(key) {
            Entry::Occupied(old) => Some(core::mem::replace(old, value)),
            Entry::Vacant(place) => {
                place.insert(value);
                None
            }
        }
    }

    /// Takes `key` away.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: core::borrow::Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        self.pairs.remove(place).map(|(_, value)| value)
    }

    /// Takes `key` and all that come after it away, and hands them out.
    #[must_use]
    pub fn split_off(&mut self, key: &K) -> Self {
        let (Ok(place) | Err(place)) = self.find(key);
        Self { pairs: self.pairs.split_off(place) }
    }

    /// The keys in `keys` with their values, in order.
    pub fn range(&self, keys: impl RangeBounds<K>) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        use core::ops::Bound::{Excluded, Included, Unbounded};
        let start = match keys.start_bound() {
            Included(first) => self.pairs.partition_point(|(key, _)| key < first),
            Excluded(before) => self.pairs.partition_point(|(key, _)| key <= before),
            Unbounded => 0,
        };
        let end = match keys.end_bound() {
            Included(last) => self.pairs.partition_point(|(key, _)| key <= last),
            Excluded(after) => self.pairs.partition_point(|(key, _)| key < after),
            Unbounded => self.pairs.len(),
        };
        self.pairs.range(start..end.max(start)).map(pair)
    }
}

const fn pair<K, V>((key, value): &(K, V)) -> (&K, &V) {
    (key, value)
}

impl<'a, K, V> Entry<'a, K, V> {
    /// The value that is there, or else `value`.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// The value that is there, or else what `make` makes.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        match self {
            Self::Occupied(value) => value,
            Self::Vacant(place) => place.insert(make()),
        }
    }

    /// The value that is there, or else the default one.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

impl<'a, K, V> Vacant<'a, K, V> {
    /// Gives the key a value.
    pub fn insert(self, value: V) -> &'a mut V {
        self.pairs.insert(self.place, (self.key, value));
        &mut self.pairs[self.place].1
    }
}

impl<K: Ord> SortedSet<K> {
    /// Whether `key` is there.
    #[must_use]
    pub fn contains<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: core::borrow::Borrow<Q>,
    {
        self.contains_key(key)
    }

    /// Puts `key` in, and says whether it was not there.
    pub fn put(&mut self, key: K) -> bool {
        self.insert(key, ()).is_none()
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Sorted<K, V> {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(pairs: T) -> Self {
        let mut map = Self::new();
        map.extend(pairs);
        map
    }
}

impl<K: Ord, V> Extend<(K, V)> for Sorted<K, V> {
    fn extend<T: IntoIterator<Item = (K, V)>>(&mut self, pairs: T) {
        for (key, value) in pairs {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for Sorted<K, V> {
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<'a, K, V> IntoIterator for &'a Sorted<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = core::iter::Map<alloc::collections::vec_deque::Iter<'a, (K, V)>, fn(&'a (K, V)) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.pairs.iter().map(pair)
    }
}

impl<K: Ord, V> Index<&K> for Sorted<K, V> {
    type Output = V;

    fn index(&self, key: &K) -> &V {
        self.get(key).expect("the key is there")
    }
}

#[cfg(feature = "serde")]
mod wire {
    use core::fmt;
    use core::marker::PhantomData;

    use serde::de::{MapAccess, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Sorted;

    impl<K: Serialize, V: Serialize> Serialize for Sorted<K, V> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self)
        }
    }

    impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for Sorted<K, V> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(Pairs(PhantomData))
        }
    }

    struct Pairs<K, V>(PhantomData<(K, V)>);

    impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for Pairs<K, V> {
        type Value = Sorted<K, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
            let mut map = Sorted::new();
            while let Some((key, value)) = access.next_entry()? {
                map.insert(key, value);
            }
            Ok(map)
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;
    use alloc::vec::Vec;

    use super::*;

    /// What a random walk does to both.
    #[test]
    fn it_does_what_a_b_tree_does() {
        for seed in 0..50_u64 {
            let (mut ours, mut theirs) = (Sorted::new(), BTreeMap::new());
            let mut state = seed;
            for step in 0..300_u64 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let key = (state >> 33) % 40;
                match (state >> 20) % 8 {
                    0..=3 => assert_eq!(ours.insert(key, step), theirs.insert(key, step)),
                    4 => assert_eq!(ours.remove(&key), theirs.remove(&key)),
                    5 => assert_eq!(ours.pop_first(), theirs.pop_first()),
                    6 => assert_eq!(*ours.entry(key).or_insert(step), *theirs.entry(key).or_insert(step)),
                    _ if step % 50 == 0 => assert!(ours.split_off(&key).iter().eq(theirs.split_off(&key).iter())),
                    _ => {
                        ours.retain(|other, value| (*other + *value) % 7 != 0);
                        theirs.retain(|other, value| (*other + *value) % 7 != 0);
                    }
                }
                assert!(ours.iter().eq(&theirs), "seed {seed}, step {step}");
                assert_eq!(ours.get(&key), theirs.get(&key));
                assert!(ours.range(key..key + 9).eq(theirs.range(key..key + 9)));
                assert!(ours.range(..=key).eq(theirs.range(..=key)));
                assert_eq!(
                    (ours.first_key_value(), ours.last_key_value()),
                    (theirs.first_key_value(), theirs.last_key_value())
                );
            }
        }
    }

    #[test]
    fn a_range_that_ends_before_it_begins_is_empty() {
        let set: SortedSet<u32> = [3, 1, 2].into_iter().map(|key| (key, ())).collect();
        assert_eq!(set.keys().copied().collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(set.range((core::ops::Bound::Excluded(2), core::ops::Bound::Included(1))).count(), 0);
    }
}

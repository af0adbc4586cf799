//! The only chance in the page: a seed for a person who wants any.

/// A seed short enough to be said aloud.
pub(crate) fn seed() -> u64 {
    const BELOW: u64 = 1_000_000;
    // A browser always has entropy; without it, any seed will do.
    getrandom::u64().unwrap_or_default() % BELOW
}

//! Randomness as a pure function: the same arguments give the same number on every machine, for ever.

/// Mixes the bits of `x`: each bit of the result depends on each bit of `x`.
///
/// It is the finaliser of SplitMix64 (Steele, Lea, Flood 2014), fixed here because a run that is shared today must be
/// the same run next year.
#[must_use]
pub const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A number drawn for `words`, the same for the same words, as good as random for others.
#[must_use]
pub fn draw(words: &[u64]) -> u64 {
    words.iter().fold(0, |state, &word| mix(state ^ mix(word)))
}

/// Brings a drawn number into `low..=high`; `high` must not be less than `low`.
#[must_use]
pub fn within(drawn: u64, low: u64, high: u64) -> u64 {
    let width = u128::from(high.saturating_sub(low)) + 1;
    // The high half of a 128-bit product: a multiplication instead of a division, and no bias that matters here.
    let offset = (u128::from(drawn) * width) >> 64;
    low + u64::try_from(offset).expect("less than width, which is at most 2^64")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_never_change() {
        // Written down once: a run that somebody shared depends on these numbers.
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(draw(&[42, 1, 0, 0]), draw(&[42, 1, 0, 0]));
        assert_ne!(draw(&[42, 1, 0, 0]), draw(&[42, 0, 1, 0]));
    }

    #[test]
    fn within_keeps_its_bounds() {
        for (drawn, low, high, expected) in [
            (0, 150, 300, 150),
            (u64::MAX, 150, 300, 300),
            (u64::MAX / 2, 0, 9, 4),
            (u64::MAX, 7, 7, 7),
            (u64::MAX, 0, u64::MAX, u64::MAX),
        ] {
            assert_eq!(within(drawn, low, high), expected, "{drawn} in {low}..={high}");
        }
    }
}

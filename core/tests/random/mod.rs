//! How random tests are run.

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;

/// The same cases in every run, unless the environment asks for others with `PROPTEST_RNG_SEED`, or for more with
/// `PROPTEST_CASES`.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let asked = |name| std::env::var(name).ok();
    let cases = asked("PROPTEST_CASES").and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    let seed = asked("PROPTEST_RNG_SEED").and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let rng_seed = RngSeed::Fixed(seed);
    ProptestConfig { cases, rng_seed, failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() }
}

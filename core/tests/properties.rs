//! Random inputs. A case that fails is printed, as small as it could be made, in a form that can be pasted into a test.

mod harness;
mod hostile;
mod world;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// The same cases in every run, unless the environment asks for others with `PROPTEST_RNG_SEED`, or for more with
/// `PROPTEST_CASES`.
fn config(cases: u32) -> ProptestConfig {
    let asked = |name| std::env::var(name).ok();
    let cases = asked("PROPTEST_CASES").and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    let seed = asked("PROPTEST_RNG_SEED").and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let rng_seed = RngSeed::Fixed(seed);
    ProptestConfig { cases, rng_seed, failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(200))]

    /// Crashes, held disks, and messages that are lost, doubled and reordered: after each step, `harness::safety`
    /// checks what the paper guarantees.
    #[test]
    fn a_cluster_is_safe_whatever_happens(size in world::size(), settings in world::settings(), ranked in any::<bool>(), steps in vec(world::step(), 1..400)) {
        world::run(size, &settings, ranked, &steps);
    }

    /// And when nothing goes wrong any more, it comes to an agreement (§5.4.3, "timing and availability").
    #[test]
    fn a_cluster_recovers_when_nothing_goes_wrong_any_more(size in world::size(), settings in world::settings(), ranked in any::<bool>(), steps in vec(world::step(), 1..200)) {
        let cluster = world::run(size, &settings, ranked, &steps);
        world::recovers(cluster);
    }
}

proptest! {
    #![proptest_config(config(1_000))]

    /// Any public input in any state: never a panic, and what is refused changes nothing.
    #[test]
    fn no_input_does_harm(disk in hostile::disk(), settings in hostile::settings(), inputs in vec(hostile::input(), 1..100)) {
        hostile::run(disk, settings, &inputs);
    }

    /// Any disk: it is started from, or it is refused.
    #[test]
    fn no_disk_does_harm(disk in hostile::any_disk(), settings in hostile::settings(), inputs in vec(hostile::input(), 1..30)) {
        hostile::run(disk, settings, &inputs);
    }
}

//! Random worlds in which rules are broken: nothing panics, and what checks the rules finds it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::test_runner::{Config, RngSeed};
use raftarium_core::{Mistake, Mistakes};

use super::world;

fn config(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..Config::default() }
}

fn mistakes() -> impl Strategy<Value = Mistakes> {
    subsequence(Mistake::ALL.to_vec(), 1..4).prop_map(Mistakes::from_iter)
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn whatever_rules_are_broken_nothing_panics(
        size in world::size(),
        settings in world::settings(),
        ranked in any::<bool>(),
        mistakes in mistakes(),
        steps in vec(world::step(), 1..300),
    ) {
        let settings = raftarium_core::Settings { mistakes, ..settings };
        let cluster = world::run(size, &settings, ranked, &steps);
        // Findings are expected; that this line is reached is what counts.
        let _ = cluster.findings();
    }
}

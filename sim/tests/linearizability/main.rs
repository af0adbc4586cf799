//! The linearizability checks, against each other and against trying everything.

mod generate;
mod oracle;
mod table;
mod whole;

use generate::{Event, Shape};
use oracle::{is_linearizable, online, operations, searched, tell, tried};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use raftarium_sim::linear::{KeyCheck, Search, Verdict};

/// The same cases in every run, unless the environment asks for others with `PROPTEST_RNG_SEED`, or for more with
/// `PROPTEST_CASES`.
fn config(cases: u32) -> ProptestConfig {
    let asked = |name| std::env::var(name).ok();
    let cases = asked("PROPTEST_CASES").and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    let seed = asked("PROPTEST_RNG_SEED").and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let rng_seed = RngSeed::Fixed(seed);
    ProptestConfig {
        cases,
        rng_seed,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        max_global_rejects: cases / 10,
        ..ProptestConfig::default()
    }
}

fn mix() -> impl Strategy<Value = [u64; 5]> {
    let one = || prop_oneof![1 => Just(0_u64), 3 => 1..6_u64];
    [one(), one(), one(), one(), one()].prop_map(|mix| if mix.iter().sum::<u64>() == 0 { [1; 5] } else { mix })
}

fn shape(clients: std::ops::Range<usize>, ops: std::ops::Range<u32>) -> impl Strategy<Value = Shape> {
    let unknown = prop_oneof![2 => Just(0), 1 => 1..30_u64];
    let never = prop_oneof![2 => Just(0), 1 => 1..20_u64];
    (clients, ops, 0..5_u64, unknown, never, mix()).prop_map(|(clients, ops, values, unknown, never, mix)| Shape {
        clients,
        ops,
        values,
        unknown,
        never,
        mix,
    })
}

/// Whether anything was answered after it had ended as unknown.
fn is_late(events: &[Event]) -> bool {
    let given_up = |id| events.iter().any(|event| matches!(event, Event::Unknown(unknown) if *unknown == id));
    events.iter().any(|event| match event {
        Event::Return(id, _) | Event::Never(id) => given_up(*id),
        Event::Call(..) | Event::Apply(..) | Event::Unknown(_) => false,
    })
}

proptest! {
    #![proptest_config(config(1_500))]

    /// After every event of a small history, damaged or not, the check that runs along, the full search and the one
    /// that tries everything say the same.
    /// Only of a late answer to one of several equal operations that had ended as unknown may the first be less strict:
    /// it does not tell them apart.
    #[test]
    fn all_checks_agree_with_trying_everything(seed in any::<u64>(), shape in shape(1..5, 1..7), damaged in 0..3_u64) {
        let mut events = generate::history(seed, &shape);
        (0..damaged).for_each(|more| generate::damage(seed + more, &shape, &mut events));
        let mut check = KeyCheck::default();
        for (place, event) in events.iter().enumerate() {
            tell(&mut check, event);
            if matches!(event, Event::Return(..) | Event::Never(_)) {
                let ops = operations(&events[..=place]);
                let right = is_linearizable(&ops);
                if !right && check.verdict() == Verdict::Linearizable && is_late(&events[..=place]) {
                    break;
                }
                let expected = if right { Verdict::Linearizable } else { Verdict::Violated };
                prop_assert_eq!(check.verdict(), expected, "after event {} of {:?}", place, &events[..=place]);
                prop_assert_eq!(searched(&events[..=place]).is_none(), right);
                if !right {
                    break;
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn what_an_atomic_key_does_is_linearizable(seed in any::<u64>(), shape in shape(1..9, 10..120)) {
        let events = generate::history(seed, &shape);
        let (verdict, violation) = online(&events);
        prop_assert_eq!(violation, None, "{:?}", &events);
        prop_assert_ne!(verdict, Verdict::Violated);
    }

    /// Of a history without refusals, the search names the same return as the check that runs along.
    #[test]
    fn the_search_and_the_check_find_the_same_return(seed in any::<u64>(), shape in shape(1..6, 10..60), damaged in 0..4_u64) {
        let shape = Shape { never: 0, ..shape };
        let mut events = generate::history(seed, &shape);
        (0..damaged).for_each(|more| generate::damage(seed + more, &shape, &mut events));
        let (verdict, violation) = online(&events);
        // Both say so when it is too much for them; how often that is for the check, another test says.
        prop_assume!(!matches!(verdict, Verdict::Inconclusive(_)));
        let tried = tried(&events);
        prop_assume!(tried.is_some());
        let searched = match tried {
            Some(Search::Violated(witness)) => Some(witness.place),
            Some(Search::Linearizable { .. } | Search::GaveUp) | None => None,
        };
        prop_assert!(violation == searched || violation > searched && is_late(&events), "{:?} {:?}", violation, searched);
    }
}

/// How much is too much for the check that runs along: hardly anything, even if a tenth of the operations end as
/// unknown; the exception is a key that is written, compared and counted at once by many.
#[test]
fn few_histories_are_too_much() {
    let mut wrong = Vec::new();
    for (clients, unknown, mix, most) in [
        (4, 0, [1, 1, 1, 1, 1], 0),
        (8, 0, [1, 1, 1, 1, 0], 0),
        (8, 0, [1, 0, 0, 0, 1], 0),
        (8, 0, [1, 1, 1, 1, 1], 2),
        (5, 10, [2, 2, 0, 0, 0], 0),
        (5, 10, [2, 2, 1, 1, 0], 0),
        (5, 10, [1, 0, 0, 0, 1], 0),
        (5, 10, [1, 1, 1, 1, 1], 4),
        (5, 30, [2, 2, 1, 1, 0], 0),
    ] {
        let shape = Shape { clients, ops: 100, values: 0, unknown, never: 0, mix };
        let verdicts = (0..40).map(|seed| online(&generate::history(seed, &shape)).0);
        let inconclusive: Vec<Verdict> =
            verdicts.filter(|verdict| matches!(verdict, Verdict::Inconclusive(_))).collect();
        if inconclusive.len() > most {
            wrong.push((
                clients,
                unknown,
                mix,
                inconclusive.len(),
                inconclusive[0],
                inconclusive[inconclusive.len() - 1],
            ));
        }
    }
    assert_eq!(wrong, []);
}

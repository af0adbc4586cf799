//! Random inputs. A case that fails is printed, as small as it could be made, in a form that can be pasted into a test.

mod harness;
mod hostile;
mod random;
mod world;

use proptest::collection::vec;
use proptest::prelude::*;
use random::config;

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

//! Random operations against models so simple that they are right by looking at them: the log of a follower and what is
//! on its disk, the membership that is in force, how memberships change, and majorities.

#[path = "../harness/mod.rs"]
mod harness;
#[path = "../random/mod.rs"]
mod random;

mod changes;
mod follower;
mod host;
mod leaders;
mod quorums;

use proptest::collection::vec;
use proptest::prelude::*;
use random::config;

proptest! {
    #![proptest_config(config(1_000))]

    /// Whatever leaders of many terms say, in whatever order, however often, and whenever it crashes: a follower has the
    /// log, the commit index, the memberships and the disk that the model has.
    #[test]
    fn a_follower_does_what_the_model_does(joins in any::<bool>(), steps in vec(host::step(), 1..150)) {
        host::run(joins, &steps);
    }
}

proptest! {
    #![proptest_config(config(200))]

    /// A leader takes and refuses changes as the model does, and any two majorities of a membership and the next meet.
    #[test]
    fn memberships_change_as_the_model_does(steps in vec(changes::step(), 1..20)) {
        changes::run(&steps);
    }
}

proptest! {
    #![proptest_config(config(2_000))]

    /// The same of memberships alone, of any shape.
    #[test]
    fn each_transition_is_the_models(transitions in vec((vec(changes::change(4), 0..5), changes::how()), 1..8)) {
        changes::follow(&transitions);
    }
}

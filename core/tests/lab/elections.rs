//! Who leads: votes and memberships.

use raftarium_core::Change::{AddVoter, Remove};
use raftarium_core::{Message, Mistakes, Transition};

use super::{Told, cluster, end, joined_by, try_to_elect};
use crate::harness::id;

/// S1 asks in term 1, and again in term 2, which S3 wins; then S2's vote of term 1 arrives.
pub(super) fn a_vote_arrives_in_the_next_term_5_2(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |_| {});
    cluster.campaign(1);
    cluster.deliver(1, 2);
    let from_2 = |message: &Message| message.from == id(2);
    let late = cluster.wire.iter().find(|message| from_2(message)).cloned().expect("S2 has voted");
    cluster.wire.clear();
    cluster.campaign(1);
    try_to_elect(&mut cluster, 3, &[2, 3]);
    assert_eq!((cluster.term(1), cluster.term(3), cluster.leader()), (2, 2, Some(3)));
    cluster.receive(late).expect("a vote");
    end(&cluster)
}

/// S2 commits a command on S2 and S3. S1, which lacks it, asks S3, which has seen higher terms.
pub(super) fn a_refusal_of_a_higher_term_elects_5_1(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |_| {});
    cluster.partition(&[&[2, 3]]);
    cluster.elect(2);
    cluster.propose(2, "x").expect("the leader");
    cluster.deliver_all();
    cluster.partition(&[&[3]]);
    for _ in 0..4 {
        cluster.campaign(3);
        cluster.wire.clear();
    }
    cluster.campaign(1);
    cluster.wire.clear();
    cluster.partition(&[&[1, 3]]);
    cluster.campaign(1);
    cluster.deliver_all();
    end(&cluster)
}

/// S3 was cut off while a command was committed on S1 and S2.
pub(super) fn a_server_that_is_behind_is_elected_5_4_1(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |_| {});
    cluster.partition(&[&[1, 2]]);
    cluster.elect(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    cluster.crash(1);
    try_to_elect(&mut cluster, 3, &[2, 3]);
    end(&cluster)
}

/// The mistake of 2015: S1 of four appends "add S5" on S1 and S5; S2 leads, and commits "remove S1" on S2 and S3; S1
/// comes back, and S4 and S5 elect it.
pub(super) fn changes_of_two_terms_both_find_a_majority_4_1(mistakes: Mistakes) -> Told {
    let mut cluster = joined_by(4, 1, mistakes, |_| {});
    cluster.elect(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    cluster.partition(&[&[1, 5], &[2, 3, 4]]);
    cluster.change(1, &[AddVoter(id(5))], Transition::Auto).expect("the leader of term 1");
    cluster.pass(60);
    cluster.campaign(2);
    cluster.deliver_all();
    cluster.partition(&[&[2, 3]]);
    // With the rule, it is refused.
    let _ = cluster.change(2, &[Remove(id(1))], Transition::Auto);
    cluster.deliver_all();
    cluster.crash(1);
    cluster.restart(1);
    try_to_elect(&mut cluster, 1, &[1, 4, 5]);
    end(&cluster)
}

/// S1 removes S3 and then S2. S2 and S3, whose state machines stand still, elect S2; S1 alone commits, and so do they.
pub(super) fn two_that_applied_no_removal_elect_each_other_4_1(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |_| {});
    cluster.elect(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.pass(60);
    (2..=3).for_each(|number| cluster.server_mut(number).stands_still = true);
    cluster.partition(&[&[1, 2]]);
    for removed in [3, 2] {
        cluster.change(1, &[Remove(id(removed))], Transition::Auto).expect("the leader");
        cluster.deliver_all();
    }
    cluster.propose(1, "of S1").expect("the leader");
    try_to_elect(&mut cluster, 2, &[2, 3]);
    // With the rule, it does not lead.
    let _ = cluster.propose(2, "of S2");
    cluster.deliver_all();
    end(&cluster)
}

/// S1 enters a joint membership, commits it, and leaves it with an entry that reaches S2 only. Then S2 leads.
pub(super) fn a_joint_membership_that_is_left_already_4_3(mistakes: Mistakes) -> Told {
    let mut cluster = joined_by(3, 2, mistakes, |_| {});
    cluster.elect(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.pass(60);
    cluster.change(1, &[AddVoter(id(4)), AddVoter(id(5))], Transition::Auto).expect("the leader");
    (2..=5).for_each(|number| cluster.deliver(1, number));
    (2..=5).for_each(|number| cluster.deliver(number, 1));
    assert!(!cluster.node(1).membership().is_joint(), "S1 has left it");
    cluster.deliver(1, 2);
    cluster.crash(1);
    try_to_elect(&mut cluster, 2, &[2, 3, 4, 5]);
    end(&cluster)
}

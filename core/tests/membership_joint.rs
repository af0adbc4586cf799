//! Joint memberships, by which any number of servers may change at once: §6, and §4.3 of the dissertation.

mod harness;

use harness::{Cluster, id, voters};
use raftarium_core::Change::{AddLearner, AddVoter, Remove};
use raftarium_core::quorum::VoteResult;
use raftarium_core::{ChangeError, MembershipChangeError, Outcome, Payload, Role, Settings, Transition};

fn everything(settings: &mut Settings) {
    *settings = Settings::default();
}

/// So many voters and joiners, of which S1 leads.
fn led_by_1(voters: u64, joiners: u64) -> Cluster {
    let mut cluster = Cluster::with_joiners(voters, joiners, |_, settings| everything(settings));
    cluster.elect(1);
    cluster.pass(100);
    cluster
}

fn voters_of(cluster: &Cluster, number: u64) -> Vec<u64> {
    cluster.node(number).membership().voters().iter().map(|voter| voter.0).collect()
}

/// How many entries of a log change the membership.
fn changes(cluster: &Cluster, number: u64) -> usize {
    let is_change = |payload: &Payload| matches!(payload, Payload::Membership(_));
    cluster.node(number).log().entries().iter().filter(|entry| is_change(&entry.payload)).count()
}

#[test]
fn a_direct_switch_from_three_to_five_would_have_two_majorities_4_3() {
    let (three, five) = (voters(3), voters(5));
    let by = |ids: &'static [u64]| move |voter: raftarium_core::NodeId| Some(ids.contains(&voter.0));
    assert_eq!(three.vote_result(by(&[1, 2])), VoteResult::Won);
    assert_eq!(five.vote_result(by(&[3, 4, 5])), VoteResult::Won, "in the same term");
    let switch = [AddVoter(id(4)), AddVoter(id(5))];
    assert_eq!(three.simple(&switch), Err(ChangeError::NeedsJoint { changed: 2 }));
    let joint = three.enter_joint(&switch, true).expect("voters");
    assert_eq!(joint.vote_result(by(&[1, 2])), VoteResult::Lost);
    assert_eq!(joint.vote_result(by(&[3, 4, 5])), VoteResult::Lost);
    assert_eq!(joint.vote_result(by(&[2, 3, 4])), VoteResult::Won);
}

#[test]
fn several_servers_join_through_a_joint_membership_that_is_left_by_itself_4_3() {
    let mut cluster = led_by_1(3, 2);
    let change = [AddVoter(id(4)), AddVoter(id(5))];
    let joint = cluster.change(1, &change, Transition::Auto).expect("the leader");
    assert!(cluster.node(1).membership().is_joint(), "it holds as soon as it is appended");
    cluster.pass(200);
    for number in 1..=5 {
        assert_eq!(voters_of(&cluster, number), [1, 2, 3, 4, 5], "S{number}");
        assert!(!cluster.node(number).membership().is_joint(), "S{number}");
    }
    assert_eq!(changes(&cluster, 1), 2, "one enters it, one leaves it");
    let told = cluster.server(1).resolved.iter().find(|told| told.first == joint.index);
    assert_eq!(told.map(|told| told.outcome), Some(Outcome::Committed));
    cluster.assert_states_equal(&[1, 2, 3, 4, 5]);
}

#[test]
fn neither_half_of_a_joint_membership_can_elect_alone_4_3() {
    for (half, wins) in [(&[1, 2][..], false), (&[3, 4, 5], false), (&[2, 3, 4], true)] {
        let mut cluster = Cluster::with_joiners(3, 2, |_, _| {});
        cluster.elect(1);
        let change = [AddVoter(id(4)), AddVoter(id(5))];
        cluster.change(1, &change, Transition::JointUntilLeft).expect("the leader");
        (2..=5).for_each(|to| cluster.deliver(1, to));
        cluster.wire.clear();
        cluster.pass(60);
        cluster.partition(&[half]);
        let candidate = *half.last().expect("servers");
        cluster.campaign(candidate);
        cluster.deliver_all();
        assert_eq!(cluster.node(candidate).role() == Role::Leader, wins, "{half:?}");
    }
}

#[test]
fn a_leader_that_is_lost_in_either_phase_leaves_the_change_to_the_next_4_3() {
    // The joint entry reaches S2 only; or all, and the one that leaves it S2 only.
    for phase in 1..=2 {
        let mut cluster = led_by_1(3, 2);
        let change = [AddVoter(id(4)), AddVoter(id(5)), Remove(id(1))];
        cluster.change(1, &change, Transition::Auto).expect("the leader");
        if phase == 2 {
            (2..=5).for_each(|to| cluster.deliver(1, to));
            cluster.pass(0);
        } else {
            cluster.deliver(1, 2);
        }
        cluster.wire.clear();
        cluster.crash(1);
        cluster.pass(5_000);
        let leader = cluster.leader().expect("the others elect one");
        assert_eq!((voters_of(&cluster, leader), changes(&cluster, leader)), (vec![2, 3, 4, 5], 2), "phase {phase}");
        assert!(!cluster.node(leader).membership().is_joint(), "left once, by whoever led then");
    }
}

#[test]
fn a_joint_membership_can_be_left_by_hand_4_3() {
    let mut cluster = led_by_1(3, 1);
    let change = [AddVoter(id(4))];
    cluster.change(1, &change, Transition::JointUntilLeft).expect("the leader");
    let pending = cluster.leave_joint(1);
    assert!(matches!(pending, Err(MembershipChangeError::Pending { .. })), "{pending:?}");
    cluster.pass(500);
    assert!(cluster.node(1).membership().is_joint());
    let refused = cluster.change(1, &[Remove(id(2))], Transition::Auto);
    assert_eq!(refused, Err(MembershipChangeError::Change(ChangeError::AlreadyJoint)));
    cluster.leave_joint(1).expect("it is joint, and committed");
    cluster.pass(100);
    assert_eq!((voters_of(&cluster, 4), changes(&cluster, 4)), (vec![1, 2, 3, 4], 2));
    assert_eq!(cluster.leave_joint(1), Err(MembershipChangeError::Change(ChangeError::NotJoint)));
}

#[test]
fn voters_can_become_learners_at_once_or_through_a_joint_membership_4_3() {
    for how in [Transition::Auto, Transition::Joint] {
        let mut cluster = led_by_1(3, 0);
        cluster.change(1, &[AddLearner(id(3))], how).expect("the leader");
        assert_eq!(cluster.node(1).membership().is_voter(id(3)), how == Transition::Joint);
        cluster.pass(200);
        for number in 1..=3 {
            let membership = cluster.node(number).membership();
            assert_eq!((membership.voters().len(), membership.learners()), (2, &[id(3)][..]), "S{number}, {how:?}");
        }
        assert_eq!(cluster.node(3).deadline(), None);
    }
}

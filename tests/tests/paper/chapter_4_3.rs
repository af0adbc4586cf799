//! Section 4.3 of the dissertation, arbitrary configuration changes using joint consensus (§6 of the paper).

use raftarium_core::Change::{AddVoter, Remove};
use raftarium_core::{Event, Payload, Role, StepDownReason, Transition};

use crate::harness::{Cluster, id};

/// Five servers. S1 leads S1, S2 and S3; S3 is to be replaced by S4 and S5, and the joint membership is on all of them
/// and is not left by itself.
fn joint() -> Cluster {
    let mut cluster = Cluster::with_joiners(3, 2, |_, _| {});
    cluster.elect(1);
    cluster.pass(60);
    let change = [AddVoter(id(4)), AddVoter(id(5)), Remove(id(3))];
    cluster.change(1, &change, Transition::JointUntilLeft).expect("the leader");
    cluster.pass(60);
    assert!((1..=5).all(|number| cluster.node(number).membership().is_joint()));
    cluster
}

#[test]
fn dissertation_4_3_entries_go_to_all_servers_of_both_memberships() {
    let mut cluster = joint();
    let proposed = cluster.propose(1, "x").expect("the leader");
    cluster.pass(60);
    for number in 1..=5 {
        assert!(cluster.node(number).log().contains(proposed), "S{number}");
        assert_eq!(cluster.server(number).applied_up_to(), proposed.index, "S{number}");
    }
}

#[test]
fn dissertation_4_3_any_server_of_either_membership_may_lead() {
    for candidate in [2, 3, 4, 5] {
        let mut cluster = joint();
        cluster.crash(1);
        cluster.elect(candidate);
        let proposed = cluster.propose(candidate, "x").expect("the leader");
        cluster.deliver_all();
        assert_eq!(cluster.commit(candidate), proposed.index.0, "S{candidate}");
    }
}

#[test]
fn dissertation_4_3_agreement_needs_a_majority_of_each_membership() {
    // The old are S1, S2 and S3; the new S1, S2, S4 and S5.
    for (reached, agree) in [
        (&[1, 2][..], false),
        (&[1, 3], false),
        (&[1, 2, 3], false),
        (&[1, 4, 5], false),
        (&[1, 2, 4], true),
        (&[1, 3, 4], false),
        (&[1, 3, 4, 5], true),
        (&[1, 2, 5], true),
    ] {
        let mut cluster = joint();
        cluster.partition(&[reached]);
        let proposed = cluster.propose(1, "x").expect("the leader");
        cluster.deliver_all();
        assert_eq!(cluster.commit(1) >= proposed.index.0, agree, "to commit, with {reached:?}");
        cluster.campaign(reached[reached.len() - 1]);
        cluster.deliver_all();
        let candidate = cluster.node(reached[reached.len() - 1]);
        assert_eq!(candidate.role() == Role::Leader, agree, "to elect, with {reached:?}");
    }
}

#[test]
fn dissertation_4_3_the_new_membership_alone_decides_once_it_is_in_the_log() {
    let mut cluster = joint();
    let left = cluster.leave_joint(1).expect("the leader, and the joint membership is committed");
    cluster.partition(&[&[1, 4, 5]]);
    cluster.deliver_all();
    assert_eq!(cluster.commit(1), left.index.0, "three of four; and one of the old three");
    assert!(!cluster.node(1).membership().is_joint() && !cluster.node(1).membership().has(id(3)));
}

#[test]
fn dissertation_4_3_a_leader_that_is_not_in_the_new_membership_steps_down_when_that_is_committed() {
    let mut cluster = Cluster::with_joiners(3, 2, |_, _| {});
    cluster.elect(1);
    cluster.pass(60);
    let change = [AddVoter(id(4)), AddVoter(id(5)), Remove(id(1))];
    let joint = cluster.change(1, &change, Transition::Auto).expect("the leader");
    let removed = |event: &Event| matches!(event, Event::SteppedDown { reason: StepDownReason::Removed, .. });
    for _ in 0..1_000 {
        if cluster.count_events(1, removed) > 0 {
            break;
        }
        assert_eq!(cluster.node(1).role(), Role::Leader, "it manages a cluster that it is not part of, until then");
        assert!(cluster.commit(1) <= joint.index.0);
        if cluster.wire.is_empty() {
            cluster.time_out(1);
        }
        cluster.deliver_nth(0);
    }
    let committed = cluster.node(1).log().entry(raftarium_core::LogIndex(cluster.commit(1)));
    let membership = committed.map(|entry| entry.payload.clone());
    let Some(Payload::Membership(membership)) = membership else { panic!("{membership:?}") };
    assert_eq!(membership.voters(), [2, 3, 4, 5].map(id));
    assert_eq!(cluster.commit(1), joint.index.0 + 1);
}

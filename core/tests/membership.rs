//! Who belongs to the cluster, and how one server is added or removed: §4.1 and §4.2 of the dissertation.

mod harness;

use harness::{Cluster, append, at, id};
use raftarium_core::Change::{AddLearner, AddVoter, Remove};
use raftarium_core::{
    Boot, ChangeError, Config, DurableState, Event, Instant, Membership, MembershipChangeError, Node, Outcome, Payload,
    Role, Settings, StartError, StepDownReason, Term, Transition,
};

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

#[test]
fn a_change_counts_from_the_moment_it_is_appended_4_1() {
    let mut cluster = led_by_1(3, 1);
    cluster.partition(&[&[1, 2]]);
    cluster.change(1, &[AddVoter(id(4))], Transition::Auto).expect("the leader");
    let before = cluster.commit(1);
    cluster.deliver_all();
    assert_eq!(cluster.commit(1), before, "two of three have it, and two of four are no majority");
}

#[test]
fn a_change_that_is_overwritten_never_was_4_1() {
    let mut cluster = led_by_1(3, 1);
    cluster.partition(&[&[1], &[2, 3]]);
    let change = cluster.change(1, &[AddVoter(id(4))], Transition::Auto).expect("it thinks that it leads");
    assert_eq!(voters_of(&cluster, 1), [1, 2, 3, 4]);
    cluster.wire.clear();
    cluster.pass(2_000);
    cluster.heal();
    cluster.pass(2_000);
    assert_eq!(voters_of(&cluster, 1), [1, 2, 3]);
    let told = cluster.server(1).resolved.iter().find(|told| told.first == change.index);
    assert!(matches!(told.map(|told| told.outcome), Some(Outcome::Superseded { .. })), "{told:?}");
}

#[test]
fn one_change_at_a_time_and_none_before_the_term_has_committed_4_1() {
    let mut cluster = led_by_1(3, 1);
    let first = cluster.change(1, &[AddLearner(id(4))], Transition::Auto).expect("the leader");
    let commit = cluster.node(1).hard_state().commit;
    let before = cluster.node(1).clone();
    let refused = cluster.change(1, &[Remove(id(3))], Transition::Auto);
    assert_eq!(refused, Err(MembershipChangeError::Pending { pending: first.index, commit }));
    assert_eq!(cluster.node(1), &before);
    let refused = cluster.change(2, &[Remove(id(3))], Transition::Auto);
    assert_eq!(refused, Err(MembershipChangeError::NotLeader { leader: Some(id(1)) }));

    let mut fresh = Cluster::with(3, |settings| settings.no_op_on_election = false);
    fresh.elect(1);
    let refused = fresh.change(1, &[Remove(id(3))], Transition::Auto);
    assert_eq!(refused, Err(MembershipChangeError::TermNotCommitted { term: Term(1) }));
    fresh.propose(1, "x").expect("the leader");
    fresh.deliver_all();
    fresh.change(1, &[Remove(id(3))], Transition::Auto).expect("something of the term is committed");
}

/// The mistake of 2015: S1 of four appends "add S5" on S1 and S5; S2 leads and commits "remove S1"; S1 comes back with
/// S4 and S5. It is harmless, because S2 first committed an entry of its own term.
#[test]
fn changes_of_two_terms_cannot_both_find_a_majority_4_1() {
    let mut cluster = Cluster::with_joiners(4, 1, |_, _| {});
    cluster.elect(1);
    cluster.pass(60);
    cluster.partition(&[&[1, 5], &[2, 3, 4]]);
    cluster.change(1, &[AddVoter(id(5))], Transition::Auto).expect("the leader of term 1");
    cluster.pass(60);
    cluster.campaign(2);
    cluster.deliver_all();
    assert_eq!((cluster.node(2).role(), voters_of(&cluster, 2)), (Role::Leader, vec![1, 2, 3, 4]));
    cluster.partition(&[&[1, 5], &[2, 3]]);
    let removal = cluster.change(2, &[Remove(id(1))], Transition::Auto).expect("the leader of term 2");
    cluster.deliver_all();
    assert_eq!(cluster.commit(2), removal.index.0, "on S2 and S3, of three");

    cluster.crash(1);
    cluster.restart(1);
    cluster.partition(&[&[1, 4, 5]]);
    for _ in 0..3 {
        cluster.campaign(1);
        cluster.deliver_all();
        assert_eq!(cluster.node(1).votes().filter(|(_, granted)| *granted).count(), 2, "S1 and S5, of five");
    }
}

/// Four servers; S4 is cut off while it is removed, and comes back.
fn removed_and_back(choose: impl Fn(&mut Settings)) -> (Cluster, u64) {
    let mut cluster = Cluster::with(4, choose);
    cluster.elect(1);
    cluster.pass(60);
    cluster.partition(&[&[1, 2, 3]]);
    cluster.change(1, &[Remove(id(4))], Transition::Auto).expect("the leader");
    cluster.pass(100);
    let term = cluster.term(1);
    cluster.heal();
    cluster.pass(5_000);
    (cluster, term)
}

#[test]
fn a_removed_server_that_never_heard_of_it_disturbs_plain_raft_4_2_3() {
    let (cluster, term) = removed_and_back(|_| {});
    assert!(cluster.term(1) > term + 5, "{} and {term}", cluster.term(1));
}

#[test]
fn a_removed_server_disturbs_nobody_with_pre_vote_and_stickiness_4_2_3() {
    let (cluster, term) = removed_and_back(everything);
    assert_eq!((cluster.leader(), cluster.term(1), cluster.term(4)), (Some(1), term, term));
}

#[test]
fn a_new_voter_without_a_log_delays_commits_and_a_learner_does_not_4_2_1() {
    for (change, commits) in [(AddVoter(id(4)), false), (AddLearner(id(4)), true)] {
        let mut cluster = led_by_1(3, 1);
        cluster.crash(3);
        cluster.partition(&[&[1, 2]]);
        cluster.change(1, &[change], Transition::Auto).expect("the leader");
        let proposed = cluster.propose(1, "x").expect("the leader");
        cluster.pass(50);
        assert_eq!(cluster.commit(1) >= proposed.index.0, commits, "{change:?}");
        cluster.heal();
        cluster.pass(100);
        assert_eq!(cluster.commit(1), proposed.index.0, "it has caught up");
    }
}

#[test]
fn a_promoted_learner_that_does_not_know_it_votes_4_2_1() {
    let mut cluster = Cluster::with_joiners(2, 1, |_, _| {});
    cluster.elect(1);
    cluster.change(1, &[AddLearner(id(3))], Transition::Auto).expect("the leader");
    cluster.pass(100);
    cluster.change(1, &[AddVoter(id(3))], Transition::Auto).expect("the leader");
    cluster.deliver(1, 2);
    cluster.wire.clear();
    cluster.crash(1);
    assert!(!cluster.node(3).membership().is_voter(id(3)));
    cluster.elect(2);
    cluster.pass(60);
    assert_eq!(voters_of(&cluster, 3), [1, 2, 3]);
}

#[test]
fn learners_get_the_log_and_neither_vote_nor_campaign_4_2_1() {
    let mut cluster = led_by_1(3, 1);
    assert_eq!(cluster.node(4).deadline(), None, "it knows of nobody, and waits to be found");
    cluster.change(1, &[AddLearner(id(4))], Transition::Auto).expect("the leader");
    let proposed = cluster.propose(1, "x").expect("the leader");
    cluster.pass(100);
    assert_eq!((cluster.server(4).applied_up_to(), cluster.node(4).deadline()), (proposed.index, None));
    cluster.partition(&[&[1, 4]]);
    let more = cluster.propose(1, "y").expect("the leader");
    cluster.deliver_all();
    assert!(cluster.node(4).log().contains(more) && cluster.commit(1) < more.index.0, "its copy does not count");
    let refused = cluster.step(4, |node, now| node.campaign(now));
    assert!(refused.is_err());
}

#[test]
fn a_leader_that_removes_itself_leads_until_that_is_committed_and_does_not_count_itself_4_2_2() {
    let mut cluster = led_by_1(3, 0);
    let removal = cluster.change(1, &[Remove(id(1))], Transition::Auto).expect("the leader");
    cluster.deliver(1, 2);
    cluster.deliver(2, 1);
    assert_eq!(cluster.node(1).role(), Role::Leader);
    assert!(cluster.commit(1) < removal.index.0, "S1 and S2 have it, and only S2 and S3 count");
    let term = cluster.term(1);
    cluster.deliver(1, 3);
    cluster.deliver(3, 1);
    assert_eq!((cluster.commit(1), cluster.node(1).role()), (removal.index.0, Role::Follower));
    let stepped = Event::SteppedDown { was: Role::Leader, term: Term(term), reason: StepDownReason::Removed };
    assert!(cluster.server(1).events.contains(&stepped));
    assert_eq!(cluster.node(1).deadline(), None, "it waits for nothing any more");
    let now = cluster.now;
    cluster.deliver_all();
    let leader = cluster.leader().expect("it has handed over");
    assert_eq!((cluster.now, cluster.term(leader)), (now, term + 1), "nobody had to wait for a timeout");
    cluster.pass(5_000);
    assert_eq!((cluster.leader(), cluster.term(leader)), (Some(leader), term + 1));
}

#[test]
fn a_removed_leader_can_be_elected_until_its_removal_is_committed_4_2_2() {
    // Found by a random world: S1 alone has the entry that removes it, so S2 is behind, and would never be elected.
    let mut cluster = Cluster::with(2, everything);
    cluster.elect(1);
    cluster.pass(100);
    let removal = cluster.change(1, &[Remove(id(1))], Transition::Auto).expect("the leader");
    cluster.wire.clear();
    cluster.crash(1);
    cluster.restart(1);
    cluster.pass(10_000);
    assert_eq!((cluster.leader(), voters_of(&cluster, 2)), (Some(2), vec![2]));
    assert!(cluster.node(2).log().contains(removal) && cluster.commit(2) >= removal.index.0);
    cluster.propose(2, "x").expect("the leader");
}

#[test]
fn the_last_voter_cannot_go() {
    let mut cluster = led_by_1(1, 0);
    let refused = cluster.change(1, &[Remove(id(1))], Transition::Auto);
    assert_eq!(refused, Err(MembershipChangeError::Change(ChangeError::NoVotersLeft)));
}

#[test]
fn memberships_come_back_from_the_disk() {
    let mut cluster = led_by_1(3, 1);
    cluster.change(1, &[AddVoter(id(4))], Transition::Auto).expect("the leader");
    cluster.pass(100);
    cluster.crash(4);
    cluster.restart(4);
    assert_eq!(voters_of(&cluster, 4), [1, 2, 3, 4]);
    assert!(cluster.node(4).deadline().is_some(), "a voter");

    let start = |disk| Node::start(id(1), Config::default(), disk, Boot(1), Instant::ZERO);
    start(DurableState::new(Membership::nobody())).expect("a server that is going to join");
    let mut disk = harness::disk_with(3, 2, &[1, 2]);
    disk.membership = Membership::nobody();
    start(disk.clone()).expect("it has joined, and the log does not say who was there before");
    disk.entries[1].payload = Payload::Membership(Box::new(Membership::nobody()));
    assert_eq!(start(disk.clone()).expect_err("nobody"), StartError::ImpossibleMembership { at: at(2, 2) });
    (disk.base, disk.entries, disk.applied) = (at(2, 2), vec![], at(2, 2).index);
    assert_eq!(start(disk).expect_err("nobody"), StartError::ImpossibleMembership { at: at(2, 2) });
}

#[test]
fn a_membership_that_cannot_be_is_refused_wherever_it_comes_from() {
    let mut cluster = Cluster::alone(3, 5, &[1]);
    let mut message = append(2, 1, 5, at(1, 1), &[5], 0);
    if let raftarium_core::Body::AppendRequest(request) = &mut message.body {
        request.entries[0].payload = Payload::Membership(Box::new(Membership::nobody()));
    }
    let before = cluster.node(1).clone();
    let refused = cluster.receive(message);
    assert_eq!(refused, Err(raftarium_core::Rejection::ImpossibleMembership { at: at(2, 5) }));
    assert_eq!(cluster.node(1), &before);
}

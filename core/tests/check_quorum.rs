//! A leader that has lost its followers, or its disk (§6.2 of the dissertation).

mod harness;

use harness::{Cluster, accepted, id, ms, vote_reply, vote_request};
use raftarium_core::{Change, Event, Role, Settings, StepDownReason, Term, Timer, Transition};

fn check_quorum(settings: &mut Settings) {
    settings.check_quorum = true;
}

/// S1 of three, the leader of term 2 from 0 ms on, with the log 1 that all have.
fn leader() -> Cluster {
    let mut cluster = Cluster::alone_with(3, 1, &[1], |settings| {
        (settings.check_quorum, settings.no_op_on_election) = (true, false);
    });
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 2, true)).expect("a vote");
    cluster
}

fn stepped_down(cluster: &Cluster, number: u64, reason: StepDownReason) -> bool {
    let told = |event: &Event| matches!(event, Event::SteppedDown { reason: found, .. } if *found == reason);
    cluster.count_events(number, told) > 0
}

fn pass_alone(cluster: &mut Cluster, until: u64) {
    while cluster.node(1).role() == Role::Leader && cluster.node(1).deadline().expect("a leader").at <= ms(until) {
        cluster.time_out(1);
    }
}

#[test]
fn a_leader_that_hears_from_nobody_steps_down_6_2() {
    let mut cluster = leader();
    pass_alone(&mut cluster, 149);
    assert_eq!(cluster.node(1).role(), Role::Leader);
    let quorum = cluster.node(1).clone();
    assert_eq!(quorum.deadline().expect("a leader").at, ms(150));
    pass_alone(&mut cluster, 150);
    assert_eq!((cluster.node(1).role(), cluster.term(1)), (Role::Follower, 2));
    assert!(stepped_down(&cluster, 1, StepDownReason::QuorumLost));
    assert_eq!(cluster.node(1).deadline().map(|wait| wait.timer), Some(Timer::Election));

    // Its vote of the term is given: to itself.
    cluster.take_said();
    cluster.receive(vote_request(3, 1, 2, harness::at(9, 2))).expect("a candidate");
    assert_eq!(cluster.take_said(), [vote_reply(1, 3, 2, false)]);
}

#[test]
fn any_answer_of_a_majority_keeps_it_6_2() {
    let mut cluster = leader();
    for look in 1..=20 {
        pass_alone(&mut cluster, 150 * look - 1);
        cluster.receive(accepted(2, 1, 2, 1)).expect("an answer to a heartbeat");
        pass_alone(&mut cluster, 150 * look);
        assert_eq!(cluster.node(1).role(), Role::Leader, "look {look}");
    }
    pass_alone(&mut cluster, 150 * 21);
    assert_eq!(cluster.node(1).role(), Role::Follower, "an answer counts for one look");
}

#[test]
fn a_learner_does_not_keep_it_6_2() {
    let mut cluster = Cluster::with_joiners(3, 1, |_, settings| check_quorum(settings));
    cluster.elect(1);
    cluster.change(1, &[Change::AddLearner(id(4))], Transition::Auto).expect("the leader");
    cluster.pass(500);
    assert_eq!(cluster.node(1).role(), Role::Leader);
    cluster.partition(&[&[1, 4]]);
    cluster.pass(400);
    assert_eq!(cluster.node(1).role(), Role::Follower);
}

#[test]
fn a_voter_that_is_new_gets_time_to_answer() {
    let mut cluster = Cluster::with_joiners(3, 1, |_, settings| check_quorum(settings));
    cluster.elect(1);
    cluster.crash(3);
    cluster.pass(140);
    // Now S1, S2 and S4 must be heard of, and the look comes before S4 can have said anything.
    cluster.change(1, &[Change::AddVoter(id(4))], Transition::Auto).expect("the leader");
    cluster.pass(2_000);
    assert_eq!((cluster.node(1).role(), cluster.term(1)), (Role::Leader, 1));
    assert!(!stepped_down(&cluster, 1, StepDownReason::QuorumLost));
}

#[test]
fn a_leader_without_quorum_does_not_silence_those_who_could_elect_another_6_2() {
    // S4 leads, and reaches only S2. S5 is dead. S1, S2 and S3 could elect one of them; but S2 hears from a leader.
    for check in [false, true] {
        let mut cluster = Cluster::with(5, |settings| {
            (settings.pre_vote, settings.leader_stickiness, settings.check_quorum) = (true, true, check);
        });
        cluster.elect(4);
        let term = cluster.term(4);
        cluster.crash(5);
        cluster.partition(&[&[1, 2, 3], &[2, 4]]);
        cluster.pass(5_000);
        let leader = cluster.leader().expect("somebody takes itself for the leader");
        cluster.propose(leader, "x").expect("the leader");
        cluster.pass(500);
        let commits = cluster.commit(leader) == cluster.node(leader).log().last().index.0;
        assert_eq!((leader == 4, cluster.term(leader) > term, commits), (!check, check, check), "CheckQuorum: {check}");
    }
}

#[test]
fn a_leader_whose_disk_stalls_makes_way_if_the_others_can_go_on() {
    let mut cluster = Cluster::with(3, |settings| *settings = Settings::default());
    cluster.pass(1_000);
    let leader = cluster.leader().expect("a leader");
    cluster.hold_disk(leader);
    cluster.propose(leader, "never on its disk").expect("the leader");
    cluster.pass(2_000);
    assert!(stepped_down(&cluster, leader, StepDownReason::DiskStalled));
    let next = cluster.leader().expect("another leader");
    assert_ne!(next, leader);
    let proposed = cluster.propose(next, "x").expect("the leader");
    cluster.pass(500);
    assert_eq!(cluster.server(next).applied_up_to(), proposed.index);
}

#[test]
fn a_leader_whose_disk_stalls_stays_if_the_others_cannot_go_on() {
    let mut cluster = Cluster::with(3, check_quorum);
    cluster.elect(1);
    cluster.crash(3);
    cluster.hold_disk(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.pass(2_000);
    assert_eq!((cluster.node(1).role(), cluster.term(1)), (Role::Leader, 1), "S2 alone could elect nobody");
    cluster.release_disk(1);
    cluster.pass(500);
    assert_eq!(cluster.server(1).applied_up_to(), harness::at(2, 1).index);
}

#[test]
fn followers_with_slow_disks_are_not_silent() {
    let mut cluster = Cluster::with(3, check_quorum);
    cluster.elect(1);
    (2..=3).for_each(|number| cluster.hold_disk(number));
    let proposed = cluster.propose(1, "x").expect("the leader");
    cluster.pass(2_000);
    assert_eq!((cluster.node(1).role(), cluster.commit(1)), (Role::Leader, 1), "they answer, and promise nothing");
    assert!(!cluster.server(2).disk.has(proposed));
    (2..=3).for_each(|number| cluster.release_disk(number));
    cluster.pass(100);
    assert_eq!(cluster.commit(1), 2);
}

#[test]
fn a_leader_that_stepped_down_can_be_elected_again() {
    let mut cluster = Cluster::with(3, |settings| *settings = Settings::default());
    cluster.pass(1_000);
    let leader = cluster.leader().expect("a leader");
    let others: Vec<_> = (1..=3).filter(|&number| number != leader).collect();
    cluster.partition(&[&[others[0]], &[others[1]]]);
    cluster.pass(1_000);
    assert_eq!(cluster.leader(), None, "nobody has a majority, and nobody thinks so");
    assert_eq!(Term(cluster.term(leader)), Term(cluster.term(others[0])), "and no term begins");
    cluster.heal();
    cluster.pass(3_000);
    assert!(cluster.leader().is_some());
}

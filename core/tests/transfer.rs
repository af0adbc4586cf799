//! Leadership transfer: §3.10 of the dissertation.

mod harness;

use harness::{Cluster, accepted, append, at, id, message, ms, vote_reply};
use raftarium_core::{
    Ballot, Body, Change, Event, MembershipChangeError, ProposeError, Role, Settings, TransferEnd, TransferError,
    Transition,
};

fn everything(settings: &mut Settings) {
    *settings = Settings::default();
}

/// Three servers with everything on, of which S1 leads.
fn led_by_1() -> Cluster {
    let mut cluster = Cluster::with(3, everything);
    cluster.elect(1);
    cluster.pass(100);
    cluster
}

#[test]
fn the_other_leads_at_once_in_the_next_term_3_10() {
    let mut cluster = led_by_1();
    let (now, term) = (cluster.now, cluster.term(1));
    cluster.transfer(1, 2).expect("a voter");
    assert_eq!(cluster.on_wire(1, 2).last(), Some(&&Body::TimeoutNow), "it has the whole log");
    cluster.deliver_all();
    assert_eq!(cluster.roles(), [Role::Follower, Role::Leader, Role::Follower]);
    assert_eq!((cluster.term(2), cluster.now), (term + 1, now), "no timeout, no pre-vote, and nobody put it aside");
}

#[test]
fn proposals_stop_and_the_other_catches_up_first_3_10() {
    let mut cluster = led_by_1();
    cluster.partition(&[&[1, 3]]);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    cluster.transfer(1, 2).expect("a voter");
    assert_eq!(cluster.propose(1, "y"), Err(ProposeError::Transferring { to: id(2) }));
    let refused = cluster.change(1, &[Change::Remove(id(3))], Transition::Auto);
    assert_eq!(refused, Err(MembershipChangeError::Transferring { to: id(2) }));
    assert_eq!(cluster.node(1).transferring_to(), Some(id(2)));
    assert!(!cluster.on_wire(1, 2).contains(&&Body::TimeoutNow));
    cluster.heal();
    cluster.pass(60);
    assert_eq!(cluster.node(2).role(), Role::Leader);
    assert!(cluster.log_terms(2).len() >= 3, "with all that S1 had taken");
}

#[test]
fn to_a_dead_server_it_is_given_up_after_an_election_timeout_3_10() {
    let mut cluster = led_by_1();
    cluster.crash(2);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    let begun = cluster.now;
    cluster.transfer(1, 2).expect("a voter, as far as anybody knows");
    cluster.pass(149);
    assert_eq!(cluster.propose(1, "y"), Err(ProposeError::Transferring { to: id(2) }));
    cluster.pass(1);
    assert_eq!(cluster.now, begun + core::time::Duration::from_millis(150));
    let ended = Event::TransferEnded { to: id(2), end: TransferEnd::TimedOut };
    assert!(cluster.server(1).events.contains(&ended));
    cluster.propose(1, "y").expect("proposals are taken again");
}

#[test]
fn whoever_is_told_and_crashes_takes_nothing_along_3_10() {
    let mut cluster = led_by_1();
    cluster.transfer(1, 2).expect("a voter");
    cluster.crash(2);
    cluster.pass(1_000);
    assert_eq!(cluster.node(1).role(), Role::Leader);
    cluster.restart(2);
    cluster.pass(1_000);
    assert_eq!((cluster.leader(), cluster.node(2).leader()), (Some(1), Some(id(1))));
}

#[test]
fn what_cannot_be_handed_over_is_refused() {
    let mut cluster = Cluster::with_joiners(3, 1, |_, settings| everything(settings));
    cluster.elect(1);
    cluster.change(1, &[Change::AddLearner(id(4))], Transition::Auto).expect("the leader");
    cluster.pass(100);
    for (number, to, expected) in [
        (2, 3, TransferError::NotLeader { leader: Some(id(1)) }),
        (1, 1, TransferError::ToSelf),
        (1, 4, TransferError::NotVoter { to: id(4) }),
        (1, 9, TransferError::NotVoter { to: id(9) }),
    ] {
        let before = cluster.node(number).clone();
        assert_eq!(cluster.transfer(number, to), Err(expected));
        assert_eq!(cluster.node(number), &before);
        assert!(expected.to_string().len() > 15, "{expected}");
    }
}

#[test]
fn only_the_leader_of_the_term_can_tell_a_server_to_campaign_3_10() {
    for (what, from, term, campaigns) in [
        ("the leader", 2, 5, true),
        ("another server", 3, 5, false),
        ("the leader of an earlier term", 2, 4, false),
        ("a server of a later term, which is not known to lead it", 2, 6, false),
    ] {
        let mut cluster = Cluster::alone_with(3, 5, &[1, 1, 4], everything);
        cluster.receive(append(2, 1, 5, at(3, 4), &[], 0)).expect("the leader");
        cluster.take_said();
        cluster.receive(message(from, 1, term, Body::TimeoutNow)).expect(what);
        assert_eq!(cluster.node(1).role() == Role::Candidate, campaigns, "{what}");
        let said = cluster.take_said();
        let asks = |body: &Body| matches!(body, Body::VoteRequest(request) if request.ballot == Ballot::Transfer);
        assert_eq!(said.iter().filter(|message| asks(&message.body)).count(), if campaigns { 2 } else { 0 }, "{what}");
    }
}

#[test]
fn a_server_that_was_just_promoted_catches_up_before_it_leads_3_10() {
    let mut cluster = Cluster::with_joiners(3, 1, |_, settings| everything(settings));
    cluster.elect(1);
    (0..20).for_each(|_| _ = cluster.propose(1, "x").expect("the leader"));
    cluster.deliver_all();
    cluster.partition(&[&[1, 2, 3]]);
    cluster.change(1, &[Change::AddVoter(id(4))], Transition::Auto).expect("the leader");
    cluster.deliver_all();
    cluster.transfer(1, 4).expect("a voter");
    cluster.pass(60);
    assert_eq!((cluster.leader(), cluster.node(4).log().last().index.0), (Some(1), 0), "it is cut off");
    cluster.heal();
    cluster.pass(60);
    assert_eq!(cluster.leader(), Some(4));
    assert_eq!(cluster.commit(4), 23, "with the no-op, twenty commands and the change, and its own no-op");
}

#[test]
fn a_server_of_low_priority_can_be_chosen() {
    let mut cluster = Cluster::with_joiners(3, 0, |number, settings| {
        everything(settings);
        settings.priority = if number == 1 { 9 } else { 0 };
    });
    cluster.elect(1);
    cluster.transfer(1, 2).expect("a voter");
    cluster.deliver_all();
    assert_eq!(cluster.leader(), Some(2));
}

#[test]
fn another_choice_takes_the_place_of_the_first_3_10() {
    let mut cluster = Cluster::alone_with(3, 1, &[1], |settings| settings.no_op_on_election = false);
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 2, true)).expect("a vote");
    cluster.take_said();
    cluster.transfer(1, 2).expect("a voter");
    cluster.now = ms(10);
    cluster.transfer(1, 2).expect("the same again");
    cluster.transfer(1, 3).expect("another");
    assert_eq!(cluster.node(1).transferring_to(), Some(id(3)));
    cluster.receive(accepted(2, 1, 2, 1)).expect("the first has caught up");
    assert!(!cluster.take_said().contains(&message(1, 2, 2, Body::TimeoutNow)));
    cluster.receive(accepted(3, 1, 2, 1)).expect("the second has");
    assert!(cluster.take_said().contains(&message(1, 3, 2, Body::TimeoutNow)));
}

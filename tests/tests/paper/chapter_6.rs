//! Chapter 6 of the dissertation, client interaction (§8 of the paper), and what a client of the simulated world sees.

use core::time::Duration;

use raftarium_core::{EntryId, ProposeError, ReadError, Role};
use raftarium_sim::{Answer, RequestStatus, Setup, Timeline};
use raftarium_tests::{put, step_until};

use crate::harness::{Cluster, append, id, vote_reply, vote_request};

#[test]
fn dissertation_6_2_a_leader_is_not_named_any_more_when_an_election_begins_or_the_term_changes() {
    let refused = |leader| Err(ProposeError::NotLeader { leader });
    for (what, message) in [
        ("an election here", None),
        ("a candidate of a later term", Some(vote_request(3, 1, 6, EntryId::ZERO))),
        ("somebody of a later term", Some(vote_reply(3, 1, 6, false))),
    ] {
        let mut cluster = Cluster::alone(3, 5, &[]);
        cluster.receive(append(2, 1, 5, EntryId::ZERO, &[], 0)).expect("the leader");
        assert_eq!(cluster.propose(1, "x"), refused(Some(id(2))));
        match message {
            Some(message) => cluster.receive(message).expect(what),
            None => cluster.time_out(1),
        }
        assert_eq!(cluster.propose(1, "x"), refused(None), "{what}");
        assert_eq!(cluster.read(1, false), Err(ReadError::NoLeader), "{what}");
    }
}

#[test]
fn dissertation_6_2_a_deposed_leader_does_not_keep_clients_waiting() {
    // S1 is cut off, with what it took; without CheckQuorum, its clients would wait for as long as that lasts.
    let mut cluster = Cluster::with(3, |settings| settings.check_quorum = true);
    cluster.elect(1);
    cluster.pass(60);
    cluster.partition(&[&[1], &[2, 3]]);
    cluster.propose(1, "x").expect("it thinks that it leads");
    cluster.pass(320);
    assert_ne!(cluster.node(1).role(), Role::Leader, "two election timeouts at the most");
    assert!(matches!(cluster.propose(1, "y"), Err(ProposeError::NotLeader { .. })), "so that a client goes elsewhere");
}

#[test]
fn dissertation_6_2_a_client_of_the_world_is_sent_to_the_leader_and_is_answered_when_its_command_is_applied() {
    let mut timeline = Timeline::new(Setup::default()).expect("the defaults are valid");
    let leads = |view: &raftarium_sim::View| !raftarium_tests::leaders(view).is_empty();
    let view = step_until(&mut timeline, "a leader is elected", leads);
    let leader = raftarium_tests::leaders(&view)[0].id;
    timeline.dispatch(put(1, None, "x", "1")).expect("C1 is free");
    let answered = |view: &raftarium_sim::View| {
        view.requests.iter().any(|request| matches!(request.status, RequestStatus::Answered { .. }))
    };
    let view = step_until(&mut timeline, "C1 is answered", answered);
    let RequestStatus::Answered { answer: Answer::Committed { entry, .. }, .. } = view.requests[0].status else {
        panic!("{:?}", view.requests)
    };
    assert_eq!(view.requests[0].server, leader);
    let server = view.servers.iter().find(|server| server.id == leader).expect("it is there");
    assert!(server.applied >= entry.index, "{:?}", server.applied);
}

#[test]
fn dissertation_6_4_the_read_index_is_what_is_committed_when_the_round_is_confirmed_and_is_applied_first() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    cluster.pass(60);
    cluster.hold_disk(3);
    let proposed = cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    cluster.pass(60);
    let read = cluster.read(3, false).expect("it knows the leader");
    cluster.pass(20);
    assert!(cluster.server(3).reads.is_empty(), "the leader has answered, and S3 has not applied it yet");
    cluster.release_disk(3);
    cluster.pass(20);
    assert_eq!(cluster.server(3).reads, [(read, Ok(()))]);
    assert!(cluster.server(3).applied_up_to() >= proposed.index);
}

#[test]
fn dissertation_6_4_1_no_other_leads_while_a_lease_lasts() {
    // Whoever has the lease may be cut off the moment after; the others vote as soon as they may.
    for seed in 0..20 {
        let mut cluster = Cluster::with(3, |settings| {
            (settings.leader_stickiness, settings.leases, settings.seed) = (true, true, seed);
        });
        cluster.pass(2_000);
        let leader = cluster.leader().expect("a leader");
        let until = cluster.node(leader).lease().expect("a majority has answered");
        let others: Vec<u64> = (1..=3).filter(|&number| number != leader).collect();
        cluster.partition(&[&[leader], &others]);
        while cluster.leader() == Some(leader) {
            cluster.pass(1);
        }
        assert!(cluster.now >= until, "S{leader} trusts its lease until {until}, and it is {}", cluster.now);
        assert!(cluster.now <= until + Duration::from_millis(1_000), "and not for ever");
    }
}

//! Reads without an entry in the log: §8, and §6.4 of the dissertation.

mod harness;

use core::time::Duration;

use harness::{Cluster, accepted_in, append, at, id, message, ms, vote_reply, vote_request};
use raftarium_core::{Body, Boot, CampaignError, EntryId, LogIndex, ReadError, ReadFailure, ReadId, Role, Settings};

fn leases(settings: &mut Settings) {
    (settings.leader_stickiness, settings.leases) = (true, true);
}

/// Three servers, of which S1 leads, with one command committed.
fn led_by_1(choose: impl Fn(&mut Settings)) -> Cluster {
    let mut cluster = Cluster::with(3, choose);
    cluster.now = ms(200);
    cluster.elect(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    cluster
}

fn answers(cluster: &Cluster, number: u64) -> Vec<Result<(), ReadFailure>> {
    cluster.server(number).reads.iter().map(|(_, result)| *result).collect()
}

#[test]
fn a_read_waits_until_a_majority_says_that_the_leader_leads_6_4() {
    let mut cluster = led_by_1(|_| {});
    cluster.read(1, false).expect("the leader");
    assert_eq!(answers(&cluster, 1), []);
    cluster.deliver(1, 2);
    assert_eq!(answers(&cluster, 1), []);
    cluster.deliver(2, 1);
    assert_eq!(answers(&cluster, 1), [Ok(())]);
}

#[test]
fn answers_to_what_was_sent_before_the_read_do_not_count_6_4() {
    let mut cluster = led_by_1(|_| {});
    cluster.time_out(1);
    (2..=3).for_each(|number| cluster.deliver(1, number));
    cluster.read(1, false).expect("the leader");
    cluster.wire.retain(|message| message.from != id(1));
    cluster.deliver_all();
    assert_eq!(answers(&cluster, 1), [], "they heard the heartbeat before the read");
}

#[test]
fn reads_that_come_together_share_their_messages_6_4() {
    let mut cluster = led_by_1(|_| {});
    cluster.step(1, |node, now| (0..10).for_each(|_| _ = node.read(now, false).expect("the leader")));
    assert_eq!(cluster.wire.len(), 2);
    let mut servers = 0;
    while servers < 2 {
        cluster.deliver_nth(0);
        servers += 1;
    }
    assert_eq!(cluster.wire.len(), 2, "and nothing more is sent");
}

#[test]
fn a_fresh_leader_does_not_know_what_is_committed_6_4() {
    // S1 committed a command and is gone; S2 has it, and does not know that it is committed.
    for no_op in [true, false] {
        let mut cluster = led_by_1(|settings| settings.no_op_on_election = no_op);
        let last = cluster.node(1).log().last().index;
        cluster.crash(1);
        cluster.campaign(2);
        cluster.deliver(2, 3);
        cluster.deliver(3, 2);
        assert_eq!((cluster.node(2).role(), cluster.commit(2) < last.0), (Role::Leader, true));
        cluster.read(2, false).expect("the leader");
        cluster.deliver_all();
        assert_eq!(answers(&cluster, 2).len(), usize::from(no_op), "without a no-op, it waits for a client");
        cluster.propose(2, "y").expect("the leader");
        cluster.deliver_all();
        cluster.pass(60);
        assert_eq!(answers(&cluster, 2), [Ok(())]);
    }
}

#[test]
fn a_leader_that_was_cut_off_answers_nothing_6_4() {
    let mut cluster = led_by_1(|_| {});
    cluster.partition(&[&[1], &[2, 3]]);
    cluster.elect(2);
    cluster.propose(2, "new").expect("the leader");
    cluster.deliver_all();
    cluster.read(1, false).expect("it thinks that it leads");
    cluster.time_out(1);
    cluster.deliver_all();
    assert_eq!(answers(&cluster, 1), []);
    cluster.heal();
    cluster.time_out(2);
    cluster.deliver_all();
    assert_eq!(answers(&cluster, 1), [Err(ReadFailure::LeaderLost)]);
}

#[test]
fn a_follower_asks_the_leader_and_waits_until_it_has_applied_6_4() {
    let mut cluster = led_by_1(|_| {});
    assert_eq!(cluster.server(3).applied_up_to(), LogIndex(1), "it does not know of the commit yet");
    cluster.read(3, false).expect("it knows the leader");
    cluster.deliver_all();
    cluster.pass(60);
    assert_eq!((cluster.server(3).applied_up_to(), answers(&cluster, 3)), (LogIndex(2), vec![Ok(())]));
}

#[test]
fn a_follower_gives_up_after_an_election_timeout() {
    let mut cluster = Cluster::alone(3, 5, &[1]);
    cluster.receive(append(2, 1, 5, at(1, 1), &[], 1)).expect("the leader");
    cluster.read(1, false).expect("it knows the leader");
    cluster.now = ms(149);
    cluster.step(1, raftarium_core::Node::wake);
    assert_eq!(answers(&cluster, 1), []);
    cluster.now = ms(150);
    cluster.step(1, raftarium_core::Node::wake);
    assert_eq!(answers(&cluster, 1), [Err(ReadFailure::TimedOut)]);

    cluster.read(1, false).expect("it knows the leader");
    cluster.receive(vote_request(3, 1, 6, at(9, 5))).expect("a candidate of the next term");
    assert_eq!(answers(&cluster, 1).last(), Some(&Err(ReadFailure::LeaderLost)));
}

#[test]
fn a_late_answer_to_a_read_of_an_earlier_life_is_not_taken_for_a_new_one() {
    let mut cluster = Cluster::alone(3, 5, &[1, 5, 5]);
    let leader = append(2, 1, 5, at(3, 5), &[], 3);
    cluster.receive(leader.clone()).expect("the leader");
    let first = cluster.read(1, false).expect("it knows the leader");
    cluster.crash(1);
    cluster.restart(1);
    cluster.receive(leader).expect("the leader");
    let second = cluster.read(1, false).expect("it knows the leader");
    assert_ne!(first, second);
    cluster.receive(message(2, 1, 5, Body::ReadReply { id: first, index: LogIndex(1) })).expect("late");
    assert_eq!(answers(&cluster, 1), []);
    cluster.receive(message(2, 1, 5, Body::ReadReply { id: second, index: LogIndex(3) })).expect("the answer");
    assert_eq!(cluster.server(1).reads, [(second, Ok(()))]);
    cluster.receive(message(2, 1, 5, Body::ReadReply { id: second, index: LogIndex(3) })).expect("again");
    assert_eq!(cluster.server(1).reads.len(), 1);
}

#[test]
fn an_answer_of_another_term_is_put_aside() {
    let mut cluster = Cluster::alone(3, 5, &[1]);
    cluster.receive(append(2, 1, 5, at(1, 1), &[], 1)).expect("the leader");
    let read = cluster.read(1, false).expect("it knows the leader");
    let reply = Body::ReadReply { id: read, index: LogIndex(1) };
    cluster.receive(message(3, 1, 4, reply)).expect("put aside");
    assert_eq!(answers(&cluster, 1), []);
    let unknown = ReadId { boot: Boot(9), sequence: 9 };
    cluster.receive(message(2, 1, 5, Body::ReadRequest(unknown))).expect("this is not the leader");
}

#[test]
fn a_cluster_of_one_reads_at_once() {
    let mut cluster = Cluster::of(1);
    cluster.time_out(1);
    cluster.read(1, false).expect("the leader");
    assert_eq!(answers(&cluster, 1), [Ok(())]);
}

#[test]
fn reads_that_cannot_be_are_refused() {
    let mut cluster = Cluster::with(3, |_| {});
    assert_eq!(cluster.read(1, false), Err(ReadError::NoLeader));
    cluster.elect(1);
    let before = cluster.node(1).clone();
    assert_eq!(cluster.read(1, true), Err(ReadError::NoLeases));
    assert_eq!(cluster.node(1), &before);
}

#[test]
fn a_lease_answers_at_once_and_not_beyond_its_end_6_4_1() {
    let mut cluster = led_by_1(leases);
    assert_eq!(cluster.node(1).lease(), None, "no round has begun yet");
    cluster.time_out(1);
    let begun = cluster.now;
    cluster.now = begun + Duration::from_millis(20);
    cluster.deliver_all();
    // 150 ms from when the heartbeat was sent, less twice one percent.
    let until = begun + Duration::from_millis(147);
    assert_eq!(cluster.node(1).lease(), Some(until));
    cluster.read(1, true).expect("the leader");
    assert_eq!(answers(&cluster, 1), [Ok(())]);

    cluster.now = until;
    cluster.read(1, true).expect("the leader");
    assert_eq!(answers(&cluster, 1), [Ok(())], "the second must ask");
    cluster.deliver_all();
    assert_eq!(answers(&cluster, 1), [Ok(()), Ok(())]);
}

#[test]
fn a_lease_needs_a_majority_and_rounds_of_this_leader_6_4_1() {
    let mut cluster = Cluster::alone_with(5, 1, &[1], leases);
    cluster.now = ms(200);
    cluster.campaign(1);
    (2..=3).for_each(|voter| cluster.receive(vote_reply(voter, 1, 2, true)).expect("a vote"));
    cluster.time_out(1);
    let begun = cluster.now;
    for (what, answer, lease) in [
        ("to nothing that was asked", accepted_in(0, 2, 1, 2, 1), false),
        ("of an earlier term", accepted_in(1, 3, 1, 1, 1), false),
        ("the first", accepted_in(1, 2, 1, 2, 1), false),
        ("the same again", accepted_in(1, 2, 1, 2, 1), false),
        ("of a server that does not vote", accepted_in(1, 9, 1, 2, 1), false),
        ("the second", accepted_in(1, 3, 1, 2, 1), true),
    ] {
        cluster.receive(answer).expect(what);
        assert_eq!(cluster.node(1).lease().is_some(), lease, "{what}");
    }
    cluster.time_out(1);
    cluster.receive(accepted_in(u64::MAX, 2, 1, 2, 1)).expect("nonsense, and no more than the newest round");
    assert_eq!(cluster.node(1).lease(), Some(begun + Duration::from_millis(147)));
}

#[test]
fn a_leader_that_told_another_to_take_over_has_no_lease_any_more_6_4_1() {
    let mut cluster = led_by_1(leases);
    cluster.time_out(1);
    cluster.deliver_all();
    assert!(cluster.node(1).lease().is_some());
    cluster.transfer(1, 2).expect("a voter");
    assert_eq!(cluster.node(1).lease(), None);
    cluster.wire.clear();
    cluster.pass(1_000);
    assert_eq!((cluster.node(1).role(), cluster.node(1).lease()), (Role::Leader, None), "who knows when it arrives");
}

#[test]
fn nothing_makes_a_server_break_what_a_lease_rests_on_6_4_1() {
    type Story = fn(&mut Cluster);
    let stories: [(&str, Story); 5] = [
        ("it was restarted", |cluster| {
            cluster.crash(2);
            cluster.restart(2);
        }),
        ("its host made it forget the leader", |cluster| cluster.forget_leader(2)),
        ("it learnt of a higher term", |cluster| {
            cluster.receive(vote_reply(3, 2, 7, false)).expect("a late answer to an old candidacy");
        }),
        ("its host wants it to campaign", |cluster| {
            let refused = cluster.step(2, |node, now| node.campaign(now));
            assert!(matches!(refused, Err(CampaignError::Promised { .. })), "{refused:?}");
        }),
        ("nothing happened", |_| {}),
    ];
    for (what, story) in stories {
        let mut cluster = led_by_1(leases);
        cluster.partition(&[&[1, 2]]);
        cluster.time_out(1);
        cluster.deliver_all();
        let until = cluster.node(1).lease().expect("S1 and S2 are a majority");
        story(&mut cluster);
        // S3 heard of nobody for long, and has no promise to keep.
        cluster.now = until + Duration::from_micros(0);
        cluster.partition(&[&[2, 3]]);
        cluster.step(3, raftarium_core::Node::wake);
        let _ = cluster.step(3, |node, now| node.campaign(now));
        cluster.deliver_all();
        assert_ne!(cluster.node(3).role(), Role::Leader, "{what}");
        cluster.pass(1_000);
        let others = [2, 3].map(|number| cluster.node(number).role());
        assert!(others.contains(&Role::Leader), "{what}: {others:?}");
    }
}

#[test]
fn a_server_that_has_just_started_promises_no_less_6_4_1() {
    let mut cluster = Cluster::alone_with(3, 5, &[1], leases);
    cluster.now = ms(149);
    cluster.receive(vote_request(2, 1, 6, at(1, 1))).expect("a candidate");
    assert_eq!((cluster.take_said().len(), cluster.term(1)), (0, 5));
    cluster.now = ms(150);
    cluster.receive(vote_request(2, 1, 6, at(1, 1))).expect("a candidate");
    assert_eq!(cluster.take_said(), [vote_reply(1, 2, 6, true)]);
    assert_eq!(cluster.node(1).log().base(), EntryId::ZERO);
}

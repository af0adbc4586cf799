//! Chapter 3 of the dissertation, the basic algorithm: what Figure 2 does not say line by line.

use raftarium_core::{Body, EntryId, LogIndex, Message, Role};

use crate::harness::{Cluster, append, at, chunk, id, snapshot_of, vote_request};

#[test]
fn dissertation_3_4_one_candidate_at_most_wins_a_term_in_whatever_order_the_voters_are_asked() {
    // Three candidates of one term, two voters, and every order in which each of the two hears of the three.
    let orders = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];
    let mut won = 0;
    for (fourth, fifth) in orders.iter().flat_map(|one| orders.iter().map(move |other| (one, other))) {
        let mut cluster = Cluster::of(5);
        (1..=3).for_each(|candidate| cluster.campaign(candidate));
        fourth.iter().for_each(|&candidate| cluster.deliver(candidate, 4));
        fifth.iter().for_each(|&candidate| cluster.deliver(candidate, 5));
        cluster.deliver_all();
        let leaders = cluster.roles().into_iter().filter(|&role| role == Role::Leader).count();
        assert_eq!(leaders, usize::from(fourth[0] == fifth[0]), "first come, first served: {fourth:?} {fifth:?}");
        won += leaders;
    }
    assert_eq!(won, 12, "of 36; the others were split votes");
}

#[test]
fn dissertation_3_4_randomized_timeouts_resolve_split_votes_quickly() {
    let mut most = 0;
    for seed in 0..40 {
        let mut cluster = Cluster::with(5, |settings| settings.seed = seed);
        cluster.pass(3_000);
        let leader = cluster.leader().expect("well within ten election timeouts");
        most = most.max(cluster.term(leader));
    }
    assert!(most <= 3, "{most} terms until the first leader, at the worst of 40 beginnings");
}

#[test]
fn dissertation_3_5_a_slow_follower_delays_nobody_and_is_retried_until_it_has_everything() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    cluster.partition(&[&[1, 2]]);
    for _ in 0..5 {
        let proposed = cluster.propose(1, "x").expect("the leader");
        cluster.deliver_all();
        assert_eq!(cluster.commit(1), proposed.index.0, "two of three are enough");
    }
    assert_eq!(cluster.log_terms(3).len(), 1);
    let heartbeat = |cluster: &mut Cluster| {
        cluster.time_out(1);
        cluster.deliver_all();
    };
    (0..20).for_each(|_| heartbeat(&mut cluster));
    cluster.heal();
    (0..2).for_each(|_| heartbeat(&mut cluster));
    cluster.assert_logs_equal();
    assert_eq!(cluster.commit(3), 6, "long after it was committed, and answered to clients");
}

#[test]
fn dissertation_3_5_entries_with_the_same_index_and_term_are_the_same_and_so_are_all_before() {
    // "Log Matching", Figure 3. Two leaders of different terms give the same indexes away; `Cluster` compares all
    // entries that were ever in any log, each with the one before it.
    let mut cluster = Cluster::of(5);
    cluster.elect(1);
    for turn in 0..6 {
        let (old, new) = (turn % 5 + 1, (turn + 1) % 5 + 1);
        cluster.partition(&[&[old]]);
        (0..3).for_each(|_| _ = cluster.propose(old, "lost, perhaps").expect("the leader"));
        cluster.deliver_all();
        let others: Vec<u64> = (1..=5).filter(|&number| number != old).collect();
        cluster.partition(&[&others]);
        cluster.elect(new);
        cluster.propose(new, "kept").expect("the leader");
        cluster.deliver_all();
        cluster.heal();
        cluster.time_out(new);
        cluster.deliver_all();
    }
    cluster.assert_logs_equal();
}

#[test]
fn dissertation_3_6_3_what_is_committed_is_in_the_log_of_whoever_can_be_elected() {
    // "Leader Completeness", Figure 3: with every majority that can be left, and every candidate in it.
    for left in 0..32_u64 {
        let there: Vec<u64> = (1..=5).filter(|number| (left >> (number - 1)) & 1 == 1).collect();
        for &candidate in &there {
            let mut cluster = Cluster::of(5);
            cluster.elect(1);
            cluster.partition(&[&[1, 2, 3]]);
            let proposed = cluster.propose(1, "x").expect("the leader");
            cluster.deliver_all();
            assert_eq!(cluster.commit(1), proposed.index.0);
            (1..=5).for_each(|number| cluster.crash(number));
            there.iter().for_each(|&number| cluster.restart(number));
            cluster.heal();
            cluster.campaign(candidate);
            cluster.deliver_all();
            let wins = cluster.node(candidate).role() == Role::Leader;
            let has = cluster.node(candidate).log().contains(proposed);
            assert!(!wins || has, "S{candidate} leads {there:?} and lacks what is committed");
            assert_eq!(wins, there.len() >= 3 && has, "S{candidate} among {there:?}");
        }
    }
}

#[test]
fn dissertation_3_7_requests_may_come_again_and_change_nothing() {
    for (what, message) in [
        ("entries", append(2, 1, 5, at(1, 1), &[5, 5], 2)),
        ("a heartbeat", append(2, 1, 5, at(1, 1), &[], 1)),
        ("entries that do not fit", append(2, 1, 5, at(7, 5), &[5], 1)),
        ("a vote request", vote_request(2, 1, 6, at(1, 1))),
        ("a part of a snapshot", chunk(2, 1, 5, at(3, 4), 0, &snapshot_of(&[1, 1, 4]), true)),
    ] {
        let mut cluster = Cluster::alone(3, 5, &[1]);
        cluster.receive(message.clone()).expect(what);
        let (node, said) = (cluster.node(1).clone(), cluster.take_said());
        cluster.receive(message).expect(what);
        assert_eq!(cluster.take_said(), said, "{what}, again");
        assert_eq!(cluster.node(1), &node, "{what}, again");
    }
}

#[test]
fn dissertation_3_7_a_crash_before_the_answer_is_made_good_by_asking_again() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    cluster.partition(&[&[1, 2]]);
    let proposed = cluster.propose(1, "x").expect("the leader");
    cluster.deliver(1, 2);
    assert!(cluster.server(2).disk.has(proposed), "it was done, and");
    assert!(cluster.on_wire(2, 1).iter().any(|body| matches!(body, Body::AppendReply(_))));
    cluster.wire.clear();
    cluster.crash(2);
    cluster.pass(100);
    assert!(cluster.commit(1) < proposed.index.0, "the answer was lost with it");
    cluster.restart(2);
    cluster.pass(100);
    assert_eq!(cluster.commit(1), proposed.index.0);
    assert_eq!(cluster.log_terms(2), [1, 1], "not twice");
}

#[test]
fn dissertation_3_8_the_commit_index_need_not_be_remembered() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    (0..4).for_each(|_| _ = cluster.propose(1, "x").expect("the leader"));
    cluster.pass(60);
    for number in 1..=3 {
        assert_eq!(cluster.commit(number), 5, "S{number}");
        cluster.crash(number);
        cluster.server_mut(number).disk.durable.hard_state.commit = LogIndex(0);
        cluster.restart(number);
        assert_eq!((cluster.commit(number), cluster.server(number).applied.len()), (0, 0), "S{number}");
    }
    let leader = cluster.elect_any();
    cluster.pass(60);
    assert_eq!(cluster.commit(leader), 6, "its first entry commits all before it");
    assert_eq!(cluster.server(leader).applied_up_to(), LogIndex(6), "and the log is applied again");
    cluster.assert_states_equal(&[1, 2, 3]);
}

#[test]
fn dissertation_3_9_bad_timing_costs_availability_and_never_safety() {
    // Every message takes longer than every election timeout. `Cluster` checks what must hold after each step.
    let mut cluster = Cluster::of(3);
    let mut late: Vec<Message> = vec![];
    for _ in 0..30 {
        for number in 1..=3 {
            cluster.time_out(number);
            let _ = cluster.propose(number, "x");
        }
        let sent = cluster.take_said();
        cluster.wire = std::mem::replace(&mut late, sent);
        let arriving = cluster.wire.len();
        (0..arriving).for_each(|_| cluster.deliver_nth(0));
        late.append(&mut cluster.wire);
    }
    assert!((1..=3).all(|number| cluster.commit(number) == 0), "nothing was ever agreed on");
    assert!(cluster.term(1) > 20, "one election after the other");
    cluster.wire = late;
    cluster.pass(5_000);
    let leader = cluster.leader().expect("when messages are quick again, there is a leader");
    let proposed = cluster.propose(leader, "x").expect("the leader");
    cluster.pass(100);
    assert_eq!(cluster.commit(leader), proposed.index.0);
}

#[test]
fn dissertation_3_10_clients_wait_no_longer_than_two_messages_and_an_election() {
    // The leader does not answer clients from when it begins to hand over; the other does once it is elected.
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    cluster.transfer(1, 3).expect("a voter");
    assert!(cluster.propose(1, "y").is_err());
    cluster.deliver(1, 3);
    assert_eq!((cluster.node(3).role(), cluster.node(3).hard_state().vote), (Role::Candidate, Some(id(3))));
    cluster.deliver_all();
    let proposed = cluster.propose(3, "y").expect("the leader");
    cluster.deliver_all();
    assert_eq!(cluster.commit(3), proposed.index.0);
    assert_eq!(cluster.node(1).leader(), Some(id(3)), "so that it can send clients there");
    assert_eq!(cluster.node(3).log().base(), EntryId::ZERO);
}

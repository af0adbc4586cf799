//! What keeps a healthy leader in its place: PreVote (§9.6 of the dissertation), leader stickiness (§4.2.3), backoff, and
//! what is said along with votes.

mod harness;

use core::time::Duration;

use harness::{
    Cluster, append, at, ballot_request, id, message, ms, pre_vote_reply, pre_vote_request, vote_reply, vote_request,
};
use raftarium_core::{
    Ballot, Body, ElectionReason, EntryId, Event, LogIndex, Node, Role, Settings, Term, VoteReply, VoteRequest,
};

fn pre_vote(settings: &mut Settings) {
    settings.pre_vote = true;
}

/// S1 of three in term 5, with the log 1 1 4.
fn voter(choose: impl Fn(&mut Settings)) -> Cluster {
    Cluster::alone_with(3, 5, &[1, 1, 4], choose)
}

#[test]
fn a_pre_candidate_asks_without_beginning_a_term_9_6() {
    let mut cluster = voter(pre_vote);
    let before = cluster.node(1).hard_state();
    cluster.time_out(1);
    assert_eq!((cluster.node(1).role(), cluster.node(1).hard_state()), (Role::PreCandidate, before));
    assert_eq!(cluster.take_said(), [2, 3].map(|to| pre_vote_request(1, to, 6, at(3, 4))));
    assert_eq!(cluster.server(1).disk.durable.hard_state, before);
}

#[test]
fn a_majority_that_would_vote_for_it_makes_it_a_candidate_9_6() {
    let mut cluster = voter(pre_vote);
    cluster.campaign(1);
    cluster.take_said();
    cluster.receive(pre_vote_reply(2, 1, 5, false)).expect("a refusal");
    assert_eq!(cluster.node(1).role(), Role::PreCandidate);
    cluster.receive(pre_vote_reply(3, 1, 6, true)).expect("a grant");
    assert_eq!((cluster.node(1).role(), cluster.term(1)), (Role::Candidate, 6));
    assert_eq!(cluster.take_said(), [2, 3].map(|to| vote_request(1, to, 6, at(3, 4))));
    let started = Event::ElectionStarted { term: Term(6), reason: ElectionReason::Requested, attempt: 1 };
    assert!(cluster.server(1).events.contains(&started), "one attempt, and the reason that it began with");
}

#[test]
fn grants_that_are_not_of_this_pre_vote_do_not_count_9_6() {
    for (what, reply) in [
        ("a vote", vote_reply(2, 1, 5, true)),
        ("of an earlier one", pre_vote_reply(2, 1, 5, true)),
        ("of a later one", pre_vote_reply(2, 1, 7, true)),
        ("of a server that does not vote", pre_vote_reply(9, 1, 6, true)),
    ] {
        let mut cluster = voter(pre_vote);
        cluster.campaign(1);
        cluster.receive(reply).expect("a peer may send it");
        assert_eq!((cluster.node(1).role(), cluster.term(1)), (Role::PreCandidate, 5), "{what}");
    }
}

#[test]
fn who_would_get_a_vote_and_what_that_changes_9_6() {
    for (what, term, last, granted) in [
        ("as good a log", 6, at(3, 4), true),
        ("a longer log", 9, at(4, 4), true),
        ("a shorter log", 6, at(2, 4), false),
        ("an older log", 6, at(9, 3), false),
        ("a term that has begun", 5, at(3, 4), false),
        ("a term that is over", 4, at(3, 4), false),
    ] {
        let mut cluster = voter(|_| {});
        cluster.receive(vote_request(3, 1, 5, at(3, 4))).expect("S3, which gets the vote of term 5");
        cluster.take_said();
        let (before, deadline) = (cluster.node(1).hard_state(), cluster.node(1).deadline());
        cluster.now = ms(100);
        cluster.receive(pre_vote_request(2, 1, term, last)).expect("a pre-candidate");
        let told = if granted { term } else { 5 };
        assert_eq!(cluster.take_said(), [pre_vote_reply(1, 2, told, granted)], "{what}");
        assert_eq!(cluster.node(1).hard_state(), before, "{what}: nothing is promised");
        assert_eq!(cluster.node(1).deadline(), deadline, "{what}: a pre-vote keeps nobody quiet");
    }
}

#[test]
fn a_server_that_never_voted_may_refuse_a_pre_vote() {
    // In term 0, in which there is nothing else to say.
    let mut cluster = Cluster::with_joiners(2, 0, |number, settings| {
        (settings.pre_vote, settings.priority) = (true, if number == 2 { 1 } else { 0 });
    });
    cluster.campaign(1);
    cluster.deliver(1, 2);
    assert_eq!(cluster.wire, [pre_vote_reply(2, 1, 0, false)]);
    cluster.deliver_all();
    assert_eq!(cluster.node(1).role(), Role::PreCandidate);
}

#[test]
fn a_pre_candidate_follows_the_leader_that_it_missed_9_6() {
    let mut cluster = voter(pre_vote);
    cluster.time_out(1);
    cluster.receive(append(2, 1, 5, at(3, 4), &[], 0)).expect("the leader");
    assert_eq!((cluster.node(1).role(), cluster.node(1).leader()), (Role::Follower, Some(id(2))));
}

/// Five servers, of which S1 leads. S5 is cut off for long, and comes back.
fn rejoin(choose: impl Fn(&mut Settings)) -> (Cluster, u64) {
    let mut cluster = Cluster::with(5, choose);
    cluster.elect(1);
    let term = cluster.term(1);
    for _ in 0..3 {
        cluster.partition(&[&[1, 2, 3, 4]]);
        cluster.pass(3_000);
        cluster.heal();
        cluster.pass(1_000);
    }
    (cluster, term)
}

#[test]
fn a_server_that_comes_back_deposes_a_healthy_leader_without_pre_vote_9_6() {
    let (cluster, term) = rejoin(|_| {});
    assert!(cluster.term((1..=5).next().expect("S1")) > term + 3, "its term had grown, and all had to follow");
}

#[test]
fn a_server_that_comes_back_disturbs_nobody_with_pre_vote_9_6() {
    let (cluster, term) = rejoin(pre_vote);
    assert_eq!(cluster.roles()[0], Role::Leader);
    assert!((1..=5).all(|number| cluster.term(number) == term), "no term has begun");
}

/// The terms that begin while only these groups can talk, and `leader` leads at first.
fn terms_begun(size: u64, leader: u64, groups: &[&[u64]], choose: impl Fn(&mut Settings)) -> u64 {
    let mut cluster = Cluster::with(size, choose);
    cluster.elect(leader);
    let term = cluster.term(leader);
    cluster.partition(groups);
    cluster.pass(5_000);
    (1..=size).map(|number| cluster.term(number)).max().expect("servers") - term
}

#[test]
fn links_that_are_cut_make_plain_raft_restless_and_pre_vote_quiet_9_6() {
    for (what, size, leader, groups) in [
        ("a half-broken switch", 3, 3, &[&[1, 2][..], &[2, 3]][..]),
        ("omission faults", 5, 3, &[&[1, 2, 3][..], &[2, 4], &[3, 5]]),
    ] {
        let plain = terms_begun(size, leader, groups, |_| {});
        assert!(plain > 3, "{what}, plain: {plain} terms");
        let quiet = terms_begun(size, leader, groups, |settings| {
            (settings.pre_vote, settings.leader_stickiness) = (true, true);
        });
        assert_eq!(quiet, 0, "{what}, with PreVote and stickiness");
    }
}

#[test]
fn whoever_hears_from_a_leader_puts_vote_requests_aside_4_2_3() {
    let request = |ballot| ballot_request(ballot, 3, 1, 6, at(3, 4));
    let cases: [(&str, Ballot, u64, bool, bool); 6] = [
        ("a vote, soon after the leader", Ballot::Vote, 249, false, false),
        ("a pre-vote, soon after the leader", Ballot::PreVote, 249, false, false),
        ("a vote, after the shortest timeout", Ballot::Vote, 250, false, true),
        ("a pre-vote, after the shortest timeout", Ballot::PreVote, 250, false, true),
        ("the leader hands over", Ballot::Transfer, 101, false, true),
        ("the host knows that the leader is gone", Ballot::Vote, 101, true, true),
    ];
    for (what, ballot, now, forgets, answered) in cases {
        let mut cluster = voter(|settings| settings.leader_stickiness = true);
        cluster.now = ms(100);
        cluster.receive(append(2, 1, 5, at(3, 4), &[], 0)).expect("the leader");
        cluster.take_said();
        cluster.now = ms(now);
        if forgets {
            cluster.forget_leader(1);
        }
        let before = cluster.node(1).hard_state();
        cluster.receive(request(ballot)).expect(what);
        assert_eq!(cluster.take_said().len(), usize::from(answered), "{what}");
        let entered = answered && ballot != Ballot::PreVote;
        assert_eq!(cluster.node(1).hard_state() != before, entered, "{what}");
        let ignored = Event::VoteIgnored { from: id(3), term: Term(6), leader: Some(id(2)) };
        assert_eq!(cluster.server(1).events.contains(&ignored), !answered, "{what}");
    }
}

#[test]
fn elections_that_fail_spread_the_timeouts_until_a_leader_is_found() {
    let mut cluster = voter(|settings| settings.backoff_doublings_max = 3);
    let wait = |cluster: &Cluster| {
        let deadline = cluster.node(1).deadline().expect("a voter");
        deadline.at.since(deadline.since)
    };
    let mut longest = Duration::ZERO;
    for attempt in 1..=60_u32 {
        cluster.time_out(1);
        let spread = 150 << (attempt - 1).min(3);
        let wait = wait(&cluster);
        assert!(
            wait >= Duration::from_millis(150) && wait <= Duration::from_millis(150 + spread),
            "{attempt}: {wait:?}"
        );
        longest = longest.max(wait);
    }
    assert!(longest > Duration::from_millis(1_000), "{longest:?}");
    let term = cluster.term(1);
    cluster.receive(append(2, 1, term, at(3, 4), &[], 0)).expect("the leader");
    assert!(wait(&cluster) <= Duration::from_millis(300));
    cluster.time_out(1);
    assert!(wait(&cluster) <= Duration::from_millis(300), "and it starts from the beginning");
}

#[test]
fn priorities_decide_between_equal_logs() {
    for (what, ballot, last, priority, granted) in [
        ("as high", Ballot::Vote, at(3, 4), 2, true),
        ("lower", Ballot::Vote, at(3, 4), 1, false),
        ("lower, with a longer log", Ballot::Vote, at(4, 4), 1, true),
        ("higher, with a shorter log", Ballot::Vote, at(2, 4), 9, false),
        ("lower, in a pre-vote", Ballot::PreVote, at(3, 4), 1, false),
        ("lower, and the leader wants it", Ballot::Transfer, at(3, 4), 1, true),
    ] {
        let mut cluster = voter(|settings| settings.priority = 2);
        let request = VoteRequest { ballot, last, commit: EntryId::ZERO, priority };
        cluster.receive(message(2, 1, 6, Body::VoteRequest(request))).expect(what);
        let said = cluster.take_said();
        let Body::VoteReply(reply) = &said[0].body else { panic!("{said:?}") };
        assert_eq!(reply.granted, granted, "{what}");
    }
}

#[test]
fn votes_carry_what_is_committed() {
    let voter_learns = |commit| {
        let mut cluster = voter(|_| {});
        let request = VoteRequest { ballot: Ballot::Vote, last: at(9, 5), commit, priority: 0 };
        cluster.receive(message(2, 1, 6, Body::VoteRequest(request))).expect("a candidate");
        cluster.commit(1)
    };
    assert_eq!(voter_learns(at(2, 1)), 2);
    assert_eq!(voter_learns(at(3, 3)), 0, "it has another entry there");
    assert_eq!(voter_learns(at(9, 5)), 0, "it has none there");

    let mut candidate = voter(|_| {});
    candidate.campaign(1);
    let reply = VoteReply { pre_vote: false, granted: false, commit: at(2, 1) };
    candidate.receive(message(2, 1, 6, Body::VoteReply(reply.clone()))).expect("a refusal");
    assert_eq!(candidate.server(1).applied_up_to(), LogIndex(2));

    let mut leader = voter(|_| {});
    leader.campaign(1);
    leader.receive(vote_reply(2, 1, 6, true)).expect("a vote");
    leader.receive(message(3, 1, 6, Body::VoteReply(VoteReply { granted: true, ..reply }))).expect("a vote");
    assert_eq!(leader.commit(1), 0, "a leader counts for itself");
}

#[test]
fn only_a_follower_forgets_its_leader_and_its_timer_runs_on() {
    let mut cluster = voter(|_| {});
    cluster.receive(append(2, 1, 5, at(3, 4), &[], 0)).expect("the leader");
    let deadline = cluster.node(1).deadline();
    cluster.now = ms(20);
    cluster.forget_leader(1);
    assert_eq!((cluster.node(1).leader(), cluster.node(1).deadline()), (None, deadline));
    cluster.time_out(1);
    let before = cluster.node(1).clone();
    cluster.forget_leader(1);
    assert_eq!(cluster.node(1), &before, "a candidate has no leader");
    cluster.step(1, Node::wake);
}

//! Leader election: §5.1, §5.2 and §5.4.1, and "RequestVote" and "Rules for Servers" of Figure 2.

mod harness;

use harness::{Cluster, accepted, append, at, disk_with, id, message, rejected, vote_reply, vote_request};
use raftarium_core::{
    Boot, CampaignError, Config, ElectionReason, EntryId, Event, Instant, Node, Role, Term, VoteRefusal,
};

#[test]
fn servers_start_as_followers_5_2() {
    let cluster = Cluster::of(5);
    assert_eq!(cluster.roles(), [Role::Follower; 5]);
    assert!((1..=5).all(|number| cluster.node(number).leader().is_none()));
}

#[test]
fn a_follower_that_hears_nothing_starts_an_election_5_2() {
    let mut cluster = Cluster::of(3);
    cluster.time_out(1);

    let node = cluster.node(1);
    assert_eq!((node.role(), node.hard_state().term, node.hard_state().vote), (Role::Candidate, Term(1), Some(id(1))));
    assert_eq!(node.votes().collect::<Vec<_>>(), [(id(1), true)]);
    let request = vote_request(1, 2, 1, EntryId::ZERO).body;
    assert_eq!(cluster.wire, [message(1, 2, 1, request.clone()), message(1, 3, 1, request)]);
    let started = Event::ElectionStarted { term: Term(1), reason: ElectionReason::Timeout, attempt: 1 };
    assert_eq!(cluster.server_mut(1).take_events(), [started]);
}

#[test]
fn a_candidate_leads_with_the_votes_of_a_majority_and_not_before_5_2() {
    for (size, needed) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (7, 4)] {
        let mut cluster = Cluster::alone(size, 0, &[]);
        cluster.campaign(1);
        for voter in 2..=needed {
            assert_eq!(cluster.node(1).role(), Role::Candidate, "{} of {size} votes", voter - 1);
            cluster.receive(vote_reply(voter, 1, 1, true)).expect("a vote");
        }
        assert_eq!(cluster.node(1).role(), Role::Leader, "{needed} of {size} votes");
    }
}

#[test]
fn what_is_not_a_vote_of_this_term_is_not_counted_5_2() {
    let story: [(&str, &[_]); 5] = [
        ("refused", &[vote_reply(2, 1, 2, false), vote_reply(3, 1, 2, false)]),
        ("twice from one voter", &[vote_reply(2, 1, 2, true), vote_reply(2, 1, 2, true)]),
        ("of an earlier term", &[vote_reply(2, 1, 1, true), vote_reply(3, 1, 1, true)]),
        ("of a later term", &[vote_reply(2, 1, 3, true), vote_reply(3, 1, 3, true)]),
        ("of servers that do not vote", &[vote_reply(8, 1, 2, true), vote_reply(9, 1, 2, true)]),
    ];
    for (what, replies) in story {
        let mut cluster = Cluster::alone(5, 1, &[1]);
        cluster.campaign(1);
        for reply in replies {
            cluster.receive(reply.clone()).expect("a peer may send it");
        }
        assert_ne!(cluster.node(1).role(), Role::Leader, "{what}");
    }
}

#[test]
fn a_vote_that_was_refused_is_not_granted_by_a_second_answer_5_2() {
    let mut cluster = Cluster::alone(3, 0, &[]);
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 1, false)).expect("an answer");
    cluster.receive(vote_reply(2, 1, 1, true)).expect("no correct server says this, and it does no harm");
    assert_eq!(cluster.node(1).role(), Role::Candidate);
}

#[test]
fn a_vote_is_given_once_in_a_term_5_2() {
    let mut cluster = Cluster::alone(5, 0, &[]);
    cluster.receive(vote_request(2, 1, 1, EntryId::ZERO)).expect("a candidate");
    cluster.receive(vote_request(3, 1, 1, EntryId::ZERO)).expect("another");
    cluster.receive(vote_request(2, 1, 1, EntryId::ZERO)).expect("the first again: its answer may be lost");
    cluster.receive(vote_request(3, 1, 2, EntryId::ZERO)).expect("the other, in the next term");
    let said = cluster.take_said();
    let expected =
        [vote_reply(1, 2, 1, true), vote_reply(1, 3, 1, false), vote_reply(1, 2, 1, true), vote_reply(1, 3, 2, true)];
    assert_eq!(said, expected);
}

#[test]
fn candidates_and_leaders_have_voted_for_themselves_5_2() {
    for votes in [0, 2] {
        let mut cluster = Cluster::alone(3, 4, &[1]);
        cluster.campaign(1);
        (0..votes).for_each(|_| cluster.receive(vote_reply(2, 1, 5, true)).expect("a vote"));
        cluster.take_said();
        cluster.receive(vote_request(3, 1, 5, at(9, 4))).expect("a candidate of the same term, with a better log");
        assert_eq!(cluster.take_said(), [vote_reply(1, 3, 5, false)]);
        let refused = Event::VoteRefused { to: id(3), reason: VoteRefusal::AlreadyVoted { to: id(1) } };
        assert!(cluster.server(1).events.contains(&refused));
    }
}

#[test]
fn only_an_up_to_date_log_gets_a_vote_5_4_1() {
    for (ours, theirs, granted) in [
        (&[][..], EntryId::ZERO, true),
        (&[1], EntryId::ZERO, false),
        (&[1], at(1, 1), true),
        (&[1], at(2, 1), true),
        (&[1, 1], at(1, 1), false),
        (&[1, 1, 1], at(1, 2), true),
        (&[1, 1, 2], at(9, 1), false),
        (&[1, 1, 2], at(3, 2), true),
        (&[1, 1, 2], at(2, 2), false),
        (&[1, 1, 2], at(1, 3), true),
    ] {
        let mut cluster = Cluster::alone(3, 4, ours);
        cluster.receive(vote_request(2, 1, 5, theirs)).expect("a candidate");
        assert_eq!(cluster.take_said(), [vote_reply(1, 2, 5, granted)], "ours {ours:?}, the candidate's ends {theirs}");
        let vote = granted.then_some(id(2));
        assert_eq!(cluster.node(1).hard_state().vote, vote, "a refusal leaves the vote free");
    }
}

#[test]
fn a_candidate_of_an_earlier_term_is_refused_and_told_5_1() {
    let mut cluster = Cluster::alone(3, 4, &[]);
    cluster.receive(vote_request(2, 1, 3, EntryId::ZERO)).expect("a late message");
    assert_eq!(cluster.take_said(), [vote_reply(1, 2, 4, false)]);
    assert_eq!(cluster.node(1).hard_state().vote, None);
}

#[test]
fn whoever_hears_of_a_higher_term_enters_it_as_a_follower_5_1() {
    let messages = [
        vote_request(2, 1, 7, EntryId::ZERO),
        vote_reply(2, 1, 7, true),
        vote_reply(2, 1, 7, false),
        append(2, 1, 7, at(1, 1), &[], 0),
        append(2, 1, 7, at(9, 6), &[], 0),
        accepted(2, 1, 7, 1),
        rejected(2, 1, 7, 1, at(1, 1)),
    ];
    for message in messages {
        for role in [Role::Follower, Role::Candidate, Role::Leader] {
            let mut cluster = Cluster::alone(3, 1, &[1]);
            become_role(&mut cluster, role);
            cluster.receive(message.clone()).expect("a peer with a higher term");
            let node = cluster.node(1);
            assert_eq!((node.role(), node.hard_state().term), (Role::Follower, Term(7)), "{role:?}: {message:?}");
            let durable = cluster.server(1).disk.durable.hard_state;
            assert_eq!(durable.term, Term(7), "{role:?}: {message:?}");
            assert_eq!(durable.vote, None, "the vote of the old term is not one of the new");
        }
    }
}

fn become_role(cluster: &mut Cluster, role: Role) {
    match role {
        Role::Follower => {}
        Role::PreCandidate | Role::Candidate => cluster.campaign(1),
        Role::Leader => {
            cluster.campaign(1);
            cluster.receive(vote_reply(2, 1, 2, true)).expect("a vote");
        }
    }
    assert_eq!(cluster.node(1).role(), role);
}

#[test]
fn a_candidate_follows_the_leader_of_its_term_and_no_earlier_one_5_2() {
    let mut cluster = Cluster::alone(3, 1, &[]);
    cluster.campaign(1);
    cluster.receive(append(2, 1, 1, EntryId::ZERO, &[], 0)).expect("a leader of the past");
    assert_eq!(cluster.node(1).role(), Role::Candidate);
    cluster.receive(append(2, 1, 2, EntryId::ZERO, &[], 0)).expect("the leader");
    assert_eq!((cluster.node(1).role(), cluster.node(1).leader()), (Role::Follower, Some(id(2))));
    assert_eq!(cluster.node(1).hard_state().vote, Some(id(1)), "it has voted in this term, and stays with it");
}

#[test]
fn a_split_vote_ends_with_the_next_election_5_2() {
    let mut cluster = Cluster::of(4);
    cluster.campaign(1);
    cluster.campaign(4);
    cluster.deliver(1, 2);
    cluster.deliver(4, 3);
    cluster.deliver_all();
    assert_eq!(cluster.roles(), [Role::Candidate, Role::Follower, Role::Follower, Role::Candidate]);

    cluster.time_out(4);
    cluster.deliver_all();
    assert_eq!(cluster.roles(), [Role::Follower, Role::Follower, Role::Follower, Role::Leader]);
    assert_eq!(cluster.node(4).hard_state().term, Term(2));
    assert!((1..=3).all(|number| cluster.node(number).leader() == Some(id(4))));
}

#[test]
fn a_leader_shows_itself_at_once_5_2() {
    for no_op in [true, false] {
        let mut cluster = Cluster::with(3, |settings| settings.no_op_on_election = no_op);
        cluster.campaign(1);
        cluster.deliver(1, 2);
        cluster.deliver(2, 1);
        assert_eq!((cluster.on_wire(1, 2).len(), cluster.on_wire(1, 3).len()), (1, 2), "no-op: {no_op}");
        cluster.deliver_all();
        assert_eq!(cluster.node(3).leader(), Some(id(1)));
        assert_eq!(cluster.log_terms(3), if no_op { vec![1] } else { vec![] });
    }
}

#[test]
fn a_server_can_be_told_to_campaign_unless_it_leads_or_does_not_vote() {
    let mut cluster = Cluster::of(3);
    cluster.elect(2);
    let before = cluster.node(2).clone();
    let refused = cluster.step(2, |node, now| node.campaign(now));
    assert_eq!(refused, Err(CampaignError::AlreadyLeader { term: Term(1) }));
    assert_eq!(cluster.node(2), &before);

    let mut outsider =
        Node::start(id(9), Config::default(), disk_with(3, 0, &[]), Boot(1), Instant::ZERO).expect("an empty disk");
    assert_eq!(outsider.campaign(Instant::ZERO), Err(CampaignError::NotVoter));
    assert_eq!(outsider.deadline(), None, "it never becomes a candidate, so it only waits for messages");
}

/// Figure 7: the logs with which a leader of term 8 may find itself. S1 has the leader's, S2 to S7 are (a) to (f).
const FIGURE_7: [&[u64]; 7] = [
    &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
    &[1, 1, 1, 4, 4, 5, 5, 6, 6],
    &[1, 1, 1, 4],
    &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    &[1, 1, 1, 4, 4, 4, 4],
    &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
];

#[test]
fn figure_7_who_votes_for_whom_5_4_1() {
    for (candidate, voters_for_it) in [
        (1, vec![1, 2, 3, 6, 7]),
        (2, vec![2, 3, 6, 7]),
        (3, vec![3, 7]),
        (4, vec![1, 2, 3, 4, 6, 7]),
        (5, vec![1, 2, 3, 4, 5, 6, 7]),
        (6, vec![3, 6, 7]),
        (7, vec![7]),
    ] {
        let mut cluster = Cluster::with_logs(7, &FIGURE_7);
        cluster.campaign(candidate);
        (1..=7).for_each(|voter| cluster.deliver(candidate, voter));
        let granted = |voter: &u64| {
            let yes = vote_reply(1, 2, 1, true).body;
            *voter == candidate || cluster.on_wire(*voter, candidate).contains(&&yes)
        };
        let votes: Vec<_> = (1..=7).filter(granted).collect();
        assert_eq!(votes, voters_for_it, "for S{candidate}");
        cluster.deliver_all();
        let expected = if votes.len() >= 4 { Role::Leader } else { Role::Candidate };
        assert_eq!(cluster.node(candidate).role(), expected, "S{candidate}");
    }
}

#[test]
fn figure_7_the_leader_makes_all_logs_its_own_5_3() {
    for leader in [1, 2, 4, 5] {
        let mut cluster = Cluster::with_logs(7, &FIGURE_7);
        cluster.elect(leader);
        let proposed = cluster.propose(leader, "x").expect("the leader");
        cluster.deliver_all();
        cluster.assert_logs_equal();
        assert_eq!(cluster.node(leader).log().last(), proposed);
        assert_eq!(cluster.commit(leader), proposed.index.0);
    }
}

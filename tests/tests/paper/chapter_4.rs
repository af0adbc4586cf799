//! Chapter 4 of the dissertation, cluster membership changes: one server at a time (4.1), and availability (4.2, 4.4).

use raftarium_core::Change::{AddLearner, AddVoter, Remove};
use raftarium_core::{
    Body, EntryId, Event, LogIndex, Membership, NodeId, Payload, Role, Settings, StepDownReason, Transition,
};

use crate::harness::{Cluster, append, at, id, vote_reply, vote_request, voters};

fn everything(settings: &mut Settings) {
    *settings = Settings::default();
}

fn voters_of(cluster: &Cluster, number: u64) -> Vec<u64> {
    cluster.node(number).membership().voters().iter().map(|voter| voter.0).collect()
}

/// An AppendEntries of S2 to S1 in term 5 whose entry, after `prev`, makes `membership` hold.
fn change_after(prev: EntryId, membership: Membership) -> raftarium_core::Message {
    let mut message = append(2, 1, 5, prev, &[5], 0);
    if let Body::AppendRequest(request) = &mut message.body {
        request.entries[0].payload = Payload::Membership(Box::new(membership));
    }
    message
}

#[test]
fn dissertation_4_1_any_majority_of_the_old_and_any_of_the_new_have_a_server_in_common() {
    // Figure 4.3, for every cluster of up to seven, every server that can be added or removed, and every two majorities.
    let is_majority = |set: u32, of: &Membership| {
        let yes = |node: NodeId| Some((set >> node.0) & 1 == 1);
        of.vote_result(yes) == raftarium_core::quorum::VoteResult::Won
    };
    for size in 1..=7 {
        let old = voters(size);
        let removals = (1..=size).map(|number| Remove(id(number)));
        for change in removals.chain([AddVoter(id(size + 1))]) {
            let Ok(new) = old.simple(&[change]) else { continue };
            for one in (0..1_u32 << (size + 2)).filter(|&set| is_majority(set, &old)) {
                for other in (0..1_u32 << (size + 2)).filter(|&set| set & one == 0) {
                    assert!(!is_majority(other, &new), "{one:b} of {old:?}, {other:b} of {new:?}");
                }
            }
        }
    }
}

#[test]
fn dissertation_4_1_a_server_uses_the_newest_membership_in_its_log_whether_or_not_it_is_committed() {
    let mut cluster = Cluster::alone(3, 5, &[1]);
    cluster.receive(change_after(at(1, 1), voters(4))).expect("the leader");
    assert_eq!((voters_of(&cluster, 1), cluster.commit(1)), (vec![1, 2, 3, 4], 0));
    cluster.receive(change_after(at(2, 5), voters(5))).expect("the leader");
    assert_eq!((voters_of(&cluster, 1), cluster.commit(1)), (vec![1, 2, 3, 4, 5], 0));
    cluster.crash(1);
    cluster.restart(1);
    assert_eq!(voters_of(&cluster, 1), [1, 2, 3, 4, 5]);
    // "A server must be prepared to fall back to the previous configuration in its log."
    for (term, prev, expected) in [(6, at(2, 5), vec![1, 2, 3, 4]), (7, at(1, 1), vec![1, 2, 3])] {
        cluster.receive(append(3, 1, term, prev, &[term], 0)).expect("a later leader");
        assert_eq!(voters_of(&cluster, 1), expected, "the entry after {prev} is another one now");
    }
}

#[test]
fn dissertation_4_1_the_new_majority_is_what_commits_the_change() {
    for (change, followers, commits) in [
        (AddVoter(id(4)), &[2][..], false),
        (AddVoter(id(4)), &[2, 4], true),
        (AddVoter(id(4)), &[2, 3], true),
        (Remove(id(3)), &[3], false),
        (Remove(id(3)), &[2], true),
    ] {
        let mut cluster = Cluster::with_joiners(3, 1, |_, _| {});
        cluster.elect(1);
        cluster.pass(60);
        let change = cluster.change(1, &[change], Transition::Auto).expect("the leader");
        let reached: Vec<u64> = [&[1], followers].concat();
        cluster.partition(&[&reached]);
        cluster.deliver_all();
        assert_eq!(cluster.commit(1) >= change.index.0, commits, "{change:?} on {reached:?}");
    }
}

#[test]
fn dissertation_4_1_a_leader_that_is_not_in_the_followers_membership_is_followed() {
    let mut cluster = Cluster::alone(3, 5, &[1]);
    cluster.receive(append(9, 1, 6, at(1, 1), &[6], 2)).expect("S9 may be in a membership that is not here yet");
    assert_eq!((cluster.node(1).leader(), cluster.commit(1)), (Some(id(9)), 2));
}

#[test]
fn dissertation_4_1_a_candidate_that_is_not_in_the_voters_membership_gets_its_vote() {
    let mut cluster = Cluster::alone(3, 5, &[1]);
    cluster.receive(vote_request(9, 1, 6, at(1, 1))).expect("S9 may have been added by an entry that is not here yet");
    assert_eq!(cluster.take_said(), [vote_reply(1, 9, 6, true)]);
}

#[test]
fn dissertation_4_2_1_a_new_server_with_an_empty_log_is_found_in_one_step() {
    let mut cluster = Cluster::with_joiners(3, 1, |_, _| {});
    cluster.elect(1);
    for _ in 0..500 {
        cluster.propose(1, "x").expect("the leader");
        cluster.deliver_all();
    }
    cluster.change(1, &[AddLearner(id(4))], Transition::Auto).expect("the leader");
    cluster.pass(100);
    let backed_up = cluster.count_events(1, |event| matches!(event, Event::BackedUp { peer: NodeId(4), .. }));
    assert_eq!((backed_up, cluster.node(4).log().last().index), (1, LogIndex(502)));
}

#[test]
fn dissertation_4_2_1_the_host_sees_when_a_learner_has_caught_up_and_promotes_it_then() {
    // The rounds of Figure 4.5 are the host's: it compares what the learner has with what there is.
    let mut cluster = Cluster::with_joiners(3, 1, |_, _| {});
    cluster.elect(1);
    (0..50).for_each(|_| _ = cluster.propose(1, "x").expect("the leader"));
    cluster.deliver_all();
    cluster.partition(&[&[1, 2, 3]]);
    cluster.change(1, &[AddLearner(id(4))], Transition::Auto).expect("the leader");
    cluster.pass(200);
    let behind = |cluster: &Cluster| {
        let progress = cluster.node(1).followers().iter().find(|it| it.id() == id(4)).expect("it is replicated to");
        cluster.node(1).log().last().index.0 - progress.matched().0
    };
    assert_eq!(behind(&cluster), 52, "a server that cannot be reached is never promoted");
    cluster.heal();
    cluster.pass(100);
    assert_eq!(behind(&cluster), 0);
    let promoted = cluster.change(1, &[AddVoter(id(4))], Transition::Auto).expect("the leader");
    cluster.partition(&[&[1, 2, 4]]);
    cluster.deliver_all();
    assert_eq!(cluster.commit(1), promoted.index.0, "it counts at once");
}

#[test]
fn dissertation_4_2_2_a_leader_can_hand_over_before_it_is_removed() {
    let mut cluster = Cluster::with(3, everything);
    cluster.elect(1);
    cluster.pass(60);
    cluster.transfer(1, 2).expect("a voter");
    cluster.pass(60);
    let removal = cluster.change(2, &[Remove(id(1))], Transition::Auto).expect("the new leader");
    cluster.pass(60);
    assert_eq!((cluster.leader(), cluster.commit(2)), (Some(2), removal.index.0));
    let removed = |event: &Event| matches!(event, Event::SteppedDown { reason: StepDownReason::Removed, .. });
    assert_eq!(
        cluster.count_events(1, removed) + cluster.count_events(2, removed),
        0,
        "nobody had to step down for it"
    );
}

/// Figure 4.7: S4 leads four servers and has appended the removal of S1, and nobody else has that entry yet. S1 hears
/// nothing any more, and its log is as good as those of S2 and S3, which S4 keeps showing itself to. What becomes of S4?
fn figure_4_7(choose: impl Fn(&mut Settings)) -> Cluster {
    let mut cluster = Cluster::with(4, choose);
    cluster.elect(4);
    cluster.pass(60);
    cluster.change(4, &[Remove(id(1))], Transition::Auto).expect("the leader");
    let timeout = cluster.node(1).deadline().expect("a voter").at;
    let has_entries = |body: &Body| matches!(body, Body::AppendRequest(request) if !request.entries.is_empty());
    while cluster.now < timeout {
        // The entry is lost again and again; what is left of the leader's messages are its heartbeats.
        while !cluster.wire.is_empty() {
            if has_entries(&cluster.wire[0].body) { _ = cluster.wire.remove(0) } else { cluster.deliver_nth(0) }
        }
        cluster.now = cluster.node(4).deadline().expect("a leader").at.min(timeout);
        cluster.step(4, raftarium_core::Node::wake);
    }
    cluster.wire.clear();
    cluster.step(1, raftarium_core::Node::wake);
    cluster.deliver_all();
    cluster
}

#[test]
fn dissertation_4_2_3_pre_vote_alone_does_not_keep_out_a_server_that_is_being_removed() {
    let cluster = figure_4_7(|settings| settings.pre_vote = true);
    assert_eq!((cluster.node(1).role(), cluster.node(4).role()), (Role::Leader, Role::Follower));
}

#[test]
fn dissertation_4_2_3_a_removed_server_cannot_depose_a_leader_that_voters_hear_from() {
    for pre_vote in [false, true] {
        let cluster = figure_4_7(|settings| *settings = Settings { pre_vote, ..Settings::default() });
        assert_eq!((cluster.leader(), cluster.term(4), cluster.term(2)), (Some(4), 1, 1), "pre-vote: {pre_vote}");
    }
}

#[test]
fn dissertation_4_2_3_a_transfer_is_the_exception() {
    let mut cluster = Cluster::with(3, everything);
    cluster.elect(1);
    cluster.pass(60);
    cluster.transfer(1, 3).expect("a voter");
    cluster.deliver_all();
    assert_eq!(cluster.leader(), Some(3), "although all have just heard from S1");
}

#[test]
fn dissertation_4_4_a_cluster_begins_with_one_server_and_machines_are_replaced_by_adding_before_removing() {
    let mut cluster = Cluster::with_joiners(1, 4, |_, settings| everything(settings));
    cluster.elect(1);
    cluster.pass(60);
    let story = [
        AddVoter(id(2)),
        AddVoter(id(3)),
        // S4 takes the place of S1, which leads, and S5 that of S2.
        AddVoter(id(4)),
        Remove(id(1)),
        AddVoter(id(5)),
        Remove(id(2)),
    ];
    for change in story {
        let leader = cluster.leader().expect("at every moment of it");
        cluster.change(leader, &[change], Transition::Auto).expect("the one before is committed");
        cluster.pass(400);
        let leader = cluster.leader().expect("at every moment of it");
        let proposed = cluster.propose(leader, "x").expect("the leader");
        cluster.pass(100);
        assert_eq!(cluster.commit(leader), proposed.index.0, "after {change:?}");
    }
    assert_eq!(voters_of(&cluster, 5), [3, 4, 5]);
    cluster.assert_states_equal(&[3, 4, 5]);
}

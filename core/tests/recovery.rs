//! A server whose disk has lost what it acknowledged: who notices, and how it comes back.

mod harness;

use core::num::NonZeroU64;

use harness::{Cluster, accepted, accepted_in, at, disk_with, id, message, vote_reply, voters};
use raftarium_core::Change::{AddVoter, Remove};
use raftarium_core::{
    AppendReply, Body, Boot, Config, DurableState, EntryId, Event, HardState, Instant, LogIndex, Message, Node, Role,
    Settings, StartError, StepDownReason, Term, Transition,
};

fn is_loss(event: &Event) -> bool {
    matches!(event, Event::PeerLostData { .. })
}

fn rejected_in(round: u64, prev: u64, hint: EntryId) -> Message {
    message(2, 1, 2, Body::AppendReply(AppendReply::Rejected { prev: LogIndex(prev), hint, round }))
}

/// S1 of three leads term 2 with the log 1 1 2, of which S2 has acknowledged everything in round 1.
fn acknowledged() -> Cluster {
    let mut cluster = Cluster::alone_with(3, 1, &[1, 1], |settings| settings.no_op_on_election = false);
    cluster.campaign(1);
    cluster.receive(vote_reply(2, 1, 2, true)).expect("a vote");
    cluster.propose(1, "x").expect("the leader");
    cluster.receive(accepted(2, 1, 2, 2)).expect("an answer");
    cluster.time_out(1);
    cluster.receive(accepted_in(1, 2, 1, 2, 3)).expect("an answer");
    assert_eq!(cluster.commit(1), 3);
    cluster
}

#[test]
fn a_leader_tells_of_a_follower_that_denies_what_it_acknowledged() {
    for (what, round, hint, lost) in [
        ("an answer to what was sent before", 1, EntryId::ZERO, false),
        ("an answer to what was sent after", 2, EntryId::ZERO, true),
        ("an answer that denies a part", 2, at(2, 1), true),
        ("an answer that denies nothing", 2, at(3, 2), false),
    ] {
        let mut cluster = acknowledged();
        cluster.keep_findings();
        cluster.time_out(1);
        for _ in 0..3 {
            cluster.receive(rejected_in(round, 3, hint)).expect("an answer");
        }
        assert_eq!(cluster.count_events(1, is_loss), usize::from(lost), "{what}: once, or not at all");
        let follower = &cluster.node(1).followers()[0];
        assert_eq!((follower.has_lost_data(), follower.matched()), (lost, LogIndex(3)), "{what}");
    }
}

#[test]
fn a_wiped_server_that_comes_back_under_its_old_name_is_noticed_and_not_counted() {
    let mut cluster = Cluster::with(3, |settings| *settings = Settings::default());
    cluster.elect(1);
    let proposed = cluster.propose(1, "x").expect("the leader");
    cluster.pass(100);
    cluster.keep_findings();
    cluster.crash(2);
    cluster.server_mut(2).disk.durable = DurableState::new(voters(3));
    cluster.restart(2);
    cluster.pass(60);
    let told = Event::PeerLostData { peer: id(2), acknowledged: proposed.index, has: EntryId::ZERO };
    assert!(cluster.server(1).events.contains(&told));

    cluster.crash(3);
    cluster.propose(1, "y").expect("the leader");
    cluster.pass(400);
    assert_eq!((cluster.commit(1), cluster.node(1).role()), (proposed.index.0, Role::Follower));
    let lost = |event: &Event| matches!(event, Event::SteppedDown { reason: StepDownReason::QuorumLost, .. });
    assert_eq!(cluster.count_events(1, lost), 1, "it is as good as silent");
}

#[test]
fn a_wiped_server_comes_back_under_a_new_name() {
    let mut cluster = Cluster::with_joiners(3, 1, |_, settings| *settings = Settings::default());
    cluster.elect(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.pass(100);
    cluster.crash(2);
    let change = [Remove(id(2)), AddVoter(id(4))];
    cluster.change(1, &change, Transition::Auto).expect("the leader");
    cluster.pass(500);
    cluster.crash(3);
    let proposed = cluster.propose(1, "y").expect("the leader");
    cluster.pass(500);
    assert_eq!(cluster.server(4).applied_up_to(), proposed.index, "S1 and S4 are a majority of three");
    assert_eq!(cluster.count_events(1, is_loss), 0);
}

#[test]
fn a_log_that_lost_its_end_is_refused_if_anything_tells_of_it() {
    let start = |disk| Node::start(id(1), Config::default(), disk, Boot(2), Instant::ZERO).map(drop);
    let disk = |commit, applied, kept: &[u64]| DurableState {
        hard_state: HardState { term: Term(2), vote: None, commit: LogIndex(commit) },
        applied: LogIndex(applied),
        ..disk_with(3, 2, kept)
    };
    let (base, last) = (LogIndex(0), LogIndex(2));
    assert_eq!(start(disk(2, 2, &[1, 1])), Ok(()));
    let committed = StartError::CommitOutsideLog { commit: LogIndex(3), base, last };
    assert_eq!(start(disk(3, 0, &[1, 1])), Err(committed), "the hard state knows that it was committed");
    let applied = StartError::AppliedOutsideLog { applied: LogIndex(3), base, last };
    assert_eq!(start(disk(0, 3, &[1, 1])), Err(applied), "the state machine has it");
    let (commit, last) = (LogIndex(1), LogIndex(0));
    assert_eq!(start(disk(1, 0, &[])), Err(StartError::CommitOutsideLog { commit, base, last }), "no log at all");
}

/// S3 was cut off while S1 took a snapshot, and gets it in parts; S3 crashes after each of its outputs in turn.
#[test]
fn a_crash_between_any_two_outputs_while_a_snapshot_arrives_7() {
    let mut boundaries = 0;
    loop {
        let mut cluster = Cluster::with(3, |settings| {
            (settings.max_append_entries, settings.snapshot_after_entries) = (2, NonZeroU64::new(4));
        });
        cluster.elect(1);
        cluster.partition(&[&[1, 2]]);
        for command in 0..6 {
            cluster.propose(1, &format!("{command}")).expect("the leader");
            cluster.deliver_all();
        }
        assert!(cluster.node(1).log().base().index > LogIndex(1), "S3 needs the snapshot");
        cluster.heal();
        let crashed = arrives(&mut cluster, boundaries);
        if crashed {
            cluster.restart(3);
        }
        cluster.pass(1_000);
        cluster.assert_states_equal(&[1, 2, 3]);
        assert_eq!(cluster.commit(3), cluster.commit(1), "S3 crashed after {boundaries} outputs");
        if !crashed {
            break;
        }
        boundaries += 1;
    }
    assert!(boundaries > 20, "{boundaries}");
}

/// Time passes until S3 has all, one output or one write of it after the other. True if it crashed, after `left`.
fn arrives(cluster: &mut Cluster, mut left: usize) -> bool {
    for _ in 0..20 {
        cluster.time_out(1);
        while !cluster.wire.is_empty() {
            let message = cluster.wire.remove(0);
            let number = message.to.0;
            cluster.input(number, |node, now| node.receive(now, message)).expect("a correct peer");
            while cluster.poll(number) || cluster.write_one(number) {
                if number == 3 && left == 0 {
                    cluster.crash(3);
                    return true;
                }
                left -= usize::from(number == 3);
            }
        }
    }
    false
}

//! What is in the log, and what a leader believes of it.

use raftarium_core::{Body, Message, Mistakes};

use super::{Told, cluster, end, end_if, try_to_elect};
use crate::harness::{Cluster, disk_with, id};

/// Figure 8: S1 leads term 4, and its entry of term 2 is on S1, S2 and S3. S5, which has one of term 3, overwrites it.
pub(super) fn figure_8_an_entry_of_an_earlier_term_is_counted_5_4_2(mistakes: Mistakes) -> Told {
    let mut cluster = Cluster::on_disks((0..5).map(|_| disk_with(5, 1, &[1])), |_, settings| {
        (settings.no_op_on_election, settings.mistakes) = (false, mistakes);
    });
    cluster.keep_findings();
    cluster.elect(1);
    cluster.propose(1, "of term 2").expect("the leader");
    cluster.deliver(1, 2);
    cluster.wire.clear();

    cluster.crash(1);
    cluster.partition(&[&[3, 4, 5]]);
    cluster.elect(5);
    cluster.propose(5, "of term 3").expect("the leader");
    cluster.wire.clear();

    cluster.crash(5);
    cluster.restart(1);
    try_to_elect(&mut cluster, 1, &[1, 2, 3]);
    cluster.time_out(1);
    cluster.deliver_all();
    assert_eq!((cluster.term(1), cluster.log_terms(3)), (4, vec![1, 2]));

    cluster.crash(1);
    cluster.restart(5);
    try_to_elect(&mut cluster, 5, &[2, 3, 4, 5]);
    end(&cluster)
}

/// S2 has acknowledged two commands when the message with the first arrives again.
pub(super) fn a_late_and_shorter_append_cuts_off_what_was_acknowledged_5_3(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |_| {});
    cluster.elect(1);
    cluster.partition(&[&[1, 2]]);
    cluster.propose(1, "x").expect("the leader");
    let late = appends(&mut cluster, 2).remove(0);
    cluster.deliver_all();
    cluster.propose(1, "y").expect("the leader");
    cluster.deliver_all();
    assert_eq!(cluster.commit(1), 2);
    cluster.receive(late).expect("the leader's");
    cluster.crash(1);
    try_to_elect(&mut cluster, 2, &[2, 3]);
    end(&cluster)
}

/// S1 sends two commands to S2, one after the other; the second is lost, the first is answered.
pub(super) fn an_answer_to_the_first_message_acknowledges_the_second_5_3(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |_| {});
    cluster.elect(1);
    cluster.pass(60);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver(1, 2);
    cluster.propose(1, "y").expect("the leader");
    cluster.wire.retain(|message| message.from != id(1));
    cluster.deliver(2, 1);
    cluster.crash(1);
    try_to_elect(&mut cluster, 2, &[2, 3]);
    end(&cluster)
}

/// S2's answers to two messages change places. Nothing that it has acknowledged should be sent again.
pub(super) fn two_answers_change_places_5_3(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |_| {});
    cluster.elect(1);
    cluster.pass(60);
    for command in ["x", "y"] {
        cluster.propose(1, command).expect("the leader");
        cluster.deliver(1, 2);
    }
    cluster.wire.retain(|message| message.from == id(2));
    assert_eq!(cluster.wire.len(), 2);
    cluster.wire.reverse();
    cluster.deliver(2, 1);
    let again = appends(&mut cluster, 2).len();
    end_if(&cluster, again == 0)
}

/// All messages that may be under way are lost in one moment, and none after it.
pub(super) fn a_whole_window_is_lost_in_one_moment_5_3(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |settings| settings.max_in_flight_appends = 2);
    cluster.elect(1);
    cluster.pass(60);
    for command in ["x", "y", "z"] {
        cluster.propose(1, command).expect("the leader");
    }
    cluster.wire.clear();
    cluster.pass(10_000);
    end_if(&cluster, cluster.commit(1) == 3)
}

/// S1 sends four commands to S2, which are under way for long. With the first two on S3, they are committed, and a part
/// of S1's snapshot; that goes to S2 as well, and arrives after the four commands.
pub(super) fn an_old_snapshot_arrives_after_newer_entries_7(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |settings| settings.max_append_entries = 1);
    cluster.chunk_size = 1_000;
    cluster.elect(1);
    cluster.pass(60);
    for command in ["a", "b"] {
        cluster.propose(1, command).expect("the leader");
    }
    cluster.partition(&[&[1], &[2], &[3]]);
    let to_3 = appends(&mut cluster, 3);
    for command in ["c", "d"] {
        cluster.propose(1, command).expect("the leader");
    }
    let to_2 = appends(&mut cluster, 2);
    assert_eq!((to_3.len(), to_2.len()), (2, 4));
    cluster.heal();
    cluster.wire.clear();
    to_3.into_iter().for_each(|message| cluster.receive(message).expect("the leader's"));
    cluster.deliver(3, 1);
    cluster.compact(1, 2).expect("it is applied");

    // S2 says that it lacks what the leader takes to be on its way, and the leader has only the snapshot of it.
    cluster.time_out(1);
    cluster.deliver(1, 2);
    cluster.deliver(2, 1);
    let is_snapshot = |message: &&Message| matches!(message.body, Body::SnapshotChunk(_));
    let snapshot = cluster.wire.iter().find(is_snapshot).cloned().expect("it is sent");
    cluster.wire.clear();
    to_2.into_iter().for_each(|message| cluster.receive(message).expect("the leader's"));
    cluster.deliver(2, 1);
    assert_eq!((cluster.commit(1), cluster.commit(2)), (4, 0));
    cluster.receive(snapshot).expect("the leader's");
    cluster.crash(1);
    try_to_elect(&mut cluster, 2, &[2, 3]);
    end(&cluster)
}

/// The messages with entries that S1 has under way to another.
fn appends(cluster: &mut Cluster, to: u64) -> Vec<Message> {
    let carries = |body: &Body| matches!(body, Body::AppendRequest(request) if !request.entries.is_empty());
    let found = |message: &&Message| message.from == id(1) && message.to == id(to) && carries(&message.body);
    cluster.wire.iter().filter(found).cloned().collect()
}

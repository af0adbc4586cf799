//! What must happen when nothing goes wrong any more.

use raftarium_core::Role;

use crate::harness::Cluster;

/// All servers run, all disks write, all messages arrive: a leader is found within a few timeouts, and all that belong
/// to the cluster agree.
pub(crate) fn recovers(mut cluster: Cluster) {
    cluster.heal();
    for number in 1..=cluster.size() {
        if !cluster.is_up(number) {
            cluster.restart(number);
        }
        cluster.serve(number);
        cluster.release_disk(number);
    }
    for _ in 0..4 {
        cluster.pass(2_000);
        // Without a no-op, what is left of earlier terms waits for a client (§8).
        if let Some(leader) = cluster.leader() {
            // A leader that waits for another's snapshot would apply nothing.
            if cluster.node(leader).waits_for_snapshot() {
                cluster.crash(leader);
                cluster.restart(leader);
                continue;
            }
            let command = format!("the last but {}", cluster.next_command());
            cluster.propose(leader, &command).expect("the leader");
            cluster.pass(500);
        }
        // Whoever was removed and never heard of it is switched off: plain Raft lets it disturb (§6).
        let members = members(&cluster);
        let removed = |number: &u64| cluster.is_up(*number) && !members.contains(number);
        let removed: Vec<_> = (1..=cluster.size()).filter(removed).collect();
        removed.into_iter().for_each(|number| cluster.crash(number));
    }
    cluster.pass(2_000);

    let leader = cluster.leader().expect("a leader");
    let term = cluster.term(leader);
    let proposed = cluster.propose(leader, "the last").expect("the leader");
    let read = cluster.read(leader, false).expect("the leader");
    cluster.pass(1_000);
    assert_eq!((cluster.node(leader).role(), cluster.term(leader)), (Role::Leader, term), "it is left alone");
    assert!(cluster.server(leader).reads.contains(&(read, Ok(()))));
    assert!(!cluster.node(leader).membership().auto_leave(), "left by itself");
    let members: Vec<_> = cluster.node(leader).membership().all().iter().map(|id| id.0).collect();
    for &number in &members {
        assert_eq!(cluster.commit(number), proposed.index.0, "S{number}");
        assert_eq!(cluster.server(number).applied_up_to(), proposed.index, "S{number}");
        cluster.assert_forwards_ended(number);
    }
    cluster.assert_states_equal(&members);
}

/// Who belongs to the cluster by its leader's log, or by the one that is the most up-to-date.
fn members(cluster: &Cluster) -> Vec<u64> {
    let members = |number| cluster.node(number).membership().all();
    let up = (1..=cluster.size()).filter(|&number| cluster.is_up(number));
    let end = |number| (cluster.node(number).log().last().term, cluster.node(number).log().last().index);
    let knows = up.filter(|&number| !members(number).is_empty());
    let best = cluster.leader().or_else(|| knows.max_by_key(|&number| end(number)));
    members(best.expect("a server")).iter().map(|id| id.0).collect()
}

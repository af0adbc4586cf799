//! Who is heard, who waits, and who is asked: what should happen in time, and reads that should be fresh.

use core::time::Duration;

use raftarium_core::Change::{AddVoter, Remove};
use raftarium_core::{Mistakes, Settings, Transition};

use super::{Told, cluster, end, end_if, joined_by};
use crate::harness::{Cluster, disk_with, id, ms};

fn everything(settings: &mut Settings) {
    *settings = Settings::default();
}

/// S2 has a command that S1 committed, and does not know that it is. It is elected, and asked.
pub(super) fn a_fresh_leader_is_read_from_6_4(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |_| {});
    cluster.elect(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    cluster.crash(1);
    cluster.elect(2);
    cluster.read(2, false).expect("the leader");
    cluster.deliver_all();
    end(&cluster)
}

/// S1 has a lease and stands still for 400 ms. S3 is elected meanwhile and commits a command.
pub(super) fn a_leader_pauses_for_longer_than_its_lease_6_4_1(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |settings| (settings.leader_stickiness, settings.leases) = (true, true));
    cluster.now = ms(200);
    cluster.elect(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    cluster.time_out(1);
    cluster.deliver_all();
    assert!(cluster.node(1).lease().is_some());
    cluster.partition(&[&[1], &[2, 3]]);
    cluster.now = cluster.now + Duration::from_millis(400);
    cluster.elect(3);
    cluster.propose(3, "y").expect("the leader");
    cluster.deliver_all();
    cluster.read(1, true).expect("it thinks that it leads");
    end(&cluster)
}

/// S1, the leader, is gone. S5 is impatient, can be heard, and hears nobody. The other three can elect one of them.
pub(super) fn one_that_hears_nobody_keeps_all_quiet_9_6(mistakes: Mistakes) -> Told {
    let mut cluster = Cluster::on_disks((0..5).map(|_| disk_with(5, 0, &[])), |number, settings| {
        (settings.pre_vote, settings.mistakes) = (true, mistakes);
        if number == 5 {
            settings.heartbeat_interval = Duration::from_millis(10);
            (settings.election_timeout_min, settings.election_timeout_max) =
                (Duration::from_millis(40), Duration::from_millis(60));
        }
    });
    cluster.keep_findings();
    cluster.elect(1);
    cluster.deaf.insert(id(5));
    cluster.crash(1);
    cluster.pass(5_000);
    end_if(&cluster, cluster.leader().is_some())
}

/// S4 leads and reaches only S2, S5 is dead: S1, S2 and S3 can elect one of them, if S2 does not hear from a leader.
pub(super) fn a_leader_on_the_far_side_of_a_bridge_6_2(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(5, mistakes, everything);
    cluster.elect(4);
    cluster.crash(5);
    cluster.partition(&[&[1, 2, 3], &[2, 4]]);
    cluster.pass(5_000);
    let proposed = cluster.leader().map(|leader| (leader, cluster.propose(leader, "x").expect("the leader")));
    cluster.pass(500);
    let committed = proposed.is_some_and(|(leader, entry)| cluster.commit(leader) >= entry.index.0);
    end_if(&cluster, committed)
}

/// The disk of S1, which leads, does not write any more. What a leader takes, it should apply.
pub(super) fn the_leaders_disk_stands_still_6_2(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, everything);
    cluster.elect(1);
    cluster.pass(100);
    cluster.hold_disk(1);
    cluster.propose(1, "x").expect("the leader");
    cluster.pass(5_000);
    let leader = cluster.leader().expect("a leader");
    let proposed = cluster.propose(leader, "y").expect("the leader");
    cluster.pass(500);
    end_if(&cluster, cluster.server(leader).applied_up_to() >= proposed.index)
}

/// S1 removes itself. Then one of those that are left should lead.
pub(super) fn a_leader_removes_itself_4_2_2(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, everything);
    cluster.elect(1);
    cluster.pass(100);
    cluster.change(1, &[Remove(id(1))], Transition::Auto).expect("the leader");
    cluster.pass(5_000);
    let leader = cluster.leader().expect("a leader");
    end_if(&cluster, cluster.node(leader).membership().is_voter(id(leader)))
}

/// S4 was promoted and has missed five commands since. Within two heartbeats, somebody should lead again.
pub(super) fn the_leadership_goes_to_one_that_is_behind_3_10(mistakes: Mistakes) -> Told {
    let mut cluster = joined_by(3, 1, mistakes, everything);
    cluster.elect(1);
    cluster.change(1, &[AddVoter(id(4))], Transition::Auto).expect("the leader");
    cluster.pass(100);
    cluster.partition(&[&[1, 2, 3]]);
    (0..5).for_each(|_| _ = cluster.propose(1, "x").expect("the leader"));
    cluster.deliver_all();
    cluster.heal();
    cluster.transfer(1, 4).expect("a voter");
    cluster.pass(100);
    end_if(&cluster, cluster.leader().is_some())
}

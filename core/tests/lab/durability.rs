//! What is on the disk when something is said.

use raftarium_core::{Mistakes, Term};

use super::{Told, cluster, end, try_to_elect};

/// S1 votes for S2, crashes before its disk has written it, and is asked by S3 in the same term.
pub(super) fn a_vote_is_forgotten_in_a_crash_5_2(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |_| {});
    cluster.hold_disk(1);
    cluster.partition(&[&[1, 2]]);
    cluster.campaign(2);
    cluster.deliver_all();
    cluster.crash(1);
    cluster.release_disk(1);
    cluster.restart(1);
    cluster.partition(&[&[1, 3]]);
    cluster.campaign(3);
    cluster.deliver_all();
    assert_eq!((cluster.term(2), cluster.term(3)), (1, 1));
    end(&cluster)
}

/// S1 leads term 1 and has an entry that nobody else has. S3 leads term 2 and commits an entry on S2, S3 and S4. S2
/// restarts, hears from S1, and drops it.
pub(super) fn a_restarted_follower_accepts_the_leader_of_the_term_before_5_1(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(5, mistakes, |_| {});
    cluster.elect(1);
    cluster.propose(1, "of term 1").expect("the leader");
    cluster.wire.clear();
    cluster.partition(&[&[3, 4, 5]]);
    cluster.elect(3);
    cluster.partition(&[&[2, 3, 4]]);
    cluster.propose(3, "of term 2").expect("the leader");
    // S2 has heard nothing of term 2, and gets the entry with it.
    cluster.deliver_all();
    assert_eq!(cluster.commit(3), 1);
    cluster.crash(2);
    cluster.restart(2);
    cluster.partition(&[&[1, 2]]);
    cluster.time_out(1);
    cluster.deliver_all();
    cluster.crash(1);
    cluster.restart(1);
    try_to_elect(&mut cluster, 1, &[1, 2, 5]);
    end(&cluster)
}

/// Neither S1 nor S2 has written the command when they crash, and S2 is elected without it.
pub(super) fn leader_and_follower_lose_what_they_acknowledged_5_3(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |_| {});
    cluster.elect(1);
    (1..=2).for_each(|number| cluster.hold_disk(number));
    cluster.partition(&[&[1, 2]]);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    for number in 1..=2 {
        cluster.crash(number);
        cluster.release_disk(number);
        cluster.restart(number);
    }
    try_to_elect(&mut cluster, 2, &[2, 3]);
    end(&cluster)
}

/// S1 and S2 have a committed command; on S2's disk, a bit of its term flips. S1 is gone.
pub(super) fn a_bit_flips_in_the_last_entry(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |_| {});
    cluster.elect(1);
    cluster.partition(&[&[1, 2]]);
    cluster.propose(1, "x").expect("the leader");
    cluster.deliver_all();
    cluster.crash(2);
    let last = cluster.server_mut(2).disk.durable.entries.last_mut().expect("the command");
    last.id.term = Term(last.id.term.0 ^ 1);
    let started = cluster.try_restart(2);
    assert_eq!(started.is_err(), mistakes.is_empty(), "{started:?}");
    cluster.crash(1);
    let candidate = if started.is_ok() { 2 } else { 3 };
    try_to_elect(&mut cluster, candidate, &[2, 3]);
    end(&cluster)
}

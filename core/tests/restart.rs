//! Crash and restart (§5.1, §5.5): nothing that was said is forgotten, whenever the crash comes, and a disk that no
//! correct server left behind is refused.

mod harness;

use harness::{Cluster, append, at, disk_with, entries, entry, id, vote_reply, vote_request};
use raftarium_core::{
    Boot, Config, DurableState, EntryId, HardState, Instant, LogIndex, Node, Output, PersistId, ReportError, Role,
    StartError, Term,
};

#[test]
fn a_vote_is_not_given_twice_across_a_crash_5_2() {
    let mut cluster = Cluster::alone(3, 0, &[]);
    cluster.receive(vote_request(2, 1, 1, EntryId::ZERO)).expect("a candidate");
    assert_eq!(cluster.take_said(), [vote_reply(1, 2, 1, true)]);
    cluster.crash(1);
    cluster.restart(1);
    cluster.receive(vote_request(3, 1, 1, EntryId::ZERO)).expect("another of the same term");
    cluster.receive(vote_request(2, 1, 1, EntryId::ZERO)).expect("the first again");
    assert_eq!(cluster.take_said(), [vote_reply(1, 3, 1, false), vote_reply(1, 2, 1, true)]);
}

#[test]
fn a_vote_in_a_term_that_is_durable_already_is_not_given_twice_either_5_2() {
    let mut cluster = Cluster::alone(3, 1, &[1]);
    cluster.receive(vote_request(2, 1, 2, EntryId::ZERO)).expect("a candidate that is behind, in a new term");
    cluster.receive(vote_request(3, 1, 2, at(1, 1))).expect("one that is not");
    assert_eq!(cluster.take_said(), [vote_reply(1, 2, 2, false), vote_reply(1, 3, 2, true)]);
    cluster.crash(1);
    cluster.restart(1);
    cluster.receive(vote_request(2, 1, 2, at(1, 1))).expect("the first, which has caught up");
    assert_eq!(cluster.take_said(), [vote_reply(1, 2, 2, false)]);
}

#[test]
fn a_vote_that_a_crash_took_was_never_given_5_2() {
    let mut cluster = Cluster::alone(3, 0, &[]);
    cluster.hold_disk(1);
    cluster.receive(vote_request(2, 1, 1, EntryId::ZERO)).expect("a candidate");
    cluster.crash(1);
    cluster.restart(1);
    cluster.release_disk(1);
    assert_eq!(cluster.take_said(), [], "it was not said");
    cluster.receive(vote_request(3, 1, 1, EntryId::ZERO)).expect("another of the same term");
    assert_eq!(cluster.take_said(), [vote_reply(1, 3, 1, true)], "so the vote is free");
}

#[test]
fn a_candidate_does_not_vote_for_another_across_a_crash_5_2() {
    let mut cluster = Cluster::alone(3, 0, &[]);
    cluster.campaign(1);
    cluster.take_said();
    cluster.crash(1);
    cluster.restart(1);
    assert_eq!((cluster.node(1).role(), cluster.node(1).hard_state().vote), (Role::Follower, Some(id(1))));
    cluster.receive(vote_request(2, 1, 1, EntryId::ZERO)).expect("a candidate of the same term");
    assert_eq!(cluster.take_said(), [vote_reply(1, 2, 1, false)]);
}

#[test]
fn a_leader_comes_back_as_a_follower_with_all_that_was_durable_5_5() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    let kept = cluster.propose(1, "kept").expect("the leader");
    cluster.hold_disk(1);
    cluster.wire.clear();
    let lost = cluster.propose(1, "lost").expect("the leader");
    cluster.wire.clear();
    cluster.crash(1);
    cluster.server_mut(1).disk.held = false;
    cluster.restart(1);

    let node = cluster.node(1);
    assert_eq!((node.role(), node.leader(), node.hard_state().term), (Role::Follower, None, Term(1)));
    assert!(node.log().contains(kept) && !node.log().contains(lost));
    assert_eq!(node.durable_index(), kept.index);
    cluster.elect(1);
    assert_eq!(cluster.commit(1), kept.index.0 + 1);
}

#[test]
fn the_state_machine_goes_on_where_it_was() {
    let start = |applied, commit| {
        let mut durable = disk_with(3, 2, &[1, 1, 2, 2]);
        durable.hard_state.commit = LogIndex(commit);
        durable.applied = LogIndex(applied);
        Node::start(id(1), Config::default(), durable, Boot(2), Instant::ZERO).expect("a disk")
    };
    for (applied, commit, again) in [(0, 0, vec![]), (0, 3, vec![1, 2, 3]), (2, 3, vec![3]), (3, 1, vec![])] {
        let mut node = start(applied, commit);
        assert_eq!(
            (node.applied_index(), node.hard_state().commit),
            (LogIndex(applied), LogIndex(commit.max(applied)))
        );
        let given = match node.poll() {
            Some(Output::Apply(entries)) => entries.iter().map(|entry| entry.id.index.0).collect(),
            None => vec![],
            other => panic!("{other:?}"),
        };
        assert_eq!(given, again, "applied {applied}, committed {commit}");
    }
}

#[test]
fn a_report_of_another_life_is_refused() {
    let mut cluster = Cluster::alone(3, 0, &[]);
    cluster.hold_disk(1);
    cluster.receive(vote_request(2, 1, 1, EntryId::ZERO)).expect("a candidate");
    let old = cluster.server(1).disk.under_way_ids()[0];
    cluster.crash(1);
    cluster.restart(1);
    cluster.receive(vote_request(2, 1, 1, EntryId::ZERO)).expect("the candidate again");
    let new = cluster.server(1).disk.under_way_ids()[0];
    assert_eq!((old.sequence, new), (new.sequence, PersistId { boot: cluster.node(1).boot(), ..old }));

    let before = cluster.node(1).clone();
    let refused = cluster.step(1, |node, now| node.persisted(now, old));
    assert_eq!(refused, Err(ReportError::NotUnderWay { id: old }));
    assert_eq!(cluster.node(1), &before);
    assert_eq!(cluster.take_said(), []);
}

/// The same story, again and again, with a crash of the follower or of the leader after each output in turn.
#[test]
fn a_crash_between_any_two_outputs_loses_nothing_that_was_said() {
    let mut boundaries = 0;
    for victim in [1, 2] {
        for survived in 0.. {
            let mut cluster = Cluster::with(3, |settings| settings.max_append_entries = 2);
            let mut left = survived;
            let crashed = story(&mut cluster, victim, &mut left);
            if crashed {
                cluster.restart(victim);
            }
            boundaries += 1;
            let leader = cluster.elect_any();
            cluster.propose(leader, "last").expect("the leader");
            cluster.deliver_all();
            cluster.time_out(leader);
            cluster.deliver_all();
            cluster.assert_logs_equal();
            assert_eq!(cluster.commit(victim), cluster.commit(leader), "S{victim} crashed after {survived} outputs");
            if !crashed {
                break;
            }
        }
    }
    assert!(boundaries > 40, "{boundaries}");
}

/// S1 is elected and takes commands. True if `victim` crashed on the way, after `left` outputs and writes.
fn story(cluster: &mut Cluster, victim: u64, left: &mut usize) -> bool {
    cluster.input(1, |node, now| node.campaign(now)).expect("a voter");
    for command in 0..6 {
        for _ in 0..200 {
            let mut idle = true;
            for number in 1..=3 {
                // One output or one write at a time, so that the crash can come between any two.
                while cluster.poll(number) || cluster.write_one(number) {
                    idle = false;
                    if number == victim {
                        if *left == 0 {
                            cluster.crash(victim);
                            return true;
                        }
                        *left -= 1;
                    }
                }
            }
            if idle && cluster.wire.is_empty() {
                break;
            }
            if !cluster.wire.is_empty() {
                let message = cluster.wire.remove(0);
                let number = message.to.0;
                cluster.input(number, |node, now| node.receive(now, message)).expect("a correct peer");
            }
        }
        let command = format!("{command}").into();
        cluster.input(1, |node, now| node.propose(now, command)).expect("S1 leads");
    }
    cluster.run(1);
    cluster.deliver_all();
    false
}

/// Spoils a good disk (term 2, log 1 1 2 after nothing), and says what must be said about it.
#[test]
fn a_disk_that_no_correct_server_left_is_refused_and_not_repaired() {
    type Spoil = fn(&mut DurableState);
    let broken = |after, found| StartError::BrokenLog { after, found };
    let commit =
        |commit| StartError::CommitOutsideLog { commit: LogIndex(commit), base: LogIndex(0), last: LogIndex(3) };
    let applied = |applied, base, last| StartError::AppliedOutsideLog {
        applied: LogIndex(applied),
        base: LogIndex(base),
        last: LogIndex(last),
    };
    let cases: [(&str, Spoil, StartError); 17] = [
        ("a gap", |disk| _ = disk.entries.remove(1), broken(at(1, 1), at(3, 2))),
        ("the first is missing", |disk| _ = disk.entries.remove(0), broken(EntryId::ZERO, at(2, 1))),
        ("an entry twice", |disk| disk.entries.push(entry(3, 2)), broken(at(3, 2), at(3, 2))),
        ("a term that goes back", |disk| disk.entries[1] = entry(2, 0), broken(at(1, 1), at(2, 0))),
        ("an entry of term 0", |disk| disk.entries = vec![entry(1, 0)], broken(EntryId::ZERO, at(1, 0))),
        ("a log that does not follow the snapshot", |disk| disk.base = at(4, 1), broken(at(4, 1), at(1, 1))),
        (
            "a term below the log",
            |disk| disk.hard_state.term = Term(1),
            StartError::TermBehindLog { term: Term(1), last: at(3, 2) },
        ),
        (
            "no hard state",
            |disk| disk.hard_state = HardState::default(),
            StartError::TermBehindLog { term: Term(0), last: at(3, 2) },
        ),
        ("committed beyond the log", |disk| disk.hard_state.commit = LogIndex(4), commit(4)),
        ("committed at the end of numbers", |disk| disk.hard_state.commit = LogIndex(u64::MAX), commit(u64::MAX)),
        ("applied beyond the log", |disk| disk.applied = LogIndex(4), applied(4, 0, 3)),
        ("applied before the snapshot", |disk| (disk.base, disk.entries) = (at(5, 2), vec![]), applied(0, 5, 5)),
        ("a term that cannot grow", |disk| disk.hard_state.term = Term(u64::MAX), StartError::OutOfRange),
        ("an index that cannot grow", |disk| disk.base_only(at(u64::MAX, 2)), StartError::OutOfRange),
        ("an index that can hardly grow", |disk| disk.base_only(at(u64::MAX - 1, 2)), StartError::OutOfRange),
        (
            "a snapshot of nothing, with a term",
            |disk| disk.base = at(0, 1),
            StartError::ImpossibleBase { base: at(0, 1) },
        ),
        (
            "a vote in term 0",
            |disk| {
                disk.entries.clear();
                disk.hard_state = HardState { vote: Some(id(2)), ..HardState::default() };
            },
            StartError::VoteInTermZero { vote: id(2) },
        ),
    ];
    let start = |disk| Node::start(id(1), Config::default(), disk, Boot(1), Instant::ZERO);
    let good = disk_with(3, 2, &[1, 1, 2]);
    start(good.clone()).expect("a good disk");
    for (what, spoil, expected) in cases {
        let mut disk = good.clone();
        spoil(&mut disk);
        assert_eq!(start(disk).expect_err(what), expected, "{what}");
        assert!(expected.to_string().len() > 20, "{what}: {expected}");
    }
}

trait BaseOnly {
    fn base_only(&mut self, base: EntryId);
}

impl BaseOnly for DurableState {
    fn base_only(&mut self, base: EntryId) {
        (self.base, self.entries, self.applied) = (base, vec![], base.index);
    }
}

#[test]
fn a_log_after_a_snapshot_goes_on_from_there() {
    let durable = DurableState {
        hard_state: HardState { term: Term(4), vote: None, commit: LogIndex(0) },
        base: at(10, 3),
        entries: harness::entries_after(10, &[3, 4]),
        applied: LogIndex(10),
        ..disk_with(3, 4, &[])
    };
    let mut node = Node::start(id(1), Config::default(), durable, Boot(1), Instant::ZERO).expect("a disk");
    assert_eq!((node.hard_state().commit, node.log().last()), (LogIndex(10), at(12, 4)));
    assert_eq!(node.log().entries().len(), entries(&[3, 4]).len());

    node.receive(Instant::ZERO, append(2, 1, 4, at(8, 3), &[3, 3, 3, 4, 4], 12)).expect("an old and a new part");
    assert_eq!((node.log().last(), node.hard_state().commit), (at(13, 4), LogIndex(12)));
}

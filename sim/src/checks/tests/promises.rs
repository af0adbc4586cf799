//! What the five properties rest on.

use alloc::boxed::Box;
use alloc::vec::Vec;

use raftarium_core::{
    AppendReply, Ballot, Body, Boot, Change, Config, DurableState, Entry, EntryId, HardState, Instant, LogIndex,
    Membership, Message, Node, NodeId, Output, Payload, Settings, Term, VoteReply, VoteRequest,
};

use super::{Checks, DiskLook, Finding, Rule, checks, disk, entry, look, rules};
use crate::kv::{Kv, Op};

fn of(voters: &[u64]) -> Membership {
    Membership::new(voters.iter().copied().map(NodeId)).expect("no server is named twice")
}

fn node(id: u64, boot: u64, term: u64, commit: u64, membership: &Membership, entries: &[Entry]) -> Node {
    let mut durable = DurableState::new(membership.clone());
    durable.hard_state = HardState { term: Term(term), vote: None, commit: LogIndex(commit) };
    durable.entries = entries.to_vec();
    let config = Config::new(Settings::plain()).expect("valid");
    Node::start(NodeId(id), config, durable, Boot(boot), Instant::ZERO).expect("a log in order")
}

fn change(index: u64, term: u64, membership: &Membership) -> Entry {
    let payload = Payload::Membership(Box::new(membership.clone()));
    Entry { id: EntryId::new(LogIndex(index), Term(term)), payload }
}

fn log(length: u64) -> Vec<Entry> {
    (1..=length).map(|index| entry(index, 1, "x")).collect()
}

/// S1 knows that everything it has is committed, and these are the disks, S1's first.
fn committed_with(membership: &Membership, length: u64, disks: &[u64]) -> (Checks, Vec<Finding>) {
    let mut checks = checks(5);
    let server = node(1, 1, 1, length, membership, &log(length));
    let held = disks_with(disks);
    checks.after_event(Some(&server), core::iter::once(&server), looks(&held, 0));
    let findings = checks.take_findings();
    (checks, findings)
}

fn disks_with(lengths: &[u64]) -> Vec<DurableState> {
    let disk_with = |&length: &u64| disk(&node(1, 1, 1, 0, &of(&[1]), &log(length)));
    lengths.iter().map(disk_with).collect()
}

fn looks(disks: &[DurableState], changes: u64) -> impl Iterator<Item = DiskLook<'_>> + Clone {
    (1..).zip(disks).map(move |(id, durable)| look(NodeId(id), durable, changes))
}

#[test]
fn what_is_committed_is_on_a_majority_of_the_disks_5_3() {
    let three = of(&[1, 2, 3]);
    assert_eq!(committed_with(&three, 2, &[2, 2, 0]).1, []);
    assert_eq!(committed_with(&three, 2, &[0, 2, 2]).1, [], "a leader may commit before its own disk has it");
    let (_, findings) = committed_with(&three, 2, &[2, 1, 1, 2, 2]);
    assert_eq!(rules(&findings), [Rule::CommittedIsDurable], "S4 and S5 do not vote");
    assert!(findings[0].story.contains("on the disks of S1 only"), "{}", findings[0].story);
}

#[test]
fn while_two_majorities_are_needed_what_is_committed_is_on_both_4_3() {
    let joint = of(&[1, 2, 3]).enter_joint(
        &[3, 4].map(|id| match id {
            3 => Change::Remove(NodeId(3)),
            id => Change::AddVoter(NodeId(id)),
        }),
        true,
    );
    let joint = joint.expect("there are voters left");
    assert_eq!(committed_with(&joint, 1, &[1, 1, 0, 0]).1, []);
    assert_eq!(rules(&committed_with(&joint, 1, &[1, 0, 1, 0]).1), [Rule::CommittedIsDurable]);
}

#[test]
fn what_a_disk_loses_later_is_missed() {
    let (mut checks, findings) = committed_with(&of(&[1, 2, 3]), 2, &[2, 2, 0]);
    assert_eq!(findings, []);
    let held = disks_with(&[2, 2, 0]);
    checks.after_event(None, core::iter::empty(), looks(&held, 1));
    assert_eq!(checks.take_findings(), []);
    let lies = |look: DiskLook<'_>| {
        // What S2 says that it has is in its cache only.
        let reliable = if look.server == NodeId(2) { LogIndex(1) } else { LogIndex::MAX };
        let DiskLook { server, durable, changes, .. } = look;
        (server, durable.clone(), reliable, changes)
    };
    let lying: Vec<_> = looks(&held, 2).map(lies).collect();
    let lying = lying.iter().map(|(server, durable, reliable, changes)| DiskLook {
        server: *server,
        durable,
        reliable: *reliable,
        gone: false,
        changes: *changes,
    });
    checks.after_event(None, core::iter::empty(), lying);
    assert_eq!(rules(&checks.take_findings()), [Rule::CommittedIsDurable]);
}

#[test]
fn a_snapshot_has_what_it_covers_and_another_entry_is_no_copy_7() {
    let three = of(&[1, 2, 3]);
    let server = node(1, 1, 2, 2, &three, &log(2));
    let compacted = DurableState { base: EntryId::new(LogIndex(2), Term(1)), ..DurableState::new(three.clone()) };
    let other = disk(&node(2, 1, 2, 0, &three, &[entry(1, 1, "x"), entry(2, 2, "y")]));
    let own = disk(&server);
    let look_at = |second: &DurableState| {
        let mut checks = checks(3);
        let disks = [look(NodeId(1), &own, 0), look(NodeId(2), second, 0)];
        checks.after_event(Some(&server), core::iter::once(&server), disks.into_iter());
        checks.take_findings()
    };
    assert_eq!(look_at(&compacted), []);
    assert_eq!(rules(&look_at(&other)), [Rule::CommittedIsDurable]);
}

#[test]
fn a_leader_counts_by_the_membership_that_its_log_ends_with_4_1() {
    let (four, three) = (of(&[1, 2, 3, 4]), of(&[1, 2, 3]));
    let entries = [entry(1, 1, "x"), change(2, 1, &three)];
    let server = node(1, 1, 1, 1, &four, &entries);
    let mut checks = checks(4);
    let held = disks_with(&[1, 1, 0, 0]);
    checks.after_event(Some(&server), core::iter::once(&server), looks(&held, 0));
    assert_eq!(checks.take_findings(), [], "two of three, although the removal of the fourth is not committed");
}

fn look_at_all(checks: &mut Checks, nodes: &[Node]) -> Vec<Finding> {
    for node in nodes {
        let disk = disk(node);
        checks.after_event(Some(node), core::iter::once(node), [look(node.id(), &disk, 0)].into_iter());
    }
    checks.take_findings()
}

#[test]
fn neither_the_term_nor_the_commit_index_goes_back_in_a_life() {
    let one = of(&[1]);
    let at = |boot, term, commit| node(1, boot, term, commit, &one, &log(2));
    assert_eq!(look_at_all(&mut checks(1), &[at(1, 1, 1), at(1, 2, 2)]), []);
    assert_eq!(rules(&look_at_all(&mut checks(1), &[at(1, 2, 1), at(1, 1, 1)])), [Rule::NothingGoesBack]);
    assert_eq!(rules(&look_at_all(&mut checks(1), &[at(1, 1, 2), at(1, 1, 1)])), [Rule::NothingGoesBack]);
    assert_eq!(look_at_all(&mut checks(1), &[at(1, 1, 2), at(2, 1, 0)]), [], "the commit index is a hint on a disk");
}

fn message(from: u64, to: u64, term: u64, body: Body) -> Message {
    Message { from: NodeId(from), to: NodeId(to), term: Term(term), body }
}

fn vote(from: u64, to: u64, term: u64) -> Message {
    let reply = VoteReply { pre_vote: false, granted: true, commit: EntryId::ZERO };
    message(from, to, term, Body::VoteReply(reply))
}

#[test]
fn a_term_that_others_were_told_of_is_not_forgotten_in_a_crash_5_1() {
    let at = |boot, term| node(1, boot, term, 0, &of(&[1]), &[]);
    let mut checks = checks(1);
    assert_eq!(look_at_all(&mut checks, &[at(1, 5), at(2, 3)]), [], "nobody was told of term 5");
    checks.sent(&vote(1, 2, 3));
    assert_eq!(look_at_all(&mut checks, &[at(3, 3)]), []);
    let mut wiped = checks.clone();
    wiped.wiped(NodeId(1));
    assert_eq!(look_at_all(&mut wiped, &[at(4, 0)]), []);
    assert_eq!(rules(&look_at_all(&mut checks, &[at(4, 2)])), [Rule::NothingGoesBack]);
}

/// The leader of three, to which S2 has acknowledged so much.
fn leader(matched: u64) -> Node {
    let three = of(&[1, 2, 3]);
    let mut leader = node(1, 1, 1, 0, &three, &log(2));
    let now = Instant::ZERO;
    leader.campaign(now).expect("a voter");
    let settle = |leader: &mut Node| {
        while let Some(output) = leader.poll() {
            if let Output::Persist(write) = output {
                let id = write.id;
                leader.persisted(now, id).expect("under way");
            }
        }
    };
    settle(&mut leader);
    leader.receive(now, message(2, 1, 2, vote(2, 1, 2).body)).expect("a correct reply");
    settle(&mut leader);
    let reply = AppendReply::Accepted { matched: LogIndex(matched), round: 0 };
    leader.receive(now, message(2, 1, 2, Body::AppendReply(reply))).expect("a correct reply");
    settle(&mut leader);
    assert_eq!(leader.followers()[0].matched(), LogIndex(matched));
    leader
}

#[test]
fn what_a_leader_knows_of_a_follower_only_grows() {
    assert_eq!(look_at_all(&mut checks(3), &[leader(1), leader(2)]), []);
    assert_eq!(rules(&look_at_all(&mut checks(3), &[leader(2), leader(1)])), [Rule::NothingGoesBack]);
}

#[test]
fn a_vote_is_given_once_in_a_term_5_2() {
    let sent = |messages: &[Message]| {
        let mut checks = checks(3);
        messages.iter().for_each(|message| checks.sent(message));
        rules(&checks.take_findings())
    };
    let asked = |ballot| {
        let request = VoteRequest { ballot, last: EntryId::ZERO, commit: EntryId::ZERO, priority: 0 };
        message(1, 2, 3, Body::VoteRequest(request))
    };
    assert_eq!(sent(&[vote(1, 2, 3), vote(1, 2, 3), vote(1, 3, 4), vote(2, 3, 3)]), []);
    assert_eq!(sent(&[asked(Ballot::PreVote), vote(1, 3, 3)]), []);
    assert_eq!(sent(&[vote(1, 2, 3), vote(1, 3, 3)]), [Rule::OneVotePerTerm]);
    assert_eq!(sent(&[asked(Ballot::Vote), vote(1, 3, 3)]), [Rule::OneVotePerTerm], "a candidate votes for itself");
}

#[test]
fn a_change_waits_for_the_one_before_4_1() {
    let entries = [change(1, 1, &of(&[1, 2])), change(2, 1, &of(&[1]))];
    let (first, both) = (&entries[..1], &entries[..]);
    let one = of(&[1]);
    let two = |commit| [node(1, 1, 1, 0, &one, first), node(1, 1, 1, commit, &one, both)];
    assert_eq!(rules(&look_at_all(&mut checks(1), &two(0))), [Rule::OneChangeAtATime]);
    let mut checks = checks(1);
    // The first is committed before the second is there.
    let committed = [node(1, 1, 1, 0, &one, first), node(1, 1, 1, 1, &one, first), node(1, 1, 1, 1, &one, both)];
    let found = rules(&look_at_all(&mut checks, &committed));
    assert!(!found.contains(&Rule::OneChangeAtATime), "{found:?}");
}

fn put(index: u64, key: &str, value: &str) -> Entry {
    let op = Op::Put { key: key.into(), value: value.into() };
    Entry {
        id: EntryId::new(LogIndex(index), Term(1)),
        payload: Payload::Command(crate::order::Order::Plain(op).encode().into()),
    }
}

fn state(entries: &[Entry]) -> Kv {
    let mut kv = Kv::default();
    for entry in entries {
        kv.apply(entry);
    }
    kv
}

#[test]
fn equal_logs_make_equal_states_2() {
    let entries = [put(1, "a", "1"), put(2, "a", "2")];
    let mut checks = checks(2);
    checks.applied(NodeId(1), &entries);
    checks.state(NodeId(1), LogIndex(2), &state(&entries));
    checks.applied(NodeId(2), &entries[..1]);
    checks.state(NodeId(2), LogIndex(1), &state(&entries[..1]));
    assert_eq!(checks.take_findings(), []);
    checks.applied(NodeId(2), &entries[1..]);
    checks.state(NodeId(2), LogIndex(2), &state(&entries[..1]));
    assert_eq!(rules(&checks.take_findings()), [Rule::EqualStates]);
}

#[test]
fn a_snapshot_is_what_was_applied_up_to_its_last_entry_7() {
    let entries = [put(1, "a", "1"), put(2, "a", "2")];
    let mut checks = checks(2);
    checks.applied(NodeId(1), &entries);
    let mut taken = |index, term, data: &Kv| {
        checks.snapshot(NodeId(1), EntryId::new(LogIndex(index), Term(term)), &data.snapshot());
        let findings = checks.findings.drain(..);
        findings.map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert_eq!(taken(1, 1, &state(&entries[..1])), []);
    assert_eq!(taken(2, 1, &state(&entries)), []);
    assert_eq!(taken(2, 1, &state(&entries[..1])), [Rule::SnapshotIsPrefix], "of an earlier state");
    assert_eq!(taken(2, 2, &state(&entries)), [Rule::SnapshotIsPrefix], "of another entry");
    assert_eq!(taken(3, 1, &state(&entries)), [Rule::SnapshotIsPrefix], "of what nobody has applied");
}

//! Each rule is broken once, by nodes that no correct cluster can have, and must be found; and only that one.

mod promises;

use alloc::vec::Vec;

use raftarium_core::{
    Boot, Config, DurableState, Entry, EntryId, HardState, Instant, LogIndex, Membership, Node, NodeId, Output,
    Payload, Role, Settings, Term,
};

use super::{Checks, DiskLook, Finding, Rule};

fn checks(servers: u32) -> Checks {
    Checks::new(servers, crate::setup::Setup::default().sessions_max)
}

fn entry(index: u64, term: u64, text: &'static str) -> Entry {
    Entry { id: EntryId::new(LogIndex(index), Term(term)), payload: Payload::Command(text.into()) }
}

fn follower(id: u64, term: u64, commit: u64, entries: &[Entry]) -> Node {
    let mut durable = DurableState::new(Membership::new([NodeId(id)]).expect("one server"));
    durable.hard_state = HardState { term: Term(term), vote: None, commit: LogIndex(commit) };
    durable.entries = entries.to_vec();
    let config = Config::new(Settings { no_op_on_election: false, ..Settings::default() }).expect("valid");
    Node::start(NodeId(id), config, durable, Boot(1), Instant::ZERO).expect("a log in order")
}

/// A server that was elected in `term` by a cluster of its own.
fn leader(id: u64, term: u64, commit: u64, entries: &[Entry]) -> Node {
    let mut node = follower(id, term - 1, commit, entries);
    node.campaign(Instant::ZERO).expect("a voter");
    while let Some(output) = node.poll() {
        if let Output::Persist(write) = output {
            let id = write.id;
            node.persisted(Instant::ZERO, id).expect("under way");
        }
    }
    assert_eq!((node.role(), node.hard_state().term), (Role::Leader, Term(term)));
    node
}

fn look_at(nodes: &[&Node]) -> Vec<Finding> {
    let mut checks = checks(3);
    let mut findings = Vec::new();
    for node in nodes {
        let disk = disk(node);
        checks.after_event(Some(node), nodes.iter().copied(), [look(node.id(), &disk, 0)].into_iter());
        findings.extend(checks.take_findings());
    }
    findings
}

/// A disk that has all that the node has.
fn disk(node: &Node) -> DurableState {
    let mut durable = DurableState::new(node.membership().clone());
    durable.base = node.log().base();
    durable.entries = node.log().entries().to_vec();
    durable
}

fn look(server: NodeId, durable: &DurableState, changes: u64) -> DiskLook<'_> {
    DiskLook { server, durable, reliable: LogIndex::MAX, gone: false, changes }
}

fn rules(findings: &[Finding]) -> Vec<Rule> {
    findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let log = [entry(1, 1, "a"), entry(2, 2, "b")];
    let findings = look_at(&[&leader(1, 3, 2, &log), &follower(2, 3, 1, &log[..1]), &follower(3, 3, 2, &log)]);
    assert_eq!(findings, []);
}

#[test]
fn two_leaders_in_one_term() {
    let findings = look_at(&[&leader(1, 3, 0, &[]), &leader(2, 4, 0, &[]), &leader(3, 3, 0, &[])]);
    assert_eq!(rules(&findings), [Rule::ElectionSafety]);
    assert_eq!(findings[0].servers, [NodeId(1), NodeId(3)]);
}

#[test]
fn a_leader_that_drops_an_entry() {
    let log = [entry(1, 1, "a"), entry(2, 1, "b")];
    let findings = look_at(&[&leader(1, 3, 0, &log), &leader(1, 3, 0, &log[..1])]);
    assert_eq!(rules(&findings), [Rule::LeaderAppendOnly]);
}

#[test]
fn a_follower_may_drop_entries() {
    let log = [entry(1, 1, "a"), entry(2, 1, "b")];
    assert_eq!(look_at(&[&follower(1, 3, 0, &log), &follower(1, 3, 0, &log[..1])]), []);
    assert_eq!(look_at(&[&leader(1, 3, 0, &log), &follower(1, 4, 0, &log[..1])]), []);
}

#[test]
fn one_entry_with_two_meanings() {
    let findings = look_at(&[&follower(1, 2, 0, &[entry(1, 1, "a")]), &follower(2, 2, 0, &[entry(1, 1, "b")])]);
    assert_eq!(rules(&findings), [Rule::LogMatching]);
}

#[test]
fn one_entry_after_two_different_ones() {
    let ours = [entry(1, 1, "a"), entry(2, 2, "c")];
    let theirs = [entry(1, 2, "b"), entry(2, 2, "c")];
    let findings = look_at(&[&follower(1, 2, 0, &ours), &follower(2, 2, 0, &theirs)]);
    assert_eq!(rules(&findings), [Rule::LogMatching]);
}

#[test]
fn a_leader_without_a_committed_entry() {
    let log = [entry(1, 1, "a"), entry(2, 1, "b")];
    let committed_first = look_at(&[&follower(1, 2, 2, &log), &leader(2, 3, 1, &log[..1])]);
    assert_eq!(rules(&committed_first), [Rule::LeaderCompleteness]);
    let elected_first = look_at(&[&leader(2, 3, 0, &log[..1]), &follower(1, 2, 2, &log)]);
    assert_eq!(rules(&elected_first), [Rule::LeaderCompleteness]);
}

#[test]
fn the_leader_of_an_earlier_term_need_not_have_it() {
    let log = [entry(1, 1, "a"), entry(2, 2, "b")];
    assert_eq!(look_at(&[&leader(1, 2, 0, &log[..1]), &follower(2, 4, 2, &log)]), []);
}

#[test]
fn different_entries_committed_at_one_index() {
    let findings = look_at(&[&follower(1, 3, 1, &[entry(1, 1, "a")]), &follower(2, 3, 1, &[entry(1, 2, "b")])]);
    assert_eq!(rules(&findings), [Rule::StateMachineSafety]);
}

#[test]
fn different_entries_applied_at_one_index() {
    let mut checks = checks(2);
    checks.applied(NodeId(1), &[entry(1, 1, "a"), entry(2, 1, "b")]);
    checks.applied(NodeId(2), &[entry(1, 1, "a")]);
    assert_eq!(checks.take_findings(), []);
    checks.applied(NodeId(2), &[entry(2, 2, "c")]);
    assert_eq!(rules(&checks.take_findings()), [Rule::StateMachineSafety]);
    checks.applied(NodeId(2), &[entry(2, 2, "c")]);
    assert_eq!(checks.take_findings(), [], "it is told once");
}

#[test]
fn each_rule_is_counted_after_every_event() {
    let mut checks = checks(1);
    checks.after_event(None, core::iter::empty(), core::iter::empty());
    checks.after_event(Some(&follower(1, 1, 0, &[])), core::iter::empty(), core::iter::empty());
    assert!(checks.counts().iter().all(|check| check.count == 2));
    assert_eq!(checks.counts().len(), Rule::ALL.len());
}

//! What the paper guarantees (Figure 3), and what Figure 2 says must be on stable storage before a message leaves.

use std::collections::{BTreeMap, BTreeSet};

use raftarium_core::quorum::VoteResult;
use raftarium_core::{
    AppendReply, Ballot, Body, Boot, Entry, EntryId, LogIndex, Membership, Message, NodeId, Outcome, Payload,
    ProposalReply, Resolution, Role, Term, UnknownReason,
};

use super::cluster::Server;
use super::passed_on::PassedOn;

#[derive(Clone, Default)]
pub(crate) struct Safety {
    leaders: BTreeMap<Term, NodeId>,
    /// The votes that have left, by term and voter.
    votes: BTreeMap<(Term, NodeId), NodeId>,
    /// Every entry that was ever in a log, by index and term, with the one before it.
    entries: BTreeMap<(u64, u64), (EntryId, Entry)>,
    /// The committed entries from index 1 on, with the term in which each was first seen to be committed.
    committed: Vec<(Entry, Term)>,
    /// The log of each term's leader, as far as it got.
    leader_logs: BTreeMap<Term, BTreeMap<LogIndex, EntryId>>,
    /// The term and the commit index that each server was last seen with, in each life.
    seen: BTreeMap<(NodeId, u64), (Term, u64)>,
    /// How far each server has acknowledged the log of each term's leader.
    acknowledged: BTreeMap<(Term, NodeId), LogIndex>,
    /// The `matchIndex` of each follower, in each term.
    matched: BTreeMap<(Term, NodeId), LogIndex>,
    /// The proposals of each life of a server whose fate was told.
    resolved: BTreeSet<(NodeId, Boot, Term, LogIndex)>,
    /// What was found, if a test wants to know; otherwise the first finding ends it.
    pub(super) findings: Option<Vec<String>>,
    pub(super) passed_on: PassedOn,
}

type Check = fn(&mut Safety, &[Server], &Server);

impl Safety {
    const CHECKS: [Check; 11] = [
        |safety, _, server| safety.check_log_matching(server),
        |_, _, server| Self::check_durable(server),
        |safety, _, server| safety.check_acknowledged(server),
        |safety, _, server| safety.check_nothing_goes_back(server),
        Self::check_committed,
        |safety, _, server| safety.check_applied(server),
        |safety, _, server| safety.check_resolved(server),
        |safety, _, server| safety.check_own_vote(server),
        |safety, _, server| safety.check_leader(server),
        |safety, _, server| safety.check_one_change(server),
        |safety, servers, _| servers.iter().for_each(|server| safety.check_leader_completeness(server)),
    ];

    /// Checks everything that a step of the server `changed` can have broken.
    pub(crate) fn check(&mut self, servers: &[Server], changed: NodeId) {
        let server = find(servers, changed);
        for check in Self::CHECKS {
            self.watch(|safety| check(safety, servers, server));
        }
    }

    /// Log Matching (§5.3): an entry is the same in every log, and so is the one before it, and so on to the first.
    fn check_log_matching(&mut self, server: &Server) {
        let Some(node) = server.node() else { return };
        let mut before = node.log().base();
        if let Some(last) = place(before.index) {
            let committed = self.committed.get(last).map(|(entry, _)| entry.id);
            assert_eq!(committed, Some(before), "a snapshot at {} covers what is committed", server.id);
        }
        for entry in node.log().entries() {
            let key = (entry.id.index.0, entry.id.term.0);
            let known = self.entries.entry(key).or_insert_with(|| {
                self.passed_on.found(entry);
                (before, entry.clone())
            });
            assert_eq!((known.0, &known.1), (before, entry), "Log Matching: {} at {}", entry.id, server.id);
            before = entry.id;
        }
    }

    /// What a server takes to be on its disk is there.
    fn check_durable(server: &Server) {
        let Some(node) = server.node() else { return };
        for entry in node.log().between(LogIndex::ZERO, node.durable_index()) {
            assert!(server.disk.has(entry.id), "{} takes {} to be on its disk", server.id, entry.id);
        }
    }

    /// What was acknowledged to a leader stays as long as it leads: it may be committed (§5.3).
    fn check_acknowledged(&self, server: &Server) {
        let Some(node) = server.node() else { return };
        let acknowledged = self.acknowledged.get(&(node.hard_state().term, server.id));
        let last = acknowledged.map(|index| node.log().last().index.min(*index));
        assert_eq!(last.as_ref(), acknowledged, "{} has dropped what it acknowledged", server.id);
    }

    fn check_nothing_goes_back(&mut self, server: &Server) {
        let Some(node) = server.node() else { return };
        let now = (node.hard_state().term, node.hard_state().commit.0);
        let seen = self.seen.insert((server.id, node.boot().0), now).unwrap_or_default();
        assert!(now.0 >= seen.0 && now.1 >= seen.1, "{}: (term, commit) goes from {seen:?} to {now:?}", server.id);
        if node.role() == Role::Leader {
            // Whoever was removed, and is added again, starts anew.
            self.matched.retain(|(term, id), _| *term != now.0 || node.followers().iter().any(|it| it.id() == *id));
        }
        for follower in node.followers() {
            let seen = self.matched.insert((now.0, follower.id()), follower.matched()).unwrap_or_default();
            assert!(
                follower.matched() >= seen,
                "Match Index: {} was known to match {seen}: {follower:?}",
                follower.id()
            );
        }
    }

    /// State Machine Safety (§5.4.3) begins here: there is one committed entry for each index. When it is first known
    /// to be committed, it is on the disks of a majority, or of two while the membership is joint (§6), and its leader
    /// has counted copies of an entry of its own term (§5.4.2).
    fn check_committed(&mut self, servers: &[Server], server: &Server) {
        let Some(node) = server.node() else { return };
        let (commit, known) = (node.hard_state().commit, self.committed.len());
        assert!(commit <= node.log().last().index, "{}: commit index {commit} is beyond the log", server.id);
        for entry in node.log().between(LogIndex::ZERO, commit) {
            if let Some((known, _)) = place(entry.id.index).and_then(|place| self.committed.get(place)) {
                assert_eq!(known, entry, "State Machine Safety: index {} at {}", entry.id.index, server.id);
                continue;
            }
            let on_majority = |membership: &Membership| {
                let has = |voter| servers.iter().any(|server| server.id == voter && server.disk.has(entry.id));
                membership.vote_result(|voter| Some(has(voter))) == VoteResult::Won
            };
            // It is counted by the membership that holds; a leader that leaves a joint one does so in the same step.
            let counted_by = [Some(node.membership()), node.membership_at(commit)];
            let enough = counted_by.into_iter().flatten().any(on_majority);
            assert_eq!(place(entry.id.index), Some(self.committed.len()), "{} leaves a gap", entry.id);
            self.committed.push((entry.clone(), node.hard_state().term));
            assert!(enough, "Commitment: {} is committed, and not on the disks of a majority", entry.id);
        }
        if let Some((last, term)) = self.committed.last().filter(|_| self.committed.len() > known) {
            // A leader that commits its own removal leads no more.
            let led = node.role() == Role::Leader || !node.membership().is_voter(server.id);
            assert!(led, "{} commits, and is {:?}", server.id, node.role());
            assert_eq!(last.id.term, *term, "Commitment: {} is committed by counting in term {term}", last.id);
        }
    }

    fn check_applied(&self, server: &Server) {
        for (position, entry) in server.applied.iter().enumerate() {
            let committed = self.committed.get(position).map(|(entry, _)| entry);
            assert_eq!(Some(entry), committed, "State Machine Safety: {} applied index {}", server.id, position + 1);
            assert!(server.disk.has(entry.id), "{} applied {} and has it not on its disk", server.id, entry.id);
        }
    }

    fn check_resolved(&self, server: &Server) {
        for resolution in &server.resolved {
            for index in resolution.first.0..=resolution.last.0 {
                let place = usize::try_from(index - 1).expect("small");
                let term = self.committed.get(place).map(|(entry, _)| entry.id.term);
                let (told, id) = (resolution.outcome, server.id);
                match told {
                    Outcome::Committed => assert_eq!(term, Some(resolution.term), "{id}: {index} {told:?}"),
                    Outcome::Superseded { by } => {
                        let exact = term == Some(by) && by != resolution.term;
                        // A snapshot tells no more than that its terms are too low.
                        let by_snapshot = term.is_some_and(|term| term <= by) && by < resolution.term;
                        assert!(exact || by_snapshot, "{id}: {index} {told:?}");
                    }
                    Outcome::Unknown { reason } => {
                        assert!(matches!(reason, UnknownReason::CoveredBySnapshot { .. }), "{id}: {index} {told:?}");
                        assert!(term.is_some(), "{id}: {index} {told:?}");
                    }
                }
            }
        }
    }

    /// Election Safety, by the votes of a majority (§5.2), or of two (§6), and Leader Append-Only (§5.3).
    fn check_leader(&mut self, server: &Server) {
        let Some(node) = server.node().filter(|node| node.role() == Role::Leader) else { return };
        let term = node.hard_state().term;
        if !self.leaders.contains_key(&term) {
            let vote = |voter| Some(self.votes.get(&(term, voter)) == Some(&server.id));
            let result = node.membership().vote_result(vote);
            assert_eq!(result, VoteResult::Won, "Election Safety: {} leads term {term} without a majority", server.id);
        }
        let leader = *self.leaders.entry(term).or_insert(server.id);
        assert_eq!(leader, server.id, "Election Safety: two leaders in term {term}");
        let (log, known) = (node.log(), self.leader_logs.entry(term).or_default());
        for id in known.range(log.base().index.next()..).map(|(_, id)| *id) {
            assert!(log.contains(id), "Leader Append-Only: {} lost {id} in term {term}", server.id);
        }
        known.extend(log.entries().iter().map(|entry| (entry.id.index, entry.id)));
    }

    /// At most one change of membership is under way (§4.1 of the dissertation).
    fn check_one_change(&self, server: &Server) {
        let Some(node) = server.node() else { return };
        let is_change = |entry: &&Entry| matches!(entry.payload, Payload::Membership(_));
        let committed = |index| place(index).and_then(|place| self.committed.get(place)).map(|(entry, _)| entry.id);
        let open = |entry: &&Entry| committed(entry.id.index) != Some(entry.id);
        let changes: Vec<_> =
            node.log().entries().iter().filter(is_change).filter(open).map(|entry| entry.id).collect();
        assert!(
            changes.len() <= 1,
            "One Change: {}: {changes:?} are changes, and none of them is committed",
            server.id
        );
    }

    /// Leader Completeness (§5.4): what was committed in an earlier term is in the log of every leader.
    fn check_leader_completeness(&self, server: &Server) {
        let Some(node) = server.node().filter(|node| node.role() == Role::Leader) else { return };
        for (entry, term) in self.committed.iter().filter(|(_, term)| *term < node.hard_state().term) {
            let has = entry.id.index < node.log().base().index || node.log().contains(entry.id);
            assert!(has, "Leader Completeness: {} lacks {}, committed in term {term}", server.id, entry.id);
        }
    }

    /// A message leaves: what it promises is on the disk ("updated on stable storage before responding to
    /// RPCs", Figure 2), and no vote is given twice (§5.2).
    pub(crate) fn check_sent(&mut self, servers: &[Server], message: &Message) {
        let pre_vote = match &message.body {
            Body::VoteRequest(request) => request.ballot == Ballot::PreVote,
            Body::VoteReply(reply) => reply.pre_vote,
            Body::AppendRequest(_)
            | Body::AppendReply(_)
            | Body::SnapshotChunk(_)
            | Body::SnapshotReply(_)
            | Body::ReadRequest(_)
            | Body::ReadReply { .. }
            | Body::ProposalRequest(_)
            | Body::ProposalReply(_)
            | Body::SnapshotRequest { .. }
            | Body::TimeoutNow => false,
        };
        if pre_vote {
            // It is about a term that has not begun, and promises nothing.
            return;
        }
        let server = find(servers, message.from);
        let (disk, term) = (&server.disk.durable, message.term);
        let ctx = format!("Stable Storage: {message:?} leaves, and on the disk is {:?}", disk.hard_state);
        assert!(disk.hard_state.term >= term, "{ctx}");
        let in_term = disk.hard_state.term == term;
        match &message.body {
            Body::VoteRequest(_)
            | Body::AppendRequest(_)
            | Body::SnapshotChunk(_)
            | Body::ReadReply { .. }
            | Body::TimeoutNow => {
                assert!(!in_term || disk.hard_state.vote == Some(server.id), "{ctx}");
                self.count_vote(term, server.id, server.id);
            }
            Body::VoteReply(reply) if reply.granted => {
                assert!(!in_term || disk.hard_state.vote == Some(message.to), "{ctx}");
                self.count_vote(term, server.id, message.to);
            }
            Body::AppendReply(AppendReply::Accepted { matched, .. }) if in_term => {
                let known = self.acknowledged.entry((term, server.id)).or_default();
                *known = (*known).max(*matched);
                let last = disk.entries.last().map_or(disk.base, |entry| entry.id);
                assert!(last.index >= *matched, "{ctx}, and the log up to {last}");
                if let Some(leader) = self.leader_logs.get(&term) {
                    let ids = leader.range(..=*matched).map(|(_, id)| *id);
                    let differs = ids.filter(|id| !server.disk.has(*id)).collect::<Vec<_>>();
                    assert_eq!(differs, [], "{ctx}, and something else than the leader has");
                }
            }
            Body::ProposalReply(ProposalReply { result: Ok(id), .. }) => {
                assert_eq!(id.term, term, "{ctx}");
                assert!(!in_term || disk.hard_state.vote == Some(server.id), "{ctx}");
            }
            Body::VoteReply(_)
            | Body::AppendReply(_)
            | Body::SnapshotReply(_)
            | Body::ReadRequest(_)
            | Body::ProposalRequest(_)
            | Body::ProposalReply(_)
            | Body::SnapshotRequest { .. } => {}
        }
    }

    /// Whoever is for itself on its disk has given itself its vote.
    fn check_own_vote(&mut self, server: &Server) {
        let on_disk = server.disk.durable.hard_state;
        if on_disk.vote == Some(server.id) {
            self.count_vote(on_disk.term, server.id, server.id);
        }
    }

    /// The fate of a proposal is told once.
    pub(super) fn resolved_once(&mut self, server: NodeId, boot: Boot, resolution: &Resolution) {
        for index in (resolution.first.0..=resolution.last.0).map(LogIndex) {
            let first = self.resolved.insert((server, boot, resolution.term, index));
            assert!(first, "{server} tells the fate of {index} of term {} again", resolution.term);
        }
    }

    /// How far the log is committed, to whoever knows all.
    pub(super) fn committed_up_to(&self) -> LogIndex {
        self.committed.last().map_or(LogIndex::ZERO, |(entry, _)| entry.id.index)
    }

    /// An entry that was in a log once.
    pub(super) fn entry(&self, id: EntryId) -> Option<Entry> {
        self.entries.get(&(id.index.0, id.term.0)).map(|(_, entry)| entry.clone())
    }

    fn count_vote(&mut self, term: Term, voter: NodeId, candidate: NodeId) {
        let given = *self.votes.entry((term, voter)).or_insert(candidate);
        assert_eq!(given, candidate, "Election Safety: {voter} voted twice in term {term}");
    }
}

/// The place of an index in a list that starts with index 1.
fn place(index: LogIndex) -> Option<usize> {
    usize::try_from(index.0).ok()?.checked_sub(1)
}

fn find(servers: &[Server], id: NodeId) -> &Server {
    servers.iter().find(|server| server.id == id).expect("a server of the cluster")
}

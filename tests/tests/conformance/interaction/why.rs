//! Which rule explains a difference, by what the servers are.

use raftarium_core::quorum::VoteResult;
use raftarium_core::{Entry, LogIndex, NodeId, Payload, Role};

use super::compare::{self, View};
use super::env::Env;
use super::host::Host;
use crate::rules::Rule;
use crate::shape::Shape;

impl Env {
    /// Whether the leader's configuration, or one that is committed somewhere, has the server no more.
    pub(super) fn is_removed(&self, id: NodeId) -> bool {
        let known = |host: &Host| host.node.membership().has(id);
        let longest = self.hosts.iter().max_by_key(|host| (host.node.hard_state().commit, host.node.id() != id));
        self.leader().is_some_and(|host| !known(host)) || longest.is_some_and(|host| !known(host))
    }
}

impl Env {
    /// Whether a server has a change in its log that its host has not applied: theirs does not campaign then.
    pub(super) fn has_unapplied_change(&self, id: NodeId) -> bool {
        let change = |entry: &Entry| matches!(entry.payload, Payload::Membership(_));
        let unapplied =
            |host: &Host| host.node.log().between(host.node.applied_index(), LogIndex::MAX).iter().any(change);
        self.hosts.iter().any(|host| host.node.id() == id && unapplied(host))
    }

    /// Whether some server has a configuration in its log.
    fn is_known(&self, shape: &Shape) -> bool {
        let has =
            |entry: &Entry| matches!(&entry.payload, Payload::Membership(found) if Shape::from(&**found) == *shape);
        self.hosts.iter().any(|host| host.node.log().entries().iter().any(has))
    }
}

/// Whether a server waits for a configuration to be committed at or before `through`.
pub(super) fn pending_change(host: &Host, through: LogIndex) -> bool {
    let pending = host.node.log().between(host.node.hard_state().commit, through);
    pending.iter().any(|entry| matches!(entry.payload, Payload::Membership(_)))
}

impl View<'_> {
    pub(super) fn why_term(&self, theirs: u64) -> Option<Rule> {
        let state = self.host.node.hard_state();
        let ours = compare::theirs(state.term);
        match () {
            () if self.env.is_removed(self.host.node.id()) => Some(Rule::RemovedIsNotTold),
            () if ours > theirs && self.host.told == Some(state.term) => Some(Rule::StaleIsTold),
            () => None,
        }
    }

    /// Why the commit index is not `theirs`.
    pub(super) fn why_commit(&self, theirs: u64) -> Option<Rule> {
        let state = self.host.node.hard_state();
        if state.commit.0 > theirs {
            let installed = self.host.installed.is_some_and(|index| theirs < index.0 && index <= state.commit);
            let voted = self.host.learned_by_vote >= state.commit;
            let passed = self.host.node.log().between(LogIndex(theirs), state.commit);
            let changed = passed.iter().any(|entry| matches!(entry.payload, Payload::Membership(_)));
            return match () {
                () if changed => Some(Rule::EffectiveOnAppend),
                () if installed => Some(Rule::SnapshotAtOnce),
                () if voted => Some(Rule::VotesCarryCommit),
                () => None,
            };
        }
        let through = LogIndex(theirs);
        if self.env.hosts.iter().all(|host| host.node.log().last().index < through) {
            return self.env.hosts.iter().any(|host| host.deferred.is_some()).then_some(Rule::FirstCommitThenChange);
        }
        let behind = |host: &&Host| host.node.hard_state().commit < through;
        let mut hosts = self.env.hosts.iter().filter(behind);
        match () {
            () if hosts.clone().any(|host| pending_change(host, through)) => Some(Rule::EffectiveOnAppend),
            () if self.env.hosts.iter().any(|host| host.stepped_down == Some(state.term)) => {
                Some(Rule::RemovedLeaderStepsDown)
            }
            () if hosts.any(|host| host.deferred.is_some()) => Some(Rule::FirstCommitThenChange),
            () if self.env.is_removed(self.host.node.id()) => Some(Rule::RemovedIsNotTold),
            () => None,
        }
    }

    pub(super) fn why_role(&self, theirs: &str) -> Option<Rule> {
        let node = &self.host.node;
        let lost = || {
            let votes: Vec<_> = node.votes().collect();
            let vote = |id| votes.iter().find(|(voter, _)| *voter == id).map(|&(_, granted)| granted);
            node.membership().vote_result(vote) == VoteResult::Lost
        };
        match node.role() {
            Role::Follower if self.host.stepped_down.is_some() && theirs == "leader" => {
                Some(Rule::RemovedLeaderStepsDown)
            }
            Role::PreCandidate | Role::Candidate if theirs == "follower" && lost() => Some(Rule::LoserWaits),
            Role::Follower | Role::PreCandidate | Role::Candidate | Role::Leader => {
                self.env.is_removed(node.id()).then_some(Rule::RemovedIsNotTold)
            }
        }
    }

    pub(super) fn why_lead(&self, theirs: u64) -> Option<Rule> {
        match () {
            () if self.host.stepped_down.is_some() && theirs == self.host.node.id().0 => {
                Some(Rule::RemovedLeaderStepsDown)
            }
            () if self.env.options.leases && self.host.forgot == Some(NodeId(theirs)) => {
                Some(Rule::LeaseForgetsOnlyTheName)
            }
            () if self.env.is_removed(self.host.node.id()) => Some(Rule::RemovedIsNotTold),
            () => None,
        }
    }

    /// Why the committed configuration is not theirs, or not seen to be.
    pub(super) fn why_config(&self, theirs: Option<&Shape>) -> Option<Rule> {
        let node = &self.host.node;
        let current = Shape::from(node.membership());
        let waits = pending_change(self.host, LogIndex::MAX);
        match () {
            () if waits && theirs.is_none_or(|theirs| *theirs == current) => Some(Rule::EffectiveOnAppend),
            () if self.env.is_removed(node.id()) && theirs.is_none_or(|theirs| self.env.is_known(theirs)) => {
                Some(Rule::RemovedIsNotTold)
            }
            () if self.host.was_deferred && self.host.deferred.is_some() => Some(Rule::FirstCommitThenChange),
            () if waits && theirs.is_none_or(|theirs| self.env.is_known(theirs)) => Some(Rule::EffectiveOnAppend),
            () => None,
        }
    }

    /// Why the log does not reach to `theirs`.
    pub(super) fn why_log(&self, theirs: u64) -> Option<Rule> {
        let last = self.host.node.log().last().index;
        match () {
            () if last.0 >= theirs => None,
            () if self.env.is_removed(self.host.node.id()) => Some(Rule::RemovedIsNotTold),
            () if self.env.hosts.iter().any(|host| host.deferred.is_some()) => Some(Rule::FirstCommitThenChange),
            () if self.env.hosts.iter().any(|host| pending_change(host, LogIndex::MAX)) => {
                Some(Rule::EffectiveOnAppend)
            }
            () => None,
        }
    }
}

//! The model of how memberships change: a set of names for each role.

use std::collections::BTreeSet;

use proptest::prelude::*;
use raftarium_core::quorum::VoteResult;
use raftarium_core::{Change, ChangeError, Membership, MembershipChangeError, NodeId, Payload, Settings, Transition};

use crate::harness::{Cluster, id, voters};

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Change(Vec<Change>, Transition),
    LeaveJoint,
    /// So many messages arrive.
    Deliver(usize),
    /// Everything is done that is to be done.
    Settle,
    /// The leader is lost, with what only it has; it comes back.
    LoseLeader,
}

const SERVERS: u64 = 6;

pub(crate) fn change(servers: u64) -> impl Strategy<Value = Change> {
    (0..6_u8, 1..=servers).prop_map(|(kind, number)| match kind {
        0..3 => Change::AddVoter(id(number)),
        3 => Change::AddLearner(id(number)),
        _ => Change::Remove(id(number)),
    })
}

pub(crate) fn how() -> impl Strategy<Value = Transition> {
    prop_oneof![2 => Just(Transition::Auto), 1 => Just(Transition::Joint), 1 => Just(Transition::JointUntilLeft)]
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (proptest::collection::vec(change(SERVERS), 1..4), how()).prop_map(|(changes, how)| Step::Change(changes, how)),
        3 => Just(Step::LeaveJoint),
        2 => (1..9_usize).prop_map(Step::Deliver),
        5 => Just(Step::Settle),
        1 => Just(Step::LoseLeader),
    ]
}

/// Three voters, and as many that wait to be found.
pub(crate) fn run(steps: &[Step]) {
    let everything = |_, settings: &mut Settings| *settings = Settings::default();
    let mut cluster = Cluster::with_joiners(3, SERVERS - 3, everything);
    cluster.pass(1_000);
    for step in steps {
        let Some(leader) = cluster.leader() else {
            cluster.pass(500);
            continue;
        };
        match step {
            Step::Change(changes, how) => {
                let expected = may_change(&cluster, leader).and_then(|()| {
                    let model = Model::of(cluster.node(leader).membership());
                    model.changed(changes, *how).map_err(MembershipChangeError::Change)
                });
                check(&mut cluster, leader, expected, |cluster| cluster.change(leader, changes, *how).err());
            }
            Step::LeaveJoint => {
                let expected = may_change(&cluster, leader).and_then(|()| {
                    let model = Model::of(cluster.node(leader).membership());
                    model.left().ok_or(MembershipChangeError::Change(ChangeError::NotJoint))
                });
                check(&mut cluster, leader, expected, |cluster| cluster.leave_joint(leader).err());
            }
            Step::Deliver(count) => (0..*count.min(&cluster.wire.len())).for_each(|_| cluster.deliver_nth(0)),
            Step::Settle => cluster.pass(100),
            Step::LoseLeader => {
                cluster.crash(leader);
                cluster.pass(1_000);
                cluster.restart(leader);
            }
        }
        (1..=SERVERS).for_each(|number| consecutive_majorities_meet(&cluster, number));
    }
}

/// One change at a time, and none before the leader's term has something committed.
fn may_change(cluster: &Cluster, leader: u64) -> Result<(), MembershipChangeError> {
    let (log, hard_state) = (cluster.node(leader).log(), cluster.node(leader).hard_state());
    let is_change = |payload: &Payload| matches!(payload, Payload::Membership(_));
    let last = log.entries().iter().rev().find(|entry| is_change(&entry.payload)).map(|entry| entry.id.index);
    if let Some(pending) = last.filter(|&last| last > hard_state.commit) {
        return Err(MembershipChangeError::Pending { pending, commit: hard_state.commit });
    }
    let own = log.term_at(hard_state.commit) == Some(hard_state.term);
    own.then_some(()).ok_or(MembershipChangeError::TermNotCommitted { term: hard_state.term })
}

fn check(
    cluster: &mut Cluster,
    leader: u64,
    expected: Result<Model, MembershipChangeError>,
    ask: impl FnOnce(&mut Cluster) -> Option<MembershipChangeError>,
) {
    let before = cluster.node(leader).clone();
    let refused = ask(cluster);
    assert_eq!(refused, expected.as_ref().err().copied());
    match expected {
        Err(_) => assert_eq!(cluster.node(leader), &before, "what is refused changes nothing"),
        // A single voter commits it at once, and so may have gone on to the next.
        Ok(model) => {
            let index = before.log().last().index.next();
            let entry = cluster.node(leader).log().entry(index).expect("it is appended");
            let Payload::Membership(now) = &entry.payload else { panic!("{entry:?}") };
            assert_eq!(Model::of(now), model);
        }
    }
}

/// Memberships without a cluster: each is left if it is joint, and changed if it is not.
pub(crate) fn follow(transitions: &[(Vec<Change>, Transition)]) {
    let mut membership = voters(3);
    for (changes, how) in transitions {
        let model = Model::of(&membership);
        let entered = match how {
            Transition::Auto => match membership.simple(changes) {
                Err(ChangeError::NeedsJoint { changed }) => {
                    assert!(changed > 1);
                    membership.enter_joint(changes, true)
                }
                other => other,
            },
            Transition::Joint => membership.enter_joint(changes, true),
            Transition::JointUntilLeft => membership.enter_joint(changes, false),
        };
        assert_eq!(entered.as_ref().map(Model::of).map_err(|&error| error), model.changed(changes, *how));
        assert_eq!(membership.leave_joint().ok().as_ref().map(Model::of), model.left());
        let Ok(next) = entered.or_else(|_| membership.leave_joint()) else { continue };
        majorities_meet(&membership, &next);
        membership = next;
    }
}

/// Any majority of a membership meets any of the next in the log, so that no two of them can decide at once.
fn consecutive_majorities_meet(cluster: &Cluster, number: u64) {
    let node = cluster.node(number);
    let carried = |payload: &Payload| match payload {
        Payload::Membership(membership) => Some(Membership::clone(membership)),
        Payload::NoOp | Payload::Command(_) => None,
    };
    let later = node.log().entries().iter().filter_map(|entry| carried(&entry.payload));
    let base = node.membership_at(node.log().base().index).cloned();
    let all: Vec<_> = base.into_iter().chain(later).collect();
    // Those before were looked at when they were new.
    all.windows(2).rev().take(2).for_each(|pair| majorities_meet(&pair[0], &pair[1]));
}

fn majorities_meet(old: &Membership, new: &Membership) {
    let wins = |set: u32, of: &Membership| of.vote_result(|node| Some(set >> node.0 & 1 == 1)) == VoteResult::Won;
    let everybody = (2_u32 << SERVERS) - 2;
    for one in (0..=everybody).filter(|&set| wins(set, old)) {
        // If all the others together are no majority, no part of them is one.
        assert!(!wins(everybody & !one, new), "{one:b} decides in {old:?}, and the others in {new:?}");
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Model {
    voters: BTreeSet<NodeId>,
    outgoing: BTreeSet<NodeId>,
    learners: BTreeSet<NodeId>,
    learners_next: BTreeSet<NodeId>,
    auto_leave: bool,
}

impl Model {
    fn of(membership: &Membership) -> Self {
        let set = |ids: &[NodeId]| ids.iter().copied().collect();
        Self {
            voters: set(membership.voters()),
            outgoing: set(membership.outgoing()),
            learners: set(membership.learners()),
            learners_next: set(membership.learners_next()),
            auto_leave: membership.auto_leave(),
        }
    }

    fn changed(&self, changes: &[Change], how: Transition) -> Result<Self, ChangeError> {
        if !self.outgoing.is_empty() {
            return Err(ChangeError::AlreadyJoint);
        }
        let (mut voters, mut learners) = (self.voters.clone(), self.learners.clone());
        for change in changes {
            let (Change::AddVoter(node) | Change::AddLearner(node) | Change::Remove(node)) = change;
            voters.remove(node);
            learners.remove(node);
            match change {
                Change::AddVoter(_) => _ = voters.insert(*node),
                Change::AddLearner(_) => _ = learners.insert(*node),
                Change::Remove(_) => {}
            }
        }
        if voters.is_empty() {
            return Err(ChangeError::NoVotersLeft);
        }
        let joint = match how {
            Transition::Auto => voters.symmetric_difference(&self.voters).count() > 1,
            Transition::Joint | Transition::JointUntilLeft => true,
        };
        if !joint {
            return Ok(Self { voters, learners, ..Self::default() });
        }
        // Whoever votes in the half that is left learns only when that is left.
        let (learners_next, learners) = learners.into_iter().partition(|node| self.voters.contains(node));
        let auto_leave = how != Transition::JointUntilLeft;
        Ok(Self { voters, outgoing: self.voters.clone(), learners, learners_next, auto_leave })
    }

    fn left(&self) -> Option<Self> {
        let learners = &self.learners | &self.learners_next;
        (!self.outgoing.is_empty()).then(|| Self { voters: self.voters.clone(), learners, ..Self::default() })
    }
}

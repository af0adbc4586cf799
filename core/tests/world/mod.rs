//! A small cluster to which anything may happen that the paper allows: steps, and what each does.

mod recovery;

use core::num::NonZeroU64;

use proptest::collection::vec;
use proptest::prelude::*;
use raftarium_core::{Change, Node, NodeId, Settings, Transition};

use crate::harness::Cluster;
pub(crate) use recovery::recovers;

/// How many servers a world has, and how many of them vote at first; the others wait to be found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    servers: u64,
    voters: u64,
}

pub(crate) fn size() -> impl Strategy<Value = Size> {
    (1..=6_u64, 0..3_u64)
        .prop_map(|(servers, joiners)| Size { servers, voters: servers.saturating_sub(joiners).max(1) })
}

/// One step. The numbers are taken modulo what there is: servers, messages.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Deliver(usize),
    /// So many of the oldest messages.
    DeliverInOrder(usize),
    DeliverAll,
    Lose(usize),
    Double(usize),
    TimeOut(u64),
    Wake(u64),
    Campaign(u64),
    /// A campaign, and all messages are delivered.
    Elect(u64),
    Propose(u64),
    ProposeToLeaders,
    /// A proposal to every server: those that do not lead may pass it on.
    ProposeToAll,
    /// The state machine of a server is lost, and it asks for another one's.
    LoseState(u64),
    Crash(u64),
    Restart(u64),
    /// A crash after so many of the outputs that wait.
    CrashAfterOutputs(u64, usize),
    /// The servers whose bit is set can talk to each other, and the others to each other.
    Partition(u64),
    Heal,
    HoldDisk(u64),
    ReleaseDisk(u64),
    WriteOne(u64),
    /// From now on, the host takes nothing from the server until it is asked to.
    Neglect(u64),
    Serve(u64),
    /// So many milliseconds pass; nobody is woken yet.
    Pass(u64),
    /// Time passes, and everything is on time.
    Idle(u64),
    /// The leaders are asked to change the membership.
    Change(Vec<Change>, Transition),
    LeaveJoint,
    /// The leaders are asked to hand over.
    Transfer(u64),
    ForgetLeader(u64),
    /// A server drops all that it has applied but so many entries.
    Compact(u64, u64),
    Read(u64, bool),
    ReadFromLeaders(bool),
    /// The leaders are cut off; the others forget them, by a restart or without; one of them campaigns, and a command
    /// commits if it wins. Then the leaders are read from, by their leases.
    Usurp(u64, bool),
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    // In boxes: as one type, they are too large for the stack of a test.
    prop_oneof![10 => accidents().boxed(), 4 => requests().boxed()]
}

fn change() -> impl Strategy<Value = Change> {
    (0..5_u8, 0..6_u64).prop_map(|(kind, node)| match kind {
        0 | 1 => Change::AddVoter(NodeId(node + 1)),
        2 => Change::AddLearner(NodeId(node + 1)),
        _ => Change::Remove(NodeId(node + 1)),
    })
}

/// What operators and clients ask for.
fn requests() -> impl Strategy<Value = Step> {
    let server = 0..6_u64;
    let how =
        prop_oneof![3 => Just(Transition::Auto), 1 => Just(Transition::Joint), 1 => Just(Transition::JointUntilLeft)];
    prop_oneof![
        6 => (vec(change(), 1..4), how).prop_map(|(changes, how)| Step::Change(changes, how)),
        2 => Just(Step::LeaveJoint),
        4 => server.clone().prop_map(Step::Transfer),
        2 => server.clone().prop_map(Step::ForgetLeader),
        4 => (server.clone(), 0..3_u64).prop_map(|(server, kept)| Step::Compact(server, kept)),
        4 => (server.clone(), any::<bool>()).prop_map(|(server, lease)| Step::Read(server, lease)),
        2 => (server.clone(), any::<bool>()).prop_map(|(server, restart)| Step::Usurp(server, restart)),
        6 => any::<bool>().prop_map(Step::ReadFromLeaders),
        6 => Just(Step::ProposeToAll),
        5 => server.prop_map(Step::LoseState),
        4 => (1..120_u64).prop_map(Step::Pass),
        3 => (1..400_u64).prop_map(Step::Idle),
    ]
}

fn accidents() -> impl Strategy<Value = Step> {
    let server = 0..6_u64;
    let message = 0..64_usize;
    prop_oneof![
        8 => message.clone().prop_map(Step::Deliver),
        16 => (1..12_usize).prop_map(Step::DeliverInOrder),
        8 => Just(Step::DeliverAll),
        3 => message.clone().prop_map(Step::Lose),
        2 => message.prop_map(Step::Double),
        3 => server.clone().prop_map(Step::TimeOut),
        1 => server.clone().prop_map(Step::Wake),
        2 => server.clone().prop_map(Step::Campaign),
        6 => server.clone().prop_map(Step::Elect),
        1 => server.clone().prop_map(Step::Propose),
        14 => Just(Step::ProposeToLeaders),
        1 => server.clone().prop_map(Step::Crash),
        6 => server.clone().prop_map(Step::Restart),
        1 => (server.clone(), 0..6_usize).prop_map(|(server, outputs)| Step::CrashAfterOutputs(server, outputs)),
        1 => (0..32_u64).prop_map(Step::Partition),
        3 => server.clone().prop_map(|server| Step::Partition(1 << server)),
        3 => Just(Step::Heal),
        1 => server.clone().prop_map(Step::HoldDisk),
        4 => server.clone().prop_map(Step::ReleaseDisk),
        4 => server.clone().prop_map(Step::WriteOne),
        1 => server.clone().prop_map(Step::Neglect),
        4 => server.prop_map(Step::Serve),
    ]
}

pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let sizes = (1..=3_u32, 1..=3_u32, 1..40_u64, 1..40_u64, 1..200_u64, 0..6_u64);
    let rules = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), 0..3_u32);
    (sizes, rules, any::<bool>(), 0..8_u64).prop_map(|(sizes, rules, forward_proposals, seed)| {
        let (no_op_on_election, pre_vote, leader_stickiness, check_quorum, leases, backoff_doublings_max) = rules;
        Settings {
            max_append_entries: sizes.0,
            max_in_flight_appends: sizes.1,
            max_append_bytes: sizes.2,
            max_in_flight_bytes: sizes.3,
            max_uncommitted_bytes: sizes.4,
            snapshot_after_entries: NonZeroU64::new(sizes.5),
            no_op_on_election,
            pre_vote,
            leader_stickiness,
            check_quorum,
            forward_proposals,
            leases: leases && leader_stickiness,
            backoff_doublings_max,
            seed,
            ..Settings::default()
        }
    })
}

/// Runs the steps on a new cluster. Panics if anything that must hold does not.
pub(crate) fn run(size: Size, settings: &Settings, ranked: bool, steps: &[Step]) -> Cluster {
    let joiners = size.servers - size.voters;
    let mut cluster = Cluster::with_joiners(size.voters, joiners, |number, chosen| {
        chosen.clone_from(settings);
        chosen.priority = if ranked { u32::try_from(number % 3).expect("small") } else { 0 };
    });
    for step in steps {
        take(&mut cluster, step);
    }
    cluster
}

fn take(cluster: &mut Cluster, step: &Step) {
    let size = cluster.size();
    let server = |number: u64| number % size + 1;
    let position = |cluster: &Cluster, number: usize| number.checked_rem(cluster.wire.len());
    match *step {
        Step::Deliver(number) => {
            if let Some(position) = position(cluster, number) {
                cluster.deliver_nth(position);
            }
        }
        Step::DeliverInOrder(messages) => {
            for _ in 0..messages.min(cluster.wire.len()) {
                cluster.deliver_nth(0);
            }
        }
        Step::DeliverAll => cluster.deliver_all(),
        Step::Lose(number) => {
            if let Some(position) = position(cluster, number) {
                cluster.wire.remove(position);
            }
        }
        Step::Double(number) => {
            if let Some(position) = position(cluster, number) {
                let message = cluster.wire[position].clone();
                cluster.wire.push(message);
            }
        }
        Step::TimeOut(number) => on_live(cluster, server(number), |cluster, number| {
            if cluster.node(number).deadline().is_some() {
                cluster.time_out(number);
            }
        }),
        Step::Wake(number) => on_live(cluster, server(number), |cluster, number| cluster.step(number, Node::wake)),
        Step::Campaign(number) => on_live(cluster, server(number), campaign),
        Step::Elect(number) => on_live(cluster, server(number), |cluster, number| {
            campaign(cluster, number);
            cluster.deliver_all();
        }),
        Step::Propose(number) => on_live(cluster, server(number), propose),
        Step::ProposeToLeaders => {
            for number in 1..=size {
                on_live(cluster, number, propose);
            }
        }
        Step::ProposeToAll => (1..=size).for_each(|number| on_live(cluster, number, propose)),
        Step::LoseState(number) => on_live(cluster, server(number), |cluster, number| _ = cluster.lose_state(number)),
        Step::Crash(number) => on_live(cluster, server(number), Cluster::crash),
        Step::Restart(number) => {
            if !cluster.is_up(server(number)) {
                cluster.restart(server(number));
            }
        }
        Step::CrashAfterOutputs(number, outputs) => on_live(cluster, server(number), |cluster, number| {
            cluster.serve_some(number, outputs);
            cluster.crash(number);
        }),
        Step::Partition(bits) => {
            let (one, other): (Vec<_>, Vec<_>) = (1..=size).partition(|number| (bits >> (number - 1)) & 1 == 1);
            cluster.partition(&[&one, &other]);
        }
        Step::Heal => cluster.heal(),
        Step::HoldDisk(number) => cluster.hold_disk(server(number)),
        Step::ReleaseDisk(number) => cluster.release_disk(server(number)),
        Step::WriteOne(number) => {
            cluster.write_one(server(number));
            cluster.run(server(number));
        }
        Step::Neglect(number) => cluster.neglect(server(number)),
        Step::Serve(number) => cluster.serve(server(number)),
        Step::Pass(millis) => cluster.now = cluster.now + core::time::Duration::from_millis(millis),
        Step::Idle(millis) => cluster.pass(millis),
        Step::Change(ref changes, how) => {
            let there = |change: &&Change| {
                let (Change::AddVoter(node) | Change::AddLearner(node) | Change::Remove(node)) = change;
                node.0 <= size
            };
            let changes: Vec<_> = changes.iter().filter(there).copied().collect();
            of_leaders(cluster, |cluster, leader| _ = cluster.change(leader, &changes, how));
        }
        Step::LeaveJoint => of_leaders(cluster, |cluster, leader| _ = cluster.leave_joint(leader)),
        Step::Transfer(number) => of_leaders(cluster, |cluster, leader| _ = cluster.transfer(leader, server(number))),
        Step::ForgetLeader(number) => on_live(cluster, server(number), Cluster::forget_leader),
        Step::Compact(number, kept) => on_live(cluster, server(number), |cluster, number| {
            let through = cluster.node(number).applied_index().0.saturating_sub(kept);
            // Whoever has lost its state machine has nothing to take a snapshot of.
            if !cluster.node(number).waits_for_snapshot() {
                let _ = cluster.compact(number, through);
            }
        }),
        Step::Read(number, lease) => {
            on_live(cluster, server(number), |cluster, number| _ = cluster.read(number, lease))
        }
        Step::Usurp(number, restart) => usurp(cluster, server(number), restart),
        Step::ReadFromLeaders(lease) => of_leaders(cluster, |cluster, leader| _ = cluster.read(leader, lease)),
    }
}

fn usurp(cluster: &mut Cluster, usurper: u64, restart: bool) {
    let leads = |number: &u64| cluster.is_up(*number) && cluster.node(*number).role() == raftarium_core::Role::Leader;
    let (leaders, others): (Vec<_>, Vec<_>) = (1..=cluster.size()).partition(leads);
    cluster.partition(&[&leaders, &others]);
    for &number in &others {
        if restart && cluster.is_up(number) {
            cluster.crash(number);
            cluster.restart(number);
        }
        on_live(cluster, number, Cluster::forget_leader);
    }
    on_live(cluster, usurper, campaign);
    cluster.deliver_all();
    of_leaders(cluster, propose);
    cluster.deliver_all();
    of_leaders(cluster, |cluster, leader| _ = cluster.read(leader, true));
}

/// Whoever takes itself for a leader.
fn of_leaders(cluster: &mut Cluster, mut step: impl FnMut(&mut Cluster, u64)) {
    for number in 1..=cluster.size() {
        on_live(cluster, number, |cluster, number| {
            if cluster.node(number).role() == raftarium_core::Role::Leader {
                step(cluster, number);
            }
        });
    }
}

fn on_live(cluster: &mut Cluster, number: u64, step: impl FnOnce(&mut Cluster, u64)) {
    if cluster.is_up(number) {
        step(cluster, number);
    }
}

fn campaign(cluster: &mut Cluster, number: u64) {
    // A leader refuses, and that is as good.
    let _ = cluster.step(number, |node, now| node.campaign(now));
}

fn propose(cluster: &mut Cluster, number: u64) {
    // Each command is another one, so that entries that must differ do.
    let command = format!("{} to S{number}", cluster.next_command());
    // Whoever does not lead refuses or passes it on, and that is as good.
    let _ = cluster.offer(number, &command);
}

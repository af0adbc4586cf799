//! A small cluster to which anything may happen that the paper allows: steps, and what each does.

use proptest::prelude::*;
use raftarium_core::{Node, Role, Settings};

use crate::harness::Cluster;

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
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let server = 0..5_u64;
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
    (1..=3_u32, 1..=3_u32, any::<bool>(), 0..8_u64).prop_map(|(batch, window, no_op_on_election, seed)| Settings {
        max_append_entries: batch,
        max_in_flight_appends: window,
        no_op_on_election,
        seed,
        ..Settings::plain()
    })
}

/// Runs the steps on a new cluster. Panics if anything that must hold does not.
pub(crate) fn run(size: u64, settings: Settings, steps: &[Step]) -> Cluster {
    let mut cluster = Cluster::with(size, |chosen| chosen.clone_from(&settings));
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
        Step::TimeOut(number) => on_live(cluster, server(number), Cluster::time_out),
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
    // Whoever does not lead refuses, and that is as good.
    let _ = cluster.propose(number, &command);
}

/// All servers run, all disks write, all messages arrive: a leader is found within a few timeouts, and all agree.
pub(crate) fn recovers(mut cluster: Cluster) {
    cluster.heal();
    for number in 1..=cluster.size() {
        if !cluster.is_up(number) {
            cluster.restart(number);
        }
        cluster.serve(number);
        cluster.release_disk(number);
    }
    cluster.deliver_all();
    for _ in 0..100 {
        let next = (1..=cluster.size()).min_by_key(|&number| cluster.node(number).deadline().map(|wait| wait.at));
        cluster.time_out(next.expect("at least one"));
        cluster.deliver_all();
    }
    let leaders: Vec<_> = (1..=cluster.size()).filter(|&number| cluster.node(number).role() == Role::Leader).collect();
    let &[leader] = &*leaders else { panic!("leaders: {leaders:?}") };
    let proposed = cluster.propose(leader, "the last").expect("the leader");
    cluster.deliver_all();
    cluster.time_out(leader);
    cluster.deliver_all();
    cluster.assert_logs_equal();
    for number in 1..=cluster.size() {
        assert_eq!(cluster.commit(number), proposed.index.0, "S{number}");
        assert_eq!(cluster.server(number).applied_up_to(), proposed.index, "S{number}");
    }
}

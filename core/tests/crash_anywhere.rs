//! One story with everything in it, and a crash at each of its boundaries in turn: after every output that a server's
//! host takes and after every write that it finishes. Exhaustive and without chance; `properties` does it at random.

mod harness;

use harness::{Cluster, id};
use raftarium_core::Change::{AddVoter, Remove};
use raftarium_core::{Event, Message, Node, ProgressState, Role, Settings, Transition};

/// What crashes at a boundary.
#[derive(Clone, Copy, Debug)]
enum Crash {
    /// The server that has just done something; it starts again at once.
    One,
    /// The same; it starts again after the others went on without it.
    OneForLong,
    /// All servers, as in a power cut.
    All,
}

/// In which order the hosts do what there is to do.
#[derive(Clone, Copy, Debug)]
enum Pace {
    /// A write is finished after the host has taken all outputs.
    DiskLate,
    /// It is finished before the host takes the next one.
    DiskAtOnce,
    /// All messages that are under way arrive before any host takes an output.
    HostLate,
}

#[test]
fn whoever_crashes_at_whatever_boundary_comes_back_and_all_agree() {
    for pace in [Pace::DiskLate, Pace::DiskAtOnce, Pace::HostLate] {
        for crash in [Crash::One, Crash::OneForLong, Crash::All] {
            let mut boundaries = [0; 4];
            let end = Story::tell(pace, |cluster, number| {
                let position = usize::try_from(number - 1).expect("small");
                boundaries[position] += 1;
                recovers_from(cluster.clone(), number, crash);
            });
            assert!(boundaries.iter().all(|&count| count > 60), "{boundaries:?}");
            all_of_it_happened(&end);
        }
    }
}

fn recovers_from(mut cluster: Cluster, number: u64, crash: Crash) {
    match crash {
        Crash::One => {
            cluster.crash(number);
            cluster.restart(number);
        }
        Crash::OneForLong => {
            cluster.crash(number);
            cluster.pass(700);
            cluster.restart(number);
        }
        Crash::All => {
            (1..=4).for_each(|number| cluster.crash(number));
            (1..=4).for_each(|number| cluster.restart(number));
        }
    }
    (1..=4).for_each(|number| cluster.run(number));
    for _ in 0..30 {
        cluster.pass(100);
        let Some(leader) = cluster.leader() else { continue };
        let Ok(proposed) = cluster.propose(leader, "the last") else { continue };
        cluster.pass(200);
        let members = cluster.node(leader).membership().all();
        let has = |member: &raftarium_core::NodeId| cluster.server(member.0).applied_up_to() >= proposed.index;
        if !cluster.node(leader).membership().is_joint() && members.iter().all(has) {
            return;
        }
    }
    panic!("no agreement after nine seconds: S{number} {crash:?}, {:?}", cluster.roles());
}

/// The story has what it should have; otherwise there would be boundaries that are not there.
fn all_of_it_happened(cluster: &Cluster) {
    let count = |number, kind: fn(&Event) -> bool| cluster.count_events(number, kind);
    assert_eq!(count(1, |event| matches!(event, Event::BecameLeader { .. })), 2, "after S3, and after S2");
    assert_eq!(count(2, |event| matches!(event, Event::BecameLeader { .. })), 1, "it was handed over to");
    assert_eq!(count(3, |event| matches!(event, Event::SnapshotInstalled { keep_suffix: false, .. })), 1);
    assert!(count(2, |event| matches!(event, Event::Truncated { .. })) >= 1);
    assert!(
        count(4, |event| matches!(event, Event::MembershipChanged { .. })) >= 2,
        "into the joint one, and out of it"
    );
    assert_eq!(cluster.node(2).membership().voters(), [1, 2, 4].map(id));
    assert_eq!(cluster.node(1).role(), Role::Leader);
    cluster.assert_states_equal(&[1, 2, 4]);
}

/// The servers, and what is looked at after everything that one of them does.
struct Story<F> {
    cluster: Cluster,
    pace: Pace,
    /// Who is cut off.
    cut: Option<u64>,
    at_boundary: F,
}

impl<F: FnMut(&Cluster, u64)> Story<F> {
    /// S3 leads, is cut off with entries that nobody else gets, and comes back to find that S1 leads and that its log
    /// has been compacted. Then S4 takes the place of S3, S1 hands over to S2, and S2 is cut off with an entry that it
    /// must drop when it comes back.
    fn tell(pace: Pace, at_boundary: F) -> Cluster {
        let everything = |_, settings: &mut Settings| {
            *settings = Settings { max_append_entries: 2, ..Settings::default() };
        };
        let cluster = Cluster::with_joiners(3, 1, everything);
        let mut story = Self { cluster, pace, cut: None, at_boundary };
        story.input(3, |node, now| node.campaign(now).expect("a voter"));
        story.input(3, |node, now| _ = node.propose(now, "kept".into()).expect("the leader"));
        story.cut = Some(3);
        // More than the snapshot will cover.
        for _ in 0..6 {
            story.input(3, |node, now| _ = node.propose(now, "lost".into()).expect("it thinks that it leads"));
        }
        story.elect(1, &[2]);
        for command in ["a", "b", "c"] {
            story.input(1, |node, now| _ = node.propose(now, command.into()).expect("the leader"));
        }
        let applied = story.cluster.node(1).applied_index().0;
        story.cluster.compact(1, applied).expect("it is applied");
        story.cut = None;
        for _ in 0..3 {
            story.heartbeat(1);
        }
        assert_eq!(story.cluster.node(1).followers()[1].state(), ProgressState::Replicate, "S3 has the snapshot");

        let change = [AddVoter(id(4)), Remove(id(3))];
        story.input(1, |node, now| _ = node.change_membership(now, &change, Transition::Auto).expect("the leader"));
        for _ in 0..3 {
            story.heartbeat(1);
        }
        story.input(1, |node, now| _ = node.propose(now, "d".into()).expect("the leader"));
        story.input(1, |node, now| node.transfer_leadership(now, id(2)).expect("a voter"));
        story.input(2, |node, now| _ = node.propose(now, "e".into()).expect("the leader"));
        story.heartbeat(2);

        story.cut = Some(2);
        story.input(2, |node, now| _ = node.propose(now, "lost".into()).expect("it thinks that it leads"));
        story.elect(1, &[4]);
        story.input(1, |node, now| _ = node.propose(now, "f".into()).expect("the leader"));
        story.cut = None;
        for _ in 0..2 {
            story.heartbeat(1);
        }
        story.cluster
    }

    fn input(&mut self, number: u64, input: impl FnOnce(&mut Node, raftarium_core::Instant)) {
        self.cluster.input(number, input);
        self.go_on();
    }

    fn heartbeat(&mut self, leader: u64) {
        self.cluster.now = self.cluster.node(leader).deadline().expect("a leader").at.max(self.cluster.now);
        self.input(leader, Node::wake);
    }

    /// The server and those who are to vote for it forget the leader that was cut off, and it is elected.
    fn elect(&mut self, number: u64, voters: &[u64]) {
        for &forgets in [&[number], voters].concat().iter() {
            self.input(forgets, |node, now| node.forget_leader(now));
        }
        self.input(number, |node, now| node.campaign(now).expect("a voter"));
    }

    /// Everything is done that anybody wants, one thing at a time, until there is nothing left.
    fn go_on(&mut self) {
        loop {
            for number in 1..=4 {
                while self.do_one(number) {
                    (self.at_boundary)(&self.cluster, number);
                }
            }
            if self.cluster.wire.is_empty() {
                return;
            }
            let arriving = if matches!(self.pace, Pace::HostLate) { self.cluster.wire.len() } else { 1 };
            let arriving: Vec<_> = self.cluster.wire.drain(..arriving).collect();
            arriving.into_iter().for_each(|message| self.arrive(message));
        }
    }

    fn do_one(&mut self, number: u64) -> bool {
        match self.pace {
            Pace::DiskLate | Pace::HostLate => self.cluster.poll(number) || self.cluster.write_one(number),
            Pace::DiskAtOnce => self.cluster.write_one(number) || self.cluster.poll(number),
        }
    }

    fn arrive(&mut self, message: Message) {
        let Message { from, to, .. } = message;
        if self.cut.is_none_or(|cut| from != id(cut) && to != id(cut)) {
            self.cluster.input(to.0, |node, now| node.receive(now, message)).expect("a correct peer");
        }
    }
}

//! Why each rule is there, in a world: the smallest run in which a checker finds what a mistake leads to, and the same
//! run without the mistake, in which none finds anything.
//!
//! Nothing happens by itself here: timers run out when they are told to, and every packet takes 10 ms.

use std::time::Duration;

use raftarium_sim::core::{Change, Instant, LogIndex, Mistake, Mistakes, NodeId, Role, Transition};
use raftarium_sim::{
    Address, ClientId, Command, DiskSettings, Happening, LinkSettings, Op, PacketAct, PacketId, PacketKind, Rule,
    Setup, Timeline,
};

struct World {
    timeline: Timeline,
    asked: u32,
}

type Story = fn(&mut World);

fn id(number: u64) -> NodeId {
    NodeId(number)
}

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

impl World {
    fn new(servers: u32, mistakes: Mistakes) -> Self {
        let mut setup = Setup { servers, clients: 9, ..Setup::default() };
        setup.link = LinkSettings { latency_min: ms(10), latency_max: ms(10), ..LinkSettings::default() };
        setup.disk = disk(1);
        setup.raft.election_timeout_min = Duration::from_secs(1_000);
        setup.raft.election_timeout_max = Duration::from_secs(1_001);
        setup.raft.heartbeat_interval = Duration::from_secs(1);
        setup.raft.no_op_on_election = false;
        setup.raft.mistakes = mistakes;
        Self { timeline: Timeline::new(setup).expect("a valid setup"), asked: 0 }
    }

    fn act(&mut self, command: Command) {
        self.timeline.dispatch(command).expect("it can be done");
    }

    fn pass(&mut self, millis: u64) {
        self.timeline.advance(ms(millis));
    }

    /// A server is a candidate, as often as it takes to get beyond the terms of the others.
    fn campaign(&mut self, server: u64, times: u32) {
        for _ in 0..times {
            // Whoever leads already refuses.
            let _ = self.timeline.dispatch(Command::TimeOut { server: id(server) });
            self.pass(100);
        }
    }

    fn leads(&self, server: u64) -> bool {
        self.timeline.view().servers.iter().any(|view| view.id == id(server) && view.role == Some(Role::Leader))
    }

    fn elect(&mut self, server: u64) {
        self.campaign(server, 1);
        assert!(self.leads(server));
    }

    /// A client asks a server, which has the request 10 ms later.
    fn put(&mut self, server: u64) {
        self.asked += 1;
        let op = Op::Put { key: "x".into(), value: format!("{}", self.asked) };
        self.act(Command::Request { client: ClientId(self.asked), server: Some(id(server)), op });
    }

    /// Only these can reach each other.
    fn only(&mut self, group: &[u64]) {
        let count = self.timeline.view().servers.len() as u64;
        let mut groups = vec![group.iter().copied().map(id).collect::<Vec<_>>()];
        groups.extend((1..=count).filter(|number| !group.contains(number)).map(|number| vec![id(number)]));
        self.act(Command::Partition { groups });
    }

    fn crash(&mut self, server: u64) {
        self.act(Command::Crash { server: id(server) });
    }

    fn restart(&mut self, server: u64) {
        self.act(Command::Restart { server: id(server) });
    }

    fn writes_take(&mut self, server: u64, millis: u64) {
        self.act(Command::SetDisk { server: id(server), settings: disk(millis) });
    }

    /// What is on its way, oldest first.
    fn under_way(&self, from: u64, to: u64) -> Vec<PacketId> {
        let ends = (Address::Server(id(from)), Address::Server(id(to)));
        let mut packets: Vec<_> = self
            .timeline
            .view()
            .packets
            .iter()
            .filter(|packet| (packet.from, packet.to) == ends)
            .map(|p| p.id)
            .collect();
        packets.sort();
        packets
    }

    fn packet(&mut self, packet: PacketId, act: PacketAct) {
        self.act(Command::Packet { packet, act });
    }

    fn change(&mut self, server: u64, changes: &[Change]) {
        let command =
            Command::ChangeMembership { server: id(server), changes: changes.to_vec(), how: Transition::Auto };
        // With the rule, it may be refused.
        let _ = self.timeline.dispatch(command);
    }
}

fn disk(millis: u64) -> DiskSettings {
    DiskSettings { write_min: ms(millis), write_max: ms(millis), ..DiskSettings::default() }
}

fn found(servers: u32, mistakes: Mistakes, story: Story) -> Vec<Rule> {
    let mut world = World::new(servers, mistakes);
    story(&mut world);
    world.pass(3_000);
    assert!(world.timeline.now() > Instant::from_millis(3_000));
    world.timeline.view().violations.iter().map(|violation| violation.rule).collect()
}

/// With the mistake, a checker finds this; without it, none finds anything.
fn shows(mistake: Mistake, rule: Rule, servers: u32, story: Story) {
    assert_eq!(found(servers, Mistakes::NONE, story), [], "{}", mistake.rule());
    let rules = found(servers, mistake.into(), story);
    assert!(rules.contains(&rule), "{} And what was found is {rules:?}", mistake.statement());
}

/// Figure 8: S1's entry of term 1 is on S1, S2 and S3. S5, which has one of a later term, overwrites it.
#[test]
fn an_entry_of_an_earlier_term_is_counted_5_4_2() {
    shows(Mistake::CommitEarlierTerms, Rule::LeaderCompleteness, 5, |world| {
        world.elect(1);
        world.only(&[1, 2]);
        world.put(1);
        world.pass(100);
        world.crash(1);
        world.only(&[3, 4, 5]);
        world.campaign(5, 2);
        assert!(world.leads(5));
        world.only(&[5]);
        world.put(5);
        world.pass(100);
        world.crash(5);
        world.restart(1);
        world.only(&[1, 2, 3]);
        world.campaign(1, 3);
        assert!(world.leads(1));
        world.pass(2_100);
        world.crash(1);
        world.restart(5);
        world.only(&[3, 4, 5]);
        world.campaign(5, 4);
    });
}

/// S3 votes for S1, crashes before that is on its disk, and votes for S2.
#[test]
fn a_vote_is_forgotten_in_a_crash_5_2() {
    shows(Mistake::VoteBeforeDurable, Rule::OneVotePerTerm, 3, |world| {
        world.only(&[1, 3]);
        world.writes_take(3, 500);
        world.campaign(1, 1);
        world.crash(3);
        world.only(&[2, 3]);
        world.writes_take(3, 1);
        world.restart(3);
        world.campaign(2, 1);
    });
}

/// S3 hears of term 2 with the entries of its leader, acknowledges them, and restarts in term 1.
#[test]
fn a_term_is_forgotten_in_a_crash_5_1() {
    shows(Mistake::AcknowledgeBeforeTermDurable, Rule::NothingGoesBack, 3, |world| {
        world.elect(1);
        world.only(&[1, 2]);
        world.campaign(2, 1);
        assert!(world.leads(2));
        world.put(2);
        world.pass(100);
        world.only(&[2, 3]);
        world.pass(2_100);
        world.crash(3);
        world.restart(3);
    });
}

/// S2 has acknowledged two commands when the message with the first arrives again.
#[test]
fn a_late_and_shorter_append_cuts_off_what_was_acknowledged_5_3() {
    shows(Mistake::TruncateOnEveryAppend, Rule::CommittedIsDurable, 3, |world| {
        world.elect(1);
        world.only(&[1, 2]);
        world.put(1);
        world.pass(12);
        let first = world.under_way(1, 2)[0];
        world.packet(first, PacketAct::Double);
        let copy = *world.under_way(1, 2).last().expect("the copy");
        world.packet(copy, PacketAct::Hold);
        world.pass(100);
        world.put(1);
        world.pass(100);
        world.packet(copy, PacketAct::Deliver);
    });
}

/// S1 sends two commands to S2, one after the other; the second is lost, the first is answered.
#[test]
fn an_answer_to_the_first_message_acknowledges_the_second_5_3() {
    shows(Mistake::MatchWhatWasSent, Rule::CommittedIsDurable, 3, |world| {
        world.elect(1);
        world.only(&[1, 2]);
        world.put(1);
        world.pass(100);
        world.put(1);
        world.pass(2);
        world.put(1);
        world.pass(11);
        let second = world.under_way(1, 2)[1];
        world.packet(second, PacketAct::Drop);
    });
}

/// S2's answers to two messages change places.
#[test]
fn two_answers_change_places_5_3() {
    shows(Mistake::TakeLateReplies, Rule::NothingGoesBack, 3, |world| {
        world.elect(1);
        world.put(1);
        world.pass(100);
        world.put(1);
        world.pass(4);
        world.put(1);
        world.pass(20);
        let first = world.under_way(2, 1)[0];
        world.packet(first, PacketAct::Hold);
        world.pass(100);
        world.packet(first, PacketAct::Deliver);
    });
}

/// Neither S1 nor S2 has written the command that they acknowledge.
#[test]
fn leader_and_follower_have_nothing_on_their_disks_5_3() {
    shows(Mistake::AcknowledgeBeforeFsync, Rule::CommittedIsDurable, 3, |world| {
        world.elect(1);
        (1..=3).for_each(|server| world.writes_take(server, 500));
        world.put(1);
    });
}

/// S1 asks in term 1, and again in term 2, which S3 wins; then S2's vote of term 1 arrives.
#[test]
fn a_vote_arrives_in_the_next_term_5_2() {
    shows(Mistake::CountVotesOfEarlierTerms, Rule::ElectionSafety, 3, |world| {
        world.only(&[1, 2]);
        world.act(Command::TimeOut { server: id(1) });
        world.pass(15);
        let late = world.under_way(2, 1)[0];
        world.packet(late, PacketAct::Hold);
        world.act(Command::HealAll);
        for (from, to) in [(1, 2), (1, 3), (3, 1)] {
            world.act(Command::Cut { from: id(from), to: id(to), both: false });
        }
        world.campaign(3, 2);
        assert!(world.leads(3));
        world.campaign(1, 1);
        world.packet(late, PacketAct::Deliver);
    });
}

/// S3 was cut off while a command was committed on S1 and S2.
#[test]
fn a_server_that_is_behind_is_elected_5_4_1() {
    shows(Mistake::SkipUpToDateCheck, Rule::LeaderCompleteness, 3, |world| {
        world.only(&[1, 2]);
        world.elect(1);
        world.put(1);
        world.pass(100);
        world.crash(1);
        world.only(&[2, 3]);
        world.campaign(3, 2);
    });
}

/// S2 commits a command on S2 and S3. S1, which lacks it, asks S3, which has seen higher terms.
#[test]
fn a_refusal_of_a_higher_term_elects_5_1() {
    shows(Mistake::TakeHigherTermForVote, Rule::LeaderCompleteness, 3, |world| {
        world.only(&[2, 3]);
        world.elect(2);
        world.put(2);
        world.pass(100);
        world.only(&[3]);
        world.campaign(3, 4);
        world.campaign(1, 1);
        world.only(&[1, 3]);
        world.campaign(1, 1);
    });
}

/// The mistake of 2015: S1 of four appends "add S5" on S1 and S5; S2 leads, and commits "remove S1" on S2 and S3; S1
/// comes back, and S4 and S5 elect it.
#[test]
fn changes_of_two_terms_both_find_a_majority_4_1() {
    shows(Mistake::ChangeBeforeTermCommitted, Rule::LeaderCompleteness, 4, |world| {
        world.act(Command::AddServer);
        world.elect(1);
        world.put(1);
        world.pass(2_100);
        world.only(&[1, 5]);
        world.change(1, &[Change::AddVoter(id(5))]);
        world.pass(2_100);
        world.only(&[2, 3, 4]);
        world.campaign(2, 1);
        assert!(world.leads(2));
        world.only(&[2, 3]);
        world.change(2, &[Change::Remove(id(1))]);
        world.pass(200);
        world.crash(1);
        world.restart(1);
        world.only(&[1, 4, 5]);
        world.campaign(1, 2);
    });
}

/// S1 enters a joint membership, commits it, and leaves it with an entry that reaches S2 only. Then S2 leads.
#[test]
fn a_joint_membership_that_is_left_already_4_3() {
    shows(Mistake::LeaveJointTwice, Rule::OneChangeAtATime, 3, |world| {
        world.act(Command::AddServer);
        world.act(Command::AddServer);
        world.elect(1);
        world.put(1);
        world.pass(2_100);
        world.change(1, &[Change::AddVoter(id(4)), Change::AddVoter(id(5))]);
        while world.timeline.view().servers[0].log.last().is_some_and(|entry| entry.id.index.0 < 3) {
            world.pass(1);
        }
        world.only(&[1, 2]);
        world.pass(30);
        world.crash(1);
        world.only(&[2, 3, 4, 5]);
        world.campaign(2, 2);
        assert!(world.leads(2));
    });
}

/// S1 sends four commands to S2, which are under way for long. With the first two on S3, they are committed, and in S1's
/// snapshot; that goes to S2 as well, and arrives after the four commands.
#[test]
fn an_old_snapshot_arrives_after_newer_entries_7() {
    shows(Mistake::DropSuffixOnSnapshot, Rule::CommittedIsDurable, 3, |world| {
        world.elect(1);
        world.pass(2_100);
        let (mut late, mut to_3) = (Vec::new(), Vec::new());
        for _ in 0..4 {
            world.put(1);
            world.pass(12);
            for (to, held) in [(2, &mut late), (3, &mut to_3)] {
                let append = *world.under_way(1, to).last().expect("the command");
                world.packet(append, PacketAct::Hold);
                held.push(append);
            }
        }
        to_3.iter().take(2).for_each(|&append| world.packet(append, PacketAct::Deliver));
        world.pass(30);
        world.act(Command::Cut { from: id(1), to: id(3), both: true });
        world.act(Command::Compact { server: id(1) });
        world.pass(30);
        // S2 says that it lacks what the leader takes to be on its way.
        let snapshot = loop {
            let view = world.timeline.view();
            let is_snapshot = |kind: &PacketKind| matches!(kind, PacketKind::Snapshot { .. });
            if let Some(found) = view.packets.iter().find(|packet| is_snapshot(&packet.what.kind)) {
                break found.id;
            }
            world.pass(1);
        };
        world.packet(snapshot, PacketAct::Hold);
        for append in late {
            world.packet(append, PacketAct::Deliver);
        }
        world.pass(8);
        world.packet(snapshot, PacketAct::Deliver);
    });
}

/// S1 and S2 have a committed command; on S2's disk, a bit of it flips. S1 is gone. S2 does
/// not start, so S3 finds no majority, and nothing is lost; with the mistake, the others go on without it.
#[test]
fn a_bit_flips_in_the_last_entry() {
    let story = |world: &mut World| {
        world.elect(1);
        world.only(&[1, 2]);
        world.put(1);
        world.pass(100);
        world.crash(2);
        world.act(Command::FlipBit { server: id(2), index: Some(LogIndex(1)) });
        world.restart(2);
        world.crash(1);
        world.only(&[2, 3]);
        for server in [2, 3] {
            world.campaign(server, 2);
        }
    };
    assert_eq!(found(3, Mistakes::NONE, story), []);
    let rules = found(3, Mistake::DropCorruptTail.into(), story);
    assert!(rules.contains(&Rule::LeaderCompleteness), "{rules:?}");
}

#[test]
fn mistakes_begin_when_it_is_said_and_outlive_a_crash() {
    let mut world = World::new(3, Mistakes::NONE);
    for server in 1..=3 {
        let mistakes = Mistake::AcknowledgeBeforeFsync.into();
        world.act(Command::MakeMistakes { server: id(server), mistakes });
        world.crash(server);
        world.restart(server);
    }
    world.elect(1);
    (1..=3).for_each(|server| world.writes_take(server, 500));
    world.put(1);
    world.pass(100);
    assert_eq!(world.timeline.view().violations.len(), 1);

    let unknown = Command::MakeMistakes { server: id(9), mistakes: Mistakes::NONE };
    let error = world.timeline.dispatch(unknown).expect_err("there is no S9");
    assert_eq!(error.to_string(), "there is no server S9; allowed are S1 to S3");
}

/// What a mistake has left on the disk, a server that keeps to the rules does not start from.
#[test]
fn a_server_that_makes_no_mistakes_any_more_says_what_it_finds() {
    let mut world = World::new(3, Mistake::AcknowledgeBeforeTermDurable.into());
    world.elect(1);
    world.only(&[1, 2]);
    world.campaign(2, 1);
    world.put(2);
    world.pass(100);
    world.only(&[2, 3]);
    world.pass(2_100);
    world.crash(3);
    world.act(Command::MakeMistakes { server: id(3), mistakes: Mistakes::NONE });
    world.restart(3);
    let refused = |what: &Happening| {
        if let Happening::StartImpossible { server, why } = what { Some((*server, why.clone())) } else { None }
    };
    let told: Vec<_> = world.timeline.records().iter().filter_map(|record| refused(&record.what)).collect();
    assert_eq!(told, [(id(3), "the hard state has term 1, and the log ends with entry 1 (term 2)".to_owned())]);
    world.act(Command::MakeMistakes { server: id(3), mistakes: Mistake::AcknowledgeBeforeTermDurable.into() });
    world.restart(3);
}

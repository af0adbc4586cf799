//! What a network can do to packets.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::Duration;

use raftarium_sim::core::{Instant, NodeId, Role};
use raftarium_sim::{
    Address, Answer, ClientId, Command, Happening, LinkSettings, LossReason, Op, PacketAct, PacketClass, PacketId,
    PacketKind, PacketView, Setup, Spread, Timeline,
};

const MS: fn(u64) -> Duration = Duration::from_millis;

fn after(setup: Setup, millis: u64) -> Timeline {
    let mut timeline = Timeline::new(setup).expect("the setup is valid");
    timeline.seek(Instant::from_millis(millis));
    timeline
}

fn with_link(choose: impl FnOnce(&mut LinkSettings)) -> Setup {
    let mut setup = Setup::default();
    choose(&mut setup.link);
    setup
}

fn leader(timeline: &Timeline) -> NodeId {
    timeline.view().servers.iter().find(|server| server.role == Some(Role::Leader)).expect("a leader").id
}

fn count(timeline: &Timeline, wanted: impl Fn(&Happening) -> bool) -> usize {
    timeline.records().iter().filter(|record| wanted(&record.what)).count()
}

fn sent(what: &Happening) -> bool {
    matches!(what, Happening::Sent { .. })
}

/// How long each packet that arrived took, in the order of arrival, by link.
fn journeys(timeline: &Timeline) -> BTreeMap<(Address, Address), Vec<(PacketId, Duration)>> {
    let (mut way, mut found) = (BTreeMap::new(), BTreeMap::<_, Vec<_>>::new());
    for record in timeline.records() {
        if let Happening::Sent { packet, from, to, .. } = &record.what {
            way.insert(*packet, (record.at, (*from, *to)));
        } else if let Happening::Doubled { packet, copy } = &record.what {
            way.insert(*copy, way[packet]);
        } else if let Happening::Delivered { packet, .. } = &record.what {
            let (at, ends) = way[packet];
            found.entry(ends).or_default().push((*packet, record.at.since(at)));
        }
    }
    found
}

/// Goes on until a packet of this kind is under way, and gives it.
fn catch(timeline: &mut Timeline, kind: PacketKind) -> PacketView {
    for _ in 0..10_000 {
        let view = timeline.view();
        if let Some(packet) = view.packets.iter().find(|packet| packet.what.kind == kind && packet.lost.is_none()) {
            return *packet;
        }
        timeline.step_forward();
    }
    panic!("no {kind:?}");
}

fn act(timeline: &mut Timeline, packet: PacketId, act: PacketAct) {
    timeline.dispatch(Command::Packet { packet, act }).expect("the packet is under way");
}

/// When the packet arrived.
fn arrival(timeline: &Timeline, wanted: PacketId) -> Option<Instant> {
    let is = |what: &Happening| matches!(what, Happening::Delivered { packet, .. } if *packet == wanted);
    timeline.records().iter().find(|record| is(&record.what)).map(|record| record.at)
}

#[test]
fn most_packets_of_a_long_tail_are_quick_and_a_few_are_slow() {
    // All overtake, so that nobody waits for whoever is before him.
    let tail = |link: &mut LinkSettings| {
        (link.latency_max, link.spread, link.overtaking_ppm) = (MS(808), Spread::LongTail, 1_000_000);
    };
    let timeline = after(with_link(tail), 60_000);
    let mut took: Vec<_> = journeys(&timeline).into_values().flatten().map(|(_, took)| took).collect();
    took.sort();
    assert!(took.len() > 1_000);
    assert!(took[0] >= MS(8) && *took.last().expect("many") <= MS(808), "within what the link says");
    assert!(took[took.len() * 45 / 100] < MS(58), "half of them in the first sixteenth: {:?}", took[took.len() / 2]);
    assert!(*took.last().expect("many") > MS(500), "some are slow");
}

#[test]
fn packets_that_arrive_twice_arrive_about_as_often_as_they_should() {
    let timeline = after(with_link(|link| link.duplicate_ppm = 250_000), 30_000);
    let doubled = count(&timeline, |what| matches!(what, Happening::Doubled { .. }));
    let share = doubled * 100 / count(&timeline, sent);
    assert!((20..=30).contains(&share), "{share} %");
    assert_eq!(timeline.view().violations, []);
    assert_eq!(count(&after(Setup::default(), 5_000), |what| matches!(what, Happening::Doubled { .. })), 0);
}

#[test]
fn packets_overtake_only_where_the_link_lets_them() {
    for (overtaking_ppm, expected) in [(0, false), (300_000, true)] {
        let wide = |link: &mut LinkSettings| (link.latency_max, link.overtaking_ppm) = (MS(120), overtaking_ppm);
        let timeline = after(with_link(wide), 30_000);
        let in_order = |arrived: &Vec<(PacketId, Duration)>| arrived.is_sorted_by_key(|(packet, _)| *packet);
        assert_eq!(!journeys(&timeline).values().all(in_order), expected, "{overtaking_ppm}");
        assert_eq!(timeline.view().violations, []);
    }
}

#[test]
fn what_comes_faster_than_the_line_waits_and_what_no_longer_fits_is_lost() {
    let narrow = |link: &mut LinkSettings| link.bytes_per_second = NonZeroU64::new(2_000);
    let timeline = after(with_link(narrow), 10_000);
    let took = journeys(&timeline).into_values().flatten().map(|(_, took)| took);
    assert!(took.max().expect("some") > MS(30), "a packet of 40 bytes and more takes 20 ms to leave");
    assert_eq!(count(&timeline, |what| matches!(what, Happening::Lost { .. })), 0);

    let full = |link: &mut LinkSettings| {
        (link.bytes_per_second, link.queue_bytes_max) = (NonZeroU64::new(900), NonZeroU64::new(80));
    };
    let timeline = after(with_link(full), 10_000);
    assert!(count(&timeline, |what| matches!(what, Happening::Lost { reason: LossReason::QueueFull, .. })) > 10);
}

#[test]
fn nothing_moves_on_a_clogged_link_and_nothing_is_lost() {
    let mut timeline = after(Setup::default(), 2_000);
    let from = leader(&timeline);
    let to = NodeId(from.0 % 5 + 1);
    timeline.dispatch(Command::Clog { from, to, both: false }).expect("a link");
    timeline.advance(MS(140));
    let view = timeline.view();
    let on_it = |packet: &&PacketView| (packet.from, packet.to) == (from.into(), to.into());
    let waiting: Vec<_> = view.packets.iter().filter(on_it).map(|packet| packet.id).collect();
    assert!(waiting.len() >= 2 && view.packets.iter().filter(on_it).all(|packet| packet.held.is_some()));
    assert!(view.links.iter().any(|link| (link.from, link.to, link.clogged) == (from, to, true)));
    assert!(waiting.iter().all(|&packet| arrival(&timeline, packet).is_none()));

    timeline.dispatch(Command::Unclog { from, to, both: false }).expect("a link");
    timeline.advance(MS(40));
    let arrivals: Vec<_> = waiting.iter().map(|&packet| arrival(&timeline, packet)).collect();
    assert!(arrivals.iter().all(Option::is_some) && arrivals.is_sorted(), "all arrive, in order: {arrivals:?}");
    assert_eq!(timeline.view().links, []);
}

#[test]
fn a_filter_loses_what_it_names_and_nothing_else() {
    let mut timeline = after(Setup::default(), 2_000);
    let from = leader(&timeline);
    let to = NodeId(from.0 % 5 + 1);
    let classes = vec![PacketClass::Heartbeat];
    timeline.dispatch(Command::Filter { from, to, both: true, classes: classes.clone() }).expect("a link");
    let began = timeline.records().len();
    timeline.advance(MS(100));
    assert_eq!(timeline.view().links[0].filtered, classes);
    let lost: Vec<_> = timeline.records()[began..]
        .iter()
        .filter_map(|record| {
            let Happening::Lost { packet, reason: LossReason::Filtered } = record.what else { return None };
            Some(packet)
        })
        .collect();
    assert!(!lost.is_empty());
    for record in timeline.records() {
        if let Happening::Sent { packet, from: sender, to: receiver, what } = &record.what
            && lost.contains(packet)
        {
            assert_eq!((*sender, *receiver, what.kind), (from.into(), to.into(), PacketKind::Heartbeat));
        }
    }
    timeline.dispatch(Command::Filter { from, to, both: true, classes: vec![] }).expect("a link");
    assert_eq!(timeline.view().links, []);
}

#[test]
fn one_packet_is_dropped_doubled_held_delayed_or_delivered_by_hand() {
    let mut timeline = after(Setup::default(), 2_000);
    let packet = catch(&mut timeline, PacketKind::Heartbeat);
    let start = timeline.clone();

    act(&mut timeline, packet.id, PacketAct::Drop);
    let refused = timeline.dispatch(Command::Packet { packet: packet.id, act: PacketAct::Deliver });
    assert!(refused.is_err(), "it is lost");
    timeline.advance(MS(100));
    assert_eq!(arrival(&timeline, packet.id), None);

    let mut timeline = start.clone();
    act(&mut timeline, packet.id, PacketAct::Double);
    timeline.advance(MS(100));
    let copies = count(&timeline, |what| matches!(what, Happening::Doubled { packet: of, .. } if *of == packet.id));
    assert_eq!((copies, arrival(&timeline, packet.id)), (1, Some(packet.arrives)));

    let mut timeline = start.clone();
    act(&mut timeline, packet.id, PacketAct::Delay(MS(30)));
    timeline.advance(MS(100));
    assert_eq!(arrival(&timeline, packet.id), Some(packet.arrives + MS(30)));

    let mut timeline = start.clone();
    act(&mut timeline, packet.id, PacketAct::Deliver);
    let at = timeline.now();
    timeline.advance(MS(100));
    assert_eq!(arrival(&timeline, packet.id), Some(at));

    let mut timeline = start;
    act(&mut timeline, packet.id, PacketAct::Hold);
    let (held, since) = (timeline.clone(), timeline.now());
    timeline.advance(MS(500));
    assert_eq!(arrival(&timeline, packet.id), None);
    act(&mut timeline, packet.id, PacketAct::Release);
    let stood = timeline.now().since(since);
    timeline.advance(MS(100));
    let arrived = arrival(&timeline, packet.id).expect("it moves on");
    assert!(arrived >= packet.arrives + stood, "{arrived}");

    let mut timeline = held;
    act(&mut timeline, packet.id, PacketAct::Double);
    act(&mut timeline, packet.id, PacketAct::Deliver);
    timeline.advance(MS(500));
    assert_eq!(timeline.view().packets.iter().filter(|other| other.held.is_some()).count(), 1, "the copy stands still");
}

#[test]
fn a_server_in_two_groups_is_a_bridge() {
    let mut timeline = after(Setup::default(), 2_000);
    let group = |names: &[u64]| names.iter().copied().map(NodeId).collect::<Vec<_>>();
    timeline.dispatch(Command::Partition { groups: vec![group(&[1, 2, 3]), group(&[3, 4, 5])] }).expect("two groups");
    let cuts: Vec<_> = timeline.view().cuts.iter().map(|cut| (cut.from.0, cut.to.0)).collect();
    assert_eq!(cuts, [(1, 4), (1, 5), (2, 4), (2, 5), (4, 1), (4, 2), (5, 1), (5, 2)]);
    timeline.dispatch(Command::HealAll).expect("always");
    timeline.dispatch(Command::Isolate { server: NodeId(2) }).expect("a server");
    assert_eq!(timeline.view().cuts.len(), 8);
}

/// A swarm found it (seed 279, and two more): while nobody led, each copy of "ask elsewhere" made the client ask once
/// more, each copy of that got an answer, and a second later there was one packet a microsecond on the link.
#[test]
fn a_client_follows_one_copy_of_an_answer_and_a_network_that_doubles_makes_no_storm() {
    let mut setup = with_link(|link| link.duplicate_ppm = 1_000_000);
    setup.servers = 1;
    (setup.raft.election_timeout_min, setup.raft.election_timeout_max) = (MS(5_000), MS(5_000));
    let mut timeline = after(setup, 10);
    let op = Op::Put { key: "x".into(), value: "1".into() };
    timeline.dispatch(Command::Request { client: ClientId(1), server: None, op }).expect("the client is free");
    timeline.advance(MS(2_000));
    let asked = count(&timeline, |what| matches!(what, Happening::Sent { from: Address::Client(_), .. }));
    // One round takes 16 ms at least.
    assert!((10..=125).contains(&asked), "{asked}");
    timeline.advance(MS(5_000));
    let answered = |what: &Happening| matches!(what, Happening::Answered { answer: Answer::Committed { .. }, .. });
    assert!(count(&timeline, answered) > 0, "it is answered as soon as somebody leads");
}

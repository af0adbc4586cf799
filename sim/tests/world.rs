//! What the world around the servers does.

use std::time::Duration;

use raftarium_sim::core::{Instant, NodeId, Role};
use raftarium_sim::{
    Address, Answer, ClientId, Command, DiskSettings, Happening, KeyOutput, LinkSettings, LossReason, Op,
    RequestStatus, Setup, Timeline, View,
};

fn timeline(setup: Setup) -> Timeline {
    Timeline::new(setup).unwrap()
}

fn after(setup: Setup, millis: u64) -> Timeline {
    let mut timeline = timeline(setup);
    timeline.seek(Instant::from_millis(millis));
    timeline
}

fn leader(view: &View) -> NodeId {
    view.servers.iter().find(|server| server.role == Some(Role::Leader)).expect("a leader").id
}

fn put(client: u32, server: Option<NodeId>) -> Command {
    Command::Request { client: ClientId(client), server, op: Op::Put { key: "x".into(), value: "1".into() } }
}

fn losses(timeline: &Timeline, wanted: LossReason) -> usize {
    let is = |what: &Happening| matches!(what, Happening::Lost { reason, .. } if *reason == wanted);
    timeline.records().iter().filter(|record| is(&record.what)).count()
}

#[test]
fn a_packet_takes_as_long_as_its_link_says_and_never_overtakes() {
    let timeline = after(Setup::default(), 2_000);
    let (mut sent, mut arrived) = (std::collections::BTreeMap::new(), Vec::new());
    for record in timeline.records() {
        if let Happening::Sent { packet, from, to, .. } = &record.what {
            sent.insert(*packet, (record.at, *from, *to));
        }
        if let Happening::Delivered { packet, .. } = &record.what {
            arrived.push((*packet, record.at));
        }
    }
    assert!(arrived.len() > 100);
    let mut last = std::collections::BTreeMap::new();
    for (packet, at) in arrived {
        let (sent_at, from, to) = sent[&packet];
        let took = at.since(sent_at);
        assert!(took >= Duration::from_millis(8) && took <= Duration::from_millis(17), "{packet:?} took {took:?}");
        assert!(last.insert((from, to), packet).is_none_or(|before| before < packet), "{packet:?} overtook");
    }
}

#[test]
fn a_cut_loses_what_is_on_the_link_and_what_comes_after_in_that_direction_only() {
    let mut timeline = after(Setup { servers: 2, ..Setup::default() }, 2_000);
    let from = leader(&timeline.view());
    let to = NodeId(3 - from.0);
    while timeline.view().packets.iter().all(|packet| packet.from != Address::Server(from)) {
        timeline.step_forward();
    }
    timeline.dispatch(Command::Cut { from, to, both: false }).unwrap();
    assert!(losses(&timeline, LossReason::Cut) > 0, "what was on the link");
    assert!(timeline.view().packets.iter().any(|packet| packet.lost.is_some()), "is seen to be lost");
    timeline.advance(Duration::from_secs(2));
    let view = timeline.view();
    assert_eq!(view.cuts.len(), 1);
    let delivered =
        |what: &Happening| matches!(what, Happening::Delivered { to: Address::Server(id), .. } if *id == from);
    let cut_at = Instant::from_millis(2_100);
    let later = timeline.records().iter().filter(|record| record.at > cut_at);
    assert!(later.filter(|record| delivered(&record.what)).count() > 0, "the other direction works");

    timeline.dispatch(Command::Heal { from, to, both: true }).unwrap();
    assert_eq!(timeline.view().cuts, []);
}

#[test]
fn chance_loses_about_as_many_as_it_should() {
    let link = LinkSettings { loss_ppm: 250_000, ..LinkSettings::default() };
    let timeline = after(Setup { link, ..Setup::default() }, 60_000);
    let sent = timeline.records().iter().filter(|record| matches!(record.what, Happening::Sent { .. })).count();
    let lost = losses(&timeline, LossReason::Chance);
    assert!(sent > 5_000 && (20..=30).contains(&(lost * 100 / sent)), "{lost} of {sent}");
    assert_eq!(losses(&after(Setup::default(), 5_000), LossReason::Chance), 0);
}

#[test]
fn a_crash_loses_what_was_not_durable_and_keeps_what_was() {
    let hundred = Duration::from_millis(100);
    let disk = DiskSettings { write_min: hundred, write_max: hundred, ..DiskSettings::default() };
    let mut timeline = after(Setup { disk, ..Setup::default() }, 3_000);
    let id = leader(&timeline.view());
    timeline.dispatch(put(1, Some(id))).unwrap();
    timeline.advance(Duration::from_millis(40));
    let server = |timeline: &Timeline| timeline.view().servers[usize::try_from(id.0 - 1).unwrap()].clone();
    let before = server(&timeline);
    let last = before.log.last().unwrap();
    assert!(!last.durable && before.writes == 1, "the put is being written");
    timeline.dispatch(Command::Crash { server: id }).unwrap();
    let down = server(&timeline);
    assert_eq!((down.role, down.writes, down.deadline), (None, 0, None));
    assert_eq!(down.log.len(), before.log.len() - 1);
    assert_eq!((down.term, down.vote), (before.term, before.vote), "term and vote were durable");
    timeline.dispatch(Command::Restart { server: id }).unwrap();
    let up = server(&timeline);
    assert_eq!((up.role, up.boots, up.log.len()), (Some(Role::Follower), 2, down.log.len()));
}

#[test]
fn a_client_finds_the_leader_by_itself() {
    let mut timeline = after(Setup::default(), 2_000);
    timeline.dispatch(put(1, None)).unwrap();
    timeline.advance(Duration::from_secs(1));
    let request = timeline.view().requests.remove(0);
    assert!(matches!(request.status, RequestStatus::Answered { answer: Answer::Committed { .. }, .. }));
    assert_eq!(request.server, leader(&timeline.view()));

    timeline.dispatch(Command::Crash { server: request.server }).unwrap();
    timeline.dispatch(put(1, None)).unwrap();
    timeline.advance(Duration::from_secs(2));
    let request = timeline.view().requests.remove(1);
    assert!(matches!(request.status, RequestStatus::Answered { answer: Answer::Committed { .. }, .. }), "{request:?}");
}

#[test]
fn a_client_that_insists_on_a_server_hears_what_that_server_says() {
    let mut timeline = after(Setup::default(), 2_000);
    let leader = leader(&timeline.view());
    let follower = NodeId(leader.0 % 5 + 1);
    let down = NodeId(follower.0 % 5 + 1);
    timeline.dispatch(Command::Crash { server: down }).unwrap();
    timeline.dispatch(put(1, Some(follower))).unwrap();
    timeline.dispatch(put(2, Some(down))).unwrap();
    timeline.advance(Duration::from_millis(100));
    let answers: Vec<_> = timeline.view().requests.into_iter().map(|request| request.status).collect();
    let answered = |status: &RequestStatus| match status {
        RequestStatus::Answered { answer, .. } => answer.clone(),
        RequestStatus::Waiting | RequestStatus::Unknown { .. } => panic!("{status:?}"),
    };
    assert_eq!(answered(&answers[0]), Answer::NotLeader { server: follower, leader: Some(leader) });
    assert_eq!(answered(&answers[1]), Answer::Down { server: down });
}

#[test]
fn a_get_reads_what_was_put_before_it() {
    let mut timeline = after(Setup::default(), 2_000);
    timeline.dispatch(put(1, None)).unwrap();
    timeline.advance(Duration::from_secs(1));
    for (client, key) in [(1, "x"), (2, "nothing")] {
        let op = Op::Get { key: key.into() };
        timeline.dispatch(Command::Request { client: ClientId(client), server: None, op }).unwrap();
    }
    timeline.advance(Duration::from_secs(1));
    let value = |position: usize| {
        let status = &timeline.view().requests[position].status;
        let RequestStatus::Answered { answer: Answer::Committed { result, .. }, .. } = status else {
            panic!("{status:?}")
        };
        result.clone()
    };
    assert_eq!((value(1), value(2)), (KeyOutput::Value(Some("1".into())), KeyOutput::Value(None)));
}

#[test]
fn a_client_whose_patience_ends_does_not_know_and_may_learn_later() {
    let setup = Setup { request_timeout: Duration::from_millis(500), ..Setup::default() };
    let mut timeline = after(setup, 2_000);
    let old = leader(&timeline.view());
    timeline.dispatch(Command::Partition { groups: vec![vec![old]] }).unwrap();
    timeline.dispatch(put(1, Some(old))).unwrap();
    timeline.advance(Duration::from_secs(2));
    assert!(matches!(timeline.view().requests[0].status, RequestStatus::Unknown { .. }));
    timeline.dispatch(Command::HealAll).unwrap();
    timeline.advance(Duration::from_secs(2));
    let status = timeline.view().requests.remove(0).status;
    assert!(matches!(status, RequestStatus::Answered { answer: Answer::Superseded { .. }, .. }), "{status:?}");
}

#[test]
fn one_more_draw_in_one_place_changes_nothing_elsewhere() {
    let calm = after(Setup::default(), 1_000);
    let mut other = timeline(Setup::default());
    // A client's request draws from the links between it and the servers, and from no other stream.
    other.schedule(Instant::from_millis(1), put(1, Some(NodeId(1)))).unwrap();
    other.seek(Instant::from_millis(250));
    let votes = |timeline: &Timeline| {
        let of = |record: &raftarium_sim::Record| {
            let Happening::TimerFired { server, timer } = record.what else { return None };
            Some((record.at, server, timer))
        };
        timeline.records().iter().filter_map(of).filter(|(at, ..)| *at <= Instant::from_millis(250)).collect::<Vec<_>>()
    };
    assert!(!votes(&other).is_empty());
    assert_eq!(votes(&other), votes(&calm));
}

#[test]
fn all_servers_down_is_a_world_in_which_only_time_passes() {
    let mut timeline = after(Setup { servers: 3, ..Setup::default() }, 1_000);
    for server in (1..=3).map(NodeId) {
        timeline.dispatch(Command::Crash { server }).unwrap();
    }
    timeline.advance(Duration::from_secs(3600));
    assert!(timeline.world().next_event_at().is_none() && !timeline.step_forward());
    for server in (1..=3).map(NodeId) {
        timeline.dispatch(Command::Restart { server }).unwrap();
    }
    timeline.advance(Duration::from_secs(2));
    leader(&timeline.view());
}

#[test]
fn a_follower_that_passes_requests_on_answers_them_itself() {
    let mut setup = Setup { servers: 3, ..Setup::default() };
    setup.raft.forward_proposals = true;
    let mut timeline = after(setup.clone(), 1_000);
    let leader = leader(&timeline.view());
    let follower = NodeId(leader.0 % 3 + 1);
    let get = Command::Request { client: ClientId(1), server: Some(follower), op: Op::Get { key: "x".into() } };
    for (command, expected) in
        [(put(1, Some(follower)), KeyOutput::Done), (get, KeyOutput::Value(Some("1".to_owned())))]
    {
        timeline.dispatch(command).unwrap();
        timeline.advance(Duration::from_millis(300));
        let request = timeline.view().requests.pop().expect("just asked");
        let RequestStatus::Answered { answer: Answer::Committed { result, .. }, .. } = &request.status else {
            panic!("{request:?}");
        };
        assert_eq!((request.server, result), (follower, &expected));
    }

    // What is lost on the way, nobody can tell; the client's patience ends.
    timeline.dispatch(Command::Cut { from: follower, to: leader, both: false }).unwrap();
    timeline.dispatch(put(1, Some(follower))).unwrap();
    timeline.advance(setup.request_timeout + Duration::from_millis(1));
    let request = timeline.view().requests.pop().expect("just asked");
    assert!(matches!(request.status, RequestStatus::Unknown { .. }), "{request:?}");
}

#[test]
fn a_view_says_when_a_leader_last_heard_from_whom() {
    let mut timeline = after(Setup { servers: 3, ..Setup::default() }, 1_000);
    let leader = leader(&timeline.view());
    let silent = NodeId(leader.0 % 3 + 1);
    timeline.dispatch(Command::Cut { from: silent, to: leader, both: false }).unwrap();
    let cut = timeline.now();
    timeline.advance(Duration::from_millis(140));
    let view = timeline.view();
    let followers = &view.servers.iter().find(|server| server.id == leader).expect("it is there").followers;
    for follower in followers {
        let at = follower.last_contact.expect("it has answered");
        assert_eq!(at <= cut, follower.id == silent, "{follower:?}");
    }
}

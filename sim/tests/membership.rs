//! Who belongs to the cluster, and who leads it, can be changed.

use std::time::Duration;

use raftarium_sim::core::{Change, LogIndex, NodeId, Role, Settings, Transition};
use raftarium_sim::{ClientId, Command, CommandError, Op, RequestStatus, SERVERS_MAX, ServerView, Setup, Timeline};

const MS: fn(u64) -> Duration = Duration::from_millis;

fn settled(setup: Setup) -> Timeline {
    let mut timeline = Timeline::new(setup).expect("the setup is valid");
    timeline.advance(MS(1_000));
    timeline
}

fn leader(timeline: &Timeline) -> NodeId {
    let servers = timeline.view().servers;
    let leaders = servers.iter().filter(|server| server.role == Some(Role::Leader));
    leaders.max_by_key(|server| server.term).expect("a leader").id
}

fn server(timeline: &Timeline, id: NodeId) -> ServerView {
    timeline.view().servers.into_iter().find(|server| server.id == id).expect("it exists")
}

fn act(timeline: &mut Timeline, command: Command) {
    timeline.dispatch(command.clone()).unwrap_or_else(|error| panic!("{command:?}: {error}"));
    timeline.advance(MS(500));
}

fn put(timeline: &mut Timeline, value: &str) {
    let op = Op::Put { key: "x".into(), value: value.into() };
    act(timeline, Command::Request { client: ClientId(1), server: None, op });
    let last = timeline.view().requests.pop().expect("it was asked");
    assert!(matches!(last.status, RequestStatus::Answered { .. }), "{last:?}");
}

fn change(timeline: &mut Timeline, changes: &[Change]) {
    let command =
        Command::ChangeMembership { server: leader(timeline), changes: changes.to_vec(), how: Transition::Auto };
    act(timeline, command);
}

#[test]
fn a_new_server_joins_catches_up_and_votes() {
    let mut timeline = settled(Setup { servers: 3, ..Setup::default() });
    put(&mut timeline, "1");
    act(&mut timeline, Command::AddServer);
    let new = NodeId(4);
    assert_eq!((server(&timeline, new).log.len(), server(&timeline, new).role), (0, Some(Role::Follower)));
    change(&mut timeline, &[Change::AddLearner(new)]);
    assert_eq!(server(&timeline, new).state, server(&timeline, leader(&timeline)).state);
    change(&mut timeline, &[Change::AddVoter(new)]);
    let old = leader(&timeline);
    act(&mut timeline, Command::Transfer { server: old, to: new });
    assert_eq!(leader(&timeline), new);
    put(&mut timeline, "2");
    assert_eq!(timeline.view().violations, []);

    act(&mut timeline, Command::Crash { server: new });
    act(&mut timeline, Command::Wipe { server: new });
    timeline.dispatch(Command::Restart { server: new }).expect("it is down");
    let view = server(&timeline, new);
    assert_eq!((view.log.len(), view.deadline), (0, None), "it belongs to no cluster, and asks nobody for votes");
}

#[test]
fn a_server_that_lost_its_disk_is_replaced_by_a_new_one() {
    let mut timeline = settled(Setup::default());
    put(&mut timeline, "1");
    let lost = NodeId(leader(&timeline).0 % 5 + 1);
    act(&mut timeline, Command::Crash { server: lost });
    act(&mut timeline, Command::AddServer);
    change(&mut timeline, &[Change::AddVoter(NodeId(6)), Change::Remove(lost)]);
    timeline.advance(MS(1_000));
    assert_eq!(server(&timeline, NodeId(6)).state[0].value, "1");
    let members = server(&timeline, leader(&timeline)).log.into_iter().rev().find_map(|entry| entry.membership);
    let members = members.expect("it was changed");
    assert!(!members.is_joint() && members.voters().contains(&NodeId(6)) && !members.voters().contains(&lost));
    assert_eq!(timeline.view().violations, []);
}

#[test]
fn a_joint_membership_lasts_until_it_is_left_if_that_is_wanted() {
    let mut timeline = settled(Setup::default());
    let changes = vec![Change::Remove(NodeId(4)), Change::Remove(NodeId(5))];
    let server = leader(&timeline);
    let how = Transition::JointUntilLeft;
    act(&mut timeline, Command::ChangeMembership { server, changes: changes.clone(), how });
    let refused = timeline.dispatch(Command::ChangeMembership { server, changes, how }).expect_err("it is joint");
    assert!(matches!(refused, CommandError::Refused { .. }), "{refused}");
    act(&mut timeline, Command::LeaveJoint { server });
    let refused = timeline.dispatch(Command::LeaveJoint { server }).expect_err("it is left");
    assert!(refused.to_string().contains("not joint"), "{refused}");
}

#[test]
fn a_server_takes_a_snapshot_when_it_is_told() {
    let mut timeline = settled(Setup::default());
    put(&mut timeline, "1");
    let id = leader(&timeline);
    act(&mut timeline, Command::Compact { server: id });
    assert_eq!((server(&timeline, id).base.index, server(&timeline, id).log.len()), (LogIndex(2), 0));
    let refused = timeline.dispatch(Command::Compact { server: id });
    assert_eq!(refused, Err(CommandError::NothingToCompact { server: id }));
    act(&mut timeline, Command::Crash { server: id });
    act(&mut timeline, Command::Restart { server: id });
    assert_eq!(server(&timeline, id).state[0].value, "1");
}

/// Found by a swarm, seed 10184: a server that is new had applied entries before it heard who belongs to the cluster. Its
/// snapshot named nobody, and it could not start from that.
#[test]
fn a_server_that_does_not_know_the_cluster_takes_no_snapshot() {
    // The entry that names the new server comes after those that it applies first.
    let raft = Settings { max_append_entries: 1, max_in_flight_appends: 1, ..Settings::plain() };
    let mut timeline = settled(Setup { servers: 3, raft, ..Setup::default() });
    put(&mut timeline, "1");
    act(&mut timeline, Command::AddServer);
    let (new, server_now) = (NodeId(4), leader(&timeline));
    let changes = vec![Change::AddLearner(new)];
    let how = Transition::Auto;
    timeline.dispatch(Command::ChangeMembership { server: server_now, changes, how }).expect("a leader");
    let mut refused = 0;
    while server(&timeline, new).applied < server(&timeline, server_now).applied {
        timeline.step_forward();
        let knows = server(&timeline, new).log.iter().any(|entry| entry.membership.is_some());
        if server(&timeline, new).applied > LogIndex(0) && !knows {
            refused += 1;
            let error = timeline.dispatch(Command::Compact { server: new });
            assert_eq!(error, Err(CommandError::NothingToCompact { server: new }));
        }
    }
    assert!(refused > 0, "it applies before it knows");
}

#[test]
fn a_server_that_forgets_its_leader_votes_at_once() {
    let mut raft = Settings::plain();
    (raft.leader_stickiness, raft.pre_vote, raft.check_quorum) = (true, true, true);
    let mut timeline = settled(Setup { servers: 3, raft, ..Setup::default() });
    let old = leader(&timeline);
    let (one, other) = (NodeId(old.0 % 3 + 1), NodeId((old.0 + 1) % 3 + 1));
    for (forgets, expected) in [(false, old), (true, one)] {
        if forgets {
            timeline.dispatch(Command::ForgetLeader { server: other }).expect("it runs");
        }
        timeline.dispatch(Command::TimeOut { server: one }).expect("a voter");
        timeline.advance(MS(90));
        assert_eq!(leader(&timeline), expected, "{forgets}");
    }
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let mut timeline = settled(Setup::default());
    let id = leader(&timeline);
    let other = NodeId(id.0 % 5 + 1);
    let changes = |change| Command::ChangeMembership { server: id, changes: vec![change], how: Transition::Auto };
    for (command, expected) in [
        (
            Command::Transfer { server: other, to: id },
            format!("{other} refuses: this server is not the leader; {id} is"),
        ),
        (
            Command::Transfer { server: id, to: id },
            format!("{id} refuses: this server leads already; allowed is any other voter"),
        ),
        (changes(Change::AddVoter(NodeId(6))), "there is no server S6; allowed are S1 to S5".into()),
        (Command::Compact { server: NodeId(7) }, "there is no server S7; allowed are S1 to S5".into()),
    ] {
        let before = timeline.view();
        assert_eq!(timeline.dispatch(command.clone()).expect_err("it cannot be").to_string(), expected, "{command:?}");
        assert_eq!(timeline.view(), before);
    }
    for _ in 5..SERVERS_MAX {
        timeline.dispatch(Command::AddServer).expect("there is room");
    }
    assert_eq!(timeline.dispatch(Command::AddServer), Err(CommandError::TooManyServers { max: SERVERS_MAX }));
}

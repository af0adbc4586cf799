//! Why things are as they are, in small stories.

use std::time::Duration;

use raftarium_sim::core::{Change, Instant, LogIndex, Mistake, Mistakes, NodeId, Role, Settings, Transition};
use raftarium_sim::swarm::{self, Profile};
use raftarium_sim::why::{Asks, CAUSES_MAX, Explanation, NotSo, Question, Thing, questions, why};
use raftarium_sim::{
    BUDGET_MIN, ClientId, Command, DiskSettings, Happening, LinkSettings, Op, PacketAct, PacketClass, RecordId,
    RequestId, ServerView, Setup, Timeline,
};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// A run of `servers` after a second, when somebody leads.
fn settled(servers: u32, raft: Settings) -> Timeline {
    let mut timeline = Timeline::new(Setup { servers, raft, ..Setup::default() }).expect("the setup is valid");
    timeline.seek(Instant::from_millis(1_000));
    timeline
}

/// One without what keeps a leader in its place.
fn plain() -> Settings {
    Settings { pre_vote: false, check_quorum: false, leader_stickiness: false, ..Settings::default() }
}

fn act(timeline: &mut Timeline, command: Command) {
    timeline.dispatch(command.clone()).unwrap_or_else(|error| panic!("{command:?}: {error}"));
}

fn leader(timeline: &Timeline) -> NodeId {
    let view = timeline.view();
    let leading = view.servers.iter().filter(|server| server.role == Some(Role::Leader));
    leading.max_by_key(|server| server.term).expect("somebody leads").id
}

fn others(timeline: &Timeline) -> Vec<NodeId> {
    let leads = leader(timeline);
    timeline.view().servers.iter().map(|server| server.id).filter(|id| *id != leads).collect()
}

fn server(timeline: &Timeline, id: NodeId) -> ServerView {
    timeline.view().servers.into_iter().find(|server| server.id == id).expect("it exists")
}

fn put(timeline: &mut Timeline, server: NodeId, value: &str) {
    let op = Op::Put { key: "x".into(), value: value.into() };
    act(timeline, Command::Request { client: ClientId(1), server: Some(server), op });
}

fn last(timeline: &Timeline, id: NodeId) -> Thing {
    let index = server(timeline, id).log.last().expect("it has entries").id.index;
    Thing::Entry { server: id, index }
}

fn ask(timeline: &Timeline, asks: Asks, about: Thing) -> Explanation {
    let question = Question { asks, about };
    let explanation = why(timeline, question).unwrap_or_else(|error| panic!("{question}: {error}"));
    if std::env::var_os("TELL").is_some() {
        println!("{question}");
        for cause in &explanation.causes {
            println!(
                "    {:>12} {}  [{}]",
                cause.at.map(|at| at.to_string()).unwrap_or_default(),
                cause.words,
                cause.about
            );
        }
    }
    check(timeline, &explanation);
    explanation
}

/// What holds for every explanation.
fn check(timeline: &Timeline, explanation: &Explanation) {
    let Explanation { question, causes, .. } = explanation;
    assert!((1..=CAUSES_MAX).contains(&causes.len()), "{question}: {causes:?}");
    for cause in causes {
        assert!(cause.words.ends_with('.') && cause.words.starts_with(char::is_uppercase), "{question}: {cause:?}");
        let Some(id) = cause.record else { continue };
        let found = timeline.recall(id.0..id.0 + 1);
        assert_eq!(found.first().map(|found| Some(found.at)), Some(cause.at), "{question}: {cause:?}");
        assert!(id.0 < timeline.view().records, "{question}: {cause:?} is still to come");
    }
}

/// The explanation has a cause with each of `words`, and it leads to a record that `shows` it.
fn has(timeline: &Timeline, explanation: &Explanation, words: &str, shows: impl Fn(&Happening) -> bool) {
    let found = explanation.causes.iter().find(|cause| cause.words.contains(words));
    let found = found.unwrap_or_else(|| panic!("“{words}” is not in {:#?}", explanation.causes));
    let record = found.record.unwrap_or_else(|| panic!("{found:?} leads nowhere"));
    let record = timeline.recall(record.0..record.0 + 1).remove(0);
    assert!(shows(&record.what), "{found:?} leads to {record:?}");
}

fn says(explanation: &Explanation, words: &str) {
    let found = explanation.causes.iter().any(|cause| cause.words.contains(words));
    assert!(found, "“{words}” is not in {:#?}", explanation.causes);
}

fn is_command(what: &Happening) -> bool {
    matches!(what, Happening::Commanded(_))
}

fn is_crash(what: &Happening) -> bool {
    matches!(what, Happening::Crashed { .. })
}

#[test]
fn an_entry_of_a_leader_that_is_cut_off_is_not_committed() {
    let mut timeline = settled(5, Settings::default());
    let old = leader(&timeline);
    let beside = others(&timeline)[0];
    act(&mut timeline, Command::Partition { groups: vec![vec![old, beside]] });
    put(&mut timeline, old, "1");
    timeline.advance(MS(100));
    let entry = last(&timeline, old);
    let explanation = ask(&timeline, Asks::NotCommitted, entry);
    says(
        &explanation,
        &format!(
            "on disk at {}",
            raftarium_sim::story::list(&{
                let mut ids = [old, beside];
                ids.sort();
                ids
            })
        ),
    );
    says(&explanation, "2 of 5 voters");
    has(&timeline, &explanation, "the network is cut", is_command);
    timeline.advance(MS(1_500));
    ask(&timeline, Asks::NotCommitted, entry);
    ask(&timeline, Asks::NotCandidate, Thing::Server(old));
    ask(&timeline, Asks::NotCandidate, Thing::Server(beside));
    ask(&timeline, Asks::SteppedDown, Thing::Server(old));
    ask(&timeline, Asks::VotedNo, Thing::Server(others(&timeline)[0]));
    ask(&timeline, Asks::NotLeader, Thing::Server(old));
    let new = leader(&timeline);
    ask(&timeline, Asks::Leads, Thing::Server(new));
    ask(&timeline, Asks::NotLeader, Thing::Server(others(&timeline)[2]));
    act(&mut timeline, Command::HealAll);
    timeline.advance(MS(1_000));
    let Thing::Entry { server, index } = entry else { unreachable!() };
    ask(&timeline, Asks::Gone, Thing::Entry { server, index });
}

#[test]
fn stale_leader() {
    let mut timeline = settled(5, plain());
    let old = leader(&timeline);
    let beside = others(&timeline)[0];
    act(&mut timeline, Command::Partition { groups: vec![vec![old, beside]] });
    put(&mut timeline, old, "1");
    timeline.advance(MS(1_500));
    let entry = last(&timeline, old);
    ask(&timeline, Asks::NotCommitted, entry);
    ask(&timeline, Asks::Leads, Thing::Server(old));
    ask(&timeline, Asks::NotCommitted, Thing::Entry { server: beside, index: LogIndex(2) });
    ask(&timeline, Asks::Unanswered, Thing::Request(RequestId(0)));
    act(&mut timeline, Command::HealAll);
    timeline.advance(MS(20));
    for _ in 0..60 {
        timeline.step_forward();
    }
    ask(&timeline, Asks::SteppedDown, Thing::Server(old));
    timeline.advance(MS(500));
    ask(&timeline, Asks::VotedNo, Thing::Server(beside));
}

//! Why things are as they are, in small stories.

use std::time::Duration;

use raftarium_sim::core::{
    Change, Event, Instant, LogIndex, Mistake, NodeId, Role, Settings, StepDownReason, Transition, VoteRefusal,
};
use raftarium_sim::swarm::{self, Profile};
use raftarium_sim::why::{Asks, CAUSES_MAX, Explanation, Question, Thing, questions, why};
use raftarium_sim::{
    BUDGET_MIN, ClientId, Command, DiskSettings, Happening, LinkSettings, Op, PacketAct, PacketClass, RequestId,
    ServerView, Setup, Timeline,
};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

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

/// The explanation, if it is as the question says.
fn ask_if(timeline: &Timeline, asks: Asks, about: Thing) -> Option<Explanation> {
    why(timeline, Question { asks, about }).is_ok().then(|| ask(timeline, asks, about))
}

fn not_so(timeline: &Timeline, asks: Asks, about: Thing, says: &str) {
    let error = why(timeline, Question { asks, about }).expect_err("it is otherwise").to_string();
    assert!(error.contains(says), "{error}");
}

fn is_appended(what: &Happening) -> bool {
    matches!(what, Happening::Node { event: Event::Appended { .. }, .. })
}

fn is_elected(what: &Happening) -> bool {
    matches!(what, Happening::Node { event: Event::BecameLeader { .. }, .. })
}

fn is_command(what: &Happening) -> bool {
    matches!(what, Happening::Commanded(_))
}

fn is_crash(what: &Happening) -> bool {
    matches!(what, Happening::Crashed { .. })
}

/// A leader and one more, cut off from the other three, with an entry that those do not get.
fn split(raft: Settings) -> (Timeline, NodeId, NodeId) {
    let mut timeline = settled(5, raft);
    let (old, beside) = (leader(&timeline), others(&timeline)[0]);
    act(&mut timeline, Command::Partition { groups: vec![vec![old, beside]] });
    put(&mut timeline, old, "1");
    timeline.advance(ms(100));
    (timeline, old, beside)
}

#[test]
fn an_entry_of_a_leader_that_is_cut_off_lacks_copies_and_then_another_is_committed_in_its_place() {
    let (mut timeline, old, beside) = split(Settings::default());
    let entry = last(&timeline, old);
    let Thing::Entry { index, .. } = entry else { panic!("{entry}") };
    let mut both = [old, beside];
    both.sort_unstable();
    for about in [entry, Thing::Entry { server: beside, index }] {
        let explanation = ask(&timeline, Asks::NotCommitted, about);
        let names = raftarium_sim::story::list(&both);
        has(
            &timeline,
            &explanation,
            &format!("on disk at {names}: 2 of 5 voters; a majority is 3 (§5.3)"),
            is_appended,
        );
        has(&timeline, &explanation, "the network is cut there", is_command);
    }
    let waiting = ask(&timeline, Asks::Unanswered, Thing::Request(RequestId(0)));
    says(&waiting, "answers when that is committed");
    says(&waiting, "2 of 5 voters");

    timeline.advance(ms(1_500));
    let new = leader(&timeline);
    let explanation = ask(&timeline, Asks::NotCommitted, entry);
    has(&timeline, &explanation, "Another entry is committed at 2", |what| {
        matches!(what, Happening::Node { event: Event::Committed { .. }, .. })
    });
    has(&timeline, &explanation, &format!("{new} was elected leader"), is_elected);
    has(&timeline, &explanation, "the network is cut there", is_command);
    let unknown = ask(&timeline, Asks::Unanswered, Thing::Request(RequestId(0)));
    says(&unknown, "Another entry is committed");

    act(&mut timeline, Command::HealAll);
    timeline.advance(ms(1_000));
    let gone = ask(&timeline, Asks::Gone, entry);
    has(&timeline, &gone, "erases entry 2", |what| {
        matches!(what, Happening::Node { event: Event::Truncated { .. }, .. })
    });
    has(&timeline, &gone, "is elected leader", is_elected);
    has(&timeline, &gone, "Before, it was there", is_appended);
    not_so(&timeline, Asks::Gone, Thing::Entry { server: old, index: LogIndex(1) }, "No entry at 1 is known");
}

#[test]
fn an_entry_of_an_earlier_term_is_not_committed_by_counting_copies() {
    // The leader has an entry of an earlier term on the disks of all, and none of its own: §5.4.2.
    let raft = Settings { no_op_on_election: false, ..Settings::default() };
    let mut timeline = settled(3, raft);
    let (old, rest) = (leader(&timeline), others(&timeline));
    for to in &rest {
        act(
            &mut timeline,
            Command::Filter { from: *to, to: old, both: false, classes: vec![PacketClass::AppendReply] },
        );
    }
    put(&mut timeline, old, "1");
    timeline.advance(ms(60));
    assert!(rest.iter().all(|id| server(&timeline, *id).log.iter().any(|entry| entry.durable)));
    act(&mut timeline, Command::Crash { server: old });
    timeline.advance(ms(1_500));
    let new = leader(&timeline);
    let entry = last(&timeline, new);
    let explanation = ask(&timeline, Asks::NotCommitted, entry);
    says(&explanation, "2 of 3 voters; a majority is 2 (§5.3)");
    has(&timeline, &explanation, "Copies on a majority are not enough", is_elected);
    says(&explanation, "(§5.4.2)");
}

#[test]
fn what_each_server_lacks_is_told_by_what_keeps_it() {
    struct Case {
        name: &'static str,
        done: fn(NodeId, NodeId) -> Command,
        says: &'static str,
        shows: fn(&Happening) -> bool,
    }
    let lossy = |to, from| {
        let settings = LinkSettings { loss_ppm: raftarium_sim::CERTAIN_PPM, ..LinkSettings::default() };
        Command::SetLink { from, to, both: false, settings }
    };
    let stalled =
        |server, _| Command::SetDisk { server, settings: DiskSettings { stalled: true, ..DiskSettings::default() } };
    let cases = [
        Case { name: "down", done: |server, _| Command::Crash { server }, says: "is down.", shows: is_crash },
        Case { name: "paused", done: |server, _| Command::Pause { server }, says: "is paused", shows: is_command },
        Case {
            name: "cut",
            done: |to, from| Command::Cut { from, to, both: false },
            says: "the network is cut there",
            shows: is_command,
        },
        Case {
            name: "cut back",
            done: |from, to| Command::Cut { from, to, both: false },
            says: "on disk, and cannot tell",
            shows: is_command,
        },
        Case {
            name: "clogged",
            done: |to, from| Command::Clog { from, to, both: false },
            says: "stands still on its link",
            shows: is_command,
        },
        Case {
            name: "filtered",
            done: |to, from| Command::Filter { from, to, both: false, classes: vec![PacketClass::Append] },
            says: "lets no entries through",
            shows: is_command,
        },
        Case { name: "stalled", done: stalled, says: "the disk is stalled", shows: is_command },
        Case {
            name: "lost",
            done: lossy,
            says: "it has not arrived",
            shows: |what| matches!(what, Happening::Lost { .. }),
        },
    ];
    for Case { name, done, says, shows } in cases {
        let mut timeline = settled(3, plain());
        let (leads, rest) = (leader(&timeline), others(&timeline));
        for server in &rest {
            act(&mut timeline, done(*server, leads));
        }
        put(&mut timeline, leads, "1");
        timeline.advance(ms(60));
        assert_eq!(leader(&timeline), leads, "{name}");
        let explanation = ask(&timeline, Asks::NotCommitted, last(&timeline, leads));
        has(&timeline, &explanation, says, shows);
        let laggard = ask_if(&timeline, Asks::Lags, Thing::Server(rest[0]));
        assert_eq!(laggard.is_some(), !["cut back", "stalled"].contains(&name), "{name}");
    }
}

#[test]
fn an_entry_that_is_under_way_says_when_it_arrives_and_one_on_the_disk_when_the_disk_is_done() {
    let mut timeline = settled(3, Settings::default());
    let leads = leader(&timeline);
    put(&mut timeline, leads, "1");
    let (mut under_way, mut writing, mut answering, mut unapplied) = (0, 0, 0, 0);
    for _ in 0..60 {
        timeline.step_forward();
        let view = timeline.view();
        let Some(entry) = view.servers.iter().find(|one| one.id == leads).and_then(|one| one.log.last()).cloned()
        else {
            continue;
        };
        let about = Thing::Entry { server: leads, index: entry.id.index };
        if entry.op.is_some() && !entry.committed {
            let explanation = ask(&timeline, Asks::NotCommitted, about);
            let has = |words: &str| usize::from(explanation.causes.iter().any(|cause| cause.words.contains(words)));
            under_way += has("It is on its way to");
            writing += has("has not finished writing it");
            answering += has("and the answer arrives at");
        }
        if !entry.durable {
            says(&ask(&timeline, Asks::NotDurable, about), "in its memory");
        }
        if !entry.applied {
            unapplied += 1;
            ask(&timeline, Asks::NotApplied, about);
        }
    }
    assert!(under_way > 0 && writing > 0 && answering > 0 && unapplied > 0, "{under_way} {writing} {answering}");
}

#[test]
fn while_the_membership_is_joint_the_majority_that_is_missing_is_named() {
    let mut timeline = settled(3, plain());
    let (leads, rest) = (leader(&timeline), others(&timeline));
    act(&mut timeline, Command::AddServer);
    act(&mut timeline, Command::AddServer);
    let changes = vec![
        Change::AddVoter(NodeId(4)),
        Change::AddVoter(NodeId(5)),
        Change::Remove(rest[0]),
        Change::Remove(rest[1]),
    ];
    act(&mut timeline, Command::Partition { groups: vec![vec![leads, NodeId(4), NodeId(5)]] });
    act(&mut timeline, Command::ChangeMembership { server: leads, changes, how: Transition::Joint });
    timeline.advance(ms(150));
    let explanation = ask(&timeline, Asks::NotCommitted, last(&timeline, leads));
    says(&explanation, "1 of 3 old voters");
    says(&explanation, "a majority of both (§6)");
    has(&timeline, &explanation, "the network is cut there", is_command);
}

#[test]
fn a_follower_is_no_candidate_while_it_hears_from_a_leader() {
    let timeline = settled(3, plain());
    let (leads, follower) = (leader(&timeline), others(&timeline)[0]);
    let explanation = ask(&timeline, Asks::NotCandidate, Thing::Server(follower));
    has(&timeline, &explanation, &format!("has just heard from {leads}"), |what| {
        matches!(what, Happening::Delivered { .. })
    });
    let until = server(&timeline, follower).deadline.expect("it waits").at;
    let timer = explanation.causes.iter().find(|cause| cause.words.contains("Its election timer runs until"));
    assert_eq!(timer.map(|cause| (cause.at, cause.record)), Some((Some(until), None)), "it is still to come");
    has(&timeline, &explanation, &format!("{leads} was elected leader"), is_elected);
    says(&ask(&timeline, Asks::NotCandidate, Thing::Server(leads)), "leads already");
    has(&timeline, &ask(&timeline, Asks::NotLeader, Thing::Server(follower)), "was elected leader", is_elected);
    let leads = ask(&timeline, Asks::Leads, Thing::Server(leads));
    has(&timeline, &leads, "with the votes of", is_elected);
    says(&leads, "only a later term ends its lead (§5.1)");
}

#[test]
fn who_is_down_paused_or_no_voter_is_no_candidate_for_that() {
    let mut timeline = settled(3, Settings::default());
    let rest = others(&timeline);
    act(&mut timeline, Command::Crash { server: rest[0] });
    act(&mut timeline, Command::Pause { server: rest[1] });
    act(&mut timeline, Command::AddServer);
    for (asks, id, words, shows) in [
        (Asks::NotCandidate, rest[0], "crashes.", is_crash as fn(&Happening) -> bool),
        (Asks::Down, rest[0], "The power of", is_command),
        (Asks::NotLeader, rest[0], "crashes.", is_crash),
        (Asks::NotCandidate, rest[1], "is paused", is_command),
    ] {
        has(&timeline, &ask(&timeline, asks, Thing::Server(id)), words, shows);
    }
    says(&ask(&timeline, Asks::NotCandidate, Thing::Server(NodeId(4))), "only voters stand for election");
    not_so(&timeline, Asks::Down, Thing::Server(rest[1]), "is up.");
    not_so(&timeline, Asks::Down, Thing::Server(NodeId(9)), "There is no S9");
    not_so(&timeline, Asks::Down, Thing::Cluster, "That cannot be asked about the cluster.");
}

#[test]
fn a_vote_is_refused_for_a_log_that_is_behind_and_both_ends_are_told() {
    let mut timeline = settled(3, plain());
    let (leads, rest) = (leader(&timeline), others(&timeline));
    act(&mut timeline, Command::Isolate { server: rest[0] });
    put(&mut timeline, leads, "1");
    timeline.advance(ms(500));
    act(&mut timeline, Command::Crash { server: leads });
    act(&mut timeline, Command::HealAll);
    act(&mut timeline, Command::TimeOut { server: rest[0] });
    timeline.advance(ms(30));
    let explanation = ask(&timeline, Asks::VotedNo, Thing::Server(rest[1]));
    has(&timeline, &explanation, "(§5.4.1)", |what| {
        matches!(what, Happening::Node { event: Event::VoteRefused { reason: VoteRefusal::LogBehind { .. }, .. }, .. })
    });
    has(&timeline, &explanation, "appends entry 2", is_appended);
    has(&timeline, &explanation, "starts an election", |what| {
        matches!(what, Happening::Node { event: Event::ElectionStarted { .. }, .. })
    });
    let candidate = ask(&timeline, Asks::Candidate, Thing::Server(rest[0]));
    says(&candidate, "does not vote for");
    has(&timeline, &candidate, "is down", is_crash);
    let none = ask(&timeline, Asks::NoLeader, Thing::Cluster);
    has(&timeline, &none, "was the last to lead", is_elected);
    has(&timeline, &none, "crashes.", is_crash);
}

#[test]
fn a_vote_that_is_given_and_a_term_that_is_over_are_told_with_their_moments() {
    let mut timeline = Timeline::new(Setup { servers: 5, raft: plain(), ..Setup::default() }).expect("a valid setup");
    for id in 1..=5 {
        act(&mut timeline, Command::TimeOut { server: NodeId(id) });
    }
    timeline.advance(ms(60));
    let mut met = 0;
    for id in (1..=5).map(NodeId) {
        let Some(explanation) = ask_if(&timeline, Asks::VotedNo, Thing::Server(id)) else { continue };
        has(&timeline, &explanation, "(§5.2)", |what| {
            matches!(
                what,
                Happening::Node { event: Event::VoteRefused { reason: VoteRefusal::AlreadyVoted { .. }, .. }, .. }
            )
        });
        met += 1;
    }
    assert!(met >= 3, "{met} have voted for another");
}

#[test]
fn a_leader_that_steps_down_says_whom_it_did_not_hear_or_which_term_came() {
    let (mut timeline, old, _) = split(Settings::default());
    timeline.advance(ms(1_000));
    let explanation = ask(&timeline, Asks::SteppedDown, Thing::Server(old));
    has(&timeline, &explanation, "has not heard from a majority in time (§6.2 of the dissertation)", |what| {
        matches!(what, Happening::Node { event: Event::SteppedDown { reason: StepDownReason::QuorumLost, .. }, .. })
    });
    has(&timeline, &explanation, "the network was cut", is_command);
    not_so(&timeline, Asks::SteppedDown, Thing::Server(leader(&timeline)), "has not stepped down");

    let (mut timeline, old, _) = split(plain());
    timeline.advance(ms(1_500));
    says(&ask(&timeline, Asks::Leads, Thing::Server(old)), "when it does, it steps down (§5.1)");
    act(&mut timeline, Command::HealAll);
    timeline.advance(ms(500));
    let explanation = ask(&timeline, Asks::SteppedDown, Thing::Server(old));
    has(&timeline, &explanation, "is in a later term (§5.1)", |what| {
        matches!(
            what,
            Happening::Node { event: Event::SteppedDown { reason: StepDownReason::HigherTerm { .. }, .. }, .. }
        )
    });
    has(&timeline, &explanation, "starts an election for term 2", |what| {
        matches!(what, Happening::Node { event: Event::ElectionStarted { .. }, .. })
    });
    has(&timeline, &explanation, "the network was cut", is_command);
}

/// Each cut by itself, as a person cuts links: it is told in one sentence, and that the other way was open.
#[test]
fn a_leader_that_is_heard_and_hears_nobody_steps_down_for_one_reason_that_is_told_once() {
    let mut timeline = settled(5, Settings::default());
    let (leads, rest) = (leader(&timeline), others(&timeline));
    for &from in &rest {
        act(&mut timeline, Command::Cut { from, to: leads, both: false });
    }
    while server(&timeline, leads).role == Some(Role::Leader) {
        timeline.step_forward();
    }
    let explanation = ask(&timeline, Asks::SteppedDown, Thing::Server(leads));
    says(&explanation, "1 of 5 voters had, itself included, and 3 are needed");
    let all = raftarium_sim::story::list(&rest);
    has(
        &timeline,
        &explanation,
        &format!("Nothing got through from {all} to {leads}: the network was cut that way only."),
        is_command,
    );
    assert_eq!(explanation.causes.len(), 3, "{explanation:?}");
    for id in &rest {
        assert_eq!(server(&timeline, *id).role, Some(Role::Follower), "it went on following");
    }
    while server(&timeline, leads).role == Some(Role::Follower) {
        timeline.step_forward();
    }
    let candidate = ask(&timeline, Asks::Candidate, Thing::Server(leads));
    has(&timeline, &candidate, "steps down as leader", |what| {
        matches!(what, Happening::Node { event: Event::SteppedDown { .. }, .. })
    });
}

#[test]
fn messages_say_what_led_to_them_and_what_lost_them() {
    let mut timeline = settled(3, Settings::default());
    let leads = leader(&timeline);
    while timeline.view().packets.is_empty() {
        timeline.step_forward();
    }
    let packet = timeline.view().packets[0];
    let sent = ask(&timeline, Asks::Sent, Thing::Packet(packet.id));
    has(&timeline, &sent, "sends a heartbeat", |what| matches!(what, Happening::Sent { .. }));
    not_so(&timeline, Asks::Lost, Thing::Packet(packet.id), "is not known to be lost");
    not_so(&timeline, Asks::Held, Thing::Packet(packet.id), "does not stand still");
    act(&mut timeline, Command::Packet { packet: packet.id, act: PacketAct::Hold });
    has(&timeline, &ask(&timeline, Asks::Held, Thing::Packet(packet.id)), "", is_command);
    act(&mut timeline, Command::Packet { packet: packet.id, act: PacketAct::Drop });
    has(&timeline, &ask(&timeline, Asks::Lost, Thing::Packet(packet.id)), "is dropped", |what| {
        matches!(what, Happening::Lost { .. })
    });

    let to = others(&timeline)[0];
    act(&mut timeline, Command::Cut { from: leads, to, both: false });
    timeline.advance(ms(100));
    let lost = |timeline: &Timeline| timeline.view().packets.into_iter().find(|packet| packet.lost.is_some());
    while lost(&timeline).is_none() {
        timeline.step_forward();
    }
    let lost = ask(&timeline, Asks::Lost, Thing::Packet(lost(&timeline).expect("just seen").id));
    has(&timeline, &lost, "the link is cut", |what| matches!(what, Happening::Lost { .. }));
    has(&timeline, &lost, "is cut.", |_| true);
    let blocked = ask(&timeline, Asks::Blocked, Thing::Link { from: leads, to });
    has(&timeline, &blocked, "what is sent on it is lost", is_command);
    not_so(&timeline, Asks::Blocked, Thing::Link { from: to, to: leads }, "lets everything through");
}

#[test]
fn a_request_that_was_refused_says_who_leads_or_what_is_down() {
    let mut timeline = settled(3, Settings::default());
    let (leads, rest) = (leader(&timeline), others(&timeline));
    put(&mut timeline, rest[0], "1");
    timeline.advance(ms(100));
    let about = Thing::Request(RequestId(0));
    let view = timeline.view();
    let asked = questions(&view, about);
    if asked.first() == Some(&Asks::Refused) {
        has(&timeline, &ask(&timeline, Asks::Refused, about), &format!("{leads} was elected"), is_elected);
    } else {
        not_so(&timeline, Asks::Refused, about, "It was done.");
    }
    act(&mut timeline, Command::Crash { server: rest[0] });
    let op = Op::Put { key: "x".into(), value: "2".into() };
    act(&mut timeline, Command::Request { client: ClientId(2), server: Some(rest[0]), op });
    timeline.advance(ms(100));
    let down = ask(&timeline, Asks::Refused, Thing::Request(RequestId(1)));
    has(&timeline, &down, "is down", |what| matches!(what, Happening::Answered { .. }));
    has(&timeline, &down, "crashes.", is_crash);
}

#[test]
fn a_broken_rule_leads_to_what_broke_it() {
    let mut timeline = settled(3, plain());
    let (leads, rest) = (leader(&timeline), others(&timeline));
    for server in (1..=3).map(NodeId) {
        act(&mut timeline, Command::MakeMistakes { server, mistakes: Mistake::AcknowledgeBeforeFsync.into() });
    }
    let settings = DiskSettings { stalled: true, ..DiskSettings::default() };
    for server in rest.iter().chain([&leads]) {
        act(&mut timeline, Command::SetDisk { server: *server, settings });
    }
    put(&mut timeline, leads, "1");
    timeline.advance(ms(300));
    assert!(!timeline.view().violations.is_empty(), "what is committed is on no disk");
    let explanation = ask(&timeline, Asks::Broken, Thing::Violation(0));
    says(&explanation, "is broken");
    has(&timeline, &explanation, "disk of", is_command);
    has(&timeline, &explanation, "S1, S2 and S3 break a rule on purpose. ", is_command);
    not_so(&timeline, Asks::Broken, Thing::Violation(99), "There is no broken rule 99");
}

#[test]
fn what_is_kept_no_more_of_the_trace_is_found_again() {
    let (mut timeline, old, _) = split(Settings::default());
    timeline.advance(ms(1_000));
    let before = ask(&timeline, Asks::SteppedDown, Thing::Server(old));
    act(&mut timeline, Command::HealAll);
    timeline.set_budget(BUDGET_MIN);
    timeline.advance(Duration::from_secs(30));
    assert!(timeline.first_record() > before.causes[0].record.expect("it has happened"), "it is kept no more");
    let after = ask(&timeline, Asks::SteppedDown, Thing::Server(old));
    assert_eq!(before.causes[0], after.causes[0]);
}

const SPAN: Duration = ms(6_000);

/// Everything that can be asked at this moment, about everything.
fn everything(timeline: &Timeline) -> Vec<Question> {
    const SERVER: [Asks; 8] = [
        Asks::NotLeader,
        Asks::NotCandidate,
        Asks::Leads,
        Asks::Candidate,
        Asks::SteppedDown,
        Asks::VotedNo,
        Asks::Down,
        Asks::Lags,
    ];
    const ENTRY: [Asks; 4] = [Asks::NotCommitted, Asks::NotApplied, Asks::NotDurable, Asks::Gone];
    let view = timeline.view();
    let of = |asks: &'static [Asks], about: Thing| asks.iter().map(move |&asks| Question { asks, about });
    let mut all: Vec<Question> = of(&[Asks::NoLeader], Thing::Cluster).collect();
    for one in &view.servers {
        all.extend(of(&SERVER, Thing::Server(one.id)));
        for entry in one.log.iter().rev().take(4) {
            all.extend(of(&ENTRY, Thing::Entry { server: one.id, index: entry.id.index }));
        }
        let next = one.log.last().map_or(one.base.index, |last| last.id.index).next();
        all.extend(of(&[Asks::Gone], Thing::Entry { server: one.id, index: next }));
        let others = view.servers.iter().filter(|other| other.id != one.id);
        all.extend(others.flat_map(|to| of(&[Asks::Blocked], Thing::Link { from: one.id, to: to.id })));
    }
    for packet in view.packets.iter().take(12) {
        all.extend(of(&[Asks::Sent, Asks::Lost, Asks::Held], Thing::Packet(packet.id)));
    }
    for request in view.requests.iter().rev().take(6) {
        all.extend(of(&[Asks::Unanswered, Asks::Refused], Thing::Request(request.id)));
    }
    all.extend(
        (0..=u32::try_from(view.violations.len()).unwrap_or(0))
            .map(|number| Question { asks: Asks::Broken, about: Thing::Violation(number) }),
    );
    all
}

/// What the state says can be asked has an answer, and every answer leads to records that there are.
fn ask_everything(timeline: &Timeline) -> usize {
    let view = timeline.view();
    let mut answered = 0;
    for question in everything(timeline) {
        let offered = questions(&view, question.about).contains(&question.asks);
        match why(timeline, question) {
            Ok(explanation) => {
                check(timeline, &explanation);
                check_truth(timeline, &explanation);
                answered += 1;
            }
            Err(not_so) => {
                let text = not_so.to_string();
                assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{question}: {text}");
                let only_trace_knows = matches!(question.asks, Asks::Gone | Asks::Lost);
                assert!(!offered || only_trace_knows, "{question} is offered, and then: {text}");
            }
        }
    }
    answered
}

/// The servers that a text names.
fn named(text: &str) -> Vec<NodeId> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    words.filter_map(|word| word.strip_prefix('S')?.parse().ok()).map(NodeId).collect()
}

/// What is said of the present is so, whoever works it out.
fn check_truth(timeline: &Timeline, explanation: &Explanation) {
    let view = timeline.view();
    let find = |id: NodeId| view.servers.iter().find(|server| server.id == id).expect("it exists");
    for cause in &explanation.causes {
        let words = cause.words.as_str();
        let all = |text: &str, holds: &dyn Fn(&ServerView) -> bool| {
            let ids = named(text);
            assert!(!ids.is_empty() && ids.into_iter().all(|id| holds(find(id))), "{}: {words}", explanation.question);
        };
        let down = words.strip_suffix(" is down.").or(words.strip_suffix(" are down."));
        // What is told of a message that was lost is over.
        if let Some(who) = down.filter(|who| !who.contains(':')) {
            all(who, &|server| server.role.is_none());
        }
        if let Some((who, _)) = words.split_once(" paused, and does nothing").or(words.split_once(" is paused: ")) {
            all(who, &|server| server.paused);
        }
        let cut = words.strip_prefix("Nothing gets from ").and_then(|rest| rest.split_once(": the network is cut"));
        if let Some((from, to)) = cut.and_then(|(ends, _)| ends.split_once(" to ")) {
            for (from, to) in named(from).into_iter().flat_map(|from| named(to).into_iter().map(move |to| (from, to))) {
                assert!(view.cuts.iter().any(|cut| (cut.from, cut.to) == (from, to)), "{}", cause.words);
            }
        }
        if let Some((who, _)) =
            words.split_once(" was elected leader of term ").filter(|_| words.contains("and leads it"))
        {
            all(who, &|server| server.role == Some(Role::Leader));
        }
        if let Some((who, _)) = words.split_once(" has just heard from ") {
            all(who, &|server| server.role == Some(Role::Follower) && server.leader.is_some());
        }
        if let (Asks::NotCommitted, Thing::Entry { server, index }) =
            (explanation.question.asks, explanation.question.about)
            && words.contains("on disk at ")
        {
            let id = find(server).log.iter().find(|entry| entry.id.index == index).expect("it was asked about").id;
            let (_, rest) = words.split_once("on disk at ").expect("just seen");
            let (who, _) = rest.split_once(':').expect("a count follows");
            let has =
                |one: &ServerView| one.base.index >= index || one.log.iter().any(|own| own.id == id && own.durable);
            // A disk that has lost what it had is not known to have: that is a story of its own.
            if view.violations.is_empty() && who != "nobody" {
                all(who, &has);
            }
        }
    }
}

#[test]
fn in_random_runs_everything_can_be_asked_about_everything() {
    let mut answered = 0;
    let chaos = (0..16).map(|seed| swarm::trial(seed, Profile::Chaos, SPAN));
    // A disk that lies, and servers that break a rule: whatever goes wrong, somebody will ask.
    let losses = (0..4).map(|seed| swarm::trial(seed, Profile::Losses, SPAN));
    let mistakes = [Mistake::CommitEarlierTerms, Mistake::AcknowledgeBeforeFsync, Mistake::SkipUpToDateCheck];
    let broken = mistakes.into_iter().map(|mistake| swarm::trial_with(7, mistake, SPAN));
    for trial in chaos.chain(losses).chain(broken) {
        let mut timeline = Timeline::replay(trial.run).expect("a swarm draws valid runs");
        for at in (0..=6_000).step_by(601) {
            timeline.seek(Instant::from_millis(at));
            answered += ask_everything(&timeline);
        }
    }
    assert!(answered > 5_000, "{answered}: too little was asked to mean anything");
}

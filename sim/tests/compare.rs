//! Two runs in lockstep that differ in one thing.

use core::time::Duration;

use raftarium_sim::core::{Instant, Mistake, Mistakes, NodeId};
use raftarium_sim::{
    BranchId, Command, Demonstration, Difference, Driver, Happening, Lockstep, Setup, Shared, Timeline,
};

const DEMONSTRATION: &str = include_str!("../../static/mistakes/10-skip-up-to-date-check.json");

fn ms(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn with(text: &str) -> Difference {
    text.parse().expect("it is a difference")
}

fn highest_term(timeline: &Timeline) -> u64 {
    timeline.view().servers.iter().map(|server| server.term.0).max().unwrap_or(0)
}

/// The other one is what a replay of its run is, and both are at one moment.
fn holds(lockstep: &Lockstep, first: &Timeline, other: &Timeline) {
    assert_eq!(first.now(), other.now());
    let run = lockstep.difference().run(&first.run()).expect("it began");
    assert_eq!(other.commands(), run.commands);
    let mut replay = Driver::new(run).expect("it can be carried out");
    replay.run_until(first.now(), |_| {});
    assert_eq!(replay.world().hash(), other.hash());
}

#[test]
fn with_pre_vote_a_server_that_was_cut_off_does_not_raise_the_term() {
    let mut first = Timeline::new(Setup::default()).expect("valid");
    let (mut lockstep, mut other) = Lockstep::begin(&first, with("pre_vote:true")).expect("it can be");
    let mut follow = |first: &Timeline| {
        lockstep.follow(first, &mut other).expect("it can be done");
        holds(&lockstep, first, &other);
        (highest_term(first), highest_term(&other))
    };
    first.seek(ms(1_000));
    let (before, before_other) = follow(&first);
    let follower = NodeId(5);
    first.dispatch(Command::Isolate { server: follower }).expect("it runs");
    follow(&first);
    first.seek(ms(4_000));
    follow(&first);
    first.dispatch(Command::HealAll).expect("it can be");
    first.seek(ms(5_000));
    let (after, after_other) = follow(&first);
    assert!(after > before + 3, "{before} {after}");
    assert_eq!(after_other, before_other);
}

#[test]
fn a_mistake_breaks_a_rule_in_the_one_that_makes_it_only() {
    let shown: Demonstration = serde_json::from_str(DEMONSTRATION).expect("a demonstration");
    let mut run = shown.trial().run;
    run.setup.raft.mistakes = Mistakes::NONE;
    let mut first = Timeline::replay(run).expect("valid");
    let (mut lockstep, mut other) = Lockstep::begin(&first, Difference::Mistake(shown.mistake)).expect("it can be");
    while first.now() < shown.until {
        first.advance(Duration::from_millis(100));
        lockstep.follow(&first, &mut other).expect("it can be done");
    }
    assert_eq!(first.world().violations(), []);
    let broken = other.world().violations().first().expect("it is found");
    let parting = lockstep.parting().expect("they part");
    assert!(parting.at <= broken.at);
}

#[test]
fn they_part_at_the_first_thing_that_happens_in_one_of_them_only() {
    let mut first = Timeline::new(Setup::default()).expect("valid");
    let (mut lockstep, mut other) = Lockstep::begin(&first, with("pre_vote:true")).expect("it can be");
    first.seek(ms(100));
    lockstep.follow(&first, &mut other).expect("it can be done");
    assert_eq!((lockstep.parting(), first.hash()), (None, other.hash()));
    first.seek(ms(1_000));
    lockstep.follow(&first, &mut other).expect("it can be done");
    let parting = lockstep.parting().expect("somebody timed out").clone();
    let what = |record: &Option<raftarium_sim::Record>| match record.as_ref().map(|record| &record.what) {
        Some(Happening::Node { event, .. }) => format!("{event:?}"),
        what => panic!("no event: {what:?}"),
    };
    assert!(!what(&parting.first).starts_with("PreVote"), "{parting:?}");
    assert!(what(&parting.other).starts_with("PreVoteStarted"), "{parting:?}");
    for (timeline, record) in [(&first, &parting.first), (&other, &parting.other)] {
        let record = record.as_ref().expect("something happens in both");
        assert_eq!(timeline.record(record.id), Some(record));
    }
    // Before it, all is the same; what is done later does not change where they part.
    first.seek(ms(2_000));
    first.dispatch(Command::Crash { server: NodeId(1) }).expect("it runs");
    lockstep.follow(&first, &mut other).expect("it can be done");
    assert_eq!(lockstep.parting(), Some(&parting));
    // What is done before it does.
    first.seek(ms(50));
    for server in 1..=5 {
        first.dispatch(Command::Crash { server: NodeId(server) }).expect("it runs");
    }
    first.seek(ms(2_000));
    lockstep.follow(&first, &mut other).expect("it can be done");
    assert_eq!(lockstep.parting(), None, "nobody is there to time out");
    holds(&lockstep, &first, &other);
}

#[test]
fn whatever_is_done_the_other_one_is_the_same_run_but_for_the_difference() {
    let mut first = Timeline::new(Setup::default()).expect("valid");
    let (mut lockstep, mut other) = Lockstep::begin(&first, with("heartbeat_interval:20")).expect("it can be");
    let mut follow = |first: &Timeline| {
        lockstep.follow(first, &mut other).expect("it can be done");
        holds(&lockstep, first, &other);
    };
    // One event at a time, so that acts fall on moments that have begun in one of them.
    for round in 0..40_u64 {
        first.seek(ms(200 + round * 40));
        for _ in 0..round % 5 {
            first.step_forward();
        }
        follow(&first);
        let server = NodeId(1 + round % 5);
        let acts =
            [Command::Pause { server }, Command::Resume { server }, Command::Isolate { server }, Command::HealAll];
        let _refused_or_not = first.dispatch(acts[(round % 4) as usize].clone());
        follow(&first);
    }
    first.seek(ms(700));
    follow(&first);
    first.dispatch(Command::Crash { server: NodeId(2) }).expect("it runs");
    follow(&first);
    first.advance(Duration::from_secs(1));
    follow(&first);
    first.switch(BranchId(0)).expect("it is there");
    follow(&first);
    first.seek(ms(1_500));
    follow(&first);
    first.seek(ms(3));
    follow(&first);
}

#[test]
fn settings_that_are_given_later_differ_too() {
    let mut first = Timeline::new(Setup::default()).expect("valid");
    let (mut lockstep, mut other) = Lockstep::begin(&first, with("max_append_entries:1")).expect("it can be");
    first.seek(ms(500));
    let mut settings = first.world().settings(NodeId(2)).expect("it is there").clone();
    settings.pre_vote = true;
    first.dispatch(Command::Configure { server: NodeId(2), settings: Box::new(settings) }).expect("valid");
    lockstep.follow(&first, &mut other).expect("it can be done");
    let theirs = other.world().settings(NodeId(2)).expect("it is there");
    assert_eq!((theirs.pre_vote, theirs.max_append_entries), (true, 1));
    assert!(lockstep.parting().is_none_or(|parting| parting.first.is_some()));

    let (mut lockstep, mut other) =
        Lockstep::begin(&first, Difference::Mistake(Mistake::SkipUpToDateCheck)).expect("it can be");
    let mistakes = Mistakes::from(Mistake::CommitEarlierTerms);
    first.dispatch(Command::MakeMistakes { server: NodeId(1), mistakes }).expect("valid");
    lockstep.follow(&first, &mut other).expect("it can be done");
    let theirs = other.world().settings(NodeId(1)).expect("it is there").mistakes;
    assert!(theirs.has(Mistake::SkipUpToDateCheck) && theirs.has(Mistake::CommitEarlierTerms));
}

#[test]
fn what_is_no_difference_is_told() {
    let run = Timeline::new(Setup::default()).expect("valid").run();
    let told = |text: &str| match text.parse::<Difference>() {
        Ok(difference) => difference.run(&run).map(|_| ()).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let cases = [
        (
            "pre_vote",
            "`pre_vote` is no difference; allowed are a setting and its value, as in pre_vote:true, and mistake:…",
        ),
        ("pre_vote:false", "`pre_vote:false` is so already; allowed is what is otherwise"),
        (
            "pre_vote:true,\"leases\":true",
            "`pre_vote` cannot be `true,\"leases\":true`: allowed are true, false, null and numbers",
        ),
    ];
    for (given, message) in cases {
        assert_eq!(told(given), Err(message.to_owned()), "{given}");
    }
    let begins = [
        ("colour:1", "there is no setting `colour`; there are election_timeout_min, "),
        ("seed:1", "there is no setting `seed`; there are "),
        ("mistake:none", "there is no mistake `none`; there are commit-earlier-terms, "),
        ("pre_vote:maybe", "`pre_vote` cannot be `maybe`: "),
        ("heartbeat_interval:1000", "`heartbeat_interval` cannot be `1000`: "),
    ];
    for (given, start) in begins {
        let message = told(given).expect_err(given);
        assert!(message.starts_with(start), "{message}");
    }
}

#[test]
fn a_comparison_is_handed_on_as_a_link_and_as_a_file() {
    for text in ["heartbeat_interval:20.5", "snapshot_after_entries:3", "mistake:skip-up-to-date-check"] {
        let plain = Shared::from_link("#seed=7&servers=3&at=12.5").expect("valid");
        let shared = Shared { with: Some(with(text)), ..plain };
        let link = shared.to_link().expect("it is short");
        assert_eq!(link, format!("#seed=7&servers=3&with={text}&at=12.5"));
        assert_eq!(Shared::from_link(&link), Ok(shared.clone()));
        assert_eq!(Shared::from_json(&shared.to_json()), Ok(shared));
    }
    let error = Shared::from_link("#with=pre_vote:false").expect_err("it is the same");
    assert_eq!(error.to_string(), "`pre_vote:false` is so already; allowed is what is otherwise");
}

//! The clock that runs both ways.

use std::time::Duration;

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::{ClientId, Command, CommandError, Happening, Op, RUN_END, Run, Setup, Timed, Timeline};

fn ms(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn put(client: u32, value: &str) -> Command {
    Command::Request { client: ClientId(client), server: None, op: Op::Put { key: "x".into(), value: value.into() } }
}

/// A run in which something happens.
fn eventful() -> Timeline {
    let mut timeline = Timeline::new(Setup { seed: 7, ..Setup::default() }).unwrap();
    let script = [
        (900, put(1, "1")),
        (1_500, Command::Partition { groups: vec![vec![NodeId(1), NodeId(2)]] }),
        (2_000, put(2, "2")),
        (2_500, Command::Crash { server: NodeId(3) }),
        (4_000, Command::HealAll),
        (4_500, Command::Restart { server: NodeId(3) }),
        (5_000, put(3, "3")),
    ];
    for (at, command) in script {
        timeline.schedule(ms(at), command).unwrap();
    }
    timeline
}

#[test]
fn every_moment_is_the_same_however_it_is_reached() {
    let mut timeline = eventful();
    let moments: Vec<_> = (0..=60).map(|tenth| ms(tenth * 100)).collect();
    let mut first = Vec::new();
    for &moment in &moments {
        timeline.seek(moment);
        first.push((timeline.view(), timeline.hash(), timeline.records().len()));
    }
    // Backwards, and then in leaps to and fro.
    let leaps = (0..moments.len()).map(|step| step * 37 % moments.len());
    for position in (0..moments.len()).rev().chain(leaps) {
        timeline.seek(moments[position]);
        let (view, hash, records) = &first[position];
        assert_eq!(timeline.hash(), *hash, "at {}", moments[position]);
        assert_eq!(timeline.records().len(), *records);
        assert_eq!(&timeline.view(), view, "at {}", moments[position]);
    }
    assert_eq!(timeline.end(), ms(6_000), "the future that was seen stays known");
}

#[test]
fn a_leap_is_the_same_as_many_steps() {
    let (mut leaping, mut stepping) = (eventful(), eventful());
    leaping.seek(ms(6_000));
    while stepping.world().next_event_at().is_some_and(|next| next <= ms(6_000)) {
        assert!(stepping.step_forward());
    }
    stepping.seek(ms(6_000));
    assert_eq!(stepping.hash(), leaping.hash());
    assert_eq!(stepping.world(), leaping.world());
}

#[test]
fn one_event_back_is_the_state_before_it() {
    let mut timeline = eventful();
    timeline.seek(ms(2_000));
    let mut passed = Vec::new();
    for _ in 0..40 {
        passed.push((timeline.world().steps(), timeline.hash()));
        assert!(timeline.step_forward());
    }
    // The first step of each pair goes to the moment of the event, which is where stepping forward stopped.
    for (steps, hash) in passed.into_iter().rev() {
        assert!(timeline.step_back());
        assert_eq!((timeline.world().steps(), timeline.hash()), (steps, hash));
    }
}

#[test]
fn back_at_the_beginning_there_is_no_further_back() {
    let mut timeline = eventful();
    assert!(!timeline.step_back());
    timeline.step_forward();
    assert!(timeline.step_back());
    assert!(!timeline.step_back());
    assert_eq!((timeline.now(), timeline.world().steps()), (Instant::ZERO, 0));
}

#[test]
fn a_run_is_its_setup_and_its_commands() {
    let mut timeline = Timeline::new(Setup::default()).unwrap();
    timeline.advance(Duration::from_millis(731));
    timeline.dispatch(put(1, "1")).unwrap();
    timeline.dispatch(put(2, "2")).unwrap();
    for _ in 0..17 {
        timeline.step_forward();
    }
    timeline.dispatch(Command::Crash { server: NodeId(2) }).unwrap();
    timeline.seek(ms(2_000));
    let mut replayed = Timeline::replay(timeline.run()).unwrap();
    replayed.seek(ms(2_000));
    assert_eq!(replayed.hash(), timeline.hash());
    assert_eq!(replayed.records(), timeline.records());
}

#[test]
fn acting_in_the_past_gives_up_the_future() {
    let mut timeline = Timeline::new(Setup::default()).unwrap();
    timeline.seek(ms(1_000));
    timeline.dispatch(Command::Crash { server: NodeId(1) }).unwrap();
    timeline.seek(ms(2_000));
    let before = timeline.hash();
    timeline.seek(ms(500));
    let at = timeline.dispatch(Command::Crash { server: NodeId(2) }).unwrap();
    assert_eq!(timeline.end(), at);
    assert_eq!(timeline.commands(), [Timed { at, command: Command::Crash { server: NodeId(2) } }]);
    timeline.seek(ms(2_000));
    assert_ne!(timeline.hash(), before);
    assert!(timeline.view().servers[0].role.is_some(), "S1 never crashed in this future");
}

#[test]
fn what_was_planned_for_a_future_that_nobody_saw_stays_planned() {
    let mut timeline = eventful();
    timeline.seek(ms(1_000));
    timeline.dispatch(Command::Crash { server: NodeId(5) }).unwrap();
    assert_eq!(timeline.commands().len(), 8);
}

#[test]
fn a_command_comes_before_everything_else_at_its_moment() {
    let mut timeline = Timeline::new(Setup::default()).unwrap();
    let first_event = timeline.world().next_event_at().unwrap();
    timeline.schedule(first_event, Command::HealAll).unwrap();
    assert!(timeline.step_forward());
    assert_eq!(timeline.now(), first_event);
    assert_eq!(timeline.records().last().unwrap().what, Happening::Commanded(Command::HealAll));
}

#[test]
fn a_moment_that_has_begun_takes_no_command() {
    let mut timeline = Timeline::new(Setup::default()).unwrap();
    assert_eq!(timeline.schedule(Instant::ZERO, Command::HealAll), Ok(()), "nothing has happened yet");
    timeline.seek(ms(10));
    let (before, earliest) = (timeline.run(), Instant::from_micros(10_001));
    for given in [Instant::ZERO, ms(9), ms(10)] {
        let refused = timeline.schedule(given, Command::HealAll);
        assert_eq!(refused, Err(CommandError::InThePast { given, earliest }));
    }
    let given = RUN_END + Duration::from_micros(1);
    assert_eq!(timeline.schedule(given, Command::HealAll), Err(CommandError::TooFar { given, latest: RUN_END }));
    assert_eq!(timeline.run(), before);
    assert_eq!(timeline.dispatch(Command::HealAll), Ok(earliest));
}

#[test]
fn a_planned_command_that_does_not_fit_leaves_a_record_and_changes_nothing() {
    let mut timeline = Timeline::new(Setup::default()).unwrap();
    timeline.schedule(ms(100), Command::Restart { server: NodeId(1) }).unwrap();
    timeline.seek(ms(100));
    let expected = CommandError::Up { server: NodeId(1) };
    let refused = |what: &Happening| matches!(what, Happening::CommandRefused { error, .. } if *error == expected);
    assert_eq!(timeline.records().iter().filter(|record| refused(&record.what)).count(), 1);
    assert_eq!(timeline.view().servers[0].boots, 1);
}

#[test]
fn every_record_is_caused_by_an_earlier_one_back_to_a_beginning() {
    let mut timeline = eventful();
    timeline.seek(ms(6_000));
    for record in timeline.records() {
        assert!(record.cause.is_none_or(|cause| cause < record.id), "{record:?}");
        let causes = timeline.causes(record.id);
        assert_eq!(causes[0], record);
        let first = &causes.last().unwrap().what;
        let beginning = matches!(
            first,
            Happening::Commanded(_)
                | Happening::CommandRefused { .. }
                | Happening::Started { .. }
                | Happening::TimedOut { .. }
        );
        assert!(beginning, "{first:?}");
    }
}

#[test]
fn copies_are_dropped_before_they_are_too_many_and_going_back_still_works() {
    let mut timeline = Timeline::new(Setup { servers: 3, ..Setup::default() }).unwrap();
    timeline.seek(ms(50_000));
    let (middle, hash) = (ms(25_000), timeline.hash());
    timeline.seek(ms(700_000));
    timeline.seek(middle);
    timeline.seek(ms(50_000));
    assert_eq!(timeline.hash(), hash);
}

#[test]
fn a_run_survives_being_written_down() {
    let timeline = eventful();
    let bytes = postcard::to_allocvec(&timeline.run()).unwrap();
    let run: Run = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(run, timeline.run());
}

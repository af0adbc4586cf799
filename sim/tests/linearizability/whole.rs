//! The client history as a whole: the check against the log, the keys, and a simulated world.

use raftarium_sim::core::{Instant, LogIndex, NodeId};
use raftarium_sim::linear::{ClientHistory, Flaw, KEYS_MAX, KeyOp, KeyOutcome, KeyOutput, LogCheck, Origin, Verdict};
use raftarium_sim::{Answer, ClientId, Command, Happening, LinkSettings, Op, RequestId, Setup, Timeline};

use crate::generate::{self, Event, Shape};

const KEY: &str = "x";

/// Tells a history all events, with the log that they name, and gives what it finds.
pub(crate) fn told(events: &[Event]) -> (ClientHistory, Vec<Flaw>) {
    let (mut history, mut flaws) = (ClientHistory::default(), Vec::new());
    let (mut index, mut entries) = (LogIndex(0), std::collections::BTreeMap::new());
    for (micros, event) in (0..).zip(events) {
        match event {
            Event::Call(id, op) => {
                history.called(Instant::from_micros(micros), ClientId(1), RequestId(*id), KEY, op);
            }
            Event::Apply(id, op) => {
                index = LogIndex(index.0 + 1);
                entries.insert(*id, index);
                history.applied(index, Some((KEY, op)));
            }
            Event::Return(id, output) => {
                let origin = entries.get(id).map(|&index| Origin::Entry(index));
                flaws.extend(history.returned(RequestId(*id), &KeyOutcome::Returned(output.clone()), origin));
            }
            Event::Unknown(id) => flaws.extend(history.returned(RequestId(*id), &KeyOutcome::Unknown, None)),
            Event::Never(id) => flaws.extend(history.returned(RequestId(*id), &KeyOutcome::Never, None)),
        }
    }
    (history, flaws)
}

/// What the log explains, the key's check does not refuse; what the key's check refuses, the log has refused, too, and
/// the search has an explanation. The log may refuse more: an answer may be wrong and yet do no harm.
#[test]
fn the_log_refuses_whatever_the_key_refuses() {
    let (mut fine, mut broken, mut incomplete, mut harmless) = (0, 0, 0, 0);
    for seed in 0..300 {
        let shape =
            Shape { clients: 4, ops: 200, values: seed % 4, unknown: seed % 10, never: 2, mix: [3, 2, 1, 1, 1] };
        let mut events = generate::history(seed, &shape);
        (0..seed % 3).for_each(|more| generate::damage(seed + more, &shape, &mut events));
        let (history, flaws) = told(&events);
        let log = flaws.iter().any(|flaw| matches!(flaw, Flaw::Log { .. }));
        let key = flaws.iter().find(|flaw| matches!(flaw, Flaw::Key { .. }));
        match (log, key) {
            (false, None) => fine += 1,
            (true, None) => harmless += 1,
            (true, Some(Flaw::Key { request, witness, .. })) => {
                let witness = witness.as_ref().expect("the last part of a history is kept");
                assert!(witness.culprit <= *request || shape.unknown > 0, "{seed}: {witness:?}");
                assert_eq!(history.keys()[0].verdict, Verdict::Violated);
                broken += 1;
                incomplete += u32::from(!witness.complete);
            }
            (log, key) => panic!("{seed}: {log} {key:?}"),
        }
        assert_eq!(history.log().unjudged(), 0);
    }
    assert!(fine >= 100 && broken >= 60 && harmless > 0, "{fine} fine, {broken} broken, {harmless} harmless");
    assert!(incomplete * 50 <= broken, "{incomplete} of {broken} were too much to search");
}

fn put(value: &str) -> KeyOp {
    KeyOp::Put { value: value.into() }
}

fn read(value: Option<&str>) -> KeyOutput {
    KeyOutput::Value(value.map(Into::into))
}

/// A log in which `x` is put to "1" by entry 1, which is answered, and to "2" by entry 2.
fn log() -> LogCheck {
    let mut log = LogCheck::default();
    log.called(RequestId(1), KEY, &put("1"));
    log.called(RequestId(2), KEY, &put("2"));
    log.applied(LogIndex(1), Some((KEY, &put("1"))));
    log.applied(LogIndex(2), Some((KEY, &put("2"))));
    log.applied(LogIndex(3), None);
    assert_eq!(log.answered(RequestId(1), LogIndex(1), &KeyOutput::Done), Ok(()));
    log.called(RequestId(3), KEY, &KeyOp::Get);
    log
}

#[test]
fn a_read_without_an_entry_is_compared_with_the_state_that_it_saw_6_4() {
    for (index, value, story) in [
        (1, Some("1"), None),
        (2, Some("2"), None),
        (3, Some("2"), None),
        (2, Some("1"), Some("R3 read 1, and at index 2 it is 2")),
        (0, None, Some("R3 read from index 0, and entry 1 was acknowledged before it was asked")),
        (4, Some("2"), Some("R3 read from index 4, which nobody has applied")),
    ] {
        let found = log().read(RequestId(3), LogIndex(index), &read(value));
        assert_eq!(found.err().as_deref(), story);
    }
}

#[test]
fn an_answer_names_an_entry_of_its_own_that_was_applied_after_the_call() {
    let done = KeyOutput::Done;
    let mut fresh = log();
    assert_eq!(fresh.answered(RequestId(2), LogIndex(2), &done), Ok(()));
    let again = fresh.answered(RequestId(2), LogIndex(1), &done);
    assert_eq!(again.unwrap_err(), "R1 and R2 were both answered with entry 1");
    fresh.called(RequestId(4), KEY, &put("2"));
    fresh.applied(LogIndex(4), Some((KEY, &put("2"))));
    assert_eq!(
        fresh.answered(RequestId(2), LogIndex(4), &done).unwrap_err(),
        "R2 was done twice, by entry 2 and by entry 4"
    );

    let other = log().answered(RequestId(3), LogIndex(2), &read(Some("2")));
    assert_eq!(other.unwrap_err(), "R3 was answered with entry 2, which is put 2 of x");
    let nobody = log().answered(RequestId(2), LogIndex(9), &done);
    assert_eq!(nobody.unwrap_err(), "R2 was answered with entry 9, which nobody has applied");

    let mut late = log();
    late.called(RequestId(4), KEY, &put("2"));
    assert_eq!(late.answered(RequestId(2), LogIndex(2), &done), Ok(()));
    late.called(RequestId(5), KEY, &KeyOp::Get);
    late.applied(LogIndex(4), Some((KEY, &KeyOp::Get)));
    assert_eq!(
        late.answered(RequestId(5), LogIndex(4), &read(Some("1"))).unwrap_err(),
        "R5 was answered 1, and entry 4 gives 2"
    );
}

#[test]
fn what_the_log_check_cannot_know_it_counts_and_does_not_judge() {
    let mut log = LogCheck::default();
    log.applied(LogIndex(5), Some((KEY, &put("1"))));
    log.called(RequestId(1), KEY, &KeyOp::Get);
    log.applied(LogIndex(6), Some((KEY, &KeyOp::Get)));
    assert_eq!(log.answered(RequestId(1), LogIndex(6), &read(Some("from before"))), Ok(()));
    assert_eq!((log.judged(), log.unjudged()), (0, 1));
}

/// Feeds the trace of a world to a client history.
fn observed(timeline: &Timeline) -> (ClientHistory, Vec<Flaw>) {
    let (mut history, mut flaws) = (ClientHistory::default(), Vec::new());
    let requests = timeline.world().requests();
    let mut asked = 0;
    for record in timeline.records() {
        if let Happening::Commanded(Command::Request { client, op, .. }) = &record.what {
            let (key, op) = KeyOp::of(op);
            history.called(record.at, *client, requests[asked].id, key, &op);
            asked += 1;
        }
        if let Happening::TimedOut { request, .. } = &record.what {
            flaws.extend(history.returned(*request, &KeyOutcome::Unknown, None));
        }
        if let Happening::Answered { request, answer, .. } = &record.what {
            let outcome = match answer {
                Answer::Committed { result, .. } => KeyOutcome::Returned(result.clone()),
                Answer::NotLeader { .. } | Answer::Busy { .. } | Answer::Down { .. } | Answer::Superseded { .. } => {
                    KeyOutcome::Never
                }
                Answer::Read { .. }
                | Answer::Opened { .. }
                | Answer::NoLeases { .. }
                | Answer::ReadFailed { .. }
                | Answer::SessionEnded { .. } => {
                    panic!("{answer:?} to a request that is neither a read nor in a session")
                }
            };
            flaws.extend(history.returned(*request, &outcome, None));
        }
    }
    (history, flaws)
}

fn busy_world(seed: u64, duplicate_ppm: u32) -> Timeline {
    let link = LinkSettings { duplicate_ppm, loss_ppm: 10_000, ..LinkSettings::default() };
    let setup = Setup { seed, link, clients: 5, servers: 3, ..Setup::default() };
    let mut timeline = Timeline::new(setup).unwrap();
    let mut dice = generate::Dice::new(seed);
    timeline.seek(Instant::from_millis(1_000));
    for round in 0..200_u32 {
        let client = ClientId(1 + u32::try_from(dice.below(5)).unwrap());
        let key: String = KEY.into();
        let op = if dice.percent(50) { Op::Get { key } } else { Op::Put { key, value: round.to_string() } };
        let server = NodeId(1 + dice.below(3));
        if round % 50 == 20 {
            let _ = timeline.dispatch(Command::Crash { server });
        }
        if round % 50 == 30 {
            (1..=3).for_each(|server| drop(timeline.dispatch(Command::Restart { server: NodeId(server) })));
        }
        let _ = timeline.dispatch(Command::Request { client, server: None, op });
        timeline.advance(std::time::Duration::from_micros(dice.below(60_000)));
    }
    timeline
}

#[test]
fn a_world_whose_requests_are_not_doubled_is_linearizable() {
    for seed in 0..10 {
        let (history, flaws) = observed(&busy_world(seed, 0));
        assert_eq!(flaws, [], "seed {seed}");
        assert_eq!(history.keys()[0].verdict, Verdict::Linearizable, "seed {seed}");
    }
}

#[test]
fn a_history_says_what_is_open_and_which_keys_it_does_not_watch() {
    let mut history = ClientHistory::default();
    for id in 0..=u32::try_from(KEYS_MAX).unwrap() {
        history.called(Instant::from_millis(7), ClientId(2), RequestId(id), &id.to_string(), &KeyOp::Get);
    }
    assert_eq!((history.keys().len(), history.unwatched()), (KEYS_MAX, 1));
    assert_eq!(history.returned(RequestId(0), &KeyOutcome::Returned(read(None)), None), []);
    assert_eq!(history.open().next(), Some((RequestId(1), ClientId(2), Instant::from_millis(7))));
}

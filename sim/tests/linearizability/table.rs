//! Histories that are known to be tricky, one by one.

use raftarium_sim::RequestId;
use raftarium_sim::linear::{Doubt, KeyCheck, KeyOp, KeyOutput, Verdict};

use crate::generate::Event::{self, Call, Never, Return, Unknown};
use crate::oracle::{is_linearizable, online, operations, searched, tell};

fn put(id: u32, value: &str) -> Event {
    Call(id, KeyOp::Put { value: value.into() })
}

fn get(id: u32) -> Event {
    Call(id, KeyOp::Get)
}

fn swap(id: u32, expected: Option<&str>, value: &str) -> Event {
    Call(id, KeyOp::CompareAndSet { expected: expected.map(Into::into), value: value.into() })
}

fn add(id: u32, by: i64) -> Event {
    Call(id, KeyOp::Increment { by })
}

fn done(id: u32) -> Event {
    Return(id, KeyOutput::Done)
}

fn value(id: u32, value: &str) -> Event {
    Return(id, KeyOutput::Value(Some(value.into())))
}

fn nothing(id: u32) -> Event {
    Return(id, KeyOutput::Value(None))
}

fn swapped(id: u32, swapped: bool) -> Event {
    Return(id, KeyOutput::Swapped(swapped))
}

fn sum(id: u32, sum: i64) -> Event {
    Return(id, KeyOutput::Number(sum))
}

/// A history, and which operation, if any, is the first that cannot have returned what it did.
type Case = (&'static str, Vec<Event>, Option<u32>);

fn reads() -> Vec<Case> {
    vec![
        ("a pending write is seen", vec![put(1, "a"), get(2), value(2, "a"), done(1)], None),
        (
            "a pending write is seen, and then not",
            vec![put(1, "a"), get(2), value(2, "a"), get(3), nothing(3)],
            Some(3),
        ),
        (
            "two reads at once see a pending write in either order",
            vec![put(1, "a"), get(2), get(3), nothing(3), value(2, "a"), done(1)],
            None,
        ),
        ("a stale read, after the write was answered", vec![put(1, "a"), done(1), get(2), nothing(2)], Some(2)),
        ("a read that was called before the write was answered", vec![put(1, "a"), get(2), done(1), nothing(2)], None),
        (
            "the old leader's lease: one client has read the new value, another one reads the old",
            vec![put(1, "a"), done(1), put(2, "b"), get(3), value(3, "b"), get(4), value(4, "a"), done(2)],
            Some(4),
        ),
        ("a value that nobody wrote", vec![put(1, "a"), done(1), get(2), value(2, "b")], Some(2)),
        (
            "a write that was overwritten at once is seen by whoever looked then",
            vec![put(1, "a"), get(2), put(3, "b"), done(3), done(1), value(2, "a"), get(4), value(4, "b")],
            None,
        ),
        (
            "but then it is not there afterwards",
            vec![
                put(1, "a"),
                get(2),
                put(3, "b"),
                done(3),
                done(1),
                value(2, "a"),
                get(4),
                value(4, "a"),
                get(5),
                value(5, "b"),
            ],
            Some(5),
        ),
        (
            "the same value twice: the old one is back (ABA)",
            vec![
                put(1, "a"),
                done(1),
                put(2, "b"),
                put(3, "a"),
                get(4),
                value(4, "b"),
                get(5),
                value(5, "a"),
                done(3),
                done(2),
            ],
            None,
        ),
        (
            "a delete, and what was there before it",
            vec![put(1, "a"), done(1), Call(2, KeyOp::Delete), done(2), get(3), value(3, "a")],
            Some(3),
        ),
    ]
}

fn conditions() -> Vec<Case> {
    vec![
        (
            "a compare-and-set that fails rightly",
            vec![put(1, "a"), done(1), swap(2, Some("b"), "c"), swapped(2, false)],
            None,
        ),
        ("one that fails wrongly", vec![put(1, "a"), done(1), swap(2, Some("a"), "c"), swapped(2, false)], Some(2)),
        ("one that succeeds wrongly", vec![put(1, "a"), done(1), swap(2, None, "c"), swapped(2, true)], Some(2)),
        (
            "two succeed on one value",
            vec![swap(1, None, "a"), swap(2, None, "b"), swapped(1, true), swapped(2, true)],
            Some(2),
        ),
        (
            "one that failed has no effect",
            vec![put(1, "a"), done(1), swap(2, Some("b"), "c"), swapped(2, false), get(3), value(3, "c")],
            Some(3),
        ),
        (
            "ABA: it cannot know that the value was another one meanwhile",
            vec![
                put(1, "a"),
                done(1),
                swap(2, Some("a"), "d"),
                put(3, "b"),
                done(3),
                put(4, "a"),
                done(4),
                swapped(2, true),
                get(5),
                value(5, "d"),
            ],
            None,
        ),
        (
            "a compare-and-set on a value that was overwritten at once",
            vec![
                put(1, "a"),
                swap(2, Some("a"), "b"),
                put(3, "c"),
                done(3),
                swapped(2, true),
                done(1),
                get(4),
                value(4, "c"),
            ],
            None,
        ),
        (
            "a write that leaves what is there overwrites another one before an increment (a find of the properties)",
            vec![put(1, "1"), done(1), add(2, 2), put(3, "0"), put(4, "1"), sum(2, 3), done(3), get(5), value(5, "3")],
            None,
        ),
        ("two increments with one sum", vec![add(1, 1), add(2, 1), sum(1, 1), sum(2, 1)], Some(2)),
        ("a sum that leaves one out", vec![add(1, 1), sum(1, 1), add(2, 1), sum(2, 3)], Some(2)),
        ("a text is no number", vec![put(1, "a"), done(1), add(2, 1), Return(2, KeyOutput::NotANumber)], None),
    ]
}

fn unknowns() -> Vec<Case> {
    vec![
        (
            "an unknown write takes effect late",
            vec![put(1, "a"), Unknown(1), get(2), nothing(2), get(3), value(3, "a")],
            None,
        ),
        (
            "but only once",
            vec![put(1, "a"), Unknown(1), get(2), value(2, "a"), put(3, "b"), done(3), get(4), value(4, "a")],
            Some(4),
        ),
        (
            "an unknown write that is answered after all has taken effect by then",
            vec![put(1, "a"), Unknown(1), get(2), nothing(2), done(1), get(3), nothing(3)],
            Some(3),
        ),
        (
            "two equal unknown writes, of which one is answered (a find of the properties)",
            vec![
                put(1, "0"),
                Unknown(1),
                put(2, "0"),
                Unknown(2),
                done(1),
                add(3, 2),
                add(4, 2),
                get(5),
                value(5, "4"),
                done(2),
                get(6),
                value(6, "4"),
            ],
            None,
        ),
        ("what was refused was seen", vec![put(1, "a"), get(2), value(2, "a"), Never(1)], Some(1)),
        ("what was refused was not seen", vec![put(1, "a"), get(2), nothing(2), Never(1), get(3), nothing(3)], None),
        ("what was refused is seen later", vec![put(1, "a"), Never(1), get(2), value(2, "a")], Some(2)),
        (
            "an unknown increment counts once",
            vec![add(1, 1), Unknown(1), add(2, 1), sum(2, 2), add(3, 1), sum(3, 4)],
            Some(3),
        ),
    ]
}

#[test]
fn tricky_histories_are_judged_rightly_by_all_checks() {
    for (name, events, culprit) in reads().into_iter().chain(conditions()).chain(unknowns()) {
        let of = |place: u64| match &events[usize::try_from(place).unwrap() - 1] {
            Return(id, _) | Never(id) | Unknown(id) | Call(id, _) | Event::Apply(id, _) => *id,
        };
        assert_eq!(online(&events).1.map(of), culprit, "{name}");
        assert_eq!(is_linearizable(&operations(&events)), culprit.is_none(), "{name}");
        let refused = |id: u32| events.contains(&Never(id));
        let found = searched(&events).map(|witness| witness.culprit.0);
        assert!(found == culprit || found.is_some() && culprit.is_some_and(refused), "{name}: {found:?}");
    }
}

#[test]
fn a_witness_names_the_return_and_the_order_before_it() {
    let events = [put(1, "a"), done(1), put(2, "b"), get(3), value(3, "b"), get(4), value(4, "a"), done(2)];
    let witness = searched(&events).unwrap();
    assert_eq!((witness.culprit, witness.place, witness.start), (RequestId(4), 7, None));
    let order: Vec<_> = witness.order.iter().map(|placed| (placed.id.0, placed.after.as_deref())).collect();
    assert_eq!(order, [(1, Some("a")), (2, Some("b")), (3, Some("b"))]);
}

/// Others have seen what the culprit did: it is in the order, with what it would have had to return.
#[test]
fn a_witness_says_what_the_culprit_would_have_had_to_return() {
    let events = [swap(1, None, "a"), get(2), value(2, "a"), swapped(1, false)];
    let witness = searched(&events).unwrap();
    assert_eq!(witness.culprit, RequestId(1));
    assert_eq!(witness.order[0].output, KeyOutput::Swapped(true));
}

fn check(events: &[Event]) -> KeyCheck {
    let mut check = KeyCheck::default();
    events.iter().for_each(|event| tell(&mut check, event));
    check
}

#[test]
fn what_is_too_much_is_never_said_to_be_linearizable() {
    let nine: Vec<Event> = (1..=9).map(|id| put(id, "a")).collect();
    assert_eq!(check(&nine[..8]).verdict(), Verdict::Linearizable);
    assert_eq!(check(&nine).verdict(), Verdict::Inconclusive(Doubt::ManyLive { max: 8 }));
    assert!(check(&nine).has_ended());

    let unknown = |count: u32| (1..=count).flat_map(|id| [add(id, i64::from(id)), Unknown(id)]).collect::<Vec<_>>();
    assert_eq!(check(&unknown(56)).verdict(), Verdict::Linearizable);
    assert_eq!(check(&unknown(57)).verdict(), Verdict::Inconclusive(Doubt::ManyUnknown { max: 72 }));

    let set = |id: u32| swap(id, Some(&format!("{id}?")), &format!("{id}!"));
    let mut sets: Vec<Event> = (1..=56).flat_map(|id| [set(id), Unknown(id)]).chain((57..=63).map(set)).collect();
    assert_eq!(check(&sets).verdict(), Verdict::Linearizable);
    sets.push(set(64));
    assert_eq!(check(&sets).verdict(), Verdict::Inconclusive(Doubt::ManyValues { max: 128 }));
}

/// The oldest of very many unknown writes may happen any number of times, and that is said; nothing else may.
#[test]
fn loose_writes_are_no_violation_and_hide_none_but_their_own() {
    let mut events: Vec<Event> = (1..=60).flat_map(|id| [put(id, &id.to_string()), Unknown(id)]).collect();
    events.extend([get(101), value(101, "1"), get(102), value(102, "60"), get(103), value(103, "1")]);
    let before = check(&events);
    assert_eq!(before.verdict(), Verdict::Inconclusive(Doubt::LooseWrites { max: 56 }));
    assert!(!before.has_ended());
    events.extend([get(104), value(104, "60")]);
    assert_eq!(check(&events).verdict(), Verdict::Violated, "60 is told apart, and was there already");
}

use alloc::string::ToString;
use alloc::vec::Vec;

use super::*;

/// What an entry leads to, without what it borrows.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Opened(u64),
    Fresh,
    Duplicate(u64),
    Forgotten(u64),
    KeptAlive,
    Closed,
}
use Found::{Closed, Duplicate, Forgotten, Fresh, KeptAlive, Opened};

/// A state machine that answers every command with the index at which it was applied.
struct Machine {
    sessions: Sessions<u64>,
    index: u64,
}

impl Machine {
    fn new(sessions_max: u32, answers_max: u32, idle_max: Option<Duration>) -> Self {
        let number = |number| NonZeroU32::new(number).expect("not zero");
        let (sessions_max, answers_max) = (number(sessions_max), number(answers_max));
        Self { sessions: Sessions::new(SessionLimits { sessions_max, answers_max, idle_max }), index: 0 }
    }

    fn at(&mut self, seconds: u64, request: Request) -> Result<Found, SessionError> {
        self.index += 1;
        let envelope = Envelope { at: Instant::from_millis(seconds * 1_000), request };
        Ok(match self.sessions.apply(LogIndex(self.index), &envelope)? {
            Verdict::Opened(session) => Opened(session.0.0),
            Verdict::Fresh(unanswered) => {
                assert_eq!(*unanswered.answer(self.index), self.index);
                Fresh
            }
            Verdict::Duplicate(&answer) => Duplicate(answer),
            Verdict::Forgotten { answered_below } => Forgotten(answered_below.0),
            Verdict::KeptAlive => KeptAlive,
            Verdict::Closed => Closed,
        })
    }

    fn send(&mut self, request: Request) -> Result<Found, SessionError> {
        self.at(0, request)
    }
}

fn session(index: u64) -> SessionId {
    SessionId(LogIndex(index))
}

fn command(index: u64, sequence: u64, answered_below: u64) -> Request {
    let (sequence, answered_below) = (Sequence(sequence), Sequence(answered_below));
    Request::Command { session: session(index), sequence, answered_below, command: "x".into() }
}

fn keep_alive(index: u64) -> Request {
    Request::KeepAlive { session: session(index) }
}

fn not_open(index: u64) -> Result<Found, SessionError> {
    Err(SessionError::NotOpen { session: session(index) })
}

#[test]
fn a_command_is_applied_once_and_answered_as_often_as_it_comes_6_3() {
    let mut machine = Machine::new(8, 8, None);
    assert_eq!(machine.send(Request::Open), Ok(Opened(1)));
    assert_eq!(machine.send(command(1, 1, 1)), Ok(Fresh));
    assert_eq!(machine.send(command(1, 1, 1)), Ok(Duplicate(2)));
    assert_eq!(machine.send(command(1, 2, 2)), Ok(Fresh));
    assert_eq!(machine.send(command(1, 1, 1)), Ok(Forgotten(2)), "a copy that was under way for long");
    assert_eq!(machine.send(command(1, 2, 1)), Ok(Duplicate(4)), "what was said once is not taken back");
}

#[test]
fn commands_that_are_under_way_together_may_come_in_any_order_6_3() {
    let mut machine = Machine::new(8, 8, None);
    assert_eq!(machine.send(Request::Open), Ok(Opened(1)));
    assert_eq!(machine.send(command(1, 3, 1)), Ok(Fresh));
    assert_eq!(machine.send(command(1, 1, 1)), Ok(Fresh));
    assert_eq!(machine.send(command(1, 3, 1)), Ok(Duplicate(2)));
    assert_eq!(machine.send(command(1, 4, 3)), Ok(Fresh), "the client has the answers to 1 and 2");
    assert_eq!(machine.send(command(1, 2, 1)), Ok(Forgotten(3)), "or it has given up on 2");
    assert_eq!(machine.send(command(1, 3, 3)), Ok(Duplicate(2)));
}

#[test]
fn more_unanswered_commands_than_can_be_remembered_are_refused_and_nothing_is_forgotten() {
    let mut machine = Machine::new(8, 2, None);
    assert_eq!(machine.send(Request::Open), Ok(Opened(1)));
    assert_eq!(machine.send(command(1, 1, 1)), Ok(Fresh));
    assert_eq!(machine.send(command(1, 2, 1)), Ok(Fresh));
    let max = NonZeroU32::new(2).expect("not zero");
    let (sequence, answered_below) = (Sequence(3), Sequence(1));
    let refused = SessionError::TooManyUnanswered { session: session(1), sequence, answered_below, max };
    assert_eq!(machine.send(command(1, 3, 1)), Err(refused));
    assert_eq!(machine.send(command(1, 1, 1)), Ok(Duplicate(2)));
    assert_eq!(machine.send(command(1, 3, 2)), Ok(Fresh), "the client has the first answer now");
}

#[test]
fn the_session_that_was_not_used_for_longest_makes_room_6_3() {
    let mut machine = Machine::new(2, 2, None);
    assert_eq!(machine.send(Request::Open), Ok(Opened(1)));
    assert_eq!(machine.send(Request::Open), Ok(Opened(2)));
    assert_eq!(machine.send(keep_alive(1)), Ok(KeptAlive));
    assert_eq!(machine.send(Request::Open), Ok(Opened(4)));
    assert_eq!(machine.sessions.iter().collect::<Vec<_>>(), [session(1), session(4)]);
    assert_eq!(machine.send(command(2, 1, 1)), not_open(2));
    assert_eq!(machine.send(command(1, 1, 1)), Ok(Fresh));
}

#[test]
fn a_session_expires_by_the_time_of_the_log_which_never_goes_back_6_3() {
    let mut machine = Machine::new(8, 8, Some(Duration::from_secs(10)));
    assert_eq!(machine.at(100, Request::Open), Ok(Opened(1)));
    assert_eq!(machine.at(105, Request::Open), Ok(Opened(2)));
    assert_eq!(machine.at(110, keep_alive(1)), Ok(KeptAlive), "ten seconds are allowed");
    assert_eq!(machine.at(50, keep_alive(2)), Ok(KeptAlive), "a new leader, whose clock is behind");
    assert_eq!(machine.sessions.time(), Instant::from_millis(110_000));
    assert_eq!(machine.at(120, keep_alive(1)), Ok(KeptAlive));
    assert_eq!(machine.at(121, keep_alive(2)), not_open(2));
    assert_eq!(machine.at(0, keep_alive(1)), Ok(KeptAlive), "an entry that tells no time");
    assert_eq!(machine.sessions.len(), 1);
}

#[test]
fn a_session_that_is_closed_or_never_was_takes_nothing() {
    let mut machine = Machine::new(8, 8, None);
    assert_eq!(machine.send(Request::Open), Ok(Opened(1)));
    assert_eq!(machine.send(Request::Close { session: session(1) }), Ok(Closed));
    assert_eq!(machine.send(Request::Close { session: session(1) }), not_open(1));
    assert_eq!(machine.send(command(1, 1, 1)), not_open(1));
    assert_eq!(machine.send(keep_alive(9)), not_open(9));
    assert!(machine.sessions.is_empty());
}

#[test]
fn a_request_that_contradicts_itself_changes_no_answers() {
    let mut machine = Machine::new(8, 8, None);
    assert_eq!(machine.send(Request::Open), Ok(Opened(1)));
    assert_eq!(machine.send(command(1, 1, 1)), Ok(Fresh));
    let error = SessionError::AnsweredAhead { sequence: Sequence(2), answered_below: Sequence(3) };
    assert_eq!(machine.send(command(1, 2, 3)), Err(error));
    assert_eq!(machine.send(command(1, 1, 1)), Ok(Duplicate(2)));
}

#[test]
fn an_entry_that_is_applied_again_is_refused_and_changes_nothing() {
    let mut machine = Machine::new(8, 8, None);
    assert_eq!(machine.send(Request::Open), Ok(Opened(1)));
    let before = machine.sessions.clone();
    let (index, last) = (LogIndex(1), LogIndex(1));
    let refused = machine.sessions.apply(index, &Request::Open.into()).map(drop);
    assert_eq!(refused, Err(SessionError::NotAfter { index, last }));
    assert_eq!(machine.sessions, before);
}

#[test]
fn a_command_that_is_not_answered_stays_fresh() {
    let mut machine = Machine::new(8, 8, None);
    assert_eq!(machine.send(Request::Open), Ok(Opened(1)));
    let envelope = command(1, 1, 1).into();
    assert!(matches!(machine.sessions.apply(LogIndex(2), &envelope), Ok(Verdict::Fresh(_))));
    assert!(matches!(machine.sessions.apply(LogIndex(3), &envelope), Ok(Verdict::Fresh(_))));
}

/// A change here is a change of what logs and clients hold.
#[test]
fn the_bytes_of_requests_are_these() {
    let at = Instant::from_micros(300);
    let cases: [(Envelope, &[u8]); 5] = [
        (Request::Open.into(), &[0x10, 0]),
        (command(5, 2, 1).into(), &[0x11, 0, 5, 2, 1, b'x']),
        (Envelope { at, request: command(128, u64::MAX, 0) }, &{
            [0x11, 0xac, 0x02, 0x80, 0x01, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0, b'x']
        }),
        (Envelope { at, request: keep_alive(5) }, &[0x12, 0xac, 0x02, 5]),
        (Request::Close { session: session(127) }.into(), &[0x13, 0, 127]),
    ];
    for (envelope, bytes) in cases {
        assert_eq!(envelope.encode(), bytes, "{envelope:?}");
        assert_eq!(Envelope::decode(Bytes::copy_from_slice(bytes)), Ok(envelope));
    }
}

#[test]
fn other_bytes_are_refused_and_the_error_says_where() {
    use EnvelopeError::{Number, Short, Trailing, UnknownKind};
    let long = [0xff; 12];
    for (bytes, expected) in [
        (&[][..], Short { len: 0 }),
        (&[0x10][..], Short { len: 1 }),
        (&[0x11, 0, 5, 2][..], Short { len: 4 }),
        (&[0x0f, 0][..], UnknownKind { kind: 0x0f }),
        (&[0x14, 0][..], UnknownKind { kind: 0x14 }),
        (&[&[0x10][..], &long[..]].concat()[..], Number { at: 1 }),
        (&[0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2][..], Number { at: 1 }),
        (&[0x12, 0, 0x80, 0][..], Number { at: 2 }),
        (&[0x10, 0, 0][..], Trailing { end: 2, len: 3 }),
        (&[0x13, 0, 1, 9, 9][..], Trailing { end: 3, len: 5 }),
    ] {
        assert_eq!(Envelope::decode(Bytes::copy_from_slice(bytes)), Err(expected), "{bytes:?}: {expected}");
    }
}

#[test]
fn a_command_shares_the_memory_of_its_entry() {
    let bytes = Envelope::from(command(1, 1, 1)).encode();
    let Ok(Envelope { request: Request::Command { command, .. }, .. }) = Envelope::decode(bytes.clone()) else {
        panic!("it was encoded");
    };
    assert_eq!(command.as_ptr(), bytes[bytes.len() - 1..].as_ptr());
}

#[test]
fn errors_say_what_was_given_and_what_is_allowed() {
    let error = SessionError::AnsweredAhead { sequence: Sequence(2), answered_below: Sequence(3) };
    assert_eq!(error.to_string(), "command 2 says that the answers below 3 have arrived, its own too");
    let error = SessionError::NotOpen { session: session(7) };
    assert_eq!(error.to_string(), "session 7 is not open: it expired, was closed, or never was");
}

//! What became of a client's request, in words.

pub(crate) use raftarium_sim::story::asked;
use raftarium_sim::{Answer, KeyOutput, Request, RequestStatus};

/// How a request stands, for its mark and its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Waiting,
    Done,
    /// It was not done, and never will be.
    Refused,
    /// Nobody can know.
    Unknown,
}

impl Standing {
    pub(crate) const fn mark(self) -> &'static str {
        match self {
            Self::Waiting => "…",
            Self::Done => "✓",
            Self::Refused => "✗",
            Self::Unknown => "?",
        }
    }

    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

pub(crate) const fn standing(request: &Request) -> Standing {
    match &request.status {
        RequestStatus::Waiting => Standing::Waiting,
        RequestStatus::Unknown { .. } => Standing::Unknown,
        RequestStatus::Answered { answer, .. } => match answer {
            Answer::Committed { .. } | Answer::Read { .. } | Answer::Opened { .. } => Standing::Done,
            Answer::SessionEnded { .. } => Standing::Unknown,
            Answer::NotLeader { .. }
            | Answer::Busy { .. }
            | Answer::Down { .. }
            | Answer::Superseded { .. }
            | Answer::NoLeases { .. }
            | Answer::ReadFailed { .. } => Standing::Refused,
        },
    }
}

/// What was asked, and what the client was told, in short: `get x → 1`, `put x=1 ✓`.
pub(crate) fn heard(request: &Request) -> String {
    let asked = asked(&request.op);
    let result = match &request.status {
        RequestStatus::Answered { answer: Answer::Committed { result, .. } | Answer::Read { result, .. }, .. } => {
            Some(result).filter(|result| **result != KeyOutput::Done)
        }
        RequestStatus::Answered { .. } | RequestStatus::Waiting | RequestStatus::Unknown { .. } => None,
    };
    match result {
        Some(result) => format!("{asked} → {}", gave(result)),
        None => format!("{asked} {}", standing(request).mark()),
    }
}

/// What the client knows, in words.
pub(crate) fn status(request: &Request) -> String {
    match &request.status {
        RequestStatus::Waiting => format!("waiting for {}", request.server),
        RequestStatus::Unknown { .. } => "unknown: timed out".to_owned(),
        RequestStatus::Answered { answer, .. } => outcome(answer),
    }
}

/// What an answer says, in words.
pub(crate) fn outcome(answer: &Answer) -> String {
    match answer {
        Answer::Committed { entry, result: KeyOutput::Done } => format!("committed at {}", entry.index),
        Answer::Committed { entry, result } => format!("{}, committed at {}", gave(result), entry.index),
        Answer::Read { at, result, .. } => format!("{}, read at {at}", gave(result)),
        Answer::Opened { session, .. } => format!("{session} is open"),
        Answer::NoLeases { server } => format!("refused: {server} has no leases"),
        Answer::ReadFailed { server, .. } => format!("refused: {server} cannot tell whether its state is old"),
        Answer::SessionEnded { .. } => "unknown: the session is no more".to_owned(),
        Answer::NotLeader { leader: Some(leader), .. } => format!("refused: not leader ({leader} leads)"),
        Answer::NotLeader { leader: None, .. } => "refused: not leader, and knows of none".to_owned(),
        Answer::Busy { server } => format!("refused: {server} has too much to commit"),
        Answer::Down { server } => format!("refused: {server} is down"),
        Answer::Superseded { by, .. } => format!("superseded by term {by}: erased"),
    }
}

/// What an operation gave, in words.
fn gave(result: &KeyOutput) -> String {
    match result {
        KeyOutput::Value(None) => "no value".to_owned(),
        KeyOutput::Done
        | KeyOutput::Value(Some(_))
        | KeyOutput::Swapped(_)
        | KeyOutput::Number(_)
        | KeyOutput::NotANumber => result.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raftarium_sim::core::{EntryId, Instant, LogIndex, NodeId, Term};
    use raftarium_sim::{ClientId, Op};

    #[test]
    fn what_was_heard_is_short() {
        let get = Op::Get { key: "x".into() };
        let answered = |answer| RequestStatus::Answered { at: Instant::ZERO, answer };
        let read = |value: Option<&str>| {
            let result = KeyOutput::Value(value.map(Into::into));
            answered(Answer::Read { server: NodeId(1), at: LogIndex(6), result })
        };
        let cases = [
            (RequestStatus::Waiting, "get x …"),
            (RequestStatus::Unknown { at: Instant::ZERO }, "get x ?"),
            (answered(Answer::Down { server: NodeId(1) }), "get x ✗"),
            (read(Some("1")), "get x → 1"),
            (read(None), "get x → no value"),
        ];
        let mut timeline = crate::show::fixture::settled(1);
        timeline.dispatch(crate::show::fixture::request(ClientId(1), get)).expect("nobody waits");
        let request = timeline.view().requests.remove(0);
        for (status, words) in cases {
            assert_eq!(heard(&Request { status, ..request.clone() }), words);
        }
    }

    #[test]
    fn an_outcome_in_words() {
        let entry = EntryId::new(LogIndex(7), Term(2));
        let done = |result| Answer::Committed { entry, result };
        let read = |value: Option<&str>| KeyOutput::Value(value.map(Into::into));
        let cases = [
            (done(KeyOutput::Done), "committed at 7"),
            (done(read(Some("1"))), "1, committed at 7"),
            (done(read(None)), "no value, committed at 7"),
            (done(KeyOutput::Swapped(false)), "not as expected, committed at 7"),
            (Answer::Read { server: NodeId(1), at: LogIndex(6), result: read(Some("2")) }, "2, read at 6"),
            (Answer::NotLeader { server: NodeId(1), leader: Some(NodeId(3)) }, "refused: not leader (S3 leads)"),
            (Answer::Superseded { entry, by: Term(3) }, "superseded by term 3: erased"),
        ];
        for (answer, words) in cases {
            assert_eq!(outcome(&answer), words);
        }
    }
}

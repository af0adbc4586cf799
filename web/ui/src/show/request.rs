//! What became of a client's request, in words.

pub(crate) use raftarium_sim::story::asked;
use raftarium_sim::{Answer, Op, Request, RequestStatus};

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
        RequestStatus::Answered { answer: Answer::Committed { .. }, .. } => Standing::Done,
        RequestStatus::Answered {
            answer: Answer::NotLeader { .. } | Answer::Busy { .. } | Answer::Down { .. } | Answer::Superseded { .. },
            ..
        } => Standing::Refused,
    }
}

/// What the client knows, in words.
pub(crate) fn status(request: &Request) -> String {
    match &request.status {
        RequestStatus::Waiting => format!("waiting for {}", request.server),
        RequestStatus::Unknown { .. } => "unknown: timed out".to_owned(),
        RequestStatus::Answered { answer, .. } => outcome(&request.op, answer),
    }
}

/// What an answer says, in words.
pub(crate) fn outcome(op: &Op, answer: &Answer) -> String {
    match (answer, op) {
        (Answer::Committed { entry, .. }, Op::Put { .. }) => format!("committed at {}", entry.index),
        (Answer::Committed { entry, value: Some(value) }, Op::Get { .. }) => {
            format!("{value}, committed at {}", entry.index)
        }
        (Answer::Committed { entry, value: None }, Op::Get { .. }) => format!("no value, committed at {}", entry.index),
        (Answer::NotLeader { leader: Some(leader), .. }, _) => format!("refused: not leader ({leader} leads)"),
        (Answer::NotLeader { leader: None, .. }, _) => "refused: not leader, and knows of none".to_owned(),
        (Answer::Busy { server }, _) => format!("refused: {server} has too much to commit"),
        (Answer::Down { server }, _) => format!("refused: {server} is down"),
        (Answer::Superseded { by, .. }, _) => format!("superseded by term {by}: erased"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raftarium_sim::core::{EntryId, LogIndex, NodeId, Term};

    #[test]
    fn an_outcome_in_words() {
        let put = Op::Put { key: "x".into(), value: "1".into() };
        let get = Op::Get { key: "x".into() };
        let entry = EntryId::new(LogIndex(7), Term(2));
        let done = |value: Option<&str>| Answer::Committed { entry, value: value.map(Into::into) };
        let cases = [
            (&put, done(None), "committed at 7"),
            (&get, done(Some("1")), "1, committed at 7"),
            (&get, done(None), "no value, committed at 7"),
            (&put, Answer::NotLeader { server: NodeId(1), leader: Some(NodeId(3)) }, "refused: not leader (S3 leads)"),
            (&put, Answer::Superseded { entry, by: Term(3) }, "superseded by term 3: erased"),
        ];
        for (op, answer, words) in cases {
            assert_eq!(outcome(op, &answer), words);
        }
    }
}

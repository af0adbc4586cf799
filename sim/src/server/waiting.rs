//! The clients that wait for a server, and what they are told.

use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::sorted::Sorted;
use raftarium_core::{
    EntryId, ForwardId, Forwarded, LogIndex, NodeId, Outcome, ProposeError, Proposed, ReadError, ReadFailure, ReadId,
    Resolution, Term,
};

use crate::address::{Address, ClientId};
use crate::client::{Answer, RequestId};
use crate::environment::Environment;
use crate::kv::Kv;
use crate::linear::KeyOutput;
use crate::packet::Content;
use crate::trace::RecordId;

/// Whom a server tells what became of a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Waiting {
    server: NodeId,
    /// By the place of the proposal in the log.
    appended: Sorted<(LogIndex, Term), Who>,
    /// By the name of a proposal that the leader has not placed yet.
    forwarded: Sorted<ForwardId, Who>,
    /// The answers to what was applied while there were some of those: the leader's answer can come after the entry.
    answers: Sorted<(LogIndex, Term), Option<Answer>>,
    /// The reads that it is not sure yet whether they may be answered.
    reads: Sorted<ReadId, (Who, String)>,
}

/// A client, what it asked, and for which time.
pub(crate) type Who = (ClientId, RequestId, u32);

/// What a client is to be told.
pub(crate) struct PendingAnswer {
    who: Who,
    answer: Answer,
}

impl PendingAnswer {
    pub(crate) fn send(self, from: NodeId, environment: &mut Environment, cause: RecordId) {
        let (to, request, attempt) = self.who;
        let content = Content::Answer { request, attempt, answer: self.answer };
        environment.send(Address::Server(from), Address::Client(to), content, cause);
    }
}

impl Waiting {
    pub(crate) const fn new(server: NodeId) -> Self {
        Self { server, appended: Sorted::new(), forwarded: Sorted::new(), answers: Sorted::new(), reads: Sorted::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.appended.len() + self.forwarded.len() + self.answers.len() + self.reads.len()
    }

    /// A client's request was taken, or it is told at once why not.
    pub(crate) fn proposed(&mut self, who: Who, proposed: Result<Proposed, ProposeError>) -> Option<PendingAnswer> {
        match proposed {
            Ok(Proposed::Appended(id)) => {
                self.appended.insert((id.index, id.term), who);
                None
            }
            Ok(Proposed::Forwarded(id)) => {
                self.forwarded.insert(id, who);
                None
            }
            Err(error) => Some(self.refused(who, error)),
        }
    }

    /// The leader has said something about a proposal that was passed on to it, or said nothing in time.
    pub(crate) fn forward_ended(&mut self, id: ForwardId, end: Forwarded) -> Option<PendingAnswer> {
        let who = self.forwarded.remove(&id)?;
        let answer = match end {
            Forwarded::Appended(entry) => match self.answers.remove(&(entry.index, entry.term)) {
                Some(answer) => answer.map(|answer| PendingAnswer { who, answer }),
                None => {
                    self.appended.insert((entry.index, entry.term), who);
                    None
                }
            },
            Forwarded::Refused(error) => Some(self.refused(who, error)),
            // Nobody can tell the client; its patience will end.
            Forwarded::Unknown { .. } => None,
        };
        if self.forwarded.is_empty() {
            self.answers.clear();
        }
        answer
    }

    /// An entry was applied, and this is its answer, if it has one.
    pub(crate) fn applied(&mut self, entry: EntryId, answer: Option<Answer>) -> Option<PendingAnswer> {
        let place = (entry.index, entry.term);
        let Some(who) = self.appended.remove(&place) else {
            if !self.forwarded.is_empty() {
                self.answers.insert(place, answer);
            }
            return None;
        };
        answer.map(|answer| PendingAnswer { who, answer })
    }

    /// A client reads what there is.
    pub(crate) const fn read_now(&self, who: Who, at: LogIndex, result: KeyOutput) -> PendingAnswer {
        PendingAnswer { who, answer: Answer::Read { server: self.server, at, result } }
    }

    /// A client's read was taken, or it is told at once why not.
    pub(crate) fn reading(&mut self, who: Who, key: String, taken: Result<ReadId, ReadError>) -> Option<PendingAnswer> {
        let server = self.server;
        let answer = match taken {
            Ok(id) => {
                self.reads.insert(id, (who, key));
                return None;
            }
            Err(ReadError::NoLeases) => Answer::NoLeases { server },
            Err(ReadError::NoLeader | _) => Answer::NotLeader { server, leader: None },
        };
        Some(PendingAnswer { who, answer })
    }

    /// A read may be answered, or may not.
    pub(crate) fn read_ended(
        &mut self,
        id: ReadId,
        result: Result<(), ReadFailure>,
        at: LogIndex,
        kv: &Kv,
    ) -> Option<PendingAnswer> {
        let (who, key) = self.reads.remove(&id)?;
        Some(match result {
            Ok(()) => self.read_now(who, at, kv.read(&key)),
            Err(reason) => PendingAnswer { who, answer: Answer::ReadFailed { server: self.server, reason } },
        })
    }

    /// The fate of a run of proposals is known.
    pub(crate) fn resolved(&mut self, resolution: Resolution) -> Vec<PendingAnswer> {
        let Resolution { term, first, last, outcome } = resolution;
        let by = match outcome {
            // The client is told when the entry is applied: only then is there a result.
            Outcome::Committed => return Vec::new(),
            Outcome::Superseded { by } => by,
            Outcome::Unknown { .. } => {
                // Nobody can tell the client; its patience will end.
                self.appended.retain(|&(index, of), _| of != term || index < first || index > last);
                return Vec::new();
            }
        };
        let tell = |index: LogIndex| {
            let who = self.appended.remove(&(index, term))?;
            let entry = EntryId::new(index, term);
            Some(PendingAnswer { who, answer: Answer::Superseded { entry, by } })
        };
        (first.0..=last.0).map(LogIndex).filter_map(tell).collect()
    }

    fn refused(&self, who: Who, error: ProposeError) -> PendingAnswer {
        let server = self.server;
        let answer = match error {
            ProposeError::NotLeader { leader } => Answer::NotLeader { server, leader },
            ProposeError::Transferring { to } => Answer::NotLeader { server, leader: Some(to) },
            // It leads, and takes no more for the time being.
            ProposeError::TooMuchUncommitted { .. } | _ => Answer::Busy { server },
        };
        PendingAnswer { who, answer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raftarium_core::{Boot, UnknownReason};

    const WHO: Who = (ClientId(1), RequestId(7), 1);

    fn forward(sequence: u64) -> ForwardId {
        ForwardId { boot: Boot(1), sequence }
    }

    fn at(index: u64) -> EntryId {
        EntryId::new(LogIndex(index), Term(2))
    }

    fn forwarded() -> Waiting {
        let mut waiting = Waiting::new(NodeId(3));
        assert!(waiting.proposed(WHO, Ok(Proposed::Forwarded(forward(1)))).is_none());
        waiting
    }

    #[test]
    fn the_place_of_a_proposal_may_be_told_before_it_is_applied_or_after() {
        let committed =
            |value: &str| Some(Answer::Committed { entry: at(5), result: KeyOutput::Value(Some(value.into())) });
        let answer = |pending: Option<PendingAnswer>| pending.map(|pending| pending.answer);
        let mut waiting = forwarded();
        assert_eq!(answer(waiting.forward_ended(forward(1), Forwarded::Appended(at(5)))), None);
        assert_eq!(answer(waiting.applied(at(4), None)), None);
        assert_eq!(answer(waiting.applied(at(5), committed("before"))), committed("before"));

        let mut waiting = forwarded();
        assert_eq!(answer(waiting.applied(at(5), committed("after"))), None);
        assert_eq!(answer(waiting.applied(at(6), None)), None);
        assert_eq!(answer(waiting.forward_ended(forward(1), Forwarded::Appended(at(5)))), committed("after"));
        assert_eq!(waiting, Waiting::new(NodeId(3)), "nothing is kept");
    }

    #[test]
    fn what_the_leader_refuses_the_client_learns_and_what_nobody_knows_it_does_not() {
        let refused = Forwarded::Refused(ProposeError::NotLeader { leader: Some(NodeId(2)) });
        let told = forwarded().forward_ended(forward(1), refused).map(|pending| pending.answer);
        assert_eq!(told, Some(Answer::NotLeader { server: NodeId(3), leader: Some(NodeId(2)) }));
        let unknown = Forwarded::Unknown { reason: UnknownReason::TimedOut };
        let mut waiting = forwarded();
        assert!(waiting.forward_ended(forward(1), unknown).is_none());
        assert_eq!(waiting, Waiting::new(NodeId(3)));
    }
}

//! Proposals, and followers that pass them on to their leader (§8; §6.2 of the dissertation).
//!
//! A follower that has passed a proposal on waits for the leader to say where it is. From then on it watches its own
//! log, as the leader does, and needs no further answer. A leader looks at each of them once, however often the network
//! delivers it, and says what it decided: so "refused" means that the command is in no log, and a command is in at most
//! one place.

use alloc::collections::VecDeque;

use crate::command::CommandBytes;
use crate::event::Event;
use crate::log::Payload;
use crate::message::{Body, ProposalReply, ProposalRequest};
use crate::node::Node;
use crate::outcome::{ForwardId, Forwarded, Proposed, UnknownReason};
use crate::refusal::ProposeError;
use crate::rejection::Rejection;
use crate::role::{Follower, State, Wait};
use crate::sorted::Sorted;
use crate::time::Instant;
use crate::types::{Boot, EntryId, LogIndex, NodeId, Term};

/// The proposals that this server has passed on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Forwards {
    next: u64,
    /// Not answered yet, oldest first; all of them in the current term.
    open: VecDeque<(ForwardId, Wait)>,
    ended: VecDeque<(ForwardId, Forwarded)>,
}

impl Forwards {
    pub(crate) fn deadline(&self) -> Option<Wait> {
        self.open.front().map(|&(_, wait)| wait)
    }

    pub(crate) fn pop_ended(&mut self) -> Option<(ForwardId, Forwarded)> {
        self.ended.pop_front()
    }

    /// The leader did not answer in time.
    pub(crate) fn give_up(&mut self, now: Instant) {
        while let Some(&(id, _)) = self.open.front().filter(|(_, wait)| wait.at <= now) {
            self.open.pop_front();
            self.ended.push_back((id, Forwarded::Unknown { reason: UnknownReason::TimedOut }));
        }
    }

    /// The term is over, and nothing that its leader says will be heard.
    pub(crate) fn leader_lost(&mut self) {
        let end = Forwarded::Unknown { reason: UnknownReason::LeaderLost };
        self.ended.extend(self.open.drain(..).map(|(id, _)| (id, end)));
    }
}

/// Which proposals a leader has seen that others passed on to it in its term.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct PassedOn {
    seen: Sorted<NodeId, Seen>,
}

/// The last proposals of one server: the greatest number, and which of those just below it have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Seen {
    boot: Boot,
    greatest: u64,
    /// The bit `n` is for the number that is less than the greatest by `n`.
    bits: u64,
}

impl PassedOn {
    /// Whether it is certain that `id` of `from` comes for the first time. Of what comes later than 64 others that were
    /// sent after it, or after a restart of the sender, that is not known any more.
    fn is_first(&mut self, from: NodeId, id: ForwardId) -> bool {
        let ForwardId { boot, sequence } = id;
        let fresh = Seen { boot, greatest: sequence, bits: 0 };
        let seen = self.seen.entry(from).or_insert(fresh);
        if boot > seen.boot {
            *seen = fresh;
        }
        if boot < seen.boot {
            return false;
        }
        if let Some(ahead) = sequence.checked_sub(seen.greatest) {
            let shift = |ahead| u32::try_from(ahead).ok().and_then(|ahead| seen.bits.checked_shl(ahead));
            seen.bits = shift(ahead).unwrap_or(0);
            seen.greatest = sequence;
        }
        let behind = u32::try_from(seen.greatest - sequence).ok();
        let Some(bit) = behind.and_then(|behind| 1_u64.checked_shl(behind)) else { return false };
        let first = seen.bits & bit == 0;
        seen.bits |= bit;
        first
    }
}

impl Node {
    /// Asks that `command` be appended to the log (§5.3). A leader says where it is; what becomes of it comes as
    /// [`Output::Proposals`](crate::Output::Proposals).
    ///
    /// A follower that knows the leader passes it on, if [`forward_proposals`](crate::Settings::forward_proposals) is
    /// on. What the leader says, or that it says nothing in time, comes as
    /// [`Output::Forwarded`](crate::Output::Forwarded); if it was appended, what becomes of it then comes as
    /// `Output::Proposals` here, too.
    ///
    /// # Errors
    ///
    /// If this server does not lead and cannot pass it on, hands over, or has too much that is not committed; then
    /// nothing has changed, and the command is in no log.
    pub fn propose(&mut self, now: Instant, command: CommandBytes) -> Result<Proposed, ProposeError> {
        match &self.state {
            State::Follower(Follower { leader: Some(leader), .. }) if self.config.settings().forward_proposals => {
                let leader = *leader;
                self.advance(now);
                Ok(Proposed::Forwarded(self.forward(leader, command)))
            }
            State::Follower(_) | State::PreCandidate(_) | State::Candidate(_) | State::Leader(_) => {
                self.check_proposal(&command)?;
                self.advance(now);
                let id = self.append_as_leader(Payload::Command(command));
                self.proposals.accepted(id);
                Ok(Proposed::Appended(id))
            }
        }
    }

    /// Whether this server takes a proposal, its own or another's.
    fn check_proposal(&self, command: &CommandBytes) -> Result<(), ProposeError> {
        let State::Leader(leader) = &self.state else {
            return Err(ProposeError::NotLeader { leader: self.leader() });
        };
        if let Some(transfer) = leader.transfer {
            return Err(ProposeError::Transferring { to: transfer.to });
        }
        let max = self.config.settings().max_uncommitted_bytes;
        let (bytes, given) = (leader.uncommitted_bytes, u64::try_from(command.len()).unwrap_or(u64::MAX));
        if bytes > 0 && bytes.saturating_add(given) > max {
            return Err(ProposeError::TooMuchUncommitted { bytes, given, max });
        }
        Ok(())
    }

    fn forward(&mut self, leader: NodeId, command: CommandBytes) -> ForwardId {
        self.forwards.next += 1;
        let id = ForwardId { boot: self.durability.boot(), sequence: self.forwards.next };
        let wait = Wait::new(self.now, self.config.settings().election_timeout_min);
        self.forwards.open.push_back((id, wait));
        let after = self.durability.after_hard_state();
        self.send(leader, Body::ProposalRequest(ProposalRequest { id, command }), after);
        self.emit(|| Event::ProposalForwarded { to: leader });
        id
    }

    pub(crate) fn on_proposal_request(&mut self, from: NodeId, term: Term, request: ProposalRequest) {
        let ProposalRequest { id, command } = request;
        let (current, member) = (term == self.term, self.membership().has(from));
        let result = match &mut self.state {
            State::Leader(leader) if current => {
                // A name that is not a member's is not remembered, so it is not answered either.
                if !member || !leader.passed_on.is_first(from, id) {
                    return self.emit(|| Event::StaleIgnored { from, term });
                }
                let checked = self.check_proposal(&command);
                checked.map(|()| self.append_as_leader(Payload::Command(command)))
            }
            State::Follower(_) | State::PreCandidate(_) | State::Candidate(_) | State::Leader(_) => {
                if current && self.vote == Some(self.id) {
                    // It may have led in this term, and taken the command then: it cannot say that it is in no log.
                    return self.emit(|| Event::StaleIgnored { from, term });
                }
                // It is never passed on twice, so it cannot go in circles.
                Err(ProposeError::NotLeader { leader: self.leader() })
            }
        };
        let after = self.durability.after_hard_state();
        self.send(from, Body::ProposalReply(ProposalReply { id, result }), after);
    }

    pub(crate) fn on_proposal_reply(&mut self, from: NodeId, term: Term, reply: &ProposalReply) {
        let position = self.forwards.open.iter().position(|&(id, _)| id == reply.id);
        let Some(position) = position.filter(|_| term == self.term) else {
            return self.emit(|| Event::StaleIgnored { from, term });
        };
        self.forwards.open.remove(position);
        let end = match reply.result {
            Ok(id) => {
                self.proposals.accepted(id);
                Forwarded::Appended(id)
            }
            Err(error) => Forwarded::Refused(error),
        };
        self.forwards.ended.push_back((reply.id, end));
    }

    /// A leader appends in its own term, and nowhere else.
    pub(crate) fn check_proposal_reply(term: Term, reply: &ProposalReply) -> Result<(), Rejection> {
        match reply.result {
            Ok(EntryId { index, .. }) if index > LogIndex::MAX => Err(Rejection::OutOfRange),
            Ok(id) if id.term != term || !id.is_possible() => Err(Rejection::MalformedEntries { at: id }),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_first_once_in_whatever_order_they_come() {
        let mut passed_on = PassedOn::default();
        let mut first = |boot, sequence| passed_on.is_first(NodeId(1), ForwardId { boot: Boot(boot), sequence });
        for (boot, sequence, expected) in [
            (1, 3, true),
            (1, 3, false),
            (1, 1, true),
            (1, 1, false),
            (1, 66, true),
            (1, 3, false),
            (1, 4, true),
            (1, 2, false),
            (1, 66, false),
            (1, u64::MAX, true),
            (1, u64::MAX - 63, true),
            (1, u64::MAX - 64, false),
            (2, 1, true),
            (2, 1, false),
            (1, 67, false),
            (2, 0, true),
        ] {
            assert_eq!(first(boot, sequence), expected, "{sequence} of life {boot}");
        }
    }
}

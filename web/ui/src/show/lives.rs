//! What each server was when: read once from the trace, as it grows.

use raftarium_sim::core::{Event, Instant, NodeId, Role, Term};
use raftarium_sim::{Command, Happening, Record, RecordId};

/// What a server is from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Phase {
    pub(crate) record: RecordId,
    pub(crate) at: Instant,
    pub(crate) server: NodeId,
    /// None while it is down.
    pub(crate) role: Option<Role>,
    pub(crate) paused: bool,
    pub(crate) term: Term,
}

/// All phases of all servers, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Lives {
    phases: Vec<Phase>,
}

impl Lives {
    /// Reads a record, which comes after those that it has read.
    pub(crate) fn read(&mut self, record: &Record) {
        let Some((server, change)) = change(&record.what) else { return };
        let was = self.now(server);
        let start = Phase {
            record: record.id,
            at: record.at,
            server,
            role: None,
            paused: was.is_some_and(|was| was.paused),
            term: was.map_or(Term(0), |was| was.term),
        };
        let role = was.and_then(|was| was.role);
        let next = match change {
            Change::Role(role, term) => Phase { role: Some(role), term: term.unwrap_or(start.term), ..start },
            Change::Term(term) => Phase { role, term, ..start },
            Change::Down => Phase { role: None, paused: false, ..start },
            Change::Paused(paused) => Phase { role, paused, ..start },
        };
        let same = |was: Phase| (was.role, was.paused, was.term) == (next.role, next.paused, next.term);
        if !was.is_some_and(same) {
            self.phases.push(next);
        }
    }

    /// Whether the record says what a server is.
    pub(crate) fn cares(record: &Record) -> bool {
        change(&record.what).is_some()
    }

    /// Forgets what comes from records after the first so many.
    pub(crate) fn forget_after(&mut self, limit: RecordId) {
        self.phases.truncate(self.phases.partition_point(|phase| phase.record < limit));
    }

    /// The phases of a server that are seen between two moments: the first of them may begin earlier.
    pub(crate) fn between(&self, server: NodeId, from: Instant, to: Instant) -> Vec<Phase> {
        let before = self.phases.partition_point(|phase| phase.at <= from);
        let until = self.phases.partition_point(|phase| phase.at <= to);
        let of = |phase: &&Phase| phase.server == server;
        let first = self.phases[..before].iter().rev().find(of);
        first.into_iter().chain(self.phases[before..until].iter().filter(of)).copied().collect()
    }

    fn now(&self, server: NodeId) -> Option<Phase> {
        self.phases.iter().rev().find(|phase| phase.server == server).copied()
    }
}

enum Change {
    Role(Role, Option<Term>),
    Term(Term),
    Down,
    Paused(bool),
}

fn change(what: &Happening) -> Option<(NodeId, Change)> {
    match what {
        Happening::Started { server, hard_state, .. } => {
            Some((*server, Change::Role(Role::Follower, Some(hard_state.term))))
        }
        Happening::Crashed { server, .. }
        | Happening::StartRefused { server, .. }
        | Happening::StartImpossible { server, .. }
        | Happening::DiskFull { server } => Some((*server, Change::Down)),
        Happening::Commanded(Command::Pause { server }) => Some((*server, Change::Paused(true))),
        Happening::Commanded(Command::Resume { server }) => Some((*server, Change::Paused(false))),
        Happening::Node { server, event } => {
            let change = match event {
                Event::TermAdvanced { to, .. } => Change::Role(Role::Follower, Some(*to)),
                Event::PreVoteStarted { .. } => Change::Role(Role::PreCandidate, None),
                Event::ElectionStarted { term, .. } => Change::Role(Role::Candidate, Some(*term)),
                Event::BecameLeader { term } => Change::Role(Role::Leader, Some(*term)),
                Event::SteppedDown { term, .. } | Event::LeaderFound { term, .. } => {
                    Change::Role(Role::Follower, Some(*term))
                }
                Event::VoteGranted { term, .. } => Change::Term(*term),
                Event::PreVoteGranted { .. }
                | Event::VoteIgnored { .. }
                | Event::LeaderForgotten { .. }
                | Event::VoteRefused { .. }
                | Event::VoteCounted { .. }
                | Event::Appended { .. }
                | Event::Truncated { .. }
                | Event::AppendRefused { .. }
                | Event::Matched { .. }
                | Event::BackedUp { .. }
                | Event::Committed { .. }
                | Event::Compacted { .. }
                | Event::SnapshotInstalled { .. }
                | Event::MembershipChanged { .. }
                | Event::TransferStarted { .. }
                | Event::TransferEnded { .. }
                | Event::StaleIgnored { .. }
                | Event::PreVoteCounted { .. }
                | Event::ProposalForwarded { .. }
                | Event::SnapshotRequested { .. }
                | Event::PeerLostData { .. } => return None,
            };
            Some((*server, change))
        }
        Happening::Commanded(_)
        | Happening::CommandRefused { .. }
        | Happening::TornWriteDropped { .. }
        | Happening::Sent { .. }
        | Happening::Delivered { .. }
        | Happening::Lost { .. }
        | Happening::Doubled { .. }
        | Happening::Rejected { .. }
        | Happening::TimerFired { .. }
        | Happening::WriteBegan { .. }
        | Happening::WriteDurable { .. }
        | Happening::SnapshotBegan { .. }
        | Happening::SnapshotDurable { .. }
        | Happening::Applied { .. }
        | Happening::TimedOut { .. }
        | Happening::Asked { .. }
        | Happening::Retried { .. }
        | Happening::SessionOpened { .. }
        | Happening::Answered { .. }
        | Happening::Violated(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use crate::show::names::leader;

    fn read(timeline: &raftarium_sim::Timeline) -> Lives {
        let mut lives = Lives::default();
        timeline.all_records().iter().for_each(|record| lives.read(record));
        lives
    }

    #[test]
    fn a_life_says_what_the_world_says() {
        let mut timeline = fixture::settled(5);
        let crashed = leader(&timeline.view()).expect("a leader after a second").id;
        timeline.dispatch(Command::Crash { server: crashed }).expect("it runs");
        for paused in [false, true] {
            if paused {
                let next = leader(&timeline.view()).expect("another leader").id;
                timeline.dispatch(Command::Pause { server: next }).expect("it runs");
            }
            for _ in 0..20 {
                timeline.seek(Instant::from_micros(timeline.now().as_micros() + 50_000));
                let (lives, now) = (read(&timeline), timeline.now());
                for server in &timeline.view().servers {
                    let phase = *lives.between(server.id, now, now).last().expect("it has started");
                    let said = (phase.role, phase.paused, phase.term);
                    assert_eq!(said, (server.role, server.paused, server.term), "{} at {now:?}", server.id);
                }
            }
        }
    }

    #[test]
    fn what_did_not_happen_is_forgotten() {
        let timeline = fixture::settled(3);
        let whole = read(&timeline);
        let mut lives = whole.clone();
        lives.forget_after(RecordId(5));
        assert!(lives.phases.iter().all(|phase| phase.record < RecordId(5)) && lives != whole);
        timeline.all_records()[5..].iter().for_each(|record| lives.read(record));
        assert_eq!(lives, whole);
    }
}

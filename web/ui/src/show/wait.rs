//! What runs down beside a server: the time until it acts by itself, and a leader's lease.

use std::time::Duration;

use raftarium_sim::ServerView;
use raftarium_sim::core::{Instant, Role, Timer};

/// How an arc is measured: a whole one has this length.
pub(crate) const WHOLE: u64 = 1_000;

/// How finely a wait is said, in milliseconds: numbers that change with every frame are not read, and cost one.
const STEP_MS: u64 = 5;

/// What a server waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) timer: Timer,
    /// How much is left of it, of [`WHOLE`].
    pub(crate) left: u64,
    /// `election in 135 ms`.
    pub(crate) words: String,
}

/// What `server` waits for at `now`; nothing if it is down.
pub(crate) fn wait(server: &ServerView, now: Instant) -> Option<Wait> {
    let deadline = server.deadline?;
    let left = part(deadline.at.since(now), deadline.at.since(deadline.since));
    let steps = micros(deadline.at.since(now)).div_ceil(1_000 * STEP_MS);
    let (reason, ms) = (reason(deadline.timer, server.role), steps * STEP_MS);
    let words = match ms {
        // What is paused does nothing, however late it is.
        _ if server.paused => "paused".to_owned(),
        ..10_000 => format!("{reason} in {ms} ms"),
        _ => format!("{reason} in {} s", ms.div_ceil(1_000)),
    };
    Some(Wait { timer: deadline.timer, left, words })
}

/// What happens when the time is over.
const fn reason(timer: Timer, role: Option<Role>) -> &'static str {
    match (timer, role) {
        (Timer::Election, Some(Role::Candidate)) => "next try",
        (Timer::Election, Some(Role::PreCandidate)) => "asks again",
        (Timer::Election, Some(Role::Follower | Role::Leader) | None) => "election",
        (Timer::Heartbeat, _) => "heartbeat",
        (Timer::CheckQuorum, _) => "looks for majority",
        (Timer::Read, _) => "gives up read",
        (Timer::Transfer, _) => "ends handover",
        (Timer::Forward, _) => "gives up proposal",
    }
}

/// The class of an arc: each reason has its own stroke.
pub(crate) const fn class(timer: Timer) -> &'static str {
    match timer {
        Timer::Election => "timer election",
        Timer::Heartbeat => "timer heartbeat",
        Timer::CheckQuorum => "timer check",
        Timer::Read | Timer::Transfer | Timer::Forward => "timer other",
    }
}

/// How much is left of a leader's lease at `now`, of [`WHOLE`], if it has one; `longest` is as long as a lease can be.
pub(crate) fn lease(server: &ServerView, now: Instant, longest: Duration) -> Option<u64> {
    Some(part(server.lease?.since(now), longest)).filter(|left| *left > 0)
}

fn part(left: Duration, whole: Duration) -> u64 {
    let whole = micros(whole).max(1);
    micros(left).min(whole).saturating_mul(WHOLE) / whole
}

/// Moments have no more of them than that holds; and to write numbers of more digits takes code of its own.
fn micros(time: Duration) -> u64 {
    time.as_micros() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::{fixture, names};
    use raftarium_sim::{Setup, Timeline};

    #[test]
    fn a_wait_runs_down_and_says_what_for() {
        let view = fixture::view(3);
        let server = &view.servers[0];
        let deadline = server.deadline.expect("it waits for a leader");
        let whole = deadline.at.since(deadline.since).as_millis().next_multiple_of(STEP_MS.into());
        let wait_at = |now| wait(server, now).expect("it runs");
        let begun = Wait { timer: Timer::Election, left: WHOLE, words: format!("election in {whole} ms") };
        assert_eq!(wait_at(Instant::ZERO), Wait { words: wait_at(Instant::ZERO).words, ..begun });
        assert!(wait_at(Instant::ZERO).words.starts_with("election in "));
        assert_eq!((wait_at(deadline.at).left, wait_at(deadline.at).words.as_str()), (0, "election in 0 ms"));
    }

    #[test]
    fn what_is_paused_waits_for_nothing() {
        let mut timeline = fixture::settled(3);
        timeline.dispatch(raftarium_sim::Command::Pause { server: raftarium_sim::core::NodeId(2) }).expect("it runs");
        timeline.seek(Instant::from_millis(3_000));
        let view = timeline.view();
        assert_eq!(wait(&view.servers[1], view.now).expect("its timer is there").words, "paused");
    }

    #[test]
    fn only_a_leader_with_leases_has_one() {
        let mut setup = Setup { servers: 3, ..Setup::default() };
        (setup.raft.leader_stickiness, setup.raft.leases) = (true, true);
        let longest = setup.raft.election_timeout_min;
        let mut timeline = Timeline::new(setup).expect("leases go with stickiness");
        timeline.seek(Instant::from_millis(2_000));
        let view = timeline.view();
        let leader = names::leader(&view).expect("a leader after two seconds");
        let left = lease(leader, view.now, longest).expect("a majority has answered");
        assert!((1..=WHOLE).contains(&left), "{left}");
        assert_eq!(lease(leader, view.now + longest, longest), None);
        assert!(view.servers.iter().filter(|server| server.id != leader.id).all(|server| server.lease.is_none()));
    }
}

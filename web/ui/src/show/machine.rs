//! The state machines, side by side.

use std::collections::BTreeSet;

use raftarium_sim::core::{LogIndex, NodeId};
use raftarium_sim::{PairView, ServerView, View};

use super::names;

/// All state machines: a row for each server, a column for each key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Machines {
    pub(crate) keys: Vec<String>,
    pub(crate) rows: Vec<Machine>,
}

/// One server's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) id: NodeId,
    pub(crate) role: &'static str,
    /// None while it is down: it has no state then.
    pub(crate) state: Option<MachineState>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MachineState {
    pub(crate) applied: LogIndex,
    /// The fingerprint of all keys and values.
    pub(crate) hash: String,
    /// Whether another server has applied as much, and has another state: no correct server has that.
    pub(crate) diverged: bool,
    /// The value of each key; and whether it is another one than on the server that has applied most.
    pub(crate) values: Vec<(Option<String>, bool)>,
}

impl Machines {
    pub(crate) fn of(view: &View) -> Self {
        let up = || view.servers.iter().filter(|server| server.role.is_some());
        let keys: BTreeSet<&str> = up().flat_map(|server| server.state.iter().map(|pair| pair.key.as_str())).collect();
        let latest = up().max_by_key(|server| server.applied);
        let row = |server: &ServerView| {
            let value = |of: &ServerView, key: &str| {
                of.state.iter().find(|pair| pair.key == key).map(|pair| pair.value.clone())
            };
            let state = server.role.map(|_| MachineState {
                applied: server.applied,
                hash: format!("{:08x}", hash(&server.state)),
                diverged: up().any(|other| other.applied == server.applied && other.state != server.state),
                values: keys
                    .iter()
                    .map(|key| {
                        let own = value(server, key);
                        let differs = latest.is_some_and(|latest| value(latest, key) != own);
                        (own, differs)
                    })
                    .collect(),
            });
            Machine { id: server.id, role: names::role(server), state }
        };
        let rows = view.servers.iter().map(row).collect();
        Self { keys: keys.into_iter().map(Into::into).collect(), rows }
    }
}

/// FNV-1a over keys and values, each closed by a byte that no text has.
fn hash(pairs: &[PairView]) -> u32 {
    let texts = pairs.iter().flat_map(|pair| [&pair.key, &pair.value]);
    let bytes = texts.flat_map(|text| text.bytes().chain([0xff]));
    bytes.fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use raftarium_sim::core::Instant;
    use raftarium_sim::{ClientId, Command, Op};

    fn after_a_put() -> raftarium_sim::Timeline {
        let mut timeline = fixture::settled(3);
        let op = Op::Put { key: "x".into(), value: "1".into() };
        timeline.dispatch(fixture::request(ClientId(1), op)).expect("nobody waits");
        timeline
    }

    #[test]
    fn states_that_lag_differ_and_then_agree() {
        let mut timeline = after_a_put();
        let state = |machines: &Machines| -> Vec<MachineState> {
            machines.rows.iter().filter_map(|row| row.state.clone()).collect()
        };
        let mut lagged = false;
        for _ in 0..200 {
            timeline.step_forward();
            let machines = Machines::of(&timeline.view());
            let states = state(&machines);
            assert!(states.iter().all(|state| !state.diverged));
            lagged |= machines.keys == ["x"] && states.iter().any(|state| state.values == [(None, true)]);
        }
        assert!(lagged, "the leader applies first");
        timeline.seek(Instant::from_millis(1_500));
        let states = state(&Machines::of(&timeline.view()));
        assert!(states.iter().all(|state| state.values == [(Some("1".to_owned()), false)]), "{states:?}");
        assert!(states.windows(2).all(|pair| pair[0].hash == pair[1].hash));
    }

    #[test]
    fn a_server_that_is_down_has_no_state_and_another_state_is_told() {
        let mut timeline = after_a_put();
        timeline.seek(Instant::from_millis(1_500));
        timeline.dispatch(Command::Crash { server: NodeId(2) }).expect("it runs");
        let mut view = timeline.view();
        assert_eq!(Machines::of(&view).rows[1].state, None);
        view.servers[2].state[0].value = "2".into();
        let diverged = |machines: Machines| -> Vec<bool> {
            machines.rows.iter().filter_map(|row| row.state.as_ref()).map(|state| state.diverged).collect()
        };
        assert_eq!(diverged(Machines::of(&view)), [true, true]);
    }

    #[test]
    fn what_is_next_to_each_other_is_told_apart() {
        let pair = |key: &str, value: &str| PairView { key: key.into(), value: value.into() };
        let all = [vec![], vec![pair("a", "bc")], vec![pair("ab", "c")], vec![pair("a", "b"), pair("c", "")]];
        let hashes: BTreeSet<u32> = all.iter().map(|pairs| hash(pairs)).collect();
        assert_eq!(hashes.len(), all.len());
    }
}

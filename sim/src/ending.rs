//! How the faults of a run end: a majority can work together again, and whoever is not of it is out of the way.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::ToString;
use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::{Instant, NodeId};
use serde::{Deserialize, Serialize};

use crate::address::ClientId;
use crate::command::{Command, Timed};
use crate::disk::DiskSettings;
use crate::kv::Op;
use crate::network::LinkSettings;
use crate::setup::Setup;

/// Within how many of the longest elections a majority whose faults have ended must have a leader, answer a request, and
/// have applied it everywhere. An election takes a timeout, and two writes: of the candidate's term, and of the votes.
/// With disks that are hardly faster than the timeouts, many of them fail (§5.6; a swarm found it, seed 15913). Whoever
/// is behind then may go on catching up, as long as it comes nearer in each half of that time: a new server that is sent
/// one entry at a time has a long way (profile `broken-disks`, seed 1450).
pub const RECOVERY_TIMEOUTS: u32 = 40;
/// How often somebody asks for something meanwhile.
const PROBE_INTERVAL: Duration = Duration::from_millis(200);
/// For how many of these a client waits for an answer at most, sometimes for less.
const PROBES_WAIT: usize = 10;

/// How the faults end.
///
/// Whoever is not of the core crashes or is cut off, both ways: a server that can still send to the core, and hears
/// nothing from it, may depose its leaders for ever, unless CheckQuorum and PreVote are on. Where they are, one of the
/// others may stay a nuisance: half cut off, or with a disk that stands still. The core must do without it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// When.
    pub at: Instant,
    /// The servers that can work together from then on: a majority.
    pub core: Vec<NodeId>,
    /// Those of the others that crash. The rest is cut off.
    pub crashed: Vec<NodeId>,
    /// What still gets through to and from those that are cut off: from whom, to whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<(NodeId, NodeId)>,
    /// Those that are not cut off, and whose disks stand still.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stalled: Vec<NodeId>,
}

impl Ending {
    /// When everything must be there.
    #[must_use]
    pub fn deadline(&self, setup: &Setup) -> Instant {
        let raft = &setup.raft;
        let spread = raft.election_timeout_max.saturating_sub(raft.election_timeout_min);
        let backed_off = spread.saturating_mul(1 << raft.backoff_doublings_max.min(31));
        let writes = setup.disk.write_max.saturating_mul(2);
        let longest = raft.election_timeout_min.saturating_add(backed_off).saturating_add(writes);
        self.at + longest.saturating_mul(RECOVERY_TIMEOUTS)
    }

    /// What brings it about in a run with these commands before it, and asks for something until the deadline.
    #[must_use]
    pub fn commands(&self, setup: &Setup, before: &[Timed]) -> Vec<Timed> {
        let mut commands = Vec::new();
        if setup.servers > 1 {
            commands.push(Command::HealAll);
            commands.push(Command::SetAllLinks { settings: LinkSettings::default() });
            commands.extend(mends(before));
        }
        commands.extend(repairs(setup, before));
        let is_attached = |server| self.attached.iter().any(|&(from, to)| from == server || to == server);
        for server in (1..=servers_after(setup, before)).map(NodeId) {
            if is_attached(server) && !self.core.contains(&server) {
                commands.push(Command::Restart { server });
            }
            commands.push(if self.core.contains(&server) || self.stalled.contains(&server) {
                Command::Restart { server }
            } else if self.crashed.contains(&server) {
                Command::Crash { server }
            } else {
                Command::Isolate { server }
            });
        }
        let attached = self.attached.iter().filter(|(from, to)| from != to);
        commands.extend(attached.map(|&(from, to)| Command::Heal { from, to, both: false }));
        let stalled = DiskSettings { stalled: true, ..setup.disk };
        commands.extend(self.stalled.iter().map(|&server| Command::SetDisk { server, settings: stalled }));
        let at = self.at;
        let mends = commands.into_iter().map(|command| Timed { at, command });
        mends.chain(self.probes(setup)).collect()
    }

    /// The same with so many servers only; then more of them may belong to the core, or it could not come together.
    pub(crate) fn only_servers(&mut self, servers: u32) {
        let known = |server: &NodeId| server.0 <= servers.into();
        let majority = usize::try_from(servers / 2 + 1).unwrap_or(usize::MAX);
        self.core.retain(known);
        let others = (1..=u64::from(servers)).map(NodeId).filter(|id| !self.core.contains(id));
        let more: Vec<NodeId> = others.take(majority.saturating_sub(self.core.len())).collect();
        self.core.extend(more);
        self.core.sort_unstable();
        let outside = |server: &NodeId| known(server) && !self.core.contains(server);
        self.crashed.retain(outside);
        self.stalled.retain(outside);
        self.attached
            .retain(|(from, to)| known(from) && known(to) && (self.core.contains(from) != self.core.contains(to)));
        // Who reaches a majority both ways may lead it.
        let both_ways = self.attached.iter().filter(|(from, to)| self.attached.contains(&(*to, *from))).count() / 2;
        if both_ways + 1 >= majority {
            self.attached.clear();
        }
    }

    /// All clients ask every server of the core in turn, whatever they believe about who leads: one may believe in a server
    /// that is cut off, and not know it. From time to time they give up: one may wait for a server that never answers,
    /// because it does not belong to the cluster any more (a swarm found it, seed 959). A leader whose disk stands still
    /// is asked as well, or it would not notice.
    fn probes(&self, setup: &Setup) -> impl Iterator<Item = Timed> {
        let deadline = self.deadline(setup);
        let moments = core::iter::successors(Some(self.at + PROBE_INTERVAL), |&at| Some(at + PROBE_INTERVAL));
        let clients = setup.clients.max(1);
        let asked: Vec<NodeId> = self.core.iter().chain(&self.stalled).copied().collect();
        let probes = moments.take_while(move |&at| at < deadline).zip(0_usize..);
        let probes = probes.flat_map(move |(at, number)| (1..=clients).map(move |client| (at, number, client)));
        probes.flat_map(move |(at, number, client)| {
            let client = ClientId(client);
            let gives_up =
                number.is_multiple_of(PROBES_WAIT).then_some(Timed { at, command: Command::GiveUp { client } });
            // Each round begins with another one: a client that waits for one of them must not always miss the same.
            let count = asked.len().max(1);
            let server = asked.get((number + number / count) % count).copied();
            let op = Op::Put { key: "last".into(), value: number.to_string() };
            let asks =
                server.map(|server| Timed { at, command: Command::Request { client, server: Some(server), op } });
            gives_up.into_iter().chain(asks)
        })
    }
}

/// How many servers there are once these commands have been carried out.
pub(crate) fn servers_after(setup: &Setup, commands: &[Timed]) -> u64 {
    let added = commands.iter().filter(|timed| timed.command == Command::AddServer).count();
    u64::from(setup.servers).saturating_add(u64::try_from(added).unwrap_or(0))
}

/// What undoes the faults of servers: what was to crash one later does so now, disks and clocks are good again.
fn repairs(setup: &Setup, before: &[Timed]) -> Vec<Command> {
    let (mut fused, mut paused, mut disks) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut drifts, mut set_back) = (BTreeSet::new(), BTreeMap::<NodeId, i64>::new());
    for Timed { command, .. } in before {
        if let Command::CrashAfter { server, .. } = command {
            fused.insert(*server);
        } else if let Command::Pause { server } = command {
            paused.insert(*server);
        } else if let Command::SetDisk { server, .. } = command {
            disks.insert(*server);
        } else if let Command::SetClock { server, .. } = command {
            drifts.insert(*server);
        } else if let Command::JumpClock { server, by_us } = command
            && *by_us < 0
        {
            let back = set_back.entry(*server).or_default();
            *back = back.saturating_sub(*by_us);
        }
    }
    // What has piled up before a disk that stood still would keep it busy for long.
    fused.extend(disks.iter().copied());
    let disks = disks.into_iter().map(|server| Command::SetDisk { server, settings: setup.disk });
    let drifts = drifts.into_iter().map(|server| Command::SetClock { server, drift_ppm: 0 });
    // A server that was set back waits until its clock says again what it said before.
    let back = set_back.into_iter().map(|(server, by_us)| Command::JumpClock { server, by_us });
    let paused = paused.into_iter().map(|server| Command::Resume { server });
    let fused = fused.into_iter().map(|server| Command::Kill { server });
    disks.chain(drifts).chain(back).chain(paused).chain(fused).collect()
}

/// What undoes the faults that `HealAll` and `SetAllLinks` leave.
fn mends(before: &[Timed]) -> impl Iterator<Item = Command> {
    let mut clogged = BTreeSet::new();
    let mut filtered = BTreeSet::new();
    for Timed { command, .. } in before {
        match command {
            Command::Clog { from, to, both } => {
                clogged.insert((*from, *to));
                if *both {
                    clogged.insert((*to, *from));
                }
            }
            Command::Filter { from, to, both, classes: _ } => {
                filtered.insert((*from, *to));
                if *both {
                    filtered.insert((*to, *from));
                }
            }
            // Mended above, or for every server, or over by themselves; or no fault.
            Command::Crash { .. }
            | Command::Kill { .. }
            | Command::CrashAfter { .. }
            | Command::Pause { .. }
            | Command::Resume { .. }
            | Command::Wipe { .. }
            | Command::SetDisk { .. }
            | Command::FlipBit { .. }
            | Command::SetClock { .. }
            | Command::JumpClock { .. }
            | Command::Configure { .. }
            | Command::AddServer
            | Command::ChangeMembership { .. }
            | Command::LeaveJoint { .. }
            | Command::Transfer { .. }
            | Command::ForgetLeader { .. }
            | Command::Compact { .. }
            | Command::MakeMistakes { .. }
            | Command::SetRetries { .. }
            | Command::RequestSnapshot { .. }
            | Command::Restart { .. }
            | Command::TimeOut { .. }
            | Command::Request { .. }
            | Command::Requests { .. }
            | Command::GiveUp { .. }
            | Command::Cut { .. }
            | Command::Heal { .. }
            | Command::Partition { .. }
            | Command::HealAll
            | Command::SetLink { .. }
            | Command::SetAllLinks { .. }
            | Command::Isolate { .. }
            | Command::Unclog { .. }
            | Command::Packet { .. } => {}
        }
    }
    let unclog = clogged.into_iter().map(|(from, to)| Command::Unclog { from, to, both: false });
    let open = |(from, to)| Command::Filter { from, to, both: false, classes: Vec::new() };
    unclog.chain(filtered.into_iter().map(open))
}

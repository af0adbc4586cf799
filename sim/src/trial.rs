//! A run that is put to the test: every rule after every event, and life again once the faults have ended.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::{Instant, LogIndex, Mistakes, Node, NodeId, Role};
use serde::{Deserialize, Serialize};

use crate::checks::{Rule, Violation};
use crate::client::{Answer, RequestId};
use crate::command::{Command, Timed};
use crate::driver::Driver;
use crate::ending::Ending;
use crate::network::LinkSettings;
use crate::run::{Run, RunError};
use crate::setup::micros;
use crate::timeline::RUN_END;
use crate::trace::{Happening, Record, RecordId, TraceHash};
use crate::world::{World, position};

/// A run, how far it is looked at, and how it ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// What is run, the commands of the ending included.
    pub run: Run,
    /// How far it is looked at.
    pub until: Instant,
    /// How the faults end; without one, only the rules are checked.
    pub ending: Option<Ending>,
}

/// What can be found wrong with a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Broken {
    /// A rule that holds after every event.
    Rule(Rule),
    /// What must be there in time once the faults have ended.
    Liveness(Missing),
}

/// What a cluster lacks although its faults have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Missing {
    /// Nobody leads.
    Leader,
    /// Somebody leads, and no request is answered.
    Service,
    /// Requests are answered, and not every server follows the leader and has applied what it serves; those that have
    /// not do not come nearer either.
    Convergence,
}

/// Something that was found wrong with a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub broken: Broken,
    /// When.
    pub at: Instant,
    /// The record after which it was found.
    pub after: RecordId,
    /// The servers that it was found on.
    pub servers: Vec<NodeId>,
    /// What was found, in words.
    pub story: String,
}

/// What became of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What was found first, if anything.
    pub finding: Option<Finding>,
    /// The fingerprint of the trace, as far as the trial went.
    pub hash: TraceHash,
    /// How far it went: to the first finding, or until everything was there that has to be.
    pub until: Instant,
    /// How many events and commands there were.
    pub steps: u64,
    /// How many records the trace had.
    pub records: u64,
}

impl Broken {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.name(),
            Self::Liveness(Missing::Leader) => "Liveness: a leader",
            Self::Liveness(Missing::Service) => "Liveness: service",
            Self::Liveness(Missing::Convergence) => "Liveness: convergence",
        }
    }

    /// What should hold, in a sentence.
    #[must_use]
    pub const fn statement(self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.statement(),
            Self::Liveness(Missing::Leader) => "Once a majority can work together, it soon has a leader.",
            Self::Liveness(Missing::Service) => "Once a majority can work together, it soon answers requests.",
            Self::Liveness(Missing::Convergence) => {
                "Once a majority can work together, its servers soon have applied the same."
            }
        }
    }

    /// Where it comes from.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.source(),
            Self::Liveness(_) => "Raft paper, §5.6 and §5.4.3",
        }
    }
}

impl From<&Violation> for Finding {
    fn from(violation: &Violation) -> Self {
        let Violation { rule, at, after, servers, story } = violation.clone();
        Self { broken: Broken::Rule(rule), at, after, servers, story }
    }
}

impl Trial {
    /// `run` until the ending, and then the ending.
    #[must_use]
    pub fn ending_with(mut run: Run, ending: Ending) -> Self {
        run.commands.retain(|timed| timed.at < ending.at);
        let mended = ending.commands(&run.setup, &run.commands);
        run.commands.extend(mended);
        let until = ending.deadline(&run.setup).min(RUN_END);
        Self { run, until, ending: Some(ending) }
    }

    /// The same with servers that keep to the rules.
    #[must_use]
    pub fn without_mistakes(&self) -> Self {
        let mut trial = self.clone();
        trial.run.setup.raft.mistakes = Mistakes::NONE;
        for Timed { command, .. } in &mut trial.run.commands {
            if let Command::Configure { settings, .. } = command {
                settings.mistakes = Mistakes::NONE;
            } else if let Command::MakeMistakes { mistakes, .. } = command {
                *mistakes = Mistakes::NONE;
            }
        }
        trial
    }

    /// Runs it until something is found, or nothing can be any more.
    ///
    /// # Errors
    ///
    /// If the run is not valid.
    pub fn judge(&self) -> Result<Verdict, RunError> {
        self.judge_observed(|_| ())
    }

    /// The same, with every record shown to `observe`.
    ///
    /// # Errors
    ///
    /// If the run is not valid.
    pub fn judge_observed(&self, mut observe: impl FnMut(&Record)) -> Result<Verdict, RunError> {
        let mut driver = Driver::new(self.run.clone())?;
        let mut recovery = self.ending.as_ref().map(Recovery::new);
        let mut finding = None;
        let mut recovered = false;
        // Whoever is behind may have much to catch up with, one entry at a time; that it does is looked at twice in the
        // time that there is, and so often after it.
        let half = self.ending.as_ref().map(|ending| self.until.since(ending.at) / 2);
        let mut until = half.map_or(self.until, |half| Instant::from_micros(self.until.as_micros() - micros(half)));
        let mut marks = Vec::new();
        while finding.is_none() && !recovered {
            let stepped = driver.step(until, |record| {
                if let Some(recovery) = &mut recovery {
                    recovery.look_at(record);
                }
                observe(record);
            });
            if !stepped {
                let Some((recovery, half)) = recovery.as_ref().zip(half) else { break };
                let before = core::mem::replace(&mut marks, recovery.progress(driver.world()));
                let patient = is_slow(&self.run) && until < recovery.ending.at + half.saturating_mul(2 * SLOW_TIMES);
                if until >= self.until && !patient && !recovery.goes_on(&before, &marks) || until >= RUN_END {
                    break;
                }
                until = (until + half).min(RUN_END);
                continue;
            }
            finding = driver.world().violations().first().map(Finding::from);
            recovered = recovery.as_ref().is_some_and(|recovery| recovery.is_complete(driver.world()));
        }
        let world = driver.world();
        if finding.is_none() && !recovered {
            finding = recovery.and_then(|recovery| recovery.finding(world, &self.run, until));
        }
        let stopped_early = recovered || matches!(finding, Some(Finding { broken: Broken::Rule(_), .. }));
        let until = if stopped_early { world.now() } else { until };
        Ok(Verdict { finding, hash: world.hash(), until, steps: world.steps(), records: world.record_count() })
    }
}

/// How far a cluster has come together since its faults ended.
struct Recovery<'a> {
    ending: &'a Ending,
    /// The first request that was asked after the faults ended and answered, and the index of its entry.
    served: Option<LogIndex>,
    /// The first request that counts; those before it were asked earlier.
    first: Option<RequestId>,
    requests: u32,
}

impl<'a> Recovery<'a> {
    const fn new(ending: &'a Ending) -> Self {
        Self { ending, served: None, first: None, requests: 0 }
    }

    fn look_at(&mut self, record: &Record) {
        match &record.what {
            Happening::Commanded(Command::Request { .. }) | Happening::Asked { .. } => {
                if record.at >= self.ending.at && self.first.is_none() {
                    self.first = Some(RequestId(self.requests));
                }
                self.requests += 1;
            }
            Happening::Answered { request, answer: Answer::Committed { entry, .. }, .. }
                if self.served.is_none() && self.first.is_some_and(|first| *request >= first) =>
            {
                self.served = Some(entry.index);
            }
            Happening::Commanded(_)
            | Happening::CommandRefused { .. }
            | Happening::Started { .. }
            | Happening::Crashed { .. }
            | Happening::Sent { .. }
            | Happening::Delivered { .. }
            | Happening::Lost { .. }
            | Happening::Doubled { .. }
            | Happening::TornWriteDropped { .. }
            | Happening::StartRefused { .. }
            | Happening::StartImpossible { .. }
            | Happening::DiskFull { .. }
            | Happening::Rejected { .. }
            | Happening::TimerFired { .. }
            | Happening::WriteBegan { .. }
            | Happening::WriteDurable { .. }
            | Happening::SnapshotBegan { .. }
            | Happening::SnapshotDurable { .. }
            | Happening::Applied { .. }
            | Happening::Node { .. }
            | Happening::TimedOut { .. }
            | Happening::Retried { .. }
            | Happening::SessionOpened { .. }
            | Happening::Answered { .. }
            | Happening::Violated(_) => {}
        }
    }

    fn is_complete(&self, world: &World) -> bool {
        self.served.is_some() && self.behind(world).is_empty()
    }

    /// Who leads the core, in its highest term. Whoever goes on leading although it was removed does not count (§4.2.2 of
    /// the dissertation). A joint membership is not the last word on that, and stays until somebody leaves it (a swarm
    /// found it, seed 2037).
    fn leader(&self, world: &World) -> Option<NodeId> {
        let nodes = self.ending.core.iter().filter_map(|&id| world.servers().get(position(id))?.node());
        let belongs = |node: &Node| node.membership().is_joint() || node.membership().is_voter(node.id());
        let leading = nodes.filter(|node| node.role() == Role::Leader && belongs(node));
        leading.max_by_key(|node| node.hard_state().term).map(|node| node.id())
    }

    /// The servers of the core that do not follow its leader, or have not applied what it serves.
    fn behind(&self, world: &World) -> Vec<NodeId> {
        let (leader, served) = (self.leader(world), self.served);
        let fine = |id: NodeId| {
            world.servers().get(position(id)).and_then(|server| server.node()).is_some_and(|node| {
                leader.is_some() && node.leader() == leader && served.is_some_and(|index| node.applied_index() >= index)
            })
        };
        // Whoever was removed hears no more of what is committed.
        let leads = leader.and_then(|id| world.servers().get(position(id))?.node());
        let belongs = |id: &NodeId| leads.is_none_or(|node| node.membership().has(*id));
        self.ending.core.iter().copied().filter(belongs).filter(|&id| !fine(id)).collect()
    }

    /// How far those have come that are behind.
    fn progress(&self, world: &World) -> Vec<Progress> {
        let progress = |id: NodeId| {
            let node = world.servers().get(position(id))?.node()?;
            Some(Progress { id, applied: node.applied_index(), last: node.log().last().index })
        };
        self.behind(world).into_iter().filter_map(progress).collect()
    }

    /// Whether all that lacks is that some are behind, and each of them is less so than it was.
    fn goes_on(&self, before: &[Progress], now: &[Progress]) -> bool {
        let gained = |now: &Progress| {
            let before = before.iter().find(|before| before.id == now.id);
            before.is_some_and(|before| now.applied > before.applied || now.last > before.last)
        };
        self.served.is_some() && !now.is_empty() && now.iter().all(gained)
    }

    /// Whether a server takes itself for a voter of a cluster that does not know it, and nothing keeps it from deposing its
    /// leaders: it has an entry with a membership that the others erased, and hears no more of them. Nobody promises life
    /// then (§4.2.3 of the dissertation; a swarm found it, seed 30618).
    fn is_disturbed(&self, world: &World, run: &Run) -> bool {
        let protected = run.setup.raft.pre_vote && run.setup.raft.check_quorum;
        let node = |id: &NodeId| world.servers().get(position(*id))?.node();
        let nodes: Vec<&Node> = self.ending.core.iter().filter_map(node).collect();
        let strange = |one: &&Node| {
            let strangers = nodes.iter().filter(|node| !node.membership().has(one.id())).count();
            one.membership().is_voter(one.id()) && strangers > nodes.len() / 2
        };
        !protected && nodes.iter().any(strange)
    }

    /// What is missing, now that the time is over.
    fn finding(&self, world: &World, run: &Run, until: Instant) -> Option<Finding> {
        let limit = self.ending.deadline(&run.setup);
        if until < limit || self.is_complete(world) {
            return None;
        }
        // Those who ask have long given up when somebody leads at last.
        let late = is_slow(run) && self.leader(world).is_some() && self.served.is_none();
        // What is found where servers make a mistake counts only if nothing is found without it.
        if run.setup.raft.mistakes == Mistakes::NONE && (late || self.is_disturbed(world, run)) {
            return None;
        }
        let (missing, servers) = match (self.leader(world), self.served) {
            (None, _) => (Missing::Leader, self.ending.core.clone()),
            (Some(leader), None) => (Missing::Service, vec![leader]),
            (Some(_), Some(_)) => (Missing::Convergence, self.behind(world)),
        };
        let story = format!(
            "The faults ended at {}, and {} later {}.",
            self.ending.at,
            Seconds(until.since(self.ending.at)),
            match missing {
                Missing::Leader => "nobody leads",
                Missing::Service => "no request was answered",
                Missing::Convergence => "not all servers have caught up",
            }
        );
        let after = RecordId(world.record_count().saturating_sub(1));
        Some(Finding { broken: Broken::Liveness(missing), at: until, after, servers, story })
    }
}

/// How many times as long those have whose disks are too slow for their timeouts.
const SLOW_TIMES: u32 = 4;

/// Whether the timing requirement is not met (§5.6): a term and a vote are written one after the other, and both may take
/// longer together than an election timeout. Elections then succeed by luck, some time (a swarm found it, seed 33767).
fn is_slow(run: &Run) -> bool {
    let write = run.setup.disk.write_max.saturating_add(run.setup.disk.sync_max);
    let there_and_back = LinkSettings::default().latency_max.saturating_mul(2);
    write.saturating_mul(2).saturating_add(there_and_back) >= run.setup.raft.election_timeout_min
}

/// How far a server has come.
struct Progress {
    id: NodeId,
    applied: LogIndex,
    last: LogIndex,
}

struct Seconds(Duration);

impl core::fmt::Display for Seconds {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}.{:03} s", self.0.as_secs(), self.0.subsec_millis())
    }
}

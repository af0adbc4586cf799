//! Running a cluster through the workload, and reporting it on one line.
#![allow(clippy::disallowed_types, reason = "a race is measured in wall time")]

use std::env;
use std::fmt;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::allocations::allocations;
use crate::workload::{Applied, COMPACT_EVERY, Cell, Cluster, payloads};

/// Between two looks at the clock.
const COMMITS_BETWEEN_LOOKS: u64 = 2048;

/// A cluster on its way through the workload.
#[derive(Debug)]
pub struct Run<C> {
    cell: Cell,
    cluster: C,
    payloads: Vec<Bytes>,
    proposed: u64,
}

/// What was measured between two moments of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Commands that were committed and applied.
    pub commits: u64,
    /// How long that took.
    pub time: Duration,
    /// How often memory was allocated meanwhile.
    pub allocations: u64,
    /// How many messages were sent meanwhile.
    pub messages: u64,
}

impl<C: Cluster> Run<C> {
    /// A cluster that has been through two compactions, so that whatever grows has grown.
    pub fn warmed_up(cell: Cell) -> Self {
        let mut run = Self { cell, cluster: C::start(cell), payloads: payloads(cell.bytes), proposed: 0 };
        run.commit(2 * COMPACT_EVERY + COMPACT_EVERY / 2);
        run
    }

    /// Commits at least `commits` more commands, in whole windows.
    pub fn commit(&mut self, commits: u64) {
        let until = self.proposed + commits;
        while self.proposed < until {
            for _ in 0..self.cell.window {
                let payload = &self.payloads[self.proposed as usize % self.payloads.len()];
                self.cluster.propose(payload);
                self.proposed += 1;
            }
            self.cluster.settle();
        }
    }

    /// How many commands were proposed and committed so far.
    pub fn commits(&self) -> u64 {
        self.proposed
    }

    /// How many messages were sent so far.
    pub fn messages(&self) -> u64 {
        self.cluster.messages()
    }

    /// Measures for `time`.
    pub fn measure(&mut self, time: Duration) -> Report {
        let (commits, messages, allocated) = (self.commits(), self.messages(), allocations());
        let start = Instant::now();
        while start.elapsed() < time {
            self.commit(COMMITS_BETWEEN_LOOKS);
        }
        Report {
            time: start.elapsed(),
            allocations: allocations() - allocated,
            commits: self.commits() - commits,
            messages: self.messages() - messages,
        }
    }

    /// Ends the run.
    ///
    /// # Errors
    ///
    /// If some server has not applied exactly what was proposed, in that order.
    pub fn check(mut self) -> Result<(), String> {
        self.cluster.tick();
        self.cluster.settle();
        let mut expected = Applied::default();
        for number in 0..self.proposed {
            expected.apply(&self.payloads[number as usize % self.payloads.len()]);
        }
        let applied = self.cluster.applied();
        let servers = usize::try_from(self.cell.nodes).map_err(|error| error.to_string())?;
        if applied.len() == servers && applied.iter().all(|&server| server == expected) {
            return Ok(());
        }
        Err(format!("proposed was {expected:?}, and the servers applied {applied:?}"))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { commits, time, allocations, messages } = self;
        write!(f, "commits={commits} ns={} allocations={allocations} messages={messages}", time.as_nanos())
    }
}

/// The whole of a runner: `RUNNER NODES BYTES WINDOW MILLISECONDS` prints one [`Report`].
pub fn main<C: Cluster>() -> ExitCode {
    let numbers: Vec<u64> = env::args().skip(1).take(4).map_while(|word| word.parse().ok()).collect();
    let &[nodes, bytes, window, millis] = &numbers[..] else {
        eprintln!("usage: NODES BYTES WINDOW MILLISECONDS, four numbers");
        return ExitCode::from(2);
    };
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    let mut run = Run::<C>::warmed_up(Cell { nodes, bytes, window });
    let report = run.measure(Duration::from_millis(millis));
    match run.check() {
        Ok(()) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

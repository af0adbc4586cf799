//! Looking for a mistake: how many seeds it takes until a rule says that something is wrong.

use core::ops::Range;
use core::time::Duration;

use raftarium_core::{Harm, Mistake};

use super::trial_with;
use crate::run::RunError;
use crate::trial::{Broken, Finding, Trial, Verdict};

/// The first seed in which a mistake was caught, and what it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catch {
    /// The seed.
    pub seed: u64,
    /// What was found in its trial.
    pub finding: Finding,
    /// How many seeds were tried, this one included.
    pub seeds: u64,
    /// For how long the worlds of all of them ran, in microseconds of theirs.
    pub simulated_us: u64,
    /// How many events and commands there were in them.
    pub events: u64,
}

/// Runs a trial whose servers make `mistake`. What is found counts only if it is the mistake's doing: nothing is found
/// in the same trial without the mistake, and what the mistake does wrong can lead to it.
///
/// # Errors
///
/// If the run is not valid.
pub fn judge(trial: &Trial, mistake: Mistake) -> Result<Verdict, RunError> {
    let mut verdict = trial.judge()?;
    if let Some(finding) = &verdict.finding
        && (!can_lead_to(mistake, finding.broken) || trial.without_mistakes().judge()?.finding.is_some())
    {
        verdict.finding = None;
    }
    Ok(verdict)
}

/// The first of `seeds` in which `mistake` is caught, if there is one. Before each, `go_on` is asked.
pub fn hunt(mistake: Mistake, seeds: Range<u64>, time: Duration, mut go_on: impl FnMut() -> bool) -> Option<Catch> {
    let (first, mut simulated_us, mut events) = (seeds.start, 0, 0);
    for seed in seeds {
        if !go_on() {
            return None;
        }
        let verdict =
            judge(&trial_with(seed, mistake, time), mistake).expect("a swarm draws valid runs: a test says so");
        simulated_us += verdict.until.as_micros();
        events += verdict.steps;
        if let Some(finding) = verdict.finding {
            return Some(Catch { seed, finding, seeds: seed - first + 1, simulated_us, events });
        }
    }
    None
}

/// What is said wrong is caught by a rule, not by a cluster that does not recover: that may be chance.
fn can_lead_to(mistake: Mistake, broken: Broken) -> bool {
    matches!(broken, Broken::Rule(_)) || mistake.harm() == Harm::Availability
}

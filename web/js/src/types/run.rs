//! A run as data.

use raftarium_sim as sim;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::command::Timed;
use super::setup::SimulationOptions;
use crate::failure::{ErrorCode, Failure};

/// A run: what it is made of, with its seed, and what was done when. Plain JSON: the same run gives the same trace on
/// every machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields, expecting = "a run: an object with `setup` and `commands`")]
pub struct Run {
    /// What the simulation is made of.
    #[tsify(type = "Setup")]
    pub setup: SimulationOptions,
    /// What was done, in the order of time.
    pub commands: Vec<Timed>,
}

impl TryFrom<Run> for sim::Run {
    type Error = Failure;

    fn try_from(Run { setup, commands }: Run) -> Result<Self, Failure> {
        let seed = setup.seed.as_ref().ok_or_else(|| {
            Failure::new(ErrorCode::MalformedRun, "the run has no seed; allowed are those with one").allowed("a seed")
        })?;
        let setup = setup.setup(seed.number()?)?;
        let command = |(position, timed): (usize, Timed)| {
            sim::Timed::try_from(timed).map_err(|failure| failure.of_command(position))
        };
        Ok(Self { setup, commands: commands.into_iter().enumerate().map(command).collect::<Result<_, _>>()? })
    }
}

impl From<sim::Run> for Run {
    fn from(sim::Run { setup, commands }: sim::Run) -> Self {
        Self { setup: (&setup).into(), commands: commands.into_iter().map(Into::into).collect() }
    }
}

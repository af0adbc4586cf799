//! How much simulated time a second of the machine holds: worlds of five servers, every rule checked after every event.
//!
//! A world lives for ten simulated minutes; then comes the next seed. What is measured begins after the first world, so
//! that a machine that compiles what is hot, as Node does, has done so.

use std::time::Duration;

use raftarium_sim::core::{Instant, NodeId, random};
use raftarium_sim::swarm::{self, Profile};
use raftarium_sim::{ClientId, Command, Driver, Op, ReadBy, Retries, Run, Setup, Timed};

/// How long a world lives, in simulated time.
const LIFE: Duration = Duration::from_secs(600);
/// With faults, for how long they are made; then the next seed draws others.
const TROUBLE: Duration = Duration::from_secs(60);
const SERVERS: u32 = 5;
const CLIENTS: u32 = 4;
/// How often somebody asks for something.
const REQUEST_INTERVAL: Duration = Duration::from_micros(33_333);

/// What the worlds are busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// Nothing but heartbeats.
    Quiet,
    /// 30 requests a second, in sessions: puts, increments, comparisons, and reads both through the log and beside it.
    Busy,
    /// What the swarm draws, faults and all.
    Faults,
}

/// One world after the other.
#[derive(Debug)]
pub struct Worlds {
    load: Load,
    seed: u64,
    driver: Driver,
    end: Instant,
    lived: Duration,
    events: u64,
}

impl Load {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Quiet, Self::Busy, Self::Faults];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Busy => "busy",
            Self::Faults => "faults",
        }
    }

    fn run(self, seed: u64) -> (Run, Duration) {
        let setup = Setup { seed, servers: SERVERS, clients: CLIENTS, retries: Retries::Session, ..Setup::default() };
        match self {
            Self::Quiet => (Run { setup, commands: Vec::new() }, LIFE),
            Self::Busy => (Run { commands: requests(&setup), setup }, LIFE),
            Self::Faults => {
                let trial = (0..).map(|further| swarm::trial(seed * 1_000 + further, Profile::Chaos, TROUBLE));
                let run = trial.map(|trial| trial.run).find(|run| run.setup.servers == SERVERS);
                (run.expect("the swarm draws every number of servers"), TROUBLE)
            }
        }
    }
}

fn requests(setup: &Setup) -> Vec<Timed> {
    let count = LIFE.as_micros() / REQUEST_INTERVAL.as_micros();
    let request = |number: u64| {
        let drawn = random::draw(&[setup.seed, number]);
        let key = format!("k{}", drawn % 16);
        let op = match drawn / 16 % 10 {
            0..=3 => Op::Put { key, value: format!("{number}") },
            4 | 5 => Op::Increment { key: format!("n{}", drawn % 4), by: 1 },
            6 => Op::CompareAndSet { key, expected: None, value: format!("{number}") },
            7 => Op::Delete { key },
            8 => Op::Get { key },
            _ => Op::Read { key, by: ReadBy::Index },
        };
        let client = ClientId(u32::try_from(number % u64::from(CLIENTS)).unwrap_or(0) + 1);
        let server = drawn.is_multiple_of(5).then_some(NodeId(drawn % u64::from(SERVERS) + 1));
        let at = Instant::ZERO + REQUEST_INTERVAL * u32::try_from(number).unwrap_or(u32::MAX);
        Timed { at, command: Command::Request { client, server, op } }
    };
    (1..u64::try_from(count).unwrap_or(0)).map(request).collect()
}

impl Worlds {
    /// The first world has begun.
    #[must_use]
    pub fn new(load: Load) -> Self {
        let (driver, life) = begin(load, 1);
        Self { load, seed: 1, driver, end: Instant::ZERO + life, lived: Duration::ZERO, events: 0 }
    }

    /// Lets so much simulated time pass.
    ///
    /// # Panics
    ///
    /// If a rule is broken: then there is something better to do than to measure.
    pub fn advance(&mut self, time: Duration) {
        let mut left = time;
        while left > Duration::ZERO {
            let now = self.driver.world().now();
            let until = self.end.min(now + left);
            self.driver.run_until(until, |_| {});
            let passed = until.since(now);
            left = left.saturating_sub(passed);
            self.lived += passed;
            if until == self.end {
                let world = self.driver.world();
                assert_eq!(world.violations(), [], "seed {}", world.setup().seed);
                self.events += world.steps();
                self.seed += 1;
                let (driver, life) = begin(self.load, self.seed);
                (self.driver, self.end) = (driver, Instant::ZERO + life);
            }
        }
    }

    /// How much simulated time has passed.
    #[must_use]
    pub const fn lived(&self) -> Duration {
        self.lived
    }

    /// How many events there were: after each, every rule was checked.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events + self.driver.world().steps()
    }
}

fn begin(load: Load, seed: u64) -> (Driver, Duration) {
    let (run, life) = load.run(seed);
    (Driver::new(run).expect("a valid run"), life)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worlds_follow_each_other_and_are_as_busy_as_they_say() {
        let events = Load::ALL.map(|load| {
            let mut worlds = Worlds::new(load);
            worlds.advance(Duration::from_secs(90));
            assert_eq!(worlds.lived(), Duration::from_secs(90), "{}", load.name());
            (worlds.events(), worlds.seed)
        });
        let [(quiet, 1), (busy, 1), (_, 2)] = events else {
            panic!("{events:?}: faults last a minute, then others come")
        };
        assert!(busy > 2 * quiet, "{events:?}");
    }
}

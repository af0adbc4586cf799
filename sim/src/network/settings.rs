//! How a link carries packets.

use core::num::NonZeroU64;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::setup::{CERTAIN_PPM, DURATION_MAX, SetupError, between};

/// How a link carries packets, in one direction. Packets arrive in the order in which they were sent, but for those that
/// [overtake](Self::overtaking_ppm).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkSettings {
    /// The shortest time that a packet is under way.
    #[serde(with = "raftarium_core::milliseconds")]
    pub latency_min: Duration,
    /// The longest such time; to it comes the time that a packet waits for the line.
    #[serde(with = "raftarium_core::milliseconds")]
    pub latency_max: Duration,
    /// How the times are spread between the two.
    pub spread: Spread,
    /// How many packets are lost, in parts per million.
    pub loss_ppm: u32,
    /// How many packets arrive twice, in parts per million.
    pub duplicate_ppm: u32,
    /// How many packets do not keep the order, in parts per million: they arrive when their own latency says, before
    /// or after others.
    pub overtaking_ppm: u32,
    /// How many bytes the line takes in a second; without a number, any. What comes faster waits.
    pub bytes_per_second: Option<NonZeroU64>,
    /// How many bytes may wait for the line; without a number, any. A packet that would make it more is lost.
    pub queue_bytes_max: Option<NonZeroU64>,
}

/// How the latencies of a link are spread between the shortest and the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Spread {
    /// All are equally likely.
    #[default]
    Even,
    /// Most are short, a few are long: half of them lie in the first sixteenth, one in forty in the last tenth.
    LongTail,
}

impl Default for LinkSettings {
    /// 8 to 16 ms, nothing lost, nothing twice, all in order, no limit.
    fn default() -> Self {
        Self {
            latency_min: Duration::from_millis(8),
            latency_max: Duration::from_millis(16),
            spread: Spread::Even,
            loss_ppm: 0,
            duplicate_ppm: 0,
            overtaking_ppm: 0,
            bytes_per_second: None,
            queue_bytes_max: None,
        }
    }
}

impl LinkSettings {
    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the first that is not valid, what it was and what is allowed.
    pub fn check(&self) -> Result<(), SetupError> {
        between("link.latency_min", self.latency_min, Duration::from_micros(1), DURATION_MAX)?;
        between("link.latency_max", self.latency_max, self.latency_min, DURATION_MAX)?;
        let parts = [
            ("link.loss_ppm", self.loss_ppm),
            ("link.duplicate_ppm", self.duplicate_ppm),
            ("link.overtaking_ppm", self.overtaking_ppm),
        ];
        for (name, given) in parts {
            if given > CERTAIN_PPM {
                let (given, max) = (given.into(), CERTAIN_PPM.into());
                return Err(SetupError::OutOfRange { name, given, min: 0, max, unit: "" });
            }
        }
        Ok(())
    }
}

//! How a disk writes, and what it does wrong.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::setup::{CERTAIN_PPM, DURATION_MAX, SetupError, between};

/// How a disk writes. One write comes after the other. When the power fails, what is not durable is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DiskSettings {
    /// The shortest time that a write takes to reach the disk's cache: from then on, it survives the end of the process.
    #[serde(with = "raftarium_core::milliseconds")]
    pub write_min: Duration,
    /// The longest such time.
    #[serde(with = "raftarium_core::milliseconds")]
    pub write_max: Duration,
    /// The shortest time that it takes from there to be durable (`fsync`): from then on, it survives a power failure.
    #[serde(with = "raftarium_core::milliseconds")]
    pub sync_min: Duration,
    /// The longest such time.
    #[serde(with = "raftarium_core::milliseconds")]
    pub sync_max: Duration,
    /// In how many power failures some of the writes that were under way are on the disk all the same, and the first of
    /// the others is there in part, in parts per million.
    pub torn_ppm: u32,
    /// Whether it says that a write is durable when it is only in its cache: a power failure then loses it.
    pub lies: bool,
    /// Whether nothing that is written gets done any more.
    pub stalled: bool,
    /// Whether there is no room: a server that has to write stops.
    pub full: bool,
}

impl Default for DiskSettings {
    /// 1 to 3 ms, and nothing wrong.
    fn default() -> Self {
        Self {
            write_min: Duration::from_millis(1),
            write_max: Duration::from_millis(3),
            sync_min: Duration::ZERO,
            sync_max: Duration::ZERO,
            torn_ppm: 0,
            lies: false,
            stalled: false,
            full: false,
        }
    }
}

impl DiskSettings {
    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the first that is not valid, what it was and what is allowed.
    pub fn check(&self) -> Result<(), SetupError> {
        between("disk.write_min", self.write_min, Duration::ZERO, DURATION_MAX)?;
        between("disk.write_max", self.write_max, self.write_min, DURATION_MAX)?;
        between("disk.sync_min", self.sync_min, Duration::ZERO, DURATION_MAX)?;
        between("disk.sync_max", self.sync_max, self.sync_min, DURATION_MAX)?;
        if self.torn_ppm > CERTAIN_PPM {
            let (given, max) = (self.torn_ppm.into(), CERTAIN_PPM.into());
            return Err(SetupError::OutOfRange { name: "disk.torn_ppm", given, min: 0, max, unit: "" });
        }
        Ok(())
    }
}

//! How a disk writes, and what it does wrong.

use raftarium_sim as sim;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::number::{Milliseconds, Number};
use super::setup::{part, ppm};
use crate::failure::Failure;

/// How a disk writes. Whatever is left out has its default. When the power fails, what is not durable is lost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields, expecting = "an object of settings")]
pub struct DiskSettings {
    /// The shortest time that a write takes to reach the disk's cache: from then on, it survives the end of the process.
    /// Default: 1 ms.
    pub write_min: Milliseconds,
    /// The longest such time. Default: 3 ms.
    pub write_max: Milliseconds,
    /// The shortest time that it takes from there to be durable: from then on, it survives a power failure. Default: 0.
    pub sync_min: Milliseconds,
    /// The longest such time. Default: 0.
    pub sync_max: Milliseconds,
    /// In which part of the power failures some of the writes that were under way are on the disk all the same, and the
    /// first of the others is there in part. Default: 0.
    #[tsify(type = "number")]
    pub torn: Number,
    /// Whether it says that a write is durable when it is only in its cache. Default: false.
    pub lies: bool,
    /// Whether nothing that is written gets done any more. Default: false.
    pub stalled: bool,
    /// Whether there is no room: a server that has to write stops. Default: false.
    pub full: bool,
}

impl DiskSettings {
    /// The engine's settings, every number in them checked.
    ///
    /// # Errors
    ///
    /// Names the first that is not valid, what it was and what is allowed.
    pub fn settings(&self) -> Result<sim::DiskSettings, Failure> {
        let settings = sim::DiskSettings {
            write_min: self.write_min.duration("disk.writeMin")?,
            write_max: self.write_max.duration("disk.writeMax")?,
            sync_min: self.sync_min.duration("disk.syncMin")?,
            sync_max: self.sync_max.duration("disk.syncMax")?,
            torn_ppm: ppm(self.torn, "disk.torn", sim::CERTAIN_PPM)?,
            lies: self.lies,
            stalled: self.stalled,
            full: self.full,
        };
        settings.check()?;
        Ok(settings)
    }
}

impl From<sim::DiskSettings> for DiskSettings {
    fn from(settings: sim::DiskSettings) -> Self {
        Self {
            write_min: settings.write_min.into(),
            write_max: settings.write_max.into(),
            sync_min: settings.sync_min.into(),
            sync_max: settings.sync_max.into(),
            torn: part(settings.torn_ppm),
            lies: settings.lies,
            stalled: settings.stalled,
            full: settings.full,
        }
    }
}

impl Default for DiskSettings {
    fn default() -> Self {
        sim::DiskSettings::default().into()
    }
}

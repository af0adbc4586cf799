//! How a link carries packets.

use raftarium_sim as sim;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::number::{Milliseconds, Number};
use super::setup::{limit, part, ppm};
use crate::failure::Failure;

/// How a link carries packets, in one direction. Whatever is left out has its default.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields, expecting = "an object of settings")]
#[tsify(missing_as_null)]
pub struct LinkSettings {
    /// The shortest time that a packet is under way. Default: 8 ms.
    pub latency_min: Milliseconds,
    /// The longest such time; to it comes the time that a packet waits for the line. Default: 16 ms.
    pub latency_max: Milliseconds,
    /// How the times are spread between the two. Default: even.
    pub spread: Spread,
    /// Which part of the packets is lost: 0 is none, 1 is all, in steps of a millionth. Default: 0.
    #[tsify(type = "number")]
    pub loss: Number,
    /// Which part of the packets arrives twice. Default: 0.
    #[tsify(type = "number")]
    pub duplicates: Number,
    /// Which part of the packets does not keep the order. Default: 0.
    #[tsify(type = "number")]
    pub overtaking: Number,
    /// How many bytes the line takes in a second; null is any. What comes faster waits. Default: null.
    #[tsify(type = "number | null")]
    pub bytes_per_second: Option<Number>,
    /// How many bytes may wait for the line; null is any. A packet that would make it more is lost. Default: null.
    #[tsify(type = "number | null")]
    pub queue_bytes_max: Option<Number>,
}

/// How the latencies of a link are spread between the shortest and the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", expecting = "even or longTail")]
pub enum Spread {
    /// All are equally likely.
    Even,
    /// Most are short, a few are long.
    LongTail,
}

impl LinkSettings {
    /// The engine's settings, every number in them checked.
    ///
    /// # Errors
    ///
    /// Names the first that is not valid, what it was and what is allowed.
    pub fn settings(&self) -> Result<sim::LinkSettings, Failure> {
        let settings = sim::LinkSettings {
            latency_min: self.latency_min.duration("link.latencyMin")?,
            latency_max: self.latency_max.duration("link.latencyMax")?,
            spread: match self.spread {
                Spread::Even => sim::Spread::Even,
                Spread::LongTail => sim::Spread::LongTail,
            },
            loss_ppm: ppm(self.loss, "link.loss", sim::CERTAIN_PPM)?,
            duplicate_ppm: ppm(self.duplicates, "link.duplicates", sim::CERTAIN_PPM)?,
            overtaking_ppm: ppm(self.overtaking, "link.overtaking", sim::CERTAIN_PPM)?,
            bytes_per_second: limit(self.bytes_per_second, "link.bytesPerSecond")?,
            queue_bytes_max: limit(self.queue_bytes_max, "link.queueBytesMax")?,
        };
        settings.check()?;
        Ok(settings)
    }
}

impl From<sim::LinkSettings> for LinkSettings {
    fn from(settings: sim::LinkSettings) -> Self {
        Self {
            latency_min: settings.latency_min.into(),
            latency_max: settings.latency_max.into(),
            spread: match settings.spread {
                sim::Spread::Even => Spread::Even,
                sim::Spread::LongTail => Spread::LongTail,
            },
            loss: part(settings.loss_ppm),
            duplicates: part(settings.duplicate_ppm),
            overtaking: part(settings.overtaking_ppm),
            bytes_per_second: settings.bytes_per_second.map(|limit| limit.get().into()),
            queue_bytes_max: settings.queue_bytes_max.map(|limit| limit.get().into()),
        }
    }
}

impl Default for LinkSettings {
    fn default() -> Self {
        sim::LinkSettings::default().into()
    }
}

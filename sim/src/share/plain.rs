//! The parts of a link that people can read.

use alloc::format;
use alloc::string::{String, ToString};

use raftarium_core::Instant;

use super::{RUN_END, ShareError, short};
use crate::setup::SERVERS_MAX;

pub(super) fn seed(text: &str) -> Result<u64, ShareError> {
    number(text).ok_or_else(|| ShareError::Seed { given: short(text) })
}

pub(super) fn servers(text: &str) -> Result<u32, ShareError> {
    let count = number(text).and_then(|count| u32::try_from(count).ok());
    let count = count.filter(|count| (1..=SERVERS_MAX).contains(count));
    count.ok_or_else(|| ShareError::Servers { given: short(text) })
}

/// Milliseconds with up to three digits after the point.
pub(super) fn moment(text: &str) -> Result<Instant, ShareError> {
    let micros = || {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        if part.is_empty() || part.len() > 3 {
            return None;
        }
        let micros = number(&format!("{part:0<3}"))?;
        number(whole)?.checked_mul(1_000)?.checked_add(micros).map(Instant::from_micros)
    };
    micros().filter(|at| *at <= RUN_END).ok_or_else(|| ShareError::Moment { given: short(text) })
}

/// `3412.5`.
pub(super) fn milliseconds(at: Instant) -> String {
    let (whole, part) = (at.as_micros() / 1_000, at.as_micros() % 1_000);
    if part == 0 {
        return whole.to_string();
    }
    format!("{whole}.{part:03}").trim_end_matches('0').to_string()
}

/// Only digits: a sign or a space is not what anybody means.
pub(super) fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

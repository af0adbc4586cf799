//! The world that a seed draws.

use alloc::vec::Vec;
use core::num::{NonZeroU32, NonZeroU64};
use core::time::Duration;

use raftarium_core::Settings;

use super::SERVERS_MOST;
use super::dice::Dice;
use super::profile::{Mix, Trouble};
use crate::client::Retries;
use crate::disk::DiskSettings;
use crate::network::{LinkSettings, Spread};
use crate::setup::Setup;

/// The shortest and the longest election timeout, and the heartbeats, in milliseconds.
const TIMING: [(u64, u64, u64); 4] = [(150, 300, 50), (150, 300, 20), (200, 250, 60), (300, 900, 100)];

pub(super) fn draw(dice: &mut Dice, mix: Mix, seed: u64) -> Setup {
    let slow = if mix.has(Trouble::Disks) { dice.one_of(&[5, 20, 60, 160]) } else { 0 };
    let write_min = dice.ms(0, 1);
    Setup {
        seed,
        servers: dice.count(1, SERVERS_MOST),
        clients: dice.count(1, 5),
        raft: raft(dice, mix),
        link: if mix.has(Trouble::Links) { clients_link(dice) } else { LinkSettings::default() },
        disk: disk(dice, write_min, slow),
        initial: Vec::new(),
        // Clients that ask again while a slow disk is still busy with what they asked before only make it busier.
        request_timeout: dice.ms(200, 2_000) + Duration::from_millis(10 * slow),
        retries: retries(dice, mix),
        sessions_max: NonZeroU32::new(dice.one_of(&[1, 3, 1_024])).unwrap_or(NonZeroU32::MIN),
    }
}

/// A packet that is doubled asks twice, and without a session the clients are right to complain of what they then see.
fn retries(dice: &mut Dice, mix: Mix) -> Retries {
    let doubled = mix.has(Trouble::Links) || mix.has(Trouble::Packets);
    if doubled || dice.percent(50) { Retries::Session } else { Retries::Never }
}

fn raft(dice: &mut Dice, mix: Mix) -> Settings {
    let (low, high, heartbeat) = dice.one_of(&TIMING);
    // Without these, whoever was removed and never heard of it disturbs the others for ever (§4.2.3 of the dissertation).
    let members = mix.has(Trouble::Members);
    let leader_stickiness = dice.percent(50) || members;
    let small = dice.percent(50);
    let mut bytes = |most: u64| if small { dice.between(1, most) } else { 1 << 20 };
    let (max_append_bytes, max_in_flight_bytes, max_uncommitted_bytes) = (bytes(100), bytes(200), bytes(400));
    Settings {
        election_timeout_min: Duration::from_millis(low),
        election_timeout_max: Duration::from_millis(high),
        heartbeat_interval: Duration::from_millis(heartbeat),
        max_append_entries: dice.one_of(&[1, 2, 8, 64]),
        max_append_bytes,
        max_in_flight_bytes,
        max_uncommitted_bytes,
        clock_drift_ppm_max: dice.one_of(&[0, 10_000, 200_000]),
        max_in_flight_appends: dice.one_of(&[1, 2, 16]),
        pre_vote: dice.percent(50) || members,
        leader_stickiness,
        leases: leader_stickiness && dice.percent(50),
        check_quorum: dice.percent(50) || members,
        // The same for all servers, so it decides nothing.
        priority: 0,
        backoff_doublings_max: dice.count(0, 3),
        no_op_on_election: dice.percent(75),
        go_back_by_hints: dice.percent(75),
        forward_proposals: dice.percent(30),
        mistakes: raftarium_core::Mistakes::NONE,
        snapshot_after_entries: NonZeroU64::new(dice.one_of(&[0, 1, 3, 12, 50])),
        snapshot_after_bytes: NonZeroU64::new(dice.one_of(&[0, 0, 20, 200])),
        // The world draws the servers' seed from its own.
        seed: 0,
    }
}

fn disk(dice: &mut Dice, write_min: Duration, slow: u64) -> DiskSettings {
    let write_max = write_min + dice.ms(1, 3) + Duration::from_millis(slow);
    DiskSettings { write_min, write_max, torn_ppm: dice.one_of(&[0, 300_000, 1_000_000]), ..DiskSettings::default() }
}

/// How links are at first, and those to clients always: no command mends these, and clients have to be served once the
/// faults have ended.
fn clients_link(dice: &mut Dice) -> LinkSettings {
    let mut settings = link(dice, 4);
    settings.loss_ppm = settings.loss_ppm.min(50_000);
    settings.latency_max = settings.latency_max.min(settings.latency_min + Duration::from_millis(60));
    (settings.bytes_per_second, settings.queue_bytes_max) = (None, None);
    settings
}

/// A link that is anything from good to hardly there; of its faults, each is there in one of `rarity` cases.
pub(super) fn link(dice: &mut Dice, rarity: u64) -> LinkSettings {
    let latency_min = dice.ms(1, 10);
    let more = dice.one_of(&[5, 20, 60, 200]);
    let mut ppm =
        |most: u64| if dice.percent(100 / rarity) { dice.count(0, u32::try_from(most).unwrap_or(0)) } else { 0 };
    let (loss_ppm, duplicate_ppm, overtaking_ppm) = (ppm(400_000), ppm(300_000), ppm(300_000));
    let narrow = dice.percent(100 / rarity);
    let bytes_per_second = NonZeroU64::new(if narrow { dice.between(500, 8_000) } else { 0 });
    LinkSettings {
        latency_min,
        latency_max: latency_min + dice.ms(1, more),
        spread: dice.one_of(&[Spread::Even, Spread::LongTail]),
        loss_ppm,
        duplicate_ppm,
        overtaking_ppm,
        bytes_per_second,
        // What waits for a line without a limit would still arrive long after the faults have ended.
        queue_bytes_max: NonZeroU64::new(if narrow { dice.between(200, 2_000) } else { 0 }),
    }
}

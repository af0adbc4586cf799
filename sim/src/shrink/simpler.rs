//! Settings, one by one, brought back to what is usual.

use raftarium_core::Settings;

use crate::disk::DiskSettings;
use crate::setup::Setup;

/// Each makes one thing of a setup usual; together, all but the seed and the numbers of servers and clients.
pub(super) const SIMPLER: [fn(&mut Setup); 25] = [
    |setup| setup.link = Setup::default().link,
    |setup| setup.link.loss_ppm = 0,
    |setup| setup.link.duplicate_ppm = 0,
    |setup| setup.link.overtaking_ppm = 0,
    |setup| (setup.link.bytes_per_second, setup.link.queue_bytes_max) = (None, None),
    |setup| setup.disk = DiskSettings::default(),
    |setup| (setup.disk.torn_ppm, setup.disk.lies) = (0, false),
    |setup| {
        (setup.disk.sync_min, setup.disk.sync_max) =
            (DiskSettings::default().sync_min, DiskSettings::default().sync_max)
    },
    |setup| setup.request_timeout = Setup::default().request_timeout,
    |setup| {
        let usual = Settings::plain();
        setup.raft.election_timeout_min = usual.election_timeout_min;
        setup.raft.election_timeout_max = usual.election_timeout_max;
        setup.raft.heartbeat_interval = usual.heartbeat_interval;
    },
    |setup| setup.raft.max_append_entries = Settings::plain().max_append_entries,
    |setup| setup.raft.max_append_bytes = Settings::plain().max_append_bytes,
    |setup| setup.raft.max_in_flight_bytes = Settings::plain().max_in_flight_bytes,
    |setup| setup.raft.max_uncommitted_bytes = Settings::plain().max_uncommitted_bytes,
    |setup| setup.raft.max_in_flight_appends = Settings::plain().max_in_flight_appends,
    |setup| setup.raft.clock_drift_ppm_max = Settings::plain().clock_drift_ppm_max,
    |setup| setup.raft.pre_vote = false,
    // Leases need it.
    |setup| (setup.raft.leases, setup.raft.leader_stickiness) = (false, false),
    |setup| setup.raft.leases = false,
    |setup| setup.raft.check_quorum = false,
    |setup| setup.raft.forward_proposals = false,
    |setup| setup.raft.backoff_doublings_max = 0,
    |setup| setup.raft.no_op_on_election = true,
    |setup| setup.raft.snapshot_after_entries = None,
    |setup| setup.raft.snapshot_after_bytes = None,
];

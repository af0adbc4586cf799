//! New servers, as the scripts configure them.

use std::time::Duration;

use raftarium_core::{Config, EntryId, LogIndex, Membership, NodeId, Settings, TIMEOUT_MAX, Term};

use super::env::Env;
use super::host::{ELECTION_TICKS, Host, TICK};
use crate::script::{Command, number};

impl Env {
    /// Their servers start in term 0 with a snapshot of term 1, which is no state that a server can leave behind. Ours
    /// start in term 1, and all terms after it are one more than theirs.
    pub(crate) fn add_nodes(&mut self, command: &Command) -> Result<Option<String>, String> {
        let count: u64 = number(command.plain(0)?)?;
        let tick = Duration::from_micros(TICK);
        let mut settings = Settings {
            election_timeout_min: tick * u32::try_from(ELECTION_TICKS).unwrap_or(1),
            election_timeout_max: TIMEOUT_MAX,
            heartbeat_interval: Duration::from_micros(1),
            max_append_entries: u32::MAX,
            max_append_bytes: u64::MAX,
            max_in_flight_bytes: u64::MAX,
            max_uncommitted_bytes: u64::MAX,
            max_in_flight_appends: u32::MAX,
            ..Settings::plain()
        };
        let (mut voters, mut learners, mut index, mut content) = (Vec::new(), Vec::new(), 0, Vec::new());
        let mut asynchronous = false;
        for arg in command.named() {
            match arg.key.as_str() {
                "voters" => voters = arg.all()?,
                "learners" => learners = arg.all()?,
                "index" => index = arg.one()?,
                "content" => content = arg.one::<String>()?.into_bytes(),
                "inflight" => settings.max_in_flight_appends = arg.one()?,
                "async-storage-writes" => asynchronous = arg.one()?,
                "prevote" => settings.pre_vote = arg.one()?,
                // Theirs is one setting: a leader that hears from nobody steps down, and who hears from a leader stays.
                "checkquorum" => {
                    settings.check_quorum = arg.one()?;
                    settings.leader_stickiness = settings.check_quorum;
                }
                // Ours hands out at once what is committed; what is compared is how far that is.
                "max-committed-size-per-ready" => {
                    arg.one::<u64>()?;
                }
                "disable-conf-change-validation" => self.options.unvalidated = arg.one()?,
                "step-down-on-removal" => {
                    arg.one::<bool>()?;
                }
                "read-only" => match arg.values.first().map(String::as_str) {
                    Some("safe") => {}
                    Some("lease-based") => self.options.leases = true,
                    _ => return Err(command.unknown(arg)),
                },
                _ => return Err(command.unknown(arg)),
            }
        }
        settings.leases = self.options.leases && settings.leader_stickiness;
        if index < 2 && !(voters.is_empty() && learners.is_empty()) {
            return Ok(Some("a snapshot that servers start from is at index 2 at least".into()));
        }
        let list = |ids: Vec<u64>| ids.into_iter().map(NodeId).collect::<Vec<_>>();
        let (base, membership) = if voters.is_empty() && learners.is_empty() && index == 0 {
            (EntryId::ZERO, Membership::nobody())
        } else {
            let membership = Membership::with_learners(list(voters), list(learners));
            (EntryId::new(LogIndex(index), Term(1)), membership.map_err(|error| error.to_string())?)
        };
        let config = Config::new(settings).map_err(|error| error.to_string())?;
        for _ in 0..count {
            let id = NodeId(self.hosts.len() as u64 + 1);
            let host = Host::start(id, config.clone(), base, membership.clone(), content.clone(), asynchronous)?;
            self.hosts.push(host);
        }
        Ok(None)
    }
}

//! What a scenario's world is made of. Whatever is left out has its default.

use alloc::string::String;
use alloc::vec::Vec;
use core::num::{NonZeroU32, NonZeroU64};
use core::time::Duration;

use raftarium_core::{LogIndex, Membership, Mistakes, Settings, Term};
use serde::{Deserialize, Serialize};

use super::name::{Ms, Name};
use crate::client::Retries;
use crate::disk::DiskSettings;
use crate::initial::{Initial, InitialContent, InitialEntry};
use crate::kv::Op;
use crate::network::LinkSettings;
use crate::setup::{Setup, SetupError};

/// What a scenario's world is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct World {
    /// Where all chance comes from.
    pub seed: u64,
    /// How many servers there are.
    pub servers: u32,
    /// How many clients there are.
    #[serde(skip_serializing_if = "usual::clients")]
    pub clients: u32,
    /// How the servers are set.
    #[serde(skip_serializing_if = "usual::raft")]
    pub raft: Raft,
    /// Which rules every server breaks on purpose, by their names.
    #[serde(skip_serializing_if = "usual::mistakes")]
    pub mistakes: Mistakes,
    /// How every link is.
    #[serde(skip_serializing_if = "usual::link")]
    pub link: LinkSettings,
    /// How every disk is.
    #[serde(skip_serializing_if = "usual::disk")]
    pub disk: DiskSettings,
    /// How long a client waits for an answer.
    #[serde(skip_serializing_if = "usual::request_timeout")]
    pub request_timeout: Ms,
    /// What a client does that gets no answer.
    #[serde(skip_serializing_if = "usual::retries")]
    pub retries: Retries,
    /// How many sessions the state machine keeps; without it, as many as it does in other runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions_max: Option<NonZeroU32>,
    /// What servers begin with. Those that are not named have one committed entry of term 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub start: Vec<Start>,
    /// What servers begin with, in the form that runs have it, in which everything can be said. With this, even if it is
    /// empty, those that neither `start` nor this names begin with nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial: Option<Vec<Initial>>,
}

/// What need not be written, because it is so without being said.
macro_rules! usual {
    ($($name:ident: $type:ty),* $(,)?) => {
        mod usual {
            use super::*;

            $(
                #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
                pub(super) fn $name(given: &$type) -> bool {
                    *given == World::default().$name
                }
            )*
        }
    };
}

usual! {
    clients: u32,
    raft: Raft,
    mistakes: Mistakes,
    link: LinkSettings,
    disk: DiskSettings,
    request_timeout: Ms,
    retries: Retries,
}

impl Default for World {
    /// Five servers, and every number of them chosen so that a person can follow: packets take 10 ms, writes 1 ms.
    fn default() -> Self {
        let exactly = Duration::from_millis(10);
        let link = LinkSettings { latency_min: exactly, latency_max: exactly, ..LinkSettings::default() };
        let write = Duration::from_millis(1);
        let disk = DiskSettings { write_min: write, write_max: write, ..DiskSettings::default() };
        let Setup { seed, servers, clients, request_timeout, retries, .. } = Setup::default();
        let request_timeout = Ms(request_timeout);
        Self {
            seed,
            servers,
            clients,
            raft: Raft::default(),
            mistakes: Mistakes::NONE,
            link,
            disk,
            request_timeout,
            retries,
            sessions_max: None,
            start: Vec::new(),
            initial: None,
        }
    }
}

/// What some servers begin with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Which servers.
    pub servers: Vec<Name>,
    /// Their term; without one, that of their last entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<u64>,
    /// Whom they voted for in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vote: Option<Name>,
    /// Their logs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<Entry>,
    /// How far they know them to be committed.
    #[serde(default)]
    pub commit: u64,
    /// Who votes, as far as they know before their first entry; without it, all servers. With nobody, they wait to be
    /// found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voters: Option<Vec<Name>>,
    /// Who gets the log without voting, as far as they know before their first entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learners: Vec<Name>,
}

/// An entry that a server begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Entry {
    /// Of this term, and its index and its term is all that it writes.
    Term(u64),
    /// Puts a value.
    Put(PutEntry),
    /// Says who votes from here on.
    Voters(VotersEntry),
}

/// An entry that puts a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutEntry {
    /// The term of the leader that made it.
    pub term: u64,
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

/// An entry that says who votes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VotersEntry {
    /// The term of the leader that made it.
    pub term: u64,
    /// Who votes.
    pub voters: Vec<Name>,
    /// Who gets the log without voting.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learners: Vec<Name>,
}

impl World {
    /// The setup of this world.
    ///
    /// # Errors
    ///
    /// If a number is not allowed, or a server cannot begin as it is said.
    pub fn setup(&self) -> Result<Setup, SetupError> {
        let mut initial: Vec<Initial> = Vec::new();
        for start in &self.start {
            for &server in &start.servers {
                initial.push(start.of(server)?);
            }
        }
        let usual = Start {
            servers: Vec::new(),
            term: None,
            vote: None,
            log: alloc::vec![Entry::Term(1)],
            commit: 1,
            voters: None,
            learners: Vec::new(),
        };
        match &self.initial {
            Some(said) => initial.extend_from_slice(said),
            None => {
                for server in (1..=u64::from(self.servers.min(crate::SERVERS_MAX))).map(raftarium_core::NodeId) {
                    if !initial.iter().any(|initial| initial.server == server) {
                        initial.push(usual.of(Name(server))?);
                    }
                }
            }
        }
        let usual = Setup::default();
        let setup = Setup {
            seed: self.seed,
            servers: self.servers,
            clients: self.clients,
            raft: Settings { mistakes: self.mistakes, ..self.raft.settings() },
            link: self.link,
            disk: self.disk,
            initial,
            request_timeout: self.request_timeout.0,
            retries: self.retries,
            sessions_max: self.sessions_max.unwrap_or(usual.sessions_max),
        };
        setup.check()?;
        Ok(setup)
    }
}

impl Start {
    fn of(&self, Name(server): Name) -> Result<Initial, SetupError> {
        let membership = match &self.voters {
            None => None,
            Some(voters) if voters.is_empty() => Some(Membership::nobody()),
            Some(voters) => Some(membership(server, voters, &self.learners)?),
        };
        let log = (1_u64..).zip(&self.log);
        let log = log.map(|(index, entry)| entry.initial(server, index)).collect::<Result<Vec<_>, _>>()?;
        let last = log.last().map_or(Term(0), |entry| entry.term);
        let term = self.term.map_or(last, Term);
        let vote = self.vote.map(|Name(vote)| vote);
        Ok(Initial { server, term, vote, commit: LogIndex(self.commit), membership, log })
    }
}

fn membership(server: raftarium_core::NodeId, voters: &[Name], learners: &[Name]) -> Result<Membership, SetupError> {
    let ids = |names: &[Name]| names.iter().map(|name| name.0).collect::<Vec<_>>();
    Membership::with_learners(ids(voters), ids(learners)).map_err(|error| SetupError::Membership { server, error })
}

impl Entry {
    fn initial(&self, server: raftarium_core::NodeId, index: u64) -> Result<InitialEntry, SetupError> {
        let (term, content) = match self {
            // Entries with the same index and term are the same entry, so what it writes says no more than that.
            Self::Term(term) => {
                let (key, value) = (alloc::format!("entry {index}"), alloc::format!("term {term}"));
                (*term, InitialContent::Op(Op::Put { key, value }))
            }
            Self::Put(PutEntry { term, key, value }) => {
                (*term, InitialContent::Op(Op::Put { key: key.clone(), value: value.clone() }))
            }
            Self::Voters(VotersEntry { term, voters, learners }) => {
                (*term, InitialContent::Membership(membership(server, voters, learners)?))
            }
        };
        Ok(InitialEntry { term: Term(term), content })
    }
}

/// The settings that a scenario may choose, and those that it does not choose.
macro_rules! raft {
    ($($(#[$doc:meta])* $name:ident: $type:ty $(=> $into:ident)?),* $(,)?) => {
        /// How the servers of a scenario are set. What is left out is as in the paper's Figure 2: no PreVote, no
        /// CheckQuorum, and a new leader appends nothing by itself. See [`Settings`] for what each is.
        #[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Raft {
            $(
                #[allow(missing_docs, reason = "they are those of `Settings`, with their names")]
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $name: Option<$type>,
            )*
        }

        impl Raft {
            /// The settings of a server.
            #[must_use]
            pub fn settings(&self) -> Settings {
                let mut settings = Settings { no_op_on_election: false, ..Settings::plain() };
                $(
                    if let Some(chosen) = self.$name {
                        settings.$name = raft!(@ chosen $($into)?);
                    }
                )*
                settings
            }

            /// What has to be chosen so that a server has `settings`. Their seed is not used and cannot be said.
            #[must_use]
            pub(super) fn of(settings: &Settings) -> Self {
                let usual = Self::default().settings();
                Self {
                    $(
                        $name: if settings.$name == usual.$name {
                            None
                        } else {
                            let given = settings.$name;
                            raft!(< given $($into)?)
                        },
                    )*
                }
            }
        }
    };
    (< $given:ident) => { Some($given) };
    (< $given:ident duration) => { Some(Ms($given)) };
    (< $given:ident some) => { $given };
    (@ $chosen:ident) => { $chosen };
    (@ $chosen:ident duration) => { $chosen.0 };
    (@ $chosen:ident some) => { Some($chosen) };
}

raft! {
    election_timeout_min: Ms => duration,
    election_timeout_max: Ms => duration,
    heartbeat_interval: Ms => duration,
    max_append_entries: u32,
    max_append_bytes: u64,
    max_in_flight_bytes: u64,
    max_uncommitted_bytes: u64,
    clock_drift_ppm_max: u32,
    max_in_flight_appends: u32,
    pre_vote: bool,
    leader_stickiness: bool,
    leases: bool,
    check_quorum: bool,
    priority: u32,
    backoff_doublings_max: u32,
    no_op_on_election: bool,
    go_back_by_hints: bool,
    forward_proposals: bool,
    snapshot_after_entries: NonZeroU64 => some,
    snapshot_after_bytes: NonZeroU64 => some,
}

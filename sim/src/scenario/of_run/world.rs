//! The world of a run, as scenarios say it.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use raftarium_core::{Membership, NodeId};

use super::super::name::{Ms, Name};
use super::super::setup::{Entry, PutEntry, Raft, Start, VotersEntry, World};
use crate::initial::{Initial, InitialContent, InitialEntry};
use crate::kv::Op;
use crate::setup::Setup;

impl World {
    /// The world with this setup.
    #[must_use]
    pub(super) fn of(setup: &Setup) -> Self {
        let Setup { seed, servers, clients, raft, link, disk, initial, request_timeout, retries, sessions_max } = setup;
        let (start, initial) = start(initial, *servers);
        Self {
            seed: *seed,
            servers: *servers,
            clients: *clients,
            raft: Raft::of(raft),
            mistakes: raft.mistakes,
            link: *link,
            disk: *disk,
            request_timeout: Ms(*request_timeout),
            retries: *retries,
            sessions_max: (*sessions_max != Setup::default().sessions_max).then_some(*sessions_max),
            start,
            initial,
        }
    }
}

/// What servers begin with in the short form, if it can say that; otherwise as it is.
fn start(initial: &[Initial], servers: u32) -> (Vec<Start>, Option<Vec<Initial>>) {
    let same = |a: &Initial, b: &Initial| Initial { server: b.server, ..a.clone() } == *b;
    let short: Option<Vec<Start>> = initial.chunk_by(same).map(Start::of_those).collect();
    match short {
        // Those that nobody names would have an entry.
        Some(start) if initial.len() == servers as usize => (start, None),
        Some(start) => (start, Some(Vec::new())),
        None => (Vec::new(), Some(initial.to_vec())),
    }
}

impl Start {
    /// What these begin with, who all begin with the same; nothing, if it cannot be said like this.
    fn of_those(those: &[Initial]) -> Option<Self> {
        let Initial { term, vote, commit, membership, log, .. } = those.first()?;
        let (voters, learners) = match membership {
            None => (None, Vec::new()),
            Some(membership) => names(membership).map(|(voters, learners)| (Some(voters), learners))?,
        };
        let last = log.last().map(|entry| entry.term).unwrap_or_default();
        Some(Self {
            servers: those.iter().map(|initial| Name(initial.server)).collect(),
            term: (*term != last).then_some(term.0),
            vote: vote.map(Name),
            log: (1..).zip(log).map(|(index, entry)| Entry::of(index, entry)).collect::<Option<_>>()?,
            commit: commit.0,
            voters,
            learners,
        })
    }
}

impl Entry {
    fn of(index: u64, entry: &InitialEntry) -> Option<Self> {
        let term = entry.term.0;
        match &entry.content {
            InitialContent::Op(Op::Put { key, value }) => {
                let plain = *key == alloc::format!("entry {index}") && *value == alloc::format!("term {term}");
                let put = || PutEntry { term, key: String::clone(key), value: value.to_string() };
                Some(if plain { Self::Term(term) } else { Self::Put(put()) })
            }
            InitialContent::Membership(membership) => {
                let (voters, learners) = names(membership)?;
                // With nobody, it could not be read again.
                (!voters.is_empty()).then_some(Self::Voters(VotersEntry { term, voters, learners }))
            }
            InitialContent::NoOp | InitialContent::Op(_) => None,
        }
    }
}

/// Who votes, and who only learns; nothing, if it is joint.
fn names(membership: &Membership) -> Option<(Vec<Name>, Vec<Name>)> {
    let names = |ids: &[NodeId]| ids.iter().copied().map(Name).collect();
    (!membership.is_joint()).then(|| (names(membership.voters()), names(membership.learners())))
}

//! Servers that do not begin with nothing: what they find on their disks at first.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use raftarium_core::{
    Boot, Config, DurableState, Entry, EntryId, HardState, Instant, LogIndex, Membership, Node, NodeId, Payload, Term,
};
use serde::{Deserialize, Serialize};

use crate::kv::Op;
use crate::order::Order;
use crate::setup::{Setup, SetupError};

/// What a server finds on its disk when the world begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Initial {
    /// Which server.
    pub server: NodeId,
    /// Its term: at least that of its last entry.
    pub term: Term,
    /// Whom it voted for in that term.
    pub vote: Option<NodeId>,
    /// How far it knows its log to be committed. Up to there, it is applied as the server starts.
    pub commit: LogIndex,
    /// Who belonged to the cluster before the first entry; without it, all servers that there are at first.
    pub membership: Option<Membership>,
    /// Its log, from index 1 on.
    pub log: Vec<InitialEntry>,
}

/// An entry of such a log.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InitialEntry {
    /// The term of the leader that made it.
    pub term: Term,
    /// What it carries.
    pub content: InitialContent,
}

/// What an entry of such a log carries.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum InitialContent {
    /// Nothing.
    NoOp,
    /// Something for the state machine.
    Op(Op),
    /// Who belongs to the cluster from here on.
    Membership(Membership),
}

impl Initial {
    fn entries(&self) -> Vec<Entry> {
        let entry = |(index, InitialEntry { term, content }): (u64, &InitialEntry)| {
            let payload = match content {
                InitialContent::NoOp => Payload::NoOp,
                InitialContent::Op(op) => Payload::Command(Order::Plain(op.clone()).encode().into()),
                InitialContent::Membership(membership) => Payload::Membership(Box::new(membership.clone())),
            };
            Entry { id: EntryId::new(LogIndex(index), *term), payload }
        };
        (1..).zip(&self.log).map(entry).collect()
    }

    fn ops(&self) -> impl Iterator<Item = (&Self, LogIndex, &InitialEntry)> {
        (1..).map(LogIndex).zip(&self.log).map(move |(index, entry)| (self, index, entry))
    }

    /// What is on the disk: who belonged to the cluster before everything, and everything.
    pub(crate) fn durable(&self, everyone: &Membership) -> DurableState {
        let membership = self.membership.clone().unwrap_or_else(|| everyone.clone());
        let hard_state = HardState { term: self.term, vote: self.vote, commit: self.commit };
        DurableState { hard_state, entries: self.entries(), ..DurableState::new(membership) }
    }
}

/// What has been done before the world begins, as one server or another knows it, in the order of the log.
pub(crate) fn committed(setup: &Setup) -> impl Iterator<Item = &Op> {
    let furthest = setup.initial.iter().max_by_key(|initial| initial.commit);
    furthest.into_iter().flat_map(Initial::ops).filter_map(|(initial, index, entry)| {
        if let InitialContent::Op(op) = &entry.content
            && index <= initial.commit
        {
            Some(op)
        } else {
            None
        }
    })
}

/// What may still be done, or never: it is in the log of a server and not committed. What several have is one.
pub(crate) fn uncommitted(setup: &Setup) -> impl Iterator<Item = &Op> {
    let commit = setup.initial.iter().map(|initial| initial.commit).max();
    let mut seen = BTreeSet::new();
    setup.initial.iter().flat_map(Initial::ops).filter_map(move |(_, index, entry)| {
        let InitialContent::Op(op) = &entry.content else { return None };
        (Some(index) > commit && seen.insert((index, entry.term))).then_some(op)
    })
}

/// Whether servers can start from what `setup` gives them.
pub(crate) fn check(setup: &Setup) -> Result<(), SetupError> {
    let everyone = setup.everyone();
    let mut named = BTreeSet::new();
    for initial in &setup.initial {
        let server = initial.server;
        if server.0 == 0 || server.0 > u64::from(setup.servers) {
            return Err(SetupError::UnknownServer { given: server, servers: setup.servers });
        }
        if !named.insert(server) {
            return Err(SetupError::RepeatedServer { given: server });
        }
        for entry in &initial.log {
            if let InitialContent::Op(op) = &entry.content {
                op.check().map_err(|error| SetupError::Op { server, error })?;
            }
        }
        let config = Config::new(setup.raft.clone())?;
        Node::start(server, config, initial.durable(&everyone), Boot(1), Instant::ZERO)
            .map_err(|error| SetupError::Start { server, error })?;
    }
    Ok(())
}

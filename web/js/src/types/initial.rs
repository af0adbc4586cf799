//! What servers begin with.

use raftarium_sim as sim;
use raftarium_sim::core::{self, LogIndex, Term};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::command::Op;
use super::number::{MAX_SAFE, Number, ServerId};
use crate::failure::{ErrorCode, Failure};

/// What a server finds on its disk at first: its term, its vote and its log, as another simulation could have left them
/// behind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object that says what a server begins with")]
#[tsify(missing_as_null)]
pub struct Initial {
    /// Which server.
    pub server: ServerId,
    /// Its term: at least that of its last entry.
    #[tsify(type = "number")]
    pub term: Number,
    /// Whom it voted for in that term. Default: nobody.
    #[serde(default)]
    #[tsify(optional)]
    pub vote: Option<ServerId>,
    /// How far it knows its log to be committed. Up to there, it is applied as the server starts. Default: 0.
    #[serde(default)]
    #[tsify(type = "number", optional)]
    pub commit: Number,
    /// Who belonged to the cluster before the first entry. Default: all servers that there are at first.
    #[serde(default)]
    #[tsify(optional)]
    pub membership: Option<InitialMembership>,
    /// Its log, from index 1 on.
    pub log: Vec<InitialEntry>,
}

/// Who belongs to the cluster. With nobody, a server waits until a leader finds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object with `voters`")]
pub struct InitialMembership {
    /// Who votes.
    pub voters: Vec<ServerId>,
    /// Who gets the log and does not vote. Default: nobody.
    #[serde(default)]
    #[tsify(optional)]
    pub learners: Vec<ServerId>,
}

/// An entry of such a log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an entry: an object with `term`")]
#[tsify(missing_as_null)]
pub struct InitialEntry {
    /// The term of the leader that made it.
    #[tsify(type = "number")]
    pub term: Number,
    /// What it carries for the state machine; without it and without a membership, it does nothing.
    #[serde(default)]
    #[tsify(optional)]
    pub op: Option<Op>,
    /// Who belongs to the cluster from here on, if it says so; then it has no `op`.
    #[serde(default)]
    #[tsify(optional)]
    pub membership: Option<InitialMembership>,
}

impl TryFrom<Initial> for sim::Initial {
    type Error = Failure;

    fn try_from(initial: Initial) -> Result<Self, Failure> {
        let Initial { server, term, vote, commit, membership, log } = initial;
        let server = server.node()?;
        Ok(Self {
            server,
            term: Term(term.between("initial.term", 0, MAX_SAFE)?),
            vote: vote.map(ServerId::node).transpose()?,
            commit: LogIndex(commit.between("initial.commit", 0, MAX_SAFE)?),
            membership: membership.map(|membership| membership.of(server)).transpose()?,
            log: log.into_iter().map(|entry| entry.of(server)).collect::<Result<_, _>>()?,
        })
    }
}

impl InitialEntry {
    fn of(self, server: core::NodeId) -> Result<sim::InitialEntry, Failure> {
        let content = match (self.op, self.membership) {
            (None, None) => sim::InitialContent::NoOp,
            (Some(op), None) => sim::InitialContent::Op(op.try_into()?),
            (None, Some(membership)) => sim::InitialContent::Membership(membership.of(server)?),
            (Some(_), Some(_)) => {
                let message = format!("an entry that {server} begins with has an op and a membership; allowed is one");
                return Err(Failure::new(ErrorCode::MalformedOptions, message).allowed("one of op and membership"));
            }
        };
        Ok(sim::InitialEntry { term: Term(self.term.between("initial.log.term", 1, MAX_SAFE)?), content })
    }
}

impl InitialMembership {
    fn of(self, server: core::NodeId) -> Result<core::Membership, Failure> {
        let ids = |ids: Vec<ServerId>| ids.into_iter().map(ServerId::node).collect::<Result<Vec<_>, _>>();
        let (voters, learners) = (ids(self.voters)?, ids(self.learners)?);
        if voters.is_empty() && learners.is_empty() {
            return Ok(core::Membership::nobody());
        }
        let membership = core::Membership::with_learners(voters, learners);
        membership.map_err(|error| sim::SetupError::Membership { server, error }.into())
    }
}

impl From<&core::Membership> for InitialMembership {
    fn from(membership: &core::Membership) -> Self {
        let ids = |ids: &[core::NodeId]| ids.iter().copied().map(Into::into).collect();
        Self { voters: ids(membership.voters()), learners: ids(membership.learners()) }
    }
}

impl From<&sim::Initial> for Initial {
    fn from(initial: &sim::Initial) -> Self {
        let entry = |entry: &sim::InitialEntry| {
            let (op, membership) = match &entry.content {
                sim::InitialContent::NoOp => (None, None),
                sim::InitialContent::Op(op) => (Some(op.clone().into()), None),
                sim::InitialContent::Membership(membership) => (None, Some(membership.into())),
            };
            InitialEntry { term: entry.term.0.into(), op, membership }
        };
        Self {
            server: initial.server.into(),
            term: initial.term.0.into(),
            vote: initial.vote.map(Into::into),
            commit: initial.commit.0.into(),
            membership: initial.membership.as_ref().map(Into::into),
            log: initial.log.iter().map(entry).collect(),
        }
    }
}

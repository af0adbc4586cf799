//! What can be seen of a node.

use crate::config::Config;
use crate::event::Role;
use crate::log::Log;
use crate::membership::Membership;
use crate::node::Node;
use crate::output::HardState;
use crate::progress::Progress;
use crate::role::{Candidate, Follower, Leader, State};
use crate::types::{Boot, LogIndex, NodeId};

/// What can be seen of a node.
impl Node {
    /// The server's name.
    #[must_use]
    pub const fn id(&self) -> NodeId {
        self.id
    }

    /// Its settings.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The life that it is in.
    #[must_use]
    pub const fn boot(&self) -> Boot {
        self.durability.boot()
    }

    /// Who belongs to the cluster, as far as it knows.
    #[must_use]
    pub fn membership(&self) -> &Membership {
        self.memberships.current()
    }

    /// Its role.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.state.role()
    }

    /// Its term, its vote and its commit index, as they are now; the durable ones may be older.
    #[must_use]
    pub const fn hard_state(&self) -> HardState {
        HardState { term: self.term, vote: self.vote, commit: self.commit }
    }

    /// The leader of its term, as far as it knows.
    #[must_use]
    pub const fn leader(&self) -> Option<NodeId> {
        match &self.state {
            State::Follower(Follower { leader, .. }) => *leader,
            State::PreCandidate(_) | State::Candidate(_) => None,
            State::Leader(_) => Some(self.id),
        }
    }

    /// Its log, durable or not.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// How far its log is on its disk.
    #[must_use]
    pub const fn durable_index(&self) -> LogIndex {
        self.durability.durable()
    }

    /// How far its host has applied the log.
    #[must_use]
    pub const fn applied_index(&self) -> LogIndex {
        self.applied
    }

    /// To whom this leader hands over, if it does.
    #[must_use]
    pub fn transferring_to(&self) -> Option<NodeId> {
        match &self.state {
            State::Leader(Leader { transfer, .. }) => transfer.map(|transfer| transfer.to),
            State::Follower(_) | State::PreCandidate(_) | State::Candidate(_) => None,
        }
    }

    /// What the voters answered to this candidate so far; of other roles, nothing.
    pub fn votes(&self) -> impl Iterator<Item = (NodeId, bool)> {
        let votes = match &self.state {
            State::PreCandidate(Candidate { votes, .. }) | State::Candidate(Candidate { votes, .. }) => Some(votes),
            State::Follower(_) | State::Leader(_) => None,
        };
        votes.into_iter().flatten().map(|(&id, &granted)| (id, granted))
    }

    /// What this leader knows of its followers, in the order of their names; of other roles, nothing.
    #[must_use]
    pub fn followers(&self) -> &[Progress] {
        match &self.state {
            State::Leader(Leader { followers, .. }) => followers,
            State::Follower(_) | State::PreCandidate(_) | State::Candidate(_) => &[],
        }
    }
}

//! The role of a server (§5.1), with what only that role has.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::event::Role;
use crate::output::{Deadline, Timer};
use crate::progress::Progress;
use crate::time::Instant;
use crate::types::{LogIndex, NodeId};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum State {
    Follower(Follower),
    Candidate(Candidate),
    Leader(Leader),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Follower {
    pub(crate) leader: Option<NodeId>,
    pub(crate) election: Wait,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Candidate {
    /// What each voter answered.
    pub(crate) votes: BTreeMap<NodeId, bool>,
    pub(crate) election: Wait,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Leader {
    pub(crate) followers: Vec<Progress>,
    pub(crate) heartbeat: Wait,
    /// Whether a follower may have something to be sent.
    pub(crate) stirred: bool,
    /// Empty between uses; kept so that counting copies allocates nothing.
    pub(crate) scratch: Vec<LogIndex>,
}

/// A wait that began at a moment and ends at another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Wait {
    pub(crate) since: Instant,
    pub(crate) at: Instant,
}

impl State {
    pub(crate) const fn role(&self) -> Role {
        match self {
            Self::Follower(_) => Role::Follower,
            Self::Candidate(_) => Role::Candidate,
            Self::Leader(_) => Role::Leader,
        }
    }

    pub(crate) const fn deadline(&self) -> Deadline {
        let (wait, timer) = match self {
            Self::Follower(Follower { election, .. }) | Self::Candidate(Candidate { election, .. }) => {
                (election, Timer::Election)
            }
            Self::Leader(Leader { heartbeat, .. }) => (heartbeat, Timer::Heartbeat),
        };
        Deadline { at: wait.at, since: wait.since, timer }
    }
}

impl Leader {
    pub(crate) fn follower(&mut self, id: NodeId) -> Option<&mut Progress> {
        let position = self.followers.binary_search_by_key(&id, |progress| progress.id).ok()?;
        self.followers.get_mut(position)
    }
}

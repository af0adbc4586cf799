//! The role of a server (§5.1), with what only that role has.

use alloc::vec::Vec;

use crate::event::{ElectionReason, Role};
use crate::forward::PassedOn;
use crate::output::{PersistId, Timer};
use crate::progress::Progress;
use crate::reads::Rounds;
use crate::sorted::Sorted;
use crate::time::Instant;
use crate::transfer::Transfer;
use crate::types::{LogIndex, NodeId};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::large_enum_variant, reason = "a server has one, and a leader's is used with every message")]
pub(crate) enum State {
    Follower(Follower),
    /// It has not begun a term of its own yet.
    PreCandidate(Candidate),
    Candidate(Candidate),
    Leader(Leader),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Follower {
    pub(crate) leader: Option<NodeId>,
    /// It begins anew with every sign of the leader.
    pub(crate) election: Wait,
    /// The latest of the leader's rounds that was answered before its entries were durable.
    pub(crate) answered: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Candidate {
    pub(crate) reason: ElectionReason,
    /// What each voter answered.
    pub(crate) votes: Sorted<NodeId, bool>,
    pub(crate) election: Wait,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Leader {
    pub(crate) followers: Vec<Progress>,
    pub(crate) heartbeat: Wait,
    /// Since when the signs of a majority are counted, and until when they must have come; nothing if they are not.
    pub(crate) quorum: Option<Wait>,
    /// The oldest write that was under way when they were counted last.
    pub(crate) oldest_write: Option<PersistId>,
    pub(crate) transfer: Option<Transfer>,
    pub(crate) rounds: Rounds,
    /// What others passed on to this leader.
    pub(crate) passed_on: PassedOn,
    /// How many bytes of commands this leader took that are not committed. What it found in its log does not count:
    /// that may need a proposal to commit (§5.4.2).
    pub(crate) uncommitted_bytes: u64,
    /// Whether a follower may have something to be sent.
    pub(crate) stirred: bool,
    /// The position of the follower that is being sent to, while what there is to be sent is handed out.
    pub(crate) sending_to: Option<usize>,
    /// Empty between uses; kept so that counting copies allocates nothing.
    pub(crate) scratch: Vec<LogIndex>,
}

/// A wait that began at a moment and ends at another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Wait {
    pub(crate) since: Instant,
    pub(crate) at: Instant,
}

impl Wait {
    pub(crate) fn new(since: Instant, duration: core::time::Duration) -> Self {
        Self { since, at: since + duration }
    }

    /// It begins anew.
    pub(crate) fn again(self, since: Instant) -> Self {
        Self::new(since, self.at.since(self.since))
    }
}

impl Follower {
    pub(crate) const fn new(leader: Option<NodeId>, election: Wait) -> Self {
        Self { leader, election, answered: 0 }
    }
}

impl State {
    pub(crate) const fn role(&self) -> Role {
        match self {
            Self::Follower(_) => Role::Follower,
            Self::PreCandidate(_) => Role::PreCandidate,
            Self::Candidate(_) => Role::Candidate,
            Self::Leader(_) => Role::Leader,
        }
    }

    /// The wait for `timer`, if there is one in this role.
    pub(crate) fn wait(&self, timer: Timer) -> Option<Wait> {
        match (self, timer) {
            (
                Self::Follower(Follower { election, .. })
                | Self::PreCandidate(Candidate { election, .. })
                | Self::Candidate(Candidate { election, .. }),
                Timer::Election,
            ) => Some(*election),
            (Self::Leader(leader), Timer::Heartbeat) => Some(leader.heartbeat),
            (Self::Leader(leader), Timer::CheckQuorum) => leader.quorum,
            (Self::Leader(leader), Timer::Transfer) => leader.transfer.map(|transfer| transfer.wait),
            (Self::Follower(_) | Self::PreCandidate(_) | Self::Candidate(_) | Self::Leader(_), _) => None,
        }
    }
}

impl Leader {
    pub(crate) fn follower(&mut self, id: NodeId) -> Option<&mut Progress> {
        let position = self.followers.binary_search_by_key(&id, |progress| progress.id).ok()?;
        self.followers.get_mut(position)
    }
}

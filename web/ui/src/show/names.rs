//! What servers and links are called, on the screen and by a screen reader.

use raftarium_sim::core::{Membership, NodeId, ProgressState, Role};
use raftarium_sim::{EntryView, FollowerView, ServerView, View};

use super::reach::Reach;
use super::seconds;
use crate::geometry::partition::is_cut;

/// The role in a word.
pub(crate) const fn role(server: &ServerView) -> &'static str {
    match server.role {
        None => "crashed",
        Some(Role::Follower) => "follower",
        Some(Role::PreCandidate) => "pre-candidate",
        Some(Role::Candidate) => "candidate",
        Some(Role::Leader) => "leader",
    }
}

/// Whether the server asks for votes, or would like to.
pub(crate) const fn is_candidate(server: &ServerView) -> bool {
    match server.role {
        Some(Role::PreCandidate | Role::Candidate) => true,
        Some(Role::Follower | Role::Leader) | None => false,
    }
}

/// How a leader replicates to a follower, and when it last heard from it.
pub(crate) fn replication(follower: &FollowerView) -> String {
    let how = match follower.state {
        ProgressState::Probe { .. } => "looks for the place where the logs agree",
        ProgressState::Replicate if follower.snapshot.is_some() => "sends one after the other, and a snapshot",
        ProgressState::Replicate => "sends one after the other",
        ProgressState::Snapshot { .. } => "sends a snapshot",
    };
    match follower.last_contact {
        Some(at) => format!("{how}; last answer at {}", seconds(at)),
        None => format!("{how}; no answer yet"),
    }
}

/// What an entry carries, in short: `x=1`, `no-op`, `members 1 2 3`.
pub(crate) fn carried(entry: &EntryView) -> String {
    match (&entry.op, &entry.membership) {
        (Some(op), _) => op.to_string(),
        (None, Some(membership)) => members(membership),
        (None, None) => "no-op".to_owned(),
    }
}

/// `members 1 2 3`, `members 1 2 4, still 1 2 3` while joint, `members 1 2, learner 3`.
pub(crate) fn members(membership: &Membership) -> String {
    let numbers = |ids: &[NodeId]| ids.iter().map(|id| id.0.to_string()).collect::<Vec<_>>().join(" ");
    let mut text = format!("members {}", numbers(membership.voters()));
    if membership.is_joint() {
        text += &format!(", still {}", numbers(membership.outgoing()));
    }
    match membership.learners() {
        [] => {}
        [learner] => text += &format!(", learner {}", learner.0),
        learners => text += &format!(", learners {}", numbers(learners)),
    }
    text
}

/// `S1, leader, term 2`.
pub(crate) fn server(server: &ServerView) -> String {
    format!("{}, {}, term {}", server.id, role(server), server.term)
}

/// Whether the server reaches fewer than a majority, itself included, because of cuts.
pub(crate) fn is_cut_off(view: &View, server: NodeId) -> bool {
    Reach::of(view).is_cut_off(server)
}

/// How much of a link works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkState {
    Connected,
    /// Nothing gets from the first to the second.
    CutThere,
    /// Nothing gets from the second to the first.
    CutBack,
    Cut,
}

impl LinkState {
    pub(crate) fn of(view: &View, a: NodeId, b: NodeId) -> Self {
        Self::new(is_cut(&view.cuts, a, b), is_cut(&view.cuts, b, a))
    }

    pub(crate) fn in_reach(reach: &Reach, a: NodeId, b: NodeId) -> Self {
        Self::new(reach.is_cut(a, b), reach.is_cut(b, a))
    }

    const fn new(there: bool, back: bool) -> Self {
        match (there, back) {
            (false, false) => Self::Connected,
            (true, false) => Self::CutThere,
            (false, true) => Self::CutBack,
            (true, true) => Self::Cut,
        }
    }

    pub(crate) fn words(self, a: NodeId, b: NodeId) -> String {
        match self {
            Self::Connected => "connected".to_owned(),
            Self::CutThere => format!("cut from {a} to {b}"),
            Self::CutBack => format!("cut from {b} to {a}"),
            Self::Cut => "cut".to_owned(),
        }
    }
}

/// `Link S1–S2, cut`.
pub(crate) fn link(state: LinkState, a: NodeId, b: NodeId) -> String {
    format!("Link {a}–{b}, {}", state.words(a, b))
}

/// The one who leads now: of several who think so, the one of the latest term.
pub(crate) fn leader(view: &View) -> Option<&ServerView> {
    view.servers.iter().filter(|server| server.role == Some(Role::Leader)).max_by_key(|server| server.term)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use raftarium_sim::core::Change;

    #[test]
    fn a_leader_says_when_a_follower_last_answered() {
        let view = fixture::settled(3).view();
        let follower = leader(&view).expect("a leader after a second").followers[0];
        let at = follower.last_contact.expect("it answers each heartbeat");
        assert!(at <= view.now && view.now.since(at) < std::time::Duration::from_millis(100), "{follower:?}");
        assert_eq!(replication(&follower), format!("sends one after the other; last answer at {}", seconds(at)));
        let silent = FollowerView { last_contact: None, ..follower };
        assert_eq!(replication(&silent), "sends one after the other; no answer yet");
    }

    #[test]
    fn members_are_told_by_their_numbers() {
        let ids = |numbers: &[u64]| numbers.iter().copied().map(NodeId).collect::<Vec<_>>();
        let plain = Membership::with_learners(ids(&[1, 2, 3]), ids(&[5])).expect("no server is named twice");
        assert_eq!(members(&plain), "members 1 2 3, learner 5");
        let changes = [Change::AddVoter(NodeId(4)), Change::Remove(NodeId(3)), Change::Remove(NodeId(5))];
        let joint = plain.enter_joint(&changes, true).expect("voters are left");
        assert_eq!(members(&joint), "members 1 2 4, still 1 2 3");
    }

    #[test]
    fn a_link_says_what_works() {
        let (a, b) = (NodeId(1), NodeId(2));
        assert_eq!(link(LinkState::Connected, a, b), "Link S1–S2, connected");
        assert_eq!(link(LinkState::CutBack, a, b), "Link S1–S2, cut from S2 to S1");
        assert_eq!(link(LinkState::Cut, a, b), "Link S1–S2, cut");
    }
}

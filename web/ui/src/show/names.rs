//! What servers and links are called, on the screen and by a screen reader.

use raftarium_sim::core::{NodeId, Role};
use raftarium_sim::{ServerView, View};

use crate::geometry::partition::is_cut;

/// The role in a word.
pub(crate) const fn role(server: &ServerView) -> &'static str {
    match server.role {
        None => "crashed",
        Some(Role::Follower) => "follower",
        Some(Role::Candidate) => "candidate",
        Some(Role::Leader) => "leader",
    }
}

/// `S1, leader, term 2, cut off`.
pub(crate) fn server(view: &View, server: &ServerView) -> String {
    let cut = if is_cut_off(view, server.id) { ", cut off" } else { "" };
    format!("{}, {}, term {}{cut}", server.id, role(server), server.term)
}

/// Whether the server reaches fewer than a majority, itself included, because of cuts.
pub(crate) fn is_cut_off(view: &View, server: NodeId) -> bool {
    let joined = |other: &&ServerView| {
        other.id == server || !is_cut(&view.cuts, server, other.id) && !is_cut(&view.cuts, other.id, server)
    };
    !view.cuts.is_empty() && view.servers.iter().filter(joined).count() * 2 <= view.servers.len()
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
        match (is_cut(&view.cuts, a, b), is_cut(&view.cuts, b, a)) {
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
    use raftarium_sim::Command;

    #[test]
    fn a_server_says_what_it_is() {
        let mut timeline = fixture::settled(5);
        let id = leader(&timeline.view()).expect("a leader after a second").id;
        let at = |view: &View, id: NodeId| server(view, &view.servers[id.0 as usize - 1]);
        let term = timeline.view().servers[id.0 as usize - 1].term;
        assert_eq!(at(&timeline.view(), id), format!("{id}, leader, term {term}"));

        timeline.dispatch(Command::Partition { groups: vec![vec![id]] }).expect("a partition");
        assert!(at(&timeline.view(), id).ends_with(", cut off"));
        timeline.dispatch(Command::Crash { server: id }).expect("it runs");
        assert!(at(&timeline.view(), id).contains(", crashed, "));
    }

    #[test]
    fn a_link_says_what_works() {
        let (a, b) = (NodeId(1), NodeId(2));
        assert_eq!(link(LinkState::Connected, a, b), "Link S1–S2, connected");
        assert_eq!(link(LinkState::CutBack, a, b), "Link S1–S2, cut from S2 to S1");
        assert_eq!(link(LinkState::Cut, a, b), "Link S1–S2, cut");
    }
}

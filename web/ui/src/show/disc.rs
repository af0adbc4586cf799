//! What is drawn of a server, but for what runs down: it is drawn anew only when this changes.

use raftarium_sim::core::{Membership, NodeId, Role, Term};
use raftarium_sim::{DiskSettings, ServerView, View};

use super::machinery::is_slow;
use super::names;
use super::reach::Reach;

/// A server in the ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Disc {
    pub(crate) id: NodeId,
    pub(crate) role: &'static str,
    pub(crate) term: Term,
    pub(crate) leads: bool,
    pub(crate) candidate: bool,
    pub(crate) vote: Option<NodeId>,
    /// Of a candidate: whether each of those that answered granted its vote.
    pub(crate) votes: Vec<bool>,
    pub(crate) standing: Standing,
    pub(crate) badges: Vec<Badge>,
    /// `S1, leader, term 2, cut off`.
    pub(crate) name: String,
}

/// How a server belongs to the cluster, as its leader sees it (§6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Voter,
    /// It gets the log and does not vote.
    Learner,
    /// It votes in the new half of a joint membership only.
    Joining,
    /// It votes in the old half only.
    Leaving,
    Outside,
}

/// What is unusual about a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Badge {
    Paused,
    CutOff,
    Joining,
    Leaving,
    DiskDamaged,
    DiskStalled,
    DiskFull,
    DiskLies,
    DiskSlow,
    ClockDrifts,
    /// It breaks a rule on purpose.
    BreaksRule,
}

impl Standing {
    pub(crate) fn of(membership: &Membership, id: NodeId) -> Self {
        let (joins, leaves) = (membership.voters().contains(&id), membership.outgoing().contains(&id));
        match (membership.is_joint(), joins, leaves) {
            (false, true, _) | (true, true, true) => Self::Voter,
            (true, true, false) => Self::Joining,
            (true, false, true) => Self::Leaving,
            (_, false, _) if membership.is_learner(id) => Self::Learner,
            (_, false, _) => Self::Outside,
        }
    }

    /// What is said of it; of a voter, nothing.
    pub(crate) const fn words(self) -> Option<&'static str> {
        match self {
            Self::Voter => None,
            Self::Learner => Some("learner"),
            Self::Joining => Some("joining"),
            Self::Leaving => Some("leaving"),
            Self::Outside => Some("not a member"),
        }
    }

    pub(crate) const fn class(self) -> Option<&'static str> {
        match self {
            Self::Voter => None,
            Self::Learner => Some("learner"),
            Self::Joining => Some("joining"),
            Self::Leaving => Some("leaving"),
            Self::Outside => Some("outside"),
        }
    }

    /// How large the disc is: a learner is smaller.
    pub(crate) const fn scale(self) -> f64 {
        match self {
            Self::Learner => 0.78,
            Self::Voter | Self::Joining | Self::Leaving | Self::Outside => 1.0,
        }
    }
}

impl Badge {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::CutOff => "cut off",
            Self::Joining => "joining",
            Self::Leaving => "leaving",
            Self::DiskDamaged => "disk damaged",
            Self::DiskStalled => "disk stalled",
            Self::DiskFull => "disk full",
            Self::DiskLies => "disk loses what it says is safe",
            Self::DiskSlow => "disk slow",
            Self::ClockDrifts => "clock drifts",
            Self::BreaksRule => "breaks a rule",
        }
    }

    /// Its picture, around 0 0, 10 wide.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Paused => "M-2 -3.5V3.5M2 -3.5V3.5",
            Self::CutOff => "M-5 0H-2M2 0H5M-1 -3.5L1 3.5",
            Self::Joining => "M-4 0H4M0 -4V4",
            Self::Leaving => "M-4 0H4",
            Self::DiskDamaged => "M0 -4V1M0 3.6V4",
            Self::DiskStalled => "M-3.5 -4H3.5L-3.5 4H3.5Z",
            Self::DiskFull => "M-3.5 -3V3H3.5V-3ZM-3 -1H3M-3 1H3",
            Self::DiskLies => "M-3.5 -3V3H3.5V-3M-2 -3L2 3",
            Self::DiskSlow => "M-3.5 -3.5V3.5H3.5M-1 1L3 -3.5",
            Self::ClockDrifts => "M0 -4V0L3 2",
            Self::BreaksRule => "M0 -4L4 3H-4ZM0 -1V0.6",
        }
    }

    /// Whether it is about something that is cut or damaged.
    pub(crate) const fn is_bad(self) -> bool {
        match self {
            Self::CutOff
            | Self::DiskDamaged
            | Self::DiskStalled
            | Self::DiskFull
            | Self::DiskLies
            | Self::BreaksRule => true,
            Self::Paused | Self::Joining | Self::Leaving | Self::DiskSlow | Self::ClockDrifts => false,
        }
    }
}

/// What is known of servers besides what they show.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Besides<'a> {
    /// How disks write at first.
    pub(crate) usual: &'a DiskSettings,
    /// Who breaks a rule on purpose.
    pub(crate) mistaken: &'a [NodeId],
}

/// All servers, S1 first.
pub(crate) fn discs(view: &View, reach: &Reach, besides: &Besides<'_>) -> Vec<Disc> {
    // Who leads knows who belongs to the cluster; where nobody does, each tells of itself what it knows.
    let known = names::leader(view).map(|leader| &leader.membership);
    view.servers.iter().map(|server| disc(server, known.unwrap_or(&server.membership), reach, besides)).collect()
}

fn disc(server: &ServerView, membership: &Membership, reach: &Reach, besides: &Besides<'_>) -> Disc {
    let standing = Standing::of(membership, server.id);
    let badges = badges(server, standing, reach.is_cut_off(server.id), besides);
    let more = [standing.words()].into_iter().flatten();
    let words = more.chain(badges.iter().map(|badge| badge.words()).filter(|words| Some(*words) != standing.words()));
    Disc {
        id: server.id,
        role: names::role(server),
        term: server.term,
        leads: server.role == Some(Role::Leader),
        candidate: names::is_candidate(server),
        vote: server.vote,
        votes: server.votes.iter().map(|vote| vote.granted).collect(),
        standing,
        name: words.fold(names::server(server), |name, words| format!("{name}, {words}")),
        badges,
    }
}

fn badges(server: &ServerView, standing: Standing, cut_off: bool, besides: &Besides<'_>) -> Vec<Badge> {
    let all = [
        (cut_off, Badge::CutOff),
        (server.paused, Badge::Paused),
        (standing == Standing::Joining, Badge::Joining),
        (standing == Standing::Leaving, Badge::Leaving),
        (server.corruption.is_some(), Badge::DiskDamaged),
        (server.disk.stalled, Badge::DiskStalled),
        (server.disk.full, Badge::DiskFull),
        (besides.mistaken.contains(&server.id), Badge::BreaksRule),
        (server.disk.lies || server.disk.torn_ppm > 0, Badge::DiskLies),
        (is_slow(&server.disk, besides.usual), Badge::DiskSlow),
        (server.clock.drift_ppm != 0, Badge::ClockDrifts),
    ];
    all.into_iter().filter_map(|(is_so, badge)| is_so.then_some(badge)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use raftarium_sim::Command;
    use raftarium_sim::core::Change;

    fn all(view: &View) -> Vec<Disc> {
        discs(view, &Reach::of(view), &Besides { usual: &DiskSettings::default(), mistaken: &[] })
    }

    #[test]
    fn a_server_says_what_it_is() {
        let mut timeline = fixture::settled(5);
        let leader = names::leader(&timeline.view()).expect("a leader after a second").clone();
        let at = leader.id.0 as usize - 1;
        assert_eq!(all(&timeline.view())[at].name, format!("{}, leader, term {}", leader.id, leader.term));
        timeline.dispatch(Command::Partition { groups: vec![vec![leader.id]] }).expect("a partition");
        let discs_cut = all(&timeline.view());
        assert!(discs_cut[at].name.ends_with(", cut off"));
        assert_eq!(discs_cut[at].badges, [Badge::CutOff]);
        timeline.dispatch(Command::Crash { server: leader.id }).expect("it runs");
        assert!(all(&timeline.view())[at].name.contains(", crashed, "));
    }

    #[test]
    fn what_is_wrong_with_its_disk_its_clock_and_its_rules_is_seen() {
        let mut timeline = fixture::settled(3);
        let (server, usual) = (NodeId(2), timeline.setup().disk);
        let settings = DiskSettings { write_max: usual.write_max * 2, lies: true, ..usual };
        for command in [Command::SetDisk { server, settings }, Command::SetClock { server, drift_ppm: 1 }] {
            timeline.dispatch(command).expect("S2");
        }
        let view = timeline.view();
        let disc = &discs(&view, &Reach::of(&view), &Besides { usual: &usual, mistaken: &[server] })[1];
        assert_eq!(disc.badges, [Badge::BreaksRule, Badge::DiskLies, Badge::DiskSlow, Badge::ClockDrifts]);
        assert!(
            disc.name.ends_with(", breaks a rule, disk loses what it says is safe, disk slow, clock drifts"),
            "{}",
            disc.name
        );
    }

    #[test]
    fn who_joins_and_who_leaves_is_seen_while_the_membership_is_joint() {
        let ids = |numbers: &[u64]| numbers.iter().copied().map(NodeId).collect::<Vec<_>>();
        let plain = Membership::with_learners(ids(&[1, 2, 3]), ids(&[5])).expect("no server is named twice");
        let joint = plain
            .enter_joint(&[Change::AddVoter(NodeId(4)), Change::Remove(NodeId(3))], true)
            .expect("voters are left");
        let standings: Vec<Standing> = (1..=6).map(|id| Standing::of(&joint, NodeId(id))).collect();
        use Standing::{Joining, Learner, Leaving, Outside, Voter};
        assert_eq!(standings, [Voter, Voter, Leaving, Joining, Learner, Outside]);
    }

    #[test]
    fn what_only_runs_down_changes_no_disc() {
        let mut timeline = fixture::settled(5);
        let before = all(&timeline.view());
        // A heartbeat and its answers: packets move, deadlines begin anew.
        timeline.seek(timeline.now() + std::time::Duration::from_millis(60));
        assert_eq!(all(&timeline.view()), before);
    }
}

//! From one mark of the time bar to the next of its kind.

use raftarium_sim::core::Instant;

use super::digest::{Mark, MarkKind};

/// The kinds of marks that can be gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Jump {
    #[default]
    Any,
    Election,
    Commit,
    Crash,
    Fault,
    Violation,
}

impl Jump {
    pub(crate) const ALL: [Self; 6] =
        [Self::Any, Self::Election, Self::Commit, Self::Crash, Self::Fault, Self::Violation];

    /// One of them: `election`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Any => "mark",
            Self::Election => "election",
            Self::Commit => "commit",
            Self::Crash => "crash",
            Self::Fault => "fault",
            Self::Violation => "violation",
        }
    }

    /// All of them: `elections`.
    pub(crate) const fn plural(self) -> &'static str {
        match self {
            Self::Any => "all marks",
            Self::Election => "elections",
            Self::Commit => "commits",
            Self::Crash => "crashes",
            Self::Fault => "faults",
            Self::Violation => "violations",
        }
    }

    /// The one that is called so.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|jump| jump.name() == name)
    }

    const fn takes(self, kind: MarkKind) -> bool {
        match (self, kind) {
            (Self::Any, _)
            | (Self::Election, MarkKind::Election(_) | MarkKind::Leader(_) | MarkKind::SteppedDown(_))
            | (Self::Commit, MarkKind::Commit(..))
            | (Self::Crash, MarkKind::Crash)
            | (Self::Fault, MarkKind::Crash | MarkKind::Fault)
            | (Self::Violation, MarkKind::Violation) => true,
            (Self::Election | Self::Commit | Self::Crash | Self::Fault | Self::Violation, _) => false,
        }
    }

    /// The first moment of this kind after `now`.
    pub(crate) fn next(self, marks: &[Mark], now: Instant) -> Option<Instant> {
        let after = marks.partition_point(|mark| mark.at <= now);
        marks[after..].iter().find(|mark| self.takes(mark.kind)).map(|mark| mark.at)
    }

    /// The last moment of this kind before `now`.
    pub(crate) fn previous(self, marks: &[Mark], now: Instant) -> Option<Instant> {
        let before = marks.partition_point(|mark| mark.at < now);
        marks[..before].iter().rev().find(|mark| self.takes(mark.kind)).map(|mark| mark.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::digest::Digest;
    use crate::show::fixture;
    use raftarium_sim::core::NodeId;
    use raftarium_sim::{Command, Timeline};

    fn marks(timeline: &Timeline) -> Vec<Mark> {
        let mut digest = Digest::default();
        digest.read(timeline.all_records());
        digest.marks
    }

    #[test]
    fn there_and_back_are_the_same_stops() {
        let mut timeline = fixture::settled(3);
        timeline.dispatch(Command::Crash { server: NodeId(1) }).expect("it runs");
        timeline.seek(Instant::from_millis(2_500));
        let marks = marks(&timeline);
        for jump in Jump::ALL {
            let forth: Vec<Instant> =
                core::iter::successors(jump.next(&marks, Instant::ZERO), |at| jump.next(&marks, *at)).collect();
            let end = Instant::from_millis(2_501);
            let mut back: Vec<Instant> =
                core::iter::successors(jump.previous(&marks, end), |at| jump.previous(&marks, *at)).collect();
            back.reverse();
            assert_eq!(forth, back, "{jump:?}");
            assert_eq!(forth.is_empty(), jump == Jump::Violation, "{jump:?}");
        }
        assert_eq!(Jump::Crash.next(&marks, Instant::ZERO), Jump::Fault.next(&marks, Instant::ZERO));
    }

    #[test]
    fn every_kind_is_found_by_its_name() {
        for jump in Jump::ALL {
            assert_eq!(Jump::of(jump.name()), Some(jump));
        }
        assert_eq!(Jump::of("log"), None);
    }
}

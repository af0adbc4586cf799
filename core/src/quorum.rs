//! The arithmetic of majorities: values in, values out.

use alloc::vec::Vec;

use crate::types::LogIndex;

/// How many of `voters` are a majority.
#[must_use]
pub const fn majority(voters: usize) -> usize {
    voters / 2 + 1
}

/// What the votes so far say.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VoteResult {
    /// A majority granted its vote.
    Won,
    /// So many refused that no majority can be reached any more.
    Lost,
    /// Not enough replies yet.
    Pending,
}

impl VoteResult {
    /// The result of two elections that must both be won (§6).
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Lost, _) | (_, Self::Lost) => Self::Lost,
            (Self::Won, Self::Won) => Self::Won,
            (Self::Pending, Self::Pending | Self::Won) | (Self::Won, Self::Pending) => Self::Pending,
        }
    }
}

/// The result of an election among `voters` servers, of which some have `granted` and some `refused` their vote (§5.2).
///
/// An election in which nobody votes is won: it is the half of a joint election that is not there.
#[must_use]
pub const fn vote_result(voters: usize, granted: usize, refused: usize) -> VoteResult {
    let needed = if voters == 0 { 0 } else { majority(voters) };
    if granted >= needed {
        VoteResult::Won
    } else if granted + voters.saturating_sub(granted + refused) < needed {
        VoteResult::Lost
    } else {
        VoteResult::Pending
    }
}

/// The result of an election among `voters`, given the vote of each of them that has voted.
pub fn election(voters: &[crate::NodeId], vote: impl Fn(crate::NodeId) -> Option<bool>) -> VoteResult {
    let (mut granted, mut refused) = (0, 0);
    for vote in voters.iter().filter_map(|&voter| vote(voter)) {
        if vote {
            granted += 1;
        } else {
            refused += 1;
        }
    }
    vote_result(voters.len(), granted, refused)
}

/// The greatest index that a majority has, given what each voter has (§5.3). Reorders `matched`.
///
/// Of no voters, the greatest index there is: the half of a joint decision that is not there decides nothing.
#[must_use]
pub fn majority_index(matched: &mut [LogIndex]) -> LogIndex {
    if matched.is_empty() {
        return LogIndex(u64::MAX);
    }
    matched.sort_unstable();
    matched[matched.len() - majority(matched.len())]
}

/// The greatest index that a majority of `voters` has, given what each has. `scratch` is left empty.
pub fn committed(
    voters: &[crate::NodeId],
    matched: impl Fn(crate::NodeId) -> LogIndex,
    scratch: &mut Vec<LogIndex>,
) -> LogIndex {
    scratch.extend(voters.iter().map(|&voter| matched(voter)));
    let index = majority_index(scratch);
    scratch.clear();
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn majorities() {
        let sizes: Vec<_> = (1..=7).map(majority).collect();
        assert_eq!(sizes, [1, 2, 2, 3, 3, 4, 4]);
    }

    #[test]
    fn votes() {
        use VoteResult::{Lost, Pending, Won};
        for (voters, granted, refused, expected) in [
            (1, 1, 0, Won),
            (3, 1, 0, Pending),
            (3, 2, 0, Won),
            (3, 1, 2, Lost),
            (4, 2, 1, Pending),
            (4, 2, 2, Lost),
            (5, 2, 2, Pending),
            (5, 3, 2, Won),
            (5, 2, 3, Lost),
            (0, 0, 0, Won),
        ] {
            assert_eq!(vote_result(voters, granted, refused), expected, "{voters} {granted} {refused}");
        }
    }

    #[test]
    fn joint_votes() {
        use VoteResult::{Lost, Pending, Won};
        for (one, other, expected) in [
            (Won, Won, Won),
            (Won, Pending, Pending),
            (Pending, Pending, Pending),
            (Pending, Lost, Lost),
            (Won, Lost, Lost),
            (Lost, Lost, Lost),
        ] {
            assert_eq!((one.and(other), other.and(one)), (expected, expected), "{one:?} {other:?}");
        }
    }

    #[test]
    fn indexes() {
        for (matched, expected) in [
            (&[][..], u64::MAX),
            (&[7][..], 7),
            (&[7, 3][..], 3),
            (&[7, 3, 5][..], 5),
            (&[0, 0, 9][..], 0),
            (&[4, 1, 3, 2][..], 2),
            (&[5, 4, 1, 3, 2][..], 3),
        ] {
            let mut matched: Vec<_> = matched.iter().copied().map(LogIndex).collect();
            assert_eq!(majority_index(&mut matched), LogIndex(expected), "{matched:?}");
        }
    }
}

//! The arithmetic of majorities: values in, values out.

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

/// The result of an election among `voters` servers, of which some have `granted` and some `refused` their vote (§5.2).
#[must_use]
pub const fn vote_result(voters: usize, granted: usize, refused: usize) -> VoteResult {
    let needed = majority(voters);
    if granted >= needed {
        VoteResult::Won
    } else if granted + voters.saturating_sub(granted + refused) < needed {
        VoteResult::Lost
    } else {
        VoteResult::Pending
    }
}

/// The greatest index that a majority has, given what each voter has (§5.3). Reorders `matched`; of no voters, 0.
#[must_use]
pub fn majority_index(matched: &mut [LogIndex]) -> LogIndex {
    if matched.is_empty() {
        return LogIndex::ZERO;
    }
    matched.sort_unstable();
    matched[matched.len() - majority(matched.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

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
            (0, 0, 0, Lost),
        ] {
            assert_eq!(vote_result(voters, granted, refused), expected, "{voters} {granted} {refused}");
        }
    }

    #[test]
    fn indexes() {
        for (matched, expected) in [
            (&[][..], 0),
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

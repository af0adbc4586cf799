//! Starting a server, new or again, from what is on its disk.

use alloc::vec::Vec;

use crate::error::StartError;
use crate::log::{Entry, Payload};
use crate::membership::Membership;
use crate::output::HardState;
use crate::types::{EntryId, LogIndex, Term};

/// What a server finds on its disk when it starts.
///
/// What no correct server left behind is refused, with what was found; nothing is repaired ([`StartError`]). The rest is
/// for the host to find, because only it knows its own files:
///
/// - The end of the log may be left out only if it is of a write that was never reported as
///   [persisted](crate::Node::persisted): a crash cut it short, and nothing was promised. A damaged record before that,
///   or one that was reported, is lost data: the server must not start.
/// - A server that lost data, or all of it, may have promised what it forgot: votes, entries. It never comes back under
///   its old [`NodeId`](crate::NodeId). It is removed, and a new server is added, which gets everything from the leader.
///   If it comes back all the same, a leader that it acknowledged entries to says so:
///   [`Event::PeerLostData`](crate::Event::PeerLostData).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DurableState {
    /// The last [`HardState`] that was persisted; of a new server, the default.
    pub hard_state: HardState,
    /// The last entry of the snapshot that the log starts from; [`EntryId::ZERO`] if there is none.
    pub base: EntryId,
    /// Who belonged to the cluster at `base`; [`Membership::nobody`], if this server has no snapshot and is going to join.
    pub membership: Membership,
    /// The log after `base`.
    pub entries: Vec<Entry>,
    /// How far the state machine is: at least `base`.
    pub applied: LogIndex,
}

impl DurableState {
    /// The state of a server that never ran, in a new cluster of `membership`.
    #[must_use]
    pub fn new(membership: Membership) -> Self {
        Self {
            hard_state: HardState::default(),
            base: EntryId::ZERO,
            membership,
            entries: Vec::new(),
            applied: LogIndex::ZERO,
        }
    }

    /// Finds what a correct server could not have left behind.
    pub(crate) fn check(&self) -> Result<(), StartError> {
        if !self.base.is_possible() {
            return Err(StartError::ImpossibleBase { base: self.base });
        }
        let joins = self.base == EntryId::ZERO && self.membership == Membership::nobody();
        if !joins && !self.membership.is_valid() {
            return Err(StartError::ImpossibleMembership { at: self.base });
        }
        let mut last = self.base;
        for entry in &self.entries {
            let follows = entry.id.index == last.index.next() && entry.id.term >= last.term;
            if !follows || !entry.id.is_possible() {
                return Err(StartError::BrokenLog { after: last, found: entry.id });
            }
            if let Payload::Membership(membership) = &entry.payload
                && !membership.is_valid()
            {
                return Err(StartError::ImpossibleMembership { at: entry.id });
            }
            last = entry.id;
        }
        let HardState { term, commit, vote } = self.hard_state;
        if term > Term::MAX || last.index > LogIndex::MAX {
            return Err(StartError::OutOfRange);
        }
        if let Some(vote) = vote.filter(|_| term == Term(0)) {
            return Err(StartError::VoteInTermZero { vote });
        }
        if last.term > term {
            return Err(StartError::TermBehindLog { term, last });
        }
        let (base, applied) = (self.base.index, self.applied);
        let commit = commit.max(base);
        if commit > last.index {
            return Err(StartError::CommitOutsideLog { commit, base, last: last.index });
        }
        if applied < base || applied > last.index {
            return Err(StartError::AppliedOutsideLog { applied, base, last: last.index });
        }
        Ok(())
    }
}

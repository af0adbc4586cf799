//! A few servers in one place: messages are delivered by hand or all at once, disks may hold writes back, time is a
//! number. What the paper says must always hold is checked after every step.

#![allow(dead_code, reason = "every test file uses a part of it")]

mod cluster;
mod disk;
mod findings;
mod host;
mod passed_on;
mod requests;
mod safety;
mod snapshots;
mod steps;

pub(crate) use cluster::Cluster;

use raftarium_core::{
    AppendReply, AppendRequest, Ballot, Body, Config, DurableState, Entry, EntryId, HardState, Instant, LogIndex,
    Membership, Message, NodeId, Payload, Settings, SnapshotChunk, SnapshotReply, Term, VoteReply, VoteRequest,
};

pub(crate) fn id(number: u64) -> NodeId {
    NodeId(number)
}

pub(crate) fn at(index: u64, term: u64) -> EntryId {
    EntryId::new(LogIndex(index), Term(term))
}

pub(crate) fn ms(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// The entry of `term` at `index`: its command is its name, so that equal entries are equal.
pub(crate) fn entry(index: u64, term: u64) -> Entry {
    Entry { id: at(index, term), payload: Payload::Command(format!("{index} of {term}").into()) }
}

/// Entries from index 1 on, with these terms.
pub(crate) fn entries(terms: &[u64]) -> Vec<Entry> {
    entries_after(0, terms)
}

pub(crate) fn entries_after(index: u64, terms: &[u64]) -> Vec<Entry> {
    let place = |(more, &term)| entry(index.saturating_add(more), term);
    (1..).zip(terms).map(place).collect()
}

pub(crate) fn terms(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.id.term.0).collect()
}

pub(crate) fn config(choose: impl FnOnce(&mut Settings)) -> Config {
    let mut settings = Settings::plain();
    choose(&mut settings);
    Config::new(settings).expect("tests choose valid settings")
}

/// Voters 1 to `size`.
pub(crate) fn voters(size: u64) -> Membership {
    Membership::new((1..=size).map(NodeId)).expect("at least one, none twice")
}

/// The disk of one of `size` voters, in `term`, with a log of these terms.
pub(crate) fn disk_with(size: u64, term: u64, log: &[u64]) -> DurableState {
    DurableState {
        hard_state: HardState { term: Term(term), vote: None, commit: LogIndex(0) },
        entries: entries(log),
        ..DurableState::new(voters(size))
    }
}

pub(crate) fn message(from: u64, to: u64, term: u64, body: Body) -> Message {
    Message { from: id(from), to: id(to), term: Term(term), body }
}

pub(crate) fn vote_request(from: u64, to: u64, term: u64, last: EntryId) -> Message {
    ballot_request(Ballot::Vote, from, to, term, last)
}

pub(crate) fn vote_reply(from: u64, to: u64, term: u64, granted: bool) -> Message {
    message(from, to, term, Body::VoteReply(VoteReply { pre_vote: false, granted, commit: EntryId::ZERO }))
}

/// An AppendEntries with entries of these terms after `prev`.
pub(crate) fn append(from: u64, to: u64, term: u64, prev: EntryId, terms: &[u64], commit: u64) -> Message {
    append_in(0, from, to, term, prev, terms, commit)
}

/// The same, in a round of asking whether the leader still leads.
pub(crate) fn append_in(
    round: u64,
    from: u64,
    to: u64,
    term: u64,
    prev: EntryId,
    terms: &[u64],
    commit: u64,
) -> Message {
    let entries = entries_after(prev.index.0, terms);
    message(from, to, term, Body::AppendRequest(AppendRequest { prev, entries, commit: LogIndex(commit), round }))
}

pub(crate) fn accepted(from: u64, to: u64, term: u64, matched: u64) -> Message {
    accepted_in(0, from, to, term, matched)
}

pub(crate) fn accepted_in(round: u64, from: u64, to: u64, term: u64, matched: u64) -> Message {
    message(from, to, term, Body::AppendReply(AppendReply::Accepted { matched: LogIndex(matched), round }))
}

pub(crate) fn rejected(from: u64, to: u64, term: u64, prev: u64, hint: EntryId) -> Message {
    message(from, to, term, Body::AppendReply(AppendReply::Rejected { prev: LogIndex(prev), hint, round: 0 }))
}

pub(crate) fn pre_vote_request(from: u64, to: u64, term: u64, last: EntryId) -> Message {
    ballot_request(Ballot::PreVote, from, to, term, last)
}

pub(crate) fn ballot_request(ballot: Ballot, from: u64, to: u64, term: u64, last: EntryId) -> Message {
    let request = VoteRequest { ballot, last, commit: EntryId::ZERO, priority: 0 };
    message(from, to, term, Body::VoteRequest(request))
}

pub(crate) fn pre_vote_reply(from: u64, to: u64, term: u64, granted: bool) -> Message {
    message(from, to, term, Body::VoteReply(VoteReply { pre_vote: true, granted, commit: EntryId::ZERO }))
}

/// The snapshot of a log of these terms.
pub(crate) fn snapshot_of(terms: &[u64]) -> bytes::Bytes {
    snapshots::encode(entries(terms).iter().map(|entry| entry.id))
}

/// A part of the snapshot of voters 1 to 3 that ends at `last`.
pub(crate) fn chunk(from: u64, to: u64, term: u64, last: EntryId, offset: u64, data: &[u8], done: bool) -> Message {
    let membership = Box::new(voters(3));
    let data = bytes::Bytes::copy_from_slice(data);
    message(from, to, term, Body::SnapshotChunk(SnapshotChunk { last, membership, offset, data, done }))
}

pub(crate) fn received(from: u64, to: u64, term: u64, last: EntryId, received: u64) -> Message {
    message(from, to, term, Body::SnapshotReply(SnapshotReply { last, received }))
}

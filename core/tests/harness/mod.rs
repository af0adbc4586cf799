//! A few servers in one place: messages are delivered by hand or all at once, disks may hold writes back, time is a
//! number. What the paper says must always hold is checked after every step.

#![allow(dead_code, reason = "every test file uses a part of it")]

mod cluster;
mod disk;
mod safety;
mod steps;

pub(crate) use cluster::Cluster;

use raftarium_core::{
    AppendReply, AppendRequest, Ballot, Body, Config, DurableState, Entry, EntryId, HardState, Instant, LogIndex,
    Membership, Message, NodeId, Payload, Settings, Term, VoteReply, VoteRequest,
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
    message(
        from,
        to,
        term,
        Body::VoteRequest(VoteRequest { ballot: Ballot::Vote, last, commit: EntryId::ZERO, priority: 0 }),
    )
}

pub(crate) fn vote_reply(from: u64, to: u64, term: u64, granted: bool) -> Message {
    message(from, to, term, Body::VoteReply(VoteReply { pre_vote: false, granted, commit: EntryId::ZERO }))
}

/// An AppendEntries with entries of these terms after `prev`.
pub(crate) fn append(from: u64, to: u64, term: u64, prev: EntryId, terms: &[u64], commit: u64) -> Message {
    let entries = entries_after(prev.index.0, terms);
    message(from, to, term, Body::AppendRequest(AppendRequest { prev, entries, commit: LogIndex(commit) }))
}

pub(crate) fn accepted(from: u64, to: u64, term: u64, matched: u64) -> Message {
    message(from, to, term, Body::AppendReply(AppendReply::Accepted { matched: LogIndex(matched) }))
}

pub(crate) fn rejected(from: u64, to: u64, term: u64, prev: u64, hint: EntryId) -> Message {
    message(from, to, term, Body::AppendReply(AppendReply::Rejected { prev: LogIndex(prev), hint }))
}

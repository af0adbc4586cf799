//! What packets are called.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

use crate::packet::{Glimpse, PacketClass, PacketKind};

/// What it is, in a few words.
#[must_use]
pub fn name(what: Glimpse) -> String {
    let text = match what.kind {
        PacketKind::VoteRequest => "vote request",
        PacketKind::VoteReply { granted: true } => "vote, granted",
        PacketKind::VoteReply { granted: false } => "vote, refused",
        PacketKind::PreVoteRequest => "pre-vote request",
        PacketKind::PreVoteReply { granted: true } => "pre-vote, granted",
        PacketKind::PreVoteReply { granted: false } => "pre-vote, refused",
        PacketKind::Snapshot { done: false } => "part of a snapshot",
        PacketKind::Snapshot { done: true } => "last part of a snapshot",
        PacketKind::SnapshotReply => "snapshot received so far",
        PacketKind::ReadRequest => "read request",
        PacketKind::ReadReply => "answer to a read",
        PacketKind::TimeoutNow => "handover",
        PacketKind::Append { entries: 1 } => "1 entry",
        PacketKind::Append { entries } => return format!("{entries} entries"),
        PacketKind::Heartbeat => "heartbeat",
        PacketKind::AppendReply { accepted: true } => "append accepted",
        PacketKind::AppendReply { accepted: false } => "append rejected",
        PacketKind::Request => "request",
        PacketKind::Answer { done: true } => "answer: done",
        PacketKind::Answer { done: false } => "answer: not done",
        PacketKind::ProposalRequest => "proposal, passed on",
        PacketKind::ProposalReply { appended: true } => "proposal appended",
        PacketKind::ProposalReply { appended: false } => "proposal refused",
        PacketKind::SnapshotRequest => "snapshot request",
    };
    text.to_owned()
}

/// As part of a sentence: `a heartbeat`.
#[must_use]
pub fn with_article(what: Glimpse) -> String {
    match what.kind {
        PacketKind::VoteRequest => "a vote request".to_owned(),
        PacketKind::VoteReply { granted: true } => "its vote".to_owned(),
        PacketKind::VoteReply { granted: false } => "a refusal of its vote".to_owned(),
        PacketKind::PreVoteRequest => "a pre-vote request".to_owned(),
        PacketKind::PreVoteReply { granted: true } => "its pre-vote".to_owned(),
        PacketKind::PreVoteReply { granted: false } => "a refusal of its pre-vote".to_owned(),
        PacketKind::Snapshot { done: false } => "a part of a snapshot".to_owned(),
        PacketKind::Snapshot { done: true } => "the last part of a snapshot".to_owned(),
        PacketKind::SnapshotReply => "how much of a snapshot has arrived".to_owned(),
        PacketKind::ReadRequest => "a read request".to_owned(),
        PacketKind::ReadReply => "an answer to a read".to_owned(),
        PacketKind::TimeoutNow => "the word to take over".to_owned(),
        PacketKind::Append { .. } => name(what),
        PacketKind::Heartbeat => "a heartbeat".to_owned(),
        PacketKind::AppendReply { accepted: true } => "an acceptance".to_owned(),
        PacketKind::AppendReply { accepted: false } => "a rejection".to_owned(),
        PacketKind::Request => "a request".to_owned(),
        PacketKind::Answer { .. } => "an answer".to_owned(),
        PacketKind::ProposalRequest => "a proposal to pass on".to_owned(),
        PacketKind::ProposalReply { appended: true } => "the place of its proposal".to_owned(),
        PacketKind::ProposalReply { appended: false } => "a refusal of its proposal".to_owned(),
        PacketKind::SnapshotRequest => "a request for a snapshot".to_owned(),
    }
}

/// What packets of one kind are called.
#[must_use]
pub const fn plural(class: PacketClass) -> &'static str {
    match class {
        PacketClass::VoteRequest => "vote requests",
        PacketClass::VoteReply => "votes",
        PacketClass::PreVoteRequest => "pre-vote requests",
        PacketClass::PreVoteReply => "pre-votes",
        PacketClass::Append => "entries",
        PacketClass::Heartbeat => "heartbeats",
        PacketClass::AppendReply => "answers to entries and heartbeats",
        PacketClass::Snapshot => "snapshots",
        PacketClass::SnapshotReply => "answers to snapshots",
        PacketClass::ReadRequest => "read requests",
        PacketClass::ReadReply => "answers to read requests",
        PacketClass::TimeoutNow => "orders to take over",
        PacketClass::Request => "clients’ requests",
        PacketClass::Answer => "answers to clients",
        PacketClass::ProposalRequest => "proposals that are passed on",
        PacketClass::ProposalReply => "answers to them",
        PacketClass::SnapshotRequest => "requests for a snapshot",
    }
}

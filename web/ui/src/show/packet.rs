//! What packets look like, and are called.

use raftarium_sim::{Glimpse, PacketKind, PacketView};

/// The shape of a packet: kind is glyph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Entries.
    Block,
    /// A heartbeat.
    ThinBlock,
    /// A vote.
    Diamond,
    /// A pre-vote, which changes nothing yet.
    DottedDiamond,
    /// A part of a snapshot.
    Stack,
    /// A question that carries no entries: of a read, or for a snapshot.
    Dot,
    /// A leader hands over.
    Wedge,
    /// The answer to entries or a heartbeat.
    Disc,
    /// What a client asks, and the answer; passed on by a follower, too.
    Pill,
}

/// How a packet is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Glyph {
    pub(crate) shape: Shape,
    /// Replies are hollow.
    pub(crate) hollow: bool,
    /// Rejections are crossed.
    pub(crate) crossed: bool,
}

pub(crate) const fn glyph(kind: PacketKind) -> Glyph {
    let (shape, hollow, crossed) = match kind {
        PacketKind::VoteRequest => (Shape::Diamond, false, false),
        PacketKind::VoteReply { granted } => (Shape::Diamond, true, !granted),
        PacketKind::PreVoteRequest => (Shape::DottedDiamond, false, false),
        PacketKind::PreVoteReply { granted } => (Shape::DottedDiamond, true, !granted),
        PacketKind::Snapshot { .. } => (Shape::Stack, false, false),
        PacketKind::SnapshotReply => (Shape::Stack, true, false),
        PacketKind::ReadRequest => (Shape::Dot, false, false),
        PacketKind::ReadReply => (Shape::Dot, true, false),
        PacketKind::TimeoutNow => (Shape::Wedge, false, false),
        PacketKind::Append { .. } => (Shape::Block, false, false),
        PacketKind::Heartbeat => (Shape::ThinBlock, false, false),
        PacketKind::AppendReply { accepted } => (Shape::Disc, true, !accepted),
        PacketKind::Request => (Shape::Pill, false, false),
        PacketKind::Answer { done } => (Shape::Pill, true, !done),
        PacketKind::ProposalRequest => (Shape::Pill, false, false),
        PacketKind::ProposalReply { appended } => (Shape::Pill, true, !appended),
        PacketKind::SnapshotRequest => (Shape::Dot, false, false),
    };
    Glyph { shape, hollow, crossed }
}

/// What it is, in a few words.
pub(crate) fn name(what: Glimpse) -> String {
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
pub(crate) fn with_article(what: Glimpse) -> String {
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

/// `heartbeat, S1 to S2`.
pub(crate) fn title(packet: &PacketView) -> String {
    format!("{}, {} to {}", name(packet.what), packet.from, packet.to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_hollow_and_rejections_crossed() {
        let cases = [
            (PacketKind::VoteRequest, false, false),
            (PacketKind::VoteReply { granted: false }, true, true),
            (PacketKind::PreVoteReply { granted: false }, true, true),
            (PacketKind::Snapshot { done: true }, false, false),
            (PacketKind::SnapshotReply, true, false),
            (PacketKind::Heartbeat, false, false),
            (PacketKind::AppendReply { accepted: true }, true, false),
            (PacketKind::Answer { done: false }, true, true),
            (PacketKind::ProposalRequest, false, false),
            (PacketKind::ProposalReply { appended: false }, true, true),
        ];
        for (kind, hollow, crossed) in cases {
            let glyph = glyph(kind);
            assert_eq!((glyph.hollow, glyph.crossed), (hollow, crossed), "{kind:?}");
        }
    }
}

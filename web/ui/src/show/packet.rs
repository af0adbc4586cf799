//! What packets look like, and are called.

pub(crate) use raftarium_sim::story::packet::name;
use raftarium_sim::{PacketKind, PacketView};

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

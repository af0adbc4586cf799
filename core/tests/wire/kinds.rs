//! The kinds of messages: a new one does not compile before it is listed here, with its bytes, and in `messages`.

use raftarium_core::{
    AppendReply, AppendRequest, Ballot, Body, Boot, Change, Entry, ForwardId, LogIndex, Membership, NodeId, Payload,
    ProposalReply, ProposalRequest, ProposeError, ReadId, SnapshotChunk, SnapshotReply, VoteReply, VoteRequest,
};

use super::harness::at;

macro_rules! kinds {
    ($($name:ident: $pattern:pat,)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($name,)+
        }

        impl Kind {
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)+];

            pub(crate) fn of(body: &Body) -> Self {
                match body {
                    $($pattern => Self::$name,)+
                }
            }
        }
    };
}

kinds! {
    VoteRequest: Body::VoteRequest(VoteRequest { ballot: Ballot::PreVote | Ballot::Vote | Ballot::Transfer, .. }),
    VoteReply: Body::VoteReply(_),
    AppendRequest: Body::AppendRequest(_),
    Accepted: Body::AppendReply(AppendReply::Accepted { .. }),
    Rejected: Body::AppendReply(AppendReply::Rejected { .. }),
    SnapshotChunk: Body::SnapshotChunk(_),
    SnapshotReply: Body::SnapshotReply(_),
    ReadRequest: Body::ReadRequest(_),
    ReadReply: Body::ReadReply { .. },
    TimeoutNow: Body::TimeoutNow,
    ProposalRequest: Body::ProposalRequest(_),
    Placed: Body::ProposalReply(ProposalReply { result: Ok(_), .. }),
    Refused: Body::ProposalReply(ProposalReply { result: Err(_), .. }),
    SnapshotRequest: Body::SnapshotRequest { .. },
}

/// How many kinds of entries there are.
pub(crate) const PAYLOADS: usize = 3;

pub(crate) fn payload(payload: &Payload) -> usize {
    match payload {
        Payload::NoOp => 0,
        Payload::Command(_) => 1,
        Payload::Membership(_) => 2,
    }
}

/// Messages of a kind, and their bytes after sender, receiver and term.
pub(crate) fn golden(kind: Kind) -> Vec<(Body, &'static str)> {
    let ballot =
        |ballot, priority| Body::VoteRequest(VoteRequest { ballot, last: at(200, 3), commit: at(130, 2), priority });
    let membership = || {
        let voters = Membership::with_learners([1, 2, 3].map(NodeId), [NodeId(9)]).expect("none twice");
        Box::new(
            voters.enter_joint(&[Change::AddVoter(NodeId(4)), Change::AddLearner(NodeId(1))], true).expect("voters"),
        )
    };
    let append =
        |entries| Body::AppendRequest(AppendRequest { prev: at(5, 2), entries, commit: LogIndex(4), round: 300 });
    let read = ReadId { boot: Boot(2), sequence: 129 };
    let forward = ForwardId { boot: Boot(2), sequence: 129 };
    let reply = |result| Body::ProposalReply(ProposalReply { id: forward, result });
    match kind {
        Kind::VoteRequest => {
            vec![
                (ballot(Ballot::PreVote, 0), "0000c8010382010200"),
                (ballot(Ballot::Vote, 1), "0001c8010382010201"),
                (ballot(Ballot::Transfer, 200), "0002c80103820102c801"),
            ]
        }
        Kind::VoteReply => vec![
            (Body::VoteReply(VoteReply { pre_vote: true, granted: false, commit: at(0, 0) }), "0101000000"),
            (Body::VoteReply(VoteReply { pre_vote: false, granted: true, commit: at(130, 2) }), "010001820102"),
        ],
        Kind::AppendRequest => vec![
            (append(vec![]), "0205020004ac02"),
            (
                append(vec![
                    Entry { id: at(6, 2), payload: Payload::NoOp },
                    Entry { id: at(7, 2), payload: Payload::Command("x=1".into()) },
                    Entry { id: at(8, 3), payload: Payload::Membership(membership()) },
                ]),
                "0205020306020007020103783d310803020302030403010203010901010104ac02",
            ),
        ],
        Kind::Accepted => {
            vec![(Body::AppendReply(AppendReply::Accepted { matched: LogIndex(200), round: 3 }), "0300c80103")]
        }
        Kind::Rejected => {
            vec![(
                Body::AppendReply(AppendReply::Rejected { prev: LogIndex(200), hint: at(130, 2), round: 3 }),
                "0301c80182010203",
            )]
        }
        Kind::SnapshotChunk => {
            let (membership, data) = (membership(), "bytes".into());
            vec![(
                Body::SnapshotChunk(SnapshotChunk { last: at(200, 3), membership, offset: 16_384, data, done: true }),
                "04c801030302030403010203010901010180800105627974657301",
            )]
        }
        Kind::SnapshotReply => {
            vec![(Body::SnapshotReply(SnapshotReply { last: at(200, 3), received: 16_389 }), "05c80103858001")]
        }
        Kind::ReadRequest => vec![(Body::ReadRequest(read), "06028101")],
        Kind::ReadReply => vec![(Body::ReadReply { id: read, index: LogIndex(200) }, "07028101c801")],
        Kind::TimeoutNow => vec![(Body::TimeoutNow, "08")],
        Kind::ProposalRequest => {
            vec![(Body::ProposalRequest(ProposalRequest { id: forward, command: "x=1".into() }), "0902810103783d31")]
        }
        Kind::Placed => vec![(reply(Ok(at(200, 3))), "0a02810100c80103")],
        Kind::Refused => vec![
            (reply(Err(ProposeError::NotLeader { leader: Some(NodeId(3)) })), "0a02810101000103"),
            (reply(Err(ProposeError::Transferring { to: NodeId(3) })), "0a028101010103"),
            (reply(Err(ProposeError::TooMuchUncommitted { bytes: 200, given: 3, max: 201 })), "0a0281010102c80103c901"),
        ],
        Kind::SnapshotRequest => vec![(Body::SnapshotRequest { least: LogIndex(200) }, "0bc801")],
    }
}

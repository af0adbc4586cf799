//! What is on its way.

use raftarium_core::{Ballot, Body, Change, LogIndex, Message, NodeId, PersistId, Transition};

/// What is on its way. What a thread says to its own server is on its way as well, and never lost.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    Message(Message),
    /// The append thread is done with a write.
    Persisted(NodeId, PersistId),
    /// The apply thread is done.
    Applied(NodeId, LogIndex),
    /// What a server was asked that does not lead, for the one that does.
    Asked(NodeId, Asked),
}

#[derive(Clone, Debug)]
pub(crate) enum Asked {
    Propose(Vec<u8>),
    Change(Vec<Change>, Transition),
    Transfer(NodeId),
}

impl Item {
    pub(crate) const fn to(&self) -> NodeId {
        match self {
            Self::Message(message) => message.to,
            Self::Persisted(to, _) | Self::Applied(to, _) | Self::Asked(to, _) => *to,
        }
    }

    pub(crate) const fn is_local(&self) -> bool {
        matches!(self, Self::Persisted(..) | Self::Applied(..))
    }

    /// Whether it is what the scripts call `kind`.
    pub(crate) fn is(&self, kind: Option<&str>) -> bool {
        kind.is_none_or(|kind| self.kinds().contains(&kind))
    }

    /// The scripts' names for it. Their heartbeats are messages of their own; ours are empty AppendEntries.
    fn kinds(&self) -> &'static [&'static str] {
        let body = match self {
            Self::Persisted(..) => return &["MsgStorageAppendResp"],
            Self::Applied(..) => return &["MsgStorageApplyResp"],
            Self::Asked(_, Asked::Transfer(_)) => return &["MsgTransferLeader"],
            Self::Asked(..) => return &["MsgProp"],
            Self::Message(message) => &message.body,
        };
        let asks_first = matches!(body, Body::VoteRequest(request) if request.ballot == Ballot::PreVote)
            || matches!(body, Body::VoteReply(reply) if reply.pre_vote);
        let empty = matches!(body, Body::AppendRequest(request) if request.entries.is_empty());
        match body.name() {
            "vote request" if asks_first => &["MsgPreVote"],
            "vote request" => &["MsgVote"],
            "vote reply" if asks_first => &["MsgPreVoteResp"],
            "vote reply" => &["MsgVoteResp"],
            "append request" if empty => &["MsgApp", "MsgHeartbeat"],
            "append request" => &["MsgApp"],
            "append reply" => &["MsgAppResp", "MsgHeartbeatResp"],
            "snapshot chunk" => &["MsgSnap"],
            "snapshot reply" => &["MsgAppResp", "MsgSnapStatus"],
            "read request" => &["MsgReadIndex"],
            "read reply" => &["MsgReadIndexResp"],
            "timeout now" => &["MsgTimeoutNow"],
            // What theirs has no message for.
            _ => &[],
        }
    }
}

//! Why a command is refused.

use alloc::string::String;
use core::fmt;
use core::time::Duration;

use raftarium_core::{CampaignError, Instant, MembershipChangeError, NodeId, SnapshotError, TransferError};
use serde::{Deserialize, Serialize};

use crate::address::ClientId;
use crate::kv::OpError;
use crate::packet::PacketId;

/// Why a command cannot be carried out. It changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CommandError {
    /// There is no such server.
    UnknownServer {
        /// What was given.
        given: NodeId,
        /// How many servers there are; allowed are S1 to the one of this number.
        servers: u32,
    },
    /// There is no such client.
    UnknownClient {
        /// What was given.
        given: ClientId,
        /// How many clients there are; allowed are C1 to the one of this number.
        clients: u32,
    },
    /// The server is down already, or has to be up for this.
    Down {
        /// Which.
        server: NodeId,
    },
    /// The server runs, and has to be down for this.
    Up {
        /// Which.
        server: NodeId,
    },
    /// The server leads already.
    AlreadyLeader {
        /// Which.
        server: NodeId,
    },
    /// The server may not start an election.
    CannotCampaign {
        /// Which.
        server: NodeId,
        /// Why.
        error: CampaignError,
    },
    /// The client waits for an answer; it asks one thing at a time.
    ClientBusy {
        /// Which.
        client: ClientId,
    },
    /// The server does nothing already, or has to do something for this.
    Paused {
        /// Which.
        server: NodeId,
    },
    /// The server is not paused.
    NotPaused {
        /// Which.
        server: NodeId,
    },
    /// The server does not do what it is asked.
    Refused {
        /// Which.
        server: NodeId,
        /// Why.
        reason: Refusal,
    },
    /// Nothing was applied since the last snapshot, or the server does not know yet who belongs to the cluster.
    NothingToCompact {
        /// By whom.
        server: NodeId,
    },
    /// There are as many servers as a world can have.
    TooManyServers {
        /// How many that is.
        max: u32,
    },
    /// There is nothing on the disk that could go wrong.
    NothingWritten {
        /// Whose.
        server: NodeId,
    },
    /// A link must have two ends.
    SameEnds {
        /// What was given for both.
        server: NodeId,
    },
    /// There is no such packet under way: it has arrived, is lost, or was never sent.
    UnknownPacket {
        /// What was given.
        given: PacketId,
    },
    /// A packet can be delayed for so long only.
    DelayTooLong {
        /// What was given.
        given: Duration,
        /// The most that is allowed.
        max: Duration,
    },
    /// A server is twice in a group.
    Repeated {
        /// Which.
        server: NodeId,
    },
    /// There must be at least two groups, none of them empty.
    OneGroup,

    /// The operation is not valid.
    Op(OpError),
    /// A setting of a link, a disk, a clock, a server or a client's work is not valid: what is wrong, in words.
    Setting(String),
    /// The moment is over.
    InThePast {
        /// What was given.
        given: Instant,
        /// The first moment that is allowed.
        earliest: Instant,
    },
    /// The moment is further away than a run may last.
    TooFar {
        /// What was given.
        given: Instant,
        /// The last moment that is allowed.
        latest: Instant,
    },
}

/// Why a server does not do what it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Refusal {
    /// To change the membership.
    Membership(MembershipChangeError),
    /// To hand over.
    Transfer(TransferError),
    /// To ask for a snapshot.
    Snapshot(SnapshotError),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Membership(error) => write!(f, "{error}"),
            Self::Transfer(error) => write!(f, "{error}"),
            Self::Snapshot(error) => write!(f, "{error}"),
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownServer { given, servers } => {
                write!(f, "there is no server {given}; allowed are S1 to S{servers}")
            }
            Self::UnknownClient { given, clients } => {
                write!(f, "there is no client {given}; allowed are C1 to C{clients}")
            }
            Self::Down { server } => write!(f, "{server} is down; restart it first"),
            Self::Up { server } => write!(f, "{server} is running; only a crashed server can be restarted or wiped"),
            Self::AlreadyLeader { server } => write!(f, "{server} leads already; only another server can time out"),
            Self::CannotCampaign { server, error } => write!(f, "{server} cannot start an election: {error}"),
            Self::ClientBusy { client } => {
                write!(f, "{client} still waits for an answer; a client asks one thing at a time")
            }
            Self::Paused { server } => write!(f, "{server} is paused; resume it first"),
            Self::NotPaused { server } => write!(f, "{server} is not paused; only a paused server can be resumed"),
            Self::Refused { server, reason } => write!(f, "{server} refuses: {reason}"),
            Self::NothingToCompact { server } => {
                write!(f, "{server} has applied nothing since its last snapshot; allowed is a server that has")
            }
            Self::TooManyServers { max } => write!(f, "there are {max} servers already; allowed are {max}"),
            Self::NothingWritten { server } => {
                write!(f, "there is no such write on the disk of {server}; only what was written can be damaged")
            }
            Self::SameEnds { server } => write!(f, "both ends of the link are {server}; a link has two different ends"),
            Self::Repeated { server } => write!(f, "{server} is twice in one group; allowed is once"),
            Self::UnknownPacket { given } => {
                write!(
                    f,
                    "packet {} is not under way; only one that is sent, and neither lost nor there, can be changed",
                    given.0
                )
            }
            Self::DelayTooLong { given, max } => {
                write!(f, "a delay of {given:?} is too long; allowed are {max:?}")
            }
            Self::OneGroup => write!(f, "a partition needs at least two groups, none of them empty"),
            Self::Op(error) => write!(f, "{error}"),
            Self::Setting(error) => write!(f, "{error}"),
            Self::InThePast { given, earliest } => write!(f, "{given} is over; allowed is {earliest} or later"),
            Self::TooFar { given, latest } => write!(f, "{given} is too far away; allowed is {latest} or earlier"),
        }
    }
}

impl core::error::Error for CommandError {}

impl From<OpError> for CommandError {
    fn from(error: OpError) -> Self {
        Self::Op(error)
    }
}

//! What a person, a lesson or a test can do to a world. Plain data: a run is a setup and its commands, nothing else.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use raftarium_core::{CampaignError, Instant, NodeId};
use serde::{Deserialize, Serialize};

use crate::address::ClientId;
use crate::kv::{Op, OpError};
use crate::network::LinkSettings;
use crate::packet::{PacketClass, PacketId};

/// Something that is done to a world.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Command {
    /// Stops a server. What is not durable is lost.
    Crash {
        /// Which.
        server: NodeId,
    },
    /// Starts a crashed server from its disk.
    Restart {
        /// Which.
        server: NodeId,
    },
    /// Lets a server's election timer run out now.
    TimeOut {
        /// Which.
        server: NodeId,
    },
    /// Lets a client ask something.
    Request {
        /// Which client. It must not be waiting for an answer.
        client: ClientId,
        /// Which server it asks, whatever that answers. Without one, the client looks for the leader by itself.
        server: Option<NodeId>,
        /// What it asks.
        op: Op,
    },
    /// Cuts a link: whatever is on it, and whatever is sent on it from now on, is lost.
    Cut {
        /// From this server …
        from: NodeId,
        /// … to this one.
        to: NodeId,
        /// Whether the other direction is cut as well.
        both: bool,
    },
    /// Mends a link.
    Heal {
        /// From this server …
        from: NodeId,
        /// … to this one.
        to: NodeId,
        /// Whether the other direction is mended as well.
        both: bool,
    },
    /// Splits the network: servers that have a group in common can reach each other, others cannot. A server that is in
    /// several groups is a bridge between them. Servers that no group names are one more group.
    Partition {
        /// The groups.
        groups: Vec<Vec<NodeId>>,
    },
    /// Mends all links.
    HealAll,
    /// Changes how a link carries packets.
    SetLink {
        /// From this server …
        from: NodeId,
        /// … to this one.
        to: NodeId,
        /// Whether the other direction is changed as well.
        both: bool,
        /// How it carries packets from now on.
        settings: LinkSettings,
    },
    /// Changes how all links between servers carry packets.
    SetAllLinks {
        /// How they carry packets from now on.
        settings: LinkSettings,
    },
    /// Cuts all links of a server, in both directions.
    Isolate {
        /// Which server.
        server: NodeId,
    },
    /// Stops a link: nothing moves on it any more, and nothing is lost.
    Clog {
        /// From this server …
        from: NodeId,
        /// … to this one.
        to: NodeId,
        /// Whether the other direction is stopped as well.
        both: bool,
    },
    /// Lets a stopped link go on.
    Unclog {
        /// From this server …
        from: NodeId,
        /// … to this one.
        to: NodeId,
        /// Whether the other direction goes on as well.
        both: bool,
    },
    /// Lets packets of these kinds no longer through a link, and all others again.
    Filter {
        /// From this server …
        from: NodeId,
        /// … to this one.
        to: NodeId,
        /// Whether the same holds for the other direction.
        both: bool,
        /// What is lost from now on; with none, everything gets through.
        classes: Vec<PacketClass>,
    },
    /// Does something to one packet.
    Packet {
        /// Which. It must be under way.
        packet: PacketId,
        /// What.
        act: PacketAct,
    },
}

/// What can be done to a packet by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PacketAct {
    /// It is lost.
    Drop,
    /// It arrives twice.
    Double,
    /// It stands still.
    Hold,
    /// It moves on.
    Release,
    /// It arrives so much later.
    Delay(#[serde(with = "raftarium_core::milliseconds")] Duration),
    /// It arrives now.
    Deliver,
}

/// A command, and when it is carried out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Timed {
    /// When. A command comes before anything else that happens at that moment.
    pub at: Instant,
    /// What.
    pub command: Command,
}

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
    /// A link's settings are not valid: what is wrong, in words.
    Link(alloc::string::String),
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
            Self::Up { server } => write!(f, "{server} is running; only a crashed server can be restarted"),
            Self::AlreadyLeader { server } => write!(f, "{server} leads already; only another server can time out"),
            Self::CannotCampaign { server, error } => write!(f, "{server} cannot start an election: {error}"),
            Self::ClientBusy { client } => {
                write!(f, "{client} still waits for an answer; a client asks one thing at a time")
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
            Self::Link(error) => write!(f, "{error}"),
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

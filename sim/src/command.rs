//! What a person, a lesson or a test can do to a world. Plain data: a run is a setup and its commands, nothing else.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::{Change, Instant, LogIndex, Mistakes, NodeId, Settings, Transition};
use serde::{Deserialize, Serialize};

use crate::address::ClientId;
use crate::client::Retries;
use crate::disk::DiskSettings;
use crate::kv::Op;
use crate::network::LinkSettings;
use crate::packet::{PacketClass, PacketId};

/// Something that is done to a world.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// Ends the process of a server: what is in its disk's cache stays.
    Kill {
        /// Which.
        server: NodeId,
    },
    /// Lets the power of a server fail after it has asked for so many more things: messages, writes, and the like.
    CrashAfter {
        /// Which.
        server: NodeId,
        /// How many.
        outputs: u32,
    },
    /// Stops the process of a server for a while: it does nothing, and forgets nothing.
    Pause {
        /// Which.
        server: NodeId,
    },
    /// Lets a paused server go on.
    Resume {
        /// Which.
        server: NodeId,
    },
    /// Takes everything off the disk of a server that is down.
    Wipe {
        /// Which.
        server: NodeId,
    },
    /// Changes how a disk writes.
    SetDisk {
        /// Whose.
        server: NodeId,
        /// How it writes from now on.
        settings: DiskSettings,
    },
    /// Flips a bit on a disk. It is found when the server starts the next time.
    FlipBit {
        /// Whose.
        server: NodeId,
        /// In what was written with the entry at this index; without one, in what was written last.
        index: Option<LogIndex>,
    },
    /// Lets a server's clock go too fast or too slow from now on.
    SetClock {
        /// Whose.
        server: NodeId,
        /// How much too fast, in parts per million; too slow, if it is negative. At most half of it either way.
        drift_ppm: i32,
    },
    /// Sets a server's clock forward, or back.
    JumpClock {
        /// Whose.
        server: NodeId,
        /// By how many microseconds; back, if it is negative. At most an hour either way.
        by_us: i64,
    },
    /// Changes how a server is set from its next start on.
    Configure {
        /// Which.
        server: NodeId,
        /// How. Its own seed is drawn from the world's; the one in here is not used.
        settings: Box<Settings>,
    },
    /// Puts a new server into the world, with an empty disk. It belongs to the cluster once a leader says so.
    AddServer,
    /// Asks a leader to change who belongs to the cluster.
    ChangeMembership {
        /// Which leader.
        server: NodeId,
        /// What changes, in one step.
        changes: Vec<Change>,
        /// How.
        how: Transition,
    },
    /// Asks a leader to leave a joint membership.
    LeaveJoint {
        /// Which leader.
        server: NodeId,
    },
    /// Asks a leader to hand over.
    Transfer {
        /// Which leader.
        server: NodeId,
        /// To whom.
        to: NodeId,
    },
    /// Lets a server forget who leads, so that it votes at once if it is asked to.
    ForgetLeader {
        /// Which.
        server: NodeId,
    },
    /// Lets a server take a snapshot now, after which its log is shorter.
    Compact {
        /// Which.
        server: NodeId,
    },
    /// Lets a server ask its leader for a snapshot, though its log may be whole: its state machine is replaced.
    RequestSnapshot {
        /// Which.
        server: NodeId,
    },
    /// Does something to one packet.
    Packet {
        /// Which. It must be under way.
        packet: PacketId,
        /// What.
        act: PacketAct,
    },
    /// Lets a server break these rules on purpose from now on, also after a restart, and no others. What it did before
    /// stays as it is.
    MakeMistakes {
        /// Which.
        server: NodeId,
        /// Which rules; with none, it keeps to all of them again.
        mistakes: Mistakes,
    },
    /// Lets a client ask several things.
    Requests {
        /// Which client. It must not be waiting for an answer.
        client: ClientId,
        /// Which server it asks, whatever that answers. Without one, the client looks for the leader by itself.
        server: Option<NodeId>,
        /// What it asks, in this order: 1 to [`OPS_MAX`].
        ops: Vec<Op>,
        /// When it asks the next.
        pace: Pace,
    },
    /// Lets a client wait no longer, and ask nothing more of what it was to ask: what became of it is unknown.
    GiveUp {
        /// Which.
        client: ClientId,
    },
    /// Changes what a client does from now on if it gets no answer.
    SetRetries {
        /// Which.
        client: ClientId,
        /// What it does.
        retries: Retries,
    },
}

/// The most operations that one command lets a client ask.
pub const OPS_MAX: usize = 10_000;

/// When a client that has several things to ask asks the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Pace {
    /// When the answer to the one before has come, or its patience for it has ended: a closed loop.
    Answered,
    /// Every so often, answered or not: an open loop.
    Every(#[serde(with = "raftarium_core::milliseconds")] Duration),
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
#[serde(deny_unknown_fields)]
pub struct Timed {
    /// When. A command comes before anything else that happens at that moment.
    pub at: Instant,
    /// What.
    pub command: Command,
}

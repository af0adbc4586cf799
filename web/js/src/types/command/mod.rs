//! What can be done to a simulation.

mod convert;
mod op;
mod packet_act;

use raftarium_sim as sim;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

pub use op::{Op, ReadBy};
pub use packet_act::PacketAct;

use super::disk::DiskSettings;
use super::link::LinkSettings;
use super::membership::{Change, Transition};
use super::number::{ClientId, Milliseconds, Number, ServerId};
use super::packet::PacketClass;
use super::setup::{RaftSettings, Retries};
use crate::failure::Failure;

/// Something that is done to a simulation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields,
    expecting = "a command: an object with a type"
)]
#[tsify(missing_as_null, namespace)]
pub enum Command {
    /// Stops a server. What is not durable is lost.
    Crash {
        /// Which.
        server: ServerId,
    },
    /// Starts a crashed server from its disk.
    Restart {
        /// Which.
        server: ServerId,
    },
    /// Lets a server's election timer run out now.
    TimeOut {
        /// Which. It must not lead already.
        server: ServerId,
    },
    /// Lets a client ask something.
    Request {
        /// Which client. It must not be waiting for an answer.
        client: ClientId,
        /// Which server it asks, whatever that answers. Without one, the client looks for the leader by itself.
        #[serde(default)]
        server: Option<ServerId>,
        /// What it asks.
        op: Op,
    },
    /// Lets a client ask several things.
    Requests {
        /// Which client. It must not be waiting for an answer.
        client: ClientId,
        /// Which server it asks, whatever that answers. Without one, the client looks for the leader by itself.
        #[serde(default)]
        server: Option<ServerId>,
        /// What it asks, in this order: 1 to 10,000.
        ops: Vec<Op>,
        /// When it asks the next: so often, answered or not (an open loop). Without it, when the answer to the one before
        /// has come, or its patience for it has ended (a closed loop).
        #[serde(default)]
        every: Option<Milliseconds>,
    },
    /// Lets a client wait no longer, and ask nothing more of what it was to ask: what became of it is unknown.
    GiveUp {
        /// Which.
        client: ClientId,
    },
    /// Cuts a link: whatever is on it, and whatever is sent on it from now on, is lost.
    Cut {
        /// From this server …
        from: ServerId,
        /// … to this one.
        to: ServerId,
        /// Whether the other direction is cut as well. Default: true.
        #[serde(default = "yes")]
        both: bool,
    },
    /// Mends a link.
    Heal {
        /// From this server …
        from: ServerId,
        /// … to this one.
        to: ServerId,
        /// Whether the other direction is mended as well. Default: true.
        #[serde(default = "yes")]
        both: bool,
    },
    /// Splits the network: servers that have a group in common can reach each other, others cannot. A server that is in
    /// several groups is a bridge between them. Servers that no group names are one more group.
    Partition {
        /// The groups: at least two with the one of the unnamed, none of them empty.
        groups: Vec<Vec<ServerId>>,
    },
    /// Mends all links.
    HealAll {},
    /// Changes how a link carries packets from now on.
    SetLink {
        /// From this server …
        from: ServerId,
        /// … to this one.
        to: ServerId,
        /// Whether the other direction is changed as well. Default: true.
        #[serde(default = "yes")]
        both: bool,
        /// How it carries packets from now on.
        settings: LinkSettings,
    },
    /// Changes how all links between servers carry packets from now on.
    SetAllLinks {
        /// How.
        settings: LinkSettings,
    },
    /// Cuts all links of a server, in both directions.
    Isolate {
        /// Which server.
        server: ServerId,
    },
    /// Stops a link: nothing moves on it any more, and nothing is lost.
    Clog {
        /// From this server …
        from: ServerId,
        /// … to this one.
        to: ServerId,
        /// Whether the same is done to the other direction. Default: true.
        #[serde(default = "yes")]
        both: bool,
    },
    /// Lets a stopped link go on.
    Unclog {
        /// From this server …
        from: ServerId,
        /// … to this one.
        to: ServerId,
        /// Whether the same is done to the other direction. Default: true.
        #[serde(default = "yes")]
        both: bool,
    },
    /// Lets packets of these kinds no longer through a link, and all others again.
    Filter {
        /// From this server …
        from: ServerId,
        /// … to this one.
        to: ServerId,
        /// Whether the same is done to the other direction. Default: true.
        #[serde(default = "yes")]
        both: bool,
        /// What is lost from now on; with none, everything gets through.
        classes: Vec<PacketClass>,
    },
    /// Ends the process of a server: what is in its disk's cache stays.
    Kill {
        /// Which.
        server: ServerId,
    },
    /// Lets the power of a server fail after it has asked for so many more things: messages, writes, and the like.
    CrashAfter {
        /// Which.
        server: ServerId,
        /// How many.
        #[tsify(type = "number")]
        outputs: Number,
    },
    /// Stops the process of a server for a while: it does nothing, and forgets nothing.
    Pause {
        /// Which.
        server: ServerId,
    },
    /// Lets a paused server go on.
    Resume {
        /// Which.
        server: ServerId,
    },
    /// Takes everything off the disk of a server that is down.
    Wipe {
        /// Which.
        server: ServerId,
    },
    /// Changes how a disk writes.
    SetDisk {
        /// Whose.
        server: ServerId,
        /// How it writes from now on.
        settings: DiskSettings,
    },
    /// Flips a bit on a disk. It is found when the server starts the next time.
    FlipBit {
        /// Whose.
        server: ServerId,
        /// In what was written with the entry at this index; without one, in what was written last.
        #[serde(default)]
        #[tsify(type = "number | null", optional)]
        index: Option<Number>,
    },
    /// Lets a server's clock go too fast or too slow from now on.
    SetClock {
        /// Whose.
        server: ServerId,
        /// How much too fast: 0.1 is a tenth too fast, -0.1 a tenth too slow. From -0.5 to 0.5.
        #[tsify(type = "number")]
        drift: Number,
    },
    /// Sets a server's clock forward, or back.
    JumpClock {
        /// Whose.
        server: ServerId,
        /// By how many milliseconds; back, if it is negative. At most an hour either way.
        #[tsify(type = "number")]
        by: Number,
    },
    /// Changes how a server is set from its next start on.
    Configure {
        /// Which.
        server: ServerId,
        /// How.
        settings: Box<RaftSettings>,
    },
    /// Lets a server break these rules on purpose from now on, also after a restart, and no others.
    MakeMistakes {
        /// Which.
        server: ServerId,
        /// The names of the mistakes; with none, it keeps to all rules again.
        mistakes: Vec<String>,
    },
    /// Changes what a client does from now on if it gets no answer.
    SetRetries {
        /// Which.
        client: ClientId,
        /// What it does.
        retries: Retries,
    },
    /// Puts a new server into the world, with an empty disk. It belongs to the cluster once a leader says so.
    AddServer {},
    /// Asks a leader to change who belongs to the cluster.
    ChangeMembership {
        /// Which leader.
        server: ServerId,
        /// What changes, in one step.
        changes: Vec<Change>,
        /// How. Default: auto.
        #[serde(default)]
        how: Transition,
    },
    /// Asks a leader to leave a joint membership.
    LeaveJoint {
        /// Which leader.
        server: ServerId,
    },
    /// Asks a leader to hand over.
    Transfer {
        /// Which leader.
        server: ServerId,
        /// To whom.
        to: ServerId,
    },
    /// Lets a server forget who leads, so that it votes at once if it is asked to.
    ForgetLeader {
        /// Which.
        server: ServerId,
    },
    /// Lets a server take a snapshot now, after which its log is shorter.
    Compact {
        /// Which.
        server: ServerId,
    },
    /// Lets a server ask its leader for a snapshot, though its log may be whole: its state machine is replaced.
    RequestSnapshot {
        /// Which.
        server: ServerId,
    },
    /// Does something to one packet.
    Packet {
        /// Which. It must be under way.
        #[tsify(type = "number")]
        packet: Number,
        /// What.
        act: PacketAct,
    },
}

/// A command, and when it is carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields, expecting = "a command and its time: an object with `at` and `command`")]
pub struct Timed {
    /// When. A command comes before anything else that happens at that moment.
    pub at: Milliseconds,
    /// What.
    pub command: Command,
}

const fn yes() -> bool {
    true
}

impl TryFrom<Timed> for sim::Timed {
    type Error = Failure;

    fn try_from(Timed { at, command }: Timed) -> Result<Self, Failure> {
        Ok(Self { at: at.instant("at")?, command: command.try_into()? })
    }
}

impl From<sim::Timed> for Timed {
    fn from(sim::Timed { at, command }: sim::Timed) -> Self {
        Self { at: at.into(), command: command.into() }
    }
}

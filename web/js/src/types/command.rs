//! What can be done to a simulation.

use raftarium_sim as sim;
use raftarium_sim::core::{LogIndex, NodeId};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

use super::disk::DiskSettings;
use super::link::LinkSettings;
use super::membership::{Change, Transition};
use super::number::{ClientId, MAX_SAFE, Milliseconds, Number, ServerId};
use super::packet::PacketClass;
use super::setup::{self, RaftSettings, Retries, signed_part, signed_ppm};
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

/// What can be done to a packet by hand.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields, expecting = "what to do: an object with a type")]
#[tsify(namespace)]
pub enum PacketAct {
    /// It is lost.
    Drop {},
    /// It arrives twice.
    Double {},
    /// It stands still.
    Hold {},
    /// It moves on.
    Release {},
    /// It arrives later.
    Delay {
        /// By how much.
        by: Milliseconds,
    },
    /// It arrives now.
    Deliver {},
}

/// What a client can ask of the replicated state machine, which keeps values by key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Tsify)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields, expecting = "an operation: an object with a type")]
pub enum Op {
    /// Gives a key a value.
    Put {
        /// The key: 1 to 64 bytes of UTF-8.
        key: String,
        /// The value: up to 64 bytes of UTF-8.
        value: String,
    },
    /// Reads the value of a key. It goes through the log like a write, so it can never be stale.
    Get {
        /// The key: 1 to 64 bytes of UTF-8.
        key: String,
    },
    /// Takes a key's value away.
    Delete {
        /// The key: 1 to 64 bytes of UTF-8.
        key: String,
    },
    /// Gives a key a value if it has the one that is expected.
    CompareAndSet {
        /// The key: 1 to 64 bytes of UTF-8.
        key: String,
        /// What is expected, up to 64 bytes of UTF-8; null expects that there is no value.
        expected: Option<String>,
        /// The new value: up to 64 bytes of UTF-8.
        value: String,
    },
    /// Adds to a number. No value counts as 0.
    Increment {
        /// The key: 1 to 64 bytes of UTF-8.
        key: String,
        /// How much is added: a whole, safe integer.
        #[tsify(type = "number")]
        by: Number,
    },
    /// Reads the value of a key without an entry in the log.
    Read {
        /// The key: 1 to 64 bytes of UTF-8.
        key: String,
        /// What makes sure that the value is not an old one.
        by: ReadBy,
    },
}

/// What makes sure that a read without an entry does not see an old value.
///
/// - `index`: the leader hears from a majority that it still leads, and then reads (ReadIndex).
/// - `lease`: a leader that has heard from a majority recently enough reads at once, trusting the clocks. Servers refuse
///   it whose leases are off.
/// - `nothing`: nothing; the server that is asked reads what it has, and the value may be old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum ReadBy {
    /// The leader hears from a majority that it still leads, and then reads.
    Index,
    /// A leader that has heard from a majority recently enough reads at once.
    Lease,
    /// The server that is asked reads what it has.
    Nothing,
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

impl TryFrom<Command> for sim::Command {
    type Error = Failure;

    fn try_from(command: Command) -> Result<Self, Failure> {
        Ok(match command {
            Command::Crash { server } => Self::Crash { server: server.node()? },
            Command::Restart { server } => Self::Restart { server: server.node()? },
            Command::TimeOut { server } => Self::TimeOut { server: server.node()? },
            Command::Request { client, server, op } => Self::Request {
                client: client.client()?,
                server: server.map(ServerId::node).transpose()?,
                op: op.try_into()?,
            },
            Command::Requests { client, server, ops, every } => Self::Requests {
                client: client.client()?,
                server: server.map(ServerId::node).transpose()?,
                ops: ops.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
                pace: match every {
                    Some(time) => sim::Pace::Every(time.duration("every")?),
                    None => sim::Pace::Answered,
                },
            },
            Command::GiveUp { client } => Self::GiveUp { client: client.client()? },
            Command::Cut { from, to, both } => Self::Cut { from: from.node()?, to: to.node()?, both },
            Command::Heal { from, to, both } => Self::Heal { from: from.node()?, to: to.node()?, both },
            Command::Partition { groups } => {
                let group = |group: Vec<ServerId>| group.into_iter().map(ServerId::node).collect();
                Self::Partition { groups: groups.into_iter().map(group).collect::<Result<_, _>>()? }
            }
            Command::HealAll {} => Self::HealAll,
            Command::SetLink { from, to, both, settings } => {
                Self::SetLink { from: from.node()?, to: to.node()?, both, settings: settings.settings()? }
            }
            Command::SetAllLinks { settings } => Self::SetAllLinks { settings: settings.settings()? },
            Command::Isolate { server } => Self::Isolate { server: server.node()? },
            Command::Clog { from, to, both } => Self::Clog { from: from.node()?, to: to.node()?, both },
            Command::Unclog { from, to, both } => Self::Unclog { from: from.node()?, to: to.node()?, both },
            Command::Filter { from, to, both, classes } => {
                let classes = classes.into_iter().map(Into::into).collect();
                Self::Filter { from: from.node()?, to: to.node()?, both, classes }
            }
            Command::Kill { server } => Self::Kill { server: server.node()? },
            Command::CrashAfter { server, outputs } => {
                let outputs = outputs.between("outputs", 0, u32::MAX.into())?;
                Self::CrashAfter { server: server.node()?, outputs: u32::try_from(outputs).unwrap_or(u32::MAX) }
            }
            Command::Pause { server } => Self::Pause { server: server.node()? },
            Command::Resume { server } => Self::Resume { server: server.node()? },
            Command::Wipe { server } => Self::Wipe { server: server.node()? },
            Command::SetDisk { server, settings } => {
                Self::SetDisk { server: server.node()?, settings: settings.settings()? }
            }
            Command::FlipBit { server, index } => {
                let index = index.map(|index| index.between("index", 1, MAX_SAFE)).transpose()?.map(LogIndex);
                Self::FlipBit { server: server.node()?, index }
            }
            Command::SetClock { server, drift } => {
                let drift_ppm = signed_ppm(drift, "drift", sim::DRIFT_PPM_MAX)?;
                Self::SetClock { server: server.node()?, drift_ppm }
            }
            Command::JumpClock { server, by } => {
                let size = Milliseconds(Number(by.not_nan("by")?.0.abs())).duration("by")?;
                let size = i64::try_from(size.as_micros()).unwrap_or(i64::MAX);
                Self::JumpClock { server: server.node()?, by_us: if by.0 < 0.0 { -size } else { size } }
            }
            Command::Configure { server, settings } => {
                Self::Configure { server: server.node()?, settings: Box::new(settings.settings()?) }
            }
            Command::MakeMistakes { server, mistakes } => {
                Self::MakeMistakes { server: server.node()?, mistakes: setup::mistakes(&mistakes, "mistakes")? }
            }
            Command::SetRetries { client, retries } => {
                Self::SetRetries { client: client.client()?, retries: retries.into() }
            }
            Command::AddServer {} => Self::AddServer,
            Command::ChangeMembership { server, changes, how } => {
                let changes = changes.into_iter().map(Change::change).collect::<Result<_, _>>()?;
                Self::ChangeMembership { server: server.node()?, changes, how: how.into() }
            }
            Command::LeaveJoint { server } => Self::LeaveJoint { server: server.node()? },
            Command::Transfer { server, to } => Self::Transfer { server: server.node()?, to: to.node()? },
            Command::ForgetLeader { server } => Self::ForgetLeader { server: server.node()? },
            Command::Compact { server } => Self::Compact { server: server.node()? },
            Command::RequestSnapshot { server } => Self::RequestSnapshot { server: server.node()? },
            Command::Packet { packet, act } => {
                let packet = sim::PacketId(packet.between("packet", 1, MAX_SAFE)?);
                Self::Packet { packet, act: act.act()? }
            }
        })
    }
}

impl From<sim::Command> for Command {
    fn from(command: sim::Command) -> Self {
        match command {
            sim::Command::Crash { server } => Self::Crash { server: server.into() },
            sim::Command::Restart { server } => Self::Restart { server: server.into() },
            sim::Command::TimeOut { server } => Self::TimeOut { server: server.into() },
            sim::Command::Request { client, server, op } => {
                Self::Request { client: client.into(), server: server.map(Into::into), op: op.into() }
            }
            sim::Command::Requests { client, server, ops, pace } => Self::Requests {
                client: client.into(),
                server: server.map(Into::into),
                ops: ops.into_iter().map(Into::into).collect(),
                every: match pace {
                    sim::Pace::Every(time) => Some(time.into()),
                    sim::Pace::Answered => None,
                },
            },
            sim::Command::GiveUp { client } => Self::GiveUp { client: client.into() },
            sim::Command::Cut { from, to, both } => Self::Cut { from: from.into(), to: to.into(), both },
            sim::Command::Heal { from, to, both } => Self::Heal { from: from.into(), to: to.into(), both },
            sim::Command::Partition { groups } => {
                let group = |group: Vec<NodeId>| group.into_iter().map(Into::into).collect();
                Self::Partition { groups: groups.into_iter().map(group).collect() }
            }
            sim::Command::HealAll => Self::HealAll {},
            sim::Command::SetLink { from, to, both, settings } => {
                Self::SetLink { from: from.into(), to: to.into(), both, settings: settings.into() }
            }
            sim::Command::SetAllLinks { settings } => Self::SetAllLinks { settings: settings.into() },
            sim::Command::Isolate { server } => Self::Isolate { server: server.into() },
            sim::Command::Clog { from, to, both } => Self::Clog { from: from.into(), to: to.into(), both },
            sim::Command::Unclog { from, to, both } => Self::Unclog { from: from.into(), to: to.into(), both },
            sim::Command::Filter { from, to, both, classes } => {
                let classes = classes.into_iter().map(Into::into).collect();
                Self::Filter { from: from.into(), to: to.into(), both, classes }
            }
            sim::Command::Kill { server } => Self::Kill { server: server.into() },
            sim::Command::CrashAfter { server, outputs } => {
                Self::CrashAfter { server: server.into(), outputs: u64::from(outputs).into() }
            }
            sim::Command::Pause { server } => Self::Pause { server: server.into() },
            sim::Command::Resume { server } => Self::Resume { server: server.into() },
            sim::Command::Wipe { server } => Self::Wipe { server: server.into() },
            sim::Command::SetDisk { server, settings } => {
                Self::SetDisk { server: server.into(), settings: settings.into() }
            }
            sim::Command::FlipBit { server, index } => {
                Self::FlipBit { server: server.into(), index: index.map(|index| index.0.into()) }
            }
            sim::Command::SetClock { server, drift_ppm } => {
                Self::SetClock { server: server.into(), drift: signed_part(drift_ppm) }
            }
            sim::Command::JumpClock { server, by_us } => {
                Self::JumpClock { server: server.into(), by: Number(by_us as f64 / 1_000.0) }
            }
            sim::Command::Configure { server, settings } => {
                Self::Configure { server: server.into(), settings: Box::new((&*settings).into()) }
            }
            sim::Command::MakeMistakes { server, mistakes } => {
                Self::MakeMistakes { server: server.into(), mistakes: setup::names_of(mistakes) }
            }
            sim::Command::SetRetries { client, retries } => {
                Self::SetRetries { client: client.into(), retries: retries.into() }
            }
            sim::Command::AddServer => Self::AddServer {},
            sim::Command::ChangeMembership { server, changes, how } => {
                let changes = changes.into_iter().map(Into::into).collect();
                Self::ChangeMembership { server: server.into(), changes, how: how.into() }
            }
            sim::Command::LeaveJoint { server } => Self::LeaveJoint { server: server.into() },
            sim::Command::Transfer { server, to } => Self::Transfer { server: server.into(), to: to.into() },
            sim::Command::ForgetLeader { server } => Self::ForgetLeader { server: server.into() },
            sim::Command::Compact { server } => Self::Compact { server: server.into() },
            sim::Command::RequestSnapshot { server } => Self::RequestSnapshot { server: server.into() },
            sim::Command::Packet { packet, act } => Self::Packet { packet: packet.0.into(), act: act.into() },
        }
    }
}

impl PacketAct {
    fn act(self) -> Result<sim::PacketAct, Failure> {
        Ok(match self {
            Self::Drop {} => sim::PacketAct::Drop,
            Self::Double {} => sim::PacketAct::Double,
            Self::Hold {} => sim::PacketAct::Hold,
            Self::Release {} => sim::PacketAct::Release,
            Self::Delay { by } => sim::PacketAct::Delay(by.duration("by")?),
            Self::Deliver {} => sim::PacketAct::Deliver,
        })
    }
}

impl From<sim::PacketAct> for PacketAct {
    fn from(act: sim::PacketAct) -> Self {
        match act {
            sim::PacketAct::Drop => Self::Drop {},
            sim::PacketAct::Double => Self::Double {},
            sim::PacketAct::Hold => Self::Hold {},
            sim::PacketAct::Release => Self::Release {},
            sim::PacketAct::Delay(by) => Self::Delay { by: by.into() },
            sim::PacketAct::Deliver => Self::Deliver {},
        }
    }
}

impl TryFrom<Op> for sim::Op {
    type Error = Failure;

    fn try_from(op: Op) -> Result<Self, Failure> {
        Ok(match op {
            Op::Put { key, value } => Self::Put { key, value },
            Op::Get { key } => Self::Get { key },
            Op::Delete { key } => Self::Delete { key },
            Op::CompareAndSet { key, expected, value } => Self::CompareAndSet { key, expected, value },
            Op::Increment { key, by } => Self::Increment { key, by: by.signed("by")? },
            Op::Read { key, by } => Self::Read { key, by: by.into() },
        })
    }
}

impl From<ReadBy> for sim::ReadBy {
    fn from(by: ReadBy) -> Self {
        match by {
            ReadBy::Index => Self::Index,
            ReadBy::Lease => Self::Lease,
            ReadBy::Nothing => Self::Nothing,
        }
    }
}

impl From<sim::ReadBy> for ReadBy {
    fn from(by: sim::ReadBy) -> Self {
        match by {
            sim::ReadBy::Index => Self::Index,
            sim::ReadBy::Lease => Self::Lease,
            sim::ReadBy::Nothing => Self::Nothing,
        }
    }
}

impl From<sim::Op> for Op {
    fn from(op: sim::Op) -> Self {
        match op {
            sim::Op::Put { key, value } => Self::Put { key, value },
            sim::Op::Get { key } => Self::Get { key },
            sim::Op::Delete { key } => Self::Delete { key },
            sim::Op::CompareAndSet { key, expected, value } => Self::CompareAndSet { key, expected, value },
            sim::Op::Increment { key, by } => Self::Increment { key, by: Number(by as f64) },
            sim::Op::Read { key, by } => Self::Read { key, by: by.into() },
        }
    }
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

//! What a scenario does.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::{Change, Mistakes, NodeId, Transition};
use serde::{Deserialize, Serialize};

use super::condition::Packets;
use super::name::Name;
use crate::address::{Address, ClientId};
use crate::command::{Command, PacketAct};
use crate::kv::{Op, ReadBy};
use crate::packet::{PacketClass, PacketId};
use crate::world::World;

/// Something that a scenario does. Those of its [`Command`]s that scenarios need often have a short form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// The power of a server fails.
    Crash(Name),
    /// It starts again.
    Restart(Name),
    /// Its election timer runs out.
    TimeOut(Name),
    /// Its process stands still.
    Pause(Name),
    /// Its process goes on.
    Resume(Name),
    /// All its links are cut.
    Isolate(Name),
    /// Everything on its disk is gone.
    Wipe(Name),
    /// It takes a snapshot.
    Compact(Name),
    /// A client gives a key a value.
    Put {
        /// Which client: 1 is C1.
        client: u32,
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// The server that is asked, whatever it answers; without one, the client looks for the leader.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<Name>,
    },
    /// A client asks for the value of a key.
    Get {
        /// Which client: 1 is C1.
        client: u32,
        /// The key.
        key: String,
        /// The server that is asked, whatever it answers; without one, the client looks for the leader.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<Name>,
    },
    /// A client takes a key's value away.
    Delete {
        /// Which client: 1 is C1.
        client: u32,
        /// The key.
        key: String,
        /// The server that is asked, whatever it answers; without one, the client looks for the leader.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<Name>,
    },
    /// A client gives a key a value if it has the one that is expected.
    CompareAndSet {
        /// Which client: 1 is C1.
        client: u32,
        /// The key.
        key: String,
        /// The value that is expected; without one, that there is none.
        #[serde(default)]
        expected: Option<String>,
        /// The new value.
        value: String,
        /// The server that is asked, whatever it answers; without one, the client looks for the leader.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<Name>,
    },
    /// A client adds to a number.
    Increment {
        /// Which client: 1 is C1.
        client: u32,
        /// The key.
        key: String,
        /// How much; without it, 1.
        #[serde(default = "one")]
        by: i64,
        /// The server that is asked, whatever it answers; without one, the client looks for the leader.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<Name>,
    },
    /// A client reads the value of a key, and no entry is made for it.
    Read {
        /// Which client: 1 is C1.
        client: u32,
        /// The key.
        key: String,
        /// What makes sure that the value is not an old one.
        by: ReadWith,
        /// The server that is asked, whatever it answers; without one, the client looks for the leader.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<Name>,
    },
    /// A server breaks these rules on purpose from now on, and no others.
    MakeMistakes {
        /// Which server.
        server: Name,
        /// Which rules: `"commit-earlier-terms"` and the like.
        mistakes: Mistakes,
    },
    /// A server's clock goes too fast or too slow from now on.
    Drift {
        /// Whose.
        server: Name,
        /// How much too fast, in parts per million; too slow, if it is negative.
        ppm: i32,
    },
    /// Cuts a link.
    Cut(Link),
    /// Mends a link.
    Heal(Link),
    /// Lets packets of these kinds no longer through a link; with none, all again.
    Filter {
        /// From this server …
        from: Name,
        /// … to this one.
        to: Name,
        /// Only in this direction.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        one_way: bool,
        /// What is lost from now on.
        kinds: Vec<PacketClass>,
    },
    /// Servers that have a group in common reach each other, others do not; those that no group names are one more.
    Partition(Vec<Vec<Name>>),
    /// All links are mended.
    HealAll,
    /// A new server, which belongs to no cluster yet.
    AddServer,
    /// A leader is asked for a change of who belongs to the cluster.
    Change {
        /// Which leader.
        server: Name,
        /// Who is to vote.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        add_voters: Vec<Name>,
        /// Who is to get the log without voting.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        add_learners: Vec<Name>,
        /// Who is to leave.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        remove: Vec<Name>,
        /// How; without it, a joint membership if there must be one.
        #[serde(default)]
        how: Transition,
    },
    /// A leader is asked to leave a joint membership.
    LeaveJoint(Name),
    /// A leader is asked to hand over.
    Transfer {
        /// Which leader.
        server: Name,
        /// To whom.
        to: Name,
    },
    /// The first such packet that is under way arrives now.
    Deliver(Packets),
    /// The first such packet that is under way is lost.
    Drop(Packets),
    /// The first such packet that is under way stands still.
    Hold(Packets),
    /// Anything else that can be done to a world.
    Command(Box<Command>),
    /// Does this if it can be done. If it cannot, that is in the trace, nothing changes, and the scenario goes on.
    Try(Box<Act>),
}

const fn one() -> i64 {
    1
}

/// What makes sure that a read without an entry does not see an old value: [`ReadBy`], as files say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadWith {
    /// A majority says that the leader still leads (§6.4 of the dissertation).
    Index,
    /// The leader heard from a majority recently enough, by its clock (§6.4.1).
    Lease,
    /// Nothing: the server reads what it has.
    Nothing,
}

impl From<ReadWith> for ReadBy {
    fn from(with: ReadWith) -> Self {
        match with {
            ReadWith::Index => Self::Index,
            ReadWith::Lease => Self::Lease,
            ReadWith::Nothing => Self::Nothing,
        }
    }
}

/// A link between two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// From this server …
    pub from: Name,
    /// … to this one.
    pub to: Name,
    /// Only in this direction.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub one_way: bool,
}

impl Act {
    /// The command that does it in `world` as it is now. Nothing, if there is no such packet.
    pub(super) fn command(&self, world: &World) -> Option<Command> {
        let ids = |names: &[Name]| names.iter().map(|name| name.0).collect::<Vec<NodeId>>();
        let packet = |packets: &Packets, act| packets.first(world).map(|packet| Command::Packet { packet, act });
        let ask = |client: u32, server: &Option<Name>, op| {
            let server = server.map(|Name(server)| server);
            Command::Request { client: ClientId(client), server, op }
        };
        Some(match self {
            &Self::Crash(Name(server)) => Command::Crash { server },
            &Self::Restart(Name(server)) => Command::Restart { server },
            &Self::TimeOut(Name(server)) => Command::TimeOut { server },
            &Self::Pause(Name(server)) => Command::Pause { server },
            &Self::Resume(Name(server)) => Command::Resume { server },
            &Self::Isolate(Name(server)) => Command::Isolate { server },
            &Self::Wipe(Name(server)) => Command::Wipe { server },
            &Self::Compact(Name(server)) => Command::Compact { server },
            Self::Put { client, key, value, server } => {
                ask(*client, server, Op::Put { key: key.clone(), value: value.clone() })
            }
            Self::Get { client, key, server } => ask(*client, server, Op::Get { key: key.clone() }),
            Self::Delete { client, key, server } => ask(*client, server, Op::Delete { key: key.clone() }),
            Self::CompareAndSet { client, key, expected, value, server } => {
                let (key, expected, value) = (key.clone(), expected.clone(), value.clone());
                ask(*client, server, Op::CompareAndSet { key, expected, value })
            }
            Self::Increment { client, key, by, server } => {
                ask(*client, server, Op::Increment { key: key.clone(), by: *by })
            }
            Self::Read { client, key, by, server } => {
                ask(*client, server, Op::Read { key: key.clone(), by: (*by).into() })
            }
            &Self::MakeMistakes { server: Name(server), mistakes } => Command::MakeMistakes { server, mistakes },
            &Self::Drift { server: Name(server), ppm } => Command::SetClock { server, drift_ppm: ppm },
            &Self::Cut(Link { from, to, one_way }) => Command::Cut { from: from.0, to: to.0, both: !one_way },
            &Self::Heal(Link { from, to, one_way }) => Command::Heal { from: from.0, to: to.0, both: !one_way },
            Self::Filter { from, to, one_way, kinds } => {
                Command::Filter { from: from.0, to: to.0, both: !one_way, classes: kinds.clone() }
            }
            Self::Partition(groups) => Command::Partition { groups: groups.iter().map(|group| ids(group)).collect() },
            Self::HealAll => Command::HealAll,
            Self::AddServer => Command::AddServer,
            Self::Change { server, add_voters, add_learners, remove, how } => {
                let changes = ids(add_voters).into_iter().map(Change::AddVoter);
                let changes = changes.chain(ids(add_learners).into_iter().map(Change::AddLearner));
                let changes = changes.chain(ids(remove).into_iter().map(Change::Remove)).collect();
                Command::ChangeMembership { server: server.0, changes, how: *how }
            }
            &Self::LeaveJoint(Name(server)) => Command::LeaveJoint { server },
            &Self::Transfer { server, to } => Command::Transfer { server: server.0, to: to.0 },
            Self::Deliver(packets) => packet(packets, PacketAct::Deliver)?,
            Self::Drop(packets) => packet(packets, PacketAct::Drop)?,
            Self::Hold(packets) => packet(packets, PacketAct::Hold)?,
            Self::Command(command) => Command::clone(command),
            Self::Try(act) => return act.command(world),
        })
    }
}

impl Packets {
    pub(super) fn are(&self, kind: PacketClass, from: Address, to: Address) -> bool {
        let end = |wanted: Option<Name>, is: Address| wanted.is_none_or(|Name(wanted)| is.server() == Some(wanted));
        self.kind == kind && end(self.from, from) && end(self.to, to)
    }

    /// The first of them that is under way.
    pub(super) fn first(&self, world: &World) -> Option<PacketId> {
        let mut packets = world.packets().filter(|packet| packet.lost.is_none());
        packets.find(|packet| self.are(packet.what.kind.class(), packet.from, packet.to)).map(|packet| packet.id)
    }
}

//! What happened, and what caused it.

use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::sessions::SessionId;
use raftarium_core::{Event, HardState, Instant, LogIndex, NodeId, PersistId, Rejection, Timer};
use serde::{Deserialize, Serialize};

use crate::address::{Address, ClientId};
use crate::checks::Violation;
use crate::client::{Answer, RequestId};
use crate::command::Command;
use crate::command_error::CommandError;
use crate::disk::Corruption;
use crate::kv::Op;
use crate::packet::{Glimpse, PacketId};

/// The place of a record in the trace, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct RecordId(pub u64);

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Record {
    /// Its place in the trace.
    pub id: RecordId,
    /// When it happened.
    pub at: Instant,
    /// What made it happen; nothing for a command, and for the beginning.
    pub cause: Option<RecordId>,
    /// What happened.
    pub what: Happening,
}

/// What can happen in a world.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Happening {
    /// A command was carried out.
    Commanded(Command),
    /// A command that was given for this moment could not be carried out.
    CommandRefused {
        /// The command.
        command: Command,
        /// Why.
        error: CommandError,
    },
    /// A server started.
    Started {
        /// Which.
        server: NodeId,
        /// What it found on its disk.
        hard_state: HardState,
        /// Where its log ends.
        last: LogIndex,
    },
    /// A server crashed.
    Crashed {
        /// Which.
        server: NodeId,
        /// How many writes were under way, and are lost.
        lost_writes: u32,
    },
    /// A server found the last write on its disk torn: it was never durable, and is dropped.
    TornWriteDropped {
        /// Which.
        server: NodeId,
    },
    /// A server does not start: what is on its disk is not what was written.
    StartRefused {
        /// Which.
        server: NodeId,
        /// What it found.
        reason: Corruption,
    },
    /// A server cannot write, and stops.
    DiskFull {
        /// Which.
        server: NodeId,
    },
    /// A packet was sent.
    Sent {
        /// Which.
        packet: PacketId,
        /// By whom.
        from: Address,
        /// To whom.
        to: Address,
        /// What is in it, in short.
        what: Glimpse,
    },
    /// A packet arrived.
    Delivered {
        /// Which.
        packet: PacketId,
        /// To whom.
        to: Address,
    },
    /// A packet was lost.
    Lost {
        /// Which.
        packet: PacketId,
        /// Why.
        reason: LossReason,
    },
    /// A packet is under way a second time.
    Doubled {
        /// Which.
        packet: PacketId,
        /// The name of the copy.
        copy: PacketId,
    },
    /// A server refused a packet that no correct server sends.
    Rejected {
        /// The server.
        server: NodeId,
        /// Why.
        reason: Rejection,
    },
    /// A server's timer ran out.
    TimerFired {
        /// Whose.
        server: NodeId,
        /// Which.
        timer: Timer,
    },
    /// A write to a disk began.
    WriteBegan {
        /// Whose.
        server: NodeId,
        /// Which.
        write: PersistId,
        /// Whether the term or the vote is written.
        hard_state: bool,
        /// How many entries are written.
        entries: u32,
    },
    /// A write became durable.
    WriteDurable {
        /// Whose.
        server: NodeId,
        /// Which.
        write: PersistId,
    },
    /// A write of a snapshot to a disk began.
    SnapshotBegan {
        /// Whose.
        server: NodeId,
        /// The last index that it covers.
        through: LogIndex,
    },
    /// A snapshot became durable, and the log before it is gone.
    SnapshotDurable {
        /// Whose.
        server: NodeId,
        /// The last index that it covers.
        through: LogIndex,
    },
    /// A server applied entries to its state machine.
    Applied {
        /// Which.
        server: NodeId,
        /// The first.
        first: LogIndex,
        /// The last.
        last: LogIndex,
    },
    /// A server did or decided something.
    Node {
        /// Which.
        server: NodeId,
        /// What.
        event: Event,
    },
    /// A client's patience ended.
    TimedOut {
        /// Which.
        client: ClientId,
        /// What it had asked.
        request: RequestId,
    },
    /// A client's patience ended, and it asks again.
    Retried {
        /// Which.
        client: ClientId,
        /// What it had asked.
        request: RequestId,
        /// The server that it asks now.
        server: NodeId,
    },
    /// A client has a session.
    SessionOpened {
        /// Which.
        client: ClientId,
        /// The session.
        session: SessionId,
    },
    /// A client learnt what became of its request.
    Answered {
        /// Which.
        client: ClientId,
        /// The request.
        request: RequestId,
        /// What became of it.
        answer: Answer,
    },
    /// A rule of Raft was broken.
    Violated(Violation),
    /// A server does not start: no server that keeps to the rules leaves behind what is on its disk.
    StartImpossible {
        /// Which.
        server: NodeId,
        /// What is wrong, in words.
        why: String,
    },
    /// A client asks the next of several things that it has to ask.
    Asked {
        /// Which.
        client: ClientId,
        /// The request.
        request: RequestId,
        /// What it asks.
        op: Op,
    },
}

/// Why a packet was lost.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum LossReason {
    /// The link is cut.
    Cut,
    /// The link loses some.
    Chance,
    /// The receiver is down.
    ReceiverDown,
    /// The link does not let such packets through.
    Filtered,
    /// Too much waited for the line.
    QueueFull,
    /// By hand.
    Dropped,
}

impl Happening {
    /// The server that this is about, if it is about one.
    #[must_use]
    pub fn server(&self) -> Option<NodeId> {
        match self {
            Self::Started { server, .. }
            | Self::Crashed { server, .. }
            | Self::TornWriteDropped { server }
            | Self::StartRefused { server, .. }
            | Self::StartImpossible { server, .. }
            | Self::DiskFull { server }
            | Self::Rejected { server, .. }
            | Self::TimerFired { server, .. }
            | Self::WriteBegan { server, .. }
            | Self::WriteDurable { server, .. }
            | Self::SnapshotBegan { server, .. }
            | Self::SnapshotDurable { server, .. }
            | Self::Applied { server, .. }
            | Self::Node { server, .. } => Some(*server),
            Self::Sent { from, .. } => from.server(),
            Self::Delivered { to, .. } => to.server(),
            Self::Commanded(_)
            | Self::CommandRefused { .. }
            | Self::Lost { .. }
            | Self::Doubled { .. }
            | Self::TimedOut { .. }
            | Self::Asked { .. }
            | Self::Retried { .. }
            | Self::SessionOpened { .. }
            | Self::Answered { .. }
            | Self::Violated(_) => None,
        }
    }
}

/// The fingerprint of a trace: equal for equal traces on every machine.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct TraceHash(pub u64);

impl TraceHash {
    /// The hash of the trace with `record` added. The bytes that are hashed are those of the postcard format, which is
    /// specified and does not depend on the compiler or the machine.
    #[must_use]
    pub(crate) fn with(self, record: &Record, scratch: &mut Vec<u8>) -> Self {
        scratch.clear();
        let scattered = Scattered(core::mem::take(scratch));
        let bytes = postcard::serialize_with_flavor(record, scattered).expect("a vector takes any record");
        let hash = xxhash_rust::xxh3::xxh3_64_with_seed(&bytes, self.0);
        *scratch = bytes;
        Self(hash)
    }
}

/// A vector that is made of many small parts: most of them are numbers of a few bytes, and to copy them one by one is
/// quicker than to call somebody for it.
struct Scattered(Vec<u8>);

impl postcard::ser_flavors::Flavor for Scattered {
    type Output = Vec<u8>;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        if bytes.len() > 10 {
            self.0.extend_from_slice(bytes);
        } else {
            bytes.iter().for_each(|&byte| self.0.push(byte));
        }
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

impl core::fmt::Display for TraceHash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl From<TraceHash> for String {
    fn from(hash: TraceHash) -> Self {
        alloc::format!("{hash}")
    }
}

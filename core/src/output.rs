//! What a node asks of its host, one thing at a time.

use core::fmt;

use bytes::Bytes;

use crate::event::Event;
use crate::log::Entry;
use crate::membership::Membership;
use crate::message::Message;
use crate::outcome::{ForwardId, Forwarded, Resolution};
use crate::time::Instant;
use crate::types::{Boot, EntryId, LogIndex, NodeId, Term};

/// One thing that a node asks its host to do, or tells it.
///
/// It borrows from the node: take what is needed before the next input.
#[derive(Debug, PartialEq, Eq)]
pub enum Output<'a> {
    /// Send a message to another server, once its condition is met.
    Send(Send),
    /// Make state durable, then say so with [`Node::persisted`](crate::Node::persisted).
    Persist(Persist<'a>),
    /// Apply committed entries, in this order, then say so with [`Node::applied`](crate::Node::applied).
    ///
    /// They are durable here, and on a majority. The first follows the last one of the output before. Entries without
    /// a command come along, so that an index is never missing.
    Apply(&'a [Entry]),
    /// Read a part of the host's newest snapshot, and pass it to
    /// [`Node::snapshot_chunk`](crate::Node::snapshot_chunk).
    ReadSnapshot(ChunkRequest),
    /// Keep a part of a snapshot that arrives. The parts come in order; one at offset 0 begins anew. When all are there,
    /// a [`Persist`] says so.
    KeepChunk(ReceivedChunk),
    /// The log has grown as far as the settings allow, or a follower has asked this leader for a snapshot that is newer
    /// than the last one: take a snapshot of the state machine as of this index, or a later one, and tell with
    /// [`Node::compact`](crate::Node::compact).
    TakeSnapshot(LogIndex),
    /// The state machine may be read for this read, now; or it failed, and may be asked again.
    Read {
        /// What [`Node::read`](crate::Node::read) gave.
        id: ReadId,
        /// Whether the state machine may be read.
        result: Result<(), ReadFailure>,
    },
    /// What became of entries that were proposed to this node.
    Proposals(Resolution),
    /// What the leader says to a proposal that was passed on to it, or that it says nothing.
    Forwarded {
        /// What [`Node::propose`](crate::Node::propose) gave.
        id: ForwardId,
        /// What became of it.
        end: Forwarded,
    },
    /// Something that the node did or decided. Only for nodes that are [observed](crate::Node::observe).
    Event(Event),
}

/// A message, and what it must wait for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Send {
    /// The message; `message.to` names the receiver.
    pub message: Message,
    /// The write that must be durable before the message may leave; nothing if it may leave at once.
    ///
    /// If the host crashes before that write is durable, the message must be forgotten.
    pub after: Option<PersistId>,
}

/// Names a read of a server. Two lives of it never give the same name, so that the leader's late answer to a read from
/// before a crash is never taken for the answer to one after it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReadId {
    /// The life in which the read was asked for.
    pub boot: Boot,
    /// Counts the reads of that life, from 1.
    pub sequence: u64,
}

/// Why a read failed. Nothing was read; it may be asked again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ReadFailure {
    /// The server that was to confirm it does not lead any more.
    LeaderLost,
    /// The leader did not answer within the shortest election timeout.
    TimedOut,
}

/// A part of the host's newest snapshot, which a follower needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChunkRequest {
    /// Who needs it.
    pub to: NodeId,
    /// The last entry that the snapshot covers.
    pub last: EntryId,
    /// Where the part starts, in bytes. How long it is is the host's choice.
    pub offset: u64,
}

/// A part of a snapshot that arrives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReceivedChunk {
    /// The last entry that the snapshot covers.
    pub last: EntryId,
    /// Where the part starts, in bytes.
    pub offset: u64,
    /// The part.
    pub data: Bytes,
    /// Whether nothing comes after it.
    pub done: bool,
}

/// A snapshot that has arrived, all of it, and takes the place of the state machine and of the beginning of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Installed<'a> {
    /// The last entry that it covers: the new base of the log.
    pub last: EntryId,
    /// Who belongs to the cluster at that entry.
    pub membership: &'a Membership,
    /// Whether the entries after it stay; otherwise the log is dropped.
    pub keep_suffix: bool,
}

/// State that must become durable, all of it at once, before any later [`Persist`] does: a crash leaves all of a write
/// on the disk or nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Persist<'a> {
    /// What to pass to [`Node::persisted`](crate::Node::persisted).
    pub id: PersistId,
    /// The new term, vote and commit index, if the term or the vote changed.
    pub hard_state: Option<HardState>,
    /// A snapshot to install, before the entries are written. To be reported only when the state machine has become the
    /// snapshot's as well: until then nothing is given to be applied, and no read is answered. One that was
    /// [asked for](crate::Node::request_snapshot) may end where the log starts already.
    pub snapshot: Option<Installed<'a>>,
    /// Entries to write. The first one replaces the entry at its index and everything after it.
    pub entries: &'a [Entry],
}

/// Names one write to the disk, in one life of a server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PersistId {
    /// The life in which the write was asked for.
    pub boot: Boot,
    /// Counts the writes of that life, from 1.
    pub sequence: u64,
}

/// What a server may not forget, besides its log (Figure 2, "persistent state").
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HardState {
    /// The latest term that the server has seen.
    pub term: Term,
    /// Whom it voted for in that term.
    pub vote: Option<NodeId>,
    /// How far it knew the log to be committed when this was written. A hint: it may be older than the truth.
    pub commit: LogIndex,
}

/// When a node wants to be woken, and why.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Deadline {
    /// The moment to call [`Node::wake`](crate::Node::wake).
    pub at: Instant,
    /// When this wait began.
    pub since: Instant,
    /// What is waited for.
    pub timer: Timer,
}

/// What a node waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Timer {
    /// A follower that hears nothing from a leader, or a candidate that does not win, starts an election (§5.2).
    Election,
    /// A leader shows itself to its followers (§5.2).
    Heartbeat,
    /// A leader asks itself whether it still hears from a majority (§6.2 of the dissertation).
    CheckQuorum,
    /// A follower gives up waiting for the leader to confirm a read.
    Read,
    /// A leader gives up handing over (§3.10 of the dissertation).
    Transfer,
    /// A follower gives up waiting for the leader's answer to a proposal that it passed on.
    Forward,
}

impl Timer {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Election, Self::Heartbeat, Self::CheckQuorum, Self::Read, Self::Transfer, Self::Forward];
}

impl fmt::Display for PersistId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "write {} of life {}", self.sequence, self.boot.0)
    }
}

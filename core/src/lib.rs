//! Raft as a pure state machine.
//!
//! A [`Node`] is a value. It does no I/O, has no clock and no source of randomness: the host passes inputs in, each
//! with the time, and polls outputs until there are none. Cloning a node is how its past is kept.
//!
//! ```
//! use raftarium_core::{
//!     Boot, Config, DurableState, EntryId, Instant, Membership, Node, NodeId, Output, ReportError,
//! };
//!
//! // A cluster of one: it elects itself, and commits what is durable on its own disk.
//! let membership = Membership::new([NodeId(1)])?;
//! let mut node = Node::start(NodeId(1), Config::default(), DurableState::new(membership), Boot(1), Instant::ZERO)?;
//!
//! /// Does what the node asks for, and gives the entries that it applied.
//! fn run(node: &mut Node, now: Instant) -> Result<Vec<EntryId>, ReportError> {
//!     let mut applied = Vec::new();
//!     while let Some(output) = node.poll() {
//!         match output {
//!             Output::Persist(write) => {
//!                 // Here a real host writes `write.hard_state` and `write.entries` to its disk, and waits for it.
//!                 let id = write.id;
//!                 node.persisted(now, id)?;
//!             }
//!             Output::Apply(entries) => {
//!                 applied.extend(entries.iter().map(|entry| entry.id));
//!                 let last = entries.last().expect("never empty").id.index;
//!                 node.applied(now, last)?;
//!             }
//!             // A cluster of one sends nothing, and this host neither takes snapshots nor reads.
//!             Output::Send(_) | Output::ReadSnapshot(_) | Output::KeepChunk(_) | Output::TakeSnapshot(_) => {}
//!             Output::Read { .. } | Output::Proposals(_) | Output::Forwarded { .. } | Output::Event(_) => {}
//!         }
//!     }
//!     Ok(applied)
//! }
//!
//! let now = node.deadline().expect("a voter always waits for something").at;
//! node.wake(now);
//! run(&mut node, now)?;
//! let proposal = node.propose(now, "hello".into())?.appended().expect("it leads");
//! assert!(run(&mut node, now)?.contains(&proposal));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [Embedding the core](embedding) goes from here to a service with files, sockets, snapshots and clients;
//! [`sessions`] makes commands happen once that clients send again.
//!
//! # Rules for a host
//!
//! - After every input, [poll](Node::poll) until there is nothing more.
//! - [Wake](Node::wake) the node when its [deadline](Node::deadline) is reached. The deadline may move with any input.
//! - A [`Send`] that names a write leaves only after that write is durable. This is "persist before send", and the only
//!   rule whose breach can lose data.
//! - Writes become durable in the order in which they were handed out, each of them as a whole or not at all.
//! - After a crash, [start](Node::start) from what is on the disk, with a greater [`Boot`].
//! - If the state machine is lost while the log is sound, [ask](Node::request_snapshot) for the leader's.
//!
//! A host that also [gives back](Node::give_buffer) the buffers of messages that it has sent has a node that allocates
//! nothing while its cluster runs steadily.
//!
//! # Errors and panics
//!
//! Whatever comes from outside and is wrong is an error that names what was given and what is allowed, and changes
//! nothing. A panic would be a bug in this crate.
//!
//! # Where the rules come from
//!
//! Sections with a bare number (§5.4.2) are of "In Search of an Understandable Consensus Algorithm (Extended Version)"
//! by Ongaro and Ousterhout, 2014; those of the dissertation are of Ongaro's "Consensus: Bridging Theory and Practice",
//! 2014.
//!
//! # Features
//!
//! - `serde`: what travels or is stored derives `Serialize` and `Deserialize`. What is read is checked: a membership or a
//!   table of sessions that cannot be is an error.
//! - `lab`: rules can be broken on purpose, for teaching and for testing what checks them. Without it, which is how a
//!   production program uses this crate, they cannot.

#![no_std]

extern crate alloc;

mod change;
mod command;
mod config;
mod durability;
mod election;
pub mod embedding;
mod error;
mod event;
mod follow;
mod forward;
mod lab;
mod log;
mod membership;
mod memberships;
mod message;
mod node;
mod outbox;
mod outcome;
mod output;
mod progress;
mod proposals;
pub mod quorum;
pub mod random;
mod reads;
mod refusal;
mod rejection;
mod replication;
mod role;
pub mod sessions;
mod snapshot;
mod snapshot_request;
#[doc(hidden)]
pub mod sorted;
mod spare;
mod start;
mod status;
mod time;
mod transfer;
mod transition;
mod types;
mod vote;

pub use command::CommandBytes;
pub use config::{Config, ConfigError, DOUBLINGS_MAX, DRIFT_PPM_MAX, Settings, TIMEOUT_MAX};
pub use error::{CompactError, ReportError, StartError};
pub use event::{ElectionReason, Event, Role, StepDownReason, TransferEnd, VoteRefusal};
#[cfg(feature = "lab")]
pub use lab::{Harm, Mistake, Mistakes};
pub use log::{Entry, Log, Payload};
pub use membership::{Membership, MembershipError};
pub use message::{
    AppendReply, AppendRequest, Ballot, Body, Message, ProposalReply, ProposalRequest, SnapshotChunk, SnapshotReply,
    VoteReply, VoteRequest,
};
pub use node::Node;
pub use outcome::{ForwardId, Forwarded, Outcome, ProposalId, Proposed, Resolution, UnknownReason};
pub use output::{
    ChunkRequest, Deadline, HardState, Installed, Output, Persist, PersistId, ReadFailure, ReadId, ReceivedChunk, Send,
    Timer,
};
pub use progress::{Progress, ProgressState};
pub use refusal::{CampaignError, MembershipChangeError, ProposeError, ReadError, SnapshotError, TransferError};
pub use rejection::Rejection;
pub use start::DurableState;
pub use time::Instant;
#[cfg(feature = "serde")]
pub use time::milliseconds;
pub use transition::{Change, ChangeError, Transition};
pub use types::{Boot, EntryId, LogIndex, NodeId, Term};

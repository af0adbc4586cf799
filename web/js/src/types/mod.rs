//! The engine's data as JavaScript sees it, and as its TypeScript types are generated.
//!
//! Each type mirrors one of the engine's: names in camelCase, unions told apart by `type`, times in milliseconds. The
//! engine itself knows nothing of this.

mod address;
mod branch;
mod check;
mod command;
mod disk;
mod event;
mod initial;
mod link;
mod membership;
mod node_event;
mod number;
mod packet;
mod request;
mod run;
mod scenario;
mod seed;
mod server;
mod setup;
mod view;
mod why;

pub use address::Address;
pub use branch::{Branch, BranchId};
pub use check::{Check, Rule, RuleInfo, Violation};
pub use command::{Command, Op, PacketAct, ReadBy, Timed};
pub use disk::DiskSettings;
pub use event::{Event, EventHead, Events, Happening, LossReason, WriteId};
pub use initial::{Initial, InitialEntry, InitialMembership};
pub use link::{LinkSettings, Spread};
pub use membership::{Change, Transition};
pub use node_event::{ElectionReason, NodeEvent, StepDownReason, TransferEnd, VoteRefusal};
pub use number::{ClientId, EventId, MAX_SAFE, Milliseconds, Number, ServerId};
pub use packet::{Packet, PacketClass, PacketKind};
pub use request::{Answer, OpResult, ReadFailure, Request, RequestStatus};
pub use run::Run;
pub use scenario::{ScenarioFailure, ScenarioOutcome};
pub use seed::{Seed, SeedInput};
pub use server::{Clock, Deadline, EntryId, Follower, LogEntry, Membership, Progress, Role, Server, Timer, Vote};
pub use setup::{RaftSettings, Retries, SimulationOptions};
pub use view::{Cut, Link, View};
pub use why::{Asks, Cause, Explanation, Question, Thing};

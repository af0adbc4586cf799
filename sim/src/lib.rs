//! The world around Raft servers: virtual time, a network, disks, clients, safety checks, and a clock that runs both
//! ways.

#![no_std]

extern crate alloc;

mod address;
mod checks;
mod client;
mod clock;
mod command;
mod command_error;
mod demonstration;
mod disk;
mod driver;
mod ending;
mod environment;
mod execute;
mod footprint;
mod history;
mod initial;
mod kv;
pub mod lesson;
pub mod linear;
mod mend;
mod network;
mod order;
mod packet;
mod queue;
mod run;
pub mod scenario;
mod server;
mod setup;
pub mod share;
mod shrink;
pub mod story;
mod stream;
pub mod swarm;
pub mod timeline;
mod trace;
mod trial;
mod view;
pub mod why;
mod world;

pub use raftarium_core as core;

pub use address::{Address, ClientId};
pub use checks::{Check, Rule, Violation};
pub use client::{Answer, Request, RequestId, RequestStatus, Retries};
pub use clock::DRIFT_PPM_MAX;
pub use command::{Command, OPS_MAX, Pace, PacketAct, Timed};
pub use command_error::{CommandError, Refusal};
pub use demonstration::{DEMONSTRATION_VERSION, Demonstration};
pub use disk::{Corruption, DiskSettings};
pub use driver::Driver;
pub use ending::{Ending, RECOVERY_TIMEOUTS};
pub use history::History;
pub use initial::{Initial, InitialContent, InitialEntry};
pub use kv::{Kv, Op, OpError, ReadBy, TEXT_MAX};
pub use linear::KeyOutput;
pub use network::{LinkSettings, Spread};
pub use packet::{Glimpse, PacketClass, PacketId, PacketKind};
pub use run::{Run, RunError};
pub use setup::{CERTAIN_PPM, CLIENTS_MAX, DURATION_MAX, SERVERS_MAX, Setup, SetupError};
pub use share::{ShareError, Shared};
pub use shrink::{Shrunk, shrink, shrink_by};
pub use timeline::{
    BRANCH_NAME_MAX, BUDGET, BUDGET_MIN, BranchError, BranchId, BranchInfo, Memory, RUN_END, Timeline, UnknownRecord,
};
pub use trace::{Happening, LossReason, Record, RecordId, TraceHash};
pub use trial::{Broken, Finding, Missing, Trial, Verdict};
pub use view::{
    ClockView, CutView, EntryView, FollowerView, LinkView, PacketView, PairView, ServerView, View, VoteView,
};
pub use world::World;

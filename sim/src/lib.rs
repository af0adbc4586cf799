//! The world around Raft servers: virtual time, a network, disks, clients, safety checks, and a clock that runs both
//! ways.

#![no_std]

extern crate alloc;

mod address;
mod checkpoints;
mod checks;
mod client;
mod clock;
mod command;
mod command_error;
mod disk;
mod environment;
mod execute;
mod kv;
pub mod linear;
mod network;
mod order;
mod packet;
mod queue;
mod run;
mod server;
mod setup;
mod stream;
mod timeline;
mod trace;
mod view;
mod world;

pub use raftarium_core as core;

pub use address::{Address, ClientId};
pub use checks::{Check, Rule, Violation};
pub use client::{Answer, Request, RequestId, RequestStatus, Retries};
pub use clock::DRIFT_PPM_MAX;
pub use command::{Command, PacketAct, Timed};
pub use command_error::{CommandError, Refusal};
pub use disk::{Corruption, DiskSettings};
pub use kv::{Kv, Op, OpError, ReadBy, TEXT_MAX};
pub use linear::KeyOutput;
pub use network::{LinkSettings, Spread};
pub use packet::{Glimpse, PacketClass, PacketId, PacketKind};
pub use run::{Run, RunError};
pub use setup::{CERTAIN_PPM, CLIENTS_MAX, DURATION_MAX, SERVERS_MAX, Setup, SetupError};
pub use timeline::{RUN_END, Timeline};
pub use trace::{Happening, LossReason, Record, RecordId, TraceHash};
pub use view::{
    ClockView, CutView, EntryView, FollowerView, LinkView, PacketView, PairView, ServerView, View, VoteView,
};
pub use world::World;

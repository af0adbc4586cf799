//! The throughput race: the same workload for every Raft, in one process and one thread, without network or disk.
//!
//! A window of commands is proposed on the leader, replicated, committed and applied, then the next; at the end, what
//! every server has applied is compared with what was proposed. The log is compacted every [`COMPACT_EVERY`] entries.
//! Each [`Cluster`] is the host that its Raft asks for, as lean as that Raft allows.

mod allocations;
mod ours;
mod run;
mod workload;

pub use allocations::allocations;
pub use ours::Ours;
pub use run::{Report, Run, main};
pub use workload::{Applied, COMPACT_EVERY, Cell, Cluster, payload};

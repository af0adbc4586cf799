//! `race-ours`: `raftarium-core` in the race.

use std::process::ExitCode;

fn main() -> ExitCode {
    raftarium_bench::main::<raftarium_bench::Ours>()
}

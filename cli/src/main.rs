//! Raft in a terminal: run, fuzz, replay and shrink runs of a simulated cluster.
//!
//! `raftarium help` tells what there is. Everything that is simulated lives in `raftarium-sim`; here are arguments,
//! files, threads and words.
#![allow(
    clippy::disallowed_types,
    reason = "how long a person waits is measured with the machine's clock; nothing that is simulated sees it"
)]

mod arguments;
mod error;
mod file;
mod fuzz;
mod interrupt;
mod link;
mod one;
mod play;
mod say;
mod story;

use std::process::ExitCode;

use arguments::Command;
use error::{Error, Exit};

fn main() -> ExitCode {
    match arguments::parse(lexopt::Parser::from_env()).and_then(run) {
        Ok(exit) => exit.code(),
        Err(error) => {
            say::error(&error);
            error.exit().code()
        }
    }
}

fn run(command: Command) -> Result<Exit, Error> {
    match command {
        Command::Help => {
            say::line(arguments::help());
            Ok(Exit::Fine)
        }
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Run(options) | Command::Replay(options) => one::run(&options),
        Command::Scenario(options) => one::scenario(&options),
        Command::Shrink(options) => one::shrink(&options),
    }
}

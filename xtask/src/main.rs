//! `cargo xtask …`: the commands of the README, and the only thing that CI calls.
//!
//! Every command first gets the tools that it needs and does not find (see [`tools`]), says what it is doing and for how
//! long, and ends with an exit code: 0 done, 1 failed, 2 not understood.
#![allow(
    clippy::disallowed_types,
    reason = "waiting for programs takes wall time; nothing here is part of a run that is replayed"
)]

mod cli;
mod error;
mod halves;
mod look;
mod npm;
mod offline;
mod page;
mod process;
mod race;
mod say;
mod site;
mod steps;
mod tools;
mod weight;
mod workspace;
mod worlds;

use std::process::ExitCode;

use cli::Command;
use error::Result;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::error(&error);
            error.exit_code()
        }
    }
}

fn run() -> Result<()> {
    let command = cli::parse(lexopt::Parser::from_env())?;
    workspace::enter()?;
    match command {
        Command::Help => {
            print!("{}", cli::HELP);
            Ok(())
        }
        Command::Serve(options) => site::serve(&options),
        Command::Build(options) => site::build(&options),
        Command::ListSteps => {
            steps::list();
            Ok(())
        }
        Command::Test(selection) => steps::run(&selection),
        Command::Race(options) => {
            if options.only != Some(cli::Bench::Worlds) {
                race::race(&options)?;
            }
            if options.only != Some(cli::Bench::Race) {
                worlds::measure(&options)?;
            }
            Ok(())
        }
        Command::Profile => halves::profile(),
        Command::Measure(options) => look::measure(&options),
        Command::Screenshots(options) => look::screenshots(&options),
    }
}

//! `cargo xtask bench`: the throughput race between ours and other Rafts.
//!
//! The others live in a workspace of their own, `bench/peers`, and are fetched when the race is run. The runs of all
//! racers are interleaved, so that whatever else this machine does meanwhile is shared out fairly; what is compared are
//! the runs of one round.

mod report;
mod table;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::cli::RaceOptions;
use crate::error::{Error, Result};
use crate::tools::{Tools, WASM};
use crate::{process, say, workspace};
use report::Report;
pub(crate) use report::{median, spread};

const PEERS: &str = "bench/peers/Cargo.toml";

/// One shape of the workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    nodes: u32,
    bytes: u32,
    window: u32,
}

/// Who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Racer {
    Ours,
    Noraft,
    RaftRs,
    RaftRsBest,
    /// Ours, compiled to wasm, under Node.
    Wasm,
}

/// What all runs in one cell gave, racer by racer, round by round.
struct Outcome {
    cell: Cell,
    reports: Vec<(Racer, Vec<Report>)>,
}

impl Racer {
    const ALL: [Self; 5] = [Self::Ours, Self::Noraft, Self::RaftRs, Self::RaftRsBest, Self::Wasm];

    fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Noraft => "noraft",
            Self::RaftRs => "raft-rs",
            Self::RaftRsBest => "raft-rs best",
            Self::Wasm => "ours, wasm",
        }
    }

    fn is_ours(self) -> bool {
        match self {
            Self::Ours | Self::Wasm => true,
            Self::Noraft | Self::RaftRs | Self::RaftRsBest => false,
        }
    }

    /// How many times as fast ours is to be.
    fn goal(self, cell: Cell) -> Option<f64> {
        match self {
            Self::Ours | Self::RaftRs => None,
            Self::Noraft => Some(1.0),
            Self::RaftRsBest => Some(if cell.window == 1 { 4.0 } else { 2.5 }),
            // Wasm is to be at least half as fast as native; from here it is seen the other way round.
            Self::Wasm => Some(2.0),
        }
    }

    /// Whether ours is as fast as it is to be, if it is `ratio` times as fast as this one.
    fn reached(self, cell: Cell, ratio: f64) -> bool {
        self.goal(cell).is_none_or(|goal| if self == Self::Wasm { ratio <= goal } else { ratio >= goal })
    }

    fn command(self, cell: Cell, millis: u32) -> Command {
        let native = |name: &str| {
            let file = format!("release/{name}{}", std::env::consts::EXE_SUFFIX);
            Command::new(workspace::build_folder().join(file))
        };
        let mut command = match self {
            Self::Ours => native("race-ours"),
            Self::Noraft => native("race-noraft"),
            Self::RaftRs | Self::RaftRsBest => native("race-raft-rs"),
            Self::Wasm => {
                let mut node = Command::new("node");
                node.arg("bench/wasm/race.mjs").arg(wasm_file());
                node
            }
        };
        command.args([cell.nodes, cell.bytes, cell.window, millis].map(|number| number.to_string()));
        if self == Self::RaftRsBest {
            command.arg("best");
        }
        command
    }

    fn run(self, cell: Cell, millis: u32) -> Result<Report> {
        let output = process::output(&mut self.command(cell, millis))?;
        Report::parse(&output).ok_or_else(|| Error::Repository(format!("{} reported {output:?}", self.name())))
    }
}

fn cells() -> impl Iterator<Item = Cell> {
    let shapes = [3, 5].into_iter().flat_map(|nodes| [16, 256].map(|bytes| (nodes, bytes)));
    shapes.flat_map(|(nodes, bytes)| [1, 64, 1024].map(|window| Cell { nodes, bytes, window }))
}

/// Builds all racers, runs them, prints the table.
///
/// # Errors
///
/// If a racer cannot be built, or does not end with every command applied everywhere. To miss a goal is no error.
pub(crate) fn race(options: &RaceOptions) -> Result<()> {
    let racers: Vec<_> = Racer::ALL.into_iter().filter(|racer| !options.ours || racer.is_ours()).collect();
    build(&racers)?;
    let mut results: Vec<_> = cells()
        .map(|cell| Outcome { cell, reports: racers.iter().map(|&racer| (racer, Vec::new())).collect() })
        .collect();
    for round in 1..=options.rounds {
        say::note(format_args!("round {round} of {}", options.rounds));
        for result in &mut results {
            for (racer, reports) in &mut result.reports {
                reports.push(racer.run(result.cell, options.millis)?);
            }
        }
    }
    print!("{}", table::table(&results));
    match &options.json {
        Some(path) => {
            fs::write(path, table::json(&results)).map_err(Error::file(format!("writing {}", path.display())))
        }
        None => Ok(()),
    }
}

fn build(racers: &[Racer]) -> Result<()> {
    let build = |arguments: &[&str]| {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--quiet", "--release", "--locked"]).args(arguments);
        process::run(cargo.arg("--target-dir").arg(workspace::build_folder()))
    };
    if racers.iter().any(|racer| !racer.is_ours()) {
        let mut fetch = Command::new("cargo");
        fetch.args(["fetch", "--quiet", "--locked", "--manifest-path", PEERS]);
        process::run(&mut fetch).map_err(|_| Error::Missing {
            what: "The other Rafts are not on this machine, and the registry of crates does not answer".to_owned(),
            remedy: "Run this again with a way to the registry, or race alone: `cargo xtask bench --ours`.".to_owned(),
        })?;
        say::note("building the other Rafts");
        build(&["--manifest-path", PEERS])?;
    }
    say::note("building ours, native and for wasm");
    build(&["--package", "raftarium-bench"])?;
    let mut tools = Tools::open()?;
    tools.need_node()?;
    tools.need_rust_targets()?;
    let mut cargo = tools.wasm_command("cargo")?;
    cargo.args(["build", "--quiet", "--release", "--package", "raftarium-bench", "--example", "race-wasm"]);
    process::run(cargo.args(["--target", WASM]).arg("--target-dir").arg(workspace::build_folder()))
}

fn wasm_file() -> PathBuf {
    workspace::build_folder().join(WASM).join("release/examples/race_wasm.wasm")
}

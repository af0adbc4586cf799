//! The second half of `cargo xtask bench`: how much simulated time a second of this machine holds, with five servers and
//! every rule checked after every event.
//!
//! A second is one of the processor's, so that whatever else this machine does meanwhile counts little.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

use crate::cli::RaceOptions;
use crate::error::{Error, Result};
use crate::race::{median, spread};
use crate::tools::{Tools, WASM};
use crate::{process, say, workspace};

const LOADS: [&str; 3] = ["quiet", "busy", "faults"];

/// Where a world runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Native,
    /// Under Node.
    Wasm,
}

/// One run: `simulated_ms=… ns=… events=…`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Report {
    simulated_seconds_per_second: f64,
    events_per_second: f64,
}

impl Place {
    const ALL: [Self; 2] = [Self::Native, Self::Wasm];

    const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Wasm => "wasm",
        }
    }

    /// How many simulated seconds a second is to hold.
    const fn goal(self) -> f64 {
        match self {
            Self::Native => 2_000.0,
            Self::Wasm => 800.0,
        }
    }

    fn command(self, load: &str, millis: u32) -> Command {
        let mut command = match self {
            Self::Native => {
                let file = format!("release/world-speed{}", std::env::consts::EXE_SUFFIX);
                Command::new(workspace::build_folder().join(file))
            }
            Self::Wasm => {
                let mut node = Command::new("node");
                node.arg("bench/world/wasm/world.mjs").arg(wasm_file());
                node
            }
        };
        command.arg(load).arg(millis.to_string());
        command
    }
}

impl Report {
    fn parse(line: &str) -> Option<Self> {
        let number = |name: &str| -> Option<f64> {
            let value = line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            value?.parse().ok()
        };
        let seconds = number("ns").filter(|&ns| ns > 0.0)? / 1e9;
        Some(Self {
            simulated_seconds_per_second: number("simulated_ms")? / 1e3 / seconds,
            events_per_second: number("events")? / seconds,
        })
    }
}

/// Builds the worlds, runs them, prints the table.
///
/// # Errors
///
/// If they cannot be built, or a rule is broken in one. To miss a goal is no error.
pub(crate) fn measure(options: &RaceOptions) -> Result<()> {
    build()?;
    let mut results: Vec<_> =
        LOADS.iter().flat_map(|&load| Place::ALL.map(|place| (load, place, Vec::new()))).collect();
    for round in 1..=options.rounds {
        say::note(format_args!("worlds, round {round} of {}", options.rounds));
        for (load, place, reports) in &mut results {
            let output = process::output(&mut place.command(load, 4 * options.millis))?;
            let report = Report::parse(&output);
            let wrong = || Error::Repository(format!("{} worlds reported {output:?}", place.name()));
            reports.push(report.ok_or_else(wrong)?);
        }
    }
    print!("{}", table(&results));
    Ok(())
}

fn table(results: &[(&str, Place, Vec<Report>)]) -> String {
    let mut text = "
Simulated seconds a second of one core, 5 servers, every rule checked after every event: in the middle of the rounds, and
from the slowest to the fastest. quiet: heartbeats only. busy: 30 requests a second in sessions. faults: what the swarm
draws.

load    where   simulated s/s  spread    to be   events/s
"
    .to_owned();
    for (load, place, reports) in results {
        let speeds = || reports.iter().map(|report| report.simulated_seconds_per_second);
        let (speed, goal) = (median(speeds()), place.goal());
        let events = median(reports.iter().map(|report| report.events_per_second));
        let short = if speed < goal { "  short of it" } else { "" };
        let _ = writeln!(
            text,
            "{load:7} {:7} {speed:>13.0} {:>6.0}%  ≥ {goal:>5.0} {:>8.0} k{short}",
            place.name(),
            100.0 * spread(speeds()),
            events / 1e3,
        );
    }
    text
}

fn build() -> Result<()> {
    say::note("building the worlds, native and for wasm");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--release", "--locked", "--package", "raftarium-bench-world", "--bins"]);
    process::run(cargo.arg("--target-dir").arg(workspace::build_folder()))?;
    let mut tools = Tools::open()?;
    tools.need_node()?;
    tools.need_rust_targets()?;
    let mut cargo = tools.wasm_command("cargo")?;
    cargo.args(["build", "--quiet", "--release", "--package", "raftarium-bench-world", "--example", "world-wasm"]);
    process::run(cargo.args(["--target", WASM]).arg("--target-dir").arg(workspace::build_folder()))
}

fn wasm_file() -> PathBuf {
    workspace::build_folder().join(WASM).join("release/examples/world_wasm.wasm")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_and_anything_else_is_not() {
        let report = Report::parse("simulated_ms=4000 ns=2000000000 events=1000\n").unwrap();
        assert_eq!(report, Report { simulated_seconds_per_second: 2.0, events_per_second: 500.0 });
        for line in ["", "simulated_ms=1 ns=0 events=1", "simulated_ms=1 ns=1", "simulated_ms=x ns=1 events=1"] {
            assert_eq!(Report::parse(line), None, "{line}");
        }
    }

    #[test]
    fn what_falls_short_is_said() {
        let report = |simulated_seconds_per_second| Report { simulated_seconds_per_second, events_per_second: 5e5 };
        let rows = [("quiet", Place::Native, vec![report(2_000.0)]), ("busy", Place::Wasm, vec![report(799.0)])];
        let text = table(&rows);
        let lines: Vec<_> = text.lines().rev().take(2).collect();
        assert!(lines[1].contains("2000") && !lines[1].contains("short"), "{text}");
        assert!(lines[0].contains("799") && lines[0].ends_with("short of it"), "{text}");
    }
}

//! The steps that cargo runs.

use std::process::Command;

use super::Counts;
use crate::error::Result;
use crate::tools::{BARE, Tools, WASM};
use crate::{process, say, workspace};

/// Packages that may have tests in wasm. One has when it depends on [`WASM_TESTS`].
const FACES: [(&str, &str); 2] = [("raftarium-js", "web/js"), ("raftarium-tests", "tests")];
const WASM_TESTS: &str = "wasm-bindgen-test";
/// The wire types, and the rules that can be broken: what no other package turns on.
const CORE_WITH_ALL: [&str; 3] = ["--package", "raftarium-core", "--all-features"];

pub(super) fn format() -> Result<()> {
    process::run(cargo().args(["fmt", "--all", "--check"]))
}

pub(super) fn lint() -> Result<()> {
    for which in [&["--workspace"][..], &CORE_WITH_ALL] {
        process::run(cargo().arg("clippy").args(which).args(["--all-targets", "--", "-D", "warnings"]))?;
    }
    Ok(())
}

pub(super) fn native(counts: &mut Counts) -> Result<()> {
    for which in [&["--workspace"][..], &CORE_WITH_ALL] {
        let mut cargo = cargo();
        cargo.arg("test").args(which);
        process::run_counting(cargo, counts)?;
    }
    Ok(())
}

/// As many seeds as there is time for, of those that were looked at before; what is found is in `target/found`.
pub(super) fn swarm() -> Result<()> {
    let program = ["run", "--release", "--package", "raftarium-cli", "--", "fuzz"];
    let options = ["--seeds", "0..60000", "--time", "60s", "--budget", "5m", "--out", "target/found"];
    process::run(cargo().args(program).args(options))
}

pub(super) fn documentation() -> Result<()> {
    for which in [&["--workspace"][..], &CORE_WITH_ALL] {
        let mut cargo = cargo();
        cargo.arg("doc").args(which).arg("--no-deps");
        process::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))?;
    }
    Ok(())
}

/// `core` as it is, with its wire types and with all it can have, and `sim`, for a target where `std` cannot be found by accident.
pub(super) fn no_std(tools: &Tools) -> Result<()> {
    for build in [
        &["--package", "raftarium-core"][..],
        &["--package", "raftarium-core", "--features", "serde"],
        &CORE_WITH_ALL,
        &["--package", "raftarium-sim"],
    ] {
        let mut cargo = tools.wasm_command("cargo")?;
        process::run(cargo.args(["build", "--lib", "--target", BARE]).args(build))?;
    }
    Ok(())
}

pub(super) fn wasm(tools: &Tools, counts: &mut Counts) -> Result<()> {
    for (package, folder) in FACES {
        if !workspace::read(&format!("{folder}/Cargo.toml"))?.contains(WASM_TESTS) {
            say::note(format_args!("{package} has no tests in wasm"));
            continue;
        }
        let mut cargo = tools.wasm_command("cargo")?;
        // No examples of the documentation: rustdoc may be of another version than the compiler for wasm.
        cargo
            .args(["test", "--package", package, "--lib", "--tests", "--target", WASM])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
        process::run_counting(cargo, counts)?;
    }
    Ok(())
}

fn cargo() -> Command {
    Command::new("cargo")
}

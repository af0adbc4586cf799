//! The steps that cargo runs.

use std::process::Command;

use super::Counts;
use crate::error::Result;
use crate::tools::{BARE, Tools, WASM};
use crate::{process, say, workspace};

/// Packages that may have tests in wasm. One has when it depends on [`WASM_TESTS`].
const FACES: [(&str, &str); 2] = [("raftarium-js", "web/js"), ("raftarium-tests", "tests")];
const WASM_TESTS: &str = "wasm-bindgen-test";

pub(super) fn format() -> Result<()> {
    process::run(cargo().args(["fmt", "--all", "--check"]))
}

pub(super) fn lint() -> Result<()> {
    process::run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

pub(super) fn native(counts: &mut Counts) -> Result<()> {
    let mut cargo = cargo();
    cargo.args(["test", "--workspace"]);
    process::run_counting(cargo, counts)
}

pub(super) fn documentation() -> Result<()> {
    let mut cargo = cargo();
    cargo.args(["doc", "--workspace", "--no-deps"]);
    process::run(cargo.env("RUSTDOCFLAGS", "-D warnings"))
}

/// `core` as it is and with its wire types, and `sim`, for a target where `std` cannot be found by accident.
pub(super) fn no_std(tools: &Tools) -> Result<()> {
    for build in [
        &["--package", "raftarium-core"][..],
        &["--package", "raftarium-core", "--features", "serde"],
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

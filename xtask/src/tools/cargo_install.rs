//! The registries' road for tools that are written in Rust: built on this machine.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::process;

/// Puts the programs of a crate into `place/bin`.
///
/// They run for a moment at a time, so they are built for a short build and not for speed: a third of the time.
pub(super) fn cargo_install(place: &Path, package: &str, version: &str, options: &[&str]) -> Result<()> {
    let build = place.join("build");
    let mut cargo = Command::new("cargo");
    cargo
        .args(["install", "--quiet"])
        .arg(format!("{package}@{version}"))
        .args(options)
        .arg("--root")
        .arg(place)
        // Away from this repository's own cargo settings.
        .current_dir(place)
        .env("CARGO_TARGET_DIR", &build)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    process::run(&mut cargo)?;
    fs::remove_dir_all(&build).map_err(Error::file("removing what is left of a build"))
}

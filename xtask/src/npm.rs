//! The npm package: `web/js` built to wasm, given its JavaScript, made small, and packed.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::error::{Error, Result};
use crate::tools::{Tools, WASM};
use crate::{process, workspace};

/// The folder of the package, with its package.json.
const PACKAGE: &str = "web/js";
/// What wasm-bindgen writes into that folder; package.json ships it.
const GENERATED: &str = "web/js/pkg";
/// The name of the generated files: `raftarium.js`, `raftarium.d.ts`, `raftarium_bg.wasm`.
const NAME: &str = "raftarium";
/// As the page is built, so that the two share what they have in common.
const PROFILE: &str = "wasm";

/// Builds and packs the package, and gives the tarball.
///
/// # Errors
///
/// Whatever the tools refuse, and [`Error::Repository`] when there is no package.json.
pub(crate) fn pack(tools: &Tools) -> Result<PathBuf> {
    if !workspace::root().join(PACKAGE).join("package.json").is_file() {
        return Err(Error::Repository(format!("{PACKAGE}/package.json is not there")));
    }
    generate(tools)?;

    let place = workspace::scratch().join("npm");
    fs::create_dir_all(&place).map_err(Error::file("creating a folder for the package"))?;
    let mut npm = Command::new(process::NPM);
    npm.args(["pack", "--silent", "--pack-destination"]).arg(&place).current_dir(PACKAGE);
    let output = process::output(&mut npm)?;
    let name = output.trim().lines().last().unwrap_or_default().to_owned();
    Ok(place.join(name))
}

fn generate(tools: &Tools) -> Result<()> {
    let mut cargo = tools.wasm_command("cargo")?;
    cargo.args(["build", "--package", "raftarium-js", "--lib"]);
    cargo.args(["--target", WASM, "--profile", PROFILE]);
    process::run(&mut cargo)?;

    let mut bindgen = tools.wasm_command("wasm-bindgen")?;
    bindgen
        .args(["--target", "web", "--out-name", NAME, "--out-dir", GENERATED])
        .arg(workspace::build_folder().join(WASM).join(PROFILE).join("raftarium_js.wasm"));
    process::run(&mut bindgen)?;

    let wasm = format!("{GENERATED}/{NAME}_bg.wasm");
    let mut wasm_opt = tools.wasm_command("wasm-opt")?;
    wasm_opt.args(["-Oz", &wasm, "-o", &wasm]);
    process::run(&mut wasm_opt)
}

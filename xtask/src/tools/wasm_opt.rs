//! `wasm-opt`, which makes the wasm smaller.

use std::path::Path;
use std::process::Command;

use super::release_page::{Archive, Platform};
use super::{Found, Tools, is_on_path, node};
use crate::error::{Error, Result};
use crate::{process, say, workspace};

pub(super) fn find_or_install(tools: &Tools) -> Result<Found> {
    let pinned = workspace::pinned("Trunk.toml", "wasm_opt")?;
    let version = pinned.strip_prefix("version_").ok_or_else(|| {
        Error::Repository(format!("Trunk.toml asks for wasm-opt `{pinned}`, which is not of the form `version_123`"))
    })?;
    let name = format!("binaryen-{version}");
    if tools.folder.installed(&name).is_none() && is_on_path("wasm-opt", version) {
        return Ok(Found::OnPath);
    }
    let archive = Platform::here().map(|platform| archive(platform, version));
    let folder = tools.installed_or(&name, archive, |place| npm_install(place, version))?;
    let from_npm = folder.join(NPM_PROGRAMS);
    Ok(Found::In(if from_npm.is_dir() { from_npm } else { folder.join("bin") }))
}

/// Where npm puts the programs of a package.
const NPM_PROGRAMS: &str = "node_modules/.bin";

fn npm_install(place: &Path, version: &str) -> Result<()> {
    node::check()?;
    say::note(format_args!("getting wasm-opt {version} from npm's package binaryen, a few seconds"));
    let mut npm = Command::new(process::NPM);
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"])
        .arg(place)
        .arg(format!("binaryen@{version}"));
    process::run(&mut npm)
}

fn archive(platform: Platform, version: &str) -> Archive {
    let machine = match platform {
        Platform::LinuxX64 => "x86_64-linux",
        Platform::LinuxArm => "aarch64-linux",
        Platform::MacX64 => "x86_64-macos",
        Platform::MacArm => "arm64-macos",
        Platform::WindowsX64 => "x86_64-windows",
    };
    Archive {
        url: format!(
            "https://github.com/WebAssembly/binaryen/releases/download/version_{version}/binaryen-version_{version}-{machine}.tar.gz"
        ),
        levels: 1,
        folder: ".",
        program: "bin/wasm-opt",
        version: version.to_owned(),
    }
}

//! `wasm-bindgen`, which writes the JavaScript around the wasm, and its runner for wasm tests.

use super::cargo_install::cargo_install;
use super::release_page::{Archive, Platform};
use super::{Found, Tools, is_on_path};
use crate::error::Result;
use crate::{say, workspace};

pub(super) fn find_or_install(tools: &Tools) -> Result<Found> {
    // The crate and the program speak a private language that changes with every version.
    let version = workspace::locked_version("wasm-bindgen")?;
    let name = format!("wasm-bindgen-{version}");
    if tools.folder.installed(&name).is_none()
        && is_on_path("wasm-bindgen", &version)
        && is_on_path("wasm-bindgen-test-runner", &version)
    {
        return Ok(Found::OnPath);
    }
    let archive = Platform::here().map(|platform| archive(platform, &version));
    let folder = tools.installed_or(&name, archive, |place| {
        say::long(
            format_args!("building wasm-bindgen {version}"),
            "it writes the JavaScript around the wasm, and must match Cargo.lock",
            "about 2 minutes",
        );
        // Without `--locked`: its lock file names a version of a crate that was withdrawn.
        cargo_install(place, "wasm-bindgen-cli", &version, &[])
    })?;
    Ok(Found::In(folder.join("bin")))
}

fn archive(platform: Platform, version: &str) -> Archive {
    let triple = match platform {
        Platform::LinuxX64 => "x86_64-unknown-linux-musl",
        Platform::LinuxArm => "aarch64-unknown-linux-gnu",
        Platform::MacX64 => "x86_64-apple-darwin",
        Platform::MacArm => "aarch64-apple-darwin",
        Platform::WindowsX64 => "x86_64-pc-windows-msvc",
    };
    Archive {
        url: format!(
            "https://github.com/wasm-bindgen/wasm-bindgen/releases/download/{version}/wasm-bindgen-{version}-{triple}.tar.gz"
        ),
        levels: 1,
        folder: "bin",
        program: "bin/wasm-bindgen",
        version: version.to_owned(),
    }
}

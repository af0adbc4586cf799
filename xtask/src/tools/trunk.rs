//! Trunk, which builds and serves the page.

use super::cargo_install::cargo_install;
use super::release_page::{Archive, Platform};
use super::{Found, Tools, is_on_path};
use crate::error::Result;
use crate::say;

/// The newest that every compiler we support can build; Trunk.toml asks for the same line.
const VERSION: &str = "0.21.14";

pub(super) fn find_or_install(tools: &Tools) -> Result<Found> {
    let name = format!("trunk-{VERSION}");
    if tools.folder.installed(&name).is_none() && is_on_path("trunk", VERSION) {
        return Ok(Found::OnPath);
    }
    let folder = tools.installed_or(&name, Platform::here().map(archive), |place| {
        say::long(format_args!("building Trunk {VERSION}"), "it builds and serves the page", "about 3 minutes");
        cargo_install(place, "trunk", VERSION, &["--locked"])
    })?;
    Ok(Found::In(folder.join("bin")))
}

fn archive(platform: Platform) -> Archive {
    let file = match platform {
        Platform::LinuxX64 => "x86_64-unknown-linux-gnu.tar.gz",
        Platform::LinuxArm => "aarch64-unknown-linux-gnu.tar.gz",
        Platform::MacX64 => "x86_64-apple-darwin.tar.gz",
        Platform::MacArm => "aarch64-apple-darwin.tar.gz",
        Platform::WindowsX64 => "x86_64-pc-windows-msvc.zip",
    };
    Archive {
        url: format!("https://github.com/trunk-rs/trunk/releases/download/v{VERSION}/trunk-{file}"),
        levels: 0,
        folder: "bin",
        program: "bin/trunk",
        version: VERSION.to_owned(),
    }
}

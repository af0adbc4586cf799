//! The standard libraries for wasm, and the compiler that belongs to them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::folder::Folder;
use super::{debian_rust, release_page};
use crate::error::Result;
use crate::{process, say};

/// What pages and packages are built for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// A target that has no `std` at all, which is how `no_std` is proved.
pub(crate) const BARE: &str = "wasm32v1-none";

/// 30 MB over a slow line.
const RUSTUP_LIMIT: Duration = Duration::from_secs(300);

/// Makes sure that both targets can be built for, and names the compiler for that where it is not the usual one.
pub(super) fn rustc_for_wasm(folder: &Folder) -> Result<Option<PathBuf>> {
    let usual = process::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    if has_both_targets(Path::new(usual.trim())) {
        return Ok(None);
    }
    if let Some(rustc) = debian_rust::installed(folder) {
        return Ok(Some(rustc));
    }
    match add_with_rustup() {
        Ok(()) => Ok(None),
        Err(reason) => {
            say::note(format_args!("{reason}, so the standard library for wasm comes from Debian's packages instead"));
            debian_rust::install(folder).map(Some)
        }
    }
}

/// Whether `core` for both targets is below `sysroot`.
pub(super) fn has_both_targets(sysroot: &Path) -> bool {
    [WASM, BARE].iter().all(|target| {
        let libraries = sysroot.join("lib/rustlib").join(target).join("lib");
        libraries.read_dir().is_ok_and(|mut files| {
            files.any(|file| file.is_ok_and(|f| f.file_name().to_string_lossy().starts_with("libcore-")))
        })
    })
}

/// The easy road. A refusal is the sentence that says so.
fn add_with_rustup() -> std::result::Result<(), String> {
    if process::find("rustup").is_none() {
        return Err("rustup is not on this machine".to_owned());
    }
    let server = std::env::var("RUSTUP_DIST_SERVER");
    let server = server.unwrap_or_else(|_| "https://static.rust-lang.org".to_owned());
    if process::find("curl").is_some() && !release_page::answers(&server) {
        return Err("rustup's server does not answer from here".to_owned());
    }
    say::note("getting the standard library for wasm from rustup, under a minute");
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", WASM, BARE]);
    process::run_within(&mut rustup, RUSTUP_LIMIT).map_err(|error| error.to_string().trim_end_matches('.').to_owned())
}

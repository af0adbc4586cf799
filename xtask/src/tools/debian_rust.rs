//! The registries' road to Rust for wasm: Debian's compiler, unpacked into a folder of our own, and the standard library
//! built from Debian's copy of its source.
//!
//! Debian's compiler is newer or older than the one in use here, so it needs libraries of its own making. Building them
//! ourselves takes a minute; nothing is installed to the system, and the usual compiler keeps all native work.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::debian;
use super::folder::Folder;
use super::rust_target::{BARE, WASM, has_both_targets};
use crate::error::{Error, Result};
use crate::{process, say, workspace};

/// Debian's compiler that is kept up to date for web browsers' sake, and the source of its library.
const COMPILER: &str = "rustc-web";
const SOURCE: &str = "rust-web-src";

/// The name in the tools' folder. The compiler in it says its own version.
const TOOL: &str = "rust-for-wasm";

/// The compiler, once it has been installed.
pub(super) fn installed(folder: &Folder) -> Option<PathBuf> {
    folder.installed(TOOL).map(|place| wrapper(&place))
}

/// Gets the compiler and builds both libraries.
pub(super) fn install(folder: &Folder) -> Result<PathBuf> {
    if !debian::is_here() {
        return Err(Error::Missing {
            what: format!("The standard library for {WASM} is not on this machine, and this is not a Debian"),
            remedy: format!("Where there is internet, run `rustup target add {WASM} {BARE}`."),
        });
    }
    check_version()?;
    say::long(
        "getting Debian's Rust compiler and building the standard library for wasm with it",
        "rustup could not bring that library",
        "about 2 minutes and 600 MB of disk",
    );
    let place = folder.install(TOOL, |place| {
        let packages = place.join("packages");
        fs::create_dir_all(&packages).map_err(Error::file("creating a folder for packages"))?;
        debian::download_packages(&needed_packages()?, &packages)?;
        debian::unpack_packages(&packages, place)?;
        remove(&packages)?;
        make_runnable(place)?;
        build_library(place, WASM, "sysroot", &[])?;
        build_library(place, BARE, "alloc", &["--features", "compiler-builtins-mem"])?;
        remove(&place.join("build"))?;
        remove(&place.join("usr/src"))?;
        if has_both_targets(&place.join("usr")) {
            return Ok(());
        }
        Err(Error::Missing {
            what: "Debian's source of the standard library built no `core` for wasm".to_owned(),
            remedy: format!("Where there is internet, run `rustup target add {WASM} {BARE}`."),
        })
    })?;
    Ok(wrapper(&place))
}

/// The compiler must be new enough for this workspace: an old release without security updates has an old one.
fn check_version() -> Result<()> {
    if debian::candidate(COMPILER).is_none() {
        debian::update_lists()?;
    }
    let needed = workspace::pinned("Cargo.toml", "rust-version")?;
    let offered = debian::candidate(COMPILER).unwrap_or_default();
    if release(&offered) >= release(&needed) {
        return Ok(());
    }
    Err(Error::Missing {
        what: format!("Debian's {COMPILER} is `{offered}` here, and {needed} or newer is needed"),
        remedy: "Add Debian's security suite to apt's sources, run `apt-get update`, and this again.".to_owned(),
    })
}

/// The compiler, the linker of the same LLVM, the source, and those libraries that this machine does not have.
fn needed_packages() -> Result<Vec<String>> {
    let mut packages: Vec<_> = debian::closure(COMPILER)?
        .into_iter()
        .filter(|name| name == COMPILER || name.starts_with("lib") && !debian::is_installed(name))
        .collect();
    let llvm = debian::closure(COMPILER)?.iter().find_map(|name| name.strip_prefix("libllvm")?.parse::<u32>().ok());
    let llvm = llvm.ok_or_else(|| Error::Missing {
        what: format!("Debian's {COMPILER} does not say which LLVM it uses"),
        remedy: format!("Where there is internet, run `rustup target add {WASM} {BARE}`."),
    })?;
    packages.push(format!("lld-{llvm}"));
    packages.push(SOURCE.to_owned());
    Ok(packages)
}

/// Writes the script that starts the compiler with its libraries, and puts the linker where the compiler looks for it.
#[cfg(unix)]
fn make_runnable(place: &Path) -> Result<()> {
    use std::os::unix::fs::{PermissionsExt, symlink};

    const SCRIPT: &str = "#!/bin/sh
place=${0%/*}
for folder in \"$place\"/usr/lib/*-linux-gnu \"$place\"/lib/*-linux-gnu; do
  LD_LIBRARY_PATH=$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH
exec \"$place/usr/bin/rustc\" \"$@\"
";
    let script = wrapper(place);
    fs::write(&script, SCRIPT).map_err(Error::file("writing the compiler's script"))?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))
        .map_err(Error::file("making the compiler's script a program"))?;

    let linker = only_match(&place.join("usr/lib"), "llvm-")?.join("bin/lld");
    let host = process::output(Command::new(&script).args(["--print", "host-tuple"]))?;
    let programs = place.join("usr/lib/rustlib").join(host.trim()).join("bin");
    fs::create_dir_all(&programs).map_err(Error::file("creating the linker's folder"))?;
    // From usr/lib/rustlib/HOST/bin; relative, because the whole folder is renamed when it is done.
    let seen_from_there = Path::new("../../../..").join(linker.strip_prefix(place.join("usr")).unwrap_or(&linker));
    symlink(seen_from_there, programs.join("rust-lld")).map_err(Error::file("linking the linker"))
}

#[cfg(not(unix))]
fn make_runnable(_place: &Path) -> Result<()> {
    Ok(())
}

/// Builds `manifest` of the library for `target`, as the compiler's own makers do, and installs what comes out.
fn build_library(place: &Path, target: &str, manifest: &str, options: &[&str]) -> Result<()> {
    let source = only_match(&place.join("usr/src"), "rustc-")?.join("library");
    let build = place.join("build");
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--release", "--quiet", "--target", target, "--manifest-path"])
        .arg(source.join(manifest).join("Cargo.toml"))
        .args(options)
        // Away from this repository's own cargo settings.
        .current_dir(place)
        .env("CARGO_TARGET_DIR", &build)
        .env("RUSTC", wrapper(place))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes -Zforce-unstable-if-unmarked")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    process::run(&mut cargo)?;

    let made = build.join(target).join("release/deps");
    let place_for_it = place.join("usr/lib/rustlib").join(target).join("lib");
    fs::create_dir_all(&place_for_it).map_err(Error::file("creating the library's folder"))?;
    let files = fs::read_dir(&made).map_err(Error::file("reading the built library"))?;
    for file in files {
        let path = file.map_err(Error::file("reading the built library"))?.path();
        if let (Some("rlib"), Some(name)) = (path.extension().and_then(|e| e.to_str()), path.file_name()) {
            fs::copy(&path, place_for_it.join(name)).map_err(Error::file("copying the library"))?;
        }
    }
    Ok(())
}

fn wrapper(place: &Path) -> PathBuf {
    place.join("rustc")
}

fn remove(folder: &Path) -> Result<()> {
    fs::remove_dir_all(folder).map_err(Error::file(format!("removing {}", folder.display())))
}

/// The folder in `parent` whose name starts with `prefix`.
fn only_match(parent: &Path, prefix: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(parent).map_err(Error::file(format!("reading {}", parent.display())))?;
    let mut folders = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(prefix)));
    folders.next().ok_or_else(|| Error::Missing {
        what: format!("Debian's packages brought no {}/{prefix}…", parent.display()),
        remedy: format!("Where there is internet, run `rustup target add {WASM} {BARE}`."),
    })
}

/// The first two numbers of a version.
fn release(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_compared_as_numbers() {
        assert!(release("1.96.0+dfsg1-1~deb12u2") >= release("1.88"));
        assert!(release("1.9.0") < release("1.88"));
        assert!(release("") < release("1.88"));
    }
}

//! Facts that this repository states about itself: where its files are, which versions it pins.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The folder of the workspace.
pub(crate) fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}

/// Makes the workspace the current folder, so that paths in commands and messages are short.
pub(crate) fn enter() -> Result<()> {
    env::set_current_dir(root()).map_err(Error::file(format!("entering {}", root().display())))
}

/// A file of the workspace, as text.
pub(crate) fn read(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).map_err(Error::file(format!("reading {path}")))
}

/// The folder for what is built and thrown away.
pub(crate) fn scratch() -> PathBuf {
    root().join("target")
}

/// The folder that cargo builds into.
pub(crate) fn build_folder() -> PathBuf {
    let named = env::var_os("CARGO_TARGET_DIR").or_else(|| env::var_os("CARGO_BUILD_TARGET_DIR"));
    named.map_or_else(scratch, PathBuf::from)
}

/// The version that Cargo.lock holds for `package`.
pub(crate) fn locked_version(package: &str) -> Result<String> {
    version_in_lock(&read("Cargo.lock")?, package)
        .map(str::to_owned)
        .ok_or_else(|| Error::Repository(format!("Cargo.lock names no package `{package}`")))
}

/// The text that `key` has in the TOML file at `path`, where the key is alone on its line.
pub(crate) fn pinned(path: &str, key: &str) -> Result<String> {
    string_in_toml(&read(path)?, key)
        .map(str::to_owned)
        .ok_or_else(|| Error::Repository(format!("{path} has no `{key}`")))
}

fn version_in_lock<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    lock.split("[[package]]")
        .find(|block| string_in_toml(block, "name") == Some(package))
        .and_then(|block| string_in_toml(block, "version"))
}

fn string_in_toml<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
        (name.trim() == key).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
version = 4

[[package]]
name = "wasm-bindgen-futures"
version = "0.4.9"

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
dependencies = [
 "wasm-bindgen-macro",
]
"#;

    #[test]
    fn the_lock_is_searched_by_whole_name() {
        assert_eq!(version_in_lock(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(version_in_lock(LOCK, "wasm-bindgen-macro"), None);
    }

    #[test]
    fn a_key_is_found_wherever_it_stands_alone() {
        let toml = "# wasm_opt = \"no\"\n[tools]\nwasm_opt = \"version_132\"\n";
        assert_eq!(string_in_toml(toml, "wasm_opt"), Some("version_132"));
        assert_eq!(string_in_toml(toml, "opt"), None);
    }

    #[test]
    fn this_repository_pins_what_is_looked_up() {
        assert!(locked_version("wasm-bindgen").is_ok());
        assert!(pinned("Trunk.toml", "wasm_opt").is_ok());
        assert!(pinned("Cargo.toml", "rust-version").is_ok());
    }
}

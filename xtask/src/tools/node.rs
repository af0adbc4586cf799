//! Node, which runs the wasm tests, the package's tests and the browser's.

use std::process::Command;

use crate::error::{Error, Result};
use crate::process;

/// The oldest that the tests are written for.
const MAJOR_MIN: u32 = 20;

/// Node and npm are the one thing that is not fetched: every system has its own way to install them.
pub(super) fn check() -> Result<()> {
    let remedy = || format!("Install Node {MAJOR_MIN} or newer, with npm, and run this again.");
    let version = process::probe(Command::new("node").arg("--version"));
    let Some(version) = version else {
        return Err(Error::Missing { what: "Node is not on this machine".to_owned(), remedy: remedy() });
    };
    if major(&version).is_none_or(|major| major < MAJOR_MIN) {
        return Err(Error::Missing { what: format!("Node {} is too old", version.trim()), remedy: remedy() });
    }
    if process::find(process::NPM).is_none() {
        return Err(Error::Missing { what: "npm is not on this machine".to_owned(), remedy: remedy() });
    }
    Ok(())
}

fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("v8.0.0"), Some(8));
        assert_eq!(major("twenty"), None);
    }
}

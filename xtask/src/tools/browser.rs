//! Chromium, which the browser tests drive as a person would.

use std::env;
use std::path::{Path, PathBuf};

use super::debian;
use crate::error::{Error, Result};
use crate::{process, say};

/// Names on PATH, then places where other systems put it.
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const PLACES: [&str; 3] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
];

pub(super) fn find_or_install() -> Result<PathBuf> {
    if let Some(named) = env::var_os("RAFTARIUM_CHROME").map(PathBuf::from) {
        if named.is_file() {
            return Ok(named);
        }
        return Err(Error::Missing {
            what: format!("RAFTARIUM_CHROME names {}, which is not there", named.display()),
            remedy: "Set it to the file of a Chromium or Chrome.".to_owned(),
        });
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    install()?;
    find().ok_or_else(missing)
}

fn find() -> Option<PathBuf> {
    let places = PLACES.iter().map(Path::new).filter(|path| path.is_file());
    NAMES.iter().find_map(|name| process::find(name)).or_else(|| places.map(Path::to_owned).next())
}

fn install() -> Result<()> {
    if !debian::is_here() {
        return Err(missing());
    }
    say::long("installing Debian's chromium", "the page is tested in a real browser", "about a minute");
    // A page without any font has no width and no text.
    debian::install_packages(&["chromium", "fonts-dejavu-core"]).map_err(|_| missing())
}

fn missing() -> Error {
    Error::Missing {
        what: "There is no Chromium or Chrome on this machine, and it could not be installed".to_owned(),
        remedy: "Install one (`apt-get install chromium` on Debian), or set RAFTARIUM_CHROME to its file, and run this again.".to_owned(),
    }
}

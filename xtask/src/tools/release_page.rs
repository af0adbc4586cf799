//! The easy road: archives of ready-made programs from the projects' own release pages.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::{process, say};

/// No answer within this time is taken for "this machine does not see the open internet".
const ANSWER_SECONDS_MAX: &str = "4";
/// For a whole archive, over a slow line.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(300);

/// The kinds of machine that all the projects publish programs for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Platform {
    /// Linux on x86-64.
    LinuxX64,
    /// Linux on ARM.
    LinuxArm,
    /// macOS on x86-64.
    MacX64,
    /// macOS on ARM.
    MacArm,
    /// Windows on x86-64.
    WindowsX64,
}

impl Platform {
    /// This machine, where it is one of them.
    pub(super) fn here() -> Option<Self> {
        match (OS, ARCH) {
            ("linux", "x86_64") => Some(Self::LinuxX64),
            ("linux", "aarch64") => Some(Self::LinuxArm),
            ("macos", "x86_64") => Some(Self::MacX64),
            ("macos", "aarch64") => Some(Self::MacArm),
            ("windows", "x86_64") => Some(Self::WindowsX64),
            (_, _) => None,
        }
    }
}

/// An archive on a release page, and how to know that what is in it is good.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Archive {
    /// Where it is.
    pub(super) url: String,
    /// How many folders in the archive stand above the program.
    pub(super) levels: u8,
    /// The folder that it is unpacked to, seen from the tool's folder.
    pub(super) folder: &'static str,
    /// The program, seen from the tool's folder.
    pub(super) program: &'static str,
    /// What the program must say when asked for its version.
    pub(super) version: String,
}

impl Archive {
    /// Downloads and unpacks it below `place`, and runs its program once: one that was made for another system is
    /// better found out here.
    pub(super) fn unpack_to(&self, place: &Path) -> Result<()> {
        say::note(format_args!("downloading {}", self.url));
        let file = place.join("archive");
        let folder = place.join(self.folder);
        fs::create_dir_all(&folder).map_err(Error::file("creating a tool's folder"))?;
        let mut curl = Command::new("curl");
        curl.args(["--fail", "--silent", "--show-error", "--location"])
            .args(["--connect-timeout", ANSWER_SECONDS_MAX, "--output"])
            .arg(&file)
            .arg(&self.url);
        process::run_within(&mut curl, DOWNLOAD_LIMIT)?;
        let mut tar = Command::new("tar");
        tar.arg("-xf").arg(&file).arg("-C").arg(&folder);
        tar.arg(format!("--strip-components={}", self.levels));
        process::run(&mut tar)?;
        fs::remove_file(&file).map_err(Error::file("removing an unpacked archive"))?;

        let said = process::probe(Command::new(place.join(self.program)).arg("--version"));
        if said.is_some_and(|output| super::says_version(&output, &self.version)) {
            return Ok(());
        }
        Err(Error::Missing {
            what: format!("The program from {} does not run here", self.url),
            remedy: "It may be for another version of the system.".to_owned(),
        })
    }
}

/// Whether anything answers at `url`, within a few seconds. Without curl to ask with, nothing does.
pub(super) fn answers(url: &str) -> bool {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--head", "--max-time", ANSWER_SECONDS_MAX, url])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    process::run_within(&mut curl, Duration::from_secs(8)).is_ok()
}

//! Debian's package manager: installing packages, and downloading them to be unpacked by ourselves.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::{Error, Result};
use crate::{process, say};

/// Whether this is Debian, or made from it.
pub(super) fn is_here() -> bool {
    Path::new("/etc/debian_version").is_file()
        && process::find("apt-get").is_some()
        && process::find("dpkg-deb").is_some()
}

/// Installs packages for the whole machine, which takes root.
pub(super) fn install_packages(packages: &[&str]) -> Result<()> {
    let install = || {
        let mut apt = apt_as_root()?;
        apt.args(["install", "--yes", "--quiet=2", "--no-install-recommends"])
            .args(packages)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        process::run(&mut apt)
    };
    if packages.iter().all(|package| candidate(package).is_some()) && install().is_ok() {
        return Ok(());
    }
    update_lists()?;
    install()
}

/// Downloads packages into the folder `place`; no root is needed.
pub(super) fn download_packages(packages: &[String], place: &Path) -> Result<()> {
    let download = || {
        let mut apt = Command::new("apt-get");
        apt.args(["download", "--quiet=2"]).args(packages).current_dir(place).stdin(Stdio::null());
        process::run(&mut apt)
    };
    // Lists that are a few weeks old name files that are gone.
    download().or_else(|_| {
        update_lists()?;
        download()
    })
}

/// Unpacks every package in `from`, as if `into` were the root of a system.
pub(super) fn unpack_packages(from: &Path, into: &Path) -> Result<()> {
    let files = fs::read_dir(from).map_err(Error::file("reading the downloaded packages"))?;
    for file in files {
        let file = file.map_err(Error::file("reading the downloaded packages"))?;
        let mut dpkg = Command::new("dpkg-deb");
        dpkg.arg("--extract").arg(file.path()).arg(into);
        process::run(&mut dpkg)?;
    }
    Ok(())
}

/// The version of `package` that would be installed, according to the lists on this machine.
pub(super) fn candidate(package: &str) -> Option<String> {
    let policy = process::probe(Command::new("apt-cache").args(["policy", package]).env("LC_ALL", "C"))?;
    candidate_in(&policy).map(str::to_owned)
}

/// `package` and everything that it depends on, by name, of which some may be installed.
pub(super) fn closure(package: &str) -> Result<Vec<String>> {
    let mut apt = Command::new("apt-cache");
    apt.args(["depends", "--recurse", "--important", package]);
    Ok(names_in(&process::output(&mut apt)?))
}

/// Whether `package` is installed.
pub(super) fn is_installed(package: &str) -> bool {
    process::probe(Command::new("dpkg-query").args(["-W", "-f", "${db:Status-Status} ", package]))
        .is_some_and(|states| states.split_whitespace().any(|state| state == "installed"))
}

/// Gets the lists of what Debian has.
pub(super) fn update_lists() -> Result<()> {
    let mut apt = apt_as_root()?;
    say::note("updating the lists of Debian's packages, a few seconds");
    apt.args(["update", "--quiet=2"]).stdin(Stdio::null());
    process::run(&mut apt)
}

/// `apt-get` as root, directly or through a sudo that does not ask for a password. It asks no questions either.
fn apt_as_root() -> Result<Command> {
    const QUIET: &str = "DEBIAN_FRONTEND=noninteractive";
    let user = process::probe(Command::new("id").arg("-u"));
    if user.is_some_and(|id| id.trim() == "0") {
        let mut env = Command::new("env");
        env.args([QUIET, "apt-get"]);
        return Ok(env);
    }
    if process::probe(Command::new("sudo").args(["-n", "true"])).is_some() {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "env", QUIET, "apt-get"]);
        return Ok(sudo);
    }
    Err(Error::Missing {
        what: "Debian's package manager needs root, and this user is not root".to_owned(),
        remedy: "Run `sudo -v` (or `apt-get update` as root), and then this again.".to_owned(),
    })
}

fn candidate_in(policy: &str) -> Option<&str> {
    let version = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    (version != "(none)").then_some(version)
}

/// Packages stand at the start of a line; what depends on what is indented, and `<…>` are names without a package.
fn names_in(depends: &str) -> Vec<String> {
    let is_name = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
    depends.lines().filter(is_name).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_candidate_is_read() {
        let policy = "rustc-web:\n  Installed: (none)\n  Candidate: 1.96.0+dfsg1-1\n";
        assert_eq!(candidate_in(policy), Some("1.96.0+dfsg1-1"));
        assert_eq!(candidate_in("x:\n  Candidate: (none)\n"), None);
        assert_eq!(candidate_in(""), None);
    }

    #[test]
    fn only_packages_count_as_dependencies() {
        let depends = "rustc-web\n  Depends: libc6\n |Depends: <c-compiler>\nlibc6\n<c-compiler>\n";
        assert_eq!(names_in(depends), ["rustc-web", "libc6"]);
    }
}

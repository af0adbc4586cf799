//! The steps that Node runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Counts;
use crate::error::{Error, Result};
use crate::tools::Tools;
use crate::{npm, process, workspace};

const NPM_TESTS: &str = "tests/npm";
const BROWSER_TESTS: &str = "tests/browser";
const LIGHTHOUSE: &str = "tests/lighthouse";
/// For one file with all its tests, for that is what Node takes it for; a browser that hangs is ended all the same. The
/// longest take three minutes on an idle machine.
const TEST_LIMIT_MS: &str = "900000";

/// One after another: two at once save a third of the time, and are as slow as each other when a machine has little to give.
const BROWSERS: u32 = 1;

/// Packs the package, installs the tarball into an empty project, as a person would, and runs the tests inside it.
pub(super) fn npm(tools: &Tools, counts: &mut Counts) -> Result<()> {
    let tarball = npm::pack(tools)?;
    let project = workspace::scratch().join("npm/consumer");
    if project.is_dir() {
        fs::remove_dir_all(&project).map_err(Error::file("emptying the consumer's project"))?;
    }
    copy_folder(&workspace::root().join(NPM_TESTS), &project)?;
    let mut install = Command::new(process::NPM);
    install.args(["install", "--silent", "--no-audit", "--no-fund"]).arg(&tarball).current_dir(&project);
    process::run(&mut install)?;
    let mut node = node_tests(&project, 1)?;
    node.env("RAFTARIUM_README", workspace::root().join("README.md"));
    process::run_counting(node, counts)
}

/// Drives `dist/` with a browser.
pub(super) fn browser(tools: &Tools, counts: &mut Counts) -> Result<()> {
    let folder = install_browser_tests()?;
    let mut node = node_tests(&folder, BROWSERS)?;
    node.env("RAFTARIUM_CHROME", tools.need_browser()?)
        .env("RAFTARIUM_DIST", workspace::root().join("dist"))
        .env("RAFTARIUM_SCREENSHOTS", workspace::scratch().join("screenshots"));
    process::run_counting(node, counts)
}

/// The folder of the browser tests, with what they need.
pub(crate) fn install_browser_tests() -> Result<PathBuf> {
    let folder = workspace::root().join(BROWSER_TESTS);
    install_locked(&folder)?;
    Ok(folder)
}

/// Lighthouse, ready to run.
pub(crate) fn install_lighthouse() -> Result<PathBuf> {
    let folder = workspace::root().join(LIGHTHOUSE);
    install_locked(&folder)?;
    Ok(folder)
}

/// `npm ci`, when the lock file has changed since the last time.
fn install_locked(folder: &Path) -> Result<()> {
    let lock = fs::read(folder.join("package-lock.json"))
        .map_err(Error::file(format!("reading the lock file in {}", folder.display())))?;
    let done = folder.join("node_modules/.installed-from");
    if fs::read(&done).is_ok_and(|old| old == lock) {
        return Ok(());
    }
    let mut npm = Command::new(process::NPM);
    npm.args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(folder);
    process::run(&mut npm)?;
    fs::write(&done, lock).map_err(Error::file("noting what was installed"))
}

/// Node's test runner over every `*.test.mjs` in `folder`, so many `at_once`.
fn node_tests(folder: &Path, at_once: u32) -> Result<Command> {
    let reading = || format!("reading {}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(Error::file(reading()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(Error::Repository(format!("there is no *.test.mjs in {}", folder.display())));
    }
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec"])
        .arg(format!("--test-concurrency={at_once}"))
        .arg(format!("--test-timeout={TEST_LIMIT_MS}"))
        .args(files)
        .current_dir(folder);
    Ok(node)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).map_err(Error::file(format!("creating {}", to.display())))?;
    let entries = fs::read_dir(from).map_err(Error::file(format!("reading {}", from.display())))?;
    for entry in entries {
        let path = entry.map_err(Error::file(format!("reading {}", from.display())))?.path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy_folder(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name)).map_err(Error::file(format!("copying {}", path.display())))?;
        }
    }
    Ok(())
}

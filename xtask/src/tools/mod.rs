//! The tools that the commands need, and how each of them gets onto this machine.
//!
//! A tool that is on PATH in the right version is used as it is. Anything else lives in one folder per user, which
//! outlives `cargo clean`; nothing is written outside it except what rustup (targets) and Debian's package manager (a
//! browser) are asked to install. For each tool there are two roads: the project's own release page, and the package
//! registries. The second is for machines that see nothing else.

mod bindgen;
mod browser;
mod cargo_install;
mod debian;
mod debian_rust;
mod folder;
mod node;
mod release_page;
mod rust_target;
mod trunk;
mod wasm_opt;

use std::cell::OnceCell;
use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::process;
use crate::say;
use crate::workspace;
use folder::Folder;
use release_page::Archive;

pub(crate) use rust_target::{BARE, WASM};

/// What makes the page's program one that can be divided: names that tell one function from the other; large functions that
/// stay by themselves, though they are called from one place only; texts and tables that stay by themselves, too, and the
/// linker's notes of who names which. All costs of inlining are twenty times what they are, so that the bonus for such a place, which is not, is a twentieth.
const DIVISIBLE: &str = "-Csymbol-mangling-version=v0\u{1f}-Cllvm-args=--inline-instr-cost=100 --inline-call-penalty=500\
    \u{1f}-Clink-args=--no-merge-data-segments --emit-relocs";

/// The tools that have been asked for so far, and where they are.
#[derive(Debug)]
pub(crate) struct Tools {
    folder: Folder,
    /// Folders that go in front of PATH for every program that is run with these tools.
    path: Vec<PathBuf>,
    /// The compiler for wasm, where it is not the usual one.
    wasm_rustc: Option<PathBuf>,
    release_pages_answer: OnceCell<bool>,
}

impl Tools {
    /// Opens the folder, without getting anything yet.
    pub(crate) fn open() -> Result<Self> {
        Ok(Self { folder: Folder::open()?, path: Vec::new(), wasm_rustc: None, release_pages_answer: OnceCell::new() })
    }

    /// What Trunk needs to build the page.
    pub(crate) fn need_site_tools(&mut self) -> Result<()> {
        self.need_rust_targets()?;
        self.need_bindgen()?;
        self.need_wasm_opt()?;
        self.need_trunk()?;
        self.folder.write_env(&self.path, self.wasm_rustc.as_deref())
    }

    /// The standard libraries for wasm.
    pub(crate) fn need_rust_targets(&mut self) -> Result<()> {
        if self.wasm_rustc.is_none() {
            self.wasm_rustc = rust_target::rustc_for_wasm(&self.folder)?;
        }
        Ok(())
    }

    /// `wasm-bindgen` and its test runner, of the version in Cargo.lock.
    pub(crate) fn need_bindgen(&mut self) -> Result<()> {
        let found = bindgen::find_or_install(self)?;
        self.add_to_path(found);
        Ok(())
    }

    /// `wasm-opt`, of the version in Trunk.toml.
    pub(crate) fn need_wasm_opt(&mut self) -> Result<()> {
        let found = wasm_opt::find_or_install(self)?;
        self.add_to_path(found);
        Ok(())
    }

    /// Trunk.
    pub(crate) fn need_trunk(&mut self) -> Result<()> {
        let found = trunk::find_or_install(self)?;
        self.add_to_path(found);
        Ok(())
    }

    /// Node and npm, which a person installs.
    pub(crate) fn need_node(&self) -> Result<()> {
        node::check()
    }

    /// The browser that the tests drive.
    pub(crate) fn need_browser(&self) -> Result<PathBuf> {
        browser::find_or_install()
    }

    /// `program`, to be run with these tools on its PATH, for builds that target wasm.
    pub(crate) fn wasm_command(&self, program: &str) -> Result<Command> {
        let inherited = env::var_os("PATH").unwrap_or_default();
        let folders = self.path.iter().cloned().chain(env::split_paths(&inherited));
        let path = env::join_paths(folders)
            .map_err(|_| Error::Repository("a folder on PATH has a character that PATH cannot hold".to_owned()))?;
        // Looked up here: a name is searched on this process's PATH, not on the one that the child gets.
        let found = self
            .path
            .iter()
            .map(|folder| folder.join(program).with_extension(env::consts::EXE_EXTENSION))
            .find(|file| file.is_file());
        let mut command = Command::new(found.unwrap_or_else(|| program.into()));
        command.env("PATH", path);
        if let Some(rustc) = &self.wasm_rustc {
            command.env("RUSTC", rustc);
        }
        command.env("CARGO_ENCODED_RUSTFLAGS", self.without_our_paths());
        Ok(command)
    }

    /// The same for what builds the page, whose program is divided later. What runs elsewhere is to be fast.
    pub(crate) fn page_command(&self, program: &str) -> Result<Command> {
        let mut command = self.wasm_command(program)?;
        let mut flags = OsString::from(DIVISIBLE);
        flags.push("\u{1f}");
        flags.push(self.without_our_paths());
        command.env("CARGO_ENCODED_RUSTFLAGS", flags);
        Ok(command)
    }

    /// Flags that keep this machine's folders out of what is shipped: panics name the files that they come from.
    fn without_our_paths(&self) -> OsString {
        let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
        let folders =
            [(home.as_deref(), "cargo"), (Some(self.folder.path()), "tools"), (Some(workspace::root()), "raftarium")];
        let mut flags = OsString::new();
        for (folder, name) in folders.into_iter().filter_map(|(folder, name)| Some((folder?, name))) {
            if !flags.is_empty() {
                flags.push("\u{1f}");
            }
            flags.push("--remap-path-prefix=");
            flags.push(folder);
            flags.push(format!("=/{name}"));
        }
        flags
    }

    /// The folder of the tool `name`, installed by the easy road or else by `other_road` if it was not there.
    fn installed_or(
        &self,
        name: &str,
        archive: Option<Archive>,
        other_road: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        if let Some(folder) = self.folder.installed(name) {
            return Ok(folder);
        }
        if let Some(archive) = archive.filter(|_| self.release_pages_answer()) {
            match self.folder.install(name, |place| archive.unpack_to(place)) {
                Ok(folder) => return Ok(folder),
                Err(reason) => say::note(format_args!("{reason} The registries are asked instead.")),
            }
        }
        self.folder.install(name, other_road)
    }

    /// Asked once a run, because a machine without an open internet has it for no tool.
    fn release_pages_answer(&self) -> bool {
        *self.release_pages_answer.get_or_init(|| {
            let answers = release_page::answers("https://github.com/");
            if !answers {
                say::note("the tools' release pages do not answer from here: the registries are asked instead");
            }
            answers
        })
    }

    fn add_to_path(&mut self, found: Found) {
        match found {
            Found::OnPath => {}
            Found::In(folder) => {
                if !self.path.contains(&folder) {
                    self.path.push(folder);
                }
            }
        }
    }
}

/// Where a tool turned out to be.
enum Found {
    /// Where every program is found.
    OnPath,
    /// In this folder.
    In(PathBuf),
}

/// Whether the `program` on PATH says that it has `version`.
fn is_on_path(program: &str, version: &str) -> bool {
    process::probe(Command::new(program).arg("--version")).is_some_and(|output| says_version(&output, version))
}

/// Whether one of the words is the version, and not merely the start of one.
fn says_version(output: &str, version: &str) -> bool {
    output.split_whitespace().any(|word| word == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_whole() {
        for (output, version, expected) in [
            ("trunk 0.21.14\n", "0.21.14", true),
            ("trunk 0.21.14\n", "0.21.1", false),
            ("wasm-bindgen 0.2.130 (abc)", "0.2.130", true),
            ("wasm-opt version 132 (version_132)", "132", true),
            ("wasm-opt version 1321", "132", false),
            ("", "132", false),
        ] {
            assert_eq!(says_version(output, version), expected, "{output} {version}");
        }
    }
}

//! The folder that tools are installed to, and the one way to install into it.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{self, Path, PathBuf};
use std::process;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::say;

/// No installation takes this long.
const UNFINISHED_AGE_MAX: Duration = Duration::from_secs(6 * 60 * 60);

/// One folder per user; each tool has a folder in it, named with its version.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// `RAFTARIUM_TOOLS`, or a folder of the user's cache.
    pub(super) fn open() -> Result<Self> {
        let root = folder_from(&|name| env::var_os(name).map(PathBuf::from)).ok_or_else(|| Error::Missing {
            what: "There is no home folder to keep tools in".to_owned(),
            remedy: "Set RAFTARIUM_TOOLS to a folder that can be written to.".to_owned(),
        })?;
        fs::create_dir_all(&root).map_err(Error::file(format!("creating {}", root.display())))?;
        // Programs that run in another folder are given paths inside this one.
        let root = path::absolute(&root).map_err(Error::file(format!("finding {}", root.display())))?;
        say::note(format_args!("tools are kept in {}", root.display()));
        let folder = Self { root };
        folder.sweep();
        Ok(folder)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.root
    }

    /// The folder of `tool`, once its installation has ended well.
    pub(super) fn installed(&self, tool: &str) -> Option<PathBuf> {
        let folder = self.root.join(tool);
        folder.is_dir().then_some(folder)
    }

    /// Installs `tool` by letting `fill` fill a folder that gets its final name only when all went well: an installation
    /// that was interrupted is never mistaken for a whole one, and two at the same time do not disturb each other.
    pub(super) fn install(&self, tool: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        let unfinished = self.root.join(format!(".{tool}-{}", process::id()));
        let finished = self.root.join(tool);
        fs::create_dir_all(&unfinished).map_err(Error::file(format!("creating {}", unfinished.display())))?;
        let outcome = fill(&unfinished).and_then(|()| {
            let renamed = fs::rename(&unfinished, &finished);
            // Somebody else may have finished first, which is as good.
            renamed
                .or_else(|error| if finished.is_dir() { Ok(()) } else { Err(error) })
                .map_err(Error::file(format!("naming {}", finished.display())))
        });
        if unfinished.is_dir() {
            // Nothing looks at it any more: a leftover costs disk, not correctness.
            let _ = fs::remove_dir_all(&unfinished);
        }
        outcome.map(|()| finished)
    }

    /// Removes what installations that were interrupted long ago have left. It only saves disk, so it may fail.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.root) else {
            return;
        };
        for entry in entries.flatten() {
            let is_unfinished = entry.file_name().to_string_lossy().starts_with('.');
            let age = entry.metadata().and_then(|data| data.modified());
            let age = age.ok().and_then(|time| time.elapsed().ok());
            if is_unfinished && age.is_some_and(|age| age > UNFINISHED_AGE_MAX) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Writes `env.sh`, which makes the tools those of a person's own shell, for `trunk serve` and the like.
    pub(super) fn write_env(&self, path: &[PathBuf], rustc: Option<&Path>) -> Result<()> {
        let file = self.root.join("env.sh");
        let text = env_script(path, rustc);
        if fs::read_to_string(&file).is_ok_and(|old| old == text) {
            return Ok(());
        }
        fs::write(&file, text).map_err(Error::file(format!("writing {}", file.display())))
    }
}

fn folder_from(variable: &dyn Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let cache = || {
        let home = || variable("HOME").or_else(|| variable("USERPROFILE"));
        variable("XDG_CACHE_HOME")
            .or_else(|| variable("LOCALAPPDATA"))
            .or_else(|| home().map(|home| home.join(".cache")))
    };
    variable("RAFTARIUM_TOOLS").or_else(|| cache().map(|cache| cache.join("raftarium")))
}

fn env_script(path: &[PathBuf], rustc: Option<&Path>) -> String {
    let mut text = String::from("# Source this to use the tools of `cargo xtask` by hand.\n");
    for folder in path {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "export PATH='{}':\"$PATH\"", folder.display());
    }
    if let Some(rustc) = rustc {
        let _ = writeln!(text, "export RUSTC='{}'", rustc.display());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(set: &'static [(&str, &str)]) -> Option<PathBuf> {
        folder_from(&|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| PathBuf::from(value)))
    }

    #[test]
    fn the_folder_is_the_named_one_or_in_the_cache() {
        for (set, expected) in [
            (&[("RAFTARIUM_TOOLS", "/t"), ("HOME", "/h")][..], Some("/t")),
            (&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")], Some("/c/raftarium")),
            (&[("HOME", "/h")], Some("/h/.cache/raftarium")),
            (&[], None),
        ] {
            assert_eq!(with(set), expected.map(PathBuf::from));
        }
    }

    #[test]
    fn a_failed_installation_leaves_nothing() {
        let root = env::temp_dir().join(format!("raftarium-folder-{}", process::id()));
        let folder = Folder { root: root.clone() };
        let failed = folder.install("tool-1", |place| {
            fs::write(place.join("half"), "").unwrap();
            Err(Error::Steps(1))
        });
        assert!(failed.is_err());
        assert_eq!(folder.installed("tool-1"), None);

        let whole =
            folder.install("tool-1", |place| fs::write(place.join("whole"), "").map_err(Error::file("writing")));
        assert!(whole.unwrap().join("whole").is_file());
        assert_eq!(fs::read_dir(&root).unwrap().count(), 1);
        fs::remove_dir_all(root).unwrap();
    }
}

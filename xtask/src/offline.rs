//! What makes the built page work offline: a worker that knows the files of this version.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use crate::error::{Error, Result};
use crate::{page, workspace};

/// What keeps the files, with the words `VERSION` and `FILES` for what belongs there.
const WORKER: &str = "static/worker.js";
/// What asks for that, and says when there is a new version.
const ASKING: &str = "static/offline.js";
/// As the page knows it.
const NAME: &str = "worker.js";

/// Writes the worker for what is in `folder`, last of all, as it knows every file.
pub(crate) fn keep(folder: &Path) -> Result<()> {
    page::add_script(folder, &workspace::read(ASKING)?)?;
    let mut files = page::files(folder)?;
    files.retain(|file| file != NAME);
    let mut hasher = DefaultHasher::new();
    for file in &files {
        let bytes = fs::read(folder.join(file)).map_err(Error::file(format!("reading {file}")))?;
        (file, bytes).hash(&mut hasher);
    }
    let worker = written(&workspace::read(WORKER)?, &format!("{:016x}", hasher.finish()), &files);
    fs::write(folder.join(NAME), worker).map_err(Error::file(format!("writing {NAME}")))
}

/// The worker of that version, with these files. Hosts give the page itself out for its folder.
fn written(worker: &str, version: &str, files: &[String]) -> String {
    let address = |file: &String| if file == "index.html" { "\"./\"".to_owned() } else { format!("{file:?}") };
    let files: Vec<String> = files.iter().map(address).collect();
    worker.replacen("\"VERSION\"", &format!("\"{version}\""), 1).replacen("\"FILES\"", &files.join(", "), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worker_knows_its_version_and_its_files() {
        let worker = workspace::read(WORKER).unwrap();
        let written = written(&worker, "0123", &["index.html".to_owned(), "a/b.json".to_owned()]);
        assert!(written.contains("const VERSION = \"0123\";"), "{written}");
        assert!(written.contains("const FILES = [\"./\", \"a/b.json\"];"), "{written}");
    }
}

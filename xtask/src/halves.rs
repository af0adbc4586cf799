//! The page's program in two halves: what makes the page stand, and what is loaded then and makes it move.
//!
//! Which function belongs where is a list in the repository, made by watching the page come to stand. A function that is not on the
//! list is in the first half, so an old list costs bytes and nothing else.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli::BuildOptions;
use crate::error::{Error, Result};
use crate::steps::install_browser_tests;
use crate::tools::Tools;
use crate::{page, process, say, site, workspace};

/// The functions that it does not take to make the page stand.
const LIST: &str = "web/ui/later.txt";
/// Where the page starts its program; what has to be there first is waited for.
const START: &str = "const wasm = await init(";
/// What loads them, with the word `LATER` for what the files' names begin with.
const LOADER: &str = "static/later.js";
/// What is between two style sheets that come later; the loader knows it, too.
const BETWEEN: &str = "\u{c}";
const LIST_HEAD: &str = "\
# The functions that it does not take to make the page stand: they are loaded then, and time begins when they are there.
# Written by `cargo xtask profile`, which watches the page come to stand; worth it when the page has grown.
";

/// The files of a program that Trunk left in a folder.
struct Program {
    folder: PathBuf,
    /// What their names begin with.
    stem: String,
}

impl Program {
    fn find(folder: &Path) -> Result<Self> {
        let files = fs::read_dir(folder).map_err(Error::file(format!("reading {}", folder.display())))?;
        let mut names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
        let stem = names.find_map(|name| name.strip_suffix("_bg.wasm").map(str::to_owned));
        let stem = stem.ok_or_else(|| Error::Repository(format!("there is no program in {}", folder.display())))?;
        Ok(Self { folder: folder.to_owned(), stem })
    }

    fn file(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}{ending}", self.stem))
    }

    fn wasm(&self) -> PathBuf {
        self.file("_bg.wasm")
    }
}

/// Divides the program in `folder`. The names of its files change with what is in them, as those of Trunk do.
pub(crate) fn divide(folder: &Path) -> Result<()> {
    let program = Program::find(folder)?;
    let (whole, later) = (program.wasm(), program.file("_later.wasm"));
    let mut divide = split();
    divide.arg("divide").arg(&whole).arg(workspace::root().join(LIST)).args([&whole, &later, &program.file(".js")]);
    process::run(&mut divide)?;
    let script = program.file(".js");
    let text = fs::read_to_string(&script).map_err(Error::file(format!("reading {}", script.display())))?;
    fs::write(&script, page::slim_script(&text)).map_err(Error::file(format!("writing {}", script.display())))?;

    let styles = program.file("_later.css");
    let mut taken = Vec::new();
    page::edit(folder, |page| {
        let (left, styles) = page::take_styles(&page);
        taken = styles;
        left
    })?;
    fs::write(&styles, taken.join(BETWEEN)).map_err(Error::file(format!("writing {}", styles.display())))?;

    let mut hasher = DefaultHasher::new();
    for file in [&whole, &later, &styles, &script] {
        fs::read(file).map_err(Error::file(format!("reading {}", file.display())))?.hash(&mut hasher);
    }
    let name = program.stem.rsplit_once('-').map_or(&*program.stem, |(name, _)| name);
    let stem = format!("{name}-{:016x}", hasher.finish());
    for ending in ["_bg.wasm", "_later.wasm", "_later.css", ".js"] {
        let to = folder.join(format!("{stem}{ending}"));
        fs::rename(program.file(ending), &to).map_err(Error::file(format!("naming {}", to.display())))?;
    }
    let mut waits = false;
    page::edit(folder, |page| {
        waits = page.contains(START);
        page.replace(&program.stem, &stem).replacen(START, &format!("await globalThis.beforeStart;\n{START}"), 1)
    })?;
    if !waits {
        return Err(Error::Repository(format!("the page that Trunk made does not say `{START}`")));
    }
    add_loader(folder, &stem)
}

fn add_loader(folder: &Path, stem: &str) -> Result<()> {
    page::add_script(folder, &workspace::read(LOADER)?.replace("LATER", &format!("{stem}_later")))
}

/// Watches the page come to stand, and writes the list of what that did not run.
pub(crate) fn profile() -> Result<()> {
    let mut tools = Tools::open()?;
    tools.need_site_tools()?;
    tools.need_node()?;
    let browser = tools.need_browser()?;
    let folder = workspace::scratch().join("watched");
    let arguments = vec!["--dist".into(), folder.clone().into()];
    site::run_trunk(&tools, &BuildOptions { public_url: None, trunk_arguments: arguments })?;

    let program = Program::find(&folder)?;
    let (whole, ran) = (folder.join("whole.wasm"), folder.join("ran"));
    fs::rename(program.wasm(), &whole).map_err(Error::file("keeping the program"))?;
    process::run(split().arg("mark").arg(&whole).arg(program.wasm()))?;
    add_loader(&folder, &program.stem)?;

    say::note("watching the page come to stand, half a minute");
    let mut node = Command::new("node");
    node.arg(install_browser_tests()?.join("profile.mjs"))
        .env("RAFTARIUM_CHROME", browser)
        .env("RAFTARIUM_DIST", &folder)
        .env("RAFTARIUM_RAN", &ran);
    process::run(&mut node)?;
    let names = process::output(split().arg("list").arg(&whole).arg(&ran))?;
    fs::write(workspace::root().join(LIST), format!("{LIST_HEAD}{names}"))
        .map_err(Error::file(format!("writing {LIST}")))?;
    say::note(format_args!("{} functions are in {LIST}", names.lines().count()));
    Ok(())
}

fn split() -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(["run", "--quiet", "--package", "raftarium-split", "--"]);
    cargo
}
